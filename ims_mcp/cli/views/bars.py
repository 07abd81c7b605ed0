"""Live bars: bytes with their rate and the time that is left, seconds of a wait, and work whose end nobody knows."""

from __future__ import annotations

import math
from collections.abc import Generator
from contextlib import contextmanager

from rich.cells import set_cell_size
from rich.console import RenderableType
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Column
from rich.text import Text

from ims_mcp.cli.views.screen import Screen
from ims_mcp.cli.watching import Watch

_WIDE, _NARROW = 76, 52
_LEAST_BYTES = 1024
"""Less is a sign of life of who sends it, and no progress."""
_ALREADY_THERE = 0.02
"""What arrives before the first look counts as sent now up to this share; more was there before, and is no rate."""


@contextmanager
def show_bytes(screen: Screen, name: str) -> Generator[Watch]:
    """A file on its way. It goes when the block ends: what became of the file is said in its place."""
    known: list[ProgressColumn] = [TaskProgressColumn(), TimeRemainingColumn(compact=True)]
    if screen.width >= _WIDE:
        known[1:1] = [DownloadColumn(), TransferSpeedColumn()]
    elif screen.width >= _NARROW:
        known[1:1] = [TransferSpeedColumn()]
    shown = _fit_name(screen, name)
    with _run(screen, _name_column(screen), BarColumn(None), *map(_WhereKnown, known)) as progress:
        task = progress.add_task(shown, total=None)
        phase = ""

        async def watch(done: float, total: float, message: str) -> None:
            nonlocal phase, task
            # An operation's name stands before the state of what has arrived, and is looked at: no end is known.
            now = "arrived" if message[:1].isupper() else "sent" if done >= _LEAST_BYTES else ""
            if now != phase:
                phase = now
                progress.remove_task(task)
                there = done if done > total * _ALREADY_THERE else 0
                is_sent = now == "sent"
                called = shown if now != "arrived" else f"{shown} {screen.signs.arrow} looked at"
                task = progress.add_task(
                    called, total=total if is_sent else None, completed=math.floor(there) if is_sent else 0
                )
            if now == "sent" and (done - progress.tasks[0].completed >= _LEAST_BYTES or done >= total):
                progress.update(task, total=total, completed=min(done, total))

        yield watch


@contextmanager
def show_wait(screen: Screen) -> Generator[Watch]:
    """Seconds that were waited, of those that will be at most."""
    state = Column(overflow="ellipsis", no_wrap=True, ratio=1)
    columns = [_spinner(screen), TextColumn("{task.description}", markup=False, table_column=state)]
    with _run(screen, *columns, BarColumn(max(8, screen.width // 4)), TimeElapsedColumn()) as progress:
        task: TaskID | None = None

        async def watch(done: float, total: float, message: str) -> None:
            nonlocal task
            if task is None:
                task = progress.add_task("", total=total)
            progress.update(task, total=total, completed=done, description=screen.fit(message))

        yield watch


@contextmanager
def show_endless(screen: Screen) -> Generator[Watch]:
    """How something stands that goes on until it is over."""
    state = Column(overflow="ellipsis", no_wrap=True, ratio=1)
    columns = [_spinner(screen), TextColumn("{task.description}", markup=False, table_column=state)]
    with _run(screen, *columns, BarColumn(max(8, screen.width // 4)), TimeElapsedColumn()) as progress:
        task = progress.add_task("", total=None)

        async def watch(_done: float, _total: float, message: str) -> None:
            progress.update(task, description=screen.fit(message))

        yield watch


class _WhereKnown(ProgressColumn):
    """A column of something that has an end; of what has none it says nothing."""

    def __init__(self, column: ProgressColumn) -> None:
        super().__init__()
        self._column = column

    def render(self, task: Task) -> RenderableType:
        return "" if task.total is None else self._column(task)


def _run(screen: Screen, *columns: ProgressColumn) -> Progress:
    return Progress(*columns, console=screen, transient=True, expand=True, refresh_per_second=8)


def _spinner(screen: Screen) -> SpinnerColumn:
    return SpinnerColumn(screen.signs.spinner, style="label")


def _name_column(screen: Screen) -> TextColumn:
    return TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True))


def _fit_name(screen: Screen, name: str) -> str:
    """At most a third of the line, with its end, which tells files apart."""
    room = max(10, screen.width // 3)
    text = Text(screen.fit(name))
    if text.cell_len <= room:
        return text.plain
    tail = 6
    head = set_cell_size(text.plain, room - tail - len(screen.signs.more)).rstrip()
    return f"{head}{screen.signs.more}{text.plain[-tail:]}"
