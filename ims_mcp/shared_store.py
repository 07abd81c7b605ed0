"""What replicas have to share (which answers have counted, the limits of an account): one small store, in memory here.

Of several processes only a store outside of them is shared: ``ims_mcp.redis_store``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from ims_mcp.errors import ImsError

T = TypeVar("T")
Change = Callable[[bytes | None], tuple[bytes | None, T]]
"""From the value there is (None: none) to the one to keep (None: none) and what to answer. Must do nothing else: it may
be asked several times."""


class StoreUnavailable(ImsError):
    """The shared store does not answer, or has no room: what needs it is not done."""


class SharedStore(Protocol):
    """Keys are plain words with colons. All raise StoreUnavailable, and then nothing is known of what was done."""

    async def add_once(self, key: str, seconds: float) -> bool:
        """True for the first who asks, at whichever replica; False for all others within ``seconds``."""
        ...

    async def update(self, key: str, change: Change[T], seconds: float) -> T:
        """Read, change and write in one step that nobody gets into; the value ends ``seconds`` after its last change.

        A value that stays the same is not written. What is refused was not done, or it is not known whether it was; it
        is never done twice.
        """
        ...

    async def now(self) -> float:
        """Its own time in seconds: the same for all replicas, whatever their clocks say."""
        ...

    async def check(self) -> None:
        """Raises StoreUnavailable where it is away at the moment."""
        ...

    async def close(self) -> None:
        """Give up connections. Afterwards it is not used."""
        ...

    def describe(self) -> str:
        """What and where it is, in a few words that hold no password."""
        ...


class MemoryStore:
    """Of this process alone. Entries end by time; what does not fit is refused, so it is bounded."""

    MOST = 10_000

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._entries: dict[str, tuple[float, bytes]] = {}
        self._swept_at = clock()

    async def add_once(self, key: str, seconds: float) -> bool:
        """See :class:`SharedStore`."""

        def add(value: bytes | None) -> tuple[bytes | None, bool]:
            return b"", value is None

        now = self._clock()
        entry = self._entries.get(key)
        if entry is not None and entry[0] > now:
            return False
        return await self.update(key, add, seconds)

    async def update(self, key: str, change: Change[T], seconds: float) -> T:
        """See :class:`SharedStore`."""
        now = self._clock()
        entry = self._entries.get(key)
        value, answer = change(entry[1] if entry is not None and entry[0] > now else None)
        if value is None:
            self._entries.pop(key, None)
            return answer
        if entry is not None and entry[0] > now and entry[1] == value:
            return answer
        if entry is None:
            self._make_room(now)
        self._entries[key] = now + seconds, value
        return answer

    async def now(self) -> float:
        """See :class:`SharedStore`."""
        return self._clock()

    async def check(self) -> None:
        """It is always there."""

    async def close(self) -> None:
        """There is nothing to give up."""

    def describe(self) -> str:
        """See :class:`SharedStore`."""
        return "this process alone"

    def _make_room(self, now: float) -> None:
        # Not for each call: of a full store every entry is looked at.
        if len(self._entries) >= self.MOST or now - self._swept_at > 1:
            self._swept_at = now
            self._entries = {key: entry for key, entry in self._entries.items() if entry[0] > now}
        if len(self._entries) >= self.MOST:
            raise StoreUnavailable(
                f"This server has no room for more than {self.MOST:,} things to remember.",
                next_step="Call again in a few minutes.",
            )
