"""JMESPath over any response: a bad query is refused before anything is sent, and never costs a write its id."""

from __future__ import annotations

import pytest

from tests.client.scripted_service import Answer, ScriptedService
from tests.server.connected import connected, content_of, text_of

REGISTERED = Answer(body={"MediaId": "m1", "RequestId": "r"})


@pytest.mark.anyio
async def test_a_query_picks_from_the_opened_response() -> None:
    body = {"MediaInfo": {"MediaBasicInfo": {"UserData": '{"a": {"b": 7}}'}}, "RequestId": "r"}
    with ScriptedService(usual=Answer(body=body)) as service:
        async with connected(service.url) as client:
            arguments = {"MediaId": "m", "query": "MediaInfo.MediaBasicInfo.UserData.a.b"}
            result = await client.call_tool("get_media_info", arguments)
    assert content_of(result) == {"result": 7}
    assert text_of(result) == '{"result":7}'


@pytest.mark.anyio
async def test_a_query_that_is_none_is_refused_before_anything_is_sent() -> None:
    with ScriptedService(usual=REGISTERED) as service:
        async with connected(service.url) as client:
            result = await client.call_tool("register_media_info", {"InputURL": "oss://b/k", "query": "[[["})
    assert result.is_error
    assert "RegisterMediaInfo was not sent" in text_of(result)
    assert service.count == 0


@pytest.mark.anyio
async def test_a_query_that_fails_on_the_answer_of_a_write_loses_nothing() -> None:
    with ScriptedService(usual=REGISTERED) as service:
        async with connected(service.url) as client:
            arguments = {"InputURL": "oss://b/k", "query": "abs(MediaId)"}
            result = await client.call_tool("register_media_info", arguments)
    assert content_of(result)["MediaId"] == "m1"
    assert "abs" in content_of(result)["query_problem"]


@pytest.mark.anyio
async def test_a_query_that_fails_on_the_answer_of_a_read_says_so() -> None:
    with ScriptedService(usual=REGISTERED) as service:
        async with connected(service.url) as client:
            result = await client.call_tool("get_play_info", {"MediaId": "m", "query": "abs(MediaId)"})
    assert result.is_error
    assert "was answered, but the query fails" in text_of(result)


@pytest.mark.anyio
async def test_a_query_of_a_waiting_call_sees_how_the_wait_ended() -> None:
    normal = Answer(body={"MediaInfo": {"MediaBasicInfo": {"Status": "Normal"}}})
    with ScriptedService(REGISTERED, usual=normal) as service:
        async with connected(service.url) as client:
            arguments = {"InputURL": "oss://b/k", "wait_seconds": 5, "query": "[MediaId, wait.status]"}
            result = await client.call_tool("register_media_info", arguments)
    assert content_of(result) == {"result": ["m1", "Normal"]}
