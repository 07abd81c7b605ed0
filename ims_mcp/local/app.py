"""The embedded IMS on a port: bound to 127.0.0.1, announced, with an end to waiting for clients, stopped cleanly."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from types import FrameType

import uvicorn

from ims_mcp.errors import LocalImsError
from ims_mcp.http_protocol import BoundedProtocol, SilentServer, listen
from ims_mcp.local.composition import LocalIms

__all__ = ["HOST", "LocalIms", "serve", "serve_until"]

HOST = "127.0.0.1"
_PARENT_LOOK_SECONDS = 1.0
_GRACE_SECONDS = 3
_log = logging.getLogger(__name__)


def serve(ims: LocalIms, *, port: int = 0, on_ready: Callable[[str], None], exit_with_parent: bool = False) -> None:
    """Run in the foreground until SIGINT, SIGTERM or, with ``exit_with_parent``, until stdin closes.

    ``port`` 0 takes a free one. ``on_ready`` hears ``http://127.0.0.1:PORT`` once requests are answered. Raises
    LocalImsError where the directory or the port is in use.
    """

    async def run() -> None:
        stop = asyncio.Event()
        with _stop_on_signals(stop):
            watcher = asyncio.create_task(_watch_parent(stop)) if exit_with_parent else None
            try:
                await serve_until(stop, ims, port=port, on_ready=on_ready)
            finally:
                if watcher is not None:
                    watcher.cancel()

    asyncio.run(run())


async def serve_until(stop: asyncio.Event, ims: LocalIms, *, port: int = 0, on_ready: Callable[[str], None]) -> None:
    """Enter ``ims``, serve it on a loopback port until ``stop`` is set, and leave it."""
    # The directory first: where both are taken, its error says who has them.
    async with ims:
        with listen(HOST, port, LocalImsError) as listener:
            endpoint = f"http://{HOST}:{listener.getsockname()[1]}"
            server = SilentServer(_configure(ims))
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            stopping = asyncio.create_task(stop.wait())
            try:
                # The kernel queues connections from the moment the socket listens: nobody is refused from here on.
                ims.announce(endpoint)
                on_ready(endpoint)
                _log.info("the local IMS listens on %s", endpoint)
                await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
            finally:
                stopping.cancel()
                server.should_exit = True
                await serving


def _configure(ims: LocalIms) -> uvicorn.Config:
    return uvicorn.Config(
        ims,
        http=BoundedProtocol,
        log_config=None,  # logging is set up by the command, to stderr
        access_log=False,
        lifespan="off",
        ws="none",
        date_header=False,  # the application dates its answers by its own clock
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        # Pooled clients hold connections for longer than uvicorn's 5 s, and a write on a closed one is in doubt.
        timeout_keep_alive=75,
        # All parameters of an operation may travel in the query.
        h11_max_incomplete_event_size=1024 * 1024,
    )


@contextmanager
def _stop_on_signals(stop: asyncio.Event) -> Generator[None]:
    loop = asyncio.get_running_loop()

    def ask_to_stop(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop.set)

    previous = {number: signal.signal(number, ask_to_stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


async def _watch_parent(stop: asyncio.Event) -> None:
    """Set ``stop`` when stdin ends (the parent closed it or died) or this process has been orphaned."""
    loop = asyncio.get_running_loop()

    def read_to_the_end() -> None:
        # The bare descriptor: a thread that sits in sys.stdin would hold its lock at interpreter exit.
        with suppress(OSError):
            while os.read(0, 4096):
                pass
        with suppress(RuntimeError):  # the loop may be closed by now
            loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=read_to_the_end, name="watch-stdin", daemon=True).start()
    parent = os.getppid()
    # Nothing tells a process that its parent died: it has to look.
    while os.getppid() == parent:  # noqa: ASYNC110
        await asyncio.sleep(_PARENT_LOOK_SECONDS)
    stop.set()
