"""How much of a service's limit a job uses, with workers on one Redis of which one is killed every so often."""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bulk.processes import Processes
from benchmarks.child import environment
from ims_mcp.redis_store import open_redis
from ims_mcp.workflows.bulk.engine import MEMORY, BulkEngine
from ims_mcp.workflows.bulk.job import BulkJob, Control
from ims_mcp.workflows.bulk.target import BulkTarget
from tests.bulk.counting_service import CountingService
from tests.bulk.made_jobs import write_job
from tests.redis_server import RedisServer

_LATENCY_SECONDS = 0.05
_WINDOW_SECONDS = 60


@dataclass
class AtLimit:
    """``arrived`` and ``taken``: calls in each second from the first."""

    limit: float
    arrived: list[int]
    taken: list[int]
    kills: int
    made_twice: int

    def find_used(self, first: int, last: int) -> float:
        """The part of the limit."""
        return sum(self.taken[first:last]) / (last - first) / self.limit

    def find_throttled(self, first: int, last: int) -> float:
        """The part of the calls."""
        return 1 - sum(self.taken[first:last]) / max(1, sum(self.arrived[first:last]))

    def find_worst_window(self, learning: int, seconds: int) -> tuple[float, float]:
        """Of all windows of a minute after learning, the least that was used, and the most that was throttled."""
        firsts = range(learning, max(learning + 1, seconds - _WINDOW_SECONDS + 1))
        lasts = [min(first + _WINDOW_SECONDS, seconds) for first in firsts]
        return (
            min(self.find_used(first, last) for first, last in zip(firsts, lasts, strict=True)),
            max(self.find_throttled(first, last) for first, last in zip(firsts, lasts, strict=True)),
        )


def measure_at_limit(limit: float, workers: int, seconds: int, kill_every: float, *, on_redis: bool) -> AtLimit:
    """One worker without a Redis runs the job in its own process. ``kill_every`` seconds; 0: nothing is killed."""
    rows = int(limit * (seconds + 30))
    with tempfile.TemporaryDirectory(prefix="ims-mcp-bulk-") as directory, RedisServer() as redis:
        folder, env = Path(directory) / "job", environment(Path(directory))
        job = write_job(folder, rows)
        with CountingService(env, rows, limit=limit, latency_seconds=_LATENCY_SECONDS) as service:
            words = (service.endpoint, redis.url) if on_redis else (service.endpoint, MEMORY, str(folder))
            processes = Processes(env, words)
            try:
                for _ in range(workers):
                    processes.start()
                if on_redis:
                    asyncio.run(_start(redis.url, job, folder))
                kills = _kill_now_and_then(processes, service, seconds, kill_every)
            finally:
                processes.kill_all()
            told = service.ask()
    arrived, taken = zip(*told["seconds"], strict=True)
    return AtLimit(limit, [*arrived], [*taken], kills, told["made twice"])


def _kill_now_and_then(processes: Processes, service: CountingService, seconds: int, kill_every: float) -> int:
    while not service.ask()["made"]:
        time.sleep(0.05)
    began, kills = time.monotonic(), 0
    while (passed := time.monotonic() - began) < seconds + 2:
        time.sleep(0.1)
        if kill_every and passed >= kill_every * (kills + 1):
            processes.kill(processes.running[0])
            processes.start()
            kills += 1
    return kills


async def _start(url: str, job: BulkJob, folder: Path) -> None:
    async def find_target(_job: BulkJob) -> BulkTarget:
        return BulkTarget(None, None)  # pyright: ignore[reportArgumentType] - whoever starts a job does no row

    store = open_redis(url)
    async with BulkEngine(url, find_target, store) as engine:
        await engine.start(job, str(folder), Control())
    await store.close()
