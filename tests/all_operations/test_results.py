"""The result of every job that has a place for one arrives with the end of the wait, in one call."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable
from importlib.resources import files
from typing import Any, cast

import pytest

from ims_mcp.catalogue import Operation, get_operation, values_at
from ims_mcp.catalogue.example import make_example
from ims_mcp.settings import Settings
from ims_mcp.summaries.bounds import size_bytes
from ims_mcp.summaries.job_read import is_job_read
from ims_mcp.summaries.shaping import present
from tests.all_operations.jobs import ADDRESS, asynchronous, brought, ids, looked, poll_of, put, submitted
from tests.client.scripted_service import Answer, Arrived, ScriptedService, refusal
from tests.server.connected import connected, content_of, text_of

RESULT_BYTES = 6 * 1024
LEFT_OUT_BYTES = 150
RESOLUTION = re.compile(r"\d+x\d+")
"""Width and height as they are told."""
WITH_RESULT = [job for job in asynchronous() if job.poll and job.poll.result]


def reads_further(job: Operation) -> bool:
    result = poll_of(job).result
    return result is not None and bool(result.operation)


ANSWERS = json.loads(files("ims_mcp.catalogue").joinpath("answers.json").read_text(encoding="utf-8"))


def has_state_in_result(job: Operation) -> bool:
    """Such a job cannot be answered without its result."""
    poll = poll_of(job)
    result = poll.result
    return (
        result is not None
        and not result.operation
        and any(poll.status_field.startswith(path) for _, path in result.fields)
    )


def has_example_of_result(job: Operation) -> bool:
    """Whether the vendor's example answer holds anything where the result lies."""
    poll = poll_of(job)
    assert poll.result is not None
    found = [value for _, path in poll.result.fields for value in values_at(ANSWERS[poll.operation], path)]
    return any(value not in ("", "{}", "[]") for value in found)


