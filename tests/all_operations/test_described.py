"""describe_operation for every operation: bounded, whole, and with an example that is right."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest

from ims_mcp.catalogue import TOOLSETS, Operation, Parameter, get_operation, operations
from ims_mcp.catalogue.check import check
from ims_mcp.catalogue.describe import describe
from ims_mcp.catalogue.example import make_example
from ims_mcp.catalogue.folding import count_bytes
from ims_mcp.catalogue.search import search
from ims_mcp.catalogue.siblings import find_sources
from ims_mcp.server.search_hits import MORE_EXAMPLES_BYTES, describe_hits
from ims_mcp.workflows.server_parameters import complete_table, list_server_parameters
from tests.all_operations.roads import refusal_of
from tests.client.scripted_service import ScriptedService
from tests.server.connected import connected, content_of, text_of

MOST_BYTES = 2_400
WELL_KNOWN = {"query", "show_fields", "wait_seconds"}
"""What the tools' own texts tell of; ``part`` brings it with the whole table."""


HEED_BYTES = 110


def is_purpose(told: str, operation: Operation) -> bool:
    """Whether it is the operation's purpose, without what ``afterwards`` tells where there is some."""
    background = re.compile(r"Runs in the background.*?\.(?= [A-Z]|$) ?")
    return told == operation.purpose or (
        operation.poll is not None and told == background.sub("", operation.purpose).strip()
    )


def list_described(rows: dict[str, Any]) -> Iterator[str]:
    """The path of every parameter and field that is shown, folded ones without theirs."""
    for name, told in rows.items():
        yield name
        for key, inner in cast("dict[str, Any]", told).items() if isinstance(told, dict) else ():
            if key.startswith("fields") and isinstance(inner, dict):
                yield from (f"{name}.{path}" for path in list_described(cast("dict[str, Any]", inner)))


def list_paths(rows: tuple[Parameter, ...]) -> Iterator[str]:
    for row in rows:
        element = row
        while element.items is not None:
            element = element.items
        yield row.name
        for fields in (element.fields, *(case.fields for case in element.cases)):
            yield from (f"{row.name}.{path}" for path in list_paths(shown(fields)))


