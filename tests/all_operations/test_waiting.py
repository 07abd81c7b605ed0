"""Every poll rule of the catalogue, by wait_for_job and by wait_seconds: pending, success, failure, neither."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import anyio
import pytest

from ims_mcp.catalogue import Effect, Operation, get_operation
from ims_mcp.catalogue.example import make_example
from ims_mcp.client.answers import Reply
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import DeadlineExceeded, ImsError, InvalidArguments
from ims_mcp.settings import Settings
from ims_mcp.workflows.job_wait import wait_for_job
from ims_mcp.workflows.waiting import (
    FIRST_ROUND_SECONDS,
    LAG_SECONDS,
    MAX_WAIT_SECONDS,
    MOST_POLLS,
    SHORT_LAG_SECONDS,
    PollResult,
    Until,
    wait_for,
)
from tests.all_operations.jobs import (
    ADDRESS,
    REASON,
    UNHEARD_OF,
    asynchronous,
    field_at,
    id_of,
    ids,
    looked,
    poll_of,
    submitted,
)
from tests.all_operations.roads import everything, operation, refusal_of
from tests.client.scripted_service import Answer, Arrived, Script, ScriptedService, refusal
from tests.clock import Clock
from tests.fixed_credentials import FixedCredentials
from tests.server.connected import CREDENTIAL, connected, content_of, text_of


def asked_for(look: Arrived) -> dict[str, str]:
    """The ids a look was sent with."""
    return {name: value for name, value in {**look.query, **look.form}.items() if name != "ClientToken"}


def states(job: Operation) -> list[str]:
    poll = poll_of(job)
    return [*poll.success, *poll.running, *poll.failure, *poll.pending]


def end_of(job: Operation) -> tuple[str, str]:
    """(outcome, state) that ends a wait."""
    poll = poll_of(job)
    if poll.success:
        return "succeeded", poll.success[-1]
    if poll.running:
        return "running", poll.running[-1]
    # Where no states are documented any result is the end.
    return "succeeded", UNHEARD_OF


def told_status(job: Operation, status: str) -> str | None:
    """What a wait says of a state: nothing where no states are documented, since what is looked at is the result."""
    return status if states(job) else None


def jobs(fitting: Callable[[Operation], bool] = lambda job: True) -> Any:
    """The asynchronous operations as parameters of a test."""
    return pytest.mark.parametrize(
        "job", [pytest.param(job, id=job.tool_name) for job in asynchronous() if fitting(job)]
    )


READ = Answer(body={"RequestId": "r", "Files": [{"RecordUrl": "http://b.example.com/film.mp4"}]})


@dataclass
class Followed:
    """What a wait told, and what was sent and reported meanwhile."""

    told: dict[str, Any]
    seconds: float
    looks: list[Arrived]
    reports: list[str]


async def follow(
    job: Operation,
    *answers: Script,
    usual: Script | None = None,
    given: Mapping[str, Any] | None = None,
    read: Answer = READ,
    until: Until = "end",
) -> Followed:
    """wait_for_job for 45 seconds that pass in no time. ``read`` answers the read of the result."""
    clock = Clock()
    reports: list[str] = []

    async def progress(done: float, total: float, message: str) -> None:
        assert 0 <= done <= total
        reports.append(message)

    script = list(answers)
    poll = poll_of(job)

    def answer(request: Arrived) -> Answer:
        if poll.result is not None and request.action == poll.result.operation:
            return read
        following = script.pop(0) if script else usual or Answer()
        return following(request) if callable(following) else following

    with ScriptedService(usual=answer) as service:
        async with ImsClient(service.endpoint, FixedCredentials(CREDENTIAL)) as client:
            told = await wait_for_job(
                client,
                job,
                given or ids(job),
                seconds=45,
                until=until,
                progress=progress,
                clock=clock,
                sleep=clock.sleep,
            )
    looks = [each for each in service.arrived if each.action == poll.operation]
    return Followed(told, clock.now, looks, reports)


def state(job: Operation, status: str, reason: str = "") -> Answer:
    return Answer(body=looked(job, status, reason))


def test_every_poll_rule_names_fields_and_parameters_that_exist() -> None:
    assert len(asynchronous()) >= 56
    for job in asynchronous():
        poll = poll_of(job)
        look = get_operation(poll.operation)
        assert look.effect is Effect.READ
        assert field_at(look.response, poll.status_field), (job.name, poll.status_field)
        for name, field in poll.arguments:
            assert look.parameter(name), (job.name, name)
            assert field_at(job.response, field) or job.parameter(field), (job.name, field)
        if poll.entry is not None:
            list_path = poll.status_field.rpartition(".")[0]
            assert field_at(look.response, f"{list_path}.{poll.entry[0]}")
            assert job.parameter(poll.entry[1])
        assert len(states(job)) == len(set(states(job))), job.name
        # Every required parameter of the look is known.
        assert {row.name for row in look.parameters if row.required} <= {name for name, _ in poll.arguments}, job.name


@pytest.mark.anyio
@jobs(lambda job: end_of(job)[0] == "succeeded")
async def test_a_job_is_followed_from_pending_to_success(job: Operation) -> None:
    poll = poll_of(job)
    outcome, end = end_of(job)
    waiting = [*poll.pending, *poll.running, *([UNHEARD_OF] if states(job) else [])]
    followed = await follow(job, *(state(job, each) for each in waiting), state(job, end))
    assert (followed.told["outcome"], followed.told.get("status")) == (outcome, told_status(job, end))
    assert followed.reports == [f"{job.name}: {told_status(job, each) or 'done'}" for each in [*waiting, end]]
    for look in followed.looks:
        assert asked_for(look) == {name: id_of(name) for name, _ in poll.arguments}


@pytest.mark.anyio
@jobs(lambda job: bool(poll_of(job).failure))
async def test_a_job_that_fails_says_why(job: Operation) -> None:
    for status in poll_of(job).failure:
        followed = await follow(job, state(job, status, REASON))
        assert (followed.told["outcome"], followed.told["status"]) == ("failed", status)
        assert followed.told["problem"] == REASON
        assert len(followed.looks) == 1


@pytest.mark.anyio
@jobs(lambda job: bool(states(job)))
async def test_a_state_nobody_has_heard_of_is_told_and_the_next_call_goes_on(job: Operation) -> None:
    followed = await follow(job, usual=state(job, UNHEARD_OF))
    assert (followed.told["outcome"], followed.told["status"]) == ("pending", UNHEARD_OF)
    assert followed.seconds <= MAX_WAIT_SECONDS
    again = followed.told["next_call"]
    assert (again["tool"], again["arguments"]["operation"]) == ("wait_for_job", job.name)
    assert "none that is documented" in again["why"]
    assert followed.seconds > MAX_WAIT_SECONDS - 5
    assert not {"job", "result"} & followed.told.keys()
    once_more = await follow(job, usual=state(job, UNHEARD_OF), given=again["arguments"]["ids"])
    assert asked_for(once_more.looks[0]) == asked_for(followed.looks[0])


@pytest.mark.anyio
@jobs()
async def test_a_job_without_a_state_yet_is_pending(job: Operation) -> None:
    followed = await follow(job, usual=Answer(body={"RequestId": "r"}))
    assert (followed.told["outcome"], "status" in followed.told) == ("pending", False)
    assert followed.seconds <= MAX_WAIT_SECONDS


@pytest.mark.anyio
@jobs()
async def test_the_ids_may_be_given_as_they_were_returned(job: Operation) -> None:
    poll = poll_of(job)
    given = submitted(job)
    if poll.entry is not None:
        given[poll.entry[1]] = ADDRESS
    followed = await follow(job, usual=state(job, end_of(job)[1]), given=given)
    assert asked_for(followed.looks[0]) == {name: id_of(name) for name, _ in poll.arguments}


@pytest.mark.anyio
async def test_every_submission_with_wait_seconds_ends_with_the_jobs_state() -> None:
    async def submit(job: Operation) -> None:
        poll = poll_of(job)

        def answer(request: Arrived) -> Answer:
            if request.action == job.name:
                return Answer(body=submitted(job))
            return state(job, end) if request.action == poll.operation else Answer()

        outcome, end = ("running", poll.running[0]) if poll.running else end_of(job)
        service.usual = answer
        own = {poll.entry[1]: ADDRESS} if poll.entry else {}
        arguments = {**make_example(job), **own}
        for tool, given in (
            (job.tool_name, {**arguments, "wait_seconds": 1}),
            (
                f"call_{job.effect}_operation",
                {"operation": job.name, "arguments": {**arguments, "wait_seconds": 1}},
            ),
        ):
            before = service.count
            content = content_of(await client.call_tool(tool, given))
            wait = content["wait"]
            assert (wait["outcome"], wait.get("status")) == (outcome, told_status(job, end)), job.name
            assert next(iter(content)) == "wait"
            asked = [each.action for each in service.arrived[before:] if each.action in (job.name, poll.operation)]
            # A second recording of one stream is preceded by a look at the first.
            assert asked[-2:] == [job.name, poll.operation]

    with ScriptedService() as service:
        async with everything(service.url, allow_destructive=True) as client:
            for job in asynchronous():
                await submit(job)


@pytest.mark.anyio
async def test_a_submission_that_does_not_wait_names_the_wait_that_follows() -> None:
    with ScriptedService() as service:
        async with connected(service.url, settings=Settings(allow_destructive=True)) as client:
            for job in asynchronous():
                service.usual = Answer(body=submitted(job))
                given = {"operation": job.name, "arguments": make_example(job)}
                if job.name == "SubmitLiveRecordJob":
                    service.script(Answer())  # the look for a job that is there already
                content = content_of(await client.call_tool(f"call_{job.effect}_operation", given))
                following = content["next_call"]
                assert (following["tool"], following["arguments"]["operation"]) == ("wait_for_job", job.name)
                given_ids = following["arguments"]["ids"]
                assert {name: given_ids[name] for name, _ in poll_of(job).arguments} == {
                    name: id_of(name) for name, _ in poll_of(job).arguments
                }
                service.usual = Answer()
                waited = await client.call_tool("wait_for_job", {**following["arguments"], "wait_seconds": 0})
                assert content_of(waited)["outcome"] == "pending"


@pytest.mark.anyio
async def test_ids_that_are_missing_are_named_before_anything_is_sent() -> None:
    for job in asynchronous():
        with pytest.raises(InvalidArguments) as caught:
            await wait_for_job(_NoClient(), job, {"RequestId": "r"}, seconds=1)  # type: ignore[arg-type]
        assert f"ids.{poll_of(job).arguments[0][0]}: missing" in str(caught.value)
        wrong = {**ids(job), poll_of(job).arguments[0][0]: {"not": "an id"}}
        with pytest.raises(InvalidArguments, match="has to be an id"):
            await wait_for_job(_NoClient(), job, wrong, seconds=1)  # type: ignore[arg-type]


@pytest.mark.anyio
async def test_an_operation_that_starts_nothing_is_told_apart() -> None:
    with pytest.raises(ImsError, match="starts no background job") as caught:
        await wait_for_job(_NoClient(), operation("GetMediaInfo"), {"MediaId": "m"}, seconds=1)  # type: ignore[arg-type]
    assert "RegisterMediaInfo" in caught.value.next_step


@pytest.mark.anyio
async def test_several_ids_are_looked_at_together_or_one_by_one_and_the_slowest_counts() -> None:
    def by_id(request: Arrived) -> Answer:
        media_id = request.query["MediaId"]
        status = "Running" if media_id == "b" and len(seen) < 4 else "Success"
        seen.append(media_id)
        return Answer(body={"IndexJobInfoList": [{"Status": status}]})

    seen: list[str] = []
    followed = await follow(operation("SearchIndexJobRerun"), usual=by_id, given={"MediaIds": "a,b"})
    assert followed.told["outcome"] == "succeeded"
    # One that has ended is not looked at again.
    assert seen == ["a", "b", "b", "b", "b"]

    many = [f"j{number}" for number in range(12)]
    done = Answer(body={"URLUploadInfoList": [{"Status": "SUCCESS"}]})
    for given in ({"JobIds": many}, {"JobIds": ",".join(many)}, {"UploadJobs": [{"JobId": each} for each in many]}):
        followed = await follow(operation("UploadMediaByURL"), usual=done, given=given)
        assert [len(look.query["JobIds"].split(",")) for look in followed.looks] == [10, 2]


@pytest.mark.anyio
async def test_the_failed_one_of_several_batches_is_the_one_told() -> None:
    def look(request: Arrived) -> Answer:
        failed = "j0" in request.query["JobIds"].split(",")
        entry = {"Status": "UPLOAD_FAIL", "ErrorMessage": REASON} if failed else {"Status": "SUCCESS"}
        return Answer(body={"URLUploadInfoList": [entry]})

    given = {"JobIds": [f"j{number}" for number in range(12)]}
    followed = await follow(operation("UploadMediaByURL"), usual=look, given=given)
    assert (followed.told["outcome"], followed.told["problem"]) == ("failed", REASON)


@pytest.mark.anyio
async def test_progress_says_how_far_the_job_is() -> None:
    job = operation("SubmitTranscodeJob")
    half = Answer(body={"TranscodeParentJob": {"Status": "Processing", "Percent": 50}})
    followed = await follow(job, half, state(job, "Success"))
    assert followed.reports == ["SubmitTranscodeJob: Processing 50%", "SubmitTranscodeJob: Success"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("status", "code"),
    [
        (403, "Forbidden"),
        (403, "NoPermission"),
        (401, "Whatever"),
        (400, "InvalidParameter.JobId"),
        (404, "InvalidAccessKeyId.NotFound"),
        (404, "InvalidAction.NotFound"),
        (400, "SignatureDoesNotMatch"),
    ],
)
async def test_a_look_that_would_be_refused_again_ends_the_wait(status: int, code: str) -> None:
    followed = await follow(operation("SubmitTranscodeJob"), usual=refusal(status, code, "no right to look"))
    assert followed.told["outcome"] == "unknown"
    assert code in followed.told["problem"]
    assert "next_call" not in followed.told
    assert len(followed.looks) == 1


@pytest.mark.anyio
@jobs()
async def test_an_id_that_nobody_knows_ends_the_wait_after_a_moment(job: Operation) -> None:
    followed = await follow(job, usual=refusal(404, "ResourceNotFound", "no such job"))
    assert followed.told["outcome"] == "not_found"
    assert followed.told["problem"].startswith("The service knows no such job: check the ids")
    assert "no such job" in followed.told["problem"]
    assert "next_call" not in followed.told
    assert SHORT_LAG_SECONDS <= followed.seconds < LAG_SECONDS


@pytest.mark.anyio
@pytest.mark.parametrize("code", ["ResourceNotFound", "JobNotExist", "InvalidJob.NoSuchJob"])
@pytest.mark.parametrize("seconds", [0, 1])
async def test_a_short_wait_for_an_unknown_id_ends_with_that_too(code: str, seconds: float) -> None:
    with ScriptedService(usual=refusal(400, code)) as service:
        async with ImsClient(service.endpoint, FixedCredentials(CREDENTIAL)) as client:
            clock = Clock()
            told = await wait_for_job(
                client,
                operation("RegisterMediaInfo"),
                {"MediaId": "x"},
                seconds=seconds,
                clock=clock,
                sleep=clock.sleep,
            )
    assert told["outcome"] == "not_found"


@pytest.mark.anyio
async def test_an_id_that_appears_in_time_is_followed() -> None:
    unknown = refusal(404, "ResourceNotFound", "not yet")
    followed = await follow(operation("RegisterMediaInfo"), unknown, unknown, usual=state(_registering(), "Normal"))
    assert (followed.told["outcome"], "problem" in followed.told) == ("succeeded", False)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("job", "given", "body"),
    [
        ("UploadMediaByURL", {"JobIds": "a,b"}, {"URLUploadInfoList": [], "NonExists": ["a", "b"]}),
        ("UploadMediaByURL", {"JobIds": "a,b"}, {"URLUploadInfoList": [{"Status": "SUCCESS"}], "NonExists": ["b"]}),
        ("SubmitDNAJob", {"JobId": "x"}, {"JobList": []}),
        ("SubmitTraceAbJob", {"JobId": "x"}, {"Data": []}),
    ],
)
async def test_a_list_without_the_job_ends_the_wait(job: str, given: dict[str, str], body: dict[str, Any]) -> None:
    followed = await follow(operation(job), usual=Answer(body=body), given=given)
    assert followed.told["outcome"] == "not_found"
    assert followed.seconds < LAG_SECONDS


@pytest.mark.anyio
async def test_of_several_jobs_the_known_ones_are_waited_for_before_the_missing_one_is_told() -> None:
    def body(status: str) -> Answer:
        return Answer(body={"URLUploadInfoList": [{"Status": status}], "NonExists": ["b"]})

    followed = await follow(
        operation("UploadMediaByURL"), *[body("PROCESSING")] * 8, body("SUCCESS"), given={"JobIds": "a,b"}
    )
    assert (followed.told["outcome"], len(followed.looks)) == ("not_found", 9)
    assert "does not know b" in followed.told["problem"]


@pytest.mark.anyio
async def test_a_submission_gives_the_service_longer_to_know_its_own_id() -> None:
    clock = Clock()
    with ScriptedService(usual=refusal(404, "ResourceNotFound", "not yet")) as service:
        async with ImsClient(service.endpoint, FixedCredentials(CREDENTIAL)) as client:
            options: dict[str, Any] = {"arguments": {}, "reply": {"MediaId": "m"}, "clock": clock, "sleep": clock.sleep}
            assert (await wait_for(client, _registering(), seconds=5, **options)).outcome == "pending"
            clock.now = 0.0
            assert (await wait_for(client, _registering(), seconds=45, **options)).outcome == "not_found"
    assert LAG_SECONDS <= clock.now < LAG_SECONDS + 5


def _registering() -> Operation:
    return operation("RegisterMediaInfo")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("job", "name", "count", "most"),
    [("UploadMediaByURL", "JobIds", 20_000, 200), ("SearchIndexJobRerun", "MediaIds", 21, 20)],
)
async def test_more_jobs_than_can_be_looked_at_are_refused_before_anything_is_sent(
    job: str, name: str, count: int, most: int
) -> None:
    many = [f"j{number}" for number in range(count)]
    for given in (many, ",".join(many)):
        with pytest.raises(InvalidArguments, match="too many to wait for together") as caught:
            await wait_for_job(_NoClient(), operation(job), {name: given}, seconds=45)  # type: ignore[arg-type]
        assert f"at most {most} ids" in caught.value.explain()
        assert len(caught.value.explain()) < 500
    enough = ",".join(many[:most])
    followed = await follow(operation(job), usual=state(operation(job), "Success"), given={name: enough})
    assert len(followed.looks) >= MOST_POLLS


@pytest.mark.anyio
async def test_a_submission_of_more_than_can_be_looked_at_says_so() -> None:
    jobs_of_it = {"UploadJobs": [{"JobId": f"j{number}"} for number in range(300)]}
    done = Answer(body={"URLUploadInfoList": [{"Status": "SUCCESS"}]})
    clock = Clock()
    with ScriptedService(usual=done) as service:
        async with ImsClient(service.endpoint, FixedCredentials(CREDENTIAL)) as client:
            waited = await wait_for(
                client,
                operation("UploadMediaByURL"),
                arguments={},
                reply=jobs_of_it,
                seconds=45,
                clock=clock,
                sleep=clock.sleep,
            )
    assert (waited.outcome, service.count) == ("pending", MOST_POLLS)
    assert "only the first 20 looks of 30" in waited.problem
    assert waited.next_arguments["JobIds"].startswith("j200,")


class _Slow:
    """A service whose every look takes three seconds."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.looks = 0
        self.asked: set[str] = set()

    async def call(self, operation: Operation, arguments: Any, *, timeout_seconds: float | None = None) -> Any:
        assert timeout_seconds is not None
        self.looks += 1
        self.asked.add(arguments["JobIds"])
        await self.clock.sleep(min(3.0, timeout_seconds))
        return Reply({"URLUploadInfoList": [{"Status": "PROCESSING"}]}, 2, "r")


