"""How long a call waits: as long as its client does, so that no answer comes too late to be read."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

import anyio
import pytest
from mcp import Client
from mcp.server import Server, ServerRequestContext
from mcp.shared.memory import create_client_server_memory_streams
from mcp_types import CallToolRequestParams, CallToolResult, Implementation, ListToolsResult, Tool

from ims_mcp.catalogue import Operation, get_operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.server.tool import ToolRequest, write_result
from ims_mcp.server.wait_policy import ALWAYS_ASKING, PATIENT_CLIENTS, UNKNOWN_CLIENT_SECONDS
from ims_mcp.settings import MAX_WAIT_SECONDS, Settings
from ims_mcp.workflows.waiting import wait_for
from tests.client.scripted_service import Answer as Body
from tests.client.scripted_service import ScriptedService
from tests.server.connected import ERAS, Era, connected, content_of


async def heard(progress: float, total: float | None, message: str | None) -> None:
    """A client that wants to hear of progress."""


@asynccontextmanager
async def on_a_wire(server: Server[Any]) -> AsyncGenerator[Any]:
    """The client's end of a connection: a server in memory would be called past the requests' ``_meta``."""
    async with create_client_server_memory_streams() as (ours, theirs), anyio.create_task_group() as tasks:
        tasks.start_soon(server.run, *theirs, server.create_initialization_options())
        yield ours
        tasks.cancel_scope.cancel()


async def longest(era: Era, name: str, *, asks_for_progress: bool = False, allowed: float | None = None) -> float:
    """What a call of a client called ``name`` may wait."""

    async def probe(context: ServerRequestContext[Any], params: CallToolRequestParams) -> CallToolResult:
        return write_result({"seconds": ToolRequest(context, params, allowed, cast("Any", None)).longest_wait_seconds})

    async def list_tools(context: ServerRequestContext[Any], params: Any) -> ListToolsResult:
        return ListToolsResult(tools=[Tool(name="probe_it", input_schema={"type": "object"})])

    server: Server[Any] = Server("probed", on_list_tools=list_tools, on_call_tool=probe)
    info = Implementation(name=name, version="1")
    async with Client(on_a_wire(server), mode=era, client_info=info) as client:
        callback = heard if asks_for_progress else None
        return float(content_of(await client.call_tool("probe_it", {}, progress_callback=callback))["seconds"])


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", ["mcp", "openai-agents", "google-adk", "autogen", "", "my-claude-code", "Claude"])
async def test_a_client_nobody_knows_waits_less_than_the_five_seconds_of_frameworks(era: Era, name: str) -> None:
    assert await longest(era, name) == UNKNOWN_CLIENT_SECONDS == 4


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", [*PATIENT_CLIENTS, "Visual Studio Code - Insiders", "qwen-cli-mcp-client-ims"])
async def test_a_client_that_is_known_to_wait_a_minute_is_kept_waiting(era: Era, name: str) -> None:
    assert await longest(era, name) == MAX_WAIT_SECONDS == 45


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_a_client_that_asks_for_progress_is_kept_waiting(era: Era) -> None:
    assert await longest(era, "anything", asks_for_progress=True) == MAX_WAIT_SECONDS


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("name", [*ALWAYS_ASKING, "FastMCP"])
async def test_a_client_that_asks_for_progress_in_every_call_has_not_said_that_it_waits(era: Era, name: str) -> None:
    assert await longest(era, name, asks_for_progress=True) == UNKNOWN_CLIENT_SECONDS


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(("allowed", "seconds"), [(9.0, 9.0), (30.0, 30.0), (600.0, 45.0)])
async def test_the_user_has_the_last_word(era: Era, allowed: float, seconds: float) -> None:
    for name in ("anything", "claude-code"):
        for progress in (False, True):
            assert await longest(era, name, asks_for_progress=progress, allowed=allowed) == seconds


INIT = Body(body={"MediaId": "m", "MediaInfo": {"MediaBasicInfo": {"Status": "Init"}}})
WAITING_CALLS: list[tuple[str, dict[str, Any]]] = [
    ("register_media_info", {"InputURL": "oss://b/k", "wait_seconds": 45}),
    ("register_media_info", {"InputURL": "oss://b/k", "wait_seconds": 600}),
    (
        "call_write_operation",
        {"operation": "RegisterMediaInfo", "operation_arguments": {"InputURL": "oss://b/k", "wait_seconds": 45}},
    ),
    ("wait_for_job", {"operation": "RegisterMediaInfo", "ids": {"MediaId": "m"}}),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("tool", "arguments"), WAITING_CALLS, ids=range(len(WAITING_CALLS)))
async def test_every_tool_that_waits_keeps_to_it_and_names_the_next_call(tool: str, arguments: dict[str, Any]) -> None:
    # Far less than the 45 s that are asked for.
    with ScriptedService(usual=INIT) as service, anyio.fail_after(40):
        async with connected(service.url, settings=Settings(max_wait_seconds=1)) as client:
            content = content_of(await client.call_tool(tool, arguments))
    wait = content.get("wait", content)
    assert wait["outcome"] == "pending"
    assert content["next_call"]["tool"] in ("get_media_info", "wait_for_job")
    assert content["next_call"]["why"].endswith("(your client may list the tool under a longer name)")


class Slow:
    """A service whose clock only moves while it answers or is waited for."""

    def __init__(self, look_seconds: float) -> None:
        self.now = 0.0
        self.look_seconds = look_seconds
        self.allowed: list[float] = []
        self.data = {"MediaInfo": {"MediaBasicInfo": {"Status": "Init"}}}

    async def call(self, operation: Operation, arguments: Any, *, timeout_seconds: float | None = None) -> Slow:
        assert timeout_seconds is not None
        self.allowed.append(timeout_seconds)
        self.now += min(self.look_seconds, timeout_seconds)
        return self

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.anyio
@pytest.mark.parametrize("look_seconds", [0.05, 0.9, 3.0, 60.0])
@pytest.mark.parametrize("asked", [0.0, 4.0, 45.0])
async def test_a_wait_ends_in_the_time_its_client_gives_it_however_slow_the_looks_are(
    look_seconds: float, asked: float
) -> None:
    service = Slow(look_seconds)
    waited = await wait_for(
        cast("ImsClient", service),
        get_operation("RegisterMediaInfo"),
        arguments={},
        reply={"MediaId": "m"},
        seconds=asked,
        longest_seconds=4.0,
        clock=lambda: service.now,
        sleep=service.sleep,
    )
    assert waited.outcome == "pending"
    assert service.now <= 4.0
    assert service.allowed[0] <= 4.0


@pytest.mark.anyio
async def test_a_submission_that_used_up_the_time_leaves_one_short_look() -> None:
    service = Slow(60)
    await wait_for(
        cast("ImsClient", service),
        get_operation("RegisterMediaInfo"),
        arguments={},
        reply={"MediaId": "m"},
        seconds=30,
        longest_seconds=-2.0,
        clock=lambda: service.now,
        sleep=service.sleep,
    )
    assert service.allowed == [1.0]
