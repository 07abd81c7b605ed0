"""What is told of a job at its end, or on the way."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys

import anyio
import pytest

from ims_mcp.workflows.bulk.folder_place import FolderPlace
from ims_mcp.workflows.bulk.job import OUTCOMES, REPORT, Kind, Outcome, RowState, name_shard
from ims_mcp.workflows.bulk.report import REPORT_TABLE, write_report
from tests.bulk.made import Registrations, make_job, name_objects, open_target, work
from tests.client.scripted_service import ScriptedService

pytestmark = pytest.mark.anyio


async def read_table(place: FolderPlace) -> list[dict[str, str]]:
    content = await place.read(REPORT_TABLE) or b""
    return [*csv.DictReader(io.StringIO(content.decode(), newline=""))]


async def test_it_counts_shows_examples_and_has_a_line_for_each_row(place: FolderPlace) -> None:
    job = await make_job(place, name_objects(6), shard_rows=4, account="films", region="cn-shanghai")
    failed = Outcome(2, RowState.FAILED, problem_class="Forbidden", problem="No, 不行", request_id="R-2")
    await place.append(
        name_shard(OUTCOMES, 0),
        b"".join(
            each.encode()
            for each in (
                Outcome(0, RowState.DONE, {"MediaId": "m-0"}),
                Outcome(1, RowState.EXISTS, {"MediaId": "m-1"}),
                Outcome(2, RowState.BEGUN),
                failed,
                Outcome(3, RowState.BEGUN),
            )
        ),
    )
    unknown = Outcome(4, RowState.UNKNOWN, problem_class="unknown", problem="lost")
    await place.append(name_shard(OUTCOMES, 1), unknown.encode())
    report = await write_report(place, job)
    assert report == {
        "job_id": "job-1",
        "kind": "register",
        "operation": "RegisterMediaInfo",
        "source": "made",
        "account": "films",
        "region": "cn-shanghai",
        "total": 6,
        "done": 1,
        "exists": 1,
        "left": 2,
        "failed": {"Forbidden": {"count": 1, "examples": [{"line": 4, "problem": "No, 不行", "request_id": "R-2"}]}},
        "unknown": {"count": 1, "examples": [{"line": 6, "problem": "lost"}]},
        "table": "report.csv",
    }
    assert json.loads(await place.read(REPORT) or b"") == report
    nothing = {"MediaId": "", "problem_class": "", "problem": "", "request_id": ""}
    assert await read_table(place) == [
        nothing | {"line": "2", "state": "done", "MediaId": "m-0"},
        nothing | {"line": "3", "state": "exists", "MediaId": "m-1"},
        nothing
        | {"line": "4", "state": "failed", "problem_class": "Forbidden", "problem": "No, 不行", "request_id": "R-2"},
        nothing | {"line": "5", "state": "left"},
        nothing | {"line": "6", "state": "unknown", "problem_class": "unknown", "problem": "lost"},
        nothing | {"line": "7", "state": "left"},
    ]


async def test_after_more_has_been_done_it_is_written_anew(place: FolderPlace) -> None:
    job = await make_job(place, name_objects(30), shard_rows=10)
    assert (await write_report(place, job))["left"] == 30
    with ScriptedService(usual=Registrations()) as scripted:
        async with open_target(scripted.url) as target:
            await work(job, place, target)
    assert (await write_report(place, job))["done"] == 30
    table = await read_table(place)
    assert [(row["line"], row["MediaId"]) for row in table] == [
        (str(number + 2), f"asset-of-film-{number}.mp4") for number in range(30)
    ]


async def test_of_many_failures_a_few_are_examples_and_the_most_frequent_class_is_first(place: FolderPlace) -> None:
    job = await make_job(place, name_objects(100), kind=Kind.UPDATE, operation="UpdateMediaInfo")
    classes = ["rare", *["often"] * 99]
    outcomes = [Outcome(n, RowState.FAILED, problem_class=name, problem="no") for n, name in enumerate(classes)]
    await place.append(name_shard(OUTCOMES, 0), b"".join(each.encode() for each in outcomes))
    failed = (await write_report(place, job))["failed"]
    assert [*failed] == ["often", "rare"]
    assert (failed["often"]["count"], len(failed["often"]["examples"])) == (99, 5)


async def test_a_table_of_several_parts_has_each_row_once(place: FolderPlace) -> None:
    job = await make_job(place, name_objects(6000), shard_rows=1000)
    for shard in range(job.shard_count):
        rows = range(shard * 1000, shard * 1000 + 1000)
        lines = [Outcome(n, RowState.FAILED, problem_class="c", problem=f"{n} {'x' * 280}").encode() for n in rows]
        await place.append(name_shard(OUTCOMES, shard), b"".join(lines))
    await write_report(place, job)
    table = await read_table(place)
    assert (await place.list_sizes("."))["./report.csv"] > 1.5 * 1024**2
    assert [row["line"] for row in table] == [str(number + 2) for number in range(6000)]
    assert all(row["problem"].startswith(f"{number} x") for number, row in enumerate(table))


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)"])
async def test_no_text_of_a_stranger_is_a_formula(place: FolderPlace, text: str) -> None:
    job = await make_job(place, name_objects(1))
    outcome = Outcome(0, RowState.FAILED, {"MediaId": text}, problem_class="c", problem=text)
    await place.append(name_shard(OUTCOMES, 0), outcome.encode())
    await write_report(place, job)
    (row,) = await read_table(place)
    assert (row["MediaId"], row["problem"]) == (f"'{text}", f"'{text}")


_MEASURED = """
import anyio, resource, sys
from pathlib import Path
from ims_mcp.workflows.bulk.counts import JobCounter
from ims_mcp.workflows.bulk.folder_place import FolderPlace
from ims_mcp.workflows.bulk.job import OUTCOMES, Outcome, RowState, name_shard
from ims_mcp.workflows.bulk.report import write_report
from tests.bulk.made import make_job, name_objects

async def main(rows):
    place = FolderPlace(Path(sys.argv[1]))
    job = await make_job(place, name_objects(rows))
    for shard in range(job.shard_count):
        numbers = range(shard * 250, shard * 250 + 250)
        lines = [Outcome(n, RowState.DONE, {"MediaId": f"{n:032x}"}).encode() for n in numbers]
        await place.append(name_shard(OUTCOMES, shard), b"".join(lines))
    del lines
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (await JobCounter(place, job).count()).done == rows
    assert (await write_report(place, job))["done"] == rows
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before

print(anyio.run(main, 40_000))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="measures what Linux counts, in KiB")
async def test_its_memory_does_not_grow_with_the_rows(place: FolderPlace) -> None:
    command = [sys.executable, "-c", _MEASURED, place.address]
    ended = await anyio.run_process(command, check=False, stderr=subprocess.STDOUT)
    assert ended.returncode == 0, ended.stdout
    # The table alone has 2 MB, and all outcomes as objects would take twenty.
    assert int(ended.stdout) < 8 * 1024
