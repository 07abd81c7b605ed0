"""What a client is told: a small list by default, 400 lean tools on request, and the same ones at every time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from keyword import iskeyword
from typing import Any, cast

import pytest
from mcp_types import Tool

from ims_mcp.catalogue import TOOLSETS, Effect, Parameter, operations
from ims_mcp.catalogue.listed_schema import MAX_BYTES, choose_listed, listed_schema
from ims_mcp.catalogue.named_toolsets import CORE
from ims_mcp.catalogue.operation import snake_case
from ims_mcp.catalogue.published_names import publish_name
from ims_mcp.catalogue.schema import input_schema, parameter_schema
from ims_mcp.cli import main
from ims_mcp.server.toolsets import choose_operations, write_list
from ims_mcp.settings import Settings, SettingsError, read_settings
from ims_mcp.workflows.server_parameters import complete_table, list_server_parameters
from scripts.write_snapshots import listed_tools
from tests.all_operations.roads import operation
from tests.server.connected import connected

NOWHERE = "http://127.0.0.1:9"
CORE_BYTES, CORE_TOOLS = 28 * 1024, 24
ALL_BYTES = 400 * 1024
ANY_VALUE = {"title": ""}
"""Fits everything, has fields to look for and is not empty: one converter each stumbles over ``true`` and ``{}``."""
PLAIN_WORDS = frozenset(
    {
        *("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "in", "into", "is", "it", "its"),
        *("of", "on", "one", "or", "that", "the", "this", "to", "what", "which", "with", "your"),
    }
)


@cache
def everything() -> dict[str, Tool]:
    return {tool.name: tool for tool in listed_tools("all")}


def schemas_in(schema: Any) -> Iterator[dict[str, Any]]:
    """A schema and all schemas inside it."""
    if isinstance(schema, dict):
        known = cast("dict[str, Any]", schema)
        yield known
        for name, part in known.items():
            parts = cast("dict[str, Any]", part).values() if name == "properties" else [part]
            for inner in parts:
                yield from schemas_in(inner)


def test_the_default_list_is_small() -> None:
    tools = listed_tools()
    assert len(tools) <= CORE_TOOLS
    assert len(write_list(tools).encode()) <= CORE_BYTES


RESERVED_NAMES = frozenset(
    {
        # semantic-kernel fills parameters of these names with objects of its own.
        *("arguments", "context", "execution_settings", "kernel", "service"),
        # LangChain hands these to a tool, and binds tools as pydantic models, as crewai and mcp-use do.
        *("args", "callbacks", "config", "input", "kwargs", "run_manager", "runtime", "tool_call_id"),
        *("Config", "construct", "copy", "dict", "fields", "from_orm", "json", "parse_file", "parse_obj", "parse_raw"),
        *("schema", "schema_json", "update_forward_refs", "validate"),
        # autogen, Google ADK, fastmcp and the MCP SDK, agno, strands.
        *("cancellation_token", "tool_context", "input_stream", "ctx", "agent", "run_context", "session_state", "team"),
        *("cls", "self"),
    }
)
"""Names that frameworks use for what they add to a call. Also reserved: every name that begins with ``model_``."""


def test_everything_lists_400_operations_and_the_rest_in_a_kilobyte_a_tool() -> None:
    tools = list(everything().values())
    names = {each.tool_name for each in operations()}
    assert len(names) == 400
    assert names < set(everything())
    assert {tool.name for tool in listed_tools()} < set(everything())
    assert len(write_list(tools).encode()) <= ALL_BYTES


def test_lists_are_the_same_at_every_time() -> None:
    assert write_list(listed_tools("all")) == write_list(list(everything().values()))
    assert [tool.name for tool in listed_tools("all")] == list(everything())


def test_every_schema_is_lean() -> None:
    for name, tool in everything().items():
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,44}", name)
        assert tool.input_schema["type"] == "object", name
        assert "additionalProperties" not in tool.input_schema, name
        assert not {"anyOf", "oneOf", "allOf", "not"} & set(tool.input_schema), name
        for schema in (*schemas_in(tool.input_schema), *schemas_in(tool.output_schema)):
            if schema == ANY_VALUE:
                continue
            assert not {"$ref", "$defs", "title"} & set(schema), name
            assert isinstance(schema.get("type", ""), str), name
            assert schema.get("type") != "null", name
            assert "type" in schema, (name, schema)
            assert set(schema.get("required", ())) <= set(schema.get("properties", ())), name
            if schema.get("pattern"):
                re.compile(schema["pattern"])
                # Without the group the ends bind to the first and the last alternative only.
                assert re.fullmatch(r"\^\(\?:.*\)\$", schema["pattern"]), (name, schema["pattern"])


def test_an_object_of_any_shape_says_so_and_a_list_says_what_it_holds() -> None:
    is_open = is_list = 0
    for name, tool in everything().items():
        for schema in schemas_in(tool.input_schema):
            if schema.get("type") == "object" and not schema.get("properties") and schema is not tool.input_schema:
                is_open += 1
                assert "additionalProperties" in schema, (name, schema)
            assert schema.get("additionalProperties", ANY_VALUE) == ANY_VALUE, (name, schema)
        for schema in (*schemas_in(tool.input_schema), *schemas_in(tool.output_schema)):
            if schema.get("type") == "array":
                is_list += 1
                assert schema["items"]["type"], (name, schema)
    assert is_open > 100
    assert is_list > 40


def converted(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema as google-genai's MCP support reads it: it looks for fields in every ``additionalProperties``."""
    inner = {name: converted(part) for name, part in schema.items() if name in ("items", "additionalProperties")}
    fields = {name: converted(part) for name, part in schema.get("properties", {}).items()}
    return {**schema, **inner, **({"properties": fields} if fields else {})}


