"""A job followed until nothing is left, or until it has been stopped: wherever it runs, by what is written in its
place."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.to_thread

from ims_mcp.client.oss.errors import UploadError
from ims_mcp.workflows.bulk.chains import list_chains, read_next
from ims_mcp.workflows.bulk.counts import Counts, JobCounter
from ims_mcp.workflows.bulk.job import REPORT, Kind
from ims_mcp.workflows.bulk.jobs import OpenedJob, read_job
from ims_mcp.workflows.bulk.place import PlaceError
from ims_mcp.workflows.bulk.report import REPORT_TABLE, write_report
from ims_mcp.workflows.bulk.shelf import join_name
from ims_mcp.workflows.bulk.target import FindTarget

logger = logging.getLogger("ims_mcp.workflows.bulk")

LOOK_SECONDS = 0.5
QUIET_SECONDS = 1.0
"""A job that is to stop has come to rest once nothing has been written down for so long."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How a job stands."""

    opened: OpenedJob
    counts: Counts
    is_through: bool
    """Whether all its shards have been gone through in this attempt."""

    @property
    def is_stopped(self) -> bool:
        """Whether it is wanted to stop, with something left to do."""
        control = self.opened.control
        return not self.is_through and control is not None and control.stop

    @property
    def is_good(self) -> bool:
        """Whether every row is done, or was before."""
        return not (self.counts.left or self.counts.failed or self.counts.unknown)

    def describe(self) -> dict[str, Any]:
        """``{rows, done, exists, failed: {class: count}, unknown, left, rows_per_second, seconds_left}``; what is
        nothing may be left out."""
        counts = self.counts
        told: dict[str, Any] = {"rows": counts.total, "done": counts.done, "exists": counts.exists}
        told |= {"failed": dict(counts.failed_by_class), "unknown": counts.unknown}
        told = {name: value for name, value in told.items() if value or name in ("rows", "done")} | {
            "left": counts.left
        }
        if counts.left and counts.rows_per_second is not None:
            told["rows_per_second"] = round(counts.rows_per_second, 1)
        if counts.left and counts.seconds_left is not None:
            told["seconds_left"] = round(counts.seconds_left)
        return told


Tell = Callable[[Seen], Awaitable[None]]


class JobFollower:
    """One for as long as somebody follows a job: it reads again only what has changed."""

    def __init__(self, opened: OpenedJob, *, sleep: Callable[[float], Awaitable[None]] = anyio.sleep) -> None:
        self._opened = opened
        self._counter = JobCounter(opened.place, opened.job)
        self._sleep = sleep

    async def look(self) -> Seen:
        """As of now. Raises ImsError where its place cannot be read."""
        opened = await read_job(self._opened.place, self._opened.job.job_id)
        through = await is_through(opened)  # first: what is through is counted whole
        return Seen(opened, await self._counter.count(), through)

    async def follow(self, tell: Tell) -> Seen:
        """Until all of it is through, or it has been stopped and come to rest. Raises ImsError where its place cannot
        be read at first; later it is followed on, as whoever works at it goes on by then."""
        quiet, settled, seen = 0.0, -1, await self.look()
        while True:
            await tell(seen)
            now = seen.counts.total - seen.counts.left
            quiet = quiet + LOOK_SECONDS if now == settled else 0.0
            if seen.is_through or (seen.is_stopped and quiet >= QUIET_SECONDS):
                return seen
            settled = now
            await self._sleep(LOOK_SECONDS)
            try:
                seen = await self.look()
            except (PlaceError, UploadError) as error:
                logger.info("a job cannot be followed at the moment: %s", error)


async def follow_to_report(opened: OpenedJob, find_target: FindTarget) -> Mapping[str, Any]:
    """Its report, written once it has come to rest. Raises ImsError."""

    async def tell(_: Seen) -> None:
        pass

    await JobFollower(opened).follow(tell)
    return await write_end(opened, find_target)


async def write_end(opened: OpenedJob, find_target: FindTarget) -> Mapping[str, Any]:
    """The report. Once every row is done, what was written down here of the files on their way is of no use: until
    then a failed one may go on from where it is. Raises ImsError."""
    report = await write_report(opened.place, opened.job)
    if opened.job.kind is Kind.UPLOAD and report["done"] + report["exists"] == report["total"]:
        from ims_mcp.workflows.bulk.upload_act import open_store  # late: most jobs send no files

        target = await find_target(opened.job)
        await anyio.to_thread.run_sync(lambda: open_store(opened.job.job_id, target).forget_all())
    return report


def name_state(opened: OpenedJob, *, is_through: bool) -> str:
    """``looked_at`` before its first start, ``done``, ``stopped``, or ``started``, whether anybody works at it or
    not."""
    if opened.control is None:
        return "looked_at"
    if is_through:
        return "done"
    return "stopped" if opened.control.stop else "started"


def locate_report(opened: OpenedJob) -> dict[str, str]:
    """Where the two files of it are, or will be."""
    address = opened.place.address
    return {"json": join_name(address, REPORT), "csv": join_name(address, REPORT_TABLE)}


async def is_through(opened: OpenedJob) -> bool:
    """Whether nothing is left to be tried in this attempt."""
    control = opened.control
    if control is None:
        return False
    for chain in list_chains(opened.job):
        if await read_next(opened.place, chain, control) < opened.job.shard_count:
            return False
    return True
