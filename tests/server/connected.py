"""An MCP client connected to a real server object over a real client, against whatever endpoint a test names."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Literal, cast

import anyio
from mcp import Client
from mcp.client.session import ElicitationFnT
from mcp_types import CallToolResult, Implementation

from ims_mcp.cli.connection import Common, Connection, open_connection
from ims_mcp.client.credentials import Credential
from ims_mcp.client.observers import CallObserver
from ims_mcp.server.build import ImsServer
from ims_mcp.server.reach import Access, Target
from ims_mcp.server.tool import ToolRequest
from ims_mcp.settings import MAX_WAIT_SECONDS, Settings
from tests.fixed_credentials import FixedCredentials

Era = Literal["legacy", "2026-07-28", "auto"]
"""``auto`` asks the server what it is first, and then speaks 2026-07-28."""
ERAS: tuple[Literal["legacy", "2026-07-28"], ...] = ("legacy", "2026-07-28")
CREDENTIAL = Credential("LTAI5tRecognisableKeyId00", "RecognisableSecret0123456789", None)
LOCAL = Credential("local", "local", None)


class _Deaf:
    """A session whose client does not hear of progress."""

    async def report_progress(self, done: float, total: float, message: str) -> None:
        pass


def by_nobody(to: Connection, settings: Settings | None = None) -> ToolRequest:
    """For tools that are run without a client; none of them asks its user."""
    context, settings = cast("Any", SimpleNamespace(session=_Deaf())), settings or Settings()
    target = Target(to.client, to.transfers, settings, Access("", (settings.region,)))
    return ToolRequest(context, cast("Any", None), MAX_WAIT_SECONDS, target)


@asynccontextmanager
async def connected(
    endpoint: str,
    *,
    credential: Credential = CREDENTIAL,
    settings: Settings | None = None,
    era: Era = "2026-07-28",
    timeout_seconds: float = 10.0,
    elicitation: ElicitationFnT | None = None,
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    observer: CallObserver | None = None,
) -> AsyncGenerator[Client]:
    """The client side of a server that calls ``endpoint``."""
    settings = settings or Settings()

    async def fixed() -> str:
        return endpoint

    settings = replace(settings, timeout_seconds=timeout_seconds)
    async with (
        open_connection(settings, fixed, fixed, FixedCredentials(credential), Common(observer), sleep=sleep) as to,
        _ending(ImsServer(settings, to.client, to.transfers)) as server,
        Client(
            server,
            mode=era,
            elicitation_callback=elicitation,
            # One that waits for answers; tests/server/test_wait_policy.py is about those that do not.
            client_info=Implementation(name="ims-mcp tests", version="1"),
        ) as client,
    ):
        yield client


@asynccontextmanager
async def _ending(server: ImsServer) -> AsyncGenerator[ImsServer]:
    """What works beside calls ends with the client."""
    try:
        yield server
    finally:
        await server.end()


def text_of(result: CallToolResult) -> str:
    """What a model reads."""
    return "".join(getattr(block, "text", "") for block in result.content)


def content_of(result: CallToolResult) -> dict[str, Any]:
    """The structured result of a call that went well."""
    assert not result.is_error, text_of(result)
    assert isinstance(result.structured_content, dict)
    return cast("dict[str, Any]", result.structured_content)
