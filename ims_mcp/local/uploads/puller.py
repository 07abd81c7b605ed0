"""The work behind a pull job: fetch the file, store it, and see how probing it ends. It survives a restart."""

from __future__ import annotations

import asyncio
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from ims_mcp.local.background import BackgroundTasks
from ims_mcp.local.data_dir import sweep
from ims_mcp.local.disk import explain_failure
from ims_mcp.local.media_library.addresses import ObjectAddress
from ims_mcp.local.media_library.registration import Registrar
from ims_mcp.local.oss.objects import Objects
from ims_mcp.local.uploads.download import Download, PullFailed, PullLimits
from ims_mcp.local.uploads.pull_jobs import PullJob, PullJobs, PullStatus
from ims_mcp.local.uploads.sessions import UploadSessions

# An object may be replaced between being looked up and being linked: that often it is looked up anew.
_ATTEMPTS = 3
_OWN_NAME = re.compile(r"[0-9a-f]{32}")
_log = logging.getLogger(__name__)


class Puller:
    """One task a job, ``limits.at_once`` of them fetching. What has to be done stands in the store.

    An async context manager: entering takes up the jobs a former process did not end, leaving stops what runs.
    """

    def __init__(
        self,
        jobs: PullJobs,
        sessions: UploadSessions,
        objects: Objects,
        registrar: Registrar,
        *,
        work_dir: Path,
        limits: PullLimits,
    ) -> None:
        self._jobs = jobs
        self._sessions = sessions
        self._objects = objects
        self._registrar = registrar
        self._work_dir = work_dir
        self._limits = limits
        self._slots = asyncio.Semaphore(limits.at_once)
        self._threads = ThreadPoolExecutor(limits.at_once, thread_name_prefix="ims-pull")
        self._tasks = BackgroundTasks()

    async def __aenter__(self) -> Self:
        # What a killed process had fetched of a file is fetched again.
        self._work_dir.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(sweep, self._work_dir, _OWN_NAME)
        for job in await self._jobs.list_resumable():
            self.begin(job)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._tasks.stop()
        self._threads.shutdown(wait=True)

    def begin(self, job: PullJob) -> None:
        """Take up a job. Returns at once."""
        self._tasks.start(self._follow(job), f"the pull job {job.job_id}")

    async def _follow(self, job: PullJob) -> None:
        try:
            async with self._slots:
                await self._bring(job)
            await self._registrar.wait_until_idle(job.file_id)
            await self._jobs.conclude(job)
        except PullFailed as failed:
            await self._fail(job, PullStatus.DOWNLOAD_FAIL, failed.code, str(failed))
        except Exception as error:
            reason = explain_failure(error, f"the pull job {job.job_id}", "store the file")
            await self._fail(job, PullStatus.UPLOAD_FAIL, "StorageFailed", reason)

    async def _fail(self, job: PullJob, status: PullStatus, code: str, reason: str) -> None:
        _log.warning("the pull job %s ended with %s: %s", job.job_id, code, reason)
        await self._jobs.fail(job, status, code, reason)

    async def _bring(self, job: PullJob) -> None:
        """From the source to its place in the VOD storage, unless it is there already. Raises PullFailed."""
        address = await self._jobs.find_destination(job)
        if address is None:
            return
        await self._jobs.advance(job, PullStatus.DOWNLOADING)
        if job.source is not None:
            await self._link(job, job.source, address)
        else:
            await self._fetch(job, address)
        if not await self._sessions.take(address) and await self._jobs.find_destination(job) is None:
            # The asset was deleted meanwhile: nobody will ask for the object.
            await self._objects.delete(address.bucket, address.key)

    async def _link(self, job: PullJob, source: ObjectAddress, address: ObjectAddress) -> None:
        """From the local OSS, where nothing has to travel."""
        for _ in range(_ATTEMPTS):
            stored = await self._objects.stat(source.bucket, source.key)
            if stored is None:
                break
            self._check_size(stored.size_bytes, source)
            await self._jobs.advance(job, PullStatus.UPLOADING, size_bytes=stored.size_bytes)
            try:
                blob = await self._objects.blobs.duplicate(stored.blob)
            except FileNotFoundError:
                continue
            await self._objects.put_blob(
                address.bucket, address.key, blob, stored.description, kind=stored.kind, etag=stored.etag
            )
            return
        raise PullFailed("SourceNotFound", f"The object {source} does not exist.")

    def _check_size(self, size_bytes: int, source: ObjectAddress) -> None:
        if size_bytes > self._limits.max_bytes:
            limit = f"{self._limits.max_bytes} bytes, the most that is pulled"
            raise PullFailed("SourceTooLarge", f"{source} is larger than {limit}.")

    async def _fetch(self, job: PullJob, address: ObjectAddress) -> None:
        loop = asyncio.get_running_loop()
        target = self._work_dir / job.job_id
        announced: asyncio.Future[int] = loop.create_future()

        def announce(size_bytes: int) -> None:
            loop.call_soon_threadsafe(announced.set_result, size_bytes)

        download = Download(job.url, target, self._limits, announce)
        running = loop.run_in_executor(self._threads, download.run)
        try:
            async with asyncio.timeout(self._limits.total_seconds):
                await asyncio.wait((running, announced), return_when=asyncio.FIRST_COMPLETED)
                if announced.done():
                    await self._jobs.advance(job, PullStatus.DOWNLOADING, size_bytes=announced.result())
                size_bytes = await asyncio.shield(running)
            await self._jobs.advance(job, PullStatus.UPLOADING, size_bytes=size_bytes)
            await self._objects.put_file(address.bucket, address.key, target)
        except TimeoutError:
            raise PullFailed(
                "SourceTimeout", f"The file was not there within {self._limits.total_seconds:g} s."
            ) from None
        finally:
            download.stop()
            await asyncio.gather(running, return_exceptions=True)
            await asyncio.to_thread(target.unlink, missing_ok=True)
