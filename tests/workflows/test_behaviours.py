"""A special operation is one class and one line of registration: shown with an operation that is made up here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from mcp import Client
from mcp.client import ClientRequestContext
from mcp_types import ElicitRequestParams, ElicitResult

from ims_mcp import catalogue
from ims_mcp.catalogue import AskWhen, Effect, Operation, Parameter, ResponseField, get_operation
from ims_mcp.catalogue.example import make_example
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import InvalidArguments
from ims_mcp.settings import Settings
from ims_mcp.workflows.behaviours import BEHAVIOURS
from ims_mcp.workflows.behaviours.behaviour import OperationBehaviour, OperationCall, Submission
from ims_mcp.workflows.behaviours.present_state import PresentState, Thing
from ims_mcp.workflows.next_call import propose_operation
from tests.client.scripted_service import Answer, ScriptedService
from tests.server.connected import connected, content_of, text_of

WEIGH_MEDIA = Operation(
    name="WeighMedia",
    toolset="media_library",
    title="Weigh an asset",
    purpose="Say what an asset weighs.",
    effect=Effect.WRITE,
    parameters=(Parameter("MediaId", "string", required=True), Parameter("Scale", "string", choices=("s1", "s2"))),
    response=(ResponseField("MediaId", "string"), ResponseField("Grams", "integer")),
    destructive_when=(AskWhen("wears the scale out", "Scale", ("s2",)),),
)
PROPOSED = {"MediaId": "m1"}


class WeighMedia(OperationBehaviour):
    """Weighs twice, takes the mean, and shows pounds on request."""

    parameters = (Parameter("in_pounds", "boolean", text="Show pounds."),)

    def describe_output(self, operation: Operation) -> dict[str, Any]:
        return {"type": "object", "properties": {"weight": {"type": "string"}}}

    async def advise(self, client: ImsClient, error: InvalidArguments) -> str:
        return "Scales are s1 and s2."

    async def read_before(self, client: ImsClient, operation: Operation, arguments: Mapping[str, Any]) -> PresentState:
        return PresentState({str(arguments["MediaId"]): Thing("the golden disc")}, named_count=1)

    def prepare(self, call: OperationCall) -> Mapping[str, Any]:
        return {"Scale": "s1", **call.arguments}

    async def submit(self, call: OperationCall) -> Submission:
        first = (await super().submit(call)).reply.data["Grams"]
        second = await super().submit(call)
        second.reply.data["Grams"] = (first + second.reply.data["Grams"]) / 2
        return Submission(second.reply, {"weighed": 2})

    def propose_next(self, call: OperationCall, data: Mapping[str, Any]) -> dict[str, Any]:
        return propose_operation(get_operation("GetMediaInfo"), {"MediaId": data["MediaId"]}, "see it", call.listed)

    def show(self, call: OperationCall, data: dict[str, Any], added: dict[str, Any], max_bytes: int) -> dict[str, Any]:
        pounds = call.own.special.get("in_pounds")
        return {"weight": f"{data['Grams'] / 453.6:.1f} lb" if pounds else f"{data['Grams']} g"} | added


class NotedWeight(OperationBehaviour):
    """Says something under a name that the response has."""

    async def submit(self, call: OperationCall) -> Submission:
        return Submission((await super().submit(call)).reply, {"Grams": "not calibrated"})


@pytest.fixture(autouse=True)
def weigh_media(monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue has the operation for one test, and its behaviour is registered."""

    def find(name: str) -> Operation:
        return WEIGH_MEDIA if name in ("WeighMedia", "weigh_media") else get_operation(name)

    for module in ("server.catalogue_tools", "server.operation_tools"):
        monkeypatch.setattr(f"ims_mcp.{module}.get_operation", find)
    monkeypatch.setattr("ims_mcp.server.toolsets.find_operation", find)
    monkeypatch.setattr(
        "ims_mcp.server.toolsets.list_known_names", lambda: catalogue.list_known_names() | {"WeighMedia"}
    )
    monkeypatch.setitem(BEHAVIOURS, "WeighMedia", WeighMedia())


SETTINGS = Settings(tools=("weigh_media",))
WEIGHED = Answer(body={"MediaId": "m1", "Grams": 907.2, "RequestId": "r"})


async def weigh(client: Client, way: str, arguments: dict[str, Any]) -> Any:
    if way == "weigh_media":
        return await client.call_tool(way, arguments)
    return await client.call_tool(way, {"operation": "WeighMedia", "arguments": arguments})


