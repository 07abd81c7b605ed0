"""A shard's rows are done once each, whatever happens, and what became of them is written down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from ims_mcp.errors import ImsError
from ims_mcp.workflows.bulk.acts import choose_act
from ims_mcp.workflows.bulk.folder_place import FolderPlace
from ims_mcp.workflows.bulk.job import OUTCOMES, ROWS, Control, Kind, Outcome, RowState, name_shard
from ims_mcp.workflows.bulk.place import PlaceError
from ims_mcp.workflows.bulk.shard import run_shard
from tests.bulk.made import (
    Registrations,
    Wanted,
    answer,
    make_job,
    name_asset,
    name_objects,
    open_target,
    read_all_outcomes,
    read_written,
    skip_waits,
    states_of,
    work,
)
from tests.client.scripted_service import REQUEST_ID, Answer, Arrived, ScriptedService, refusal
from tests.local_ims.server import RunningIms, running_ims

pytestmark = pytest.mark.anyio
RECORDING = {
    "Name": "evening",
    "TemplateId": "t-1",
    "StreamInput": {"Type": "rtmp", "Url": "rtmp://127.0.0.1/live/one"},
    "RecordOutput": {"Type": "oss", "Endpoint": "oss-cn-shanghai.aliyuncs.com", "Bucket": "bucket"},
}


@pytest.fixture(scope="module")
def ims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIms]:
    with running_ims(tmp_path_factory.mktemp("ims")) as running:
        yield running


async def test_every_row_is_done_once_and_its_outcome_has_its_id(place: FolderPlace) -> None:
    service, rows = Registrations(), name_objects(25)
    with ScriptedService(usual=service) as scripted:
        job = await make_job(place, rows, shard_rows=10)
        async with open_target(scripted.url) as target:
            outcomes = await work(job, place, target)
            assert await work(job, place, target) == outcomes
    assert service.calls == len(service.tokens) == 25
    assert service.assets == {row["InputURL"]: job.make_client_token(number) for number, row in enumerate(rows)}
    expected = {
        number: Outcome(number, RowState.DONE, {"MediaId": name_asset(row["InputURL"])})
        for number, row in enumerate(rows)
    }
    assert outcomes == expected


async def test_lanes_work_side_by_side_and_write_before_their_next_row(place: FolderPlace) -> None:
    seen: list[int] = []

    def look(request: Arrived) -> Answer:
        # On the service's thread: what the file holds when a request arrives.
        seen.append(read_written(place).count(b"\n"))
        return answer(MediaId=name_asset(request.query["InputURL"]))

    with ScriptedService(usual=look, together=4) as scripted:
        job = await make_job(place, name_objects(16))
        async with open_target(scripted.url) as target:
            await work(job, place, target, lanes=4)
    assert scripted.most_at_once == 4
    # The n-th request is begun by a lane that has written down its row before.
    assert all(written >= number - 3 for number, written in enumerate(seen))


async def test_of_rows_that_must_not_be_sent_twice_it_is_written_down_first_that_they_are_begun(
    place: FolderPlace,
) -> None:
    begun: list[bytes] = []

    def look(request: Arrived) -> Answer:
        del request
        begun.append(read_written(place))
        return answer(Category={"CateId": 7})

    with ScriptedService(usual=look) as scripted:
        job = await make_job(place, [{"CateName": "a"}], kind=Kind.SUBMIT, operation="AddCategory")
        async with open_target(scripted.url) as target:
            assert choose_act(job, target).needs_begun
            outcomes = await work(job, place, target)
    assert begun == [Outcome(0, RowState.BEGUN).encode()]
    assert outcomes == {0: Outcome(0, RowState.DONE, {"CateId": "7"})}


async def test_a_row_that_was_begun_is_unknown_where_nobody_can_look_and_is_not_sent_again(place: FolderPlace) -> None:
    with ScriptedService(usual=answer(Category={"CateId": 7})) as scripted:
        rows = [{"CateName": "a"}, {"CateName": "b"}]
        job = await make_job(place, rows, kind=Kind.SUBMIT, operation="AddCategory")
        await place.append(name_shard(OUTCOMES, 0), Outcome(0, RowState.BEGUN).encode())
        async with open_target(scripted.url) as target:
            outcomes = await work(job, place, target)
            assert [request.query["CateName"] for request in scripted.arrived] == ["b"]
            assert states_of(outcomes) == ["unknown", "done"]
            assert "interrupted" in outcomes[0].problem
            # Everything is tried again but what is unknown; that too where it is named.
            await work(job, place, target, Wanted(Control(retry_classes=("*",))))
            assert scripted.count == 1
            outcomes = await work(job, place, target, Wanted(Control(retry_classes=("unknown",))))
    assert (scripted.count, states_of(outcomes)) == (2, ["done", "done"])


@pytest.mark.parametrize(
    ("is_there", "calls"), [(True, ["GetMediaInfo"]), (False, ["GetMediaInfo", "RegisterMediaStream"])]
)
async def test_a_row_that_was_begun_is_looked_up_where_the_catalogue_says_how(
    place: FolderPlace, is_there: bool, calls: list[str]
) -> None:
    files = [{"FileBasicInfo": {"FileUrl": "https://bucket.oss-cn-shanghai.aliyuncs.com/low.mp4?x=1"}}]

    def serve(request: Arrived) -> Answer:
        if request.action == "GetMediaInfo":
            return answer(MediaInfo={"MediaId": "m-1", "FileInfoList": files if is_there else []})
        return answer(MediaId="m-1")

    with ScriptedService(usual=serve) as scripted:
        row = {"MediaId": "m-1", "InputURL": "oss://bucket/low.mp4"}
        job = await make_job(place, [row], operation="RegisterMediaStream")
        await place.append(name_shard(OUTCOMES, 0), Outcome(0, RowState.BEGUN).encode())
        async with open_target(scripted.url) as target:
            outcomes = await work(job, place, target)
    assert [request.action for request in scripted.arrived] == calls
    assert outcomes == {0: Outcome(0, RowState.DONE, {"MediaId": "m-1"})}


@pytest.mark.parametrize("jobs", [0, 1, 2])
async def test_a_recording_whose_answer_is_lost_is_found_or_unknown_and_never_begun_twice(
    place: FolderPlace, jobs: int
) -> None:
    def serve(request: Arrived) -> Answer:
        if request.action == "SubmitLiveRecordJob":
            return Answer(fault="reset")
        found = [{**RECORDING, "JobId": f"job-{n}", "CreateTime": "2026-11-26T08:00:00Z"} for n in range(jobs)]
        old = {**RECORDING, "JobId": "old", "CreateTime": "1969-12-31T00:00:00Z"}
        return answer(LiveRecordJobs=[*found, old])

    with ScriptedService(usual=serve) as scripted:
        job = await make_job(place, [RECORDING], kind=Kind.SUBMIT, operation="SubmitLiveRecordJob")
        async with open_target(scripted.url, sleep=skip_waits) as target:
            outcomes = await work(job, place, target)
    assert Counter(request.action for request in scripted.arrived)["SubmitLiveRecordJob"] == 1
    if jobs == 1:
        assert outcomes == {0: Outcome(0, RowState.DONE, {"JobId": "job-0"})}
    else:
        assert (outcomes[0].state, outcomes[0].problem_class) == (RowState.UNKNOWN, "no_answer")


@pytest.mark.parametrize(
    ("operation", "kind", "row", "body"),
    [
        ("RegisterMediaInfo", Kind.REGISTER, {"InputURL": "oss://bucket/a.mp4"}, {"MediaId": "m"}),
        ("DeleteMediaInfos", Kind.DELETE, {"MediaIds": "m"}, {"IgnoredList": [], "ForbiddenList": []}),
    ],
)
async def test_what_is_the_same_call_when_it_is_sent_again_is_sent_until_it_is_answered(
    place: FolderPlace, operation: str, kind: Kind, row: dict[str, Any], body: dict[str, Any]
) -> None:
    lost = [Answer(fault="reset"), Answer(fault="cut_off"), refusal(500, "InternalError"), Answer(fault="close")]
    lost += [refusal(503, "ServiceUnAvailable")] * 12  # an outage is no row's failure, however long
    with ScriptedService(*lost, usual=answer(**body)) as scripted:
        job = await make_job(place, [row], kind=kind, operation=operation, confirmed=True)
        async with open_target(scripted.url, sleep=skip_waits) as target:
            assert not choose_act(job, target).needs_begun
            outcomes = await work(job, place, target)
    assert scripted.count == len(lost) + 1
    assert outcomes[0].state is RowState.DONE
    assert len({request.query.get("ClientToken") for request in scripted.arrived}) == 1


async def test_a_row_whose_outcome_stays_unknown_ends_and_can_be_tried_again_by_its_class(place: FolderPlace) -> None:
    with ScriptedService(usual=refusal(500, "InternalError")) as scripted:
        job = await make_job(place, name_objects(1))
        async with open_target(scripted.url, sleep=skip_waits) as target:
            outcomes = await work(job, place, target)
            assert (outcomes[0].state, outcomes[0].problem_class) == (RowState.FAILED, "InternalError")
            tried = scripted.count
            await work(job, place, target, Wanted(Control(retry_classes=("timeout",))))
            assert scripted.count == tried
            scripted.usual = answer(MediaId="m")
            outcomes = await work(job, place, target, Wanted(Control(retry_classes=("InternalError",))))
    assert states_of(outcomes) == ["done"]
    assert len({request.query["ClientToken"] for request in scripted.arrived}) == 1


async def test_what_is_registered_already_exists_with_its_id(place: FolderPlace, ims: RunningIms) -> None:
    urls = [ims.put(f"there/{number}.mp4", b"x") for number in range(4)]
    known = {number: ims.register(urls[number]) for number in (1, 3)}
    job = await make_job(place, [{"InputURL": url} for url in urls])
    async with open_target(ims.endpoint) as target:
        outcomes = await work(job, place, target)
    assert states_of(outcomes) == ["done", "exists", "done", "exists"]
    assert {number: outcomes[number].ids["MediaId"] for number in known} == known
    assert all(ims.media_info(outcomes[number].ids["MediaId"]) for number in range(4))


async def test_what_is_gone_need_not_be_deleted(place: FolderPlace, ims: RunningIms) -> None:
    ids = [ims.register(ims.put(f"gone/{number}.mp4", b"x")) for number in range(3)]
    ims.call("DeleteMediaInfos", MediaIds=ids[1])
    rows = [{"MediaIds": each} for each in (*ids, f"{ids[1]},{'0' * 32}")]
    job = await make_job(place, rows, kind=Kind.DELETE, operation="DeleteMediaInfos", confirmed=True)
    async with open_target(ims.endpoint) as target:
        outcomes = await work(job, place, target)
    assert states_of(outcomes) == ["done", "exists", "done", "exists"]


async def test_categories_that_are_gone_need_not_be_deleted(place: FolderPlace, ims: RunningIms) -> None:
    made = int(ims.call("AddCategory", CateName="films")["Category"]["CateId"])
    rows = [{"CateId": made}, {"CateId": made + 1000}]
    job = await make_job(place, rows, kind=Kind.DELETE, operation="DeleteCategory", confirmed=True)
    async with open_target(ims.endpoint) as target:
        outcomes = await work(job, place, target)
    assert states_of(outcomes) == ["done", "exists"]


async def test_what_the_service_does_not_let_be_deleted_has_failed(place: FolderPlace) -> None:
    with ScriptedService(usual=answer(IgnoredList=[], ForbiddenList=["m"])) as scripted:
        job = await make_job(place, [{"MediaIds": "m"}], kind=Kind.DELETE, operation="DeleteMediaInfos", confirmed=True)
        async with open_target(scripted.url) as target:
            outcomes = await work(job, place, target)
    assert (outcomes[0].state, outcomes[0].problem_class) == (RowState.FAILED, "Forbidden")


async def test_failures_have_classes_and_are_tried_again_by_them(place: FolderPlace) -> None:
    faults = {
        0: refusal(400, "InvalidParameter.InputURL", "bad\u202e url"),
        1: refusal(403, "Forbidden"),
    }

    def serve(request: Arrived) -> Answer:
        number = int(request.query["InputURL"].rpartition("-")[2].removesuffix(".mp4"))
        return faults.get(number) or answer(MediaId=f"m-{number}")

    rows = [*name_objects(3), {"InputURL": 7, "Nonsense": 1}]
    with ScriptedService(usual=serve) as scripted:
        job = await make_job(place, rows)
        async with open_target(scripted.url) as target:
            outcomes = await work(job, place, target)
            classes = {number: known.problem_class for number, known in outcomes.items()}
            assert classes == {0: "InvalidParameter.InputURL", 1: "Forbidden", 2: "", 3: "arguments"}
            assert outcomes[0].problem == "RegisterMediaInfo failed: InvalidParameter.InputURL (HTTP 400): bad url"
            assert outcomes[0].request_id == REQUEST_ID
            faults.clear()
            before = scripted.count
            outcomes = await work(job, place, target, Wanted(Control(retry_classes=("Forbidden",))))
            assert (states_of(outcomes), scripted.count - before) == (["failed", "done", "done", "failed"], 1)
            outcomes = await work(job, place, target, Wanted(Control(retry_classes=("*",))))
    assert states_of(outcomes) == ["done", "done", "done", "failed"]


@pytest.mark.parametrize("code", ["InvalidAccessKeyId.NotFound", "OperationDenied.Suspended"])
async def test_what_is_said_of_the_account_stops_the_job_and_fails_no_row(place: FolderPlace, code: str) -> None:
    with ScriptedService(usual=refusal(403, code)) as scripted:
        job = await make_job(place, name_objects(30))
        async with open_target(scripted.url) as target:
            with pytest.raises(ImsError, match=code):
                await work(job, place, target, lanes=4)
            assert scripted.count <= 4
            assert await read_all_outcomes(job, place) == {}


async def test_a_server_that_only_reads_stops_the_job(place: FolderPlace) -> None:
    with ScriptedService() as scripted:
        job = await make_job(place, name_objects(3))
        async with open_target(scripted.url, read_only=True) as target:
            with pytest.raises(ImsError, match="read-only"):
                await work(job, place, target)
    assert scripted.count == 0
    assert await read_all_outcomes(job, place) == {}


async def test_what_nobody_agreed_to_is_not_deleted(place: FolderPlace) -> None:
    with ScriptedService() as scripted:
        job = await make_job(place, [{"MediaIds": "m"}], kind=Kind.DELETE, operation="DeleteMediaInfos")
        async with open_target(scripted.url) as target:
            outcomes = await work(job, place, target)
    assert (scripted.count, outcomes[0].problem_class) == (0, "not_confirmed")


async def test_rows_that_are_not_those_of_the_job_are_refused(place: FolderPlace) -> None:
    with ScriptedService() as scripted:
        job = await make_job(place, name_objects(20), shard_rows=10)
        content = await place.read(name_shard(ROWS, 1)) or b""
        await place.write(name_shard(ROWS, 1), content.replace(b'"number":12', b'"number":13'))
        async with open_target(scripted.url) as target:
            with pytest.raises(PlaceError, match="does not hold the rows 10 to 19 of the job"):
                await work(job, place, target)
    assert scripted.count == 10


async def test_a_shard_that_was_to_stop_for_a_moment_is_not_through(place: FolderPlace) -> None:
    watch = Wanted()

    def stop_in_the_middle(request: Arrived) -> Answer:
        watch.current = Control(stop=True)
        return answer(MediaId=name_asset(request.query["InputURL"]))

    with ScriptedService(usual=stop_in_the_middle) as scripted:
        job = await make_job(place, name_objects(8))
        async with open_target(scripted.url) as target:
            is_through = await run_shard(job, place, 0, choose_act(job, target), watch, lanes=1)
            assert (is_through, scripted.count) == (False, 1)
            watch.current, scripted.usual = Control(), answer(MediaId="m")
            assert await run_shard(job, place, 0, choose_act(job, target), watch)
            assert await run_shard(job, place, 0, choose_act(job, target), watch)
    assert states_of(await read_all_outcomes(job, place)) == ["done"] * 8
