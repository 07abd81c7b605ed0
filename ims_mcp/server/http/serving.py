"""The application on a port until it is asked to end, and then until the calls that run have been answered."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Any

import uvicorn

from ims_mcp.http_protocol import BoundedProtocol, SilentServer
from ims_mcp.server.http.app import McpApp
from ims_mcp.server.http.bounds import HEADER_BYTES, Bounds, make_protocol

DRAIN_SECONDS = 30.0
"""What calls that run may still take: less than a container is given to end, more than a read takes."""
_CLOSING_SECONDS = 3
_LAST_SECONDS = 5.0
"""For those who had connected before this port was closed, to ask and be refused: a call that is broken off without an
answer may have been carried out, for all its sender knows, and no proxy gives it to another replica."""
_KEEP_ALIVE_SECONDS = 75
"""Longer than load balancers keep theirs (60 s), so that none sends a request on a connection that is just closed."""

logger = logging.getLogger("ims_mcp.server")


async def serve_until(
    stop: asyncio.Event, app: McpApp, listener: socket.socket, bounds: Bounds, *, on_ready: Callable[[], None]
) -> None:
    """Answer on ``listener`` until ``stop`` is set; from then on refuse calls, and give those that run
    :data:`DRAIN_SECONDS`."""
    server = SilentServer(
        uvicorn.Config(
            app,
            http=make_protocol(bounds),
            log_config=None,  # logging is set up by the command, to stderr
            access_log=False,
            lifespan="off",
            ws="none",
            proxy_headers=False,  # nothing goes by the address of a client
            server_header=False,
            timeout_graceful_shutdown=_CLOSING_SECONDS,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            h11_max_incomplete_event_size=HEADER_BYTES,
        )
    )
    async with app.run():
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        stopping = asyncio.create_task(stop.wait())
        try:
            on_ready()
            await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
            try:
                await asyncio.wait_for(app.calls.drain(), DRAIN_SECONDS)
            except TimeoutError:
                logger.warning("calls that have not ended in time are broken off", extra={"calls": app.calls.count})
            await _refuse_the_last(server, listener)
        finally:
            stopping.cancel()
            server.should_exit = True
            await serving


async def _refuse_the_last(server: SilentServer, listener: socket.socket) -> None:
    """Listen no more, and give whoever is about to ask the time to hear that others have to be asked."""
    await server.stop_listening(listener)
    end = asyncio.get_running_loop().time() + _LAST_SECONDS
    while asyncio.get_running_loop().time() < end:
        await asyncio.sleep(0.05)  # first: connections that have been taken are not in the list at once
        connections: set[Any] = server.server_state.connections
        if not any(isinstance(each, BoundedProtocol) and each.is_about_to_ask for each in connections):
            break