@pytest.mark.anyio
@pytest.mark.parametrize("seconds", [0.0, 4.0, 12.0, 45.0])
async def test_the_deadline_is_looked_at_between_looks(seconds: float) -> None:
    clock = Clock()
    client = _Slow(clock)
    given = {"JobIds": ",".join(f"j{number}" for number in range(200))}
    waited = await wait_for(
        cast("ImsClient", client),
        operation("UploadMediaByURL"),
        arguments=given,
        reply=given,
        seconds=seconds,
        clock=clock,
        sleep=clock.sleep,
    )
    assert waited.outcome == "pending"
    assert clock.now <= min(max(seconds, FIRST_ROUND_SECONDS) + 1, MAX_WAIT_SECONDS)
    assert client.looks <= max(seconds, FIRST_ROUND_SECONDS) / 3 + 1
    # None is looked at twice while another has not been looked at.
    assert len(client.asked) == min(client.looks, MOST_POLLS)


class _NoClient:
    """Nothing may be called."""

    async def call(self, *arguments: Any, **options: Any) -> Any:
        raise AssertionError(arguments)


class _Stalling:
    """A service that answers at once up to a moment; every look after it takes all the time it is given."""

    def __init__(self, clock: Clock, stalls_at: float) -> None:
        self.clock = clock
        self.stalls_at = stalls_at

    async def call(self, operation: Operation, arguments: Any, *, timeout_seconds: float | None = None) -> Any:
        assert timeout_seconds is not None
        if self.clock.now < self.stalls_at:
            return Reply({}, 2, "r")
        await self.clock.sleep(timeout_seconds)
        raise DeadlineExceeded("no answer", maybe_done=False)


