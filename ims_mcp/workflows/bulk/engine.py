"""The engine of bulk jobs: shards as tasks of pydocket, in this process or on a Redis that several machines share.

A shard is a task while it is queued or worked at; its rows and outcomes are in the job's place. A task has nothing but
plain texts and numbers: where the job is, and which shard. When it ends it queues the next of its chain
(:mod:`ims_mcp.workflows.bulk.chains`). A worker that dies is missed within the lease, and its shards go to others; a
Redis that comes back empty is filled again by whoever works at the job.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Callable, Generator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Self

import anyio

from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import quotable
from ims_mcp.settings import SettingsError, shown_address
from ims_mcp.shared_store import SharedStore, StoreUnavailable
from ims_mcp.workflows.bulk.acts import choose_act
from ims_mcp.workflows.bulk.chains import is_done, list_chains, read_next, write_next
from ims_mcp.workflows.bulk.claims import Claim, ShardClaims
from ims_mcp.workflows.bulk.job import BulkJob, Control
from ims_mcp.workflows.bulk.open_jobs import JobReference, OpenJob, OpenJobs
from ims_mcp.workflows.bulk.shard import run_shard
from ims_mcp.workflows.bulk.target import FindTarget

if TYPE_CHECKING:
    from docket import Docket, Worker

MEMORY = "memory://"
LEASE_SECONDS = 10.0
"""A task whose worker has not been heard of for so long is given to another."""
SHARDS_AT_ONCE = 8
_DOCKET = "ims-mcp-bulk"
_TASK = "bulk_shard"
_BUSY_SECONDS, _PROBLEM_SECONDS = 2.0, 15.0
"""Until a shard is tried again that another process holds, or that could not be gone on with."""
_CHECK_SECONDS = 2.0
_RECONNECT_SECONDS = 1.0
_REMEMBERED_SECONDS = 30 * 86_400.0
_END_SECONDS = 10.0
"""So long calls that have been sent may take to be answered when this process ends."""

logger = logging.getLogger("ims_mcp.workflows.bulk")


@dataclass(frozen=True, slots=True)
class _ShardWatch:
    """The job's control, and whether this process still has the shard."""

    held: OpenJob
    claim: Claim
    is_ending: Callable[[], bool]

    @property
    def current(self) -> Control:
        control = self.held.watch.current
        return replace(control, stop=True) if self.must_end and not control.stop else control

    @property
    def must_end(self) -> bool:
        """Whether it has to be left to others."""
        return self.is_ending() or self.claim.is_lost or self.held.is_closed


