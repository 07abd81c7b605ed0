"""Pages of a server on stdio: on a port of this machine that is open only while there is something to be done there."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

import anyio
import anyio.abc
import uvicorn
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from ims_mcp.http_protocol import SilentServer, listen
from ims_mcp.server.http.bounds import HEADER_BYTES, Bounds, make_protocol
from ims_mcp.server.http.pages import PageApp, PageSet
from ims_mcp.server.http.refusals import Refusal
from ims_mcp.server.http.rules import AddressRules
from ims_mcp.settings import SettingsError

_HOST = "127.0.0.1"
_BOUNDS = Bounds(max_calls=32)
_LOOK_SECONDS = 1.0

logger = logging.getLogger("ims_mcp.server")


class LoopbackPages:
    """Async context manager; a page host (:class:`ims_mcp.server.page_host.PageHost`). Listens nowhere before somebody
    needs a page, and no longer than that."""

    def __init__(self, sets: Sequence[PageSet]) -> None:
        self._app: ASGIApp = PageApp(sets, lambda: self._base)
        self._rules = AddressRules(_HOST)
        self._base = ""
        self._port = 0
        self._ends_at = float("-inf")
        self._opening = anyio.Lock()
        self._tasks = anyio.create_task_group()
        self._server: SilentServer | None = None

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        if self._server is not None:
            self._server.should_exit = True
        self._tasks.cancel_scope.cancel()
        return await self._tasks.__aexit__(kind, error, trace)

    async def open_for(self, seconds: float) -> str:
        """See :class:`ims_mcp.server.page_host.PageHost`."""
        self._ends_at = max(self._ends_at, time.monotonic() + seconds)
        async with self._opening:
            if self._server is None:
                await self._tasks.start(self._serve)
        return self._base

    async def _serve(self, *, task_status: anyio.abc.TaskStatus[None]) -> None:
        listener = None
        if self._port:  # a page that is still open finds it again
            with suppress(SettingsError):
                listener = listen(_HOST, self._port, SettingsError)
        listener = listener or listen(_HOST, 0, SettingsError)
        self._port = int(listener.getsockname()[1])
        self._base = f"http://{_HOST}:{self._port}"
        self._server = server = SilentServer(
            uvicorn.Config(
                self._answer,
                interface="asgi3",
                http=make_protocol(_BOUNDS),
                log_config=None,
                access_log=False,
                lifespan="off",
                ws="none",
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=1,
                h11_max_incomplete_event_size=HEADER_BYTES,
            )
        )
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._end_in_time, server)
                task_status.started()
                await server.serve(sockets=[listener])
                tasks.cancel_scope.cancel()
        finally:
            if self._server is server:  # and no other one by now, which began while this one was ending
                self._server = None
            # Cancelled, it leaves browsers connected, what they ask under way, and its port with the loop.
            for task in [*server.server_state.tasks]:
                task.cancel()
            for connection in [*server.server_state.connections]:
                connection.transport.abort()
            for listening in getattr(server, "servers", ()):
                listening.close()
            listener.close()

    async def _end_in_time(self, server: SilentServer) -> None:
        while (left := self._ends_at - time.monotonic()) > 0:  # noqa: ASYNC110 - an end that is put off is no event
            await anyio.sleep(min(_LOOK_SECONDS, left))
        self._server = None  # from here on a page that is needed opens a port of its own
        server.should_exit = True

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._rules.check_host(HTTPConnection(scope))
        except Refusal as refusal:
            await refusal.answer()(scope, receive, send)
        else:
            await self._app(scope, receive, send)
