"""Following next_call to its end yields every item once, whichever of its shapes an operation pages in."""

from __future__ import annotations

from typing import Any, cast

import pytest
from mcp import Client

from ims_mcp.catalogue import Operation
from ims_mcp.catalogue.example import make_example
from ims_mcp.summaries.paging import next_page
from ims_mcp.workflows.server_parameters import list_server_parameters
from tests.all_operations.pager import ITEMS, NUMBERS, SIZES, TOKENS, TOTALS, Pager, at, named, paging
from tests.all_operations.roads import everything, operation
from tests.client.scripted_service import Answer, ScriptedService
from tests.server.connected import connected, content_of

MOST_CALLS = 12


async def followed(client: Client, pager: Pager, tool: str, arguments: dict[str, Any]) -> list[int]:
    """The items of all pages, got by making each next_call as it is written."""
    seen: list[int] = []
    for _ in range(MOST_CALLS):
        content = content_of(await client.call_tool(tool, arguments))
        seen += [item["Index"] for item in items_of(content, pager)]
        following = content.get("next_call")
        if following is None:
            return seen
        tool, arguments = following["tool"], following["arguments"]
    raise AssertionError(f"{pager.operation.name} never ends: {pager.sent[-3:]}")


def items_of(content: dict[str, Any], pager: Pager) -> list[dict[str, Any]]:
    """Those of one answer: its rows, or in the short form of a job the list below the objects that hold only it."""
    if "rows" in content:
        return content["rows"]
    for skipped in range(len(pager.list_path)):
        if isinstance(found := at(content, pager.list_path[skipped:]), list):
            return cast("list[dict[str, Any]]", found)
    return []


def make_first_call(operation: Operation) -> dict[str, Any]:
    """The example of an operation, for its first page of the usual size, and for every field of its items."""
    paged = {*TOKENS, *NUMBERS, *SIZES}
    required = {row.name for row in operation.parameters if row.required}
    given = {name: value for name, value in make_example(operation).items() if name not in paged or name in required}
    takes = {row.name for row in list_server_parameters(operation)}
    return given | ({"show_fields": "all"} if "show_fields" in takes else {})


def size_parameter(operation: Operation) -> dict[str, Any]:
    """A page size other than the usual one, as near to 5 as the operation allows."""
    row = next((row for row in operation.parameters if row.name in SIZES), None)
    if row is None:
        return {}
    size = int(min(max(5, row.minimum or 0), row.maximum or 5))
    return {row.name: str(size) if row.kind == "string" else size}


def test_the_shapes_in_which_operations_page_are_all_here() -> None:
    shapes = {
        (
            tuple(row.name for row in each.parameters if row.name in (*TOKENS, *NUMBERS)),
            named(each, *TOKENS),
            named(each, *TOTALS),
        )
        for each in paging()
    }
    assert len(paging()) >= 75
    assert len(shapes) >= 9


@pytest.mark.anyio
@pytest.mark.parametrize("sized", [False, True])
async def test_following_the_next_call_yields_every_item_once(sized: bool) -> None:
    with ScriptedService() as service:
        async with connected(service.url) as client:
            for each in paging():
                service.usual = pager = Pager(each)
                arguments = {**make_first_call(each), **(size_parameter(each) if sized else {})}
                call = {"operation": each.name, "arguments": arguments}
                assert await followed(client, pager, "call_read_operation", call) == list(range(ITEMS)), each.name
                # What was asked for at first goes along to every page.
                given = arguments.keys() - {"StartTime", "show_fields", *NUMBERS, *SIZES}
                kept = [name for name in pager.sent[0] if name.partition(".")[0] in given]
                assert len(kept) >= len(given)
                for sent in pager.sent:
                    assert [sent[name] for name in kept] == [pager.sent[0][name] for name in kept], each.name


@pytest.mark.anyio
async def test_the_next_call_names_the_operations_own_tool_where_it_is_listed() -> None:
    with ScriptedService() as service:
        async with everything(service.url) as client:
            for each in paging():
                service.usual = pager = Pager(each)
                content = content_of(await client.call_tool(each.tool_name, make_first_call(each)))
                assert content["next_call"]["tool"] == each.tool_name
                seen = await followed(client, Pager(each, sent=pager.sent), each.tool_name, make_first_call(each))
                assert seen == list(range(ITEMS)), each.name


@pytest.mark.anyio
async def test_one_page_that_holds_everything_has_no_next_call() -> None:
    with ScriptedService() as service:
        async with connected(service.url) as client:
            for each in paging():
                service.usual = Pager(each, items=3)
                given = {"operation": each.name, "arguments": make_first_call(each)}
                assert "next_call" not in content_of(await client.call_tool("call_read_operation", given)), each.name
                service.usual = Pager(each, items=0)
                assert "next_call" not in content_of(await client.call_tool("call_read_operation", given)), each.name


