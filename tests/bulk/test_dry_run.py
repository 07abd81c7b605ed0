"""The dry run: what it counts, asks the service, promises and estimates, without writing anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ims_mcp.catalogue import Effect
from ims_mcp.errors import InvalidArguments
from ims_mcp.workflows.bulk.dry_run import examine
from ims_mcp.workflows.bulk.examined import Examined
from ims_mcp.workflows.bulk.job import Kind
from ims_mcp.workflows.bulk.plan import Plan
from ims_mcp.workflows.bulk.sources.folder import FolderFiles
from ims_mcp.workflows.bulk.sources.manifest import GivenRows, ManifestFile
from ims_mcp.workflows.bulk.sources.raw import Source, SourceError
from tests.bulk.planned import planned_target, write
from tests.client.scripted_service import Answer, Arrived, ScriptedService, refusal
from tests.local_ims.server import RunningIms, running_ims

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def ims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIms]:
    with running_ims(tmp_path_factory.mktemp("ims")) as running:
        yield running


def name_films(count: int) -> list[dict[str, Any]]:
    return [{"InputURL": f"oss://bucket-of-ours/film-{number}.mp4"} for number in range(count)]


async def examine_rows(rows: list[Any], kind: Kind = Kind.REGISTER, operation: str = "", **settings: Any) -> Examined:
    """Without any service: looks fail at once."""
    async with planned_target(timeout_seconds=1.0, **settings) as target:
        return await examine(Plan(kind, GivenRows(rows), operation), target)


async def test_counts_are_those_of_the_source(tmp_path: Path) -> None:
    lines = [f"oss://bucket-of-ours/film-{number}.mp4,t" for number in range(300)]
    lines[10] = lines[9]
    lines[20:50] = [f"ftp://x/{number},t" for number in range(30)]
    lines[60] = "only one cell"
    lines[70] = f"oss://bucket-of-ours/film-71.mp4,{'t' * 200}"
    path = write(tmp_path / "rows.csv", "\n".join(["InputURL,Title", *lines]))
    async with planned_target(timeout_seconds=1.0) as target:
        examined = await examine(Plan(Kind.REGISTER, ManifestFile(path)), target)
    assert (examined.rows, examined.doubles, examined.bad_rows) == (267, 1, 32)
    assert {each.name: each.count for each in examined.problems} == {
        "invalid InputURL": 30,
        "broken_line": 1,
        "invalid Title": 1,
    }
    [first, *_] = examined.problems
    assert [line for line, _ in first.examples] == [*range(22, 42)]
    told = examined.describe()
    assert told["rows"] == 267
    assert told["problems"][0]["examples"][0].startswith("line 22: InputURL:")
    assert told["takes"] == "27 s at 10 rows/s, 5 s at 50 rows/s, 1 s at 200 rows/s"
    assert len(told["sample"]) == 5


async def test_what_exists_already_is_looked_at_for_a_bounded_share(ims: RunningIms) -> None:
    ims.bucket("bucket-of-ours").create_bucket()
    rows = name_films(400)
    for row in rows[::4]:
        ims.register(row["InputURL"])
    async with planned_target(ims.endpoint) as target:
        many = await examine(Plan(Kind.REGISTER, GivenRows(rows)), target)
        few = await examine(Plan(Kind.REGISTER, GivenRows(rows[:8])), target)
    assert many.existing is not None
    assert many.existing.looked_at == 200
    assert 25 <= many.existing.found <= 75
    share = round(many.existing.found / 2)
    assert many.describe()["exists_already"].startswith(f"{many.existing.found} of 200 looked at, about {share} %")
    assert few.describe()["exists_already"] == "2 of 8 looked at"


async def test_a_look_that_is_refused_is_told_and_costs_nothing_else() -> None:
    def answer(request: Arrived) -> Answer:
        return refusal(403, "NoPermission", "not you")

    with ScriptedService(usual=answer) as service:
        async with planned_target(service.url) as target:
            examined = await examine(Plan(Kind.REGISTER, GivenRows(name_films(50))), target)
    assert examined.rows == 50
    assert examined.describe()["exists_already"] == "0 of 0 looked at; the look ended with NoPermission"
    assert service.count <= 8
    assert {request.action for request in service.arrived} == {"GetMediaInfo"}


async def test_a_deletion_says_that_somebody_is_asked() -> None:
    rows = [{"MediaId": f"m-{number}"} for number in range(30)]
    examined = await examine_rows(rows, Kind.DELETE)
    assert examined.effect is Effect.DESTRUCTIVE
    assert (examined.destructive_rows, examined.asked_rows, examined.asked_on_page) == (30, 30, False)
    asks = examined.describe()["asks"]
    assert asks.startswith("one yes for 30 rows, by the client: each deletes assets from the library for good")
    assert (await examine_rows(rows, Kind.DELETE, allow_destructive=True)).asked_rows == 0


async def test_single_rows_that_destroy_something_are_counted() -> None:
    rows = name_films(10)
    rows[3]["Overwrite"] = True
    examined = await examine_rows(rows)
    assert (examined.effect, examined.destructive_rows, examined.asked_rows) == (Effect.DESTRUCTIVE, 1, 1)


async def test_work_that_is_billed_is_told() -> None:
    job = {"Input": {"Type": "OSS", "Media": "oss://bucket-of-ours/a.mp4"}}
    assert "Billed" in (await examine_rows([job], Kind.SUBMIT, "SubmitMediaCensorJob")).costs
    analysed = name_films(3)
    analysed[0]["SmartTagTemplateId"] = "S00000101-300080"
    assert (await examine_rows(analysed)).notes[0].startswith("1 row starts a workflow or an analysis")


async def test_an_operation_without_a_token_says_that_rows_can_stay_unknown() -> None:
    rows = [{"MediaId": "m-1", "Title": "a"}]
    assert "stay unknown" in (await examine_rows(rows, Kind.UPDATE)).notes[0]
    assert (await examine_rows(name_films(1))).notes == ()


async def test_read_only_mode_is_told_before_anything_is_made() -> None:
    examined = await examine_rows(name_films(2), read_only=True)
    assert "read-only mode" in examined.refusal
    assert "read-only mode" in examined.describe()["refused"]


async def test_uploads_say_what_they_weigh_and_where_they_go(tmp_path: Path) -> None:
    folder = tmp_path.resolve() / "films"  # noqa: ASYNC240 - a path is written
    folder.mkdir()
    for number in range(3):
        write(folder / f"{number}.mp4", "x" * 1000)
    write(folder / "notes.doc", "x")
    async with planned_target(folders=(folder,)) as target:
        into_vod = await examine(Plan(Kind.UPLOAD, FolderFiles(str(folder))), target)
        template = {"destination": "oss://bucket-of-ours/"}
        into_bucket = await examine(Plan(Kind.UPLOAD, FolderFiles(str(folder)), template=template), target)
    assert (into_vod.rows, into_vod.size_bytes, into_vod.left_out) == (3, 3000, {"other extension": 1})
    assert "mark in its UserData" in into_vod.notes[0]
    assert into_bucket.notes == ()


@pytest.mark.parametrize("source", [GivenRows([]), FolderFiles("empty")])
async def test_a_source_without_rows_is_an_error(source: Source, tmp_path: Path) -> None:
    folder = tmp_path.resolve()  # noqa: ASYNC240 - a path is written
    (folder / "empty").mkdir()
    write(folder / "empty" / "notes.doc", "x")
    async with planned_target(folders=(folder,)) as target:
        with pytest.raises(SourceError, match="There is no row in"):
            await examine(Plan(Kind.UPLOAD, source), target)


async def test_a_plan_that_cannot_be_is_refused_before_its_source_is_read() -> None:
    with pytest.raises(InvalidArguments):
        await examine_rows(name_films(1), Kind.SUBMIT)


async def test_a_description_fits_into_an_answer_whatever_rows_hold() -> None:
    rows: list[Any] = [{"InputURL": "x" * 5_000, f"column {number}": "\u202e" * 500} for number in range(3_000)]
    rows += [{"InputURL": f"oss://bucket-of-ours/{number}.mp4", "UserData": {"a": "x" * 900}} for number in range(9)]
    examined = await examine_rows(rows)
    assert len(str(examined.describe())) < 16_000


async def test_the_rows_that_would_be_done_are_known_again_in_their_order() -> None:
    first = await examine_rows(name_films(10))
    assert len(first.row_hashes) == 10
    assert (await examine_rows([*name_films(10), "broken"])).row_hashes == first.row_hashes
    assert (await examine_rows(name_films(10)[::-1])).row_hashes == first.row_hashes[::-1]
