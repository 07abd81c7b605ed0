"""The engine of bulk jobs: processes and Redis killed at any moment, two starts, a small job beside a large one."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest

from benchmarks.child import environment
from ims_mcp.redis_store import open_redis
from ims_mcp.shared_store import MemoryStore
from ims_mcp.workflows.bulk.claims import CLAIM_SECONDS
from ims_mcp.workflows.bulk.engine import LEASE_SECONDS, MEMORY, BulkEngine
from ims_mcp.workflows.bulk.job import BulkJob, Control, RowState
from ims_mcp.workflows.bulk.running import JobRunsAlready
from ims_mcp.workflows.bulk.target import BulkTarget
from tests.bulk.counting_service import CountingService
from tests.bulk.made_jobs import read_outcomes, write_control, write_job
from tests.redis_server import RedisServer

PATIENCE_SECONDS = 180.0


@contextmanager
def started(env: dict[str, str], *words: str) -> Generator[subprocess.Popen[bytes]]:
    """A worker that has begun; killed at the end, if it is still there."""
    command = [sys.executable, "-m", "tests.bulk.worker_process", *words]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline()
            yield process
        finally:
            process.kill()


def wait_until(is_so: Callable[[], bool], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"it did not come to it that {what}"
        time.sleep(0.02)


def assert_each_once(service: CountingService, folder: Path, job: BulkJob) -> None:
    told = service.ask()
    assert (told["made"], told["made twice"]) == (job.total_rows, 0)
    outcomes = read_outcomes(folder)
    assert outcomes.keys() == set(range(job.total_rows))
    assert {outcome.state for outcome in outcomes.values()} == {RowState.DONE}


async def start(url: str, job: BulkJob, folder: Path, control: Control | None = None) -> None:
    """As a command does that only starts it."""
    store = open_redis(url)
    async with BulkEngine(url, find_nothing, store) as engine:
        await engine.start(job, str(folder), control or Control())
    await store.close()


async def find_nothing(_job: BulkJob) -> BulkTarget:
    return BulkTarget(None, None)  # pyright: ignore[reportArgumentType] - who does no row


def test_a_process_is_killed_at_any_moment_and_each_row_is_done_once(tmp_path: Path) -> None:
    folder, env, chance = tmp_path / "job", environment(tmp_path), random.Random(7)
    job = write_job(folder, 1_000, shard_rows=25)
    with CountingService(env, job.total_rows, latency_seconds=0.02) as service:
        for moment in sorted(chance.randrange(1, 900) for _ in range(3)):
            with started(env, service.endpoint, MEMORY, str(folder)):
                wait_until(lambda moment=moment: service.ask()["made"] >= moment, "rows are made")
        with started(env, service.endpoint, MEMORY, str(folder)) as last:
            assert last.wait(PATIENCE_SECONDS) == 0
        assert_each_once(service, folder, job)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGSTOP")
def test_a_process_that_slept_longer_than_its_claims_goes_on_with_all_that_is_left(tmp_path: Path) -> None:
    assert sys.platform != "win32"
    folder, env = tmp_path / "job", environment(tmp_path)
    job = write_job(folder, 240, shard_rows=120)
    write_control(folder, Control(rate=40.0))
    with CountingService(env, job.total_rows) as service:
        with started(env, service.endpoint, MEMORY, str(folder)) as process:
            wait_until(lambda: service.ask()["made"] >= 20, "rows are made")
            process.send_signal(signal.SIGSTOP)
            time.sleep(CLAIM_SECONDS + 1)  # as long as a machine is asleep
            process.send_signal(signal.SIGCONT)
            assert process.wait(PATIENCE_SECONDS) == 0
        assert_each_once(service, folder, job)


def test_a_second_process_is_told_where_the_job_runs(tmp_path: Path) -> None:
    folder, env = tmp_path / "job", environment(tmp_path)
    job = write_job(folder, 1_000)

    async def start_too() -> None:
        async with BulkEngine(MEMORY, find_nothing, MemoryStore()) as engine:
            await engine.start(job, str(folder), Control())

    with CountingService(env, job.total_rows, latency_seconds=0.2) as service:
        with started(env, service.endpoint, MEMORY, str(folder)) as first:
            wait_until(lambda: service.ask()["made"] > 0, "rows are made")
            with pytest.raises(JobRunsAlready, match=f"process {first.pid} on "):
                anyio.run(start_too)
        anyio.run(start_too)  # its lock has ended with it


def test_a_job_started_twice_by_two_is_done_once_by_all_workers(tmp_path: Path) -> None:
    folder, env = tmp_path / "job", environment(tmp_path)
    job = write_job(folder, 600, shard_rows=10)
    with RedisServer() as redis, CountingService(env, job.total_rows, latency_seconds=0.02) as service:
        for _ in range(2):
            anyio.run(start, redis.url, job, folder)
        with started(env, service.endpoint, redis.url), started(env, service.endpoint, redis.url):
            anyio.run(start, redis.url, job, folder)
            wait_until(lambda: len(read_outcomes(folder)) == job.total_rows, "all rows are done")
        assert_each_once(service, folder, job)
        assert service.ask()["repeated"] == 0


def test_a_worker_that_is_asked_to_end_leaves_its_shards_to_others(tmp_path: Path) -> None:
    folder, env = tmp_path / "job", environment(tmp_path)
    job = write_job(folder, 640, shard_rows=20)
    with RedisServer() as redis, CountingService(env, job.total_rows, latency_seconds=0.1) as service:
        anyio.run(start, redis.url, job, folder)
        with started(env, service.endpoint, redis.url) as first:
            wait_until(lambda: service.ask()["made"] >= 100, "rows are made")
            with started(env, service.endpoint, redis.url):
                first.send_signal(signal.SIGTERM)
                assert first.wait(PATIENCE_SECONDS) == 0
                wait_until(lambda: len(read_outcomes(folder)) == job.total_rows, "all rows are done")
        assert_each_once(service, folder, job)
        assert service.ask()["repeated"] == 0


@pytest.mark.slow
def test_shards_of_a_worker_that_is_killed_go_to_another_within_its_lease(tmp_path: Path) -> None:
    folder, env = tmp_path / "job", environment(tmp_path)
    job = write_job(folder, 640, shard_rows=20)
    with RedisServer() as redis, CountingService(env, job.total_rows, latency_seconds=0.1) as service:
        anyio.run(start, redis.url, job, folder)
        with started(env, service.endpoint, redis.url):
            wait_until(lambda: service.ask()["made"] >= 100, "rows are made")
        killed_at = time.monotonic()
        with started(env, service.endpoint, redis.url):
            wait_until(lambda: len(read_outcomes(folder)) == job.total_rows, "all rows are done")
        assert time.monotonic() - killed_at < 1.5 * LEASE_SECONDS + 5
        assert_each_once(service, folder, job)


def test_a_redis_that_comes_back_empty_is_filled_again(tmp_path: Path) -> None:
    folder, env = tmp_path / "job", environment(tmp_path)
    job = write_job(folder, 1_200, shard_rows=20)
    with RedisServer() as redis, CountingService(env, job.total_rows, latency_seconds=0.1) as service:
        anyio.run(start, redis.url, job, folder)
        with started(env, service.endpoint, redis.url), started(env, service.endpoint, redis.url):
            wait_until(lambda: service.ask()["made"] >= 200, "rows are made")
            redis.kill()
            time.sleep(1.5)  # it is away for so long
            redis.start()
            wait_until(lambda: len(read_outcomes(folder)) == job.total_rows, "all rows are done")
        assert_each_once(service, folder, job)


def test_a_start_that_was_written_down_and_never_queued_is_caught_up_with(tmp_path: Path) -> None:
    folder, env = tmp_path / "job", environment(tmp_path)
    job = write_job(folder, 400, shard_rows=20)
    with RedisServer() as redis, CountingService(env, job.total_rows, latency_seconds=0.05) as service:
        with started(env, service.endpoint, redis.url, str(folder)) as process:
            wait_until(lambda: service.ask()["made"] >= 40, "rows are made")
            write_control(folder, Control(attempt=2))
            assert process.wait(PATIENCE_SECONDS) == 0
        assert_each_once(service, folder, job)


def test_a_job_stops_when_that_is_said_and_goes_on_where_it_was(tmp_path: Path) -> None:
    folder, env = tmp_path / "job", environment(tmp_path)
    job = write_job(folder, 640, shard_rows=20)
    with RedisServer() as redis, CountingService(env, job.total_rows, latency_seconds=0.05) as service:
        anyio.run(start, redis.url, job, folder)
        with started(env, service.endpoint, redis.url):
            wait_until(lambda: service.ask()["made"] >= 100, "rows are made")
            write_control(folder, Control(stop=True))
            time.sleep(1.0)
            made = service.ask()["made"]
            assert made < job.total_rows
            time.sleep(0.5)
            assert service.ask()["made"] == made
            again = Control(attempt=2)
            write_control(folder, again)
            anyio.run(start, redis.url, job, folder, again)
            wait_until(lambda: len(read_outcomes(folder)) == job.total_rows, "all rows are done")
        assert_each_once(service, folder, job)


def test_a_small_job_is_not_behind_all_of_a_large_one(tmp_path: Path) -> None:
    env = environment(tmp_path)
    large = write_job(tmp_path / "large", 6_000, job_id="large", shard_rows=10)
    small = write_job(tmp_path / "small", 20, job_id="small", shard_rows=10)
    with RedisServer() as redis, CountingService(env, large.total_rows, latency_seconds=0.02) as service:
        anyio.run(start, redis.url, large, tmp_path / "large")
        with started(env, service.endpoint, redis.url):
            wait_until(lambda: service.ask()["made"] >= 100, "rows are made")
            anyio.run(start, redis.url, small, tmp_path / "small")
            wait_until(lambda: len(read_outcomes(tmp_path / "small")) == 20, "the small one is done")
            assert service.ask()["made"] < large.total_rows / 2
