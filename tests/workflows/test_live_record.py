"""Submitting a recording: templates are offered, doubles refused, and a job whose answer was lost is found."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from ims_mcp.catalogue import get_operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.workflows.job_wait import wait_for_job
from ims_mcp.workflows.waiting import Until
from tests.client.scripted_service import Answer, Arrived, ScriptedService, refusal
from tests.clock import Clock
from tests.fixed_credentials import FixedCredentials
from tests.server.connected import CREDENTIAL, connected, content_of, text_of

URL = "rtmp://example.com/live/match"
ARGUMENTS: dict[str, Any] = {
    "Name": "match",
    "TemplateId": "t1",
    "StreamInput": {"Type": "rtmp", "Url": URL},
    "RecordOutput": {"Type": "oss", "Bucket": "b"},
}
TEMPLATES = {
    "RecordTemplateList": [
        {"TemplateId": "t1", "Name": "mp4 hourly", "Type": "system", "RecordFormatList": [{"Format": "mp4"}]},
        {
            "TemplateId": "t2",
            "Name": "ours",
            "Type": "custom",
            "RecordFormatList": [{"Format": "flv"}, {"Format": "m3u8"}],
        },
    ]
}


def job(job_id: str, status: str, **changes: Any) -> dict[str, Any]:
    return {"JobId": job_id, "Status": status, **{k: v for k, v in ARGUMENTS.items() if k != "TemplateId"}, **changes}


class Service:
    """Answers by action. ``submit`` is what a submission gets; ``jobs`` what the list holds before and after it."""

    def __init__(self, submit: Answer, before: list[dict[str, Any]], after: list[dict[str, Any]] | None = None) -> None:
        self._submit = submit
        self._before = before
        self._after = before if after is None else after
        self.submitted = 0

    def __call__(self, request: Arrived) -> Answer:
        match request.action:
            case "SubmitLiveRecordJob":
                self.submitted += 1
                return self._submit
            case "ListLiveRecordJobs":
                return Answer(body={"LiveRecordJobs": self._after if self.submitted else self._before})
            case "ListLiveRecordTemplates":
                return Answer(body=TEMPLATES)
            case _:
                return Answer(body={"RecordJob": {"Status": "started"}})


GOOD = Answer(body={"JobId": "j9", "RequestId": "r"})


async def no_wait(seconds: float) -> None:
    """In place of the pauses before a list of jobs is read again."""


async def submit(service: Service, **changes: Any) -> Any:
    arguments = {name: value for name, value in {**ARGUMENTS, **changes}.items() if value is not None}
    with ScriptedService(usual=service) as running:
        async with connected(running.url, sleep=no_wait) as client:
            return await client.call_tool("submit_live_record_job", arguments)


@pytest.mark.anyio
async def test_a_recording_is_submitted_once_and_waited_for_until_it_runs() -> None:
    service = Service(GOOD, [])
    content = content_of(await submit(service, wait_seconds=5))
    assert content["JobId"] == "j9"
    # It has begun, which is no success.
    assert (content["wait"]["outcome"], content["wait"]["status"]) == ("running", "started")
    assert "result" not in content
    assert service.submitted == 1
    following = content["next_call"]
    assert (following["tool"], following["arguments"]["operation"]) == ("wait_for_job", "SubmitLiveRecordJob")
    assert following["arguments"]["ids"] == {"JobId": "j9"}
    assert following["why"].startswith("it runs and is not over")


FILE = {"RecordId": "f1", "RecordUrl": "http://b/a.mp4", "Format": "mp4", "Duration": 12.0, "Width": 640, "Height": 360}
SHOWN = {
    "url": "http://b/a.mp4",
    "format": "mp4",
    "duration_seconds": 12.0,
    "resolution": "640x360",
    "RecordId": "f1",
}


async def follow(
    states: list[str], files_after_looks: int | None = 0, *, until: Until = "end", name: str = "SubmitLiveRecordJob"
) -> tuple[dict[str, Any], float, list[str]]:
    """What wait_for_job tells of a job that goes through ``states`` and lists its file so many reads after its end,
    how long it took, and what was sent."""
    clock, left = Clock(), list(states)
    reads = 0

    def answer(request: Arrived) -> Answer:
        nonlocal reads
        if request.action == "ListLiveRecordFiles":
            reads += 1
            listed = files_after_looks is not None and reads > files_after_looks
            return Answer(body={"Files": [FILE] if listed else [], "TotalCount": str(int(listed)), "PageNo": 1})
        state: Any = left.pop(0) if left[1:] else left[0]
        outputs = {"StreamInfos": [{"OutputUrl": "rtmp://out/live/1", "Type": "rtmp"}]}
        places = {"TimeInterval": 5, "SnapshotOutput": {"Bucket": "b"}, "SequenceFormat": "{JobId}/{Sequence}.jpg"}
        return Answer(
            body={
                "RecordJob": {"Status": state},
                "Status": state,
                "Job": {"Status": int(state), "OutputStream": outputs} if state.isdigit() else {},
                **places,
            }
        )

    with ScriptedService(usual=answer) as service:
        async with ImsClient(service.endpoint, FixedCredentials(CREDENTIAL)) as client:
            told = await wait_for_job(
                client,
                get_operation(name),
                {"JobId": "j9"},
                seconds=45,
                until=until,
                clock=clock,
                sleep=clock.sleep,
            )
    return told, clock.now, [each.action for each in service.arrived]


@pytest.mark.anyio
async def test_a_recording_is_over_when_its_files_are_listed() -> None:
    told, seconds, sent = await follow(["initial", "started", "started", "paused"], files_after_looks=3)
    assert (told["outcome"], told["status"]) == ("succeeded", "paused")
    assert told["result"] == {"files": [SHOWN]}
    assert not {"job", "note", "next_call"} & told.keys()
    assert sent == ["GetLiveRecordJob"] * 4 + ["ListLiveRecordFiles"] * 4
    assert told["seconds"] == round(seconds, 2)


@pytest.mark.anyio
async def test_a_recording_that_still_runs_is_neither_pending_nor_over() -> None:
    told, seconds, sent = await follow(["initial", "started"])
    assert (told["outcome"], told["status"]) == ("running", "started")
    assert not {"job", "note", "result"} & told.keys()
    assert told["next_call"]["arguments"] == {
        "operation": "SubmitLiveRecordJob",
        "ids": {"JobId": "j9"},
        "wait_seconds": 40,
    }
    assert 40 < seconds <= 45
    assert "ListLiveRecordFiles" not in sent


@pytest.mark.anyio
async def test_whoever_wants_to_know_that_it_has_begun_waits_for_that_alone() -> None:
    told, seconds, sent = await follow(["initial", "started"], until="start")
    assert (told["outcome"], seconds < 1, len(sent)) == ("running", True, 2)
    pending, _, _ = await follow(["initial"], until="start")
    assert pending["outcome"] == "pending"
    assert pending["next_call"]["arguments"]["until"] == "start"


@pytest.mark.anyio
async def test_a_recording_without_a_file_is_no_success_and_says_that_none_may_come() -> None:
    told, seconds, _ = await follow(["paused"], files_after_looks=None)
    assert (told["outcome"], told["status"]) == ("pending", "paused")
    assert told["note"].startswith("nothing is recorded now: the stream has stopped or never came")
    assert told["note"].endswith("and none ever comes where no stream did")
    assert (told["next_call"]["tool"], told["next_call"]["why"].partition(" (")[0]) == (
        "wait_for_job",
        "it does not run, and no file of it is listed yet: look again, for a minute at most",
    )
    assert 40 < seconds <= 45


class Recording:
    """A job and its files as they stand, waited for by one client over one clock."""

    def __init__(self, status: str, files: list[dict[str, Any]]) -> None:
        self.status = status
        self.files = files
        self.clock = Clock()

    def __call__(self, request: Arrived) -> Answer:
        if request.action == "ListLiveRecordFiles":
            return Answer(body={"Files": self.files, "TotalCount": str(len(self.files)), "PageNo": 1})
        return Answer(body={"RecordJob": {"Status": self.status}})

    async def wait(self, client: ImsClient, job_id: str = "j9", until: Until = "end") -> dict[str, Any]:
        ids = {"JobId": job_id}
        operation = get_operation("SubmitLiveRecordJob")
        clock = self.clock
        return await wait_for_job(client, operation, ids, seconds=40, until=until, clock=clock, sleep=clock.sleep)


@pytest.mark.anyio
@pytest.mark.parametrize("until", ["start", "end"])
async def test_a_recording_that_brings_no_file_ends_for_its_reader(until: Until) -> None:
    recording = Recording("paused", [])
    with ScriptedService(usual=recording) as service:
        async with ImsClient(service.endpoint, FixedCredentials(CREDENTIAL)) as client:
            first = await recording.wait(client, until=until)
            # What is over does not begin: the next wait is for its files.
            assert first["outcome"] == "pending"
            assert first["next_call"]["arguments"].keys() == {"operation", "ids", "wait_seconds"}
            last = await recording.wait(client)
            assert 60 <= recording.clock() < 65
            again = await recording.wait(client, until=until)
            other = await recording.wait(client, "j10")
    assert (last["outcome"], last["status"]) == ("failed", "paused")
    assert "no stream came, or nothing of it was recorded" in last["problem"]
    assert "StreamInput.Url" in last["problem"]
    assert not {"note", "next_call", "result", "job"} & last.keys()
    assert (again["outcome"], again["seconds"]) == ("failed", 0)
    # Each job has its own minute.
    assert other["outcome"] == "pending"


@pytest.mark.anyio
async def test_a_file_that_comes_late_is_told_and_a_recording_that_goes_on_has_its_minute_anew() -> None:
    recording = Recording("paused", [])
    with ScriptedService(usual=recording) as service:
        async with ImsClient(service.endpoint, FixedCredentials(CREDENTIAL)) as client:
            for _ in range(2):
                await recording.wait(client)
            recording.status = "started"
            assert (await recording.wait(client, until="start"))["outcome"] == "running"
            recording.status = "paused"
            assert (await recording.wait(client))["outcome"] == "pending"
            await recording.clock.sleep(3600)
            recording.files = [FILE]
            told = await recording.wait(client)
    assert (told["outcome"], told["result"]) == ("succeeded", {"files": [SHOWN]})


@pytest.mark.anyio
async def test_a_live_transcoding_job_tells_its_address_while_it_runs() -> None:
    told, _, _ = await follow(["0", "1"], until="start", name="SubmitLiveTranscodeJob")
    assert (told["outcome"], told["status"]) == ("running", "1")
    assert told["result"] == {"addresses": ["rtmp://out/live/1"]}
    stopped, _, _ = await follow(["0", "1", "2"], name="SubmitLiveTranscodeJob")
    assert (stopped["outcome"], stopped["status"]) == ("succeeded", "2")


@pytest.mark.anyio
async def test_live_snapshots_have_no_end_to_wait_for() -> None:
    told, seconds, _ = await follow(["init", "started"], name="SubmitLiveSnapshotJob")
    assert (told["outcome"], told["status"], seconds < 1) == ("running", "started", True)
    place = {"bucket": "b", "every_picture_goes_to": "{JobId}/{Sequence}.jpg", "interval_seconds": 5}
    assert told["result"] == place
    assert (told["next_call"]["tool"], told["next_call"]["arguments"]) == ("get_live_snapshot_job", {"JobId": "j9"})
    paused, _, _ = await follow(["paused"], name="SubmitLiveSnapshotJob")
    assert (paused["outcome"], paused["status"]) == ("pending", "paused")
    # Waiting on would not change it.
    assert (paused["next_call"]["tool"], paused["next_call"]["arguments"]) == (
        "get_live_snapshot_job",
        {"JobId": "j9"},
    )
    begins, _, _ = await follow(["init"], name="SubmitLiveSnapshotJob")
    assert begins["next_call"]["tool"] == "wait_for_job"


@pytest.mark.anyio
async def test_a_missing_template_is_answered_with_those_there_are() -> None:
    service = Service(GOOD, [])
    result = await submit(service, TemplateId=None)
    assert result.is_error
    assert "TemplateId: missing" in text_of(result)
    assert "t1 (named 'mp4 hourly': mp4, system)" in text_of(result)
    assert "t2 (named 'ours': flv, m3u8, custom)" in text_of(result)
    assert service.submitted == 0


@pytest.mark.anyio
async def test_a_template_the_service_does_not_know_is_answered_with_those_there_are() -> None:
    result = await submit(Service(refusal(404, "ResourceNotFound", "no such template"), []), TemplateId="t9")
    assert result.is_error
    assert "t1 (named 'mp4 hourly': mp4, system)" in text_of(result)


@pytest.mark.anyio
@pytest.mark.parametrize("status", ["initial", "started"])
async def test_the_same_stream_to_the_same_place_is_refused_while_it_is_recorded(status: str) -> None:
    service = Service(GOOD, [job("j1", status, Name="another name")])
    result = await submit(service)
    assert result.is_error
    assert f"job j1 (named 'another name') is {status}" in text_of(result)
    assert "allow_duplicate" in text_of(result)
    assert service.submitted == 0


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("existing", "changes"),
    [
        (job("j1", "paused"), {}),
        (job("j1", "started", StreamInput={"Type": "rtmp", "Url": "rtmp://example.com/live/other"}), {}),
        (job("j1", "started", RecordOutput={"Type": "oss", "Bucket": "elsewhere"}), {}),
        (job("j1", "started"), {"allow_duplicate": True}),
    ],
)
async def test_what_is_no_double_or_meant_is_submitted(existing: dict[str, Any], changes: dict[str, Any]) -> None:
    service = Service(GOOD, [existing])
    assert content_of(await submit(service, **changes))["JobId"] == "j9"
    assert service.submitted == 1


@pytest.mark.anyio
async def test_a_job_whose_answer_was_lost_is_found_and_told_and_never_submitted_again() -> None:
    older = job("j1", "paused")
    service = Service(Answer(fault="reset"), [older], [job("j2", "initial"), older])
    content = content_of(await submit(service))
    assert content["JobId"] == "j2"
    assert "found by looking" in content["note"]
    assert service.submitted == 1


@pytest.mark.anyio
async def test_when_no_new_job_is_found_the_text_says_that_and_how_to_look() -> None:
    older = job("j1", "paused")
    service = Service(Answer(fault="reset"), [older])
    result = await submit(service)
    assert result.is_error
    assert "no new job of this name was found" in text_of(result)
    assert "ListLiveRecordJobs" in text_of(result)
    assert service.submitted == 1


class Recorder:
    """A service that lists a job only when it is ``listed``, and holds back its first answer to a submission."""

    def __init__(self, listed: bool) -> None:
        self._listed = listed
        self.submitted: list[str] = []

    def __call__(self, request: Arrived) -> Answer:
        known = [job(job_id, "initial") for job_id in self.submitted]
        match request.action:
            case "SubmitLiveRecordJob":
                self.submitted.append(f"j{len(self.submitted) + 1}")
                return Answer(body={"JobId": self.submitted[-1], "RequestId": "r"}, delay_seconds=0.2)
            case "ListLiveRecordJobs":
                return Answer(body={"LiveRecordJobs": known if self._listed else []})
            case _:
                wanted = request.query.get("JobId")
                return Answer(body={"RecordJob": next(each for each in known if each["JobId"] == wanted)})


@pytest.mark.anyio
@pytest.mark.parametrize("listed", [True, False])
async def test_two_submissions_at_once_record_once(listed: bool) -> None:
    results: list[Any] = []
    recorder = Recorder(listed)

    async def submit_one(name: str) -> None:
        results.append(await client.call_tool("submit_live_record_job", {**ARGUMENTS, "Name": name}))

    with ScriptedService(usual=recorder) as service:
        async with connected(service.url) as client, anyio.create_task_group() as tasks:
            for number in range(4):
                tasks.start_soon(submit_one, f"match {number}")
    assert recorder.submitted == ["j1"]
    refused = [text_of(result) for result in results if result.is_error]
    assert len(refused) == 3
    assert all("job j1" in text and "would record it twice" in text for text in refused)


@pytest.mark.anyio
async def test_submissions_of_other_streams_do_not_wait_for_each_other_nor_meant_doubles() -> None:
    recorder = Recorder(listed=True)

    async def submit_one(**changes: Any) -> None:
        content_of(await client.call_tool("submit_live_record_job", {**ARGUMENTS, **changes}))

    with ScriptedService(usual=recorder) as service:
        async with connected(service.url) as client, anyio.create_task_group() as tasks:
            tasks.start_soon(submit_one)
            tasks.start_soon(lambda: submit_one(RecordOutput={"Type": "oss", "Bucket": "another"}))
            tasks.start_soon(lambda: submit_one(StreamInput={"Type": "rtmp", "Url": f"{URL}2"}))
            tasks.start_soon(lambda: submit_one(RecordOutput={"Type": "oss", "Bucket": "c"}, allow_duplicate=True))
    assert len(recorder.submitted) == 4
    assert service.most_at_once > 1


@pytest.mark.anyio
async def test_a_recording_that_has_ended_may_be_made_again() -> None:
    ended = job("j1", "paused")

    def answer(request: Arrived) -> Answer:
        match request.action:
            case "SubmitLiveRecordJob":
                return Answer(body={"JobId": "j1", "RequestId": "r"})
            case "ListLiveRecordJobs":
                return Answer(body={"LiveRecordJobs": []})
            case _:
                return Answer(body={"RecordJob": ended})

    with ScriptedService(usual=answer) as service:
        async with connected(service.url) as client:
            for _ in range(2):
                content_of(await client.call_tool("submit_live_record_job", ARGUMENTS))


@pytest.mark.anyio
async def test_a_recording_behind_hundreds_of_newer_ones_is_found() -> None:
    newer = [job(f"n{number}", "paused", StreamInput={"Url": f"{URL}{number}"}) for number in range(100)]
    others = [job(f"o{number}", "started", StreamInput={"Url": f"{URL}{number}"}) for number in range(100)]
    asked: list[dict[str, str]] = []

    def answer(request: Arrived) -> Answer:
        if request.action != "ListLiveRecordJobs":
            return GOOD
        asked.append({name: request.query[name] for name in ("Status", "PageNo") if name in request.query})
        page = {("started", "1"): others, ("started", "2"): [job("j1", "started")]}
        status = request.query.get("Status")
        return Answer(body={"LiveRecordJobs": page.get((status, request.query["PageNo"]), []) if status else newer})

    with ScriptedService(usual=answer) as service:
        async with connected(service.url) as client:
            result = await client.call_tool("submit_live_record_job", ARGUMENTS)
    assert "job j1" in text_of(result)
    assert len(asked) == 4


@pytest.mark.anyio
@pytest.mark.parametrize("field", ["StreamInput", "RecordOutput", "Status", "JobId"])
async def test_a_job_of_another_shape_than_documented_is_passed_over(field: str) -> None:
    service = Service(GOOD, [{**job("j1", "paused"), field: "not what it should be"}, job("j2", "paused")])
    assert content_of(await submit(service))["JobId"] == "j9"


@pytest.mark.anyio
async def test_the_catalogue_tool_takes_the_same_care() -> None:
    service = Service(GOOD, [job("j1", "started")])
    with ScriptedService(usual=service) as running:
        async with connected(running.url) as client:
            wrapped = {"operation": "SubmitLiveRecordJob", "arguments": ARGUMENTS}
            result = await client.call_tool("call_write_operation", wrapped)
    assert result.is_error
    assert "job j1" in text_of(result)
    assert service.submitted == 0
