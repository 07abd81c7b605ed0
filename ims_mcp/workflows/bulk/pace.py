"""How fast a job goes, over all its workers: turns of :attr:`Control.rate` a second, handed out by the shared store."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Awaitable, Callable

import anyio

from ims_mcp.shared_store import SharedStore, StoreUnavailable

_AHEAD_SECONDS = 0.25
"""Turns are fetched for so long at once; what was fetched at the old rate ends with it."""
_LOOK_SECONDS = 0.5
"""A rate that was changed is noticed as soon by those who wait for a slow one."""
_SET_CLOCK_SECONDS = 60.0
_KEPT_SECONDS = 3600.0


class Pace:
    """Call it before each row; it returns when the row may begin. Without a rate, at once.

    While the store is away nothing begins that has a rate: nobody could say how many others there are.
    """

    def __init__(
        self,
        store: SharedStore,
        job_id: str,
        find_rate: Callable[[], float | None],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self._store, self._key = store, f"bulk-pace:{job_id}"
        self._find_rate = find_rate
        self._clock, self._sleep = clock, sleep
        self._turns: deque[float] = deque()
        """Fetched and not used, in seconds of this process's clock."""
        self._fetching = anyio.Lock()
        self._waiting = 0
        self._offset, self._clock_set_at = 0.0, float("-inf")

    async def __call__(self) -> None:
        """Wait for the next turn."""
        self._waiting += 1
        try:
            turn = await self._take()
        finally:
            self._waiting -= 1
        if turn is not None and (left := turn - self._clock()) > 0:
            await self._sleep(left)

    async def _take(self) -> float | None:
        while self._find_rate() is not None:
            async with self._fetching:
                if (rate := self._find_rate()) is None:
                    break
                now = self._clock()
                while self._turns and self._turns[0] < now - _AHEAD_SECONDS:
                    self._turns.popleft()  # whoever waited for it has been cancelled, and nothing is saved up
                if self._turns:
                    return self._turns.popleft()
                try:
                    later = await self._fetch(rate)
                except StoreUnavailable:
                    later = _LOOK_SECONDS
                if self._turns:
                    return self._turns.popleft()
                # With the lock held: nobody here gets a turn before that.
                await self._sleep(min(later, _LOOK_SECONDS))
        return None

    async def _fetch(self, rate: float) -> float:
        """Turns into the queue, or seconds until there are any."""
        await self._set_clock()
        now = self._clock() + self._offset
        most = max(1, min(self._waiting, round(rate * _AHEAD_SECONDS)))

        def take(value: bytes | None) -> tuple[bytes | None, tuple[float, int]]:
            free_at = _decode(value)
            # Further away at this rate are turns of a slower one, or of a clock that was set back.
            first = now if free_at > now + 1 / rate + 2 * _AHEAD_SECONDS else max(free_at, now)
            if first > now + _AHEAD_SECONDS:
                return value, (first, 0)
            return json.dumps(first + most / rate).encode(), (first, most)

        first, count = await self._store.update(self._key, take, _KEPT_SECONDS)
        self._turns.extend(first - self._offset + turn / rate for turn in range(count))
        return max(0.0, first - now - _AHEAD_SECONDS)

    async def _set_clock(self) -> None:
        if self._clock() - self._clock_set_at < _SET_CLOCK_SECONDS:
            return
        before = self._clock()
        self._offset = await self._store.now() - (before + self._clock()) / 2
        self._clock_set_at = before


def _decode(value: bytes | None) -> float:
    """When the next turn is that nobody has."""
    try:
        return float(json.loads(value or b""))
    except (ValueError, TypeError):
        return 0.0
