"""What a client is told of the tools: lean schemas, honest annotations, and no more bytes than promised."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

import pytest
from mcp_types import Tool

from ims_mcp.server.toolsets import write_list
from ims_mcp.settings import Settings
from scripts.write_snapshots import differences, listed_tools
from tests.server.connected import ERAS, Era, connected

MAX_LIST_BYTES = 28 * 1024
MAX_FIRST_TEN_BYTES = 22 * 1024
FIRST_TEN = 10
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def tools() -> list[Tool]:
    return listed_tools()


def schemas_in(schema: Any) -> Iterator[dict[str, Any]]:
    """A schema and all schemas inside it."""
    if isinstance(schema, dict):
        known = cast("dict[str, Any]", schema)
        yield known
        for name, part in known.items():
            parts = cast("dict[str, Any]", part).values() if name == "properties" else [part]
            for inner in parts:
                yield from schemas_in(inner)
    elif isinstance(schema, list):
        for inner in cast("list[Any]", schema):
            yield from schemas_in(inner)


def test_the_default_list_is_what_people_meet_first_and_the_way_to_the_rest(tools: list[Tool]) -> None:
    assert [tool.name for tool in tools] == [
        "register_media_info",
        "register_media_stream",
        "get_media_info",
        "batch_get_media_infos",
        "list_media_basic_infos",
        "update_media_info",
        "delete_media_infos",
        "get_play_info",
        "create_upload_stream",
        "submit_live_record_job",
        "find_media",
        "look_at_media",
        "create_upload",
        "upload_media",
        "upload_stream",
        "transfer_status",
        "cancel_transfer",
        "wait_for_job",
        "search_operations",
        "describe_operation",
        "call_read_operation",
        "call_write_operation",
        "call_destructive_operation",
    ]


def test_input_schemas_are_lean_enough_for_every_client(tools: list[Tool]) -> None:
    for tool in tools:
        assert tool.input_schema["type"] == "object", tool.name
        assert "additionalProperties" not in tool.input_schema, tool.name
        assert not {"anyOf", "oneOf", "allOf", "not"} & set(tool.input_schema), tool.name
        for schema in (*schemas_in(tool.input_schema), *schemas_in(tool.output_schema)):
            assert not {"$ref", "$defs"} & set(schema), tool.name
            assert not schema.get("title"), tool.name
            assert not isinstance(schema.get("type"), list), tool.name
            assert schema.get("type") != "null", tool.name


def test_names_and_descriptions_stay_within_what_clients_keep(tools: list[Tool]) -> None:
    for tool in tools:
        assert re.fullmatch(r"[a-z0-9_]{1,45}", tool.name)
        assert 80 <= len(tool.description or "") <= 1200, tool.name
        assert tool.title


def test_every_tool_carries_all_four_annotations_from_its_effect(tools: list[Tool]) -> None:
    hints = {tool.name: tool.annotations for tool in tools}
    for name, hint in hints.items():
        assert hint is not None, name
        assert None not in (
            hint.read_only_hint,
            hint.destructive_hint,
            hint.idempotent_hint,
            hint.open_world_hint,
        ), name
    assert {name for name, hint in hints.items() if hint and hint.destructive_hint} == {
        "register_media_info",  # with Overwrite=true
        "delete_media_infos",
        "call_write_operation",  # for the arguments that an operation's own conditions name
        "call_destructive_operation",
    }
    assert {name for name, hint in hints.items() if hint and hint.read_only_hint} == {
        "get_media_info",
        "batch_get_media_infos",
        "list_media_basic_infos",
        "get_play_info",
        "find_media",
        "wait_for_job",
        "search_operations",
        "describe_operation",
        "call_read_operation",
    }


def test_every_tool_declares_what_it_returns_but_the_one_that_shows_pictures(tools: list[Tool]) -> None:
    # Clients that are given a structured result show a model nothing else: no picture.
    assert [tool.name for tool in tools if tool.output_schema is None] == ["look_at_media"]
    for tool in tools:
        if tool.output_schema is None:
            continue
        assert tool.output_schema["type"] == "object"
        assert "required" not in tool.output_schema  # a query, or a question, answers with something else


def test_the_list_costs_a_model_no_more_than_promised(tools: list[Tool]) -> None:
    assert len(write_list(tools).encode()) <= MAX_LIST_BYTES
    assert len(write_list(tools[:FIRST_TEN]).encode()) <= MAX_FIRST_TEN_BYTES


def test_schema_snapshots_and_readme_tables_are_current() -> None:
    assert differences() == []


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_both_protocol_eras_list_the_same_tools(era: Era, tools: list[Tool]) -> None:
    async with connected(NOWHERE, era=era) as client:
        assert (await client.list_tools()).tools == tools
        assert (await client.list_tools()).tools == tools


@pytest.mark.anyio
async def test_read_only_mode_lists_reads_and_refuses_the_rest_with_a_reason() -> None:
    async with connected(NOWHERE, settings=Settings(read_only=True)) as client:
        listed = (await client.list_tools()).tools
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in listed)
        assert len(listed) == 10
        refused = await client.call_tool("update_media_info", {"MediaId": "a" * 32, "Title": "t"})
        assert refused.is_error
        assert "read-only mode" in str(refused.content)
