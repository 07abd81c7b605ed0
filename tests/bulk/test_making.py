"""From a dry run to a job: just the rows that were examined, or none at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ims_mcp.workflows.bulk.dry_run import examine
from ims_mcp.workflows.bulk.folder_place import FolderPlace
from ims_mcp.workflows.bulk.job import JOB, BulkJob, Kind, Row
from ims_mcp.workflows.bulk.making import JobRefused, make_job
from ims_mcp.workflows.bulk.plan import Plan
from ims_mcp.workflows.bulk.report import write_report
from ims_mcp.workflows.bulk.sources.folder import FolderFiles
from ims_mcp.workflows.bulk.sources.manifest import GivenRows, ManifestFile
from ims_mcp.workflows.bulk.sources.oss_prefix import OssPrefix
from ims_mcp.workflows.bulk.sources.raw import SourceError
from tests.bulk.planned import planned_target, read_job_rows, write
from tests.local_ims.server import RunningIms, running_ims

pytestmark = pytest.mark.anyio
ROWS = 1_030


@pytest.fixture(scope="module")
def ims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIms]:
    with running_ims(tmp_path_factory.mktemp("ims")) as running:
        yield running


def write_films(path: Path, count: int = ROWS, extra: str = "") -> Path:
    lines = "".join(f"oss://bucket-of-ours/film-{number}.mp4,Film {number}\n" for number in range(count))
    return write(path, f"InputURL,Title\n{lines}{extra}")


def plan_films(path: Path) -> Plan:
    return Plan(Kind.DELETE if path.suffix == ".jsonl" else Kind.REGISTER, ManifestFile(path), account="a", region="r")


async def make(plan: Plan, place: FolderPlace, before_job: Any = None, **options: Any) -> BulkJob:
    """Examined, changed meanwhile, and made."""
    async with planned_target(timeout_seconds=1.0) as target:
        examined = await examine(plan, target)
        if before_job is not None:
            before_job()
        return await make_job(plan, examined, place, target, **options)


async def test_rows_are_written_shard_by_shard_with_their_lines(tmp_path: Path) -> None:
    path, place = write_films(tmp_path / "rows.csv", extra="oss://bucket-of-ours/film-1.mp4,Film 1\n"), tmp_path / "job"
    job = await make(plan_films(path), FolderPlace(place), subject="me", claims={"x": 1}, clock=lambda: 7.0)
    kept = FolderPlace(place)
    assert BulkJob.decode(await kept.read(JOB) or b"") == job
    assert (job.kind, job.operation, job.total_rows, job.shard_count) == (Kind.REGISTER, "RegisterMediaInfo", ROWS, 5)
    assert (job.account, job.region, job.subject, job.created_at, job.source) == ("a", "r", "me", 7.0, str(path))
    rows = await read_job_rows(job, kept)
    assert [row.number for row in rows] == [*range(ROWS)]
    assert rows[700] == Row(700, 702, {"InputURL": "oss://bucket-of-ours/film-700.mp4", "Title": "Film 700"})
    assert len(await kept.list_names("rows")) == 5


async def test_a_manifest_that_lacks_a_row_by_now_makes_no_job(tmp_path: Path) -> None:
    path, place = write_films(tmp_path / "rows.csv"), FolderPlace(tmp_path / "job")
    with pytest.raises(SourceError, match=r"has changed since the dry run \(row 1,030 of the 1,030 then is not there"):
        await make(plan_films(path), place, lambda: write_films(path, ROWS - 1))
    assert await place.read(JOB) is None


async def test_lines_that_come_after_the_dry_run_are_counted_and_left_to_another_job(tmp_path: Path) -> None:
    path, place = write_films(tmp_path / "rows.csv"), FolderPlace(tmp_path / "job")
    job = await make(plan_films(path), place, lambda: write_films(path, ROWS * 3))
    assert (job.total_rows, job.later_rows) == (ROWS, 2 * ROWS)
    assert job.describe_later() == "2,060 more rows have come since the dry run: not part of this job"
    assert (await write_report(place, job))["later_rows"] == 2 * ROWS


async def test_objects_that_come_all_the_time_do_not_keep_a_job_from_being_made(
    ims: RunningIms, tmp_path: Path
) -> None:
    def put(*names: str) -> None:
        for name in names:
            ims.put(f"inbox/{name}.mp4", b"x")

    put("b", "d", "f")
    plan, place = Plan(Kind.REGISTER, OssPrefix("oss://local-media/inbox/")), FolderPlace(tmp_path / "job")
    async with planned_target(ims.endpoint) as target:
        examined = await examine(plan, target)
        put("a", "c", "e", "g", "d")
        job = await make_job(plan, examined, place, target)
        assert [row.arguments["InputURL"] for row in await read_job_rows(job, place)] == [
            f"oss://local-media/inbox/{name}.mp4" for name in "bdf"
        ]
        assert job.later_rows == 4
        ims.bucket().delete_object("inbox/d.mp4")
        with pytest.raises(SourceError, match="row 2 of the 3 then is not there as it was"):
            await make_job(plan, examined, FolderPlace(tmp_path / "other"), target)


async def test_files_that_come_to_a_folder_are_left_to_another_job(tmp_path: Path) -> None:
    folder = tmp_path.resolve() / "films"  # noqa: ASYNC240 - a path is written
    (folder / "m").mkdir(parents=True)
    for name in ("b.mp4", "m/d.mp4"):
        write(folder / name, "x")
    plan, place = Plan(Kind.UPLOAD, FolderFiles(str(folder))), FolderPlace(tmp_path / "job")
    async with planned_target(folders=(folder,), home=tmp_path / "home") as target:
        examined = await examine(plan, target)
        for name in ("a.mp4", "c.mp4", "m/a.mp4", "z.mp4"):
            write(folder / name, "x")
        job = await make_job(plan, examined, place, target)
    assert [Path(row.arguments["path"]).name for row in await read_job_rows(job, place)] == ["b.mp4", "d.mp4"]
    assert job.later_rows == 4


async def test_one_changed_value_makes_no_job_either(tmp_path: Path) -> None:
    path, place = write_films(tmp_path / "rows.csv"), FolderPlace(tmp_path / "job")
    changed = path.read_text(encoding="utf-8").replace("Film 77\n", "Film 78\n")
    with pytest.raises(SourceError, match="changed since"):
        await make(plan_films(path), place, lambda: write(path, changed))
    assert await place.read(JOB) is None


async def test_a_place_that_was_left_half_made_is_made_anew(tmp_path: Path) -> None:
    path, place = write_films(tmp_path / "rows.csv"), FolderPlace(tmp_path / "job")
    with pytest.raises(SourceError):
        await make(plan_films(path), place, lambda: write_films(path, ROWS - 1))
    job = await make(plan_films(write_films(path, 40)), place)
    assert len(await read_job_rows(job, place)) == 40


async def test_a_place_has_one_job(tmp_path: Path) -> None:
    path, place = write_films(tmp_path / "rows.csv"), FolderPlace(tmp_path / "job")
    await make(plan_films(path), place)
    with pytest.raises(JobRefused, match="There is a job in"):
        await make(plan_films(path), place)


async def test_bad_rows_are_left_out_only_where_that_is_said(tmp_path: Path) -> None:
    plan = plan_films(write_films(tmp_path / "rows.csv", 10, extra="ftp://x,Film\n"))
    place = FolderPlace(tmp_path / "job")
    with pytest.raises(JobRefused, match="1 row of this job cannot be sent"):
        await make(plan, place)
    job = await make(plan, place, skip_bad=True)
    assert job.total_rows == 10


async def test_a_job_of_bad_rows_only_is_refused(tmp_path: Path) -> None:
    plan = Plan(Kind.REGISTER, GivenRows([{"InputURL": "x"}]))
    with pytest.raises(JobRefused, match="No row of this job can be sent"):
        await make(plan, FolderPlace(tmp_path / "job"), skip_bad=True)


async def test_what_the_server_would_refuse_makes_no_job(tmp_path: Path) -> None:
    plan, place = plan_films(write_films(tmp_path / "rows.csv", 10)), FolderPlace(tmp_path / "job")
    async with planned_target(timeout_seconds=1.0, read_only=True) as target:
        examined = await examine(plan, target)
        with pytest.raises(JobRefused, match="read-only mode"):
            await make_job(plan, examined, place, target)
    assert await place.read(JOB) is None


async def test_each_job_has_tokens_of_its_own(tmp_path: Path) -> None:
    plan = plan_films(write_films(tmp_path / "rows.csv", 10))
    jobs = [await make(plan, FolderPlace(tmp_path / name)) for name in ("one", "two")]
    assert len({job.make_client_token(row) for job in jobs for row in range(10)}) == 20


async def test_a_place_that_cannot_be_written_has_no_job_to_go_on_with(tmp_path: Path) -> None:
    place = FolderPlace(write(tmp_path / "file", "") / "job")
    with pytest.raises(JobRefused) as refused:
        await make(plan_films(write_films(tmp_path / "rows.csv")), place)
    assert place.address in str(refused.value)
    assert "No job was made" in refused.value.next_step
    assert "resume" not in refused.value.explain()
