"""A worker may die at any moment, and its disk may be full: no row is lost, and none is done twice."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest

from ims_mcp.workflows.bulk.folder_place import FolderPlace
from ims_mcp.workflows.bulk.job import OUTCOMES, BulkJob, Kind, Outcome, RowState, name_shard
from tests.bulk.made import (
    Registrations,
    answer,
    make_job,
    name_asset,
    name_objects,
    open_target,
    read_all_outcomes,
    read_written,
    states_of,
    work,
)
from tests.client.scripted_service import ScriptedService

pytestmark = pytest.mark.anyio
KILLS, ROWS = 12, 900


@contextmanager
def worker(place: FolderPlace, endpoint: str, *, before: str = "") -> Generator[subprocess.Popen[bytes]]:
    """A process that works on the job, killed at the end of the block; ``before``: Python that it runs first."""
    script = (
        f"{before}\nimport runpy, sys\nsys.argv[0] = 'made'\nrunpy.run_module('tests.bulk.made', run_name='__main__')"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, place.address, endpoint],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"},
        stderr=subprocess.PIPE,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def kill_at_random_moments(place: FolderPlace, scripted: ScriptedService, kills: int) -> None:
    draw = random.Random(14)
    for _ in range(kills):
        with worker(place, scripted.url) as process:
            wanted = scripted.count + draw.randint(1, ROWS // (2 * KILLS))
            assert scripted.wait_until(lambda _, wanted=wanted: scripted.count >= wanted, 60)
            # Somewhere between one answer and the next.
            scripted.wait_until(lambda _: False, draw.random() * 0.03)
            assert process.poll() is None


async def test_killed_at_any_moment_every_row_is_once_at_the_service(place: FolderPlace) -> None:
    service, rows = Registrations(delay_seconds=0.02), name_objects(ROWS)
    job = await make_job(place, rows, shard_rows=300)
    with ScriptedService(usual=service) as scripted:
        await anyio.to_thread.run_sync(kill_at_random_moments, place, scripted, KILLS)
        assert len(await read_all_outcomes(job, place)) < ROWS
        with worker(place, scripted.url) as process:
            assert await anyio.to_thread.run_sync(process.wait, 60) == 0
    assert service.assets == {row["InputURL"]: job.make_client_token(number) for number, row in enumerate(rows)}
    assert len(service.tokens) == ROWS
    outcomes = await read_all_outcomes(job, place)
    # What was made by a call whose answer died with its process is the same when the row is sent again.
    assert {number: (known.state, known.ids["MediaId"]) for number, known in outcomes.items()} == {
        number: (RowState.DONE, name_asset(row["InputURL"])) for number, row in enumerate(rows)
    }


async def test_killed_at_any_moment_what_must_not_be_sent_twice_is_sent_once_or_unknown(place: FolderPlace) -> None:
    names = [f"category {number}" for number in range(200)]
    rows = [{"CateName": name} for name in names]
    job = await make_job(place, rows, kind=Kind.SUBMIT, operation="AddCategory")
    with ScriptedService(usual=answer(delay_seconds=0.02, Category={"CateId": 7})) as scripted:
        await anyio.to_thread.run_sync(kill_at_random_moments, place, scripted, 4)
        with worker(place, scripted.url) as process:
            assert await anyio.to_thread.run_sync(process.wait, 60) == 0
        sent = Counter(request.query["CateName"] for request in scripted.arrived)
    outcomes = await read_all_outcomes(job, place)
    assert set(states_of(outcomes)) == {"done", "unknown"}
    assert max(sent.values()) == 1
    # What is said to be done was sent, and of the rest nobody says so.
    assert {names[number] for number, known in outcomes.items() if known.state is RowState.DONE} <= set(sent)
    assert len(outcomes) == 200


def leave_half_a_line(place: FolderPlace) -> bytes:
    whole = Outcome(0, RowState.DONE, {"MediaId": "m"}).encode()
    half = Outcome(1, RowState.DONE, {"MediaId": "m"}).encode()[:-9]
    path = Path(place.address, name_shard(OUTCOMES, 0))
    path.parent.mkdir()
    path.write_bytes(whole + half)
    return whole + half


async def test_a_line_that_was_broken_off_is_done_again_and_nothing_is_glued_to_it(place: FolderPlace) -> None:
    service = Registrations()
    job = await make_job(place, name_objects(3))
    left = leave_half_a_line(place)
    with ScriptedService(usual=service) as scripted:
        async with open_target(scripted.url) as target:
            outcomes = await work(job, place, target)
    assert states_of(outcomes) == ["done"] * 3
    assert service.calls == 2
    assert read_written(place).startswith(left + b"\n{")


def fill_disk(place: FolderPlace, scripted: ScriptedService) -> bytes:
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))"
    with worker(place, scripted.url, before=limit) as process:
        assert process.wait(60) != 0
        assert process.stderr is not None
        return process.stderr.read()


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
async def test_a_full_disk_stops_the_job_and_loses_nothing(place: FolderPlace) -> None:
    service = Registrations()
    job: BulkJob = await make_job(place, name_objects(60))
    with ScriptedService(usual=service) as scripted:
        told = await anyio.to_thread.run_sync(fill_disk, place, scripted)
        assert f"The disk of {place.address} is full: outcomes/000000.jsonl was not written.".encode() in told
        assert service.calls < 60
        written = read_written(place)
        assert written.endswith(b"}\n")
        assert set(states_of(await read_all_outcomes(job, place))) <= {"done", ""}
        async with open_target(scripted.url) as target:
            outcomes = await work(job, place, target)
    assert read_written(place).startswith(written)
    assert states_of(outcomes) == ["done"] * 60
    assert len(service.tokens) == len(service.assets) == 60
