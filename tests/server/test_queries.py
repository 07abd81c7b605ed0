"""JMESPath over any response: a bad query is refused before anything is sent, and never costs a write its id."""

from __future__ import annotations

import threading
from typing import Any

import anyio
import anyio.to_thread
import pytest

from ims_mcp.summaries import metered_jmespath
from ims_mcp.workflows import operation_call
from tests.client.scripted_service import Answer, Arrived, ScriptedService
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


EXPLODING = {
    "a list that doubles": "|".join(["[@,@][]"] * 24),
    "a tree without an end": "|".join(["[@,@]"] * 200),
    "the text of such a tree": "|".join(["[@,@]"] * 200 + ["to_string(@)"]),
    "its complaint": "|".join(["[@,@]"] * 200 + ["abs(@)"]),
    "a text that doubles": "MediaId|" + "|".join(["join('',[@,@])"] * 100),
}


@pytest.mark.anyio
@pytest.mark.parametrize("query", EXPLODING.values(), ids=EXPLODING.keys())
async def test_a_write_keeps_its_id_whatever_its_query_asks_for(query: str) -> None:
    with ScriptedService(usual=REGISTERED) as service:
        async with connected(service.url) as client:
            content = content_of(
                await client.call_tool("register_media_info", {"InputURL": "oss://b/k", "query": query})
            )
    assert content["MediaId"] == "m1"
    assert content["query_problem"].startswith("done, but the query fails on the answer")
    assert content["next_call"]["arguments"]["ids"] == {"MediaId": "m1"}


