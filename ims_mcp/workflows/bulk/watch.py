"""What is wanted of a job, as it is said now: looked at a few times a second while shards are worked on."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import Self

import anyio
import anyio.abc

from ims_mcp.errors import ImsError
from ims_mcp.workflows.bulk.control import read_control
from ims_mcp.workflows.bulk.job import Control
from ims_mcp.workflows.bulk.place import JobPlace

LOOK_SECONDS = 0.25

logger = logging.getLogger("ims_mcp.workflows.bulk")


class ControlWatch:
    """Async context manager. A place that is away for a while changes nothing: what was wanted last, is."""

    def __init__(self, place: JobPlace) -> None:
        self._place = place
        self._tasks: anyio.abc.TaskGroup | None = None
        self.current = Control()

    async def __aenter__(self) -> Self:
        self.current = await read_control(self._place) or Control()
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        self._tasks.start_soon(self._look)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        assert self._tasks is not None
        self._tasks.cancel_scope.cancel()
        if isinstance(error, Exception):
            # An error of the block is not one of the tasks: it goes on as it is, not inside a group.
            await self._tasks.__aexit__(None, None, None)
            return None
        return await self._tasks.__aexit__(kind, error, trace)

    async def _look(self) -> None:
        while True:
            await anyio.sleep(LOOK_SECONDS)
            try:
                self.current = await read_control(self._place) or Control()
            except ImsError as error:
                logger.warning("what is wanted of a job cannot be read: %s", error)
