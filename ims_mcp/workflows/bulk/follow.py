"""A job followed until nothing is left, or until it has been stopped: wherever it runs, by what is written in its
place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import anyio

from ims_mcp.workflows.bulk.chains import list_chains, read_next
from ims_mcp.workflows.bulk.counts import Counts, Counter
from ims_mcp.workflows.bulk.job import Control
from ims_mcp.workflows.bulk.jobs import OpenedJob, read_job

LOOK_SECONDS = 0.5
_QUIET_SECONDS = 1.0
"""A job that is stopped has come to rest once nothing has been written down for so long."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How a job stands."""

    opened: OpenedJob
    counts: Counts
    is_through: bool
    """Whether all of its shards have been gone through in this attempt."""

    @property
    def control(self) -> Control | None:
        return self.opened.control


Tell = Callable[[Seen], Awaitable[None]]


async def look(opened: OpenedJob, counter: Counter) -> Seen:
    """As of now. Raises ImsError where its place cannot be read."""
    opened = await read_job(opened.place, opened.job.job_id)
    counts = await counter.count()
    return Seen(opened, counts, await _is_through(opened, counts))


async def follow(opened: OpenedJob, counter: Counter, tell: Tell, *, sleep: Callable[[float], Awaitable[None]] = anyio.sleep) -> Seen:
    """Until all of it is through, or it has been stopped and has come to rest."""
    quiet = 0.0
    last = None
    while True:
        seen = await look(opened, counter)
        await tell(seen)
        if seen.is_through:
            return seen
        stopped = seen.control is not None and seen.control.stop
        quiet = quiet + LOOK_SECONDS if stopped and last == seen.counts else 0.0
        if quiet >= _QUIET_SECONDS:
            return seen
        last = seen.counts
        await sleep(LOOK_SECONDS)
