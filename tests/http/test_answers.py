"""What a client gets over HTTP is what it gets over stdio, in both eras: tools, progress, questions."""

from __future__ import annotations

import json
import logging
from typing import Any, Literal

import anyio
import pytest
from mcp import Client
from mcp_types import ElicitResult, Implementation

from ims_mcp.catalogue import Effect
from ims_mcp.server.http.callers import current_caller
from ims_mcp.server.http.question_state import KEY_VARIABLE, make_state_security
from ims_mcp.server.tool import TableTool
from ims_mcp.server.toolsets import read_effect
from ims_mcp.settings import Settings, SettingsError
from tests.client.scripted_service import Answer, Arrived, ScriptedService
from tests.http.served import KEY, MODERN, OLDER, NameGate, Served, call, served
from tests.server.connected import ERAS, content_of, text_of

DELETE = ("delete_media_infos", {"MediaIds": "a" * 32})
YES = {"confirm": {"action": "accept", "content": {"confirm": True}}}
TESTER = Implementation(name="ims-mcp tests", version="1")
Era = Literal["legacy", "2026-07-28"]


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_tools_are_listed_and_called(era: Era) -> None:
    with ScriptedService(usual=Answer(body={"MediaIds": ["m"]})) as service:
        async with served(service.url) as to, Client(to.url, mode=era) as client:
            assert [tool.name for tool in (await client.list_tools()).tools] == [t.name for t in to.server.listed_tools]
            content_of(await client.call_tool("get_media_info", {"MediaId": "a" * 32}))
            prompts = await client.list_prompts()
    assert [request.action for request in service.arrived] == ["GetMediaInfo"]
    assert prompts.prompts


def register(request: Arrived) -> Answer:
    look = {"MediaInfo": {"MediaBasicInfo": {"Status": "Preparing"}}}
    return Answer(body={"MediaId": "m1"} if request.action == "RegisterMediaInfo" else look)


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_progress_arrives_before_the_answer(era: Era) -> None:
    heard, is_answered = list[str](), False

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        assert not is_answered
        heard.append(message or "")

    with ScriptedService(usual=register) as service:
        async with served(service.url) as to, Client(to.url, mode=era) as client:
            arguments = {"InputURL": "oss://b/k", "wait_seconds": 0.1}
            result = await client.call_tool("register_media_info", arguments, progress_callback=hear)
            is_answered = True
    assert content_of(result)["MediaId"] == "m1"
    assert heard


@pytest.mark.anyio
async def test_the_user_is_asked_where_the_protocol_can() -> None:
    asked: list[str] = []

    async def answer(context: Any, params: Any) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="accept", content={"confirm": True})

    with ScriptedService() as service:
        async with served(service.url) as to:
            async with Client(to.url, mode="2026-07-28", elicitation_callback=answer) as client:
                assert not (await client.call_tool(*DELETE)).is_error
            async with Client(to.url, mode="legacy", elicitation_callback=answer) as client:
                refused = await client.call_tool(*DELETE)
    assert len(asked) == 1
    assert refused.is_error
    assert "this client cannot ask its user" in text_of(refused)
    assert [request.action for request in service.arrived].count("DeleteMediaInfos") == 1


async def ask(to: Served, caller: str = "ann") -> str:
    """A question, as far as the client carries it on."""
    asked = (await call(to.url, *DELETE, caller=caller)).json()["result"]
    assert asked["resultType"] == "input_required", asked
    return asked["requestState"]


async def confirm(to: Served, state: str, caller: str = "ann") -> dict[str, Any]:
    return (await call(to.url, *DELETE, caller=caller, inputResponses=YES, requestState=state)).json()


@pytest.mark.anyio
async def test_a_yes_counts_at_any_replica_with_the_key_once_and_of_nobody_else() -> None:
    with ScriptedService() as service:
        async with (
            served(service.url, gate=NameGate()) as first,
            served(service.url, gate=NameGate()) as second,
            served(service.url, gate=NameGate(), keys=f"{'b' * 32},{KEY}") as renewed,
            served(service.url, gate=NameGate(), keys=None) as stranger,
        ):
            state = await ask(first)
            for refused in (await confirm(stranger, state), await confirm(first, state, caller="bob")):
                assert refused["error"]["message"] == "Invalid or expired requestState"
            assert not (await confirm(second, state))["result"].get("isError")
            assert (await confirm(second, state))["result"]["isError"]
            assert not (await confirm(renewed, await ask(first)))["result"].get("isError")
    assert [request.action for request in service.arrived].count("DeleteMediaInfos") == 2


