"""The jobs that this server runs: one engine for all of them, made for the first and ended with the server.

It outlives the calls that start jobs, and works with the rights that a job's caller has by then.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import anyio

from ims_mcp.call_origin import STDIO, current_subject
from ims_mcp.catalogue import Effect, get_operation
from ims_mcp.errors import ImsError, Refused
from ims_mcp.server.reach import ACCOUNT, REGION, Reach, Target
from ims_mcp.server.transfer_rows import UPLOADS
from ims_mcp.settings import Settings
from ims_mcp.shared_store import SharedStore
from ims_mcp.workflows.bulk.job import BulkJob, Kind
from ims_mcp.workflows.bulk.shelf import BULK, FolderShelf, JobShelf, KeptJob, StoreShelf, UnknownJob, require_unchanged

if TYPE_CHECKING:  # of an extra, imported for the first job
    from ims_mcp.workflows.bulk.engine import BulkEngine
    from ims_mcp.workflows.bulk.follow import JobFollower
    from ims_mcp.workflows.bulk.jobs import OpenedJob
    from ims_mcp.workflows.bulk.target import BulkTarget

FindReach = Callable[[str, Mapping[str, Any]], Awaitable[Reach]]
_MOST_LOOKS, _MOST_FOLLOWED = 20, 20
_REPORT_SECONDS = 5.0
_END_SECONDS = 8.0
"""What has been sent may take so long to be answered when the server ends."""

logger = logging.getLogger("ims_mcp.server")


@dataclass(frozen=True, slots=True)
class Look:
    """All rows of a source are being looked at, for a caller who is told when that is done."""

    subject: str
    task: asyncio.Task[dict[str, Any]]


@dataclass(slots=True)
class BulkDesk:
    """One for a server. ``is_shared``: it has many callers, whose jobs are known by ``store``; else those of its user
    are in a folder of theirs."""

    settings: Settings
    store: SharedStore
    find_reach: FindReach
    is_shared: bool
    running: dict[str, asyncio.Task[None]] = field(default_factory=dict[str, "asyncio.Task[None]"])
    """Jobs that were started here and have not ended."""
    looks: dict[str, Look] = field(default_factory=dict[str, Look])
    """By the ids that the jobs will have."""
    _followers: dict[str, JobFollower] = field(default_factory=dict[str, "JobFollower"])
    _begun: set[str] = field(default_factory=set[str])
    """Jobs that its engine has had."""
    _stop: anyio.Event = field(default_factory=anyio.Event)
    _owner: asyncio.Task[None] | None = None
    _engine: asyncio.Future[BulkEngine] | None = None

    def find_shelf(self) -> JobShelf:
        """Of whoever makes the call under way."""
        if self.is_shared:
            return StoreShelf(self.store, current_subject.get())
        return FolderShelf(self.settings.state_dir / BULK)

    def find_folder(self, job_id: str) -> str:
        """Where a job is kept that nobody says a place for."""
        return str(self.settings.state_dir / BULK / job_id)

    def look(self, job_id: str, looking: Coroutine[Any, Any, dict[str, Any]]) -> Look:
        """Have it done beside the call, in its context. Raises ImsError where too much of the kind is under way."""
        for known in [*self.looks][: len(self.looks) + 1 - _MOST_LOOKS]:
            if self.looks[known].task.done():  # and nobody has asked
                del self.looks[known]
        if len(self.looks) >= _MOST_LOOKS:
            looking.close()
            raise ImsError(f"{_MOST_LOOKS} sources are being looked at already.", next_step="Call again in a minute.")
        found = self.looks[job_id] = Look(current_subject.get(), asyncio.create_task(looking))
        found.task.add_done_callback(_take_note)
        return found

    async def finish_look(self, job_id: str, look: Look) -> dict[str, Any]:
        """What it has found; it is forgotten then. Raises what it has come to."""
        try:
            return await asyncio.shield(look.task)
        finally:
            if look.task.done():
                self.looks.pop(job_id, None)

    def keep_follower(self, opened: OpenedJob) -> JobFollower:
        """One for all calls about a job: what it has read it does not read again."""
        from ims_mcp.workflows.bulk.follow import JobFollower

        job_id = opened.job.job_id
        follower = self._followers.pop(job_id, None) or JobFollower(opened)
        self._followers[job_id] = follower
        while len(self._followers) > _MOST_FOLLOWED:
            del self._followers[next(iter(self._followers))]
        return follower

    async def require_free(self, opened: OpenedJob) -> None:
        """Raises JobRunsAlready where another process runs it by itself. Workers on one Redis share it."""
        from ims_mcp.workflows.bulk.running import JobRunsAlready, run_alone

        if self.settings.redis_url:
            return
        try:
            async with run_alone(opened.job.job_id, opened.place):
                return
        except JobRunsAlready:
            if opened.job.job_id not in self._begun:  # else it is this one, which holds it for a while
                raise

    async def wait_for_report(self, job_id: str) -> None:
        """Until the report of a job that has ended is there, for a few seconds."""
        if (task := self.running.get(job_id)) is not None:
            await asyncio.wait([task], timeout=_REPORT_SECONDS)

    def is_running(self, job_id: str) -> bool:
        """Whether this server works at it."""
        return job_id in self.running

    async def start(self, opened: OpenedJob) -> None:
        """Have the engine work at it, and its report written at the end. Raises ImsError, as where it runs already."""
        engine = await self._open_engine()
        assert opened.control is not None
        await engine.start(opened.job, opened.place.address, opened.control)
        job_id = opened.job.job_id
        self._begun.add(job_id)
        if job_id not in self.running:
            task = asyncio.create_task(self._see_to_end(opened), context=contextvars.Context())
            self.running[job_id] = task
            task.add_done_callback(lambda _: self.running.pop(job_id, None))

    def find_problem(self, job_id: str) -> str:
        """Why a job of this server cannot go on at the moment; empty where it can."""
        engine = self._engine
        if engine is None or not engine.done() or engine.cancelled() or engine.exception() is not None:
            return ""
        problem = engine.result().problems.get(job_id)
        return "" if problem is None else problem.explain()

    async def end(self) -> None:
        """The server ends: nothing more is begun, what has been sent is waited for, and all can be resumed."""
        self._stop.set()
        if self._owner is not None:
            await asyncio.wait([self._owner], timeout=_END_SECONDS)
            self._owner.cancel()
            await asyncio.wait([self._owner, *self.running.values()], timeout=1)
        for task in (*self.running.values(), *(look.task for look in self.looks.values())):
            task.cancel()

    async def _open_engine(self) -> BulkEngine:
        if self._owner is None or self._owner.done():
            self._engine = asyncio.get_running_loop().create_future()
            # Not in the context of the call: that has its caller's rights, and ends.
            self._owner = asyncio.create_task(self._run_engine(self._engine), context=contextvars.Context())
        assert self._engine is not None
        return await asyncio.shield(self._engine)

    async def _run_engine(self, opened: asyncio.Future[BulkEngine]) -> None:
        try:
            from ims_mcp.workflows.bulk.engine import MEMORY, BulkEngine

            async with BulkEngine(self.settings.redis_url or MEMORY, self._find_target, self.store) as engine:
                opened.set_result(engine)
                await engine.work(self._stop)
        except Exception as error:
            if opened.done():
                logger.exception("the engine of bulk jobs has ended")
            else:
                opened.set_exception(error)

    async def _find_target(self, job: BulkJob) -> BulkTarget:
        """By what is granted to its caller now. Raises ImsError where that is not enough any more."""
        from ims_mcp.workflows.bulk.target import BulkTarget

        # What its place says of whose it is, others may have written.
        kept = await self._find_kept(job.job_id)
        known = kept.job or job
        require_unchanged(known, job)
        reach = await self.find_reach(known.subject or STDIO, known.claims)
        place = {ACCOUNT: known.account, REGION: known.region} if reach.has_names else dict[str, Any]()
        target = await reach.take("bulk_start", place)
        if known.operation:
            target = require_rights(target, known.kind, known.operation)
        return BulkTarget(target.client, target.transfers)

    async def _find_kept(self, job_id: str) -> KeptJob:
        if self.is_shared:
            return await StoreShelf(self.store, None).find(job_id)
        return await FolderShelf(self.settings.state_dir / BULK).find(job_id)

    async def _see_to_end(self, opened: OpenedJob) -> None:
        """Its report is there as soon as it has ended, whether somebody looks or not."""
        from ims_mcp.workflows.bulk.follow import follow_to_report

        try:
            await follow_to_report(opened, self._find_target)
        except (ImsError, UnknownJob) as error:
            logger.warning("the job %s is not followed any more: %s", opened.job.job_id, error)


def _take_note(task: asyncio.Task[Any]) -> None:
    """An error that nobody asks for any more is no warning of the loop's."""
    if not task.cancelled():
        task.exception()


def require_rights(target: Target, kind: Kind, operation: str) -> Target:
    """The target with the grants that let the job's calls through. Raises Refused where none does."""
    if target.credentials and not target.access.account:
        raise Refused(
            "No job was made: the credentials came with the request, and nothing is kept of them.",
            next_step="Use an account of the server's own, or make the calls one by one.",
            reason="no_right",
        )
    if kind is Kind.UPLOAD:
        target.require_any(UPLOADS["media"], Effect.WRITE)
        return target
    found = get_operation(operation)
    return target.require(found, Effect.DESTRUCTIVE if kind is Kind.DELETE else found.effect)
