"""A server whose calls a person approves on its pages, an MCP client of it, and the person as their browser speaks."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx2
from mcp import Client
from mcp.client.session import ElicitationFnT
from mcp_types import Implementation

from ims_mcp.approvals.pins import PinRecord, make_pin
from ims_mcp.cli.connection import Common, open_connection
from ims_mcp.cli.stdio_pages import StdioPages
from ims_mcp.client.observers import CallObserver
from ims_mcp.server.approval_setup import ApprovalSetup
from ims_mcp.server.build import ImsServer
from ims_mcp.server.http.page_sets import list_page_sets
from ims_mcp.settings import Settings
from ims_mcp.shared_store import MemoryStore, SharedStore
from tests.fixed_credentials import FixedCredentials
from tests.server.connected import CREDENTIAL, Era, content_of

PIN, WRONG = "corvid-71", "corvid-72"
SET_ON = datetime(2026, 11, 20, tzinfo=UTC)
DELETE = ("delete_media_infos", {"MediaIds": "a" * 32})
WAIT_SECONDS = 60.0


@cache
def pin_of(name: str, pin: str = PIN) -> PinRecord:
    """Made once: each takes its time on purpose."""
    return make_pin(name, pin, now=SET_ON)


class Clock:
    """Of a store; moved by a test."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def set_up(*names: str, store: SharedStore | None = None, announced_in: SharedStore | None = None) -> ApprovalSetup:
    """With the same PIN for each of these callers."""
    store = store or MemoryStore()
    return ApprovalSetup({name: pin_of(name) for name in names}, store, store, announced_in)


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever opens the address: ``id`` and where it is asked about."""

    base: str
    id: str

    @classmethod
    def of(cls, address: str) -> Person:
        base, _, approval_id = address.partition("/pages/approve#")
        return cls(base, approval_id)

    async def post(
        self, name: str, content: Any, headers: Mapping[str, str] | None = None, method: str = "POST"
    ) -> httpx2.Response:
        usual = {"Origin": self.base, "Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}
        sent = {key: value for key, value in {**usual, **(headers or {})}.items() if value}
        async with httpx2.AsyncClient(timeout=WAIT_SECONDS, trust_env=False, verify=False) as client:
            return await client.request(method, f"{self.base}/pages/api/{name}", json=content, headers=sent)

    async def look(self) -> dict[str, Any]:
        return (await self.post("look-at-approval", {"id": self.id})).json()

    async def approve(self, pin: str = PIN) -> httpx2.Response:
        return await self.post("answer-approval", {"id": self.id, "yes": True, "pin": pin})

    async def refuse(self) -> httpx2.Response:
        return await self.post("answer-approval", {"id": self.id, "yes": False})


def person_of(result: Any) -> Person:
    """Whom a call waits for."""
    told = content_of(result)
    assert told["outcome"] == "waiting_for_approval", told
    return Person.of(told["approval_address"])


@asynccontextmanager
async def approving(
    endpoint: str,
    *,
    era: Era = "2026-07-28",
    settings: Settings | None = None,
    approvals: ApprovalSetup | None = None,
    elicitation: ElicitationFnT | None = None,
    observer: CallObserver | None = None,
    message_handler: Callable[..., Any] | None = None,
) -> AsyncGenerator[Client]:
    """A client of a server as on stdio: one caller, pages on a port of its own. It waits for no more than a moment."""
    settings = replace(settings or Settings(), timeout_seconds=10.0)
    settings = replace(settings, max_wait_seconds=settings.max_wait_seconds or 0.2)

    async def fixed() -> str:
        return endpoint

    async with (
        open_connection(settings, fixed, fixed, FixedCredentials(CREDENTIAL), Common(observer)) as to,
        StdioPages(lambda: list_page_sets(server)) as pages,
    ):
        setup = approvals or set_up("local")
        server = ImsServer(settings, to.client, to.transfers, pages=pages, approvals=setup)
        more: dict[str, Any] = {} if message_handler is None else {"message_handler": message_handler}
        async with Client(
            server,
            mode=era,
            elicitation_callback=elicitation,
            client_info=Implementation(name="ims-mcp tests", version="1"),
            **more,
        ) as client:
            yield client
