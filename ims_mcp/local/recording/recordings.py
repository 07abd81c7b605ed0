"""The recordings that run: one recorder process a job, kept alive until its stream is away for good, and its files."""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from ims_mcp.local.background import BackgroundTasks
from ims_mcp.local.data_dir import sweep
from ims_mcp.local.disk import DISK_IS_FULL, explain_failure, is_disk_full
from ims_mcp.local.recording.callback import Callbacks, make_numeric
from ims_mcp.local.recording.child import Child, RecorderConfig
from ims_mcp.local.recording.files import RecordFile
from ims_mcp.local.recording.jobs import JobStatus, RecordJob, RecordJobs
from ims_mcp.local.recording.publishing import Publisher, explain_absence
from ims_mcp.local.recording.segments import Journal

RECONNECT_TIMEOUT_SECONDS = 180.0
"""How long a stream may be away before its recording ends for good, unless another time is set."""
_STALL_SECONDS = 5.0
_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 5.0
_OWN_NAME = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ENDED = f"{DISK_IS_FULL} The recording ended there."
_KEPT = f"{_ENDED} What was recorded is kept, and becomes files when the local IMS starts with room on the disk."
_log = logging.getLogger(__name__)


class Recordings:
    """One task a job. What has to be done stands in the store and in the job's directory.

    An async context manager: entering takes up the jobs a former process did not end, leaving stops the recorders,
    whose segments the next process takes up or closes.
    """

    def __init__(
        self,
        jobs: RecordJobs,
        publisher: Publisher,
        callbacks: Callbacks,
        *,
        directory: Path,
        reconnect_timeout_seconds: float,
        clock: Callable[[], float],
        describe_file: Callable[[RecordFile], Mapping[str, Any]],
    ) -> None:
        """``describe_file``: a file as a callback tells of it."""
        self._jobs = jobs
        self._publisher = publisher
        self._callbacks = callbacks
        self._directory = directory
        self._reconnect_timeout_seconds = reconnect_timeout_seconds
        self._clock = clock
        self._describe_file = describe_file
        self._tasks = BackgroundTasks()

    async def __aenter__(self) -> Self:
        self._directory.mkdir(parents=True, exist_ok=True)
        left = await self._jobs.list_open()
        for job in left:
            self.begin(job)
        taken_up = {job.job_id for job in left}
        for name in [path.name for path in self._directory.iterdir() if path.name not in taken_up]:
            # There was no room for the files of a job that ended: its segments are still there.
            if (ended := await self._jobs.find(name)) is not None:
                taken_up.add(name)
                recording = _Recording(ended, Journal(self._directory / name), asyncio.Lock())
                self._tasks.start(self._finish(recording, ended.fail_reason and _ENDED), _name_job(ended))
        await asyncio.to_thread(sweep, self._directory, _OWN_NAME, taken_up)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._tasks.stop()

    def begin(self, job: RecordJob) -> None:
        """Take up a job. Returns at once."""
        self._tasks.start(self._follow(job), _name_job(job))

    async def _follow(self, job: RecordJob) -> None:
        directory = self._directory / job.job_id
        recording = _Recording(job, Journal(directory), asyncio.Lock())
        reason = None
        try:
            await asyncio.to_thread(directory.mkdir, mode=0o700, exist_ok=True)
            reason = await self._record(recording)
        except Exception as error:
            reason = explain_failure(error, _name_job(job), "record the stream", disk_full=_ENDED)
        await self._finish(recording, reason)

    async def _finish(self, recording: _Recording, reason: str | None = None) -> None:
        """Store the files of what was recorded, and end the job. What finds no room is kept for the next start."""
        is_kept = False
        try:
            await self._publish(recording, ended=True)
        except Exception as error:
            is_kept = is_disk_full(error)
            reason = explain_failure(error, _name_job(recording.job), "record the stream", disk_full=_KEPT)
        if await self._jobs.end(recording.job.job_id, reason):
            self._tell(recording.job, JobStatus.PAUSED)
        if not is_kept:
            await asyncio.to_thread(shutil.rmtree, recording.journal.directory, ignore_errors=True)

    async def _record(self, recording: _Recording) -> str | None:
        """Returns when the stream has been away for too long: why nothing of it was recorded, where some of it came.

        Raises DiskFull.
        """
        pause_seconds = _FIRST_PAUSE_SECONDS
        if recording.journal.list_segments():
            await self._move(recording.job, JobStatus.STARTED)
        while (left := self._count_seconds_left(recording)) > 0:
            began = time.monotonic()
            if (promised := await self._run_recorder(recording, left)) is not None:
                return explain_absence(promised) if not recording.journal.list_segments() else None
            # It crashed, or was killed. One that comes to nothing again and again is given time.
            if time.monotonic() - began > _LONGEST_PAUSE_SECONDS:
                pause_seconds = _FIRST_PAUSE_SECONDS
            _log.warning("the recorder of job %s ended; another takes over", recording.job.job_id)
            await asyncio.sleep(min(pause_seconds, max(left, 0.0)))
            pause_seconds = min(pause_seconds * 2, _LONGEST_PAUSE_SECONDS)
        return None

    async def _run_recorder(self, recording: _Recording, left_seconds: float) -> Sequence[str] | None:
        """The tracks the stream was to have, where the recorder gave up because it has been away for too long.

        None where it ended otherwise.
        """
        job = recording.job
        config = RecorderConfig(
            url=make_numeric(job.url),
            directory=str(recording.journal.directory),
            cycles={entry.format: entry.cycle_seconds for entry in job.template.formats},
            reconnect_timeout_seconds=self._reconnect_timeout_seconds,
            time_left_seconds=left_seconds,
            stall_seconds=_STALL_SECONDS,
            clock_offset_seconds=self._clock_offset,
        )
        child = await Child.start("ims_mcp.local.recording.recorder", asdict(config))
        publishing = BackgroundTasks()
        try:
            async for message in child.receive():
                if message.get("gave_up"):
                    return message["promised"]
                await self._move(job, JobStatus.STARTED)
                publishing.start(self._publish(recording, ended=False), f"storing a file of {_name_job(job)}")
        except asyncio.CancelledError:
            await publishing.stop()
            raise
        finally:
            await child.end()
            await publishing.join()
        return None

    async def _publish(self, recording: _Recording, *, ended: bool) -> None:
        async with recording.lock:
            files = await self._publisher.publish(
                recording.job, recording.journal, ended=ended, clock_offset_seconds=self._clock_offset
            )
        for file in files:
            self._callbacks.send(recording.job.notify_url, "LiveRecordFileCreated", self._describe_file(file))

    async def _move(self, job: RecordJob, status: JobStatus) -> None:
        if await self._jobs.move(job.job_id, status):
            self._tell(job, status)

    def _tell(self, job: RecordJob, status: JobStatus) -> None:
        body = {"JobId": job.job_id, "JobName": job.name, "StreamUrl": job.url, "Status": status.value}
        self._callbacks.send(job.notify_url, "LiveRecordTaskStatus", body)

    def _count_seconds_left(self, recording: _Recording) -> float:
        last_at = recording.journal.find_last_packet_time(self._clock_offset)
        since = recording.job.created_at if last_at is None else last_at
        return since + self._reconnect_timeout_seconds - self._clock()

    @property
    def _clock_offset(self) -> float:
        return self._clock() - time.time()


@dataclass(frozen=True, slots=True)
class _Recording:
    """A job that is being recorded, or whose files are being made."""

    job: RecordJob
    journal: Journal
    lock: asyncio.Lock


def _name_job(job: RecordJob) -> str:
    return f"the recording job {job.job_id}"
