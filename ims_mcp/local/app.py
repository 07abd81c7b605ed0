"""The embedded IMS on a port: bound to 127.0.0.1, announced, with an end to waiting for clients, stopped cleanly."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from ims_mcp.errors import LocalImsError
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
        with _bind(port) as listener:
            endpoint = f"http://{HOST}:{listener.getsockname()[1]}"
            server = _Server(_configure(ims))
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


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: they raise the signal again before our own state is closed."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@contextmanager
def _bind(port: int) -> Generator[socket.socket]:
    # The protocol by name: asyncio sets TCP_NODELAY only where it sees TCP there, and 40 ms a call hang on that.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    with listener:
        if os.name == "posix":
            # A port in TIME_WAIT may be taken over; on Windows the option would let two processes share one.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            raise LocalImsError(
                f"Port {port} of {HOST} cannot be used: {error.strerror}.",
                next_step="Choose another with --port; 0 takes a free one.",
            ) from error
        listener.listen(128)
        yield listener


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


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a client may do nothing, in seconds, and how many connections there may be."""

    header_seconds: float = 20.0
    """From the connection, or the first byte of a further request, to the end of its headers."""
    body_seconds: float = 30.0
    """In which a body has to bring ``body_bytes``, or end."""
    body_bytes: int = 8 * 1024
    reader_seconds: float = 120.0
    """In which a reader has to take something of an answer. A player that is paused asks anew."""
    connections: int = 256


class BoundedProtocol(H11Protocol):
    """Closes a connection whose client does not get on with it. Where all places are taken, an idle one is given up.

    uvicorn itself waits without end for everything but the next request of a connection that had one.
    """

    timeouts = Timeouts()

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._timer: asyncio.TimerHandle | None = None
        self._reader_timer: asyncio.TimerHandle | None = None
        self._waits_for: type[h11.IDLE] | type[h11.SEND_BODY] | None = None
        self._received_bytes = 0
        self._made = self.loop.time()
        self._has_asked = False

    @property
    def is_idle(self) -> bool:
        """Whether nothing has been asked for that is not answered yet."""
        return self.conn.our_state is h11.IDLE

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """From here on its headers may take so long."""
        super().connection_made(transport)
        if len(self.connections) > self.timeouts.connections:
            self._choose_to_give_up().transport.abort()
        self._wait_for(h11.IDLE, self.timeouts.header_seconds)

    def _choose_to_give_up(self) -> BoundedProtocol:
        """One that has asked for nothing yet, else one between two requests, the oldest first; else this one.

        Those that come at once are all made before the first that is given up is lost.
        """
        others = (one for one in self.connections if isinstance(one, BoundedProtocol) and one is not self)
        idle: list[BoundedProtocol] = [one for one in others if one.is_idle and not one.transport.is_closing()]
        return min(idle, key=lambda one: (one._has_asked, one._made), default=self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._stop_waiting()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Its parts count as progress of what is being waited for."""
        super().data_received(data)
        self._received_bytes += len(data)
        state = self.conn.their_state
        if state is h11.SEND_BODY:
            if self._waits_for is not h11.SEND_BODY:
                self._wait_for(h11.SEND_BODY, self.timeouts.body_seconds)
        elif state is h11.IDLE:
            # The headers of a request may take their time as a whole, not after each byte.
            if self._waits_for is not h11.IDLE and self.conn.trailing_data[0]:
                self._wait_for(h11.IDLE, self.timeouts.header_seconds)
        else:
            self._stop_waiting()

    def pause_writing(self) -> None:
        """Its reader takes nothing more for now."""
        super().pause_writing()
        if self._reader_timer is None:
            self._reader_timer = self.loop.call_later(self.timeouts.reader_seconds, self._give_up)

    def resume_writing(self) -> None:
        """Its reader has taken something."""
        if self._reader_timer is not None:
            self._reader_timer.cancel()
            self._reader_timer = None
        super().resume_writing()

    def on_response_complete(self) -> None:
        """What comes next is another request."""
        super().on_response_complete()
        self._has_asked = True
        if self.conn.their_state is not h11.SEND_BODY and not (self.is_idle and self.conn.trailing_data[0]):
            self._stop_waiting()  # the keep-alive timer counts from here on

    def _wait_for(self, state: type[h11.IDLE] | type[h11.SEND_BODY], seconds: float) -> None:
        self._stop_waiting()
        self._waits_for = state
        self._received_bytes = 0
        self._timer = self.loop.call_later(seconds, self._look)

    def _stop_waiting(self) -> None:
        self._waits_for = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        """The time is up: go on waiting for a body that gets on, or that this side does not read at the moment."""
        gets_on = self._received_bytes >= self.timeouts.body_bytes or self.flow.read_paused
        if self._waits_for is h11.SEND_BODY and gets_on:
            self._wait_for(h11.SEND_BODY, self.timeouts.body_seconds)
        else:
            self._give_up()

    def _give_up(self) -> None:
        self._stop_waiting()
        self.transport.abort()
