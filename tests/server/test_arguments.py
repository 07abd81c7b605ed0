"""Arguments drawn from the schemas, and mutated ones: never an opaque error, never a request that breaks a limit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp_types import CallToolResult

from ims_mcp.catalogue import Operation, get_operation
from ims_mcp.catalogue.named_toolsets import CORE
from ims_mcp.catalogue.schema import input_schema
from ims_mcp.cli.connection import open_connection
from ims_mcp.server.confirmation import Confirmations
from ims_mcp.server.operation_tools import OperationTools
from ims_mcp.settings import Settings
from ims_mcp.workflows.server_parameters import list_server_parameters
from tests.client.scripted_service import Arrived, ScriptedService
from tests.fixed_credentials import FixedCredentials
from tests.server.connected import CREDENTIAL, by_nobody

EXAMPLES = 20
TRIED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much),
    database=None,
)
ODD_VALUES: list[Any] = [
    None, "", " ", 0, -1, 1.5, 10**30, True, [], {}, [None], {"": None}, "x" * 5000, "é" * 700, "a\ud800b", "\x00",
    "{", "[1", '{"a": NaN}', "null", "oss://", "http://", "rtmp://", [[[[["deep"]]]]], {"a": {"b": {"c": [1]}}},
]  # fmt: skip
PARAMETERS = [pytest.param(operation, id=operation.tool_name) for operation in map(get_operation, CORE)]


@pytest.fixture(scope="module")
def service() -> Iterator[ScriptedService]:
    with ScriptedService() as running:
        yield running


class Driver:
    """Calls one tool many times on one event loop and one client."""

    def __init__(self, service: ScriptedService, operation: Operation) -> None:
        self.service = service
        self.operation = operation

    async def call(self, arguments: dict[str, Any]) -> tuple[str, bool, list[Arrived]]:
        """(text, is_error, requests that arrived) of one call."""
        before = len(self.service.arrived)
        settings = Settings(allow_destructive=True)
        credentials = FixedCredentials(CREDENTIAL)
        async with open_connection(settings, self.service.endpoint, self.service.endpoint, credentials) as to:
            tool = OperationTools(Confirmations()).make_operation_tool(self.operation)
            result = await tool.run(arguments, by_nobody(to))
        assert isinstance(result, CallToolResult)
        text = "".join(getattr(block, "text", "") for block in result.content)
        return text, bool(result.is_error), self.service.arrived[before:]


def drawn(operation: Operation) -> st.SearchStrategy[dict[str, Any]]:
    """Arguments that fit the published schema; waiting is left out, time is not what is tested."""
    own = tuple(row for row in list_server_parameters(operation) if row.name not in ("wait_seconds", "query"))
    schema = input_schema(replace(operation, parameters=(*operation.parameters, *own)))
    return cast("st.SearchStrategy[dict[str, Any]]", fitting(schema))


def fitting(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that fit one of this project's lean schemas."""
    if "enum" in schema:
        return st.sampled_from(cast("list[Any]", schema["enum"]))
    least, most = schema.get("minimum"), schema.get("maximum")
    match schema.get("type"):
        case "string" if "pattern" in schema:
            return st.from_regex(str(schema["pattern"]), fullmatch=True)
        case "string":
            text = st.text(max_size=schema.get("maxLength", 200))
            addresses = st.sampled_from(["oss://b/k.mp4", "https://b.oss-cn-shanghai.aliyuncs.com/k", "rtmp://h/a/s"])
            return text | addresses
        case "integer":
            return st.integers(least, most)
        case "number":
            return st.floats(least, most, allow_nan=False, allow_infinity=False)
        case "boolean":
            return st.booleans()
        case "array":
            return st.lists(fitting(schema["items"]), max_size=5)
        case "object" if "properties" in schema:
            parts = {name: fitting(part) for name, part in schema["properties"].items()}
            needed = {name: part for name, part in parts.items() if name in schema.get("required", ())}
            return st.fixed_dictionaries(needed, optional={n: part for n, part in parts.items() if n not in needed})
        case _:
            scalars = st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=20)
            nested = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3), max_leaves=5)
            return st.dictionaries(st.text(max_size=10), nested, max_size=5)


