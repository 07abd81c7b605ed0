"""How much one caller, and all of them together, may have under way: connections, headers, bodies, calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import anyio

from ims_mcp.http_protocol import BoundedProtocol, Timeouts
from ims_mcp.server.http.refusals import Refusal, refuse_for_now

BODY_BYTES = 4 * 1024 * 1024
DRAINED_BYTES = 16 * BODY_BYTES
"""Of a refused body that are still read, and forgotten: a client that cannot send on does not look for the answer."""
HEADER_BYTES = 64 * 1024
BUSY_SECONDS = 1
"""After which a caller that was refused may try again; calls that do not wait take about as long."""
DRAINING_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Bounds:
    """Calls that are answered at once."""

    max_calls: int = 256
    max_calls_per_caller: int = 32


def refuse_body() -> Refusal:
    """413."""
    return Refusal(413, f"A request may have at most {BODY_BYTES} bytes. Give large files by their address.")


def make_protocol(bounds: Bounds) -> type[BoundedProtocol]:
    """The protocol of each connection. As many as there may be calls may wait between two of theirs, or say nothing."""

    class CallProtocol(BoundedProtocol):
        timeouts = Timeouts(connections=2 * bounds.max_calls)

    return CallProtocol


class RunningCalls:
    """Counts what is being answered. In the process: each replica has bounds of its own."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._by_caller: Counter[str] = Counter()
        self.count = 0
        """Calls that are being answered."""
        self._ended: anyio.Event | None = None

    @property
    def is_draining(self) -> bool:
        """Whether no further call is taken."""
        return self._ended is not None

    @contextmanager
    def enter(self, subject: str) -> Generator[None]:
        """Count a call for as long as the block lasts. Raises Refusal where there are too many already."""
        if self._ended is not None:
            raise refuse_for_now(
                503, "This server is about to end and takes no more calls. Call again in a moment.", DRAINING_SECONDS
            )
        if self.count >= self._bounds.max_calls:
            raise refuse_for_now(
                503,
                f"This server answers {self._bounds.max_calls} calls already. Call again in a moment.",
                BUSY_SECONDS,
            )
        if self._by_caller[subject] >= self._bounds.max_calls_per_caller:
            raise refuse_for_now(
                429,
                f"{self._bounds.max_calls_per_caller} calls of yours are under way, which is as many as one caller may "
                "have. Call again when one has ended.",
                BUSY_SECONDS,
            )
        self.count += 1
        self._by_caller[subject] += 1
        try:
            yield
        finally:
            self.count -= 1
            self._by_caller[subject] -= 1
            if not self._by_caller[subject]:
                del self._by_caller[subject]
            if self._ended is not None and not self.count:
                self._ended.set()

    async def drain(self) -> None:
        """Take no further call, and return when the last one has been answered."""
        self._ended = anyio.Event()
        if self.count:
            await self._ended.wait()
