"""Submitting a recording so that it is hard to get wrong: none twice by accident, none lost, with a template there is.

SubmitLiveRecordJob has no idempotence token and no operation that stops a job, so a repeat records twice. Two calls of
one process are kept apart; of two processes that submit in the same moment neither sees the other's job in time.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast
from weakref import WeakKeyDictionary

import anyio

from ims_mcp.catalogue import get_operation
from ims_mcp.client.ims import ImsClient, Reply
from ims_mcp.errors import ConnectionFailed, ImsError, InvalidArguments, Refused, ServiceError
from ims_mcp.foreign_text import quotable
from ims_mcp.summaries.values import as_object

OPERATION = "SubmitLiveRecordJob"
_UNDER_WAY = ("initial", "started")
_LOOKS_SECONDS = (0.5, 1.5, 3.0)
"""Pauses before each look for a job whose submission was not answered: the list may lag behind."""
_TEMPLATE_CODES = ("InvalidParameter", "ResourceNotFound", "InvalidTemplate", "TemplateNotFound")
_MOST = 100
_MOST_PAGES = 5
"""Of the jobs of one state; an account with more than 500 recordings under way is looked through in part."""
_MOST_REMEMBERED = 1000
_MOST_TEMPLATES = 20
_MOST_FORMATS = 5
"""Of what is told about templates: 20 lines of some 200 characters."""


Place = tuple[str, ...]
"""Which stream goes where."""


class _Places:
    """What one client has submitted and is submitting: a list of jobs does not show what was submitted a moment ago."""

    def __init__(self) -> None:
        self._busy: dict[Place, tuple[anyio.Lock, int]] = {}
        self._submitted: dict[Place, str] = {}

    @asynccontextmanager
    async def alone(self, place: Place) -> AsyncGenerator[None]:
        """One call at a time for one place: from its look at the jobs until its own job is known."""
        lock, users = self._busy.get(place, (anyio.Lock(), 0))
        self._busy[place] = lock, users + 1
        try:
            async with lock:
                yield
        finally:
            lock, users = self._busy[place]
            if users == 1:
                del self._busy[place]
            else:
                self._busy[place] = lock, users - 1

    def remember(self, place: Place, job_id: Any) -> None:
        self._submitted.pop(place, None)
        self._submitted[place] = str(job_id)
        if len(self._submitted) > _MOST_REMEMBERED:
            del self._submitted[next(iter(self._submitted))]

    def submitted(self, place: Place) -> str | None:
        return self._submitted.get(place)


_places: WeakKeyDictionary[ImsClient, _Places] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Submission:
    """What was submitted. ``found`` where the answer was lost and the job was found by looking."""

    reply: Reply
    found: bool = False


async def submit(
    client: ImsClient,
    arguments: Mapping[str, Any],
    *,
    allow_duplicate: bool = False,
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
) -> Submission:
    """Submit once. Raises Refused where the stream is being recorded to the same place already, ImsError otherwise.

    When the answer is lost the jobs are looked through before anything is said: one that is new and fits is the one.
    """
    client.guard(get_operation(OPERATION), arguments)
    places, place = _places.setdefault(client, _Places()), _place(arguments)
    async with places.alone(place):
        before = await _jobs(client)
        if not allow_duplicate:
            _refuse_duplicate(before or [], arguments)
            await _refuse_unlisted(client, before or [], places.submitted(place), arguments)
        submission = await _submitted(client, arguments, before, sleep)
        places.remember(place, submission.reply.data.get("JobId"))
        return submission


async def _submitted(
    client: ImsClient,
    arguments: Mapping[str, Any],
    before: list[dict[str, Any]] | None,
    sleep: Callable[[float], Awaitable[None]],
) -> Submission:
    try:
        return Submission(await client.call(get_operation(OPERATION), arguments))
    except ConnectionFailed as error:
        if not error.maybe_done:
            raise
        return await _found_again(client, arguments, before, error, sleep)
    except ServiceError as error:
        if error.code.startswith(_TEMPLATE_CODES):
            error.next_step = f"{error.next_step} {await templates_told(client)}".strip()
        raise


async def with_templates(client: ImsClient, error: InvalidArguments) -> InvalidArguments:
    """The same refusal; where TemplateId is a problem, with the templates there are."""
    if not any(problem.path == "TemplateId" for problem in error.problems):
        return error
    told = await templates_told(client)
    return InvalidArguments(error.subject, error.problems, next_step=f"{error.next_step} {told}".strip())


async def templates_told(client: ImsClient) -> str:
    """The recording templates as a sentence, or an empty text where they cannot be read."""
    try:
        reply = await client.call(get_operation("ListLiveRecordTemplates"), {"PageSize": _MOST})
    except ImsError:
        return ""
    lines: list[str] = []
    for row in _rows(reply.data, "RecordTemplateList"):
        called = f"{_word(row.get('TemplateId'))} (named {_word(row.get('Name'))!r}"
        formats = ", ".join(_word(each.get("Format"), 20) for each in _rows(row, "RecordFormatList")[:_MOST_FORMATS])
        lines.append(f"{called}: {formats}, {_word(row.get('Type'), 20)})")
    if not lines:
        return "There is no recording template yet: create one with CreateLiveRecordTemplate."
    more = f"; and {len(lines) - _MOST_TEMPLATES} more" if len(lines) > _MOST_TEMPLATES else ""
    return f"Recording templates: {'; '.join(lines[:_MOST_TEMPLATES])}{more}."


def _word(value: Any, limit: int = 60) -> str:
    """What somebody called a job or a template, short and on one line."""
    return quotable("" if value is None else str(value)[:1000], limit=limit)


def _refuse_duplicate(jobs: list[dict[str, Any]], arguments: Mapping[str, Any]) -> None:
    for job in jobs:
        if job.get("Status") in _UNDER_WAY and _place(job) == _place(arguments):
            raise Refused(
                f"{OPERATION} was not sent: job {_word(job.get('JobId'))} (named {_word(job.get('Name'))!r}) is "
                f"{job['Status']} with the same stream and the same storage, and a second one would record it twice.",
                next_step="Follow that job with GetLiveRecordJob, or set allow_duplicate to record it a second time.",
            )


async def _found_again(
    client: ImsClient,
    arguments: Mapping[str, Any],
    before: list[dict[str, Any]] | None,
    error: ConnectionFailed,
    sleep: Callable[[float], Awaitable[None]],
) -> Submission:
    known = {str(job.get("JobId")) for job in before or []}
    for pause in _LOOKS_SECONDS if before is not None else ():
        await sleep(pause)
        for job in await _jobs(client) or []:
            same = job.get("Name") == arguments.get("Name") and _place(job) == _place(arguments)
            if same and str(job.get("JobId")) not in known:
                data = {"JobId": job.get("JobId"), "RequestId": ""}
                return Submission(Reply(data=data, size_bytes=0, request_id=""), found=True)
    looked = "no new job of this name was found in several looks" if before is not None else "the jobs cannot be read"
    error.next_step = (
        f"Whether the service recorded the job is unknown; {looked}. Look with ListLiveRecordJobs and Keyword="
        f"{_word(arguments.get('Name'))!r} before you submit again: a second call would start a second recording."
    )
    raise error


async def _jobs(client: ImsClient) -> list[dict[str, Any]] | None:
    """The newest jobs, and of the older ones those under way; None where they cannot be read: then there is nothing
    to compare with."""
    newest = await _page(client, {"PageSize": _MOST})
    if newest is None or len(newest) < _MOST:
        return newest
    found = {str(job.get("JobId")): job for job in newest}
    for status in _UNDER_WAY:
        for number in range(1, _MOST_PAGES + 1):
            page = await _page(client, {"Status": status, "PageSize": _MOST, "PageNo": number})
            found |= {str(job.get("JobId")): job for job in page or []}
            if page is None or len(page) < _MOST:
                break
    return [*found.values()]


async def _page(client: ImsClient, arguments: dict[str, Any]) -> list[dict[str, Any]] | None:
    try:
        reply = await client.call(get_operation("ListLiveRecordJobs"), arguments)
    except ImsError:
        return None
    return _rows(reply.data, "LiveRecordJobs")


async def _refuse_unlisted(
    client: ImsClient, jobs: list[dict[str, Any]], job_id: str | None, arguments: Mapping[str, Any]
) -> None:
    """Refuse what this process has submitted before, where the list of jobs lags behind and does not have it yet."""
    if job_id is None or any(str(job.get("JobId")) == job_id for job in jobs):
        return
    try:
        reply = await client.call(get_operation("GetLiveRecordJob"), {"JobId": job_id})
    except ImsError:
        return
    _refuse_duplicate([{**as_object(reply.data.get("RecordJob")), "JobId": job_id}], arguments)


def _rows(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = data.get(name)
    return [row for row in cast("list[Any]", rows) if isinstance(row, dict)] if isinstance(rows, list) else []


def _place(job: Mapping[str, Any]) -> Place:
    stream, output = as_object(job.get("StreamInput")), as_object(job.get("RecordOutput"))
    return tuple(str(value) for value in (stream.get("Url"), output.get("Type"), output.get("Bucket")))