@pytest.mark.anyio
@pytest.mark.parametrize("stalls_at", [0.0, 9.0, 39.5, 42.0, 43.5, 44.5])
@pytest.mark.parametrize("seconds", [0.0, 1.0, 10.0, 43.5, 44.9, 45.0, 600.0])
async def test_no_wait_outlasts_45_seconds_even_where_nothing_answers(seconds: float, stalls_at: float) -> None:
    for job, given in (
        ("RegisterMediaInfo", {"MediaId": "m"}),
        ("UploadMediaByURL", {"JobIds": ",".join(f"j{number}" for number in range(50))}),
    ):
        clock = Clock()
        client = _Stalling(clock, stalls_at)
        waited: PollResult = await wait_for(
            cast("ImsClient", client),
            operation(job),
            arguments=given,
            reply=given,
            seconds=seconds,
            clock=clock,
            sleep=clock.sleep,
        )
        assert waited.outcome == "pending"
        assert clock.now <= MAX_WAIT_SECONDS
        assert clock.now <= seconds + FIRST_ROUND_SECONDS


@pytest.mark.anyio
async def test_a_wait_is_cancelled_at_once() -> None:
    with ScriptedService(usual=Answer(fault="silent")) as service:
        async with ImsClient(service.endpoint, FixedCredentials(CREDENTIAL)) as client:
            with anyio.fail_after(60):
                async with anyio.create_task_group() as tasks:
                    job = operation("RegisterMediaInfo")
                    tasks.start_soon(partial(wait_for_job, client, job, {"MediaId": "m"}, seconds=45))
                    assert await anyio.to_thread.run_sync(lambda: service.wait_until(lambda it: it.count == 1))
                    tasks.cancel_scope.cancel()
            # Had it waited on, there would have been a further look.
            assert service.count == 1


