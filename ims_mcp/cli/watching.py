"""Long work as it is watched: a live bar on a terminal, else now and then a line on stderr."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import anyio

from ims_mcp.cli.terminal import say
from ims_mcp.foreign_text import plain

if TYPE_CHECKING:
    from ims_mcp.cli.views.screen import Screen

LINE_SECONDS = 5.0
"""Between two lines of something that only goes on."""

Watch = Callable[[float, float, str], Awaitable[None]]
"""Called with how much is done, of how much, and what is seen: as a workflow reports it."""


@contextmanager
def watch_wait(screen: Screen | None) -> Generator[Watch]:
    """For work that is polled: seconds waited of seconds allowed."""
    if screen is not None and screen.is_interactive:
        from ims_mcp.cli.views.bars import show_wait

        with show_wait(screen) as watch:
            yield watch
        return

    async def tell(done: float, total: float, message: str) -> None:
        say(f"{done:5.1f} s of {total:.0f} s  {plain(message)}")

    yield tell


@contextmanager
def watch_bytes(screen: Screen | None, name: str) -> Generator[Watch]:
    """For a file on its way, and what the service then does with it."""
    if screen is not None and screen.is_interactive:
        from ims_mcp.cli.views.bars import show_bytes

        with show_bytes(screen, name) as watch:
            yield watch
        return
    last, said = -LINE_SECONDS, ""

    async def tell(_done: float, _total: float, message: str) -> None:
        nonlocal last, said
        now, beginning = anyio.current_time(), message.partition(":")[0]
        state = message if beginning[:1].isupper() else beginning
        if state != said or now - last >= LINE_SECONDS:
            last, said = now, state
            say(plain(message))

    yield tell


@contextmanager
def watch_recording(screen: Screen | None) -> Generator[Watch]:
    """For what has no end that is known: how it stands, and since when."""
    if screen is not None and screen.is_interactive:
        from ims_mcp.cli.views.bars import show_endless

        with show_endless(screen) as watch:
            yield watch
        return
    said = ""

    async def tell(_done: float, _total: float, message: str) -> None:
        nonlocal said
        if message != said:
            said = message
            say(plain(message))

    yield tell
