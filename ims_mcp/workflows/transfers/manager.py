"""All transfers of one server: started, followed, picked up again, cancelled; each at most once at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Container
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import anyio
import anyio.abc
import anyio.to_thread

from ims_mcp.catalogue import get_operation
from ims_mcp.client.oss.errors import UploadError, UploadInterrupted
from ims_mcp.client.oss.journal import UploadJournal
from ims_mcp.client.oss.source import Source, show_path
from ims_mcp.errors import ConnectionFailed, CredentialsError, ImsError, LocalImsError, Refused, ServiceError
from ims_mcp.foreign_text import plain, quotable
from ims_mcp.settings import MAX_WAIT_SECONDS
from ims_mcp.summaries.bounds import fit
from ims_mcp.summaries.shaping import MAX_BYTES
from ims_mcp.workflows.categories import resolve_category
from ims_mcp.workflows.local_files import UploadRules
from ims_mcp.workflows.transfers.report import (
    RisingProgress,
    describe,
    describe_cancelled,
    describe_result,
    explain_failed,
    explain_interrupted,
)
from ims_mcp.workflows.transfers.run import ActiveTransfer, TransferRunner, check_stream_arguments, read_address
from ims_mcp.workflows.transfers.store import VOD, TransferError, TransferRecord, TransferStore, locate_object
from ims_mcp.workflows.waiting import PollResult, Progress, wait_for

PROGRESS_SECONDS = 0.5
ELSEWHERE_SECONDS = 0.5
"""Between two looks at what another process works on."""
CLEAN_UP_SECONDS = 10.0
_MOST_LISTED = 50

logger = logging.getLogger("ims_mcp.workflows.transfers")


class TransferManager:
    """Async context manager; transfers that run when it ends are interrupted and can be picked up again."""

    def __init__(
        self,
        runner: TransferRunner,
        rules: UploadRules,
        store: TransferStore,
        *,
        service: str,
        read_only: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._runner = runner
        self._rules = rules
        self._store = store
        self._service = service
        self._read_only = read_only
        self._clock = clock
        self._active: dict[str, ActiveTransfer] = {}
        self._tasks: anyio.abc.TaskGroup | None = None
        self._starting = anyio.Lock()
        self._ending = False

    @property
    def runner(self) -> TransferRunner:
        """What it works with."""
        return self._runner

    @property
    def rules(self) -> UploadRules:
        """Which files may be sent."""
        return self._rules

    @property
    def store(self) -> TransferStore:
        """Where its transfers are written down."""
        return self._store

    @property
    def service(self) -> str:
        """Which IMS its transfers belong to, and whose account there."""
        return self._service

    async def __aenter__(self) -> Self:
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        assert self._tasks is not None
        self._ending = True
        self._tasks.cancel_scope.cancel()
        if isinstance(error, Exception):
            # An error of the block is not one of the tasks: it goes on as it is, not inside a group.
            await self._tasks.__aexit__(None, None, None)
            return None
        return await self._tasks.__aexit__(kind, error, trace)

    def end(self) -> None:
        """The server ends: a call that is cancelled from now on leaves its transfer, which is then resumed later.

        Whoever serves calls it before it cancels the first call for that reason, however long the end then takes. A
        call that is cancelled without it was cancelled by its user.
        """
        self._ending = True

    async def upload(
        self,
        kind: str,
        path: str,
        destination: str,
        arguments: dict[str, Any],
        *,
        category_name: str = "",
        wait_seconds: float,
        longest_seconds: float = MAX_WAIT_SECONDS,
        progress: Progress | None = None,
        listed: Container[str] | None = None,
    ) -> dict[str, Any]:
        """Begin a transfer, or pick up the one there is for the same file, place and arguments, and follow it.

        ``category_name`` becomes CateId before anything is written down: a transfer that goes on later looks up none.
        ``longest_seconds`` is what the whole call may take, ``listed`` the operations' tools that a next call may name,
        None for all. Raises ImsError where it failed.
        """
        end = anyio.current_time() + longest_seconds
        if kind == "stream":
            check_stream_arguments(destination, arguments)
        record = await self._start(kind, path, destination, arguments, category_name.strip())
        if record.state == "done":
            note = "this file was uploaded before, to the same place with the same arguments: nothing was sent now"
            return {**describe_result(record, await self._describe(record), None, listed), "note": note}
        return await self.follow(
            record.id,
            wait_seconds=wait_seconds,
            longest_seconds=end - anyio.current_time(),
            progress=progress,
            listed=listed,
            cancels=True,
        )

    async def follow(
        self,
        transfer_id: str,
        *,
        wait_seconds: float,
        longest_seconds: float = MAX_WAIT_SECONDS,
        progress: Progress | None = None,
        listed: Container[str] | None = None,
        cancels: bool = False,
    ) -> dict[str, Any]:
        """How the transfer stands after at most ``wait_seconds``; an interrupted one goes on. Raises ImsError.

        ``cancels``: if this call is cancelled while the file is sent, so is the transfer.
        """
        end = anyio.current_time() + min(longest_seconds, MAX_WAIT_SECONDS)
        deadline = min(anyio.current_time() + wait_seconds, end)
        rising = None if progress is None else RisingProgress(progress)
        active = await self._wait_until_sent(transfer_id, deadline, rising, cancels=cancels)
        record = await self._find(transfer_id)
        if record.state == "failed":
            raise explain_failed(record)
        if active is not None and active.problem is not None:
            raise explain_interrupted(record, active.problem)
        waited: PollResult | None = None
        if record.state == "processing":
            waited = await self._wait_until_processed(record, deadline, end, rising)
            if waited.outcome in ("failed", "not_found"):
                raise explain_failed(record)
        return describe_result(record, await self._describe(record), waited, listed)

    async def list(self) -> dict[str, Any]:
        """The transfers of this service, newest first, at most 50, in at most MAX_BYTES."""
        known = await anyio.to_thread.run_sync(self._store.read_all)
        ours = [record for record in known if record.service == self._service]
        rows = [await self._describe(record) for record in ours[:_MOST_LISTED]]
        return fit({"count": len(ours), "transfers": rows}, MAX_BYTES, query_prefix=None)

    async def find(self, transfer_id: str) -> TransferRecord:
        """As it stands. Raises TransferError where there is no such transfer here."""
        return await self._find(transfer_id)

    async def cancel(self, transfer_id: str, listed: Container[str] | None = None) -> dict[str, Any]:
        """Stop a transfer, take back what lies half sent, and remember that. What has arrived stays as it is.

        Raises ImsError where something may be left behind: then it can be cancelled again.
        """
        active = self._active.get(transfer_id)
        if active is not None:
            self._stop(active)
            if active.cancelled:
                await active.stopped.wait()
                if active.problem is not None:
                    raise active.problem
            record = active.record
        else:
            record = await self._find(transfer_id)
            if not (record.ended or record.arrived):
                record = await self._cancel_interrupted(transfer_id)
        return describe_cancelled(record, await self._describe(record), listed)

    # Beginning and going on.

    async def _start(
        self, kind: str, path: str, destination: str, arguments: dict[str, Any], category_name: str
    ) -> TransferRecord:
        """The transfer there now is; one that has arrived as it is, unless what it made was deleted since."""
        self.guard()
        with ExitStack() as kept:
            source = await self._open_source(path, kept)
            category = ""
            if category_name:
                arguments, found = await resolve_category(
                    self._runner.client, arguments, category_name, subject="UploadMedia"
                )
                category = found.write_path()
            wish = TransferRecord(
                kind="media" if kind == "media" else "stream",
                service=self._service,
                path=str(source.path),
                size_bytes=source.size,
                modified_ns=source.identity.mtime_ns,
                inode=source.identity.inode,
                destination=destination,
                arguments=arguments,
                category=category,
                created=self._clock(),
            )
            if destination != VOD:
                locate_object(destination, wish.path)
            record = await anyio.to_thread.run_sync(self._store.enter, wish)
            if record.arrived:
                if not await self._runner.is_gone(record):
                    return record
                await self._settle(record, "what was made of the file has been deleted since")
                record = await anyio.to_thread.run_sync(self._store.enter, wish)
            await self._activate(record, source, kept)
            return record

    async def _find(self, transfer_id: str) -> TransferRecord:
        """The transfer as it stands. Raises TransferError where there is none, or it is one of another service."""
        if transfer_id in self._active:
            return self._active[transfer_id].record
        record = await anyio.to_thread.run_sync(self._store.read, transfer_id)
        if record.service != self._service:
            raise TransferError(
                f"The transfer {transfer_id} belongs to {show_path(record.service)}, and this server uses "
                f"{show_path(self._service)}.",
                next_step="Ask a server that is set up for that one, or name its account and region.",
            )
        return record

    def guard(self) -> None:
        """Raises Refused in read-only mode."""
        # A bucket of the user's own is written to past the client, so past its guard.
        if self._read_only:
            raise Refused(
                "Nothing was sent: this server is in read-only mode.",
                next_step="Only the person who runs the server can change that.",
                reason="read_only",
            )

    async def _open_source(self, path: str, kept: ExitStack) -> Source:
        """The file, open for as long as ``kept`` is. It is opened this once, before anybody is asked anything."""
        return await anyio.to_thread.run_sync(lambda: kept.enter_context(closing(self._rules.open(path))))

    async def _hold(self, transfer_id: str, kept: ExitStack) -> UploadJournal | None:
        """The transfer's journal for as long as ``kept`` is; None while another process works on it."""
        return await anyio.to_thread.run_sync(kept.enter_context, self._store.hold(transfer_id))

    async def _activate(self, record: TransferRecord, source: Source, kept: ExitStack) -> ActiveTransfer | None:
        """Set the transfer to work, unless it is; ``kept``, which holds the source open, is then emptied.

        None where another process works on it, or nothing is left to be sent.
        """
        assert self._tasks is not None
        async with self._starting:
            if record.id in self._active:
                return self._active[record.id]
            journal = await self._hold(record.id, kept)
            if journal is None:
                return None
            # It may have been brought further, or to its end, since it was read.
            record = await anyio.to_thread.run_sync(self._store.read, record.id)
            if record.ended or record.arrived:
                return None
            active = self._active[record.id] = ActiveTransfer(record, journal)
            self._tasks.start_soon(self._work, active, source, kept.pop_all())
            return active

    async def _work(self, active: ActiveTransfer, source: Source, kept: ExitStack) -> None:
        record = active.record
        try:
            with kept:
                record.error = ""
                try:
                    with active.scope:
                        await self._runner.run(active, source)
                except ImsError as error:
                    await self._note_failure(active, error)
                if active.scope.cancelled_caught:
                    await self._note_cancellation(active)
        except ImsError as error:
            active.problem = error
        except Exception as error:
            logger.exception("a transfer stopped unexpectedly", extra={"transfer": record.id})
            active.problem = TransferError(f"This server failed inside ({type(error).__name__}), which is a bug in it.")
        finally:
            del self._active[record.id]
            active.stopped.set()

    # Its ends.

    async def _note_failure(self, active: ActiveTransfer, error: ImsError) -> None:
        record, active.problem = active.record, error
        record.error = error.explain()
        # What can go on is left as it stands: the same call, or transfer_status with its id, picks it up. An asset in
        # VOD storage may have been created without our hearing of it: creating it is not done again.
        if not (_can_go_on(error) and (record.target or record.destination != VOD)):
            record.state = "failed"
        await active.save()
        if record.state == "failed":
            with anyio.move_on_after(CLEAN_UP_SECONDS):
                try:
                    await self._runner.take_back(record, active.journal)
                except ImsError as left:
                    logger.warning("what a failed transfer sent may be left", extra={"reason": type(left).__name__})

    async def _note_cancellation(self, active: ActiveTransfer) -> None:
        record, problem = active.record, "OSS did not answer in time"
        with anyio.CancelScope(shield=True):
            with anyio.move_on_after(CLEAN_UP_SECONDS):
                try:
                    # The uploader has aborted what it was sending, as a rule.
                    await self._runner.take_back(record, active.journal)
                except ImsError as error:
                    problem = error.explain()
                else:
                    record.state, problem = "cancelled", ""
            if problem:
                active.problem = TransferError(
                    f"The transfer {record.id} was stopped, but what was sent could not be taken back: {problem}",
                    next_step="Call cancel_transfer again later.",
                )
            record.error = problem
            await active.save()

    def _stop(self, active: ActiveTransfer) -> None:
        # What has arrived is not undone; its registration is let through to its end.
        if not active.record.uploaded:
            active.cancelled = True
            active.scope.cancel()

    async def _cancel_interrupted(self, transfer_id: str) -> TransferRecord:
        self.guard()
        with ExitStack() as held:
            journal = await self._hold(transfer_id, held)
            if journal is None:
                raise TransferError(
                    f"The transfer {transfer_id} is worked on by another server process.",
                    next_step="Cancel it there, or end that process first.",
                )
            record = await self._find(transfer_id)  # it may have ended there just now
            if not (record.ended or record.arrived):
                await self._runner.take_back(record, journal)
                record.state, record.error = "cancelled", ""
                await anyio.to_thread.run_sync(journal.save, asdict(record))
        return record

    async def _settle(self, record: TransferRecord, error: str = "") -> None:
        """Write down how the service's own work on the file ended: well, or with ``error``."""
        record.state, record.error = ("failed" if error else "done"), error
        await anyio.to_thread.run_sync(self._store.write, record)

    # Waiting.

    async def _wait_until_sent(
        self, transfer_id: str, deadline: float, rising: RisingProgress | None, *, cancels: bool
    ) -> ActiveTransfer | None:
        """Wait while there is something to send, here or in another process; take over where that one ends.

        None where it was not sent here.
        """
        while True:
            active = self._active.get(transfer_id)
            if active is None:
                record = await self._find(transfer_id)
                if record.ended or record.arrived:
                    return None
                self.guard()
                with ExitStack() as kept:
                    source = await self._open_source(record.path, kept)
                    active = await self._activate(record, source, kept)
            if active is not None:
                await self._wait(active, deadline, rising, cancels=cancels)
                return active
            if anyio.current_time() + ELSEWHERE_SECONDS > deadline:
                return None
            await anyio.sleep(ELSEWHERE_SECONDS)

    async def _wait(
        self, active: ActiveTransfer, deadline: float, rising: RisingProgress | None, *, cancels: bool
    ) -> None:
        """Until the transfer stops or the time is up."""
        record, started = active.record, anyio.current_time()
        name = plain(show_path(Path(record.path).name), 120)
        active.waiting += cancels
        try:
            with anyio.move_on_at(deadline):
                while not active.stopped.is_set():
                    with anyio.move_on_after(PROGRESS_SECONDS):
                        await active.stopped.wait()
                    if rising is not None:
                        sent, seconds = active.counter.bytes_sent, anyio.current_time() - started
                        text = f"{record.state} {name}: {sent:,} of {record.size_bytes:,} bytes after {seconds:.0f} s"
                        await rising.tell_sent(sent, max(record.size_bytes, 1), text)
        except anyio.get_cancelled_exc_class():
            # The call's transfer goes with it, unless the whole server does.
            if cancels and active.waiting == 1 and not self._ending:
                self._stop(active)
            raise
        finally:
            active.waiting -= cancels

    async def _wait_until_processed(
        self, record: TransferRecord, deadline: float, end: float, rising: RisingProgress | None
    ) -> PollResult:
        """Wait until the service has probed the file, and write down how that ended."""
        name = "RegisterMediaInfo" if record.kind == "media" else "RegisterMediaStream"
        waited = await wait_for(
            self._runner.client,
            get_operation(name),
            arguments={"MediaId": record.media_id, "InputURL": read_address(record)},
            reply={"MediaId": record.media_id},
            seconds=deadline - anyio.current_time(),
            longest_seconds=end - anyio.current_time(),
            progress=None if rising is None else rising.tell_waiting,
        )
        if waited.outcome == "succeeded":
            await self._settle(record)
        elif waited.outcome in ("failed", "not_found"):
            reason = quotable(waited.reason or waited.status, limit=300)
            await self._settle(record, f"the file was sent, but the service cannot use it: {reason}")
        return waited

    async def _describe(self, record: TransferRecord) -> dict[str, Any]:
        active = self._active.get(record.id)
        if active is not None:
            return describe(active.record, sent_bytes=active.counter.bytes_sent)
        if record.ended or record.arrived:
            return describe(record)
        elsewhere = await anyio.to_thread.run_sync(self._store.is_held, record.id)
        return describe(record, interrupted=not elsewhere, elsewhere=elsewhere)


def _can_go_on(error: ImsError) -> bool:
    """Whether the same transfer may succeed later, as it stands."""
    if isinstance(error, UploadError | TransferError):
        return error.resumable or isinstance(error, UploadInterrupted)
    if isinstance(error, ServiceError):
        return error.http_status >= 500 or error.http_status in (401, 403, 429) or "Throttling" in error.code
    return isinstance(error, ConnectionFailed | CredentialsError | LocalImsError)
