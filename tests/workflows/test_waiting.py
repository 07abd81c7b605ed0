"""Waiting for an asynchronous operation: until the end state, until the time is up, and never losing the id."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ims_mcp.catalogue import Effect, get_operation, operations
from ims_mcp.client.diagnosis import DIAGNOSES
from ims_mcp.client.ims import ImsClient
from ims_mcp.settings import MAX_WAIT_SECONDS
from ims_mcp.workflows.failures import Failure
from ims_mcp.workflows.waiting import LONGEST_PAUSE_SECONDS, PollResult, is_same_object, wait_for
from tests.client.scripted_service import Answer, Arrived, ScriptedService, refusal
from tests.clock import Clock
from tests.fixed_credentials import FixedCredentials
from tests.server.connected import CREDENTIAL

REGISTERED = {"MediaId": "m1", "RequestId": "r"}


def state(status: str, **more: str) -> Answer:
    return Answer(body={"MediaInfo": {"MediaBasicInfo": {"Status": status, **more}}, "RequestId": "r"})


async def wait(
    service: ScriptedService, clock: Clock, seconds: float, *, operation: str = "RegisterMediaInfo", **arguments: str
) -> tuple[PollResult, list[tuple[float, float, str]]]:
    seen: list[tuple[float, float, str]] = []

    async def progress(done: float, total: float, message: str) -> None:
        seen.append((done, total, message))

    async with ImsClient(service.endpoint, FixedCredentials(CREDENTIAL), sleep=clock.sleep) as client:
        waited = await wait_for(
            client,
            get_operation(operation),
            arguments=arguments,
            reply=REGISTERED,
            seconds=seconds,
            progress=progress,
            clock=clock,
            sleep=clock.sleep,
        )
    return waited, seen


@pytest.mark.anyio
async def test_it_looks_until_the_end_state_and_reports_every_look() -> None:
    clock = Clock()
    with ScriptedService(state("Init"), state("Preparing"), state("Normal")) as service:
        waited, seen = await wait(service, clock, 30)
    assert (waited.outcome, waited.status) == ("succeeded", "Normal")
    assert [message for _, _, message in seen] == [
        "RegisterMediaInfo: Init",
        "RegisterMediaInfo: Preparing",
        "RegisterMediaInfo: Normal",
    ]
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
    assert [request.query for request in service.arrived] == [{"MediaId": "m1"}] * 3
    assert (waited.next_operation, waited.next_arguments) == ("GetMediaInfo", {"MediaId": "m1"})


@pytest.mark.anyio
async def test_a_failure_state_ends_the_wait() -> None:
    with ScriptedService(state("PrepareFail")) as service:
        waited, _ = await wait(service, Clock(), 30)
    assert (waited.outcome, waited.status) == ("failed", "PrepareFail")


@pytest.mark.anyio
@pytest.mark.parametrize("seconds", [0.0, 7.0, 45.0, 4000.0])
async def test_it_never_waits_longer_than_asked_nor_than_45_seconds(seconds: float) -> None:
    clock = Clock()
    with ScriptedService(usual=state("Preparing")) as service:
        waited, _ = await wait(service, clock, seconds)
    assert waited.outcome == "pending"
    assert clock.now <= min(seconds, MAX_WAIT_SECONDS)
    assert service.count == len(clock.pauses) + 1
    assert max(clock.pauses, default=0) <= LONGEST_PAUSE_SECONDS


@pytest.mark.anyio
async def test_a_state_nobody_has_heard_of_counts_as_pending_and_is_told() -> None:
    with ScriptedService(usual=state("Transmogrifying")) as service:
        waited, _ = await wait(service, Clock(), 2)
    assert (waited.outcome, waited.status) == ("pending", "Transmogrifying")


@pytest.mark.anyio
async def test_a_look_that_fails_does_not_end_the_wait_and_a_later_one_counts() -> None:
    with ScriptedService(refusal(404, "ResourceNotFound", "not yet"), state("Normal")) as service:
        waited, _ = await wait(service, Clock(), 30)
    assert (waited.outcome, waited.problem) == ("succeeded", "")


@pytest.mark.anyio
async def test_when_no_look_succeeds_the_problem_is_told_with_the_next_call() -> None:
    with ScriptedService(usual=Answer(fault="reset")) as service:
        waited, _ = await wait(service, Clock(), 3)
    assert waited.outcome == "pending"
    assert "GetMediaInfo" in waited.problem
    assert waited.next_arguments == {"MediaId": "m1"}


@pytest.mark.anyio
async def test_a_look_without_the_right_to_it_ends_the_wait() -> None:
    with ScriptedService(usual=refusal(403, "Forbidden", "no right to look")) as service:
        waited, _ = await wait(service, Clock(), 30)
    assert (waited.outcome, service.count) == ("unknown", 1)
    assert "Forbidden" in waited.problem
    assert waited.next_arguments == {"MediaId": "m1"}


def play_info(*entries: tuple[str, str]) -> Answer:
    return Answer(body={"PlayInfoList": [{"FileURL": url, "Status": status} for url, status in entries]})


@pytest.mark.anyio
async def test_of_a_list_only_the_entry_of_the_submitted_file_counts() -> None:
    source = ("http://b.oss-cn-shanghai.aliyuncs.com/film.mp4?Signature=x", "Normal")
    rendition = ("http://b.oss-cn-shanghai.aliyuncs.com/film-720p.mp4?Signature=x", "Normal")
    clock = Clock()
    with ScriptedService(play_info(source), play_info(source, rendition)) as service:
        waited, _ = await wait(service, clock, 30, operation="RegisterMediaStream", InputURL="oss://b/film-720p.mp4")
    assert waited.outcome == "succeeded"
    assert service.count == 2


@pytest.mark.parametrize(
    ("address", "other", "same"),
    [
        ("oss://b/a b/ä.mp4", "https://b.oss-cn-shanghai.aliyuncs.com/a%20b/%C3%A4.mp4?Expires=1", True),
        ("http://127.0.0.1:9527/b/k.mp4", "oss://b/k.mp4", True),
        ("http://localhost:9527/b/k.mp4", "http://b.oss-cn-beijing.aliyuncs.com/k.mp4", True),
        ("oss://b/k.mp4", "oss://c/k.mp4", False),
        ("oss://b/k.mp4", "oss://b/k.mp4.bak", False),
        ("", "", False),
    ],
)
def test_addresses_of_one_object_are_recognised_in_every_form(address: str, other: str, same: bool) -> None:
    assert is_same_object(address, other) is same


def test_every_poll_rule_names_a_described_read_and_parameters_it_has() -> None:
    rules: list[Any] = [operation for operation in operations() if operation.poll]
    assert rules
    for operation in rules:
        look = get_operation(operation.poll.operation)
        assert look.effect is Effect.READ
        for name, field in operation.poll.arguments:
            assert look.parameter(name), (operation.name, name)
            known = {row.name for row in operation.response} | {row.name for row in operation.parameters}
            assert re.split(r"\[\]|\.", field)[0] in known


@pytest.mark.anyio
async def test_more_ids_than_one_look_takes_are_looked_at_in_batches() -> None:
    jobs = [{"JobId": f"j{number}"} for number in range(12)]

    def look(request: Arrived) -> Answer:
        ids = request.query["JobIds"].split(",")
        entries = [{"JobId": job, "Status": "PROCESSING" if job == "j11" and not late else "SUCCESS"} for job in ids]
        return Answer(body={"URLUploadInfoList": entries})

    late = False
    clock = Clock()
    with ScriptedService(usual=look) as service:
        async with ImsClient(service.endpoint, FixedCredentials(CREDENTIAL)) as client:
            operation = get_operation("UploadMediaByURL")
            common: dict[str, Any] = {
                "arguments": {},
                "reply": {"UploadJobs": jobs},
                "clock": clock,
                "sleep": clock.sleep,
            }
            assert (await wait_for(client, operation, seconds=0, **common)).outcome == "pending"
            late = True
            assert (await wait_for(client, operation, seconds=0, **common)).outcome == "succeeded"
    assert [len(request.query["JobIds"].split(",")) for request in service.arrived] == [10, 2, 10, 2]


@pytest.mark.anyio
async def test_a_job_that_the_list_leaves_out_without_a_word_has_not_succeeded() -> None:
    listed = Answer(body={"URLUploadInfoList": [{"JobId": "a", "Status": "SUCCESS"}]})
    clock = Clock()
    with ScriptedService(usual=listed) as service:
        async with ImsClient(service.endpoint, FixedCredentials(CREDENTIAL)) as client:
            result = await wait_for(
                client,
                get_operation("UploadMediaByURL"),
                arguments={},
                reply={"UploadJobs": [{"JobId": "a"}, {"JobId": "b"}]},
                seconds=40,
                clock=clock,
                sleep=clock.sleep,
            )
    assert (result.outcome, result.problem) == ("not_found", "the service does not know b")


@pytest.mark.parametrize("code", DIAGNOSES)
def test_a_failure_of_a_known_code_says_what_to_do(code: str) -> None:
    reason = f"it broke ({code})"
    told = Failure(code, "it broke").explain()
    assert told.startswith(f"{reason}. ")
    assert "{" not in told
    assert Failure(f"{code}.Further", "it broke").explain() == told.replace(reason, f"it broke ({code}.Further)")
