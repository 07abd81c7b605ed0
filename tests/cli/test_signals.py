"""A signal ends the event loop's sleep, whichever thread it reaches and whenever it comes."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading

import pytest

from ims_mcp.cli.serve import wake_on_signals

PATIENCE_SECONDS = 60.0


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_signal_that_does_not_interrupt_the_sleep_ends_it_all_the_same() -> None:
    """A signal to another thread leaves the main one asleep, as one does that comes just before it goes to sleep."""
    heard: list[str] = []

    async def main() -> None:
        loop, woken, over = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

        def hear(word: str) -> None:
            heard.append(word)
            woken.set()

        def handle(_number: int, _frame: object) -> None:
            loop.call_soon_threadsafe(hear, "signal")

        before = signal.signal(signal.SIGUSR1, handle)
        elsewhere = threading.Thread(target=over.wait)
        elsewhere.start()
        patience = threading.Timer(PATIENCE_SECONDS, loop.call_soon_threadsafe, (hear, "nothing came"))
        patience.start()
        try:
            with wake_on_signals(loop):
                assert elsewhere.ident is not None
                threading.Timer(0.2, signal.pthread_kill, (elsewhere.ident, signal.SIGUSR1)).start()
                await woken.wait()
        finally:
            patience.cancel()
            over.set()
            signal.signal(signal.SIGUSR1, before)

    asyncio.run(main())
    assert heard == ["signal"]
