"""How late a server's event loop gets while ten scripts run, of which two do nothing but compute and print, and what
a script costs beside the same calls as tools."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from mcp import Client, StdioServerParameters

from benchmarks.child import ACCESS_KEY_ID, ACCESS_KEY_SECRET, ROOT, Child, environment
from benchmarks.lateness import Window, percentile_99
from benchmarks.rows import Effort, Row, bounded, compared
from tests.bodies.media_info import MEDIA_ID

LATENCY_MS = 30
DELAY_AT_MOST_MS = 50.0
SCRIPTS = 10
_READS = 20
_CALLING = f"""
import asyncio
import ims
total = 0
for turn in range({{turns}}):
    infos = await asyncio.gather(*[ims.get_media_info(MediaId="{MEDIA_ID}") for i in range({_READS})])
    total += len(infos)
total
"""
_COMPUTING = "count = 0\nwhile True: count += 1"
_PRINTING = "for i in range(200000): print(i)"


def rows(effort: Effort) -> list[Row]:
    """The delay of the loop, and the time of a script beside that of tool calls."""
    with tempfile.TemporaryDirectory() as directory:
        home = Path(directory)
        with Child("benchmarks.loopback_service", directory, str(LATENCY_MS), env=environment(home)) as service:
            ready = service.read()
            env = environment(
                home,
                SSL_CERT_FILE=ready["ca"],
                ALIBABA_CLOUD_ACCESS_KEY_ID=ACCESS_KEY_ID,
                ALIBABA_CLOUD_ACCESS_KEY_SECRET=ACCESS_KEY_SECRET,
                IMS_MCP_TOOLSETS="core,script",
            )
            measured = anyio.run(_measure, home, ready["endpoints"][0], env, effort)
        with_scripts, with_tools = (percentile_99(home / "late", each) * 1000 for each in measured.windows)
    return [
        bounded(
            f"event loop delay p99, {SCRIPTS} scripts at once, beside as many tool calls at once",
            with_scripts,
            with_tools,
            "ms",
            at_most=DELAY_AT_MOST_MS,
        ),
        compared(
            f"a script of {_READS} reads, beside {_READS} tool calls one by one",
            statistics.median(measured.as_script),
            statistics.median(measured.as_tools),
            "ms",
        ),
        bounded("a script that calls nothing, to its answer", statistics.median(measured.trivial), None, "ms"),
    ]


@dataclass(frozen=True, slots=True)
class _Measured:
    windows: tuple[list[Window], list[Window]] = field(default_factory=lambda: ([], []))
    """Of scripts, and of tool calls."""
    as_script: list[float] = field(default_factory=list[float])
    as_tools: list[float] = field(default_factory=list[float])
    trivial: list[float] = field(default_factory=list[float])


async def _measure(home: Path, endpoint: str, env: dict[str, str], effort: Effort) -> _Measured:
    measured = _Measured()
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "benchmarks.measured_server", endpoint, str(home / "late")],
        env=env,
        cwd=ROOT,
    )
    async with Client(parameters) as client:
        await _run(client, _CALLING.format(turns=1))  # opens the connections
        for _ in range(effort.repetitions):
            measured.windows[0].append(await _run_many(client, effort))
            measured.windows[1].append(await _call_many(client, effort))
            measured.as_script.append(await _time(client, _CALLING.format(turns=1)))
            measured.trivial.append(await _time(client, "1 + 1"))
            began = time.monotonic()
            for _ in range(_READS):
                await _read(client)
            measured.as_tools.append((time.monotonic() - began) * 1000)
    return measured


async def _call_many(client: Client, effort: Effort) -> Window:
    tickets = iter(range(effort.calls(20) * _READS * (SCRIPTS - 2)))

    async def work() -> None:
        for _ in tickets:
            await _read(client)

    began = time.monotonic()
    async with anyio.create_task_group() as group:
        for _ in range(8 * (SCRIPTS - 2)):
            group.start_soon(work)
    return began, time.monotonic()


async def _read(client: Client) -> None:
    await client.call_tool("get_media_info", {"MediaId": MEDIA_ID})


async def _run_many(client: Client, effort: Effort) -> Window:
    calling = _CALLING.format(turns=effort.calls(20))
    began = time.monotonic()
    async with anyio.create_task_group() as group:
        for _ in range(SCRIPTS - 2):
            group.start_soon(_run, client, calling)
        group.start_soon(_run, client, _COMPUTING, effort.calls(8))
        group.start_soon(_run, client, _PRINTING)
    return began, time.monotonic()


async def _time(client: Client, code: str) -> float:
    began = time.monotonic()
    await _run(client, code)
    return (time.monotonic() - began) * 1000


async def _run(client: Client, code: str, timeout_seconds: int = 45) -> None:
    result = await client.call_tool("run_script", {"code": code, "timeout_seconds": timeout_seconds})
    if result.is_error:
        raise RuntimeError(f"a script was not run: {result.content}")
