"""All transfers of one server: started, followed, picked up again, cancelled; each at most once at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import anyio
import anyio.abc
import anyio.to_thread

from ims_mcp.client.oss import Source, TransferRefused, UploadError, UploadInterrupted, show_path
from ims_mcp.errors import ConnectionFailed, CredentialsError, ImsError, LocalImsError, Refused, ServiceError
from ims_mcp.foreign_text import plain
from ims_mcp.workflows.local_files import UploadRules
from ims_mcp.workflows.transfers.steps import Hooks, TransferSteps
from ims_mcp.workflows.transfers.transfer import VOD, Journal, Transfer, TransferError, own_place
from ims_mcp.workflows.waiting import Progress

PROGRESS_SECONDS = 0.5
# Where the transport does not tell that the server ends, a call that is cancelled may be the first sign of it.
CANCEL_GRACE_SECONDS = 0.2
CLEAN_UP_SECONDS = 10.0

logger = logging.getLogger("ims_mcp.workflows.transfers")


@dataclass(slots=True)
class Running:
    """A transfer that this process works on."""

    transfer: Transfer
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    stopped: anyio.Event = field(default_factory=anyio.Event)
    sent_bytes: int = 0
    cancelled: bool = False
    waiting: int = 0
    """Calls that take the transfer with them when they are cancelled, unless another one waits, too."""
    elsewhere: bool = False
    """Another process works on it: this one has stopped before it did anything."""
    problem: ImsError | None = None
    """Why it stopped before its end."""


class Transfers:
    """Async context manager; transfers that run when it ends are interrupted and can be picked up again."""

    def __init__(
        self,
        steps: TransferSteps,
        rules: UploadRules,
        journal: Journal,
        *,
        service: str,
        read_only: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._steps = steps
        self._rules = rules
        self._journal = journal
        self._service = service
        self._read_only = read_only
        self._clock = clock
        self._running: dict[str, Running] = {}
        self._tasks: anyio.abc.TaskGroup | None = None
        self._starting = anyio.Lock()
        self._ending = False

    async def __aenter__(self) -> Self:
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        assert self._tasks is not None
        self.end()
        self._tasks.cancel_scope.cancel()
        if isinstance(error, Exception):
            # An error of the block is not the tasks': it goes on as it is, not inside a group.
            await self._tasks.__aexit__(None, None, None)
            return None
        return await self._tasks.__aexit__(kind, error, trace)

    def end(self) -> None:
        """The server ends: a call that is cancelled from now on leaves its transfer, which is then resumed later.

        To be called before the first call is cancelled for that reason, however long the end then takes.
        """
        self._ending = True

    async def start(self, kind: str, path: str, destination: str, arguments: dict[str, Any]) -> Transfer:
        """Begin a transfer, or pick up the one there is for the same file, place and arguments.

        One that has arrived is returned as it is, unless what it made was deleted since. Raises ImsError.
        """
        self._guard()
        with ExitStack() as kept:
            source = await self._opened(path, kept)
            wish = Transfer(
                kind="media" if kind == "media" else "stream",
                service=self._service,
                path=str(source.path),
                size_bytes=source.size,
                modified_ns=source.identity.mtime_ns,
                inode=source.identity.inode,
                destination=destination,
                arguments=arguments,
                created=self._clock(),
            )
            if destination != VOD:
                own_place(destination, wish.path)
            transfer = await anyio.to_thread.run_sync(self._journal.enter, wish)
            if transfer.arrived:
                if not await self._steps.is_gone(transfer):
                    return transfer
                await self.settle(transfer, "what was made of the file has been deleted since")
                transfer = await anyio.to_thread.run_sync(self._journal.enter, wish)
            return (await self._go_on(transfer, source, kept)).transfer

    async def find(self, transfer_id: str) -> Transfer:
        """The transfer as it stands. Raises TransferError where there is none, or it is one of another service."""
        running = self._running.get(transfer_id)
        if running is not None:
            return running.transfer
        transfer = await anyio.to_thread.run_sync(self._journal.read, transfer_id)
        if transfer.service != self._service:
            raise TransferError(
                f"The transfer {transfer_id} belongs to {show_path(transfer.service)}, and this server uses "
                f"{show_path(self._service)}.",
                next_step="Ask a server that is set up for that one.",
            )
        return transfer

    async def all(self) -> list[Transfer]:
        """Those of this service, newest first."""
        known = await anyio.to_thread.run_sync(self._journal.all)
        ours = [transfer for transfer in known if transfer.service == self._service]
        return [self._running[t.id].transfer if t.id in self._running else t for t in ours]

    def running(self, transfer_id: str) -> Running | None:
        return self._running.get(transfer_id)

    async def held_elsewhere(self, transfer_id: str) -> bool:
        """Whether another process works on it."""
        here = transfer_id in self._running
        return not here and await anyio.to_thread.run_sync(self._journal.held_elsewhere, transfer_id)

    async def resume(self, transfer_id: str) -> Running | None:
        """Go on with an interrupted transfer; None where it has nothing left to send."""
        transfer = await self.find(transfer_id)
        if transfer.ended or transfer.arrived:
            return None
        self._guard()
        with ExitStack() as kept:
            source = await self._opened(transfer.path, kept)
            return await self._go_on(transfer, source, kept)

    async def wait(
        self, running: Running, seconds: float, progress: Progress | None = None, *, cancels: bool = False
    ) -> None:
        """Until the transfer stops or the time is up. ``cancels``: if this call is cancelled, so is the transfer."""
        started = anyio.current_time()
        running.waiting += cancels
        try:
            with anyio.move_on_after(seconds):
                while not running.stopped.is_set():
                    with anyio.move_on_after(PROGRESS_SECONDS):
                        await running.stopped.wait()
                    if progress is not None:
                        await progress(*self._progress(running, anyio.current_time() - started))
        except anyio.get_cancelled_exc_class():
            # The call's transfer goes with it, unless the whole server does.
            if cancels and running.waiting == 1 and not self._ending and self._tasks is not None:
                self._tasks.start_soon(self._cancel_soon, running)
            raise
        finally:
            running.waiting -= cancels

    async def cancel(self, transfer_id: str) -> Transfer:
        """Stop it, take back what lies half sent, and remember that. What has arrived stays as it is.

        Raises ImsError where something may be left behind: then it can be cancelled again.
        """
        running = self._running.get(transfer_id)
        if running is not None:
            self._stop(running)
            if running.cancelled:
                await running.stopped.wait()
                if running.problem is not None:
                    raise running.problem
            return running.transfer
        transfer = await self.find(transfer_id)
        if transfer.ended or transfer.arrived:
            return transfer
        self._guard()
        with ExitStack() as held:
            if not await anyio.to_thread.run_sync(held.enter_context, self._journal.held(transfer_id)):
                raise TransferError(
                    f"The transfer {transfer_id} is worked on by another server process.",
                    next_step="Cancel it there, or end that process first.",
                )
            transfer = await self.find(transfer_id)  # it may have ended there just now
            if not (transfer.ended or transfer.arrived):
                await self._steps.take_back(transfer)
                transfer.state, transfer.error = "cancelled", ""
                await self._save(transfer)
        return transfer

    async def settle(self, transfer: Transfer, error: str = "") -> None:
        """Write down how the service's own work on the file ended: well, or with ``error``."""
        transfer.state = "failed" if error else "done"
        transfer.error = error
        await self._save(transfer)

    def _guard(self) -> None:
        # A bucket of the user's own is written to past the client, so past its guard.
        if self._read_only:
            raise Refused(
                "Nothing was sent: this server is in read-only mode.",
                next_step="Only the person who runs the server can change that.",
            )

    async def _opened(self, path: str, kept: ExitStack) -> Source:
        """The file, open for as long as ``kept`` is. It is opened this once, before anybody is asked anything."""
        return await anyio.to_thread.run_sync(lambda: kept.enter_context(self._rules.open(path)))

    async def _go_on(self, transfer: Transfer, source: Source, kept: ExitStack) -> Running:
        """Set the transfer to work, unless it is; ``kept``, which holds the source open, is then emptied."""
        assert self._tasks is not None
        async with self._starting:
            if transfer.id in self._running:
                return self._running[transfer.id]
            running = Running(transfer)
            alone = await anyio.to_thread.run_sync(kept.enter_context, self._journal.held(transfer.id))
            running.elsewhere = not alone
            if alone:
                # It may have been brought further, or to its end, since it was read.
                running.transfer = await anyio.to_thread.run_sync(self._journal.read, transfer.id)
            if not alone or running.transfer.ended or running.transfer.arrived:
                running.stopped.set()
                return running
            self._running[transfer.id] = running
            self._tasks.start_soon(self._work, running, source, kept.pop_all())
            return running

    async def _work(self, running: Running, source: Source, kept: ExitStack) -> None:
        transfer = running.transfer
        try:
            with kept:
                transfer.error = ""
                await self._run(running, source)
        except ImsError as error:
            running.problem = error
        except Exception as error:
            logger.exception("a transfer stopped unexpectedly", extra={"transfer": transfer.id})
            running.problem = TransferError(
                f"This server failed inside ({type(error).__name__}), which is a bug in it."
            )
        finally:
            self._running.pop(transfer.id, None)
            running.stopped.set()

    async def _run(self, running: Running, source: Source) -> None:
        transfer = running.transfer
        try:
            with running.scope:
                await self._steps.run(transfer, source, self._hooks(running))
        except ImsError as error:
            await self._failed(running, error)
        if running.scope.cancelled_caught:
            await self._cancelled(running)

    async def _cancelled(self, running: Running) -> None:
        transfer = running.transfer
        problem = "OSS did not answer in time"
        with anyio.CancelScope(shield=True):
            with anyio.move_on_after(CLEAN_UP_SECONDS):
                try:
                    # The uploader has aborted what it was sending, as a rule.
                    await self._steps.take_back(transfer)
                except ImsError as error:
                    problem = error.explain()
                else:
                    transfer.state, problem = "cancelled", ""
            if problem:
                running.problem = TransferError(
                    f"The transfer {transfer.id} was stopped, but what was sent could not be taken back: {problem}",
                    next_step="Call cancel_transfer again later.",
                )
            transfer.error = problem
            await self._save(transfer)

    async def _failed(self, running: Running, error: ImsError) -> None:
        transfer, running.problem = running.transfer, error
        transfer.error = error.explain()
        # What can go on is left as it stands: the same call, or transfer_status with its id, picks it up. An asset in
        # VOD storage may have been created without our hearing of it: creating it is not done again.
        # A key that cannot be one stays so.
        begun = bool(transfer.target) or (transfer.destination != VOD and not isinstance(error, TransferRefused))
        if not (begun and _can_go_on(error)):
            transfer.state = "failed"
        await self._save(transfer)
        if transfer.state == "failed":
            with anyio.move_on_after(CLEAN_UP_SECONDS):
                try:
                    await self._steps.take_back(transfer)
                except ImsError as left:
                    logger.warning("what a failed transfer sent may be left", extra={"reason": type(left).__name__})

    async def _cancel_soon(self, running: Running) -> None:
        await anyio.sleep(CANCEL_GRACE_SECONDS)
        if not self._ending:
            self._stop(running)

    def _stop(self, running: Running) -> None:
        # What has arrived is not undone; its registration is let through to its end.
        if not running.transfer.uploaded:
            running.cancelled = True
            running.scope.cancel()

    def _hooks(self, running: Running) -> Hooks:
        async def sent(done: int, _total: int) -> None:
            running.sent_bytes = done

        # Stopped by its user it is taken back; stopped because the server ends, it is kept to be resumed.
        return Hooks(save=self._save, sent=sent, keep=lambda: not running.cancelled)

    def _progress(self, running: Running, seconds: float) -> tuple[float, float, str]:
        transfer = running.transfer
        size = max(transfer.size_bytes, 1)
        name = plain(show_path(Path(transfer.path).name), 120)
        text = f"{transfer.state} {name}: {running.sent_bytes:,} of {transfer.size_bytes:,} bytes after {seconds:.0f} s"
        return running.sent_bytes, size, text

    async def _save(self, transfer: Transfer) -> None:
        await anyio.to_thread.run_sync(self._journal.write, transfer)


def _can_go_on(error: ImsError) -> bool:
    """Whether the same transfer may succeed later, as it stands."""
    if isinstance(error, UploadError):
        # Refused: its checkpoint could not be written, as a rule.
        return error.resumable or isinstance(error, UploadInterrupted | TransferRefused)
    if isinstance(error, TransferError):
        return error.resumable
    if isinstance(error, ServiceError):
        return error.http_status >= 500 or error.http_status in (401, 403, 429) or "Throttling" in error.code
    return isinstance(error, ConnectionFailed | CredentialsError | LocalImsError)
