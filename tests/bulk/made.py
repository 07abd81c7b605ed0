"""What tests of bulk jobs stand on: a job made of rows, a target, a service that counts. Run as a module it works on a
job until that is done, to be killed: ``python -m tests.bulk.made FOLDER ENDPOINT``."""

from __future__ import annotations

import logging
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio

from ims_mcp.cli.connection import Common, open_connection
from ims_mcp.client.credentials import Credential
from ims_mcp.client.limiter import Limiter
from ims_mcp.client.observers import CallObserver
from ims_mcp.settings import Settings
from ims_mcp.workflows.bulk.acts import choose_act
from ims_mcp.workflows.bulk.folder_place import FolderPlace
from ims_mcp.workflows.bulk.job import JOB, OUTCOMES, ROWS, BulkJob, Control, Kind, Outcome, Row, name_shard
from ims_mcp.workflows.bulk.place import JobPlace
from ims_mcp.workflows.bulk.shard import run_shard
from ims_mcp.workflows.bulk.shard_files import read_outcomes
from ims_mcp.workflows.bulk.target import BulkTarget
from ims_mcp.workflows.bulk.watch import ControlWatch
from tests.client.scripted_service import REQUEST_ID, Answer, Arrived, refusal
from tests.fixed_credentials import FixedCredentials

LOCAL = Credential("local", "local", None)


async def make_job(
    place: JobPlace,
    arguments: Sequence[dict[str, Any]],
    *,
    kind: Kind = Kind.REGISTER,
    operation: str = "RegisterMediaInfo",
    shard_rows: int = 250,
    **fields: Any,
) -> BulkJob:
    """A job with a row for each of ``arguments``, whose lines count from 2: the first of a CSV has the names."""
    job = BulkJob("job-1", kind, operation, len(arguments), "made", 1.0, shard_rows=shard_rows, **fields)
    rows = [Row(number, number + 2, each) for number, each in enumerate(arguments)]
    for shard in range(job.shard_count):
        part = rows[shard * shard_rows : (shard + 1) * shard_rows]
        await place.write(name_shard(ROWS, shard), b"".join(row.encode() for row in part))
    await place.write(JOB, job.encode())
    return job


def name_objects(count: int) -> list[dict[str, Any]]:
    """Arguments of RegisterMediaInfo for so many objects."""
    return [{"InputURL": f"oss://bucket/film-{number}.mp4"} for number in range(count)]


@asynccontextmanager
async def open_target(
    endpoint: str,
    *,
    limiter: Limiter | None = None,
    observer: CallObserver | None = None,
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    **settings: Any,
) -> AsyncGenerator[BulkTarget]:
    async def fixed() -> str:
        return endpoint

    common = Common(observer, limiter)
    async with open_connection(Settings(**settings), fixed, fixed, FixedCredentials(LOCAL), common, sleep=sleep) as to:
        yield BulkTarget(to.client, to.transfers)


@dataclass
class Wanted:
    """A watch whose control is set by the test."""

    current: Control = field(default_factory=Control)


async def work(
    job: BulkJob, place: JobPlace, target: BulkTarget, watch: Wanted | ControlWatch | None = None, *, lanes: int = 8
) -> dict[int, Outcome]:
    """All shards, one after the other; the last outcome of each row."""
    act = choose_act(job, target)
    for number in range(job.shard_count):
        await run_shard(job, place, number, act, watch or Wanted(), lanes=lanes)
    return await read_all_outcomes(job, place)


async def read_all_outcomes(job: BulkJob, place: JobPlace) -> dict[int, Outcome]:
    found: dict[int, Outcome] = {}
    for number in range(job.shard_count):
        found |= await read_outcomes(place, number)
    return found


def states_of(outcomes: dict[int, Outcome]) -> list[str]:
    """In the order of the rows; empty for one without."""
    return [outcomes[number].state.value if number in outcomes else "" for number in range(max(outcomes) + 1)]


def read_written(place: JobPlace, number: int = 0) -> bytes:
    """The outcomes of a shard in a folder, as they are written. Blocks."""
    path = Path(place.address, name_shard(OUTCOMES, number))
    return path.read_bytes() if path.exists() else b""


def answer(*, delay_seconds: float = 0.0, **body: Any) -> Answer:
    """A success of the service."""
    return Answer(body={"RequestId": REQUEST_ID, **body}, delay_seconds=delay_seconds)


async def skip_waits(seconds: float) -> None:
    """For a client that is not to wait."""
    await anyio.sleep(min(seconds, 0.001))


@dataclass
class Registrations:
    """A service's script that registers: once for a ClientToken, and once for an address."""

    delay_seconds: float = 0.0
    assets: dict[str, str] = field(default_factory=dict[str, str])
    """InputURL -> ClientToken it was made for."""
    tokens: set[str] = field(default_factory=set[str])
    calls: int = 0

    def __call__(self, request: Arrived) -> Answer:
        self.calls += 1
        url, token = request.query.get("InputURL", ""), request.query.get("ClientToken", "")
        self.tokens.add(token)
        if self.assets.setdefault(url, token) != token:
            return refusal(409, "MediaAlreadyExist")
        return Answer(body={"RequestId": REQUEST_ID, "MediaId": name_asset(url)}, delay_seconds=self.delay_seconds)


def name_asset(url: str) -> str:
    return f"asset-of-{url.rpartition('/')[2]}"


def main() -> None:
    folder, endpoint = sys.argv[-2:]
    logging.getLogger("ims_mcp").setLevel(logging.ERROR)

    async def run() -> None:
        place = FolderPlace(Path(folder))
        job = BulkJob.decode(await place.read(JOB) or b"")
        async with open_target(endpoint) as target, ControlWatch(place) as watch, anyio.create_task_group() as tasks:
            act = choose_act(job, target)
            for number in range(job.shard_count):
                tasks.start_soon(run_shard, job, place, number, act, watch)

    anyio.run(run)


if __name__ == "__main__":
    main()
