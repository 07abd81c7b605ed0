"""Work beside the requests ends when it is told to, and one failure takes nothing else along."""

from __future__ import annotations

import asyncio
import logging

import pytest

from ims_mcp.local.background import BackgroundTasks

pytestmark = pytest.mark.anyio


async def _hold(release: asyncio.Event, ended: list[str]) -> None:
    try:
        await release.wait()
    finally:
        ended.append("work")


async def test_a_caller_that_is_cancelled_while_it_waits_leaves_nothing_running() -> None:
    tasks, ended = BackgroundTasks(), list[str]()
    tasks.start(_hold(asyncio.Event(), ended), "work")
    waiting = asyncio.create_task(tasks.join())
    await asyncio.sleep(0)  # a turn, in which it begins to wait
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert ended == ["work"]


async def test_a_failure_is_logged_by_name_and_the_rest_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise ValueError("broken")

    tasks, ended, release = BackgroundTasks(), list[str](), asyncio.Event()
    tasks.start(_hold(release, ended), "work")
    with caplog.at_level(logging.ERROR), pytest.raises(ValueError, match="broken"):
        await tasks.start(fail(), "the broken one")
    release.set()
    await tasks.join()
    assert ended == ["work"]
    assert [record.message for record in caplog.records] == ["the broken one failed"]
