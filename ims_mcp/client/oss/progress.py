"""How many bytes of an upload have been sent, counted by its threads and told a few times a second."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable

import anyio

Progress = Callable[[int, int], Awaitable[None]]
"""Told (bytes sent, bytes of the file). The first never gets less, also when a part is sent again."""


class Counter:
    """Bytes by part: a part that is sent again begins at nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[int, int] = {}
        self._finished = 0

    def sending(self, number: int, size_bytes: int) -> None:
        """The connection has taken this much of a part so far."""
        with self._lock:
            self._under_way[number] = size_bytes

    def finish(self, number: int, size_bytes: int) -> None:
        """The part is in OSS."""
        with self._lock:
            self._under_way.pop(number, None)
            self._finished += size_bytes

    @property
    def bytes_sent(self) -> int:
        with self._lock:
            return self._finished + sum(self._under_way.values())

    @property
    def bytes_finished(self) -> int:
        return self._finished


class Teller:
    """Tells while :meth:`run` runs, one telling at a time; after :meth:`finish` once more, that all was sent."""

    def __init__(self, counter: Counter, total_bytes: int, progress: Progress, interval_seconds: float) -> None:
        self._counter = counter
        self._total_bytes = total_bytes
        self._progress = progress
        self._interval_seconds = interval_seconds
        self._over = anyio.Event()

    def finish(self) -> None:
        self._over.set()

    async def run(self) -> None:
        """Raises what the callable raises."""
        told = -1
        while True:
            with anyio.move_on_after(self._interval_seconds):
                await self._over.wait()
            sent = self._total_bytes if self._over.is_set() else self._counter.bytes_sent
            if sent > told:
                told = sent
                await self._progress(sent, self._total_bytes)
            if sent == self._total_bytes and self._over.is_set():
                return
