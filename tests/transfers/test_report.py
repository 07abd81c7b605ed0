"""What an upload's answer holds stays within what any result may take, and names only tools that its reader has."""

from __future__ import annotations

from typing import Any

from ims_mcp.catalogue.published_names import publish_name
from ims_mcp.summaries.bounds import size_bytes
from ims_mcp.summaries.shaping import MAX_BYTES
from ims_mcp.workflows.transfers.report import describe, describe_result
from ims_mcp.workflows.transfers.store import TransferRecord
from ims_mcp.workflows.waiting import PollResult
from tests.bodies.media_info import CASES


def result_of(data: dict[str, Any], listed: tuple[str, ...] | None) -> dict[str, Any]:
    """Of an upload that is done, whose asset the service describes with ``data``."""
    record = TransferRecord(
        kind="media",
        service="https://ice.cn-shanghai.aliyuncs.com",
        path="/films/" + "🎬" * 490,
        size_bytes=1,
        modified_ns=0,
        destination="vod",
        arguments={},
        state="done",
        media_id="m1",
        target={"bucket": "b", "key": "🎬" * 255},
    )
    waited = PollResult("succeeded", "Normal", 1.0, "GetMediaInfo", {"MediaId": "m1"}, data)
    return describe_result(record, describe(record), waited, listed)


def test_the_parts_that_the_summary_leaves_out_are_named_with_tools_that_are_listed() -> None:
    data = CASES["21 files, 10 min of tags"]()
    own = result_of(data, None)["summary"]["left_out"]
    general = result_of(data, ())["summary"]["left_out"]
    assert {entry["tool"] for entry in own} == {"get_media_info"}
    assert {entry["tool"] for entry in general} == {"call_read_operation"}
    assert [entry["arguments"][publish_name("arguments")] for entry in general] == [entry["arguments"] for entry in own]
    assert {entry["arguments"]["operation"] for entry in general} == {"GetMediaInfo"}


def test_an_asset_that_is_described_at_any_length_makes_no_longer_answer() -> None:
    names = {f"{index}{'n' * 150}": "x" * 20_000 for index in range(200)}
    data: dict[str, Any] = {
        "MediaInfo": {"MediaId": "m1", "MediaBasicInfo": {"Status": "Normal", "Title": "t" * 90_000}}
    }
    data["MediaInfo"]["MediaDynamicInfo"] = names
    assert size_bytes(result_of(data, ())) <= MAX_BYTES
    assert size_bytes(result_of(names, ())) <= MAX_BYTES
