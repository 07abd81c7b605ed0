"""The work behind a snapshot job: take the pictures, store them, and say how it ended. It survives a restart."""

from __future__ import annotations

import asyncio
import logging
import shutil
import uuid
from pathlib import Path
from typing import Self

from ims_mcp.local.background import BackgroundTasks
from ims_mcp.local.disk import explain_failure
from ims_mcp.local.media.media_file import UnreadableMedia
from ims_mcp.local.media.media_worker import MediaWorker
from ims_mcp.local.media_library.registration import Registrar
from ims_mcp.local.oss.objects import Objects
from ims_mcp.local.snapshots.snapshot_jobs import SnapshotJob, SnapshotJobs

# A second process would take longer to start than most jobs take.
_AT_ONCE = 1
_log = logging.getLogger(__name__)


class Snapshotter:
    """One task a job. An async context manager: entering takes up the jobs a former process did not end, leaving
    abandons what runs until the next start."""

    def __init__(
        self,
        jobs: SnapshotJobs,
        registrar: Registrar,
        objects: Objects,
        worker: MediaWorker,
        *,
        work_dir: Path,
        delay_seconds: float,
    ) -> None:
        """``work_dir`` is swept by the registrar; ``delay_seconds``: how long a job takes at least."""
        self._jobs = jobs
        self._registrar = registrar
        self._objects = objects
        self._worker = worker
        self._work_dir = work_dir
        self._delay_seconds = delay_seconds
        self._tasks = BackgroundTasks()
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def __aenter__(self) -> Self:
        for job in await self._jobs.list_open():
            self.begin(job)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._tasks.stop()

    def begin(self, job: SnapshotJob) -> None:
        """Take up a job. Returns at once."""
        self._tasks.start(self._follow(job), f"the snapshot job {job.job_id}")

    async def _follow(self, job: SnapshotJob) -> None:
        await asyncio.sleep(self._delay_seconds)
        try:
            async with self._slots:
                count, keys = await self._take(job)
            await self._jobs.succeed(job, count, keys)
        except UnreadableMedia as unreadable:
            _log.warning("the snapshot job %s failed: %s", job.job_id, unreadable)
            await self._jobs.fail(job, "InvalidParameter.Input", str(unreadable))
        except Exception as error:
            reason = explain_failure(error, f"the snapshot job {job.job_id}", "take the pictures")
            await self._jobs.fail(job, "InternalError", reason)

    async def _take(self, job: SnapshotJob) -> tuple[int, list[str]]:
        stored = await self._registrar.stat(job.source)
        pieces = await self._registrar.find_pieces(job.source, stored)
        directory = self._work_dir / uuid.uuid4().hex
        directory.mkdir(mode=0o700)
        try:
            count, files = await self._worker.take_pictures(stored.path, directory, job.plan, pieces)
            keys = [job.name_key(number) for number in range(1, len(files) + 1)]
            for key, path in zip(keys, files, strict=True):
                await self._objects.put_file(job.output.bucket, key, path, content_type="image/jpeg")
            return count, keys
        finally:
            await asyncio.to_thread(shutil.rmtree, directory, ignore_errors=True)
