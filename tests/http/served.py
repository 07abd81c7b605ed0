"""A server over HTTP as ``ims-mcp serve --http`` runs it, on a port of the test's own loop, and bare requests to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from starlette.requests import HTTPConnection
from starlette.routing import Route
from starlette.types import ASGIApp

from ims_mcp.cli.connection import Common, connect_accounts, open_connection
from ims_mcp.client.observers import CallObserver
from ims_mcp.http_protocol import listen
from ims_mcp.server.approval_setup import ApprovalSetup
from ims_mcp.server.build import ImsServer
from ims_mcp.server.http.app import McpApp
from ims_mcp.server.http.bounds import Bounds
from ims_mcp.server.http.callers import ALL_SCOPES, Caller, Gate, OpenGate, Unauthorized
from ims_mcp.server.http.gates import ChosenGate
from ims_mcp.server.http.header_credentials import HeaderCredentials
from ims_mcp.server.http.page_sets import list_page_sets
from ims_mcp.server.http.pages import PageApp
from ims_mcp.server.http.public_pages import PublicPages
from ims_mcp.server.http.question_state import make_state_security
from ims_mcp.server.http.rules import AddressRules
from ims_mcp.server.http.serving import serve_until
from ims_mcp.settings import Settings, SettingsError
from ims_mcp.shared_store import SharedStore
from tests.fixed_credentials import FixedCredentials
from tests.server.connected import LOCAL

KEY = "0123456789abcdef" * 4
MODERN, OLDER = "2026-07-28", "2025-11-25"
WAIT_SECONDS = 60.0


class NameGate:
    """Whoever names themselves is let in under that name, for as much as they say behind a slash."""

    async def admit(self, connection: HTTPConnection) -> Caller:
        kind, _, name = connection.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or not name:
            raise Unauthorized('Bearer realm="test"', "Say who you are.")
        name, _, scopes = name.partition("/")
        return Caller(name, frozenset(scopes.split(",")) if scopes else ALL_SCOPES)


@dataclass(frozen=True, slots=True)
class Served:
    """Where it listens, and its parts."""

    base: str
    app: McpApp
    server: ImsServer
    stop: asyncio.Event
    serving: asyncio.Task[None]

    @property
    def url(self) -> str:
        return f"{self.base}/mcp"

    @property
    def port(self) -> int:
        return int(self.base.rpartition(":")[2])


@asynccontextmanager
async def served(
    endpoint: str = "http://127.0.0.1:9",
    *,
    gate: Gate | None = None,
    bounds: Bounds | None = None,
    keys: str | None = KEY,
    settings: Settings | None = None,
    hosts: Sequence[str] = (),
    origins: Sequence[str] = (),
    routes: Sequence[Route] = (),
    carried: HeaderCredentials | None = None,
    store: SharedStore | None = None,
    observer: CallObserver | None = None,
    environ: Mapping[str, str] | None = None,
    make_server: type[ImsServer] = ImsServer,
    pages: ASGIApp | None = None,
    approvals: ApprovalSetup | None = None,
) -> AsyncGenerator[Served]:
    """``environ``: where the accounts of ``settings.config`` look for credentials. With ``approvals`` it has pages."""
    settings, bounds = settings or Settings(), bounds or Bounds()

    async def fixed() -> str:
        return endpoint

    common = Common(observer)
    async with (
        open_connection(settings, fixed, fixed, FixedCredentials(LOCAL), common) as to,
        connect_accounts(settings, environ or {}, common) as accounts,
    ):
        security = make_state_security(keys)
        stop, ready, listener = asyncio.Event(), asyncio.Event(), listen("127.0.0.1", 0, SettingsError)
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        host = PublicPages(base) if approvals is not None else None
        server = make_server(
            settings,
            to.client,
            to.transfers,
            state_security=security,
            accounts=accounts,
            store=store,
            pages=host,
            approvals=approvals,
        )
        addresses = AddressRules("127.0.0.1", hosts, origins)
        page_app = pages if host is None else PageApp(list_page_sets(server), lambda: host.origin)
        chosen = ChosenGate(gate or OpenGate(), routes=tuple(routes))
        app = McpApp(server, chosen, addresses, bounds, carried, page_app)
        serving = asyncio.create_task(serve_until(stop, app, listener, bounds, on_ready=ready.set))
        try:
            await asyncio.wait_for(ready.wait(), WAIT_SECONDS)
            yield Served(base, app, server, stop, serving)
        finally:
            stop.set()
            await asyncio.wait_for(serving, WAIT_SECONDS)
            await server.end()


def message(method: str, params: dict[str, Any] | None = None, *, era: str = MODERN, request_id: int = 1) -> bytes:
    """One JSON-RPC request as a client of that version writes it."""
    params = dict(params or {})
    if era == MODERN:
        params["_meta"] = {
            "io.modelcontextprotocol/protocolVersion": era,
            "io.modelcontextprotocol/clientInfo": {"name": "ims-mcp tests", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}},
        }
    return json.dumps({"jsonrpc": "2.0", "id": request_id, "method": method, "params": params}).encode()


def headers_of(method: str, name: str = "", *, era: str = MODERN, caller: str = "") -> dict[str, str]:
    """What goes with it."""
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    headers |= {"MCP-Protocol-Version": era} | ({"Mcp-Method": method} if era == MODERN else {})
    headers |= {"Mcp-Name": name} if name and era == MODERN else {}
    return headers | ({"Authorization": f"Bearer {caller}"} if caller else {})


async def call(
    url: str,
    tool: str,
    arguments: dict[str, Any],
    *,
    era: str = MODERN,
    caller: str = "",
    headers: dict[str, str] | None = None,
    **more: Any,
) -> httpx2.Response:
    """A tools/call without a client's library; the answer as it came."""
    content = message("tools/call", {"name": tool, "arguments": arguments, **more}, era=era)
    headers = headers_of("tools/call", tool, era=era, caller=caller) | (headers or {})
    async with httpx2.AsyncClient(timeout=WAIT_SECONDS) as client:
        return await client.post(url, content=content, headers=headers)