def shown(rows: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
    return tuple(row for row in rows if not row.hidden)


@pytest.mark.anyio
async def test_every_operation_is_described_in_a_few_lines() -> None:
    sizes: list[int] = []
    with ScriptedService() as service:
        async with connected(service.url) as client:
            for each in operations():
                result = await client.call_tool("describe_operation", {"operation": each.name})
                told = content_of(result)
                assert len(text_of(result).encode()) <= MOST_BYTES, each.name
                # Nothing in it is taken for a credential: AccessToken is a field here, not a token.
                assert "_omitted" not in told, each.name
                assert (told["operation"], told["effect"]) == (each.name, str(each.effect))
                assert is_purpose(told["purpose"], each)
                assert told.get("heed", "") == each.heed
                assert len(each.heed.encode()) <= HEED_BYTES, each.name
                ours = {row.name for row in list_server_parameters(each) if not row.hidden}
                assert set(told.get("takes_also", {})) == ours - WELL_KNOWN
                assert ("wait_seconds" in told.get("afterwards", "")) is (each.poll is not None)
                assert ("costs" in told) is bool(each.costs)
                named: list[str] = str(told["also"]).split(", ") if "also" in told else []
                rows = shown(each.parameters)
                assert sorted([*told["parameters"], *named]) == sorted(row.name for row in rows)
                assert not {row.name for row in rows if row.required or row.name in told["example"]} & set(named)
                assert not named or "parameters" in told["more"]["part"]
                assert told["example"] == make_example(each)
                sizes.append(len(text_of(result).encode()))
        assert service.count == 0
    assert sum(sizes) / len(sizes) < 1_300


@pytest.mark.anyio
async def test_what_an_answer_holds_is_shown_with_example_values_or_named_where_it_is_deep() -> None:
    async with connected("http://127.0.0.1:9") as client:
        for each in operations():
            told = content_of(await client.call_tool("describe_operation", {"operation": each.name}))
            names = {field.name for field in each.response} - {"RequestId", "AccessDeniedDetail"}
            returns = told["returns"]
            if "fields" in returns and "fields" not in names:
                returns = returns["fields"].split(", ")
            assert names == set(returns), each.name


@pytest.mark.anyio
async def test_a_description_tells_how_to_wait_what_that_brings_and_which_states_are_ends() -> None:
    async with connected("http://127.0.0.1:9") as client:
        for each in operations():
            told = content_of(await client.call_tool("describe_operation", {"operation": each.name}))
            if each.poll is None:
                continue
            ends = (*each.poll.success, *each.poll.failure, *each.poll.running)
            assert all(state in told["afterwards"] for state in (each.poll.operation, *ends))
            if each.poll.result is not None:
                fields = {part for name, _ in each.poll.result.fields for part in re.split(r"\[\]\.?", name) if part}
                assert all(field in told["afterwards"] for field in fields)
                assert each.poll.result.operation in told["afterwards"]


@pytest.mark.anyio
async def test_the_settings_of_a_snapshot_are_named_with_their_units_before_what_few_need() -> None:
    async with connected("http://127.0.0.1:9") as client:
        told = content_of(await client.call_tool("describe_operation", {"operation": "SubmitSnapshotJob"}))
    settings = json.dumps(told["parameters"]["TemplateConfig"])
    assert all(said in settings for said in ("Width px", "Height px", "Interval s", "Time ms", "Count", "Sprite"))
    assert told["also"] == "Name, ScheduleConfig, UserData"


@pytest.mark.anyio
async def test_what_is_folded_is_named_and_shown_when_it_is_asked_for() -> None:
    with ScriptedService() as service:
        async with connected(service.url) as client:
            for each in operations():
                told = content_of(await client.call_tool("describe_operation", {"operation": each.name}))
                seen = set(list_described(told["parameters"]))
                waiting = list(told.get("more", {}).get("parameter", []))
                waiting += told["also"].split(", ") if "also" in told else []
                while waiting:
                    path = waiting.pop()
                    asked = {"operation": each.name, "parameter": path}
                    part = content_of(await client.call_tool("describe_operation", asked))
                    assert len(json.dumps(part, ensure_ascii=False).encode()) <= 4 * 1024, (each.name, path)
                    fields = {name: inner for name, inner in part.items() if name.startswith("fields")}
                    # The path of one case of an object: Effects.Type=Volume.
                    seen |= set(list_described({re.sub(r"\.\w+=[^.]+", "", path): fields}))
                    waiting += part.get("more", {}).get("parameter", [])
                assert set(list_paths(shown(each.parameters))) <= seen, each.name


@pytest.mark.anyio
async def test_the_parts_are_whole() -> None:
    with ScriptedService() as service:
        async with connected(service.url) as client:
            for each in operations():
                arguments = {"operation": each.name, "part": "parameters"}
                told = content_of(await client.call_tool("describe_operation", arguments))
                if "_omitted" not in told:
                    assert set(list_described(told["parameters"])) == set(list_paths(shown(each.parameters)))
                arguments = {"operation": each.name, "part": "returns"}
                told = content_of(await client.call_tool("describe_operation", arguments))
                if "_omitted" not in told:
                    expected = {field.name for field in each.response} - {"RequestId", "AccessDeniedDetail"}
                    assert set(told["returns"]) == expected


@pytest.mark.anyio
async def test_a_parameter_that_there_is_not_is_answered_with_those_there_are() -> None:
    async with connected("http://127.0.0.1:9") as client:
        for path, names in {
            "Timelin": "Timeline",
            "OutputMediaConfig.MediaURI": "MediaURL",
            "JobId.x": "ProjectId",
            ".": "no parameter",
        }.items():
            arguments = {"operation": "SubmitMediaProducingJob", "parameter": path}
            assert names in refusal_of(await client.call_tool("describe_operation", arguments))


@pytest.mark.anyio
async def test_every_example_is_a_call_that_passes() -> None:
    for each in operations():
        given = make_example(each)
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
                    assert line.get("summary", ".").endswith((".", ")"))
            wrong = await client.call_tool("search_operations", {"query": "x", "toolset": "transcodin"})
    assert "transcoding" in refusal_of(wrong)


@pytest.mark.anyio
async def test_what_a_search_finds_can_be_called_as_its_examples_show() -> None:
    async with connected("http://127.0.0.1:9") as client:
        simple = further = second = short = 0
        for each in operations():
            found = content_of(await client.call_tool("search_operations", {"query": each.name}))["operations"]
            assert len(json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()) <= 1_000
            assert found[0]["summary"]
            assert all("call_with" in line for line in found[:2])
            for line in found:
                if "example" in line:
                    # What has a tool of its own has its parameters in the list of tools.
                    assert line["call_with"].startswith("call_")
                    operation = get_operation(line["operation"])
                    assert line["example"] == make_example(operation)
                    check(operation, line["example"])
            simple += "example" in found[0]
            further += any("example" in line for line in found[1:])
            if len(found) == 1:
                continue
            example = make_example(get_operation(found[1]["operation"]))
            if found[1]["call_with"].startswith("call_") and count_bytes(example) <= MORE_EXAMPLES_BYTES:
                short += 1
                second += "example" in found[1]
    assert simple > 300
    assert further > 180
    # A short one of the second hit is worth more than the summaries of the last two.
    assert short > 160
    assert second > 0.85 * short


@pytest.mark.anyio
async def test_a_search_tells_beside_its_first_example_what_else_callers_set() -> None:
    told = 0
    async with connected("http://127.0.0.1:9") as client:
        for each in operations():
            found = content_of(await client.call_tool("search_operations", {"query": each.name}))["operations"]
            for line in found:
                if "also" in line:
                    operation = get_operation(line["operation"])
                    assert "example" in line
                    assert "filters" not in line
                    # Every name is one of the operation's.
                    known = {name for path in list_paths(operation.parameters) for name in path.split(".")}
                    owners = re.findall(r"(?:^|; |, )([\w.]+)(?=: )", line["also"])
                    assert {name for owner in owners for name in owner.split(".")} <= known, line
            told += "also" in found[0]
        asked = {"query": "shrink a 4k film to 480p for mobile phones"}
        first = content_of(await client.call_tool("search_operations", asked))["operations"][0]
    assert told > 120
    assert "-200021 HLS 480p" in first["also"]


def test_a_caution_is_shown_with_the_first_hit_and_in_the_description() -> None:
    first, second = search("speech to text", limit=2)
    heed = "Sentences only: no subtitle file is written."
    careful, careless = replace(first.operation, heed=heed), replace(first.operation, heed="")
    hits = describe_hits([replace(first, operation=careful), second], frozenset[str](), "speech to text")
    assert hits[0]["heed"] == heed
    assert list(hits[0]).index("heed") < list(hits[0]).index("example")
    assert "heed" not in hits[1]
    unwarned = describe_hits([replace(first, operation=careless), second], frozenset[str](), "speech to text")
    assert "heed" not in unwarned[0]
    assert describe(careful)["heed"] == heed
    assert "heed" not in describe(careless)


def test_a_long_example_takes_the_room_of_the_last_hits_and_three_stay() -> None:
    first, *others = search("make fifty short videos in one go", limit=5)
    long = replace(first, operation=replace(first.operation, heed="", example={"Title": "x" * 600}))
    hits = describe_hits([long, *others], frozenset[str](), "")
    assert hits[0]["example"] == {"Title": "x" * 600}
    assert 3 <= len(hits) < 5
    assert count_bytes({"operations": hits}) <= 1_000


@pytest.mark.anyio
async def test_a_search_says_what_lists_the_ids_of_its_best_hit_and_cuts_no_sentence_for_it() -> None:
    told = 0
    async with connected("http://127.0.0.1:9") as client:
        for each in operations():
            found = content_of(await client.call_tool("search_operations", {"query": each.name}))["operations"]
            best, *others = found
            assert all("ids_from" not in line for line in others)
            if "ids_from" in best:
                assert best["ids_from"] == find_sources(each)
                told += 1
            # Only beside an example do the others give something up.
            assert "example" in best or all("summary" in line and "call_with" in line for line in found)
    known = sum(bool(find_sources(each)) for each in operations())
    assert known > 180
    assert told > 0.95 * known


@pytest.mark.anyio
async def test_a_list_that_a_search_finds_tells_the_filters_there_are() -> None:
    told: dict[str, dict[str, str]] = {}
    async with connected("http://127.0.0.1:9") as client:
        for each in operations():
            first = content_of(await client.call_tool("search_operations", {"query": each.name}))["operations"][0]
            operation = get_operation(first["operation"])
            if "filters" in first:
                told[operation.name] = first["filters"]
                optional = {row.name for row in shown(operation.parameters) if not row.required}
                assert first["filters"].keys() <= optional
                assert len(first["example"]) == 1 or not first["filters"].keys() & first["example"].keys()
                assert all(first["filters"].values())
    assert len(told) > 60
    assert told["ListPipelines"] == {"Speed": "Standard|Boost|NarrowBandHDV2"}
    assert told["ListCustomizedVoices"] == {"Type": "Basic|Standard; default Basic"}
    assert told["ListTranscodeJobs"]["Status"] == "Init|Processing|Success|Fail"
    assert {"StartOfCreateTime", "EndOfCreateTime"} <= told["ListTranscodeJobs"].keys()
    assert not any("Page" in name or "Sort" in name for filters in told.values() for name in filters)


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