@pytest.mark.anyio
async def test_a_service_that_gives_less_a_page_than_asked_for_is_read_to_the_end() -> None:
    with ScriptedService() as service:
        async with connected(service.url) as client:
            for each in paging():
                row = next((row for row in each.parameters if row.name == "PageSize"), None)
                if row is None or named(each, *TOTALS) is None or (row.maximum or 50) < 15:
                    continue
                service.usual = pager = Pager(each, cap=7)
                call = {"operation": each.name, "arguments": {**make_first_call(each), "PageSize": 15}}
                assert await followed(client, pager, "call_read_operation", call) == list(range(ITEMS)), each.name


@pytest.mark.parametrize("given", [{"PageSize": 100}, {"PageSize": 100, "PageNumber": 1}])
def test_a_first_page_with_room_for_the_whole_total_is_the_only_one(given: dict[str, Any]) -> None:
    each = operation("ListSystemTemplates")
    page: dict[str, Any] = {"SystemTemplateList": [{}], "Total": 20}
    assert next_page(each, given, page) is None
    assert next_page(each, given, {**page, "Total": 120}) == {**given, "PageNumber": 2}
    assert next_page(each, {}, page) == {"PageNumber": 2, "PageSize": 1}
    # As much as a service may ever give, whatever is asked for.
    assert next_page(each, given, {"SystemTemplateList": [{}] * 10, "Total": 20}) == {**given, "PageNumber": 2}


def test_the_size_that_a_service_says_a_page_has_counts_as_the_size_that_was_asked_for() -> None:
    page: dict[str, Any] = {"RecordTemplateList": [{}] * 3, "TotalCount": 5, "PageSize": 10, "PageNo": 1}
    assert next_page(operation("ListLiveRecordTemplates"), {}, page) is None


def test_a_token_beside_all_that_there_are_leads_nowhere() -> None:
    each = operation("ListMediaBasicInfos")
    page: dict[str, Any] = {"MediaInfos": [{}, {}], "NextToken": "t", "TotalCount": 2}
    assert next_page(each, {}, page) is None
    assert next_page(each, {}, {**page, "TotalCount": 3}) == {"NextToken": "t"}
    assert next_page(each, {"NextToken": "s"}, page) == {"NextToken": "t"}


def test_a_token_that_comes_back_unchanged_ends_the_list() -> None:
    each = operation("ListMediaBasicInfos")
    page: dict[str, Any] = {"MediaInfos": [{}], "NextToken": "same", "TotalCount": 100}
    assert next_page(each, {}, page) == {"NextToken": "same"}
    assert next_page(each, {"NextToken": "same"}, page) is None


@pytest.mark.anyio
@pytest.mark.parametrize(
    "token", ["a+b/c==&d%中", "100%25", " a  b ", "\"'\\n\\", "?#;,", "😀e\u0301", "[1]", "true", "x" * 1500]
)
async def test_a_token_comes_back_to_the_service_byte_for_byte(token: str) -> None:
    page: dict[str, Any] = {"MediaInfos": [{"MediaId": "m"}], "NextToken": token, "TotalCount": 100}
    with ScriptedService(Answer(body=page)) as service:
        async with connected(service.url) as client:
            content = content_of(await client.call_tool("list_media_basic_infos", {"MaxResults": 1}))
            following = content["next_call"]
            content_of(await client.call_tool(following["tool"], following["arguments"]))
    assert service.arrived[-1].query["NextToken"] == token


def test_a_search_goes_on_by_its_scroll_token_beyond_page_200() -> None:
    search = operation("SearchMedia")
    page: dict[str, Any] = {"MediaInfoList": [{}] * 10, "ScrollToken": "s1", "Total": 2500}
    assert next_page(search, {"PageNo": 7}, page) == {"PageNo": 8}
    assert next_page(search, {"PageNo": 199, "PageSize": 10}, page) == {"PageNo": 200, "PageSize": 10}
    assert next_page(search, {"PageNo": 200, "PageSize": 10}, page) == {"PageSize": 10, "ScrollToken": "s1"}
    on: dict[str, Any] = {**page, "ScrollToken": "s2"}
    assert next_page(search, {"PageSize": 10, "ScrollToken": "s1"}, on) == {"PageSize": 10, "ScrollToken": "s2"}
    end: dict[str, Any] = {"MediaInfoList": [], "ScrollToken": "", "Total": 2500}
    assert next_page(search, {"PageSize": 10, "ScrollToken": "s2"}, end) is None


def test_an_operation_that_does_not_page_has_no_next_page() -> None:
    assert next_page(operation("GetMediaInfo"), {"MediaId": "m"}, {"MediaInfo": {"Total": 100}, "List": [1]}) is None


@pytest.mark.parametrize("total", [None, "", "many", [], -1, 10**30])
def test_a_total_that_is_none_does_no_harm(total: Any) -> None:
    page: dict[str, Any] = {"LiveRecordJobs": [{}] * 10, "TotalCount": total}
    assert next_page(operation("ListLiveRecordJobs"), {"PageNo": 1}, page) in (None, {"PageNo": 2, "PageSize": 10})
