"""describe_operation for every operation: bounded, whole, and with an example that is right."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from ims_mcp.catalogue import TOOLSETS, Operation, get_operation, operations
from ims_mcp.catalogue.check import check
from ims_mcp.catalogue.describe import description, example
from ims_mcp.workflows.server_parameters import complete_table, list_server_parameters
from tests.all_operations.roads import refusal_of
from tests.client.scripted_service import ScriptedService
from tests.server.connected import connected, content_of, text_of

MOST_BYTES = 32 * 1024


def rows_of(rows: list[dict[str, Any]]) -> list[str]:
    """Names of all rows, nested ones after their own."""
    found: list[str] = []
    for row in rows:
        found += [row["name"], *rows_of(row.get("fields", []))]
        items = cast("dict[str, Any]", row.get("items", {}))
        while items:
            found += rows_of(items.get("fields", []))
            items = items.get("items", {})
    return found


@pytest.mark.anyio
async def test_every_operation_is_described_whole_within_32_kilobytes() -> None:
    with ScriptedService() as service:
        async with connected(service.url) as client:
            for each in operations():
                result = await client.call_tool("describe_operation", {"operation": each.name})
                told = content_of(result)
                assert len(text_of(result).encode()) <= MOST_BYTES, each.name
                assert "_omitted" not in told, each.name
                # Nothing in it is taken for a credential: AccessToken is a field here, not a token.
                assert json.loads(json.dumps(description(each))) == {
                    name: value for name, value in told.items() if name != "takes_also"
                }
                assert (told["operation"], told["effect"]) == (each.name, str(each.effect))
                assert set(told["takes_also"]) == {row.name for row in list_server_parameters(each)}
                assert ("afterwards" in told) is (each.poll is not None)
                assert ("costs" in told) is bool(each.costs)
                assert told["documentation"].endswith(f"/{each.name}")
                assert [row["name"] for row in told["parameters"]] == [
                    row.name for row in each.parameters if not row.hidden
                ]
                assert set(told["returns"]) == {field.name for field in each.response}
        assert service.count == 0


def test_every_nested_field_is_in_the_description() -> None:
    for each in operations():
        assert len(rows_of(description(each)["parameters"])) >= _count(each), each.name


@pytest.mark.anyio
async def test_every_example_is_a_call_that_passes() -> None:
    for each in operations():
        given = example(each)
        assert check(complete_table(each), given) == check(each, given)
        assert {row.name for row in each.parameters if row.required} <= set(given), each.name
        assert json.loads(json.dumps(given)) == given


@pytest.mark.anyio
async def test_an_operation_is_found_by_its_tool_name_too() -> None:
    with ScriptedService() as service:
        async with connected(service.url) as client:
            by_name = await client.call_tool("describe_operation", {"operation": "GetMediaInfo"})
            by_tool = await client.call_tool("describe_operation", {"operation": "get_media_info"})
            unknown = refusal_of(await client.call_tool("describe_operation", {"operation": "GetMediaInf"}))
    assert content_of(by_name) == content_of(by_tool)
    assert "GetMediaInfo" in unknown


@pytest.mark.anyio
async def test_what_search_finds_can_be_called_with_the_tool_it_names() -> None:
    with ScriptedService() as service:
        async with connected(service.url) as client:
            listed = {tool.name for tool in (await client.list_tools()).tools}
            for words in ("register a file", "transcode a video", "delete a live channel", "录制直播", "outbound call"):
                found = content_of(await client.call_tool("search_operations", {"query": words, "limit": 20}))
                for line in found["operations"]:
                    operation = get_operation(line["operation"])
                    assert line["call_with"] in listed
                    assert line["call_with"] in (operation.tool_name, f"call_{operation.effect}_operation")
                    assert line["summary"].endswith((".", ")"))
            wrong = await client.call_tool("search_operations", {"query": "x", "toolset": "transcodin"})
    assert "transcoding" in refusal_of(wrong)


@pytest.mark.anyio
async def test_a_search_that_finds_nothing_says_what_a_named_toolset_has() -> None:
    async with connected("http://127.0.0.1:9") as client:
        anywhere = content_of(await client.call_tool("search_operations", {"query": "?"}))
        assert "name a toolset to see what it has" in anywhere["hint"]
        for toolset in TOOLSETS:
            found = content_of(await client.call_tool("search_operations", {"query": "?", "toolset": toolset}))
            assert found["operations"] == []
            assert all(operation.name in found["hint"] for operation in operations(toolset))
            assert len(found["hint"]) < 1_000


def _count(operation: Operation) -> int:
    """Rows at the top, and fields right below them."""
    shown = [row for row in operation.parameters if not row.hidden]
    return len(shown) + sum(len(row.fields) for row in shown)
