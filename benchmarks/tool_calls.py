"""Tool calls per second through a server over stdio, 64 at once over a service of 30 ms, and how late its loop gets."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import anyio
from mcp import Client, StdioServerParameters

from benchmarks.child import ACCESS_KEY_ID, ACCESS_KEY_SECRET, ROOT, Child, environment
from benchmarks.lateness import Window, percentile_99
from benchmarks.rows import Effort, Row, bounded, compared
from tests.bodies.media_info import MEDIA_ID

LATENCY_MS = 30
RATE_AT_LEAST = 15.0
DELAY_AT_MOST_MS = 50.0
# What each call of those at once is repeated in one turn; a turn takes a few seconds.
_ROUNDS = {"measured_server": 18, "blocking_server": 2}


def rows(effort: Effort) -> list[Row]:
    """Two rows: the rate and the delay of the event loop, beside a server that blocks its loop."""
    with tempfile.TemporaryDirectory() as directory:
        home = Path(directory)
        with Child("benchmarks.loopback_service", directory, str(LATENCY_MS), env=environment(home)) as service:
            ready = service.read()
            env = environment(
                home,
                SSL_CERT_FILE=ready["ca"],
                ALIBABA_CLOUD_ACCESS_KEY_ID=ACCESS_KEY_ID,
                ALIBABA_CLOUD_ACCESS_KEY_SECRET=ACCESS_KEY_SECRET,
            )
            windows = anyio.run(_measured, home, ready["endpoints"][0], env, effort)
        rate = {
            name: statistics.median(_calls(name, effort) / (end - begin) for begin, end in turns)
            for name, turns in windows.items()
        }
        delay_ms = {name: percentile_99(home / name, turns) * 1000 for name, turns in windows.items()}
    where = f"{LATENCY_MS} ms service, {effort.at_once} at once, beside a blocking server"
    ours, theirs = windows
    return [
        compared(f"tool calls, {where}", rate[ours], rate[theirs], "/s", at_least=RATE_AT_LEAST),
        bounded(f"event loop delay p99, {where}", delay_ms[ours], delay_ms[theirs], "ms", at_most=DELAY_AT_MOST_MS),
    ]


def _calls(name: str, effort: Effort) -> int:
    return effort.at_once * effort.calls(_ROUNDS[name])


async def _measured(home: Path, endpoint: str, env: dict[str, str], effort: Effort) -> dict[str, list[Window]]:
    """The turns of each server, taken alternately."""
    windows: dict[str, list[Window]] = {name: [] for name in _ROUNDS}
    async with AsyncExitStack() as stack:
        clients = {
            name: await stack.enter_async_context(
                Client(
                    StdioServerParameters(
                        command=sys.executable,
                        args=["-m", f"benchmarks.{name}", endpoint, str(home / name)],
                        env=env,
                        cwd=ROOT,
                    )
                )
            )
            for name in windows
        }
        for client in clients.values():
            await _turn(client, effort.at_once, effort.at_once)  # opens the connections
        for _ in range(effort.repetitions):
            for name, client in clients.items():
                windows[name].append(await _turn(client, _calls(name, effort), effort.at_once))
    return windows


async def _turn(client: Client, count: int, at_once: int) -> Window:
    tickets = iter(range(count))

    async def worker() -> None:
        for _ in tickets:
            result = await client.call_tool("get_media_info", {"MediaId": MEDIA_ID})
            if result.is_error:
                raise RuntimeError(f"a tool call failed: {result.content}")

    began = time.monotonic()
    async with anyio.create_task_group() as group:
        for _ in range(at_once):
            group.start_soon(worker)
    return began, time.monotonic()
