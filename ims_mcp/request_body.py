"""The body of a request as a stream: read once, bounded where it is read whole or thrown away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Self

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]

DRAINED_BYTES = 32 * 1024**2
"""How much of the body of a refused request is still read: what common clients send in one request."""
DRAINED_SECONDS = 10.0
UNASKED_SECONDS = 0.05
"""How long the body of a request that takes none is waited for, each time: what is here is read, no more."""
_BODILESS = ("GET", "HEAD", "DELETE", "OPTIONS")


class ClientGone(Exception):
    """The connection ended early: nobody is left to answer."""


class BodyTooLarge(Exception):
    """The body has more bytes than the reader takes."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"The request body may have at most {limit_bytes} bytes.")


@dataclass(slots=True)
class RequestBody:
    """The body of a request; it can be read once."""

    receive: Receive
    expected: bool
    """Whether the headers announce one."""
    waits: bool
    """Whether the client holds the body back until it is told to go on (Expect: 100-continue)."""
    asked: bool = True
    """Whether the method takes a body. Some clients announce one that never comes, with the headers of a put."""
    done: bool = field(default=False, init=False)
    begun: bool = field(default=False, init=False)

    @classmethod
    def of(cls, headers: Iterable[tuple[bytes, bytes]], receive: Receive, method: str = "PUT") -> Self:
        """``headers`` with lower-case names, as ASGI has them."""
        values = dict(headers)
        return cls(
            receive,
            expected=values.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in values,
            waits=values.get(b"expect", b"").lower() == b"100-continue",
            asked=method not in _BODILESS,
        )

    async def read_chunks(self, limit_bytes: int | None = None) -> AsyncIterator[bytes]:
        """What arrives, as it arrives. Raises ClientGone when the connection ends first, BodyTooLarge."""
        self.begun = True
        size_bytes = 0
        while not self.done:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                self.done = True
                raise ClientGone
            self.done = not message.get("more_body", False)
            chunk = message.get("body", b"")
            size_bytes += len(chunk)
            if limit_bytes is not None and size_bytes > limit_bytes:
                raise BodyTooLarge(limit_bytes)
            if chunk:
                yield chunk

    async def read(self, limit_bytes: int) -> bytes:
        """The whole of a small body. Raises as :meth:`read_chunks` does."""
        return b"".join([chunk async for chunk in self.read_chunks(limit_bytes)])

    async def drain(self, most_bytes: int | None = None) -> bool:
        """Read on and forget it: a client that is still sending would never see the answer. Whether that is the end.

        At most DRAINED_BYTES are read unless said otherwise, for DRAINED_SECONDS; where the method takes no body, only
        what is here already.
        Where False is returned the connection has to be closed after the answer.
        """
        if not self.expected or self.done:
            return True
        if self.waits and not self.begun:
            return False
        try:
            async with asyncio.timeout(DRAINED_SECONDS if self.asked else UNASKED_SECONDS) as patience:
                async for _ in self.read_chunks(most_bytes or DRAINED_BYTES):
                    if not self.asked:
                        patience.reschedule(asyncio.get_running_loop().time() + UNASKED_SECONDS)
        except (BodyTooLarge, TimeoutError):
            return False
        return True
