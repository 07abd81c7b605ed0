"""Times beyond the end of an asset: told of a mark, refused of a cut that would be billed for nothing."""

from __future__ import annotations

from typing import Any

import pytest

from ims_mcp.settings import Settings
from tests.client.scripted_service import Answer, Arrived, ScriptedService, refusal
from tests.server.connected import connected, content_of, text_of

pytestmark = pytest.mark.anyio
Json = dict[str, Any]
FILM, PICTURE = "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90", "5f2d1a7c9b3e4d68a0c4e6f81b2d3a75"


def answer(arrived: Arrived) -> Answer:
    """A film of nine seconds, a picture, and nothing else."""
    if arrived.action != "BatchGetMediaInfos":
        return Answer(body={"RequestId": "r", "JobId": "j", "MediaMarkIds": "a"})
    wanted = {**arrived.query, **arrived.form}["MediaIds"].split(",")
    files = {FILM: {"Duration": "9.04"}, PICTURE: {}}
    infos: list[Json] = [
        {"MediaId": each, "MediaBasicInfo": {}, "FileInfoList": [{"FileBasicInfo": files[each]}]}
        for each in wanted
        if each in files
    ]
    return Answer(body={"RequestId": "r", "MediaInfos": infos})


async def call(operation: str, arguments: Json, usual: Any = answer, **settings: Any) -> tuple[str, Json, list[str]]:
    """(text, content, what was sent)."""
    with ScriptedService(usual=usual) as service:
        async with connected(service.url, settings=Settings(**settings)) as client:
            sent = {"operation": operation, "arguments": arguments}
            result = await client.call_tool("call_write_operation", sent)
        actions = [each.action for each in service.arrived]
    return text_of(result), {} if result.is_error else content_of(result), actions


def produce(*clips: Json) -> Json:
    timeline = {"VideoTracks": [{"VideoTrackClips": list(clips)}]}
    config = {"MediaURL": "https://b.oss-cn-shanghai.aliyuncs.com/o.mp4", "Width": 1280, "Height": 720}
    return {"Timeline": timeline, "OutputMediaConfig": config}


def mark(start: float, end: float, media_id: str = FILM) -> Json:
    return {"MediaId": media_id, "MediaMarks": [{"MarkStartTime": start, "MarkEndTime": end, "MarkTag": "x"}]}


async def test_a_mark_beyond_the_end_is_made_and_told() -> None:
    _, told, sent = await call("AddMediaMarks", mark(12, 18))
    assert told["note"] == "the asset ends at 9.0 s, and 1 of 1 marks lie beyond"
    assert sent == ["AddMediaMarks", "BatchGetMediaInfos"]


@pytest.mark.parametrize("arguments", [mark(3, 9), mark(12, 18, PICTURE), mark(12, 18, "unknown")])
async def test_a_mark_that_may_lie_in_the_asset_has_no_note(arguments: Json) -> None:
    _, told, _ = await call("AddMediaMarks", arguments)
    assert (told["MediaMarkIds"], "note" in told) == ("a", False)


async def test_a_mark_is_made_where_the_asset_cannot_be_read() -> None:
    def fail(arrived: Arrived) -> Answer:
        return refusal(403, "NoPermission") if arrived.action == "BatchGetMediaInfos" else answer(arrived)

    _, told, _ = await call("AddMediaMarks", mark(12, 18), fail)
    assert "note" not in told


async def test_a_cut_of_nothing_is_refused_before_it_is_billed() -> None:
    text, _, sent = await call("SubmitMediaProducingJob", produce({"MediaId": FILM, "In": 30, "Out": 50}))
    assert f"a clip has nothing of its asset, with In 30 where {FILM} ends at 9.0 s" in text
    assert sent == ["BatchGetMediaInfos"]


async def test_a_cut_that_goes_on_beyond_the_end_is_sent_with_a_note() -> None:
    clips = [{"MediaId": FILM, "In": 2, "Out": 50}, {"MediaId": FILM, "In": 2, "Out": 9}]
    _, told, sent = await call("SubmitMediaProducingJob", produce(*clips))
    assert told["note"] == f"Out lies beyond the end of the asset: {FILM} ends at 9.0 s"
    assert sent == ["BatchGetMediaInfos", "SubmitMediaProducingJob"]


@pytest.mark.parametrize("clip", [{"MediaId": FILM}, {"MediaURL": "https://h.example.com/a.mp4", "In": 30, "Out": 50}])
async def test_what_is_not_cut_or_no_asset_is_not_read(clip: Json) -> None:
    _, told, sent = await call("SubmitMediaProducingJob", produce(clip))
    assert (told["JobId"], sent) == ("j", ["SubmitMediaProducingJob"])


async def test_read_only_mode_reads_nothing_for_a_cut() -> None:
    text, _, sent = await call(
        "SubmitMediaProducingJob", produce({"MediaId": FILM, "In": 30, "Out": 50}), read_only=True
    )
    assert "read-only mode" in text
    assert sent == []
