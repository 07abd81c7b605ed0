"""Fields no page describes, in objects whose table is not known to be whole: sent, and told of in the answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ims_mcp.catalogue import get_operation
from ims_mcp.catalogue.unlisted_fields import describe_unlisted
from tests.client.scripted_service import Answer, Arrived, ScriptedService
from tests.server.connected import connected, content_of

PLACE = {"Type": "OSS", "Media": "oss://example-bucket/a.mp4"}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("settings", "note"),
    [
        (
            {"Video": {"Codec": "H.265", "Degrain": "1"}, "Later": {}},
            "no page describes Config.Outputs.OverrideParams.Video.Degrain, Config.Outputs.OverrideParams.Later: "
            "sent as given, maybe without effect",
        ),
        ({"Video": {"Codec": "H.265"}}, None),
    ],
)
async def test_what_no_page_describes_is_sent_and_the_answer_says_so(
    settings: dict[str, Any], note: str | None
) -> None:
    arguments = {
        "Config": {
            "Inputs": [{"InputFile": PLACE}],
            "Outputs": [{"TemplateId": "t", "OutputFile": PLACE, "OverrideParams": settings}],
        },
    }

    configs: list[str] = []

    def usual(arrived: Arrived) -> Answer:
        configs.append({**arrived.query, **arrived.form}["Config"])
        return Answer(body={"Job": {"JobId": "j"}})

    with ScriptedService(usual=usual) as service:
        async with connected(service.url) as client:
            told = content_of(
                await client.call_tool(
                    "call_write_operation", {"operation": "SubmitMediaConvertJob", "arguments": arguments}
                )
            )
    sent = json.loads(configs[-1])
    assert told.get("note") == note
    assert json.loads(sent["Outputs"][0]["OverrideParams"]) == settings


def test_of_data_of_the_callers_own_and_of_a_timeline_the_web_editor_wrote_nothing_is_told() -> None:
    arguments = {"UserData": {"order": 7}, "Timeline": {"Version": 1, "Later": 2, "VideoTracks": [{"Locked": True}]}}
    assert describe_unlisted(get_operation("SubmitMediaProducingJob"), arguments) == ""
