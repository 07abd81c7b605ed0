"""``ims-mcp worker`` as it is started on another machine."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread

import anyio
import pytest

from ims_mcp.redis_store import open_redis
from ims_mcp.workflows.bulk.job import JOB, BulkJob
from ims_mcp.workflows.bulk.shelf import KeptJob, StoreShelf
from tests.bulk.counting_service import CountingService
from tests.bulk.made_jobs import read_outcomes, write_job
from tests.bulk.test_engine import assert_each_once, start, wait_until
from tests.cli.running import KEYS, clean_environment, run
from tests.redis_server import RedisServer

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs redis-server and SIGTERM")


@dataclass
class Worker:
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list[str])
    """Lines of stderr so far."""


@contextmanager
def working(home: Path, redis: RedisServer, *words: str) -> Generator[Worker]:
    command = [sys.executable, "-m", "ims_mcp", "worker", "--redis", redis.url, *words]
    with subprocess.Popen(command, env=clean_environment(home, **KEYS), stderr=subprocess.PIPE, text=True) as process:
        worker = Worker(process)

        def listen() -> None:
            assert process.stderr is not None
            worker.said.extend(iter(process.stderr.readline, ""))

        listening = Thread(target=listen)
        listening.start()
        try:
            wait_until(lambda: bool(worker.said), "it says that it works")
            yield worker
        finally:
            process.kill()
            listening.join()


def test_a_worker_does_the_jobs_on_its_redis_and_ends_when_asked_to(tmp_path: Path) -> None:
    folder = tmp_path / "job"
    job = write_job(folder, 200, shard_rows=20)
    with RedisServer("secret") as redis, CountingService(clean_environment(tmp_path), job.total_rows) as service:
        with working(tmp_path, redis, "--endpoint", service.endpoint) as worker:
            anyio.run(start, redis.url, job, folder)
            wait_until(lambda: len(read_outcomes(folder)) == job.total_rows, "all rows are done")
            worker.process.send_signal(signal.SIGTERM)
            assert worker.process.wait(60) == 0
        assert_each_once(service, folder, job)
    assert len(worker.said) == 1, worker.said
    assert worker.said[0].startswith("ims-mcp worker takes shards of bulk jobs from Redis")
    assert "secret" not in worker.said[0]


def test_a_redis_that_is_away_for_a_while_fills_no_log(tmp_path: Path) -> None:
    folder = tmp_path / "job"
    job = write_job(folder, 100, shard_rows=20)
    with RedisServer() as redis, CountingService(clean_environment(tmp_path), job.total_rows) as service:
        with working(tmp_path, redis, "--endpoint", service.endpoint) as worker:
            redis.kill()
            time.sleep(4)  # it is away for so long
            redis.start()
            anyio.run(start, redis.url, job, folder)
            wait_until(lambda: len(read_outcomes(folder)) == job.total_rows, "all rows are done")
        assert_each_once(service, folder, job)
    assert len(worker.said) < 10, worker.said


def test_a_job_of_another_region_is_left_to_others_and_said(tmp_path: Path) -> None:
    folder = tmp_path / "job"
    write_job(folder, 20)
    written = json.loads((folder / JOB).read_bytes()) | {"region": "cn-beijing"}
    (folder / JOB).write_text(json.dumps(written))
    job = BulkJob.decode((folder / JOB).read_bytes())
    with RedisServer() as redis, CountingService(clean_environment(tmp_path), job.total_rows) as service:
        anyio.run(start, redis.url, job, folder)
        with working(tmp_path, redis, "--endpoint", service.endpoint) as worker:
            wait_until(lambda: len(worker.said) > 1, "it says why")
            assert "is for cn-beijing, and this worker has the one account" in worker.said[1]
        assert service.ask()["made"] == 0


def test_without_a_redis_there_is_nothing_to_work_at(tmp_path: Path) -> None:
    ended = run("worker", home=tmp_path)
    assert ended.returncode == 1
    assert "--redis redis://HOST:6379/0" in ended.stderr


def test_a_redis_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    ended = run("worker", "--redis", "redis://127.0.0.1:9/0", home=tmp_path)
    assert ended.returncode == 1
    assert "127.0.0.1:9" in ended.stderr


@pytest.mark.parametrize(
    ("changed", "words", "part"),
    [
        ({"subject": "root"}, (), "its job.json says that it is root's, and nobody here has begun it"),
        ({"service": "https://ice.cn-shanghai.aliyuncs.com"}, (), "it was made for https://ice.cn-shanghai"),
        (
            {"kind": "delete", "operation": "DeleteMediaInfos"},
            ("--config", "{config}"),
            "DeleteMediaInfos was not sent",
        ),
    ],
)
def test_what_a_job_says_of_itself_gives_it_no_rights(
    changed: dict[str, str], words: tuple[str, ...], part: str, tmp_path: Path
) -> None:
    folder = tmp_path / "job"
    write_job(folder, 20)
    with RedisServer() as redis, CountingService(clean_environment(tmp_path), 20) as service:
        config = tmp_path / "ims.toml"
        config.write_text(
            f'[accounts.main]\nregions = ["cn-shanghai"]\nendpoints = {{ "cn-shanghai" = "{service.endpoint}" }}\n'
            '[[grants]]\nsubjects = ["local"]\naccounts = ["main"]\ndestructive = "never"\n'
        )
        named = {"account": "main", "region": "cn-shanghai"} if words else {}
        written = json.loads((folder / JOB).read_bytes()) | changed | named
        (folder / JOB).write_text(json.dumps(written))
        anyio.run(start, redis.url, BulkJob.decode((folder / JOB).read_bytes()), folder)
        words = tuple(word.format(config=config) for word in words) or ("--endpoint", service.endpoint)
        with working(tmp_path, redis, *words) as worker:
            wait_until(lambda: len(worker.said) > 1, "it says why")
            assert part in worker.said[1]
        assert service.ask()["made"] == 0
    assert not read_outcomes(folder)


def test_a_job_that_was_changed_since_its_server_began_it_is_not_worked_at(tmp_path: Path) -> None:
    folder = tmp_path / "job"
    job = write_job(folder, 20, job_id="b-0123456789ab")

    async def keep(url: str) -> None:
        store = open_redis(url)
        await StoreShelf(store, "ann").put(KeptJob(job.job_id, str(folder), 0.0, replace(job, subject="ann")))
        await store.close()

    with RedisServer() as redis, CountingService(clean_environment(tmp_path), 20) as service:
        anyio.run(keep, redis.url)
        anyio.run(start, redis.url, job, folder)
        with working(tmp_path, redis, "--endpoint", service.endpoint) as worker:
            wait_until(lambda: len(worker.said) > 1, "it says why")
            assert "its job.json was changed" in worker.said[1]
        assert service.ask()["made"] == 0