class BulkEngine:
    """Async context manager. ``url``: ``memory://``, or a Redis, which ``store`` is on as well.

    In memory it runs the jobs it starts, each by itself: a second process is refused. On a Redis any number of them may
    start and work. ``shards_at_once`` and ``lanes`` (rows of a shard at once) are those of this process.
    """

    def __init__(
        self,
        url: str,
        find_target: FindTarget,
        store: SharedStore,
        *,
        shards_at_once: int = SHARDS_AT_ONCE,
        lanes: int = 8,
    ) -> None:
        self._is_shared = not url.startswith(MEMORY)
        self._url = url if self._is_shared else f"{MEMORY}{secrets.token_hex(8)}"  # by its name it would be shared
        self._store, self._find_target = store, find_target
        self._jobs = OpenJobs(find_target, store, alone=not self._is_shared)
        self._claims = ShardClaims(store)
        self._shards_at_once, self._lanes = shards_at_once, lanes
        self._begun: dict[str, tuple[JobReference, int]] = {}
        """Jobs of which there may be shards left to do, with the attempt."""
        self.problems: dict[str, ImsError] = {}
        """Job -> why a shard of it could not be gone on with lately; it is tried again by itself."""
        self._is_ending = False
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        docket = _open_docket(self._url)
        docket.register(self._work, names=[_TASK])
        await self._stack.__aenter__()
        with _as_store_unavailable(self._url):
            self._docket = await self._stack.enter_async_context(docket)
        await self._stack.enter_async_context(self._jobs)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        self._is_ending = True
        return await self._stack.__aexit__(kind, error, trace)

    async def start(self, job: BulkJob, place_address: str, control: Control) -> None:
        """Queue what is left of a job whose place has this ``control``. Doing it twice queues nothing twice.

        Raises JobRunsAlready, StoreUnavailable, and ImsError where its place cannot be used.
        """
        reference = JobReference.make(job, place_address)
        self.problems.pop(job.job_id, None)
        async with self._jobs.use(reference) as held:
            for chain in list_chains(job):
                if (shard := await read_next(held.place, chain, control)) < job.shard_count:
                    await self._queue(reference, control.attempt, shard)
        self._begun[job.job_id] = reference, control.attempt
        await self._store.update(_name_mark(job.job_id), lambda _: (b"%d" % control.attempt, None), _REMEMBERED_SECONDS)

    async def work(self, stop: anyio.Event) -> None:
        """Work at whatever is queued until ``stop`` is set. Then what has been sent is waited for, and shards that are
        not done are given back at once."""
        from docket import Worker

        async with anyio.create_task_group() as group:
            group.start_soon(self._claims.keep)
            if self._is_shared:
                group.start_soon(self._refill)
            worker = Worker(
                self._docket,
                name=f"{socket.gethostname()}#{os.getpid()}#{secrets.token_hex(3)}",
                concurrency=self._shards_at_once,
                redelivery_timeout=timedelta(seconds=LEASE_SECONDS),
                reconnection_delay=timedelta(seconds=_RECONNECT_SECONDS),
                schedule_automatic_tasks=False,
            )
            await self._run(worker, stop)
            group.cancel_scope.cancel()

    async def _run(self, worker: Worker, stop: anyio.Event) -> None:
        """Its own tasks are no part of a cancelled scope: they end by themselves, after what has been sent."""
        await worker.__aenter__()
        running = asyncio.create_task(worker.run_forever())
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._is_ending = True
            stopping.cancel()
            with anyio.move_on_after(_END_SECONDS, shield=True) as end:
                await worker.__aexit__(None, None, None)
            with anyio.move_on_after(1, shield=True):
                if end.cancelled_caught:
                    logger.warning("calls that were sent have not been answered in %g s: they are left", _END_SECONDS)
                    running.cancel()
                await asyncio.wait((running,))
        if running.done() and not running.cancelled():
            running.result()

    async def _work(self, job_id: str, address: str, account: str, region: str, attempt: int, shard: int) -> None:
        """The task. Whatever happens, the chain goes on: here, in another task, or by this one's lease."""
        reference = JobReference(job_id, address, account, region)
        later: float | None = None
        try:
            async with self._jobs.use(reference) as held:
                later = await self._go_on(reference, held, attempt, shard)
        except StoreUnavailable:
            later = _BUSY_SECONDS
        except ImsError as error:
            self._note(job_id, error)
            later = _PROBLEM_SECONDS
        except Exception as error:
            self._note(job_id, ImsError(f"A shard failed inside, which is a bug: {type(error).__name__}."), error)
            later = _PROBLEM_SECONDS
        while later is not None:
            try:
                await self._queue(reference, attempt, shard, later)
            except StoreUnavailable:
                if self._is_ending:
                    raise  # it is still this worker's, until its lease ends
                await anyio.sleep(_RECONNECT_SECONDS)
            else:
                return

    async def _go_on(self, reference: JobReference, held: OpenJob, attempt: int, shard: int) -> float | None:
        """Seconds until the same shard is to be tried again; None: it need not be."""
        control = held.watch.current
        if self._is_ending:
            return 0.0
        if attempt > control.attempt:
            return _BUSY_SECONDS / 2  # what was written last has not been read here yet
        if attempt < control.attempt and not control.stop:
            await self._catch_up(reference, held)
            return None
        if control.stop or shard >= held.job.shard_count:
            self._begun.pop(held.job.job_id, None)
            return None
        self._begun[held.job.job_id] = reference, attempt
        claim = await self._claims.take(held.job.job_id, shard)
        if claim is None:
            return _BUSY_SECONDS
        watch = _ShardWatch(held, claim, lambda: self._is_ending)
        try:
            # Anew for each shard: whoever started the job may have lost the right to.
            act = choose_act(held.job, await self._find_target(held.job))
            is_through = await run_shard(held.job, held.place, shard, act, watch, lanes=self._lanes, pace=held.pace)
        finally:
            await self._claims.give_back(claim)
        if watch.must_end:
            return 0.0
        if held.watch.current.stop:
            return None
        if held.watch.current.attempt != attempt:
            await self._catch_up(reference, held)
            return None
        if not is_through:
            return 0.0  # it was to be left to others for a while, and is this process's again
        self.problems.pop(held.job.job_id, None)
        following = await write_next(held.place, shard, control)
        if following < held.job.shard_count:
            await self._queue(reference, attempt, following)
        elif await is_done(held.place, held.job, control):
            self._begun.pop(held.job.job_id, None)
        return None

    async def _catch_up(self, reference: JobReference, held: OpenJob) -> None:
        """Whoever started it anew may have died, or lost the Redis, before its shards were queued."""
        control = held.watch.current
        if self._begun.get(held.job.job_id) != (reference, control.attempt):
            await self.start(held.job, reference.address, control)

    async def _queue(self, reference: JobReference, attempt: int, shard: int, later: float | None = None) -> None:
        """``later``: the task that runs is queued again, in so many seconds. Raises StoreUnavailable."""
        words = (reference.job_id, reference.address, reference.account, reference.region, attempt, shard)
        key = f"{reference.job_id}/{attempt}/{shard}"
        with _as_store_unavailable(self._url):
            if later is None:
                await self._docket.add(_TASK, key=key)(*words)
            else:
                await self._docket.replace(_TASK, datetime.now(UTC) + timedelta(seconds=later), key)(*words)

    async def _refill(self) -> None:
        """A Redis that was started anew has forgotten what was queued: the jobs known here are started again."""
        while True:
            await anyio.sleep(_CHECK_SECONDS)
            for reference, attempt in [*self._begun.values()]:
                with suppress(ImsError):
                    if await self._store.update(_name_mark(reference.job_id), lambda v: (v, v), 1.0) is None:
                        await self._start_again(reference, attempt)

    async def _start_again(self, reference: JobReference, attempt: int) -> None:
        async with self._jobs.use(reference) as held:
            control = held.watch.current
            if control.stop or control.attempt < attempt:
                self._begun.pop(reference.job_id, None)
                return
            logger.warning("the Redis of bulk jobs has forgotten the job %s: it is queued again", reference.job_id)
            await self.start(held.job, reference.address, control)

    def _note(self, job_id: str, error: ImsError, bug: Exception | None = None) -> None:
        if str(error) != str(self.problems.get(job_id)):
            logger.warning("job %s: %s", job_id, error, exc_info=bug)
        self.problems[job_id] = error


def _open_docket(url: str) -> Docket:
    try:
        from docket import Docket
    except ImportError:
        raise SettingsError(
            "Bulk jobs need the package pydocket, which is not installed.",
            next_step='Install it with: pip install "ims-mcp[bulk]"',
        ) from None
    # It logs each task, and while a Redis is away a trace every second: what matters of it is said here.
    logging.getLogger("docket").setLevel(logging.CRITICAL + 1)
    # Nobody asks for the results of tasks.
    return Docket(_DOCKET, url, execution_ttl=timedelta(0))


@contextmanager
def _as_store_unavailable(url: str) -> Generator[None]:
    from redis.exceptions import RedisError

    try:
        yield
    except (RedisError, OSError) as error:
        raise StoreUnavailable(
            f"The Redis of bulk jobs, {shown_address(url)}, cannot be used: {quotable(str(error), limit=200)}.",
            next_step="See that it runs and is reached from here; then start or resume the job again.",
        ) from error


def _name_mark(job_id: str) -> str:
    return f"bulk-begun:{job_id}"
