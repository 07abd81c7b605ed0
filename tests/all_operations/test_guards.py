"""No operation does more than it may: 107 want a confirmation, 225 are refused in read-only mode, by every road."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp_types import CallToolResult

from ims_mcp.catalogue import Effect, operations
from ims_mcp.cli import main
from ims_mcp.workflows.behaviours.readings import list_readings
from tests.all_operations.roads import (
    ROADS,
    Call,
    by_the_call_tool,
    calls,
    calls_that,
    everything,
    operation,
    refusal_of,
)
from tests.client.scripted_service import ScriptedService
from tests.server.connected import connected, text_of

Road = Callable[[Client, Call], Awaitable[CallToolResult]]
CHANGES = (Effect.WRITE, Effect.DESTRUCTIVE)
REGISTER = {"InputURL": "oss://bucket/film.mp4"}
TRUTHS: list[Any] = [
    *(True, "true", "True", "TRUE", "tRuE", " true", "true ", "true\n", "true\x00", "1", "1 ", 1, 1.0, [True]),
    *(["true"], {"Overwrite": True}, "ｔｒｕｅ", "trüe", "trıe", "yes", "on", "y", '"true"', "[true]"),
]  # fmt: skip
NAMES = ("overwrite", "OVERWRITE", "OverWrite", "Overwrite ", " Overwrite", "over_write", "Over-Write", "Ｏverwrite")
DISGUISED: list[Any] = [
    *({**REGISTER, "Overwrite": truth} for truth in TRUTHS),
    *({**REGISTER, name: True} for name in NAMES),
    *({**REGISTER, "Overwrite": False, name: True} for name in NAMES),
    {**REGISTER, "RegisterConfig": {"Overwrite": True}},
    {**REGISTER, "RegisterConfig": '{"Overwrite": true}'},
    {**REGISTER, "UserData": {"Overwrite": True}},
    {"InputURL": f"{REGISTER['InputURL']}&Overwrite=true"},
    {"InputURL": f"{REGISTER['InputURL']}?Overwrite=true#&Overwrite=true"},
    {**REGISTER, "Title": "t&Overwrite=true"},
    {**REGISTER, "Title": "t\r\nOverwrite: true"},
    {**REGISTER, "arguments": {"Overwrite": True}},
    {**REGISTER, "operation_arguments": {"Overwrite": True}},
]
"""RegisterMediaInfo asked to overwrite in all ways but the plain one, or in the plain one: nobody confirms it."""
LOOKED_FIRST = {
    **{name: {reading.operation for reading in readings} for name, readings in list_readings().items()},
    "SubmitLiveRecordJob": {"ListLiveRecordJobs"},
    "UpdateMediaMarks": {"ListMediaMarks"},
    "DeleteMediaMarks": {"ListMediaMarks"},
    "SubmitMediaProducingJob": {"BatchGetMediaInfos"},
}
"""A recording is looked for before it is submitted, what a change replaces is read, and how long the clips are that a
rendering is paid for; nothing else is."""
LOOKED_AFTER = {name: ["BatchGetMediaInfos"] for name in ("AddMediaMarks", "UpdateMediaMarks")}
"""Whether a mark lies beyond the end of its asset is looked at once it is set."""


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    with ScriptedService() as running:
        yield running


@pytest.fixture
def terminal(
    service: ScriptedService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """``ims-mcp call`` of this process: (exit code, what it says on stderr)."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5tRecognisableKeyId00")
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "RecognisableSecret0123456789")

    def run(call: Call, *options: str) -> tuple[int, str]:
        arguments = ["--json", json.dumps(call.arguments)]
        code = main(["call", call.operation.name, "--endpoint", service.url, *arguments, *options])
        return code, capsys.readouterr().err

    return run


def test_every_operation_has_an_effect_and_ninety_one_are_destructive() -> None:
    effects = [operation.effect for operation in operations()]
    assert len(effects) == 400
    assert (effects.count(Effect.DESTRUCTIVE), effects.count(Effect.WRITE)) == (91, 134)
    assert {call.operation.name for call in calls_that(Effect.DESTRUCTIVE)} > {"RegisterMediaInfo", "DeleteMediaInfos"}


@pytest.mark.anyio
@pytest.mark.parametrize("road", ROADS)
async def test_no_destructive_call_is_sent_where_nobody_can_confirm_it(road: Road, service: ScriptedService) -> None:
    async with everything(service.url) as client:
        for call in calls_that(Effect.DESTRUCTIVE):
            said = refusal_of(await road(client, call))
            assert f"{call.operation.name} was not sent" in said
            assert "confirm" in said
    assert service.count == 0


@pytest.mark.anyio
@pytest.mark.parametrize("road", ROADS)
async def test_no_disguise_of_an_overwriting_call_goes_through_unasked(road: Road, service: ScriptedService) -> None:
    async with everything(service.url) as client:
        for arguments in DISGUISED:
            await road(client, Call(operation("RegisterMediaInfo"), arguments))
        for text in (
            json.dumps({**REGISTER, "Overwrite": True}),
            '{"InputURL": "oss://b/k.mp4", "Overwrite": false, "Overwrite": true}',
            '{"InputURL": "oss://b/k.mp4", "Overwrite": true, "Overwrite": "false "}',
            json.dumps(json.dumps({**REGISTER, "Overwrite": True})),
            json.dumps({"arguments": {**REGISTER, "Overwrite": True}}),
        ):
            for name in ("RegisterMediaInfo", "registermediainfo", "register_media_info", "RegisterMediaInfo "):
                for tool in ("call_write_operation", "call_read_operation", "call_destructive_operation"):
                    await client.call_tool(tool, {"operation": name, "arguments": text})
    assert_none_overwrites(service)


