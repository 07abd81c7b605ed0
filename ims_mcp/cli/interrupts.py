"""Ctrl-C of a command that keeps what it has done: the first one ends it in good order, a second one at once."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

import anyio

from ims_mcp.cli.endings import END_SECONDS, INTERRUPTED, end_within

_ASK_TO_END = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
_ENDED_BY_SIGNAL = 128


@dataclass(slots=True)
class Interrupt:
    """``exit_code`` is 0 until somebody asks the command to end."""

    exit_code: int = 0


@contextmanager
def end_on_signals(prepare: Callable[[], None]) -> Generator[Interrupt]:
    """The first signal that asks to end calls ``prepare`` and cancels the block, which then ends as if it were done.

    For the main thread, in a running loop.
    """
    loop, found = asyncio.get_running_loop(), Interrupt()

    def end(number: int) -> None:
        if found.exit_code:
            if number == signal.SIGINT:
                os._exit(INTERRUPTED)
            return
        found.exit_code = INTERRUPTED if number == signal.SIGINT else _ENDED_BY_SIGNAL + number
        end_within(END_SECONDS, found.exit_code)
        prepare()
        scope.cancel()

    with anyio.CancelScope() as scope:
        undo = [_take(loop, number, end) for number in _list_signals()]
        try:
            yield found
        finally:
            for give_back in undo:
                give_back()


def _list_signals() -> list[int]:
    numbers = [getattr(signal, name) for name in _ASK_TO_END if hasattr(signal, name)]
    return [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]


def _take(loop: asyncio.AbstractEventLoop, number: int, end: Callable[[int], None]) -> Callable[[], object]:
    """Have ``end`` called in the loop; returns what undoes that."""
    before = signal.getsignal(number)
    try:
        loop.add_signal_handler(number, end, number)
    except NotImplementedError:  # Windows, whose loop is woken by any signal
        signal.signal(number, lambda number, _frame: loop.call_soon_threadsafe(end, number))
        return lambda: signal.signal(number, before)

    def give_back() -> None:
        loop.remove_signal_handler(number)
        signal.signal(number, before)

    return give_back