def closed(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The objects that pydantic-ai closes for OpenAI in its default mode: those that say nothing of other fields."""
    for each in schemas_in(schema):
        if each.get("type") == "object" and each.get("additionalProperties") in (None, False):
            yield each


def test_converters_of_model_providers_take_every_schema_and_close_no_open_object() -> None:
    for name, tool in everything().items():
        assert converted(tool.input_schema) == tool.input_schema
        assert all(each.get("properties") or each is tool.input_schema for each in closed(tool.input_schema)), name
        keys = [key for each in schemas_in(tool.input_schema) for key in each.get("properties", {})]
        assert all(re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", key) for key in keys), (name, keys)


def test_no_open_object_looks_closed_to_a_converter_that_passes_over_what_is_empty() -> None:
    """openai-agents up to 0.6 sends such a tool as strict, and OpenAI's API then refuses the whole request."""
    for name, tool in everything().items():
        for schema in schemas_in(tool.input_schema):
            assert schema.get("additionalProperties", True), (name, schema)


def test_no_parameter_has_a_name_that_a_framework_keeps_for_itself() -> None:
    for name, tool in everything().items():
        parameters = list(tool.input_schema["properties"])
        assert not RESERVED_NAMES & set(parameters), name
        assert all(each.isidentifier() and not iskeyword(each) for each in parameters), (name, parameters)
        assert not [each for each in parameters if each.startswith(("_", "model_"))], (name, parameters)
        # crewai and mcp-use make a model of nested objects too.
        nested = {key for each in schemas_in(tool.input_schema) for key in each.get("properties", {})}
        assert "Config" not in nested, name
    assert "Configuration" in everything()["submit_media_convert_job"].input_schema["properties"]
    assert "operation_arguments" in everything()["call_read_operation"].input_schema["properties"]


def test_a_published_name_belongs_to_one_parameter_only() -> None:
    for each in operations():
        table = complete_table(each)
        names = [publish_name(row.name) for row in table.parameters]
        others = {row.name for row in table.parameters if publish_name(row.name) != row.name}
        assert len(set(names)) == len(names), each.name
        assert not others & set(names), each.name


def test_limits_stand_in_the_text_as_well_as_in_the_keywords() -> None:
    limited = 0
    for name, tool in everything().items():
        for schema in schemas_in(tool.input_schema):
            text = schema.get("description", "").replace(",", "")
            for keyword in ("minimum", "maximum", "maxLength"):
                if keyword in schema:
                    limited += 1
                    assert f"{schema[keyword]:g}" in re.findall(r"\d+(?:\.\d+)?", text) or (
                        f"{schema[keyword]:.15g}" in text
                    ), (name, schema)
            assert "pattern" not in schema or text, (name, schema)
    assert limited > 400


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (Parameter("n", "integer", minimum=1, maximum=45), "1 to 45."),
        (Parameter("n", "integer", text="Page, from 1.", minimum=1), "Page, from 1."),
        (Parameter("n", "integer", text="From 1.", minimum=1, maximum=100_000), "From 1. At most 100,000."),
        (Parameter("n", "number", minimum=0, max_decimals=4), "At least 0, at most 4 decimals."),
        (Parameter("n", "string", text="Title, at most 1,024 bytes.", max_bytes=1024), "Title, at most 1,024 bytes."),
        (Parameter("n", "string", min_characters=6, max_characters=64), "6 to 64 characters."),
        (Parameter("n", "string", max_parts=20, max_part_bytes=64), "At most 20, at most 64 bytes each."),
        (Parameter("n", "string", text="6 to 64 letters.", max_characters=64, pattern="x"), "6 to 64 letters."),
    ],
)  # fmt: skip
def test_limits_are_said_in_few_words_and_not_twice(row: Parameter, said: str) -> None:
    assert parameter_schema(row)["description"] == said