@pytest.mark.anyio
async def test_the_first_question_without_a_key_says_once_what_is_missing(caplog: pytest.LogCaptureFixture) -> None:
    with ScriptedService() as service, caplog.at_level(logging.WARNING, "ims_mcp"):
        async with served(service.url, keys=None, gate=NameGate()) as to:
            await call(to.url, "get_media_info", {"MediaId": "a" * 32}, caller="ann")
            assert KEY_VARIABLE not in caplog.text
            for _ in range(2):
                await ask(to)
    assert caplog.text.count(f"{KEY_VARIABLE} is not set") == 1


@pytest.mark.parametrize("keys", ["short", f"{KEY},short", f"{KEY},{KEY}"])
def test_a_key_that_is_no_good_is_refused_and_not_repeated(keys: str) -> None:
    with pytest.raises(SettingsError) as refused:
        make_state_security(keys)
    assert "short" not in refused.value.explain()
    assert KEY not in refused.value.explain()


@pytest.mark.anyio
@pytest.mark.parametrize("era", [MODERN, OLDER])
async def test_each_call_knows_its_caller(era: str, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: dict[str, str] = {}
    both = anyio.Event()

    async def note(self: TableTool, arguments: dict[str, Any], request: Any) -> Any:
        caller = current_caller.get()
        assert caller is not None
        heard[arguments["MediaId"]] = caller.subject
        if len(heard) == 2:
            both.set()
        await both.wait()
        assert current_caller.get() is caller
        return {"content": [], "structuredContent": {}}

    monkeypatch.setattr(TableTool, "run", note)
    async with served(gate=NameGate()) as to, anyio.create_task_group() as group:
        for name in ("ann", "bob"):

            async def send(name: str = name) -> None:
                answer = await call(to.url, "get_media_info", {"MediaId": name}, era=era, caller=name)
                assert answer.status_code == 200

            group.start_soon(send)
    assert heard == {"ann": "ann", "bob": "bob"}
    assert current_caller.get() is None


@pytest.mark.anyio
async def test_one_callers_search_says_nothing_of_anothers_language() -> None:
    with ScriptedService() as service:
        async with served(service.url, gate=NameGate()) as to:
            await call(to.url, "search_operations", {"query": "删除媒资"}, caller="ann")
            answer = (await call(to.url, *DELETE, caller="bob")).json()["result"]
    assert "删除" not in json.dumps(answer, ensure_ascii=False)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("tool", "arguments", "effect"),
    [
        ("get_media_info", {}, "read"),
        ("find_media", {}, "read"),
        ("no_such_tool", {}, "read"),
        ("upload_media", {}, "write"),
        ("register_media_info", {"InputURL": "oss://b/k"}, "write"),
        ("register_media_info", {"overwrite": "TRUE"}, "destructive"),
        ("delete_media_infos", {}, "destructive"),
        ("call_read_operation", {"operation": "DeleteTemplate"}, "read"),
        ("call_write_operation", {"operation": "delete_template"}, "write"),
        ("call_write_operation", {"operation": "RegisterMediaInfo"}, "write"),
        ("call_write_operation", {"operation": "RegisterMediaInfo", "arguments": {"Overwrite": True}}, "destructive"),
        (
            "call_write_operation",
            {"operation": "RegisterMediaInfo", "arguments": '{"overwrite": "true"}'},
            "destructive",
        ),
        ("call_write_operation", {"operation": "RegisterMediaInfo", "arguments": "{"}, "write"),
        ("call_write_operation", {"operation": ["RegisterMediaInfo"]}, "write"),
        ("call_destructive_operation", {}, "destructive"),
        ("call_destructive_operation", {"operation": "GetMediaInfo"}, "destructive"),
    ],
)
async def test_what_a_call_would_do_is_known_from_its_arguments_as_they_came(
    tool: str, arguments: dict[str, Any], effect: str
) -> None:
    async with served() as to:
        assert to.server.find_effect(tool, arguments) == effect


@pytest.mark.anyio
async def test_no_tool_does_more_than_its_call_is_taken_for() -> None:
    async with served(settings=Settings(toolsets=("all",))) as to:
        for tool in to.server.listed_tools:
            if tool.name == "look_at_media":  # what it submits is checked where it does: tests/look/test_rights.py
                continue
            least = to.server.find_effect(tool.name, {})
            assert least == read_effect(tool) or (least, read_effect(tool)) == (Effect.WRITE, "destructive"), tool.name
