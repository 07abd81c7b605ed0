"""HTTP/1.1 as this project's servers speak it: a socket, a server, and an end to waiting for clients."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from ims_mcp.errors import ImsError

BACKLOG = 128
"""Connections that have come and are not taken yet."""
_TAKING_SECONDS = 0.01
"""In which a connection that asyncio has accepted gets its protocol: it breaks off those that have none at the end."""


class SilentServer(uvicorn.Server):
    """uvicorn without its signal handlers: they raise the signal again before our own state is closed."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def stop_listening(self, listener: socket.socket) -> None:
        """Nobody connects any more; those who have are served as before.

        Closing alone would break off whoever has connected and has not been taken yet.
        """
        with suppress(NotImplementedError):  # the loop of Windows
            asyncio.get_running_loop().remove_reader(listener)
        await asyncio.sleep(_TAKING_SECONDS)
        arrived: list[socket.socket] = []
        with suppress(OSError):  # nobody is left
            while True:
                arrived.append(listener.accept()[0])
        for server in self.servers:
            server.close()
        for connected in arrived:
            await asyncio.get_running_loop().connect_accepted_socket(self._make_protocol, connected)

    def _make_protocol(self) -> asyncio.Protocol:
        make: Any = self.config.http_protocol_class
        return make(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)


def listen(host: str, port: int, failure: type[ImsError]) -> socket.socket:
    """A socket that listens on the first address of ``host``; 0 takes a free port. Raises ``failure``."""
    try:
        return _bind(host, port)
    except OSError as error:
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise failure(
                f"{host} is no address of this machine: {error.strerror}.",
                next_step="Give one that it has with --host, or 0.0.0.0 for all of them; behind a proxy here, "
                "127.0.0.1. The name that clients use goes into --allowed-host.",
            ) from error
        raise failure(
            f"Port {port} of {host} cannot be used: {error.strerror}.",
            next_step="Choose another with --port; 0 takes a free one.",
        ) from error


def _bind(host: str, port: int) -> socket.socket:
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    # The protocol by name: asyncio sets TCP_NODELAY only where it sees TCP there, and 40 ms a call hang on that.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            # A port in TIME_WAIT may be taken over; on Windows the option would let two processes share one.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


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
        self._idle_since = self.loop.time()
        self._has_asked = False

    @property
    def is_idle(self) -> bool:
        """Whether nothing has been asked for that is not answered yet."""
        return self.conn.our_state is h11.IDLE

    @property
    def is_about_to_ask(self) -> bool:
        """Whether it has connected and not said yet for what, as far as its headers."""
        return self.is_idle and not self._has_asked and not self.transport.is_closing()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """From here on its headers may take so long."""
        super().connection_made(transport)
        if len(self.connections) > self.timeouts.connections:
            self._choose_to_give_up().transport.abort()
        self._wait_for(h11.IDLE, self.timeouts.header_seconds)

    def _choose_to_give_up(self) -> BoundedProtocol:
        """The one that has been between two requests for longest; this one where there is none.

        One that has asked for nothing yet is about to ask: it goes only where more than half of the places are taken
        by its like. Those that come at once are all made before the first that is given up is lost.
        """
        others = (one for one in self.connections if isinstance(one, BoundedProtocol) and one is not self)
        idle: list[BoundedProtocol] = [one for one in others if one.is_idle and not one.transport.is_closing()]
        silent = [one for one in idle if not one._has_asked]
        regular = [one for one in idle if one._has_asked]
        fitting = silent if 2 * len(silent) > self.timeouts.connections else regular or silent
        return min(fitting, key=lambda one: one._idle_since, default=self)

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
        self._idle_since = self.loop.time()
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