def test_every_description_says_more_than_the_name() -> None:
    seen: dict[str, str] = {}
    for name, tool in everything().items():
        text = tool.description or ""
        assert 80 <= len(text) <= 1200, (name, len(text))
        words = set(re.findall(r"[a-z]+", text.lower()))
        own = {form for word in name.split("_") for form in (word, f"{word}s", word.rstrip("s"), f"{word}ed")}
        assert len(words - own - PLAIN_WORDS) >= 5, (name, text)
        assert seen.setdefault(text, name) == name, (name, seen[text])
        assert tool.title


def test_annotations_follow_from_effects() -> None:
    for each in operations():
        hints = everything()[each.tool_name].annotations
        assert hints is not None
        destructive = each.effect is Effect.DESTRUCTIVE or bool(each.destructive_when)
        assert hints.read_only_hint is (each.effect is Effect.READ)
        assert hints.destructive_hint is destructive, each.name
        assert (hints.idempotent_hint, hints.open_world_hint) == (each.idempotent, True)


def test_what_people_meet_first_is_listed_whole() -> None:
    for name in CORE:
        table = complete_table(operation(name), list_query=True)
        whole = input_schema(replace(table, parameters=choose_listed(table.parameters)))
        listed = everything()[snake_case(name)].input_schema
        assert _paths(listed) == _paths(whole), name


def test_a_folded_object_names_its_fields_and_takes_all_of_them() -> None:
    folded = 0
    for each in operations():
        assert not any(row.required for row in each.parameters if row.unlisted)
        whole = input_schema(replace(each, parameters=choose_listed(each.parameters)))
        listed = listed_schema(each)
        missing = _paths(whole) - _paths(listed)
        folded += bool(missing)
        for path in missing:
            parent = _part(listed, path.rpartition(".")[0])
            if parent is not None and "properties" not in parent and " more." not in parent["description"]:
                assert path.rpartition(".")[2] in parent["description"], (each.name, path)
        # What is small enough is whole.
        assert not missing or len(json.dumps(whole)) > MAX_BYTES, each.name
        assert {path for path in _paths(whole) if "." not in path} == set(listed["properties"]), each.name
        assert whole.get("required") == listed.get("required")
    assert 10 < folded < 150


def test_texts_that_only_repeat_a_name_are_left_out_of_the_list() -> None:
    get, wait = everything()["get_transcode_job"], everything()["wait_for_job"]
    assert "description" not in get.input_schema["properties"]["ParentJobId"] or "parent" not in str(get.input_schema)
    assert wait.input_schema["properties"]["ids"]["description"]
    register = everything()["register_media_info"].input_schema["properties"]
    assert register["InputURL"]["description"]


