"""Pages of a server on stdio, of which nothing is imported before one is needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

import anyio
import anyio.abc

if TYPE_CHECKING:
    from ims_mcp.server.http.loopback_pages import LoopbackPages
    from ims_mcp.server.http.pages import PageSet


class StdioPages:
    """Async context manager; a page host (:class:`ims_mcp.server.page_host.PageHost`)."""

    def __init__(self, list_sets: Callable[[], Sequence[PageSet]]) -> None:
        self._list_sets = list_sets
        self._pages: LoopbackPages | None = None
        self._opening = anyio.Lock()
        self._tasks = anyio.create_task_group()

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        self._tasks.cancel_scope.cancel()
        return await self._tasks.__aexit__(kind, error, trace)

    async def open_for(self, seconds: float) -> str:
        """See :class:`ims_mcp.server.page_host.PageHost`."""
        async with self._opening:
            pages = self._pages = self._pages or await self._tasks.start(self._hold)
        return await pages.open_for(seconds)

    async def _hold(self, *, task_status: anyio.abc.TaskStatus[LoopbackPages]) -> None:
        from ims_mcp.server.http.loopback_pages import LoopbackPages

        async with LoopbackPages(self._list_sets()) as pages:
            task_status.started(pages)
            await anyio.sleep_forever()
