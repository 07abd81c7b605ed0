"""Work that goes on beside the requests: started at once, stopped together and within a bound, its errors logged."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

_STOP_SECONDS = 20.0
_log = logging.getLogger(__name__)


class BackgroundTasks:
    """A set of tasks. One that fails is logged under its name and takes no other with it."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Returns at once; ``name`` says in the log what the work is about."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    async def join(self) -> None:
        """Returns when all of it has ended; a caller that is cancelled meanwhile stops it first."""
        try:
            while self._tasks:
                await asyncio.wait(set(self._tasks))
        except asyncio.CancelledError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Cancel what runs and wait until it has ended; what does not end in time is logged and left."""
        running = set(self._tasks)
        for task in running:
            task.cancel()
        if running:
            _, left = await asyncio.wait(running, timeout=_STOP_SECONDS)
            for task in left:
                _log.error("%s did not stop within %g s", task.get_name(), _STOP_SECONDS)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("%s failed", task.get_name(), exc_info=error)
