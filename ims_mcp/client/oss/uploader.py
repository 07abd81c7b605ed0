"""OssUploader: a file on disk to an object in OSS, whatever happens on the way."""

from __future__ import annotations

import importlib
import logging
import random
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from ims_mcp.catalogue.operation import Effect
from ims_mcp.client.clock import ServiceClock
from ims_mcp.client.credentials import Credential
from ims_mcp.client.observers import ABORT, UPLOAD, CallObserver, EndedCall, ObservedCall, Outcome, end_with_error
from ims_mcp.client.oss.errors import (
    OssFailure,
    SourceChanged,
    WrongObject,
    explain_failure,
    explain_no_abort,
    explain_not_seen,
)
from ims_mcp.client.oss.journal import UploadJournal
from ims_mcp.client.oss.parts import LARGEST_PART_BYTES, USUAL_PART_BYTES, ByteCounter, PartPlan
from ims_mcp.client.oss.source import Source
from ims_mcp.client.oss.target import Credentials, Timeouts, UploadTarget
from ims_mcp.client.retry import RetryPolicy
from ims_mcp.errors import ImsError

if TYPE_CHECKING:  # they import oss2, which is loaded by the first upload
    from ims_mcp.client.oss.oss_client import OssClient
    from ims_mcp.client.oss.upload_run import UploadRun

RETRY = RetryPolicy(max_tries=8, base_seconds=0.5, cap_seconds=20.0)
"""Of each request: an upload has more time than a call."""
# How long a cancellation waits for the answer to a request to begin: it says what is to be aborted.
_BEGINNING_SECONDS = 0.5
# How long the end waits for threads to notice that their connections are gone.
_WINDING_UP_SECONDS = 0.3
_LOOK_SECONDS = 0.01

logger = logging.getLogger("ims_mcp.client.oss")


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """What was done. ``parts`` is 1 for a file sent in one request."""

    size_bytes: int
    parts: int
    parts_resent: int
    """Parts that had to be sent once more, each as often as it was."""
    parts_skipped: int
    """Parts that an earlier run of the same upload had sent."""
    seconds: float


