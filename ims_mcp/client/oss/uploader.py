"""OssUploader: a file on disk to an object in OSS, whatever happens on the way."""

from __future__ import annotations

import importlib
import logging
import random
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from ims_mcp.client.clock import ServiceClock
from ims_mcp.client.oss.attempts import Attempts, Credentials, Patience, Sleep
from ims_mcp.client.oss.checkpoint import Checkpoint
from ims_mcp.client.oss.errors import SourceChanged, WrongObject
from ims_mcp.client.oss.explanation import explained, why_not_aborted, why_not_seen
from ims_mcp.client.oss.failures import Kind, OssFailure
from ims_mcp.client.oss.part_plan import USUAL_PART_BYTES, Plan
from ims_mcp.client.oss.progress import Progress, Teller
from ims_mcp.client.oss.source import Source
from ims_mcp.client.oss.target import UploadTarget
from ims_mcp.client.oss.together import together
from ims_mcp.errors import ImsError

if TYPE_CHECKING:  # they import oss2, which is loaded by the first upload
    from ims_mcp.client.oss.conversation import Conversation
    from ims_mcp.client.oss.gateway import Gateway, Stored
    from ims_mcp.client.oss.transfer import Transfer

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
    """Parts that an earlier run of the same transfer had sent."""
    crc64: int
    """Of the file as it was read and of the object as it is stored: they were compared."""
    seconds: float
    etag: str