def test_every_operation_takes_what_this_server_adds() -> None:
    for each in operations():
        own = {row.name for row in list_server_parameters(each)}
        assert "query" in own
        assert ("wait_seconds" in own) is (each.poll is not None)
        assert ("include_credentials" in own) is bool(each.secret_fields)
        shown = set(everything()[each.tool_name].input_schema["properties"])
        # Taken by all; listed where there is something to pick from, or where people begin.
        unlisted: set[str] = set() if each.effect is Effect.READ else {"query"}
        unlisted |= set() if each.name in CORE else own & {"show_fields"}
        assert own - shown == unlisted, each.name
        assert everything()[each.tool_name].output_schema is not None


def test_toolsets_are_chosen_by_option_and_by_environment() -> None:
    by_option = read_settings({}, toolsets="live_record, upload")
    by_environment = read_settings({"IMS_MCP_TOOLSETS": "live_record,upload"})
    wanted = [*operations("live_record"), *operations("upload")]
    assert [*choose_operations(by_option).values()] == [*choose_operations(by_environment).values()] == wanted
    assert read_settings({"IMS_MCP_TOOLSETS": "all"}, toolsets="core").toolsets == ("core",)
    assert [each.name for each in choose_operations(Settings()).values()] == list(CORE)
    both = choose_operations(Settings(toolsets=("core", "media_library")))
    assert len(both) == len({*CORE, *(each.name for each in operations("media_library"))})


@pytest.mark.parametrize("toolset", TOOLSETS)
def test_a_toolset_lists_its_operations_and_the_tools_of_this_server(toolset: str) -> None:
    listed = {tool.name for tool in listed_tools(toolset)}
    ours = {tool.name for tool in listed_tools()} - {snake_case(name) for name in CORE}
    assert listed == {each.tool_name for each in operations(toolset)} | ours


@pytest.fixture
def usual() -> set[str]:
    """The tools of the default list."""
    return {tool.name for tool in listed_tools()}


@pytest.mark.anyio
async def test_single_tools_are_added_and_left_out(usual: set[str]) -> None:
    settings = read_settings({"IMS_MCP_EXCLUDE_TOOLS": "upload_media, submit_asr_job"}, tools="get_transcode_job")
    async with connected(NOWHERE, settings=settings) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
    assert set(names) == {*usual, "get_transcode_job"} - {"upload_media"}
    assert len(names) == len(set(names))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("settings", "hint"),
    [
        (Settings(tools=("get_transcode_jobs",)), "get_transcode_job"),
        (Settings(exclude_tools=("uplod_media",)), "upload_media"),
        (Settings(toolsets=("transcodin",)), "transcoding"),
        (Settings(tools=("zzzzzz",)), "--toolsets all"),
    ],
)
async def test_a_name_that_nothing_has_is_refused_with_the_nearest_one(settings: Settings, hint: str) -> None:
    with pytest.raises(SettingsError) as caught:
        async with connected(NOWHERE, settings=settings):
            raise AssertionError("started")
    assert hint in caught.value.explain()


def test_the_command_line_lists_what_a_server_would(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tools", "--json", "--toolsets", "live_record"]) == 0
    listed = json.loads(capsys.readouterr().out)["tools"]
    assert [tool["name"] for tool in listed] == [tool.name for tool in listed_tools("live_record")]
    assert main(["tools", "--toolsets", "live_recor"]) == 1
    assert "There is no toolset 'live_recor'" in capsys.readouterr().err


def _paths(schema: dict[str, Any], before: str = "") -> set[str]:
    """Names of all typed fields, nested ones with their path."""
    found: set[str] = set()
    for name, part in cast("dict[str, dict[str, Any]]", schema.get("properties", {})).items():
        found |= {f"{before}{name}"} | _paths(part, f"{before}{name}.")
    return found | (_paths(schema["items"], before) if "items" in schema else set())


def _part(schema: dict[str, Any], path: str) -> dict[str, Any] | None:
    """The schema at a path of :func:`_paths`, the elements of a list in place of the list; None where it is folded."""
    for name in path.split("."):
        if "properties" not in schema:
            return None
        schema = schema["properties"].get(name, {})
        while "items" in schema:
            schema = schema["items"]
    return schema
