"""The arguments of the call tools and of parameters with two names, as every client writes them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ims_mcp.catalogue import get_operation
from ims_mcp.catalogue.example import make_example
from ims_mcp.settings import Settings
from tests.client.scripted_service import Answer, ScriptedService, refusal
from tests.server.connected import ERAS, Era, connected, content_of, text_of

WANTED = {"MediaId": "m1"}
WRITTEN: list[dict[str, Any]] = [
    {"operation_arguments": WANTED},
    {"arguments": WANTED},
    {"operation_arguments": json.dumps(WANTED)},
    {"arguments": json.dumps(WANTED)},
    {"operation_arguments": {**WANTED, "InputURL": "", "OutputType": "", "AuthTimeout": "", "query": ""}},
    {"operation_arguments": {**WANTED, "InputURL": None}},
    {"operation_arguments": WANTED, "arguments": None},
]


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("written", WRITTEN, ids=range(len(WRITTEN)))
async def test_a_call_tool_takes_its_arguments_under_both_names(era: Era, written: dict[str, Any]) -> None:
    with ScriptedService(usual=Answer(body={"MediaInfo": {}})) as service:
        async with connected(service.url, era=era) as client:
            result = await client.call_tool("call_read_operation", {"operation": "GetMediaInfo", **written})
            assert not result.is_error, text_of(result)
        sent = service.arrived[-1].query
    assert sent["MediaId"] == "m1"
    assert not {"InputURL", "OutputType", "AuthTimeout", "query"} & set(sent)


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["operation_arguments", "arguments"])
@pytest.mark.parametrize("nothing", [{}, "", "{}", None])
async def test_no_arguments_may_be_written_in_any_way(name: str, nothing: Any) -> None:
    with ScriptedService(usual=Answer(body={"MediaInfos": []})) as service:
        async with connected(service.url) as client:
            call = {"operation": "ListMediaBasicInfos", name: nothing}
            assert content_of(await client.call_tool("call_read_operation", call)) == {"rows": []}


@pytest.mark.anyio
async def test_errors_name_the_arguments_as_the_caller_wrote_them() -> None:
    with ScriptedService() as service:
        async with connected(service.url) as client:
            for name in ("operation_arguments", "arguments"):
                call = {"operation": "GetMediaInfo", name: [1]}
                assert f"- {name}: has to be an object" in text_of(await client.call_tool("call_read_operation", call))
            both: dict[str, Any] = {"operation": "GetMediaInfo", "operation_arguments": {}, "arguments": {}}
            told = text_of(await client.call_tool("call_read_operation", both))
    assert "operation_arguments: given twice, also as arguments" in told
    assert service.count == 0


@pytest.mark.anyio
async def test_a_next_call_of_an_operation_without_a_tool_is_accepted_as_it_is_proposed() -> None:
    # Nobody may look at it, so that what is proposed is a look at the job itself.
    refused = refusal(403, "Forbidden", "no right to look")
    with ScriptedService(Answer(body={"TranscodeParentJob": {"ParentJobId": "p"}}), refused) as service:
        async with connected(service.url) as client:
            submitted = await client.call_tool(
                "call_write_operation",
                {
                    "operation": "SubmitTranscodeJob",
                    "operation_arguments": {**make_example(get_operation("SubmitTranscodeJob")), "wait_seconds": 1},
                },
            )
            proposed = content_of(submitted)["next_call"]
            assert proposed["tool"] == "call_read_operation"
            assert set(proposed["arguments"]) == {"operation", "operation_arguments"}
            again = await client.call_tool(proposed["tool"], proposed["arguments"])
    assert not again.is_error, text_of(again)


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["Config", "Configuration"])
async def test_a_parameter_with_two_names_travels_under_the_documented_one(name: str) -> None:
    with ScriptedService(usual=Answer(body={"RequestId": "r"})) as service:
        async with connected(
            service.url, settings=Settings(tools=("update_template",), allow_destructive=True)
        ) as client:
            arguments = {"TemplateId": "t", name: {"a": 1}}
            own = await client.call_tool("update_template", arguments)
            call = {"operation": "UpdateTemplate", "operation_arguments": arguments}
            called = await client.call_tool("call_write_operation", call)
            assert not own.is_error, text_of(own)
            assert not called.is_error, text_of(called)
        sent = [{**each.query, **each.form} for each in service.arrived if each.action == "UpdateTemplate"]
    assert [json.loads(each["Config"]) for each in sent] == [{"a": 1}, {"a": 1}]
    assert all("Configuration" not in each for each in sent)


@pytest.mark.anyio
async def test_search_and_describe_name_parameters_that_every_tool_takes() -> None:
    with ScriptedService() as service:
        async with connected(service.url) as client:
            told = content_of(await client.call_tool("describe_operation", {"operation": "UpdateTemplate"}))
            tags = content_of(await client.call_tool("describe_operation", {"operation": "UpdateMediaInfo"}))
    assert "In a tool of its own it is called Configuration." in str(told["parameters"]["Config"])
    assert "Comma-separated, or a list." in tags["parameters"]["MediaTags"]
    assert "or a list" not in tags["parameters"]["Title"]


@pytest.mark.anyio
async def test_a_text_of_any_length_in_any_argument_is_answered_in_short() -> None:
    tried = 0
    with ScriptedService(usual=Answer(body={"RequestId": "r"})) as service:
        async with connected(service.url, settings=Settings(allow_destructive=True)) as client:
            for tool in (await client.list_tools()).tools:
                properties = tool.input_schema["properties"]
                for name, schema in properties.items():
                    needed = dict.fromkeys(tool.input_schema.get("required", ()), "x")
                    for text in ("x" * 900_000, "[" * 900_000, "\u202e\n" * 1_000):
                        result = await client.call_tool(tool.name, {**needed, name: text})
                        assert len(text_of(result)) < 9_000, (tool.name, name)
                        assert "failed inside this server" not in text_of(result), (tool.name, name)
                        assert "\u202e" not in text_of(result), (tool.name, name)
                        tried += 1
                    assert schema["type"]
    assert tried > 300