class OssUploader:
    """Uploads; any number at once, each with ``threads`` parts under way and 256 KiB of each in memory.

    A file from ``multipart_threshold_bytes`` on is sent in parts, and has a checkpoint in ``checkpoint_dir`` until it
    is complete: an upload with the same transfer id goes on where a crash ended it.
    """

    def __init__(
        self,
        *,
        checkpoint_dir: Path,
        threads: int = 4,
        multipart_threshold_bytes: int = 2 * USUAL_PART_BYTES,
        part_bytes: int = USUAL_PART_BYTES,
        progress_interval_seconds: float = 0.25,
        patience: Patience | None = None,
        clock: ServiceClock | None = None,
        sleep: Sleep = anyio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._checkpoint_dir = checkpoint_dir
        self._plan = Plan(threads, multipart_threshold_bytes, part_bytes)
        self._progress_interval_seconds = progress_interval_seconds
        self._patience = patience or Patience()
        self._clock = clock or ServiceClock()
        self._sleep = sleep
        self._jitter = jitter

    async def upload(
        self,
        source: Path | Source,
        target: UploadTarget,
        credentials: Credentials,
        *,
        transfer_id: str,
        progress: Progress | None = None,
        keep_when_cancelled: Callable[[], bool] = lambda: False,
    ) -> UploadedFile:
        """Send a regular file; returns when OSS has confirmed the CRC-64 of the whole object.

        An open ``source`` stays open and is its owner's to close; of a path only the last component may not be a link.
        Cancelled, it stops at once, aborts the multipart upload and forgets the transfer, unless
        ``keep_when_cancelled`` says (then) that it is going to be resumed; an object that was just made stays. Raises
        UploadError, or what ``credentials`` and ``progress`` raise.
        """
        target = target.checked()
        began = time.monotonic()
        opened = await anyio.to_thread.run_sync(Source.open, source) if isinstance(source, Path) else source
        try:
            checkpoint = await anyio.to_thread.run_sync(Checkpoint.open, self._checkpoint_dir, transfer_id)
            try:
                transfer, stored = await self._transferred(
                    opened, target, credentials, checkpoint, progress, keep_when_cancelled
                )
            finally:
                checkpoint.close()
        finally:
            if opened is not source:
                opened.close()
        uploaded = UploadedFile(
            size_bytes=opened.size,
            parts=transfer.parts,
            parts_resent=transfer.parts_resent,
            parts_skipped=transfer.parts_skipped,
            crc64=stored.crc64 or 0,
            seconds=time.monotonic() - began,
            etag=stored.etag,
        )
        fields = ("size_bytes", "parts", "parts_resent", "parts_skipped", "seconds")
        logger.info("a file was uploaded", extra={name: getattr(uploaded, name) for name in fields})
        return uploaded

    async def _transferred(
        self,
        source: Source,
        target: UploadTarget,
        credentials: Credentials,
        checkpoint: Checkpoint,
        progress: Progress | None,
        keep: Callable[[], bool],
    ) -> tuple[Transfer, Stored]:
        transfer: Transfer | None = None
        try:
            async with self._gateway(target, credentials) as (gateway, attempts):
                from ims_mcp.client.oss.conversation import Conversation
                from ims_mcp.client.oss.transfer import Transfer

                talk = Conversation(target, gateway, attempts, checkpoint)
                transfer = Transfer(talk, source, self._plan, clock=self._clock.now)
                try:
                    return transfer, await self._run(transfer, source, progress)
                except BaseException:
                    await self._stop(talk)
                    raise
        except BaseException as error:
            with anyio.CancelScope(shield=True):
                if checkpoint.record is not None and _to_be_taken_back(error, keep):
                    await self._take_back(target, credentials, checkpoint)
            if isinstance(error, OssFailure):
                arrived = transfer.counter.bytes_finished if transfer is not None else 0
                resumable = checkpoint.record is not None
                raise explained(error, source, target, arrived, resumable=resumable) from None
            raise

    async def abort(self, target: UploadTarget, credentials: Credentials, *, transfer_id: str) -> None:
        """Abort what an upload that does not run any more left in OSS, and forget it; nothing left is no error.

        Raises UploadError; then the checkpoint stays, and it can be tried again.
        """
        target = target.checked()
        checkpoint = await anyio.to_thread.run_sync(Checkpoint.open, self._checkpoint_dir, transfer_id)
        try:
            await self._clean_up(target, credentials, checkpoint)
        except OssFailure as failure:
            raise why_not_aborted(failure, target) from None
        finally:
            checkpoint.close()

    async def exists(self, target: UploadTarget, credentials: Credentials) -> bool:
        """Whether there is such an object. In a bucket that is not there is none: the upload says what is wrong.

        Raises UploadError where OSS does not say.
        """
        target = target.checked()
        async with self._gateway(target, credentials) as (gateway, attempts):
            try:
                await attempts.run("the look at the object", gateway.look)
            except OssFailure as failure:
                if failure.status != 404:
                    raise why_not_seen(failure, target) from None
                return False
        return True

    @asynccontextmanager
    async def _gateway(
        self, target: UploadTarget, credentials: Credentials
    ) -> AsyncGenerator[tuple[Gateway, Attempts]]:
        """The way to OSS for one piece of work; whatever is still under way at its end is cut off."""
        patience, threads = self._patience, self._plan.threads
        # In a thread: it takes long, and the event loop has other things to do.
        await anyio.to_thread.run_sync(importlib.import_module, "ims_mcp.client.oss.transfer", abandon_on_cancel=True)
        from ims_mcp.client.oss.gateway import Gateway

        gateway = await anyio.to_thread.run_sync(
            lambda: Gateway(target, patience, self._clock, threads=threads), abandon_on_cancel=True
        )
        try:
            yield (
                gateway,
                Attempts(
                    credentials,
                    gateway.lines,
                    patience,
                    self._clock,
                    threads=threads,
                    sleep=self._sleep,
                    jitter=self._jitter,
                ),
            )
        finally:
            gateway.lines.cut()
            gateway.close()

    async def _run(self, transfer: Transfer, source: Source, progress: Progress | None) -> Stored:
        if progress is None:
            return await transfer.run()
        teller = Teller(transfer.counter, source.size, progress, self._progress_interval_seconds)
        results: list[Stored] = []

        async def work() -> None:
            results.append(await transfer.run())
            teller.finish()

        await together([work, teller.run])
        return results[0]

    async def _stop(self, talk: Conversation) -> None:
        """Nothing more is sent, and soon nobody works for the upload any more."""
        lines, checkpoint = talk.gateway.lines, talk.checkpoint

        def beginning() -> bool:
            return checkpoint.record is not None and not checkpoint.record.upload_id

        with anyio.CancelScope(shield=True):
            await _until(lambda: lines.idle or not beginning(), _BEGINNING_SECONDS)
            lines.cut()
            await _until(lambda: lines.idle, _WINDING_UP_SECONDS)

    async def _take_back(self, target: UploadTarget, credentials: Credentials, checkpoint: Checkpoint) -> None:
        with anyio.move_on_after(self._patience.clean_up):
            try:
                await self._clean_up(target, credentials, checkpoint)
            except OssFailure as failure:
                logger.debug("aborting failed", extra={"code": failure.code, "status": failure.status})
            except ImsError as refused:
                logger.debug("aborting failed", extra={"reason": type(refused).__name__})
        if checkpoint.record is not None:
            logger.warning("a stopped upload could not be aborted: its checkpoint is kept, so that it can be later")

    async def _clean_up(self, target: UploadTarget, credentials: Credentials, checkpoint: Checkpoint) -> None:
        """Whatever the checkpoint speaks of, and then the checkpoint. Raises OssFailure and TransferRefused."""
        if checkpoint.record is None:
            return
        async with self._gateway(target, credentials) as (gateway, attempts):
            from ims_mcp.client.oss.conversation import Conversation
            from ims_mcp.client.oss.remainder import Remainder, check_same_target

            check_same_target(checkpoint.record, target)
            await Remainder(Conversation(target, gateway, attempts, checkpoint)).clean_up()


def _to_be_taken_back(error: BaseException, keep: Callable[[], bool]) -> bool:
    """Whether what was sent is of no use any more."""
    if isinstance(error, anyio.get_cancelled_exc_class()):
        return not keep()
    if isinstance(error, OssFailure):
        return error.kind in (Kind.GONE, Kind.LOST, Kind.TAKEN)
    return isinstance(error, SourceChanged | WrongObject)


async def _until(holds: Callable[[], bool], seconds: float) -> None:
    with anyio.move_on_after(seconds):
        while not holds():  # noqa: ASYNC110 - what is waited for happens in threads
            await anyio.sleep(_LOOK_SECONDS)
