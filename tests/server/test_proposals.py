"""Every call that an answer proposes is taken by the tool it names: pages, parts left out, looks, waits, queries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, cast

import pytest
from hypothesis import given, settings
from mcp import Client
from mcp_types import CallToolResult

from ims_mcp.catalogue import Effect, Operation, ResponseField, get_operation, operations
from ims_mcp.catalogue.example import make_example
from ims_mcp.settings import Settings
from ims_mcp.summaries.ai_view import AI_SECTIONS
from ims_mcp.summaries.media_info import VIEWS
from ims_mcp.summaries.values import as_objects
from ims_mcp.workflows.server_parameters import list_server_parameters
from tests.all_operations.jobs import asynchronous, ids, looked, poll_of, submitted
from tests.all_operations.roads import everything
from tests.bodies.media_info import CASES, body
from tests.client.scripted_service import Answer, Arrived, ScriptedService, refusal
from tests.server.connected import connected, content_of, text_of
from tests.summaries.hostile import huge_media_bodies, media_bodies

Json = dict[str, Any]
Call = tuple[str, Json]
# Answers to proposals propose again; three steps away nothing new comes.
DEPTH = 3


def proposals(tool: str, arguments: Json, content: Any) -> Iterator[Call]:
    """(tool, arguments) of every call that an answer of ``tool`` proposes, at whatever depth of it."""
    if isinstance(content, list):
        for element in cast("list[Any]", content):
            yield from proposals(tool, arguments, element)
    if not isinstance(content, dict):
        return
    found = cast("Json", content)
    for entry in as_objects(found.get("left_out")):
        if "what" in entry:
            yield entry.get("tool", tool), entry["arguments"]
    for entry in as_objects(found.get("_omitted")):
        if "how" in entry:
            yield tool, queried(tool, arguments, entry["how"]["query"])
    for following in as_objects([found.get("next_call")]):
        if "why" in following:
            yield following["tool"], following["arguments"]
    for value in found.values():
        yield from proposals(tool, arguments, value)


def queried(tool: str, arguments: Json, query: str) -> Json:
    """The same call with a query, which the tools for any operation take among its arguments."""
    if not tool.startswith("call_"):
        return {**arguments, "query": query}
    (inner,) = (name for name, value in arguments.items() if isinstance(value, dict))
    return {**arguments, inner: {**arguments[inner], "query": query}}


async def follow(client: Client, tool: str, arguments: Json, *, depth: int = DEPTH, most: int = 400) -> int:
    """Call, then call whatever the answers propose; the number of proposals. Fails where one is not taken."""
    waiting: list[tuple[Call, int]] = [((tool, arguments), 0)]
    seen: set[str] = set()
    while waiting and len(seen) < most:
        (tool, arguments), away = waiting.pop(0)
        key = json.dumps([tool, arguments], sort_keys=True)
        if key in seen:
            continue
        seen.add(key)
        result = await client.call_tool(tool, arguments)
        assert not result.is_error, (tool, arguments, text_of(result))
        if away < depth:
            waiting += [(call, away + 1) for call in proposals(tool, arguments, content_of(result))]
    return len(seen) - 1


# Those of several megabytes are slow; the largest are not read at all.
LARGEST = "21 files, 120 min of tags"
QUICK_BODIES = (
    *(case for case in CASES if case != LARGEST),
    "user data of 1 MB",
    "5,000 audio streams",
    "quotes",
    "deep nesting",
)
SLOW_BODIES = (
    LARGEST,
    *("10,000 files", "10,000 files as documented", "a title of 1 MB", "URLs of 1 MB"),
    *("an unknown result of 1 MB", "100,000 names", "lists of lists"),
)


@cache
def response(case: str) -> bytes:
    return body(case) if case in CASES else json.dumps(huge_media_bodies()[case]).encode()


HOW: list[Json] = [
    *({"view": view} for view in VIEWS),
    {"view": "files", "include_signed_urls": True},
    {"query": "MediaInfo"},
    {"query": "MediaInfo.FileInfoList[?FileBasicInfo.FileName != '']"},
]


@pytest.mark.anyio
@pytest.mark.parametrize("case", [*QUICK_BODIES, *(pytest.param(case, marks=pytest.mark.slow) for case in SLOW_BODIES)])
async def test_all_that_a_view_of_an_asset_leaves_out_can_be_asked_for(case: str) -> None:
    with ScriptedService(usual=Answer(body=response(case))) as service:
        async with connected(service.url, timeout_seconds=60) as client:
            for how in HOW:
                given = {"InputURL": "oss://bucket/film.mp4", **how}
                await follow(client, "get_media_info", given, depth=1, most=4)


@pytest.mark.anyio
async def test_every_page_and_section_of_a_tagged_asset_is_reached_by_going_on() -> None:
    with ScriptedService(usual=Answer(body=response("21 files, 10 min of tags"))) as service:
        async with connected(service.url, timeout_seconds=60) as client:
            assert await follow(client, "get_media_info", {"MediaId": "m"}, depth=100, most=40) > 8
            for section in AI_SECTIONS:
                await follow(client, "get_media_info", {"MediaId": "m", "view": "ai", "ai_section": section}, most=3)


@pytest.mark.anyio
async def test_a_signed_view_goes_on_signed() -> None:
    with ScriptedService(usual=Answer(body=response("10,000 files"))) as service:
        async with connected(service.url, timeout_seconds=60) as client:
            given = {"MediaId": "m", "view": "files", "include_signed_urls": True}
            content = content_of(await client.call_tool("get_media_info", given))
    assert content["left_out"][0]["arguments"] == {**given, "page": 2}


@settings(max_examples=20)
@given(data=media_bodies)
def test_nothing_in_an_answer_makes_a_proposal_that_is_not_taken(data: Json) -> None:
    import anyio

    async def run() -> None:
        with ScriptedService(usual=Answer(body=data)) as service:
            async with connected(service.url) as client:
                for view in VIEWS:
                    await follow(client, "get_media_info", {"InputURL": "oss://b/k", "view": view}, depth=1)

    anyio.run(run)


def full(operation: Operation, size: int) -> Json:
    """An answer with ``size`` elements in every list at the top, and a token for the next page where there is one."""
    answer: Json = {"RequestId": "r"}
    for field in operation.response:
        if field.kind == "array":
            answer[field.name] = [element(field, number) for number in range(size)]
        elif field.name in ("NextToken", "NextPageToken", "ScrollToken"):
            answer[field.name] = "token+/="
        elif field.name.startswith("Total"):
            answer[field.name] = size * 10
        elif field.kind == "object":
            answer[field.name] = {
                inner.name: [element(inner, number) for number in range(size)]
                for inner in field.fields
                if inner.kind == "array"
            }
    return answer


def element(field: ResponseField, number: int) -> Any:
    if field.items is None or not field.items.fields:
        return f"{field.name} {number} " + "x" * 100
    return {inner.name: f"{inner.name} {number} " + "x" * 100 for inner in field.items.fields[:4]}


def reads() -> list[Operation]:
    """Those whose answers are long, some of each way to page; all would take minutes."""
    listing = [each for each in operations() if each.effect is Effect.READ and "array" in str(each.response)]
    return listing[::2]


@pytest.mark.anyio
async def test_pages_and_queries_that_long_answers_propose_are_taken() -> None:
    made = 0
    with ScriptedService() as service:
        async with everything(service.url) as client:
            for operation in reads():
                service.usual = Answer(body=full(operation, 150))
                given = make_example(operation)
                made += await follow(client, operation.tool_name, given, depth=2, most=12)
                wrapped = {"operation": operation.name, "arguments": given}
                made += await follow(client, "call_read_operation", wrapped, depth=2, most=4)
    assert made > 200


@pytest.mark.anyio
@pytest.mark.parametrize("wait_seconds", [None, 0.1])
@pytest.mark.parametrize("status", ["pending", "end", "unheard of", "not found", "forbidden"])
async def test_what_a_submission_proposes_is_taken(wait_seconds: float | None, status: str) -> None:
    def answer(request: Arrived) -> Answer:
        if request.action == job.name:
            return Answer(body=submitted(job))
        if request.action != poll.operation:
            return Answer()
        if status in ("not found", "forbidden") and not following:
            return refusal(404, "ResourceNotFound") if status == "not found" else refusal(403, "Forbidden")
        states = {"pending": poll.pending[:1], "end": poll.success[:1]}.get(status, ())
        return Answer(body=looked(job, next(iter(states), "Transmogrifying")))

    with ScriptedService() as service:
        async with connected(service.url, settings=Settings(allow_destructive=True)) as client:
            for job in asynchronous()[::3]:
                poll, following = poll_of(job), False
                service.usual = answer
                own = {poll.entry[1]: "oss://bucket/film-720p.mp4"} if poll.entry else {}
                wait = {} if wait_seconds is None else {"wait_seconds": wait_seconds}
                given = {"operation": job.name, "arguments": {**make_example(job), **own, **wait}}
                result = await client.call_tool(f"call_{job.effect}_operation", given)
                following = True
                # Where it is over its result is there, and nothing is left to be called.
                await taken(client, result, str(given), least=0 if wait_seconds and status == "end" else 1)


async def taken(client: Client, result: CallToolResult, what: str, *, least: int) -> None:
    """Make every call that an answer proposes, without waiting for what it waits for."""
    following = list(proposals("", {}, content_of(result)))
    assert len(following) >= least, what
    for tool, arguments in following:
        shorter = {**arguments, "wait_seconds": 0} if tool == "wait_for_job" else arguments
        again = await client.call_tool(tool, shorter)
        assert not again.is_error, (what, tool, arguments, text_of(again))


@pytest.mark.anyio
@pytest.mark.parametrize("media_id", [7, None, True, ["a"], {"a": 1}, "x" * 5000, "\u202e", "", "a,b", "[1]"])
async def test_an_id_of_any_shape_makes_a_proposal_that_is_taken_or_none(media_id: Any) -> None:
    with ScriptedService(usual=Answer(body={"MediaId": media_id, "RequestId": "r"})) as service:
        async with connected(service.url) as client:
            # By the tool that declares no types for its answer: the client would refuse what the service got wrong.
            given = {"operation": "RegisterMediaInfo", "arguments": {"InputURL": "oss://b/k.mp4"}}
            result = await client.call_tool("call_write_operation", given)
            await taken(client, result, str(media_id), least=0)


@pytest.mark.anyio
@pytest.mark.parametrize("listed", [True, False])
async def test_a_view_that_another_tool_answers_with_names_the_tool_that_goes_on(listed: bool) -> None:
    toolsets = ("core",) if listed else ("transcoding",)
    with ScriptedService(usual=Answer(body=response("21 files, 10 min of tags"))) as service:
        async with connected(service.url, settings=Settings(toolsets=toolsets)) as client:
            given = {"operation": "GetMediaInfo", "arguments": {"MediaId": "m"}}
            content = content_of(await client.call_tool("call_read_operation", given))
            tools = {entry["tool"] for entry in content["left_out"]}
            assert tools == ({"get_media_info"} if listed else {"call_read_operation"})
            assert await follow(client, "call_read_operation", given, depth=1) > 5


@pytest.mark.anyio
async def test_what_a_wait_proposes_is_taken() -> None:
    with ScriptedService() as service:
        async with connected(service.url) as client:
            for job in asynchronous()[::3]:
                state = next(iter(poll_of(job).pending), "Transmogrifying")
                service.usual = Answer(body=looked(job, state))
                given = {"operation": job.name, "ids": ids(job), "wait_seconds": 0}
                await taken(client, await client.call_tool("wait_for_job", given), job.name, least=0)


def test_one_list_of_sections_is_published_and_proposed() -> None:
    rows = {row.name: row.choices for row in list_server_parameters(get_operation("GetMediaInfo"))}
    assert rows["ai_section"] == AI_SECTIONS
    assert rows["view"] == VIEWS