def each_of(jobs: Iterable[Operation]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("job", [pytest.param(job, id=job.tool_name) for job in jobs])


each_result = each_of(WITH_RESULT)


def end_state(job: Operation) -> str:
    """A state with which the result is there. Where none is documented the result is what is looked at."""
    poll = poll_of(job)
    return next(iter((*poll.success, *poll.running)), "mark of a result without a state")


class Service:
    """Answers a submission, its looks and the read of its result."""

    def __init__(self, job: Operation, *, with_result: bool = True) -> None:
        self._job = job
        self._look = looked(job, end_state(job))
        result = poll_of(job).result
        assert result is not None
        self._read: dict[str, Any] = {"RequestId": "r"}
        self.marks: dict[str, Any] = {}
        if with_result:
            self.marks = brought(job, self._read if result.operation else self._look)
        self.refusal: Answer | None = None

    @property
    def texts(self) -> list[str]:
        """The marks that are no numbers."""
        return [mark for mark in self.marks.values() if isinstance(mark, str)]

    def __call__(self, request: Arrived) -> Answer:
        poll = poll_of(self._job)
        if request.action == self._job.name:
            return Answer(body=submitted(self._job))
        if request.action == poll.operation:
            return Answer(body=self._look)
        if poll.result is not None and request.action == poll.result.operation:
            return self.refusal or Answer(body=self._read)
        return Answer()


async def wait(service: Service, job: Operation, **options: Any) -> tuple[dict[str, Any], list[str]]:
    """What wait_for_job answers, and what was sent."""
    with ScriptedService(usual=service) as running:
        async with connected(running.url) as client:
            given = {"operation": job.name, "ids": ids(job), "wait_seconds": 1, **options}
            content = content_of(await client.call_tool("wait_for_job", given))
    return content, [each.action for each in running.arrived]


async def submit(service: Service, job: Operation, **options: Any) -> dict[str, Any]:
    """What the submission answers that waits."""
    poll = poll_of(job)
    own = {poll.entry[1]: ADDRESS} if poll.entry else {}
    with ScriptedService(usual=service) as running:
        async with connected(running.url, settings=Settings(allow_destructive=True)) as client:
            arguments = {**make_example(job), **own, "wait_seconds": 1, **options}
            given = {"operation": job.name, "arguments": arguments}
            return content_of(await client.call_tool(f"call_{job.effect}_operation", given))


def leaves(value: Any) -> list[Any]:
    match value:
        case dict():
            return [leaf for inner in value.values() for leaf in leaves(inner)]  # pyright: ignore[reportUnknownVariableType]
        case list():
            return [leaf for inner in value for leaf in leaves(inner)]  # pyright: ignore[reportUnknownVariableType]
        case str() if RESOLUTION.fullmatch(value):
            return [int(part) for part in value.split("x")]
        case _:
            return [value]


@pytest.mark.anyio
@each_result
async def test_a_wait_that_has_succeeded_brings_the_result(job: Operation) -> None:
    service = Service(job)
    content, sent = await wait(service, job)
    poll = poll_of(job)
    assert poll.result is not None
    assert content["outcome"] == ("succeeded" if poll.success or not poll.running else "running")
    found = leaves(content["result"])
    assert [mark for mark in service.marks.values() if mark not in found] == []
    assert not {"job", "note"} & content.keys()
    assert sent == [poll.operation, *([poll.result.operation] if poll.result.operation else [])]
    # It comes before everything but how the wait ended.
    assert list(content)[: list(content).index("result")] == (
        ["outcome", "status", "seconds"] if "status" in content else ["outcome", "seconds"]
    )
    assert content.get("next_call", {}).get("tool") != get_operation(poll.operation).tool_name or poll.running


@pytest.mark.anyio
@each_result
async def test_a_submission_that_waits_brings_the_result(job: Operation) -> None:
    service = Service(job)
    content = await submit(service, job)
    found = leaves(content["result"])
    assert [mark for mark in service.marks.values() if mark not in found] == []
    assert list(content)[:2] == ["wait", "result"]


@pytest.mark.anyio
@each_of(job for job in WITH_RESULT if not has_state_in_result(job))
async def test_where_nothing_lies_that_is_said(job: Operation) -> None:
    poll = poll_of(job)
    assert poll.result is not None
    content, _ = await wait(Service(job, with_result=False), job)
    assert "result" not in content
    if content["outcome"] == "running":
        return
    assert content["note"] == (poll.result.empty or "it has succeeded, but nothing lies where its result should be")
    assert "next_call" in content or poll.result.empty


@pytest.mark.anyio
@each_of(filter(reads_further, WITH_RESULT))
async def test_a_result_that_cannot_be_read_is_told_with_the_call_that_reads_it(job: Operation) -> None:
    result = poll_of(job).result
    assert result is not None
    service = Service(job)
    service.refusal = refusal(403, "Forbidden", "no right to read")
    content, _ = await wait(service, job)
    assert content["outcome"] == "succeeded"
    assert "its result could not be read" in content["note"]
    assert "Forbidden" in content["note"]
    following = content["next_call"]
    service.refusal = None
    with ScriptedService(usual=service) as running:
        async with connected(running.url) as client:
            again = await client.call_tool(following["tool"], following["arguments"])
    assert [each.action for each in running.arrived] == [result.operation]
    first = next(iter(service.marks.values()))
    assert str(first) in text_of(again)


@pytest.mark.anyio
@each_of(job for job in WITH_RESULT if Service(job).texts)  # what is numbers only cannot grow
async def test_a_result_is_bounded_and_all_of_it_can_be_asked_for(job: Operation) -> None:
    service = Service(job)
    text = service.texts[0]

    def enlarge(request: Arrived) -> Answer:
        answer = service(request)
        assert isinstance(answer.body, dict)
        body = json.dumps(answer.body).replace(text, text + " word" * 4000)
        return Answer(body=body.encode())

    with ScriptedService(usual=enlarge) as running:
        async with connected(running.url) as client:
            given = {"operation": job.name, "ids": ids(job), "wait_seconds": 1}
            result = await client.call_tool("wait_for_job", given)
            content = content_of(result)
            assert len(text_of(result)) < RESULT_BYTES + 3000
            if "_omitted" in content["result"]:
                cut = content["result"]["_omitted"][0]
                assert cut["of_bytes"] > 20_000 > RESULT_BYTES > cut["kept_bytes"]
            elif poll_of(job).operation == "GetMediaInfo":
                # A summary cuts by itself, and says so in its own way.
                return
            if content["outcome"] == "running":
                return
            following = content["next_call"]
            # A summary says itself how it goes on.
            view = {"view": "full"} if following["tool"] == "get_media_info" else {}
            whole = await client.call_tool(following["tool"], {**following["arguments"], **view})
            assert len(text_of(whole)) > 20_000


def list_job_ids(value: Any) -> set[str]:
    """The values of all fields that are called so, however deep they lie."""
    match value:
        case dict():
            fields = cast("dict[str, Any]", value)
            own = {str(inner) for name, inner in fields.items() if name in ("JobId", "TaskId", "ParentJobId")}
            return own.union(*map(list_job_ids, fields.values()))
        case list():
            return set[str]().union(*map(list_job_ids, cast("list[Any]", value)))
        case _:
            return set()


@pytest.mark.anyio
@each_of(job for job in WITH_RESULT if job.name in ANSWERS and has_example_of_result(job))
async def test_a_submission_that_has_waited_repeats_neither_its_result_nor_what_the_caller_gave(job: Operation) -> None:
    """With the vendor's example values."""
    poll = poll_of(job)
    look = copy.deepcopy(ANSWERS[poll.operation])
    put(look, poll.status_field, end_state(job))

    def answer(request: Arrived) -> Answer:
        return Answer(body=look if request.action == poll.operation else ANSWERS.get(request.action, {}))

    with ScriptedService(usual=answer) as running:
        async with connected(running.url, settings=Settings(allow_destructive=True)) as client:
            own = {poll.entry[1]: ADDRESS} if poll.entry else {}
            given = {"operation": job.name, "arguments": {**make_example(job), **own, "wait_seconds": 1}}
            content = content_of(await client.call_tool(f"call_{job.effect}_operation", given))
    if not {"result", "results"} & content.keys():
        return
    told = {name: value for name, value in content.items() if name not in ("wait", "result", "results", "next_call")}
    assert size_bytes(told) < 1_200, content
    assert list_job_ids(ANSWERS[job.name]) <= list_job_ids(content), content


@pytest.mark.anyio
async def test_a_submission_that_has_waited_keeps_every_id_of_a_long_list() -> None:
    job = get_operation("UploadMediaByURL")
    urls = [f"https://example.com/films/{number:03}.mp4" for number in range(40)]
    reply = {"UploadJobs": [{"JobId": f"j{number}", "SourceURL": url} for number, url in enumerate(urls)]}
    done = [{"JobId": f"j{number}", "Status": "SUCCESS", "MediaId": f"m{number}"} for number in range(40)]

    def answer(request: Arrived) -> Answer:
        return Answer(body=reply if request.action == job.name else {"URLUploadInfoList": done})

    with ScriptedService(usual=answer) as running:
        async with connected(running.url) as client:
            arguments = {"UploadURLs": ",".join(urls[:20]), "wait_seconds": 1}
            given = {"operation": job.name, "arguments": arguments}
            content = content_of(await client.call_tool("call_write_operation", given))
    assert content["results"], content
    assert [each["JobId"] for each in content["UploadJobs"]] == [f"j{number}" for number in range(40)]


def covers(whole: Any, part: Any) -> bool:
    """Whether all of ``part`` stands in ``whole``, which may know more of each object."""
    if isinstance(part, dict):
        fields = cast("dict[str, Any]", part)
        return isinstance(whole, dict) and all(name in whole and covers(whole[name], fields[name]) for name in fields)
    if isinstance(part, list):
        parts, others = cast("list[Any]", part), cast("list[Any]", whole)
        return isinstance(whole, list) and len(others) == len(parts) and all(map(covers, others, parts))
    return whole == part


@pytest.mark.anyio
@each_of(
    job
    for job in WITH_RESULT
    if not reads_further(job) and is_job_read(get_operation(poll_of(job).operation)) and has_example_of_result(job)
)
async def test_a_read_begins_with_what_a_wait_brings_and_is_no_larger_than_the_answer(job: Operation) -> None:
    """With the vendor's example values."""
    poll = poll_of(job)
    body = copy.deepcopy(ANSWERS[poll.operation])
    put(body, poll.status_field, values_at(looked(job, end_state(job)), poll.status_field)[0])
    with ScriptedService(usual=Answer(body=body)) as running:
        async with connected(running.url) as client:
            given = {"operation": job.name, "ids": ids(job), "wait_seconds": 1}
            waited = content_of(await client.call_tool("wait_for_job", given))
            look = {"operation": poll.operation, "arguments": ids(job)}
            read = content_of(await client.call_tool("call_read_operation", look))
    result = waited["result"]
    if poll.operation != "GetSmartHandleJob" or job.name == "SubmitASRJob":
        # Of the others the example does not say that they have started it.
        assert [name for name in read if name != "next_call"][: len(result)] == [*result]
        assert covers(read, result), (read, result)
    told = [leaf for leaf in leaves(result) if isinstance(leaf, str)]
    assert all(leaf in leaves(read) for leaf in told)
    assert size_bytes(read) <= size_bytes(present(body)) + LEFT_OUT_BYTES