@pytest.mark.anyio
@pytest.mark.parametrize("error", [MemoryError(), RecursionError(), KeyError("of the library")])
async def test_a_write_keeps_its_id_whatever_happens_to_its_query(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(metered_jmespath, "evaluate", fails)
    with ScriptedService(usual=REGISTERED) as service:
        async with connected(service.url) as client:
            arguments = {"InputURL": "oss://b/k", "query": "MediaId"}
            content = content_of(await client.call_tool("register_media_info", arguments))
    assert content["MediaId"] == "m1"
    assert "the query fails" in content["query_problem"]


@pytest.mark.anyio
@pytest.mark.parametrize("query", EXPLODING.values(), ids=EXPLODING.keys())
async def test_a_read_whose_query_asks_for_too_much_says_so(query: str) -> None:
    with ScriptedService(usual=REGISTERED) as service:
        async with connected(service.url) as client:
            result = await client.call_tool("get_play_info", {"MediaId": "m", "query": query})
    assert result.is_error
    assert "was answered, but the query fails" in text_of(result)
    assert "A query that works: rows[0]" in text_of(result)
    assert len(text_of(result)) < 1500


@pytest.mark.anyio
async def test_the_server_answers_others_while_queries_go_on() -> None:
    """Three queries that take as long as they may: on the event loop nothing would be answered before them."""
    answered: list[str] = []

    async def ask() -> None:
        query = "|".join(["[@,@]"] * 200 + ["to_string(@)"])
        assert (await client.call_tool("get_play_info", {"MediaId": "m", "query": query})).is_error
        answered.append("query")

    many = [{"Status": "Normal", "Size": str(number)} for number in range(4000)]
    with ScriptedService(usual=Answer(body={"PlayInfoList": many})) as service:
        async with connected(service.url, timeout_seconds=60) as client, anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(ask)
            await anyio.to_thread.run_sync(service.wait_until, _something_arrived)
            for _ in range(3):
                await client.list_tools()
                answered.append("list")
    assert answered.index("list") < answered.index("query")
    assert answered.count("query") == 3


@pytest.mark.anyio
async def test_a_write_keeps_its_id_however_many_queries_are_before_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every place is taken by a query that goes on until the write has been answered."""
    answered, begun = threading.Event(), threading.Semaphore(0)
    evaluate = metered_jmespath.evaluate

    def go_on(parsed: Any, document: Any, limits: metered_jmespath.QueryLimits) -> Any:
        if "MediaId" not in document:
            begun.release()
            answered.wait(60)
        return evaluate(parsed, document, limits)

    monkeypatch.setattr(metered_jmespath, "evaluate", go_on)
    monkeypatch.setattr(operation_call, "QUERY_TURN_SECONDS", 0.0)

    def reply(request: Arrived) -> Answer:
        return REGISTERED if request.action == "RegisterMediaInfo" else Answer(body={"PlayInfoList": []})

    async def ask() -> None:
        content_of(await client.call_tool("get_play_info", {"MediaId": "m", "query": "PlayInfoList"}))

    with ScriptedService(usual=reply) as service:
        async with connected(service.url, timeout_seconds=60) as client, anyio.create_task_group() as tasks:
            for _ in range(operation_call.QUERIES_AT_ONCE):
                tasks.start_soon(ask)
            try:
                for _ in range(operation_call.QUERIES_AT_ONCE):
                    assert await anyio.to_thread.run_sync(begun.acquire, True, 60)
                arguments = {"InputURL": "oss://b/k", "query": "MediaId"}
                content = content_of(await client.call_tool("register_media_info", arguments))
                assert content["MediaId"] == "m1"
                assert "not evaluated" in content["query_problem"]
            finally:
                answered.set()


def _something_arrived(service: ScriptedService) -> bool:
    return service.count > 0


TWO_ASSETS = {
    "MediaInfos": [
        {
            "MediaId": f"m{number}",
            "MediaBasicInfo": {"Title": f"Film {number}", "MediaTags": "sea,sun"},
            "FileInfoList": [{"FileBasicInfo": {"Duration": f"{number * 50}.0", "FileSize": "10"}}],
        }
        for number in (1, 2)
    ],
    "TotalCount": 2,
}
ONE_ASSET = {"MediaInfo": {"MediaId": "m", "MediaBasicInfo": {"Title": "t", "MediaTags": "a,b"}}, "RequestId": "r"}


async def picked(body: dict[str, Any], tool: str, query: str) -> dict[str, Any]:
    arguments = {"query": query} if tool == "list_media_basic_infos" else {"MediaId": "m", "query": query}
    with ScriptedService(usual=Answer(body=body)) as service:
        async with connected(service.url) as client:
            return content_of(await client.call_tool(tool, arguments))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("tool", "query", "result"),
    [
        ("get_media_info", "tags", ["a", "b"]),
        ("get_media_info", "MediaInfo.MediaBasicInfo.MediaTags", "a,b"),
        ("get_media_info", "[title, MediaInfo.MediaId]", ["t", "m"]),
        ("list_media_basic_infos", "rows[?duration_seconds > `60`].MediaId", ["m2"]),
        ("list_media_basic_infos", "MediaInfos[?MediaBasicInfo.Title=='Film 1'].MediaId", ["m1"]),
        ("list_media_basic_infos", "[total, rows[0].title]", [2, "Film 1"]),
    ],
)
async def test_a_query_works_on_what_the_reader_has_seen_and_on_the_response(
    tool: str, query: str, result: Any
) -> None:
    body = ONE_ASSET if tool == "get_media_info" else TWO_ASSETS
    assert await picked(body, tool, query) == {"result": result}


@pytest.mark.anyio
async def test_what_a_list_says_once_of_all_rows_can_be_asked_of_each() -> None:
    rows = {"MediaInfos": [{"MediaId": f"m{number}", "MediaBasicInfo": {"Status": "Normal"}} for number in range(4)]}
    assert await picked(rows, "list_media_basic_infos", "length(rows[?status=='Normal'])") == {"result": 4}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("tool", "query", "note"),
    [
        (
            "get_media_info",
            "Tags",
            "there is no Tags in this answer, which has tags, title, left_out, MediaInfo, RequestId",
        ),
        (
            "get_media_info",
            "MediaInfo.MediaBasicInfo.Tags",
            "there is no Tags in MediaInfo.MediaBasicInfo, which has MediaTags, Title",
        ),
        (
            "get_media_info",
            "MediaTags",
            "there is no MediaTags in this answer, which has title, tags, left_out, MediaInfo, RequestId; "
            "MediaTags is at MediaInfo.MediaBasicInfo.MediaTags",
        ),
        (
            "list_media_basic_infos",
            "rows[?duration > `60`].MediaId",
            "there is no duration in rows[], which has duration_seconds, MediaId, title, size_bytes",
        ),
        (
            "list_media_basic_infos",
            "{a: rows[0].Title, b: rows[1].Title}",
            "there is no Title in rows[0], which has title, MediaId, duration_seconds, size_bytes; Title is at "
            "MediaInfos[].MediaBasicInfo.Title",
        ),
        ("list_media_basic_infos", "rows.title", "rows is a list: write rows[].title"),
    ],
)
async def test_a_query_that_picks_nothing_is_told_what_there_is_where_it_goes_wrong(
    tool: str, query: str, note: str
) -> None:
    told = await picked(ONE_ASSET if tool == "get_media_info" else TWO_ASSETS, tool, query)
    assert told["note"] == note
    assert told["result"] in (None, [], {"a": None, "b": None})


@pytest.mark.anyio
@pytest.mark.parametrize(
    "query", ["rows[?duration_seconds > `900`].MediaId", "rows[5]", "tags || `[]`", "Nothing || rows[0].MediaId"]
)
async def test_a_query_whose_names_are_all_there_is_told_nothing(query: str) -> None:
    assert "note" not in await picked({**TWO_ASSETS, "tags": []}, "list_media_basic_infos", query)