def test_no_disguise_of_an_overwriting_call_goes_through_from_a_terminal(
    terminal: Callable[..., tuple[int, str]], service: ScriptedService
) -> None:
    for arguments in DISGUISED:
        terminal(Call(operation("RegisterMediaInfo"), arguments))
    for pair in ("Overwrite=true", "overwrite=TRUE", "Overwrite=1", "OVERWRITE=true", "Overwrite=[true]"):
        terminal(Call(operation("RegisterMediaInfo"), REGISTER), pair)
        terminal(Call(operation("RegisterMediaInfo"), {**REGISTER, "Overwrite": False}), pair)
    assert_none_overwrites(service)


def assert_none_overwrites(service: ScriptedService) -> None:
    # What hides it in another value is sent, and says it in no parameter.
    assert {request.action for request in service.arrived} <= {"RegisterMediaInfo"}
    for request in service.arrived:
        sent = {name.strip().casefold(): value for name, value in (request.query | request.form).items()}
        assert sent.get("overwrite", "false") == "false", sent
    assert len(service.arrived) >= 3


def test_no_destructive_call_is_sent_from_a_terminal_without_yes(
    terminal: Callable[..., tuple[int, str]], service: ScriptedService
) -> None:
    for call in calls_that(Effect.DESTRUCTIVE):
        code, said = terminal(call)
        assert (code, "nobody confirmed it" in said) == (1, True), (call.operation.name, said)
    assert service.count == 0


def test_a_destructive_call_is_sent_from_a_terminal_with_yes(
    terminal: Callable[..., tuple[int, str]], service: ScriptedService
) -> None:
    some = calls_that(Effect.DESTRUCTIVE)[::10]
    for call in some:
        code, said = terminal(call, "--yes")
        assert code == 0, said
    sent = [request.action for request in service.arrived if operation(request.action).effect is not Effect.READ]
    assert sent == [call.operation.name for call in some]


@pytest.mark.anyio
@pytest.mark.parametrize("road", ROADS)
async def test_nothing_that_changes_something_is_sent_in_read_only_mode(road: Road, service: ScriptedService) -> None:
    # Not even where destructive calls are allowed: read-only mode is the stronger.
    async with everything(service.url, read_only=True, allow_destructive=True) as client:
        for call in calls_that(*CHANGES):
            assert "read-only mode" in refusal_of(await road(client, call)), call.operation.name
    assert service.count == 0


def test_nothing_that_changes_something_is_sent_from_a_read_only_terminal(
    terminal: Callable[..., tuple[int, str]], service: ScriptedService
) -> None:
    for call in calls_that(*CHANGES):
        code, said = terminal(call, "--read-only", "--yes")
        assert (code, "read-only mode" in said) == (1, True), (call.operation.name, said)
    assert service.count == 0


@pytest.mark.anyio
@pytest.mark.parametrize("tool", list(Effect))
async def test_a_call_tool_takes_its_own_effect_only_and_names_the_right_tool(
    tool: Effect, service: ScriptedService
) -> None:
    async with connected(service.url) as client:
        for call in calls():
            if call.operation.effect is not tool:
                given = {"operation": call.operation.name, "arguments": call.arguments}
                said = refusal_of(await client.call_tool(f"call_{tool}_operation", given))
                assert f"{call.operation.name} was not sent" in said
                assert f"call_{call.operation.effect}_operation" in said
    assert service.count == 0


@pytest.mark.anyio
@pytest.mark.parametrize("road", ROADS)
async def test_a_plain_good_call_of_every_operation_reaches_the_service(road: Road, service: ScriptedService) -> None:
    async with everything(service.url, allow_destructive=True) as client:
        for call in calls():
            before = service.count
            result = await road(client, call)
            assert not result.is_error, text_of(result)
            name, actions = call.operation.name, [request.action for request in service.arrived[before:]]
            assert actions.count(name) == 1
            looks, after = actions[: actions.index(name)], actions[actions.index(name) + 1 :]
            assert len(looks) <= 2
            assert {*looks} <= LOOKED_FIRST.get(name, set()), name
            assert after in ([], LOOKED_AFTER.get(name)), name


@pytest.mark.anyio
async def test_the_call_tools_check_arguments_against_the_operation(service: ScriptedService) -> None:
    async with connected(service.url, timeout_seconds=5) as client:
        for call in calls():
            wrong = Call(call.operation, {**call.arguments, "NoSuchParameter": 1})
            said = refusal_of(await by_the_call_tool(client, wrong))
            assert f"{call.operation.name} was not sent" in said
            assert "NoSuchParameter: unknown" in said
    assert {request.action for request in service.arrived} <= {"ListLiveRecordTemplates"}


@pytest.mark.anyio
async def test_an_operation_that_ims_does_not_have_is_refused_with_the_nearest_names(service: ScriptedService) -> None:
    async with connected(service.url) as client:
        for tool in ("call_read_operation", "describe_operation"):
            said = refusal_of(await client.call_tool(tool, {"operation": "GetMediaInfos"}))
            assert "GetMediaInfo" in said
    assert service.count == 0