def assert_limits_hold(operation: Operation, request: Arrived) -> None:
    """An independent reading of the documented limits, on what arrived."""
    sent = {**request.query, **request.form}
    limits = {"Title": 128, "Description": 1024, "CoverURL": 128, "Category": 64}
    if operation.name in ("RegisterMediaInfo", "UpdateMediaInfo"):
        limits["UserData"] = 1024
        for name, most in limits.items():
            assert len(sent.get(name, "").encode()) <= most, (name, sent[name])
        tags = sent.get("MediaTags", "").split(",")
        assert len(tags) <= 16
        assert all(len(tag.encode()) <= 32 for tag in tags)
        if "ReferenceId" in sent:
            assert re.fullmatch(r"[A-Za-z0-9_-]{6,64}", sent["ReferenceId"])
        if sent.get("UserData"):
            json.loads(sent["UserData"])
    if operation.name == "RegisterMediaInfo":
        assert sent["InputURL"].partition("://")[0].lower() in ("http", "https", "oss", "vod")
        assert sent.get("MediaType") != "text" or sent["BusinessType"] in ("subtitles", "font")
        assert len(sent["ClientToken"]) >= 32
    if operation.name == "CreateUploadStream" and "Definition" in sent:
        assert sent["Definition"] in ("FD", "LD", "SD", "HD", "OD", "2K", "4K", "SQ", "HQ")
    if "AuthTimeout" in sent:
        assert 1 <= int(sent["AuthTimeout"]) <= 86400
    if "MaxResults" in sent:
        assert 1 <= int(sent["MaxResults"]) <= 100


def assert_clear(operation: Operation, text: str, is_error: bool, arrived: list[Arrived]) -> None:
    assert "Traceback" not in text
    assert "failed inside this server" not in text, text
    assert text
    text.encode("utf-8")
    if is_error:
        assert operation.name in text, text
        assert not [request for request in arrived if request.action == operation.name]
        assert "- " in text
    else:
        json.loads(text)
    for request in arrived:
        assert request.action == operation.name or request.action.startswith(("Get", "List", "BatchGet"))
        if request.action == operation.name:
            assert_limits_hold(operation, request)


@pytest.mark.parametrize("operation", PARAMETERS)
def test_arguments_drawn_from_the_schema_are_sent_within_limits_or_clearly_refused(
    operation: Operation, service: ScriptedService
) -> None:
    driver = Driver(service, operation)
    sent = 0

    @TRIED
    @given(drawn(operation))
    def every(arguments: dict[str, Any]) -> None:
        nonlocal sent
        text, is_error, arrived = anyio.run(driver.call, arguments)
        assert_clear(operation, text, is_error, arrived)
        sent += not is_error

    every()


@pytest.mark.parametrize("operation", PARAMETERS)
def test_mutated_arguments_are_clearly_refused_or_sent_within_limits(
    operation: Operation, service: ScriptedService
) -> None:
    driver = Driver(service, operation)
    names = [parameter.name for parameter in operation.parameters]
    strange_names = st.sampled_from([*names, "mediaid", "Media_Id", "", "a.b", "é", "x" * 300, "\ud800"])

    @TRIED
    @given(
        drawn(operation),
        st.lists(
            st.tuples(strange_names, st.one_of(st.sampled_from(ODD_VALUES), st.text(), st.integers())), min_size=1
        ),
    )
    def every(arguments: dict[str, Any], changes: list[tuple[str, Any]]) -> None:
        text, is_error, arrived = anyio.run(driver.call, {**arguments, **dict(changes)})
        assert_clear(operation, text, is_error, arrived)

    every()


@pytest.mark.parametrize("operation", PARAMETERS)
def test_a_plain_good_call_of_every_tool_reaches_the_service(operation: Operation, service: ScriptedService) -> None:
    good: dict[str, dict[str, Any]] = {
        "RegisterMediaInfo": {"InputURL": "oss://b/k.mp4"},
        "RegisterMediaStream": {"MediaId": "a" * 32, "InputURL": "oss://b/k.mp4"},
        "BatchGetMediaInfos": {"MediaIds": "a,b"},
        "ListMediaBasicInfos": {},
        "CreateUploadMedia": {"FileInfo": {"Type": "video", "Name": "n", "Ext": "mp4"}},
        "UploadMediaByURL": {"UploadURLs": "http%3A%2F%2Fh%2Fa.mp4"},
        "UploadStreamByURL": {"MediaId": "a", "StreamURL": "http://h/a.mp4"},
        "GetUrlUploadInfos": {"JobIds": "j"},
        "DeleteMediaInfos": {"MediaIds": "a"},
        "SubmitLiveRecordJob": {
            "Name": "n",
            "TemplateId": "t",
            "StreamInput": {"Type": "rtmp", "Url": "rtmp://h/a/s"},
            "RecordOutput": {"Type": "oss", "Bucket": "b"},
        },
    }
    text, is_error, arrived = anyio.run(
        Driver(service, operation).call, good.get(operation.name, {"MediaId": "a" * 32})
    )
    assert not is_error, text
    assert [request.action for request in arrived if request.action == operation.name] == [operation.name]
    assert get_operation(operation.tool_name) is operation
