"""A change of an asset's own title or tags is not asked about: the answer says what they were."""

from __future__ import annotations

from typing import Any

import pytest

from ims_mcp.settings import Settings
from tests.client.scripted_service import Answer, Arrived, ScriptedService, refusal
from tests.server.connected import connected, content_of, text_of

OLD = {
    "Title": "Old\u202e title",
    "Description": "d" * 60_000,
    "MediaTags": "a,b",
    "CateId": 7,
    "UserData": '{"shelf": 3}',
    "CoverURL": "https://h/c.jpg?Signature=abcdefgh",
}


def asset(arrived: Arrived) -> Answer:
    if arrived.action == "GetMediaInfo":
        return Answer(body={"MediaInfo": {"MediaId": "m", "MediaBasicInfo": OLD}, "RequestId": "r"})
    return Answer(body={"MediaId": "m", "RequestId": "r"})


async def no_wait(seconds: float) -> None:
    pass


@pytest.mark.anyio
@pytest.mark.parametrize("which", [{"MediaId": "m"}, {"InputURL": "oss://b/k.mp4"}])
async def test_the_answer_says_what_the_changed_fields_were_and_nothing_else(which: dict[str, Any]) -> None:
    change = {"Title": "New", "MediaTags": "c", "UserData": {"shelf": 4}}
    with ScriptedService(usual=asset) as service:
        async with connected(service.url) as client:
            told = content_of(await client.call_tool("update_media_info", {**which, **change}))
    assert told["MediaId"] == "m"
    assert told["previous"] == {"Title": "Old title", "MediaTags": "a,b", "UserData": {"shelf": 3}}
    look, update = service.arrived
    assert (look.action, look.query) == ("GetMediaInfo", which)
    assert update.action == "UpdateMediaInfo"


@pytest.mark.anyio
async def test_what_it_was_is_cleaned_and_bounded_like_all_that_the_service_says() -> None:
    with ScriptedService(usual=asset) as service:
        async with connected(service.url) as client:
            change = {"MediaId": "m", "Description": "d", "CoverURL": "https://h/d.jpg"}
            result = await client.call_tool("update_media_info", change)
    assert len(text_of(result).encode()) <= 32 * 1024
    assert "abcdefgh" not in text_of(result)
    assert content_of(result)["previous"]["Description"].startswith("ddd")


@pytest.mark.anyio
@pytest.mark.parametrize(
    "look",
    [
        refusal(404, "ResourceNotFound"),
        refusal(500, "InternalError"),
        Answer(body=b"<html>"),
        Answer(body={"MediaInfo": 5}),
    ],
)
async def test_a_look_that_fails_changes_nothing_but_the_words(look: Answer) -> None:
    def usual(arrived: Arrived) -> Answer:
        return look if arrived.action == "GetMediaInfo" else asset(arrived)

    with ScriptedService(usual=usual) as service:
        async with connected(service.url, sleep=no_wait) as client:
            told = content_of(await client.call_tool("update_media_info", {"MediaId": "m", "Title": "New"}))
    assert "previous" not in told
    assert [request.action for request in service.arrived].count("UpdateMediaInfo") == 1


@pytest.mark.anyio
async def test_nothing_is_read_for_a_change_that_is_refused() -> None:
    with ScriptedService(usual=asset) as service:
        async with connected(service.url, settings=Settings(read_only=True)) as client:
            result = await client.call_tool("update_media_info", {"MediaId": "m", "Title": "New"})
    assert "read-only mode" in text_of(result)
    assert service.count == 0
