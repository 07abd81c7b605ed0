"""All transfers of one server: started, followed, picked up again, cancelled; each at most once at a time."""

from __future__ import annotations

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

from ims_mcp.client.oss import UploadError
from ims_mcp.errors import ImsError, Refused
from ims_mcp.workflows.local_files import LocalFile, UploadRules
from ims_mcp.workflows.transfers.steps import Hooks, TransferSteps
from ims_mcp.workflows.transfers.transfer import Journal, Transfer, TransferError
from ims_mcp.workflows.waiting import Progress

PROGRESS_SECONDS = 0.5
# A call that is cancelled takes its transfer with it, unless the whole server is going: then it is left to be resumed.
CANCEL_GRACE_SECONDS = 0.2
CLEAN_UP_SECONDS = 10.0


@dataclass(slots=True)
class Running:
    """A transfer that this process works on."""

    transfer: Transfer
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    stopped: anyio.Event = field(default_factory=anyio.Event)
    sent_bytes: int = 0
    cancelled: bool = False


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

    async def __aenter__(self) -> Self:
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        assert self._tasks is not None
        self._tasks.cancel_scope.cancel()
        if isinstance(error, Exception):
            # An error of the block is not the tasks': it goes on as it is, not inside a group.
            await self._tasks.__aexit__(None, None, None)
            return None
        return await self._tasks.__aexit__(kind, error, trace)

    async def start(self, kind: str, path: str, destination: str, arguments: dict[str, Any]) -> Running:
        """Begin a transfer, or pick up the one there is for the same file, place and arguments."""
        self._guard()
        file = await anyio.to_thread.run_sync(self._rules.allowed, path)
        wish = Transfer(
            kind="media" if kind == "media" else "stream",
            service=self._service,
            path=str(file.path),
            size_bytes=file.size_bytes,
            modified_ns=file.modified_ns,
            destination=destination,
            arguments=arguments,
            created=self._clock(),
        )
        async with self._starting:
            known = await anyio.to_thread.run_sync(self._journal.all)
            same = next((t for t in known if not t.ended and t.same_wish(wish)), None)
            if same is not None and same.id in self._running:
                return self._running[same.id]
            transfer = same or wish
            if same is None:
                await self._save(transfer)
            return await self._begin(transfer, file)

    async def find(self, transfer_id: str) -> Transfer:
        """The transfer as it stands. Raises TransferError where there is none."""
        running = self._running.get(transfer_id)
        return running.transfer if running else await anyio.to_thread.run_sync(self._journal.read, transfer_id)

    async def all(self) -> list[Transfer]:
        """Those of this service, newest first."""
        known = await anyio.to_thread.run_sync(self._journal.all)
        ours = [transfer for transfer in known if transfer.service == self._service]
        return [self._running[t.id].transfer if t.id in self._running else t for t in ours]

    def running(self, transfer_id: str) -> Running | None:
        return self._running.get(transfer_id)

    async def resume(self, transfer_id: str) -> Running | None:
        """Go on with an interrupted transfer; None where it has nothing left to send."""
        async with self._starting:
            if transfer_id in self._running:
                return self._running[transfer_id]
            transfer = await self.find(transfer_id)
            if transfer.ended or transfer.state == "processing":
                return None
            if transfer.service != self._service:
                raise TransferError(
                    f"The transfer {transfer_id} belongs to {transfer.service}, and this server uses {self._service}.",
                    next_step="Ask a server that is set up for that one.",
                )
            self._guard()
            file = await anyio.to_thread.run_sync(self._rules.allowed, transfer.path)
            return await self._begin(transfer, file)

    async def wait(self, running: Running, seconds: float, progress: Progress | None = None) -> None:
        """Until the transfer stops or the time is up. If this call is cancelled, so is the transfer."""
        started = anyio.current_time()
        try:
            with anyio.move_on_after(seconds):
                while not running.stopped.is_set():
                    with anyio.move_on_after(PROGRESS_SECONDS):
                        await running.stopped.wait()
                    if progress is not None:
                        await progress(*self._progress(running, anyio.current_time() - started))
        except anyio.get_cancelled_exc_class():
            if self._tasks is not None:
                self._tasks.start_soon(self._cancel_soon, running)
            raise

    async def cancel(self, transfer_id: str) -> Transfer:
        """Stop it, take back what lies half sent, and remember that. Ended ones stay as they are."""
        running = self._running.get(transfer_id)
        if running is not None:
            running.cancelled = True
            running.scope.cancel()
            await running.stopped.wait()
            return running.transfer
        transfer = await self.find(transfer_id)
        if transfer.ended or transfer.state == "processing":
            return transfer
        self._guard()
        with ExitStack() as held:
            if not held.enter_context(self._journal.held(transfer_id)):
                raise TransferError(
                    f"The transfer {transfer_id} is worked on by another server process.",
                    next_step="Cancel it there, or end that process first.",
                )
            await self._steps.take_back(transfer)
            transfer.state = "cancelled"
            await self._save(transfer)
        return transfer

    async def settle(self, transfer: Transfer, state: str, error: str = "") -> None:
        """Write down how the service's own work on the file ended."""
        transfer.state = "done" if state == "done" else "failed"
        transfer.error = error
        await self._save(transfer)

    def _guard(self) -> None:
        # A bucket of the user's own is written to past the client, so past its guard.
        if self._read_only:
            raise Refused(
                "Nothing was sent: this server is in read-only mode.",
                next_step="Only the person who runs the server can change that.",
            )

    async def _begin(self, transfer: Transfer, file: LocalFile) -> Running:
        assert self._tasks is not None
        running = Running(transfer)
        self._running[transfer.id] = running
        transfer.error = ""
        self._tasks.start_soon(self._work, running, file)
        return running

    async def _work(self, running: Running, file: LocalFile) -> None:
        transfer = running.transfer
        try:
            with ExitStack() as held:
                if not held.enter_context(self._journal.held(transfer.id)):
                    transfer.error = "another server process works on it"
                    return
                with running.scope:
                    await self._steps.run(transfer, file, self._hooks(running))
                if running.cancelled:
                    await self._cancelled(transfer)
        except ImsError as error:
            await self._failed(transfer, error)
        finally:
            self._running.pop(transfer.id, None)
            running.stopped.set()

    async def _cancelled(self, transfer: Transfer) -> None:
        # The uploader has aborted what it was sending; what is left is to remember it.
        transfer.state = "cancelled"
        with anyio.CancelScope(shield=True), anyio.move_on_after(CLEAN_UP_SECONDS):
            await self._save(transfer)

    async def _failed(self, transfer: Transfer, error: ImsError) -> None:
        transfer.error = error.explain()
        # What can go on is left as it stands: the same call, or transfer_status with its id, picks it up.
        if not (isinstance(error, UploadError) and error.resumable):
            transfer.state = "failed"
        await self._save(transfer)

    async def _cancel_soon(self, running: Running) -> None:
        await anyio.sleep(CANCEL_GRACE_SECONDS)
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
        name = Path(transfer.path).name
        text = f"{transfer.state} {name}: {running.sent_bytes:,} of {transfer.size_bytes:,} bytes after {seconds:.0f} s"
        return running.sent_bytes, size, text

    async def _save(self, transfer: Transfer) -> None:
        await anyio.to_thread.run_sync(self._journal.write, transfer)
