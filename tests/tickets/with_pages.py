"""A server with its upload page, as ``ims-mcp serve`` puts it together, and a client of it, in one event loop."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from unittest import mock

from mcp import Client
from mcp_types import Implementation

from ims_mcp.cli.connection import Common, open_connection
from ims_mcp.cli.stdio_pages import StdioPages
from ims_mcp.client.observers import CallObserver
from ims_mcp.server.build import ImsServer
from ims_mcp.server.http.page_sets import list_page_sets
from ims_mcp.shared_store import MemoryStore, SharedStore
from tests.fixed_credentials import FixedCredentials
from tests.server.connected import LOCAL, Era
from tests.transfers.setting import Setting


@asynccontextmanager
async def client_with_pages(
    setting: Setting,
    *,
    era: Era = "2026-07-28",
    store: SharedStore | None = None,
    observer: CallObserver | None = None,
    part_bytes: int | None = None,
    on_server: Callable[[ImsServer], object] = lambda _: None,
) -> AsyncGenerator[Client]:
    """``part_bytes``: of what the page sends, where a test wants many parts of a small file."""

    async def endpoint() -> str:
        return setting.proxy.url

    settings = setting.settings(timeout_seconds=10.0)
    async with AsyncExitStack() as stack:
        stack.enter_context(mock.patch("ims_mcp.workflows.waiting.FIRST_PAUSE_SECONDS", 0.03))
        if part_bytes is not None:
            stack.enter_context(mock.patch("ims_mcp.workflows.tickets.desk.choose_part_bytes", return_value=part_bytes))
        to = await stack.enter_async_context(
            open_connection(settings, endpoint, endpoint, FixedCredentials(LOCAL), Common(observer))
        )
        made: list[ImsServer] = []
        pages = await stack.enter_async_context(StdioPages(lambda: list_page_sets(made[0])))
        server = ImsServer(settings, to.client, to.transfers, store=store or MemoryStore(), pages=pages)
        made.append(server)
        on_server(server)
        info = Implementation(name="ims-mcp tests", version="1")
        yield await stack.enter_async_context(Client(server, mode=era, client_info=info))
