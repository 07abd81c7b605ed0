"""The recordings that run: one recorder process a job, kept alive while patience lasts, and its files published."""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ims_mcp.local.data_dir import sweep
from ims_mcp.local.disk import DISK_IS_FULL, DiskFull, is_disk_full
from ims_mcp.local.recording.callback import Callbacks, numeric_url
from ims_mcp.local.recording.child import Child
from ims_mcp.local.recording.files import RecordFile
from ims_mcp.local.recording.jobs import JobStatus, RecordJob, RecordJobs
from ims_mcp.local.recording.journal import Journal
from ims_mcp.local.recording.orders import RecorderOrders
from ims_mcp.local.recording.publishing import Publisher

PATIENCE_SECONDS = 180.0
STALL_SECONDS = 5.0
_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 5.0
_OWN_NAME = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ENDED = f"{DISK_IS_FULL} The recording ended there."
_KEPT = f"{_ENDED} What was recorded is kept, and becomes files when the local IMS starts with room on the disk."
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RecordLimits:
    """``patience_seconds``: how long a stream may be away before the recording ends for good.

    ``stall_seconds``: how long a connection may bring nothing before another is tried.
    """

    patience_seconds: float = PATIENCE_SECONDS
    stall_seconds: float = STALL_SECONDS


class Recordings:
    """One task a job. What has to be done stands in the store and in the job's directory.

    An async context manager: entering takes up the jobs a former process did not end, leaving stops the recorders,
    whose pieces the next process takes up or closes.
    """

    def __init__(
        self,
        jobs: RecordJobs,
        publisher: Publisher,
        callbacks: Callbacks,
        *,
        directory: Path,
        limits: RecordLimits,
        clock: Callable[[], float],
        shown: Callable[[RecordFile], Mapping[str, Any]],
    ) -> None:
        """``shown``: a file as a callback tells of it."""
        self._jobs = jobs
        self._publisher = publisher
        self._callbacks = callbacks
        self._directory = directory
        self._limits = limits
        self._clock = clock
        self._shown = shown
        self._tasks: set[asyncio.Task[None]] = set()
        self._recorders: dict[str, int] = {}

    @property
    def recorders(self) -> Mapping[str, int]:
        """JobId -> the id of its recorder process, where one runs now."""
        return self._recorders

    async def __aenter__(self) -> Self:
        self._directory.mkdir(parents=True, exist_ok=True)
        left = await self._jobs.open()
        for job in left:
            self.begin(job)
        taken_up = {job.job_id for job in left}
        for name in [path.name for path in self._directory.iterdir() if path.name not in taken_up]:
            # There was no room for the files of a job that ended: its pieces are still there.
            if (ended := await self._jobs.find(name)) is not None:
                taken_up.add(name)
                recording = _Recording(ended, Journal(self._directory / name), asyncio.Lock())
                self._take_up(self._finish(recording, ended.fail_reason and _ENDED), ended)
        await asyncio.to_thread(sweep, self._directory, _OWN_NAME, taken_up)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def begin(self, job: RecordJob) -> None:
        """Take up a job. Returns at once."""
        self._take_up(self._follow(job), job)

    def _take_up(self, work: Coroutine[Any, Any, None], job: RecordJob) -> None:
        task = asyncio.create_task(work, name=f"record-{job.job_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _follow(self, job: RecordJob) -> None:
        directory = self._directory / job.job_id
        recording = _Recording(job, Journal(directory), asyncio.Lock())
        reason = None
        try:
            await asyncio.to_thread(directory.mkdir, mode=0o700, exist_ok=True)
            await self._record(recording)
        except Exception as error:
            reason = self._reason(job, error, _ENDED)
        await self._finish(recording, reason)

    async def _finish(self, recording: _Recording, reason: str | None = None) -> None:
        """Store the files of what was recorded, and end the job. What finds no room is kept for the next start."""
        is_kept = False
        try:
            await self._publish(recording, ended=True)
        except Exception as error:
            is_kept = is_disk_full(error)
            reason = self._reason(recording.job, error, _KEPT)
        if await self._jobs.end(recording.job.job_id, reason):
            self._tell(recording.job, JobStatus.PAUSED)
        if not is_kept:
            await asyncio.to_thread(shutil.rmtree, recording.journal.directory, ignore_errors=True)

    def _reason(self, job: RecordJob, error: Exception, disk_full: str) -> str:
        if is_disk_full(error):
            _log.error("the recording job %s: %s", job.job_id, disk_full)
            return disk_full
        _log.error("the recording job %s failed", job.job_id, exc_info=error)
        return "The local IMS failed to record the stream; its log has the details."

    async def _record(self, recording: _Recording) -> None:
        """Returns when the stream has been away for too long. Raises DiskFull."""
        pause_seconds = _FIRST_PAUSE_SECONDS
        if recording.journal.pieces():
            await self._move(recording.job, JobStatus.STARTED)
        while (left := self._patience_left(recording)) > 0:
            began = time.monotonic()
            if await self._run_recorder(recording, left):
                return
            # It crashed, or was killed. One that comes to nothing again and again is given time.
            if time.monotonic() - began > _LONGEST_PAUSE_SECONDS:
                pause_seconds = _FIRST_PAUSE_SECONDS
            _log.warning("the recorder of job %s ended; another takes over", recording.job.job_id)
            await asyncio.sleep(min(pause_seconds, max(left, 0.0)))
            pause_seconds = min(pause_seconds * 2, _LONGEST_PAUSE_SECONDS)

    async def _run_recorder(self, recording: _Recording, left_seconds: float) -> bool:
        """Whether the recorder gave up, because the stream has been away for too long."""
        job = recording.job
        orders = RecorderOrders(
            url=numeric_url(job.url),
            directory=str(recording.journal.directory),
            cycles={entry.format: entry.cycle_seconds for entry in job.template.formats},
            patience_seconds=self._limits.patience_seconds,
            first_patience_seconds=left_seconds,
            stall_seconds=self._limits.stall_seconds,
            clock_offset_seconds=self._clock_offset,
        )
        child = await Child.start("ims_mcp.local.recording.recorder", asdict(orders))
        self._recorders[job.job_id] = child.pid
        publishing: set[asyncio.Task[None]] = set()
        try:
            async for said in child.said():
                if said.get("gave_up"):
                    return True
                if said.get("disk_full"):
                    raise DiskFull
                await self._move(job, JobStatus.STARTED)
                task = asyncio.create_task(self._publish(recording, ended=False))
                publishing.add(task)
        except asyncio.CancelledError:
            for task in publishing:
                task.cancel()
            raise
        finally:
            self._recorders.pop(job.job_id, None)
            await child.end()
            for outcome in await asyncio.gather(*publishing, return_exceptions=True):
                if isinstance(outcome, Exception):
                    _log.error("a file of the recording job %s was not stored", job.job_id, exc_info=outcome)
        return False

    async def _publish(self, recording: _Recording, *, ended: bool) -> None:
        async with recording.lock:
            files = await self._publisher.publish(
                recording.job, recording.journal, ended=ended, clock_offset_seconds=self._clock_offset
            )
        for file in files:
            self._callbacks.send(recording.job.notify_url, "LiveRecordFileCreated", self._shown(file))

    async def _move(self, job: RecordJob, status: JobStatus) -> None:
        if await self._jobs.move(job.job_id, status):
            self._tell(job, status)

    def _tell(self, job: RecordJob, status: JobStatus) -> None:
        body = {"JobId": job.job_id, "JobName": job.name, "StreamUrl": job.url, "Status": status.value}
        self._callbacks.send(job.notify_url, "LiveRecordTaskStatus", body)

    def _patience_left(self, recording: _Recording) -> float:
        last_at = recording.journal.last_packet_at(self._clock_offset)
        since = recording.job.created_at if last_at is None else last_at
        return since + self._limits.patience_seconds - self._clock()

    @property
    def _clock_offset(self) -> float:
        return self._clock() - time.time()


@dataclass(frozen=True, slots=True)
class _Recording:
    job: RecordJob
    journal: Journal
    lock: asyncio.Lock
