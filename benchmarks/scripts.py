"""How late a server's event loop gets while ten scripts run, of which two do nothing but compute and print, and what
a script costs beside the same calls as tools."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
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
            windows, as_script, as_tools, trivial = anyio.run(_measure, home, ready["endpoints"][0], env, effort)
        delay_ms = percentile_99(home / "late", windows) * 1000
    return [
        bounded(f"event loop delay p99, {SCRIPTS} scripts at once", delay_ms, None, "ms", at_most=DELAY_AT_MOST_MS),
        compared(f"a script of {_READS} reads, beside {_READS} tool calls one by one", as_script, as_tools, "ms"),
        bounded("a script that calls nothing, to its answer", trivial, None, "ms"),
    ]


async def _measure(
    home: Path, endpoint: str, env: dict[str, str], effort: Effort
) -> tuple[list[Window], float, float, float]:
    windows: list[Window] = []
    scripts, tools, trivial = list[float](), list[float](), list[float]()
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "benchmarks.measured_server", endpoint, str(home / "late")],
        env=env,
        cwd=ROOT,
    )
    async with Client(parameters) as client:
        await _run(client, _CALLING.format(turns=1))  # opens the connections
        for _ in range(effort.repetitions):
            windows.append(await _run_many(client, effort))
            scripts.append(await _time(client, _CALLING.format(turns=1)))
            trivial.append(await _time(client, "1 + 1"))
            began = time.monotonic()
            for _ in range(_READS):
                await client.call_tool("get_media_info", {"MediaId": MEDIA_ID})
            tools.append((time.monotonic() - began) * 1000)
    return windows, statistics.median(scripts), statistics.median(tools), statistics.median(trivial)


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
