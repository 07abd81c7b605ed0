"""Which scope a call needs, as the real server knows its tools, and what a caller without it is told."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Any

import pytest

from ims_mcp.catalogue import Effect, operations
from ims_mcp.catalogue.published_names import publish_name
from ims_mcp.cli.connection import connect
from ims_mcp.server.allowed_effects import allowed_effects
from ims_mcp.server.build import ImsServer
from ims_mcp.server.http.bearer import Challenges
from ims_mcp.server.http.callers import ALL_SCOPES, Caller
from ims_mcp.server.http.scopes import find_needed_scopes, list_allowed_effects, refuse_for_scope
from ims_mcp.settings import read_settings
from tests.client.scripted_service import ScriptedService
from tests.server.connected import connected

pytestmark = pytest.mark.anyio
READ, WRITE, DESTRUCTIVE = {"ims:read"}, {"ims:write"}, {"ims:destructive"}


@pytest.fixture
async def server(tmp_path: Path) -> ImsServer:
    settings = read_settings({}, toolsets="core", state_dir=str(tmp_path))
    async with connect(settings, {}) as to:
        return ImsServer(settings, to.client, to.transfers)


def call(name: Any, arguments: Any = None, **more: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": name, "arguments": arguments}, **more}


# What is no call of a tool, or no message at all.
OTHERS: list[Any] = [
    {"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
    {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": ["x"]},
    {"jsonrpc": "2.0", "id": 1, "result": {"action": "accept"}},
    *(None, 7, "tools/call", {}, [], [None]),
]
PAUSE = {"PipelineId": "a", "Status": "Paused"}
REPLACE = {"TemplateId": "a", "Configuration": "{}"}
REPLACE_BY_TITLE = {"MediaId": "title:Lighthouse", "Configuration": "{}"}
SEVERAL: list[Any] = [call("find_media"), call("upload_media"), 7]


@pytest.mark.parametrize(
    ("message", "needed"),
    [
        (call("get_media_info", {"MediaId": "a"}), READ),
        (call("find_media"), READ),
        (call("search_operations", {"query": "delete everything"}), READ),
        (call("wait_for_job"), READ),
        # What is stored may be seen by whoever may read.
        (call("look_at_media", {"MediaId": "a", "at_seconds": [1]}), READ),
        (call("transfer_status"), WRITE),
        (call("upload_media"), WRITE),
        (call("cancel_transfer"), WRITE),
        (call("update_media_info", {"MediaId": "a"}), WRITE),
        (call("delete_media_infos", {"MediaIds": "a"}), DESTRUCTIVE),
        (call("delete_media_infos"), DESTRUCTIVE),
        # By the arguments of this very call, in every spelling that the tool takes.
        (call("register_media_info", {"InputURL": "oss://a/b"}), WRITE),
        (call("register_media_info", {"InputURL": "oss://a/b", "Overwrite": False}), WRITE),
        *(
            (call("register_media_info", {"InputURL": "oss://a/b", name: value}), DESTRUCTIVE)
            for name in ("Overwrite", "overwrite")
            for value in (True, "true", " TRUE ")
        ),
        (call("register_media_info", {"Overwrite": True, "Unknown": 1}), DESTRUCTIVE),
        (call("call_read_operation", {"operation": "ListSystemTemplates"}), READ),
        (call("call_write_operation", {"operation": "SubmitSnapshotJob", "arguments": {}}), WRITE),
        (call("call_write_operation", {"operation": "submit_snapshot_job"}), WRITE),
        (call("call_write_operation", {"operation": "UpdatePipeline", "arguments": {"Status": "Paused"}}), DESTRUCTIVE),
        (
            call("call_write_operation", {"operation": "UpdatePipeline", "arguments": '{"Status": "paused"}'}),
            DESTRUCTIVE,
        ),
        (call("call_write_operation", {"operation": "UpdatePipeline", "arguments": {"Status": "Active"}}), WRITE),
        (call("call_destructive_operation", {"operation": "DeleteMediaMarks"}), DESTRUCTIVE),
        # Under the names that the tools publish.
        (call("call_write_operation", {"operation": "UpdatePipeline", "operation_arguments": PAUSE}), DESTRUCTIVE),
        (call("call_write_operation", {"operation": "UpdateTemplate", "operation_arguments": REPLACE}), DESTRUCTIVE),
        (call("call_write_operation", {"operation": "UpdateTemplate", "arguments": REPLACE_BY_TITLE}), DESTRUCTIVE),
        (call("call_write_operation", {"operation": "UpdateTemplate", "arguments": {"TemplateId": "a"}}), WRITE),
        # Refused by the tool itself, with the name of the right one.
        (call("call_read_operation", {"operation": "DeleteMediaInfos"}), READ),
        (call("call_write_operation", {"operation": "Nothing", "arguments": "{"}), WRITE),
        (call("call_destructive_operation", {"operation": ["x"]}), DESTRUCTIVE),
        (call("no_such_tool"), READ),
        (call(7), READ),
        (call("get_media_info", ["x"]), READ),
        *((message, READ) for message in OTHERS),
        (SEVERAL, READ | WRITE),
    ],
)
async def test_a_call_needs_the_scope_of_what_it_does(message: Any, needed: set[str], server: ImsServer) -> None:
    assert find_needed_scopes(message, server.find_effect) == needed


async def test_every_operation_needs_the_scope_of_its_effect_by_its_own_and_by_the_general_tool(
    server: ImsServer, tmp_path: Path
) -> None:
    settings = read_settings({}, toolsets="all", state_dir=str(tmp_path))
    async with connect(settings, {}) as to:
        whole = ImsServer(settings, to.client, to.transfers)
    for operation in operations():
        unconditional = operation.effect if operation.effect is Effect.DESTRUCTIVE else operation.effect_of({})
        expected = {f"ims:{unconditional}"}
        by_name = call(f"call_{operation.effect}_operation", {"operation": operation.name, "arguments": {}})
        assert find_needed_scopes(call(operation.tool_name, {}), whole.find_effect) == expected, operation.name
        assert find_needed_scopes(by_name, server.find_effect) == expected, operation.name


def test_a_caller_who_lacks_a_scope_is_told_which_and_keeps_what_they_have() -> None:
    challenges = Challenges("https://ims.example.com/.well-known/oauth-protected-resource/mcp", frozenset(READ))
    refused = refuse_for_scope(Caller("anna", frozenset(READ)), frozenset(WRITE), challenges)
    assert refused is not None
    description = "This call needs the scope ims:write, which the token does not have."
    assert refused.challenge == (
        f'Bearer realm="ims-mcp", error="insufficient_scope", error_description="{description}", '
        'scope="ims:read ims:write", '
        'resource_metadata="https://ims.example.com/.well-known/oauth-protected-resource/mcp"'
    )
    assert refused.message.startswith(description)
    assert refused.data == {"reason": "insufficient_scope", "needed": ["ims:write"]}
    assert refuse_for_scope(Caller("anna"), ALL_SCOPES, challenges) is None


def test_no_scope_includes_another() -> None:
    challenges = Challenges()
    for scope in (READ, WRITE, DESTRUCTIVE):
        for needed in (READ, WRITE, DESTRUCTIVE):
            refused = refuse_for_scope(Caller("anna", frozenset(scope)), frozenset(needed), challenges)
            assert (refused is None) == (scope == needed)


@pytest.mark.parametrize("spelled", ["arguments", "operation_arguments"])
async def test_no_spelling_of_a_call_gets_past_the_scope_it_needs(spelled: str, server: ImsServer) -> None:
    """What the tools ask the user about after their own check, and what is found out from the body, is the same."""
    for operation in operations():
        if operation.effect is not Effect.WRITE:
            continue
        for condition in operation.destructive_when:
            parameter, *inner = condition.path.split(".")
            value: Any = condition.values[0] if condition.values else "x"
            for name in reversed(inner):
                value = {name: value}
            if condition.absent and not condition.values:
                value = ""
            for name in (parameter, publish_name(parameter)):
                for spelling in (value, json.dumps(value) if inner else value):
                    needed = find_needed_scopes(
                        call("call_write_operation", {"operation": operation.name, spelled: {name: spelling}}),
                        server.find_effect,
                    )
                    assert needed == DESTRUCTIVE, (operation.name, name)


async def test_the_last_word_is_said_where_the_call_is_made() -> None:
    arguments = {"operation": "UpdatePipeline", "operation_arguments": {"PipelineId": "a", "Name": "b"}}
    with ScriptedService() as service:
        for scopes in (READ, WRITE, READ):
            before = service.count
            allowed = allowed_effects.set(list_allowed_effects(Caller("anna", frozenset(scopes))))
            async with connected(service.url) as client:
                answer = await client.call_tool("call_write_operation", arguments)
            allowed_effects.reset(allowed)
            assert (answer.is_error, service.count == before) == (scopes is READ, scopes is READ)
            assert not answer.is_error or "a token with the scope ims:write is needed" in str(answer.content)


async def test_what_a_call_does_is_found_without_looking_for_names_like_its_own(
    server: ImsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That look takes as long as all the rest of a call, and each call asks."""

    def look(*_: object, **__: object) -> list[str]:
        raise AssertionError("names were compared")

    monkeypatch.setattr(difflib, "get_close_matches", look)
    for tool in server.listed_tools:
        server.find_effect(tool.name, {})
        if tool.name.startswith("call_"):
            server.find_effect(tool.name, {"operation": "NoSuchOperation"})