@pytest.mark.anyio
async def test_of_a_rendition_that_is_not_listed_it_is_said_that_it_may_never_be() -> None:
    """The library lists a rendition once it has been probed; one whose file is missing it never mentions."""
    given = {"MediaId": "m", "InputURL": "oss://bucket/missing.mp4", "wait_seconds": 0.01}
    with ScriptedService(usual=Answer(body={"MediaId": "m", "PlayInfoList": [], "RequestId": "r"})) as service:
        async with connected(service.url) as client:
            content = content_of(await client.call_tool("register_media_stream", given))
    assert content["wait"]["outcome"] == "pending"
    assert "a file that is missing or cannot be read never will be" in content["next_call"]["why"]


@pytest.mark.anyio
async def test_who_waits_for_an_upload_is_told_what_follows_one() -> None:
    with ScriptedService() as service:
        async with connected(service.url) as client:
            waited = await client.call_tool("wait_for_job", {"operation": "upload_media", "ids": {"MediaId": "m"}})
    assert text_of(waited) == "upload_media is followed with transfer_status. Give it the transfer_id."


@pytest.mark.anyio
async def test_wait_for_job_is_a_tool_with_progress() -> None:
    reports: list[str | None] = []

    async def reported(progress: float, total: float | None, message: str | None) -> None:
        reports.append(message)

    job = operation("RegisterMediaInfo")
    with ScriptedService(state(job, "Init"), state(job, "Normal")) as service:
        async with connected(service.url) as client:
            arguments = {"operation": "RegisterMediaInfo", "ids": {"MediaId": "m"}, "wait_seconds": 5}
            content = content_of(await client.call_tool("wait_for_job", arguments, progress_callback=reported))
            negative = await client.call_tool("wait_for_job", {**arguments, "wait_seconds": -1})
    assert (content["outcome"], content["status"]) == ("succeeded", "Normal")
    assert reports == ["RegisterMediaInfo: Init", "RegisterMediaInfo: Normal"]
    assert "0 to 45" in refusal_of(negative)


@pytest.mark.anyio
async def test_a_failed_registration_says_what_to_do_whoever_waited_for_it() -> None:
    job = operation("RegisterMediaInfo")
    failed = looked(job, "PrepareFail", "The file holds text, not picture or sound.")
    registered = Answer(body={"MediaId": "m", "RequestId": "r"})
    with ScriptedService(registered, usual=Answer(body=failed)) as service:
        async with connected(service.url) as client:
            given = {"InputURL": "oss://bucket/a.mp4", "wait_seconds": 1}
            submission = content_of(await client.call_tool("register_media_info", given))
            ids_of_it = {"operation": "RegisterMediaInfo", "ids": {"MediaId": "m"}}
            later = content_of(await client.call_tool("wait_for_job", ids_of_it))
    assert submission["wait"]["what_to_do"] == later["what_to_do"]
    assert later["problem"] == "The file holds text, not picture or sound."
    assert "next_call" not in later
