"""uvicorn's HTTP protocol with an end to waiting: for headers, for a body, for a reader, and to how many may wait."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


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
