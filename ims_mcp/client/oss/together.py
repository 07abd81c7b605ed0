"""Several pieces of work at once, of which the first to fail ends the others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

import anyio

Work = Callable[[], Awaitable[None]]


async def together(works: Iterable[Work]) -> None:
    """Returns when all are done; raises the first error as it is, outside of any group."""
    failures: list[Exception] = []
    async with anyio.create_task_group() as group:

        async def guarded(work: Work) -> None:
            try:
                await work()
            except Exception as error:
                failures.append(error)
                group.cancel_scope.cancel()

        for work in works:
            group.start_soon(guarded, work)
    if failures:
        raise failures[0]