class OssUploader:
    """Uploads; any number at once, each with ``threads`` parts under way and 256 KiB of each in memory.

    A file from ``multipart_threshold_bytes`` on is sent in parts, which its journal holds until it is complete: an
    upload with the same journal goes on where a crash ended it.
    """

    def __init__(
        self,
        *,
        threads: int = 4,
        multipart_threshold_bytes: int = 2 * USUAL_PART_BYTES,
        part_bytes: int = USUAL_PART_BYTES,
        timeouts: Timeouts | None = None,
        retry: RetryPolicy = RETRY,
        clock: ServiceClock | None = None,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        jitter: Callable[[], float] = random.random,
        observer: CallObserver | None = None,
        account: str = "",
        region: str = "",
    ) -> None:
        self._plan = PartPlan(threads, multipart_threshold_bytes, part_bytes)
        self._timeouts = timeouts or Timeouts()
        self._retry = retry
        self._clock = clock or ServiceClock()
        self._sleep = sleep
        self._jitter = jitter
        self._observer = observer
        self._account = account
        self._region = region

    async def upload(
        self,
        source: Path | Source,
        target: UploadTarget,
        credentials: Credentials,
        journal: UploadJournal,
        *,
        counter: ByteCounter | None = None,
        keep_when_cancelled: Callable[[], bool] = lambda: False,
    ) -> UploadedFile:
        """Send a regular file; returns when OSS has confirmed the CRC-64 of the whole object.

        An open ``source`` stays open and is its owner's to close; of a path only the last component may not be a link.
        ``counter`` counts the bytes. Cancelled, it stops at once, aborts the multipart upload and has the journal
        forget it, unless ``keep_when_cancelled`` says (then) that it is going to be resumed; an object that was just
        made stays. Raises UploadError, or what ``credentials`` raises.
        """
        async with self.observe(UPLOAD):
            return await self._upload(
                source, target, credentials, journal, counter=counter, keep_when_cancelled=keep_when_cancelled
            )

    async def _upload(
        self,
        source: Path | Source,
        target: UploadTarget,
        credentials: Credentials,
        journal: UploadJournal,
        *,
        counter: ByteCounter | None,
        keep_when_cancelled: Callable[[], bool],
    ) -> UploadedFile:
        target = target.require_usable()
        counter = counter or ByteCounter()
        began = time.monotonic()
        file = await anyio.to_thread.run_sync(Source.open, source) if isinstance(source, Path) else source
        run: UploadRun | None = None
        try:
            async with self.open_client(target, credentials) as oss:
                from ims_mcp.client.oss.upload_run import UploadRun

                run = UploadRun(oss, journal, file, self._plan, counter)
                try:
                    await run.run()
                except BaseException:
                    await self._stop(oss, journal)
                    raise
        except BaseException as error:
            with anyio.CancelScope(shield=True):
                if journal.record is not None and _is_to_be_taken_back(error, keep_when_cancelled):
                    await self._take_back(target, credentials, journal)
            if isinstance(error, OssFailure):
                resumable = journal.record is not None
                raise explain_failure(error, file, target, counter.bytes_confirmed, resumable=resumable) from None
            raise
        finally:
            if file is not source:
                file.close()
        uploaded = UploadedFile(
            size_bytes=file.size,
            parts=run.parts,
            parts_resent=run.parts_resent,
            parts_skipped=run.parts_skipped,
            seconds=time.monotonic() - began,
        )
        fields = ("size_bytes", "parts", "parts_resent", "parts_skipped", "seconds")
        logger.info("a file was uploaded", extra={name: getattr(uploaded, name) for name in fields})
        return uploaded

    async def abort(self, target: UploadTarget, credentials: Credentials, journal: UploadJournal) -> None:
        """Abort what an upload that does not run any more left in OSS, and forget it; nothing left is no error.

        Raises UploadError; then the journal keeps it, and it can be tried again.
        """
        target = target.require_usable()
        async with self.observe(ABORT):
            try:
                await self._clean_up(target, credentials, journal)
            except OssFailure as failure:
                raise explain_no_abort(failure, target) from None

    async def exists(self, target: UploadTarget, credentials: Credentials) -> bool:
        """Whether there is such an object. In a bucket that is not there is none: the upload says what is wrong.

        Raises UploadError where OSS does not say.
        """
        target = target.require_usable()
        async with self.open_client(target, credentials) as oss:
            try:
                await oss.ask("the look at the object", lambda bucket: bucket.head())
            except OssFailure as failure:
                if failure.status != 404:
                    raise explain_not_seen(failure, target) from None
                return False
        return True

    @asynccontextmanager
    async def observe(self, name: str) -> AsyncGenerator[None]:
        """Tell whoever watches of one piece of work; what it raises goes through."""
        if self._observer is None:
            yield
            return
        call = ObservedCall(name, Effect.WRITE, account=self._account, region=self._region)
        watch, began = await self._observer.begin(call), time.monotonic()
        try:
            yield
        except BaseException as error:
            watch.end(end_with_error(error, seconds=time.monotonic() - began))
            raise
        watch.end(EndedCall(Outcome.DONE, time.monotonic() - began))

    @asynccontextmanager
    async def open_client(self, target: UploadTarget, credentials: Credentials) -> AsyncGenerator[OssClient]:
        """The way to OSS for one piece of work; whatever is still under way at its end is cut off."""
        oss = await self.make_client(target, credentials, self._plan.threads)
        try:
            yield oss
        finally:
            oss.close()

    async def make_client(self, target: UploadTarget, credentials: Credentials, threads: int) -> OssClient:
        """The same for whoever closes it, with up to ``threads`` requests at once."""
        # In a thread: it takes long, and the event loop has other things to do.
        await anyio.to_thread.run_sync(importlib.import_module, "ims_mcp.client.oss.upload_run", abandon_on_cancel=True)
        from ims_mcp.client.oss.oss_client import OssClient

        return await anyio.to_thread.run_sync(
            lambda: OssClient(
                target,
                credentials,
                timeouts=self._timeouts,
                retry=self._retry,
                clock=self._clock,
                threads=threads,
                sleep=self._sleep,
                jitter=self._jitter,
                observer=self._observer,
            ),
            abandon_on_cancel=True,
        )

    async def _stop(self, oss: OssClient, journal: UploadJournal) -> None:
        """Nothing more is sent, and soon nobody works for the upload any more."""

        def is_beginning() -> bool:
            return journal.record is not None and not journal.record.upload_id

        with anyio.CancelScope(shield=True):
            await _wait_until(lambda: oss.registry.is_idle or not is_beginning(), _BEGINNING_SECONDS)
            oss.registry.abort()
            await _wait_until(lambda: oss.registry.is_idle, _WINDING_UP_SECONDS)

    async def _take_back(self, target: UploadTarget, credentials: Credentials, journal: UploadJournal) -> None:
        with anyio.move_on_after(self._timeouts.clean_up_seconds):
            try:
                await self._clean_up(target, credentials, journal)
            except OssFailure as failure:
                logger.debug("aborting failed", extra={"code": failure.code, "status": failure.status})
            except ImsError as refused:
                logger.debug("aborting failed", extra={"reason": type(refused).__name__})
        if journal.record is not None:
            logger.warning("a stopped upload could not be aborted: its journal is kept, so that it can be later")

    async def _clean_up(self, target: UploadTarget, credentials: Credentials, journal: UploadJournal) -> None:
        """Whatever the journal speaks of, and then that. Raises OssFailure and TransferRefused."""
        if journal.record is None:
            return
        async with self.open_client(target, credentials) as oss:
            from ims_mcp.client.oss.upload_run import MultipartCleanup

            await MultipartCleanup(oss, journal).run(journal.record)


async def put_file(endpoint: str, bucket: str, key: str, source: Path, credential: Credential) -> None:
    """Upload one regular file of up to 5 GiB in one request, for those who need no progress and no resuming.

    An endpoint with an IP address means path-style addresses. Raises UploadError.
    """

    async def credentials(*, force: bool = False) -> Credential:
        del force  # there is no other
        return credential

    uploader = OssUploader(multipart_threshold_bytes=LARGEST_PART_BYTES)
    with tempfile.TemporaryDirectory() as nothing_to_resume:
        journal = UploadJournal(Path(nothing_to_resume, "put.json"))
        await uploader.upload(source, UploadTarget(endpoint, bucket, key), credentials, journal)


def _is_to_be_taken_back(error: BaseException, keep: Callable[[], bool]) -> bool:
    """Whether what was sent is of no use any more."""
    if isinstance(error, anyio.get_cancelled_exc_class()):
        return not keep()
    if isinstance(error, OssFailure):
        return error.is_gone or error.is_part_lost or error.is_taken
    return isinstance(error, SourceChanged | WrongObject)


async def _wait_until(holds: Callable[[], bool], seconds: float) -> None:
    with anyio.move_on_after(seconds):
        while not holds():  # noqa: ASYNC110 - what is waited for happens in threads
            await anyio.sleep(_LOOK_SECONDS)
