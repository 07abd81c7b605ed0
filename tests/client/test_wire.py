"""Every parameter of every operation travels as the official SDK sends it."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import anyio
import pytest
from alibabacloud_ice20201109 import models as sdk_models
from alibabacloud_ice20201109.client import Client as SdkClient
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_util.models import RuntimeOptions

from ims_mcp.catalogue import get_operation
from ims_mcp.catalogue.operation import Effect, Operation, Parameter
from ims_mcp.client.wire import MAX_QUERY_BYTES, encode_request
from ims_mcp.errors import InvalidArguments
from tests.client.conftest import KEY_ID, SECRET, MakeClient
from tests.client.operations import all_facts, from_facts, made
from tests.client.scripted_service import Arrived, ScriptedService

AWKWARD = "a b+c&d=e/f?g#h%~*()'\"\\,é中文😀\n"
# What the RPC style adds to the query of an operation that is not signed.
_ANONYMOUS_EXTRAS = {"Action", "Version", "Format", "Timestamp", "SignatureNonce"}


def example(parameter: Parameter, number: int = 0) -> Any:
    """A value of the parameter's kind, different for every name, awkward where text may be."""
    match parameter.kind:
        case "string":
            return f"{parameter.name}{number} {AWKWARD}"
        case "integer":
            return 7 + number
        case "number":
            return 0.25 + number
        case "boolean":
            return number % 2 == 0
        case "array":
            if parameter.items is None:
                return ["x", number]
            return [example(parameter.items, index) for index in range(2)]
        case "object":
            if not parameter.fields:
                return {"key": AWKWARD, "nested": {"list": [1, True, None, 0.5]}}
            return {field.name: example(field, index) for index, field in enumerate(parameter.fields)}


def sdk_methods() -> dict[str, str]:
    """Action -> the SDK's method for it, read from the SDK's source: five are not spelled as the rest."""
    methods: dict[str, str] = {}
    for name, function in inspect.getmembers(SdkClient, inspect.isfunction):
        if name.endswith("with_options") and (found := re.search(r"action = '(\w+)'", inspect.getsource(function))):
            methods[found[1]] = name
    return methods


def sdk_call(client: SdkClient, method: str, arguments: dict[str, Any]) -> None:
    function = getattr(client, method)
    parameters = list(inspect.signature(function).parameters.values())
    if len(parameters) == 1:
        function(RuntimeOptions())
        return
    model = getattr(sdk_models, str(parameters[0].annotation).rpartition(".")[2])
    function(model().from_map(arguments), RuntimeOptions())


def meaning(arrived: Arrived, operation: Operation) -> dict[str, Any]:
    """What a request says, with JSON strings opened: the order of keys in an object has no meaning."""
    structured = {row.name for row in operation.parameters if row.style == "json"}

    def opened(pairs: dict[str, str]) -> dict[str, Any]:
        return {name: json.loads(text) if name in structured else text for name, text in pairs.items()}

    extras = _ANONYMOUS_EXTRAS if operation.anonymous else set[str]()
    return {
        "method": arrived.method,
        "path": arrived.path,
        "query": opened({name: text for name, text in arrived.query.items() if name not in extras}),
        "extras": sorted(set(arrived.query) & extras),
        "form": opened(arrived.form),
        "content-type": arrived.headers.get("content-type", ""),
        "action": arrived.action,
        "version": arrived.headers["x-acs-version"],
        "signed": "authorization" in arrived.headers,
    }


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    with ScriptedService() as running:
        yield running


@pytest.fixture
def sdk(service: ScriptedService) -> SdkClient:
    return SdkClient(
        Config(
            access_key_id=KEY_ID,
            access_key_secret=SECRET,
            endpoint=service.url.removeprefix("http://"),
            protocol="HTTP",
        )
    )


def test_all_operations_travel_as_the_official_sdk_sends_them(
    service: ScriptedService, sdk: SdkClient, make_client: MakeClient
) -> None:
    methods = sdk_methods()
    operations = [from_facts(name) for name in all_facts()]
    arguments = [{row.name: example(row) for row in operation.parameters} for operation in operations]
    for operation, given in zip(operations, arguments, strict=True):
        sdk_call(sdk, methods[operation.name], given)

    async def ours() -> None:
        async with make_client(service.endpoint) as client:
            for operation, given in zip(operations, arguments, strict=True):
                await client.call(operation, given)

    anyio.run(ours)
    assert len(operations) == 400
    theirs, mine = service.arrived[:400], service.arrived[400:]
    for operation, expected, actual in zip(operations, theirs, mine, strict=True):
        assert meaning(actual, operation) == meaning(expected, operation), operation.name


def test_operations_travel_without_their_optional_parameters_as_the_official_sdk_sends_them(
    service: ScriptedService, sdk: SdkClient, make_client: MakeClient
) -> None:
    names = [
        "SubmitLiveRecordJob",
        "ListLiveRecordFiles",
        "GetStorageList",
        "UpdateTemplate",
        "ListPublicMediaBasicInfos",
    ]
    operations = [from_facts(name) for name in names]
    methods = sdk_methods()
    arguments = [{row.name: example(row) for row in operation.parameters if row.required} for operation in operations]
    for operation, given in zip(operations, arguments, strict=True):
        sdk_call(sdk, methods[operation.name], given)

    async def ours() -> None:
        async with make_client(service.endpoint) as client:
            for operation, given in zip(operations, arguments, strict=True):
                await client.call(operation, given)

    anyio.run(ours)
    for index, operation in enumerate(operations):
        assert meaning(service.arrived[len(names) + index], operation) == meaning(service.arrived[index], operation)


def test_documented_json_strings_travel_as_compact_json() -> None:
    encoded = encode_request(
        get_operation("RegisterMediaInfo"),
        {"InputURL": "https://example.com/a.mp4", "UserData": {"NotifyAddress": "http://xx", "名": [1, 0.5, True]}},
    )
    query = dict(parse_qsl(encoded.query, strict_parsing=True))
    assert query["UserData"] == '{"NotifyAddress":"http://xx","名":[1,0.5,true]}'
    text = encode_request(
        get_operation("RegisterMediaInfo"), {"InputURL": "https://example.com/a.mp4", "UserData": '{"a": 1}'}
    )
    assert dict(parse_qsl(text.query))["UserData"] == '{"a": 1}', "a JSON string that was handed in stays as it is"


def test_arguments_that_were_not_given_do_not_travel() -> None:
    encoded = encode_request(get_operation("GetMediaInfo"), {"MediaId": "x", "InputURL": None})
    assert encoded.query == "MediaId=x"


def test_a_flat_list_without_elements_sends_nothing() -> None:
    row = Parameter("Ids", "array", style="flat", items=Parameter("", "string"))
    operation = made("ListThings", Effect.READ, row)
    assert encode_request(operation, {"Ids": []}).query == ""
    assert encode_request(operation, {"Ids": ["a", "b"]}).query == "Ids.1=a&Ids.2=b"


def test_a_query_too_long_for_a_request_line_is_refused_by_name() -> None:
    operation = made("PutThing", Effect.WRITE, Parameter("Timeline", "string"), Parameter("Title", "string"))
    with pytest.raises(InvalidArguments, match="Timeline") as caught:
        encode_request(operation, {"Timeline": "中" * MAX_QUERY_BYTES, "Title": "t"})
    assert str(MAX_QUERY_BYTES) in str(caught.value)
