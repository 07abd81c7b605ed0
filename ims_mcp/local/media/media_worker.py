"""Media work in processes of their own: a file that hangs, crashes or bloats FFmpeg costs one job, not the server."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import ParamSpec, Self, TypeVar

from ims_mcp.errors import LocalImsError
from ims_mcp.local.isolation import MEMORY_BYTES, settle_in
from ims_mcp.local.media.media_file import UnreadableMedia
from ims_mcp.local.media.picture_jobs import PicturePlan, take_pictures
from ims_mcp.local.media.pictures import PictureOptions, Pictures, make_pictures
from ims_mcp.local.media.playlist import StoredPiece
from ims_mcp.local.media.probe import Probe, probe

T = TypeVar("T")
P = ParamSpec("P")

_JOB_SECONDS = 60.0
_START_SECONDS = 60.0
_CLOSED = "The local IMS is shutting down: the file was not read."

_log = logging.getLogger(__name__)


class MediaWorker:
    """Up to ``max_workers`` child processes, started when first needed; further jobs wait their turn.

    Each process is a pool of its own, so that one that dies takes no other job with it. A job that takes longer than
    ``timeout_seconds``, or whose process dies, raises UnreadableMedia; the next job gets a fresh process. A job that is
    cancelled is stopped; one that is under way at the end of the context raises LocalImsError. The processes end with
    this one, however it ends.
    """

    def __init__(self, *, max_workers: int = 2, timeout_seconds: float = _JOB_SECONDS) -> None:
        self._places = asyncio.Semaphore(max_workers)
        self._timeout_seconds = timeout_seconds
        self._idle: list[_Process] = []
        self._busy: set[_Process] = set()
        self._ending: set[asyncio.Future[None]] = set()
        self._is_open = False

    async def __aenter__(self) -> Self:
        self._is_open = True
        return self

    async def __aexit__(self, *_: object) -> None:
        self._is_open = False
        for process in (*self._busy, *self._idle):
            self._end(process)
        self._busy.clear()
        self._idle.clear()
        while self._ending:
            # A copy: by the time the wait begins, those that have ended have left the set.
            await asyncio.shield(asyncio.wait(set(self._ending)))

    async def probe(self, path: Path, name: str, pieces: Sequence[StoredPiece] = ()) -> Probe:
        """:func:`ims_mcp.local.media.probe.probe`. Raises UnreadableMedia with the reason in plain words."""
        return await self._run(probe, path, name, pieces)

    async def make_pictures(
        self, path: Path, directory: Path, options: PictureOptions, pieces: Sequence[StoredPiece] = ()
    ) -> Pictures:
        """:func:`~ims_mcp.local.media.pictures.make_pictures`. Raises UnreadableMedia if the file cannot be opened."""
        return await self._run(make_pictures, path, directory, options, [piece.path for piece in pieces])

    async def take_pictures(
        self, path: Path, directory: Path, plan: PicturePlan, pieces: Sequence[StoredPiece] = ()
    ) -> tuple[int, tuple[Path, ...]]:
        """:func:`~ims_mcp.local.media.picture_jobs.take_pictures`. Raises UnreadableMedia if there is no picture."""
        return await self._run(take_pictures, path, directory, plan, [piece.path for piece in pieces])

    async def _run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        async with self._places:
            if not self._is_open:
                raise LocalImsError(_CLOSED)
            process = self._take()
            self._busy.add(process)
            keep = False
            try:
                await process.start()
                result = await asyncio.wait_for(process.run(work, *args, **kwargs), self._timeout_seconds)
                keep = True
            except UnreadableMedia:
                keep = True
                raise
            except TimeoutError:
                raise UnreadableMedia(f"The file took longer than {self._timeout_seconds:g} s to read.") from None
            except BrokenProcessPool:
                if not self._is_open:
                    raise LocalImsError(_CLOSED) from None
                raise UnreadableMedia("The process that read the file crashed: the file is damaged.") from None
            except LocalImsError as error:
                raise (error if self._is_open else LocalImsError(_CLOSED)) from None
            except MemoryError:
                limit = f"{MEMORY_BYTES // 1024**2} MiB"
                raise UnreadableMedia(f"The file takes more memory to read than the {limit} it may have.") from None
            except Exception as error:
                # A bug here: this asset fails, and the log says where.
                _log.exception("media job %s failed", work.__name__)
                raise UnreadableMedia(f"The file could not be read ({type(error).__name__}).") from error
            finally:
                # Closing has ended it otherwise.
                if process in self._busy:
                    self._busy.remove(process)
                    if keep:
                        self._idle.append(process)
                    else:
                        self._end(process)
            return result

    def _take(self) -> _Process:
        while self._idle:
            process = self._idle.pop()
            if process.is_alive:
                return process
            # Killed from outside while it waited: no fault of the next file.
            self._end(process)
        return _Process()

    def _end(self, process: _Process) -> None:
        process.kill()
        # In a thread, and not awaited: a cancelled caller could not wait for it.
        ending = asyncio.get_running_loop().run_in_executor(None, process.join)
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)


class _Process:
    """One child process: a pool of one."""

    def __init__(self) -> None:
        # Not forked: FFmpeg's and the server's threads would not survive it.
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(1, context, initializer=_start_child)
        self._child: BaseProcess | None = None

    async def start(self) -> None:
        """Wait until the process takes jobs. Raises LocalImsError where it does not come up."""
        if self._child is not None:
            return
        before = multiprocessing.active_children()
        try:
            ready = self.run(os.getpid)
            # The pool keeps its process to itself, and only a process can be killed.
            self._child = next((child for child in multiprocessing.active_children() if child not in before), None)
            await asyncio.wait_for(ready, _START_SECONDS)
        except (BrokenProcessPool, TimeoutError, OSError) as error:
            raise LocalImsError(
                f"The process that reads media files cannot be started ({type(error).__name__}).",
                next_step="Look at the log for what the process said, and check free memory and process limits.",
            ) from error

    @property
    def is_alive(self) -> bool:
        return self._child is not None and self._child.is_alive()

    def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Future[T]:
        """Start ``work`` in the process."""
        return asyncio.wrap_future(self._pool.submit(work, *args, **kwargs))

    def kill(self) -> None:
        """End the process whatever it does; it keeps nothing that would have to be saved."""
        if self._child is not None:
            self._child.kill()

    def join(self) -> None:
        """Wait until the process is gone and reaped."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _start_child() -> None:
    """What a child does before its first job."""
    parent = multiprocessing.parent_process()
    assert parent is not None and parent.pid is not None
    settle_in(parent.pid)

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