@pytest.mark.anyio
@pytest.mark.parametrize("way", ["weigh_media", "call_write_operation"])
async def test_what_is_special_is_done_by_the_own_tool_and_by_the_call_tool(way: str) -> None:
    with ScriptedService(usual=WEIGHED) as service:
        async with connected(service.url, settings=SETTINGS) as client:
            content = content_of(await weigh(client, way, {"MediaId": "m1", "in_pounds": True}))
            assert content["weight"] == "2.0 lb"
            assert content["weighed"] == 2
            assert (content["next_call"]["tool"], content["next_call"]["arguments"]) == ("get_media_info", PROPOSED)
            assert [request.query["Scale"] for request in service.arrived] == ["s1", "s1"]
            assert all("in_pounds" not in request.query for request in service.arrived)
            refused = text_of(await weigh(client, way, {"MediaId": "m1", "Scale": "s3"}))
            assert refused.endswith("Scales are s1 and s2.")
            assert len(service.arrived) == 2


@pytest.mark.anyio
async def test_its_tool_publishes_its_parameters_and_its_output_schema() -> None:
    async with connected("http://127.0.0.1:9", settings=SETTINGS) as client:
        tool = next(tool for tool in (await client.list_tools()).tools if tool.name == "weigh_media")
        assert {"MediaId", "Scale", "in_pounds"} <= tool.input_schema["properties"].keys()
        assert tool.output_schema == {"type": "object", "properties": {"weight": {"type": "string"}}}
        described = content_of(await client.call_tool("describe_operation", {"operation": "WeighMedia"}))
        assert described["takes_also"]["in_pounds"] == "Show pounds."


@pytest.mark.anyio
async def test_the_question_before_it_names_what_it_is_about() -> None:
    asked: list[str] = []

    async def decline(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        asked.append(params.message)
        return ElicitResult(action="decline")

    with ScriptedService(usual=WEIGHED) as service:
        async with connected(service.url, settings=SETTINGS, elicitation=decline) as client:
            await weigh(client, "weigh_media", {"MediaId": "m1", "Scale": "s2"})
        assert not service.arrived
    assert 'm1 ("the golden disc")' in asked[0]


@pytest.mark.anyio
async def test_what_is_added_takes_no_field_of_the_response(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BEHAVIOURS, "WeighMedia", NotedWeight())
    with ScriptedService(usual=WEIGHED) as service:
        async with connected(service.url, settings=SETTINGS) as client:
            content = content_of(await weigh(client, "weigh_media", {"MediaId": "m1"}))
    assert (content["Grams"], content["service_Grams"]) == ("not calibrated", 907.2)


@pytest.mark.anyio
@pytest.mark.parametrize(("kind", "is_pushed"), [("RTMP_PUSH", True), ("SRT_PUSH", True), ("RTMP_PULL", False)])
async def test_a_new_input_that_is_pushed_to_leads_to_its_address(kind: str, is_pushed: bool) -> None:
    one = {"StreamName": "studio"} if is_pushed else {"SourceUrl": "rtmp://origin.example.com/live/a"}
    arguments = {"Name": "studio", "Type": kind, "InputSettings": [one], "SecurityGroupIds": ["g1"]}
    with ScriptedService(usual=Answer(body={"InputId": "i1", "RequestId": "r"})) as service:
        async with connected(service.url) as client:
            call = {"operation": "CreateMediaLiveInput", "arguments": arguments}
            told = content_of(await client.call_tool("call_write_operation", call))
    if not is_pushed:
        assert "next_call" not in told
        return
    following = told["next_call"]
    assert following["tool"] == "call_read_operation"
    assert following["arguments"]["operation"] == "GetMediaLiveInput"
    assert {"InputId": "i1", "include_credentials": True} in following["arguments"].values()
    assert "address to push to" in following["why"]


@pytest.mark.parametrize(
    ("operation", "arguments", "follows"),
    [
        ("AddCategory", {"CateName": "Clips"}, True),
        ("StartChannel", make_example(get_operation("StartChannel")), False),
    ],
)
@pytest.mark.anyio
async def test_what_makes_a_thing_says_what_follows(operation: str, arguments: dict[str, Any], follows: bool) -> None:
    then = get_operation(operation).then
    with ScriptedService() as service:
        async with connected(service.url) as client:
            call = {"operation": operation, "arguments": arguments}
            told = content_of(await client.call_tool("call_write_operation", call))
    assert told.get("then") == (then if follows else None)
    assert then or not follows


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ({"PageSize": 5}, None),
        ({"JobId": "j"}, None),
        ({"Status": "Init", "PageSize": 5}, "nothing fits Status: leave it out for more"),
        (
            {"StartOfCreateTime": "2026-11-01T00:00:00Z", "Status": "Init"},
            "nothing fits Status, StartOfCreateTime: leave them out for more",
        ),
    ],
)
async def test_an_empty_list_names_the_filters_that_nothing_fits(given: dict[str, Any], hint: str | None) -> None:
    with ScriptedService(usual=Answer(body={"Jobs": [], "TotalCount": 0})) as service:
        async with connected(service.url) as client:
            call = {"operation": "ListSnapshotJobs", "arguments": given}
            told = content_of(await client.call_tool("call_read_operation", call))
    assert told["rows"] == []
    assert told.get("hint") == hint
