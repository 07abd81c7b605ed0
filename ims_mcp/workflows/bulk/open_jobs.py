"""The jobs that this process works at: each opened once, for all its shards here, and let go of afterwards."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import anyio
import anyio.abc

from ims_mcp.errors import ImsError
from ims_mcp.shared_store import SharedStore
from ims_mcp.workflows.bulk.job import JOB, BulkJob, Kind
from ims_mcp.workflows.bulk.pace import Pace
from ims_mcp.workflows.bulk.place import JobPlace
from ims_mcp.workflows.bulk.places import open_place
from ims_mcp.workflows.bulk.running import run_alone
from ims_mcp.workflows.bulk.target import FindTarget
from ims_mcp.workflows.bulk.watch import ControlWatch

logger = logging.getLogger("ims_mcp.workflows.bulk")

_IDLE_SECONDS = 20.0
"""So long a job is held that nobody here works at: its next shard comes sooner, if there is one."""
_LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class JobReference:
    """What a worker is told of a job: plain texts, for they stand in Redis. The rest is in its place."""

    job_id: str
    address: str
    account: str = ""
    region: str = ""

    @classmethod
    def make(cls, job: BulkJob, address: str) -> JobReference:
        """``address``: of its :class:`JobPlace`."""
        return cls(job.job_id, address, job.account, job.region)

    def sketch(self) -> BulkJob:
        """A job that says only where its place is looked for, for :data:`FindTarget`: nothing is known of it yet."""
        return BulkJob(self.job_id, Kind.SUBMIT, "", 0, "", 0.0, self.account, self.region)


@dataclass(slots=True, eq=False)
class OpenJob:
    """Without its target: who started it may lose rights, or an account change, while it runs. ``users``: shards under
    way here."""

    job: BulkJob
    place: JobPlace
    watch: ControlWatch
    pace: Pace
    users: int = 0
    idle_since: float = field(default_factory=time.monotonic)
    is_closed: bool = False
    """It is another process's by now, or nobody's: what is under way here ends."""
    let_go: anyio.Event = field(default_factory=anyio.Event)

    def leave(self) -> None:
        """One shard less."""
        self.users -= 1
        self.idle_since = time.monotonic()

    @property
    def is_left(self) -> bool:
        """Whether nobody here works at it, and nobody will soon."""
        return not self.users and (self.watch.current.stop or time.monotonic() - self.idle_since > _IDLE_SECONDS)


class OpenJobs:
    """Async context manager. ``alone``: this process runs a job by itself, or not at all."""

    def __init__(self, find_target: FindTarget, store: SharedStore, *, alone: bool) -> None:
        self._find_target, self._store, self._alone = find_target, store, alone
        self._open: dict[str, OpenJob] = {}
        self._opening = anyio.Lock()
        self._tasks = anyio.create_task_group()
        self._ending = anyio.Event()

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        self._ending.set()
        if isinstance(error, Exception):
            # An error of the block is not one of the tasks: it goes on as it is, not inside a group.
            await self._tasks.__aexit__(None, None, None)
            return None
        return await self._tasks.__aexit__(kind, error, trace)

    @asynccontextmanager
    async def use(self, reference: JobReference) -> AsyncGenerator[OpenJob]:
        """Raises ImsError where it cannot be opened, such as JobRunsAlready."""
        async with self._opening:
            held = self._open.get(reference.job_id)
            if held is not None and held.is_closed:
                await held.let_go.wait()
            if held is None or held.is_closed:
                opened = await self._tasks.start(self._hold, reference)
                if isinstance(opened, ImsError):
                    raise opened
                held = self._open[reference.job_id] = opened
            held.users += 1
        try:
            yield held
        finally:
            held.leave()

    async def _hold(self, reference: JobReference, *, task_status: anyio.abc.TaskStatus[OpenJob | ImsError]) -> None:
        """Keeps what has to be left by the task that entered it."""
        held: OpenJob | None = None
        try:
            async with AsyncExitStack() as stack:
                target = await self._find_target(reference.sketch())
                place = await open_place(reference.address, target)
                if self._alone:
                    await stack.enter_async_context(run_alone(reference.job_id, place))
                job = await _read_job(reference, place)
                watch = await stack.enter_async_context(ControlWatch(place))
                pace = Pace(self._store, job.job_id, lambda: watch.current.rate)
                held = OpenJob(job, place, watch, pace)
                task_status.started(held)
                await self._wait_until_left(held)
                held.is_closed = True
        except* ImsError as errors:
            first = _find_first(errors)
            if held is None:
                task_status.started(first)
            else:
                logger.warning("job %s is not worked at here any more: %s", reference.job_id, first)
        finally:
            if held is not None:
                held.is_closed = True
                held.let_go.set()
                if self._open.get(reference.job_id) is held:
                    del self._open[reference.job_id]

    async def _wait_until_left(self, held: OpenJob) -> None:
        while not held.is_left and not (self._ending.is_set() and not held.users):
            with anyio.move_on_after(_LOOK_SECONDS):
                await self._ending.wait()
            if self._ending.is_set() and held.users:
                await anyio.sleep(_LOOK_SECONDS)


async def _read_job(reference: JobReference, place: JobPlace) -> BulkJob:
    written = await place.read(JOB)
    try:
        job = BulkJob.decode(written or b"")
    except ValueError:
        job = None
    if job is None or job.job_id != reference.job_id:
        raise ImsError(
            f"The job {reference.job_id} is not at {reference.address}: "
            f"{'there is no job there' if written is None else 'what is there is another, or is broken'}.",
            next_step="Keep jobs at a place that every worker reaches by this name: an oss:// prefix, or a folder that "
            "all machines share.",
        )
    return job


def _find_first(errors: BaseExceptionGroup[ImsError]) -> ImsError:
    first = errors.exceptions[0]
    return _find_first(first) if isinstance(first, BaseExceptionGroup) else first
