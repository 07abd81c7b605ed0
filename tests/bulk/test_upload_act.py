"""Files of a folder made assets, whatever happens on the way: all of them, byte by byte, and nothing beside them."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import anyio
import pytest

from ims_mcp.local.uploads.sessions import VOD_BUCKET
from ims_mcp.workflows.bulk.acts import choose_act
from ims_mcp.workflows.bulk.dry_run import examine
from ims_mcp.workflows.bulk.folder_place import FolderPlace
from ims_mcp.workflows.bulk.job import JOB, BulkJob, Kind, Outcome, Row, RowState
from ims_mcp.workflows.bulk.making import make_job
from ims_mcp.workflows.bulk.marked_assets import MARK, add_mark
from ims_mcp.workflows.bulk.plan import Plan
from ims_mcp.workflows.bulk.shard_files import read_outcomes
from ims_mcp.workflows.bulk.sources.folder import FolderFiles
from ims_mcp.workflows.bulk.target import BulkTarget
from ims_mcp.workflows.bulk.upload_act import UploadAct, open_store
from tests.bulk.planned import planned_target, read_job_rows, write
from tests.bulk.uploading import work
from tests.fault_proxy import Delay, LoseAnswer, Seen
from tests.local_ims.server import RunningIms, running_ims, wait_for
from tests.transfers.setting import ims_behind_proxy

pytestmark = pytest.mark.anyio
SUBTITLES = {"MediaType": "text", "BusinessType": "subtitles"}


@dataclass(frozen=True)
class Uploads:
    """A job of uploads, where it is kept, and what it sends."""

    home: Path
    ims: RunningIms
    template: dict[str, Any]
    endpoint: str = ""
    """Where the service is reached, if not at its own address."""

    @property
    def files(self) -> Path:
        return self.home / "files"

    @property
    def place(self) -> FolderPlace:
        return FolderPlace(self.home / "job")

    def write_files(self, count: int) -> None:
        """Real subtitles, each another one, in several folders; some have the same name."""
        for number in range(count):
            path = self.files / f"part-{number % 7}" / f"lines-{number // 7}.srt"
            path.parent.mkdir(parents=True, exist_ok=True)
            text = "".join(
                f"{line}\n00:00:{line:02},000 --> 00:00:{line:02},900\nline {line} of {number}\n\n"
                for line in range(1, 2 + number % 40)
            )
            write(path, text)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[BulkTarget]:
        async with planned_target(
            self.endpoint or self.ims.endpoint, home=self.home / "state", folders=(self.files,)
        ) as target:
            yield target

    async def make(self) -> BulkJob:
        async with self.open() as target:
            plan = Plan(Kind.UPLOAD, FolderFiles(str(self.files)), template=SUBTITLES | self.template)
            return await make_job(plan, await examine(plan, target), self.place, target)

    async def read_outcomes(self) -> dict[int, Outcome]:
        job = BulkJob.decode(await self.place.read(JOB) or b"")
        found: dict[int, Outcome] = {}
        for number in range(job.shard_count):
            found |= await read_outcomes(self.place, number)
        return found

    def start(self) -> subprocess.Popen[bytes]:
        endpoint = self.endpoint or self.ims.endpoint
        command = [sys.executable, "-m", "tests.bulk.uploading", str(self.home / "job"), endpoint]
        return subprocess.Popen([*command, str(self.home)])

    def list_assets(self) -> list[dict[str, Any]]:
        """All there are, whoever made them."""
        found: list[dict[str, Any]] = []
        token = ""
        while True:
            page = self.ims.call("ListMediaBasicInfos", MaxResults="100", **({"NextToken": token} if token else {}))
            found += page["MediaInfos"]
            token = page.get("NextToken") or ""
            if not token:
                return [row["MediaBasicInfo"] for row in found]

    def list_objects(self, bucket: str) -> dict[str, bytes]:
        """Key -> content."""
        to = self.ims.bucket(bucket)
        keys, token = list[str](), ""
        while True:
            page = to.list_objects_v2(continuation_token=token, max_keys=1000)
            keys += [each.key for each in page.object_list]
            if not page.is_truncated:
                return {key: to.get_object(key).read() for key in keys}
            token = page.next_continuation_token

    def check_all_arrived(self, rows: list[Row], outcomes: dict[int, Outcome], bucket: str) -> None:
        """Every file is one asset and one object, and there is nothing beside them."""
        assert {outcome.state for outcome in outcomes.values()} == {RowState.DONE}
        assert len(outcomes) == len(rows)
        ids = {row.number: outcomes[row.number].ids["MediaId"] for row in rows}
        assert len({*ids.values()}) == len(rows)

        def settle() -> dict[str, dict[str, Any]] | None:
            assets = {asset["MediaId"]: asset for asset in self.list_assets()}
            return assets if all(asset["Status"] == "Normal" for asset in assets.values()) else None

        assets = wait_for(settle, 60)
        assert assets.keys() == {*ids.values()}
        objects = self.list_objects(bucket)
        assert len(objects) == len(rows)
        for row in rows:
            key = unquote(urlsplit(str(assets[ids[row.number]]["InputURL"])).path).removeprefix("/")
            assert objects[key] == Path(row.arguments["path"]).read_bytes()
        assert self.ims.bucket(bucket).list_multipart_uploads().upload_list == []


@pytest.fixture
def ims(tmp_path: Path) -> Iterator[RunningIms]:
    """One for each test: whatever is in it, the test has made."""
    with running_ims(tmp_path / "ims") as running:
        yield running


@pytest.fixture(params=["vod", "oss://bucket-of-ours/films/{folder}"])
def uploads(request: pytest.FixtureRequest, ims: RunningIms, tmp_path: Path) -> Uploads:
    return choose_uploads(tmp_path, ims, str(request.param))


def choose_uploads(home: Path, ims: RunningIms, destination: str, endpoint: str = "") -> Uploads:
    if destination != "vod":
        ims.bucket("bucket-of-ours").create_bucket()
    template = {"destination": destination, "Title": "{folder}{name}"}
    return Uploads(home.resolve(), ims, template, endpoint)


def find_bucket(uploads: Uploads) -> str:
    return VOD_BUCKET if uploads.template["destination"] == "vod" else "bucket-of-ours"


async def kill_and_resume(uploads: Uploads, count: int, kills: int) -> None:
    """Upload ``count`` files by processes that are killed after a random number of them, and then by one that is
    not."""
    uploads.write_files(count)
    job = await uploads.make()
    rows = await read_job_rows(job, uploads.place)
    draw = random.Random(count)
    for number in sorted(draw.sample(range(count * 9 // 10), kills)):
        # It is killed while it works, not while Python starts.
        enough = max(number, len(await uploads.read_outcomes()))
        process = uploads.start()
        try:
            with anyio.fail_after(300):
                while len(await uploads.read_outcomes()) <= enough:
                    assert process.poll() is None, "it ended before it was killed"
                    await anyio.sleep(0.01)
            await anyio.sleep(draw.uniform(0, 0.1))
        finally:
            process.kill()
            process.wait()
    assert len(await uploads.read_outcomes()) < count or kills == 0
    async with uploads.open() as target:
        await work(job, uploads.place, target)
        open_store(job.job_id, target).forget_all()
    uploads.check_all_arrived(rows, await uploads.read_outcomes(), find_bucket(uploads))
    assert not [*(uploads.home / "state" / "transfers").rglob("*.json")]


DESTINATIONS = pytest.mark.parametrize("destination", ["vod", "oss://bucket-of-ours/films/{folder}"])
CREATING = ("CreateUploadMedia", "RegisterMediaInfo")


def makes_asset(seen: Seen) -> bool:
    return seen.headers.get("x-acs-action") in CREATING


@DESTINATIONS
async def test_a_folder_arrives_though_its_process_is_killed_three_times(tmp_path: Path, destination: str) -> None:
    with ims_behind_proxy(tmp_path / "ims") as (ims, proxy):
        # So that most kills come between what the service has done and what it says of that.
        proxy.inject(Delay(0.15), makes_asset, times=10**9)
        await kill_and_resume(choose_uploads(tmp_path, ims, destination, proxy.url), 300, 3)


@pytest.mark.slow
@DESTINATIONS
async def test_ten_thousand_files_arrive_though_their_process_is_killed_five_times(
    ims: RunningIms, tmp_path: Path, destination: str
) -> None:
    await kill_and_resume(choose_uploads(tmp_path, ims, destination), 10_000, 5)


@DESTINATIONS
async def test_an_answer_that_is_lost_leaves_no_second_asset(tmp_path: Path, destination: str) -> None:
    with ims_behind_proxy(tmp_path / "ims") as (ims, proxy):
        uploads = choose_uploads(tmp_path, ims, destination, proxy.url)
        async with single(uploads) as (job, row, target):
            proxy.inject(LoseAnswer(), makes_asset, times=1)
            outcome = await UploadAct(job, target).do(row, maybe_sent=False)
            uploads.check_all_arrived([row], {0: outcome}, find_bucket(uploads))


@asynccontextmanager
async def single(uploads: Uploads) -> AsyncGenerator[tuple[BulkJob, Row, BulkTarget]]:
    """A job of one file."""
    uploads.write_files(1)
    job = await uploads.make()
    [row] = await read_job_rows(job, uploads.place)
    async with uploads.open() as target:
        yield job, row, target


async def test_an_asset_whose_id_was_never_heard_of_is_found_by_its_mark(ims: RunningIms, tmp_path: Path) -> None:
    uploads = Uploads(tmp_path.resolve(), ims, {"UserData": {"mine": 1}})  # noqa: ASYNC240 - a path is written
    async with single(uploads) as (job, row, target):
        token = job.make_client_token(row.number)
        made = ims.call(
            "CreateUploadMedia",
            FileInfo=json.dumps({"Type": "text", "Name": "x", "Ext": "srt"}),
            MediaMetaData=json.dumps({"Title": "x", "BusinessType": "subtitles"}),
            UserData=json.dumps({"mine": 1, MARK: token}),
        )
        outcome = await choose_act(job, target).do(row, maybe_sent=True)
        assert outcome.ids["MediaId"] == made["MediaId"]
        # On another machine nothing is written down of it: it is found as one that has arrived.
        open_store(job.job_id, target).forget_all()
        again = await UploadAct(job, target).do(row, maybe_sent=True)
    assert again.ids["MediaId"] == made["MediaId"]
    uploads.check_all_arrived([row], {0: outcome}, VOD_BUCKET)


async def test_what_was_done_is_not_done_again(uploads: Uploads) -> None:
    async with single(uploads) as (job, row, target):
        first = await UploadAct(job, target).do(row, maybe_sent=False)
        write(Path(row.arguments["path"]), "another content")
        second = await UploadAct(job, target).do(row, maybe_sent=True)
    assert (first.state, second.state) == (RowState.DONE, RowState.DONE)
    assert first.ids == second.ids
    assert len(uploads.list_assets()) == 1


async def test_the_same_file_that_is_an_asset_already_exists(uploads: Uploads) -> None:
    async with single(uploads) as (job, row, target):
        first = await UploadAct(job, target).do(row, maybe_sent=False)
        other = BulkJob("another-job", job.kind, job.operation, 1, "", 0.0)
        again = await UploadAct(other, target).do(row, maybe_sent=False)
    if find_bucket(uploads) == VOD_BUCKET:  # where every upload has a place of its own
        assert (again.state, len(uploads.list_assets())) == (RowState.DONE, 2)
    else:
        assert (again.state, again.ids["MediaId"]) == (RowState.EXISTS, first.ids["MediaId"])


async def test_another_object_in_the_way_is_kept_and_told(ims: RunningIms, tmp_path: Path) -> None:
    ims.bucket("bucket-of-ours").create_bucket()
    uploads = Uploads(tmp_path.resolve(), ims, {"destination": "oss://bucket-of-ours/"})  # noqa: ASYNC240 - written
    ims.put("lines-0.srt", b"somebody else's", "bucket-of-ours")
    async with single(uploads) as (job, row, target):
        outcome = await UploadAct(job, target).do(row, maybe_sent=False)
    assert (outcome.state, outcome.problem_class) == (RowState.FAILED, "FileAlreadyExists")
    assert uploads.list_objects("bucket-of-ours") == {"lines-0.srt": b"somebody else's"}


async def test_a_file_that_has_gone_is_told_and_leaves_nothing(uploads: Uploads) -> None:
    async with single(uploads) as (job, row, target):
        Path(row.arguments["path"]).unlink()  # noqa: ASYNC240 - a small file
        outcome = await UploadAct(job, target).do(row, maybe_sent=False)
    assert (outcome.state, outcome.problem_class) == (RowState.FAILED, "SourceMissing")
    assert uploads.list_assets() == []


async def test_a_service_that_is_away_is_waited_for(ims: RunningIms, tmp_path: Path) -> None:
    uploads, pauses = Uploads(tmp_path.resolve(), ims, {}), list[float]()  # noqa: ASYNC240 - a path is written

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) > 20:
            raise TimeoutError

    async with single(uploads) as (job, row, target):
        async with planned_target(home=uploads.home / "state", folders=(uploads.files,)) as away:
            away.client.sleep = sleep
            with pytest.raises(TimeoutError):
                await UploadAct(job, away).do(row, maybe_sent=False)
        outcome = await UploadAct(job, target).do(row, maybe_sent=True)
    assert outcome.state is RowState.DONE
    assert len(uploads.list_assets()) == 1


async def test_what_has_arrived_is_forgotten_in_time(uploads: Uploads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ims_mcp.workflows.bulk.upload_act._KEPT", 3)
    uploads.write_files(12)
    job = await uploads.make()
    async with uploads.open() as target:
        await work(job, uploads.place, target)
        assert await target.transfers.list() == {"count": 0, "transfers": []}
    assert len([*(uploads.home / "state" / "transfers" / "jobs" / job.job_id).iterdir()]) == 3


async def test_jobs_that_nobody_has_worked_on_for_long_are_forgotten(ims: RunningIms, tmp_path: Path) -> None:
    uploads = Uploads(tmp_path.resolve(), ims, {})  # noqa: ASYNC240 - a path is written
    kept, old = (uploads.home / "state" / "transfers" / "jobs" / name for name in ("b-young", "b-old"))
    for folder, age_days in ((kept, 80), (old, 100)):
        folder.mkdir(parents=True)
        write(folder / "t-000000000000.json", "{}")
        at = time.time() - age_days * 86_400
        os.utime(folder, (at, at))
    async with uploads.open() as target:
        open_store("b-new", target)
    assert (kept.exists(), old.exists()) == (True, False)


@pytest.mark.parametrize(
    ("given", "marked"),
    [
        (None, {MARK: "t"}),
        ({"a": 1}, {"a": 1, MARK: "t"}),
        ('{"a": 1}', {"a": 1, MARK: "t"}),
        ("no json", "no json"),
        ("[1]", "[1]"),
        ({"a": "x" * 1010}, {"a": "x" * 1010}),
    ],
)
async def test_a_mark_keeps_what_is_there(given: Any, marked: Any) -> None:
    arguments = {} if given is None else {"UserData": given}
    assert add_mark(arguments, "t")["UserData"] == marked
