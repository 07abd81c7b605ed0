"""How late the event loop is: a task that wants to wake every 5 ms, and writes down by how much it was kept waiting."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

TICK_SECONDS = 0.005

Window = tuple[float, float]
"""Begin and end on :func:`time.monotonic`, which all processes of a machine share."""


@asynccontextmanager
async def lateness_into(path: Path) -> AsyncGenerator[None]:
    """Measures while the block runs; at its end ``path`` holds ``[[monotonic seconds, seconds late], …]`` as JSON."""
    samples: list[tuple[float, float]] = []

    async def tick() -> None:
        while True:
            due = time.monotonic() + TICK_SECONDS
            await asyncio.sleep(TICK_SECONDS)
            now = time.monotonic()
            samples.append((now, now - due))

    ticking = asyncio.create_task(tick())
    try:
        yield
    finally:
        ticking.cancel()
        _write(path, samples)  # the loop has nothing else to do any more


def _write(path: Path, samples: list[tuple[float, float]]) -> None:
    path.write_text(json.dumps(samples), encoding="utf-8")


def percentile_99(path: Path, windows: list[Window]) -> float:
    """Seconds that 99 of 100 wake-ups inside the windows were not later than."""
    samples: list[tuple[float, float]] = json.loads(path.read_text(encoding="utf-8"))
    late = sorted(seconds for at, seconds in samples if any(begin <= at <= end for begin, end in windows))
    if not late:
        raise RuntimeError("the event loop never woke while it was measured")
    return late[min(len(late) - 1, int(len(late) * 0.99))]
