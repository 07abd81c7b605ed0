"""SubmitLiveRecordJob: hard to get wrong. None twice by accident, none lost, with a template there is.

It has no idempotence token, and no operation stops a job, so a repeat records twice. Two calls of one process are kept
apart; of two processes that submit in the same moment neither sees the other's job in time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakValueDictionary

import anyio

from ims_mcp.catalogue import Parameter, get_operation
from ims_mcp.client.answers import Reply
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ConnectionFailed, ImsError, InvalidArguments, Refused, ServiceError
from ims_mcp.foreign_text import quotable
from ims_mcp.summaries.values import as_object, as_objects
from ims_mcp.workflows.behaviours.behaviour import OperationBehaviour, OperationCall, Submission

_UNDER_WAY = ("initial", "started")
_PAUSES_SECONDS = (0.5, 1.5, 3.0)
"""Before each look for a job whose submission was not answered: the list may lag behind."""
_TEMPLATE_CODES = ("InvalidParameter", "ResourceNotFound", "InvalidTemplate", "TemplateNotFound")
_PAGE_SIZE = 100
_MOST_PAGES = 5
"""Of the jobs of one state; an account with more than 500 recordings under way is looked through in part."""
_MOST_REMEMBERED = 1000
_MOST_TEMPLATES = 20
_MOST_FORMATS = 5
"""Of what is told about templates: 20 lines of some 200 characters."""

Place = tuple[str, ...]
"""Which stream goes where."""


@dataclass(frozen=True, slots=True)
class _Places:
    """What one client has submitted and is submitting: a list of jobs does not show what was submitted a moment ago."""

    locks: WeakValueDictionary[Place, anyio.Lock] = field(default_factory=WeakValueDictionary[Place, anyio.Lock])
    """Each held by one call at a time: from its look at the jobs until its own job is known."""
    last_jobs: dict[Place, str] = field(default_factory=dict[Place, str])
    """The id of the job submitted last for each place."""

    def remember(self, place: Place, job_id: Any) -> None:
        """The newest job of a place; the oldest places are forgotten."""
        self.last_jobs.pop(place, None)
        self.last_jobs[place] = str(job_id)
        if len(self.last_jobs) > _MOST_REMEMBERED:
            del self.last_jobs[next(iter(self.last_jobs))]


class SubmitLiveRecordJob(OperationBehaviour):
    """Submits once: looks for a running double before, and for its own job where the answer is lost."""

    parameters = (Parameter("allow_duplicate", "boolean", text="true: record it twice."),)

    async def advise(self, client: ImsClient, error: InvalidArguments) -> str:
        """The recording templates there are, where TemplateId is a problem."""
        about_template = any(problem.path == "TemplateId" for problem in error.problems)
        return await _describe_templates(client) if about_template else ""

    async def submit(self, call: OperationCall) -> Submission:
        """Raises Refused where the stream is being recorded to the same place already."""
        client, arguments = call.client, call.arguments
        client.guard(call.operation, arguments, confirmed=call.confirmed)
        places, place = client.keep(_Places, _Places), _read_place(arguments)
        async with places.locks.setdefault(place, anyio.Lock()):
            before = await _list_jobs(client)
            if not call.own.special.get("allow_duplicate"):
                _refuse_duplicate(before or [], arguments)
                await _refuse_unlisted(client, before or [], places.last_jobs.get(place), arguments)
            submission = await self._submit(call, before)
            places.remember(place, submission.reply.data.get("JobId"))
            return submission

    async def _submit(self, call: OperationCall, before: list[dict[str, Any]] | None) -> Submission:
        try:
            return await super().submit(call)
        except ConnectionFailed as error:
            if not error.maybe_done:
                raise
            return await _find_again(call, before, error)
        except ServiceError as error:
            if error.code.startswith(_TEMPLATE_CODES):
                error.next_step = f"{error.next_step} {await _describe_templates(call.client)}".strip()
            raise


async def _describe_templates(client: ImsClient) -> str:
    """The recording templates as a sentence, or an empty text where they cannot be read."""
    try:
        reply = await client.call(get_operation("ListLiveRecordTemplates"), {"PageSize": _PAGE_SIZE})
    except ImsError:
        return ""
    lines: list[str] = []
    for row in as_objects(reply.data.get("RecordTemplateList")):
        called = f"{_quote(row.get('TemplateId'))} (named {_quote(row.get('Name'))!r}"
        outputs = as_objects(row.get("RecordFormatList"))[:_MOST_FORMATS]
        formats = ", ".join(_quote(each.get("Format"), 20) for each in outputs)
        lines.append(f"{called}: {formats}, {_quote(row.get('Type'), 20)})")
    if not lines:
        return "There is no recording template yet: create one with CreateLiveRecordTemplate."
    more = f"; and {len(lines) - _MOST_TEMPLATES} more" if len(lines) > _MOST_TEMPLATES else ""
    return f"Recording templates: {'; '.join(lines[:_MOST_TEMPLATES])}{more}."


def _quote(value: Any, limit: int = 60) -> str:
    """What somebody called a job or a template, short and on one line."""
    return quotable("" if value is None else str(value)[:1000], limit=limit)


def _refuse_duplicate(jobs: list[dict[str, Any]], arguments: Mapping[str, Any]) -> None:
    for job in jobs:
        if job.get("Status") in _UNDER_WAY and _read_place(job) == _read_place(arguments):
            raise Refused(
                f"SubmitLiveRecordJob was not sent: job {_quote(job.get('JobId'))} (named {_quote(job.get('Name'))!r}) "
                f"is {job['Status']} with the same stream and the same storage, and a second one would record it "
                "twice.",
                next_step="Follow that job with GetLiveRecordJob, or set allow_duplicate to record it a second time.",
            )


async def _find_again(call: OperationCall, before: list[dict[str, Any]] | None, error: ConnectionFailed) -> Submission:
    """The job of a call whose answer was lost: new among the jobs, of its name and its place. Raises ``error``, with
    what is known, where there is none."""
    arguments = call.arguments
    known = {str(job.get("JobId")) for job in before or []}
    for pause in _PAUSES_SECONDS if before is not None else ():
        await call.client.sleep(pause)
        for job in await _list_jobs(call.client) or []:
            same = job.get("Name") == arguments.get("Name") and _read_place(job) == _read_place(arguments)
            if same and str(job.get("JobId")) not in known:
                data = {"JobId": job.get("JobId"), "RequestId": ""}
                note = "the answer was lost; this job was found by looking"
                return Submission(Reply(data=data, size_bytes=0, request_id=""), {"note": note})
    looked = "no new job of this name was found in several looks" if before is not None else "the jobs cannot be read"
    error.next_step = (
        f"Whether the service recorded the job is unknown; {looked}. Look with ListLiveRecordJobs and Keyword="
        f"{_quote(arguments.get('Name'))!r} before you submit again: a second call would start a second recording."
    )
    raise error


async def _list_jobs(client: ImsClient) -> list[dict[str, Any]] | None:
    """The newest jobs, and of the older ones those under way; None where they cannot be read: then there is nothing
    to compare with."""
    newest = await _read_page(client, {"PageSize": _PAGE_SIZE})
    if newest is None or len(newest) < _PAGE_SIZE:
        return newest
    found = {str(job.get("JobId")): job for job in newest}
    for status in _UNDER_WAY:
        for number in range(1, _MOST_PAGES + 1):
            page = await _read_page(client, {"Status": status, "PageSize": _PAGE_SIZE, "PageNo": number})
            found |= {str(job.get("JobId")): job for job in page or []}
            if page is None or len(page) < _PAGE_SIZE:
                break
    return [*found.values()]


async def _read_page(client: ImsClient, arguments: dict[str, Any]) -> list[dict[str, Any]] | None:
    try:
        reply = await client.call(get_operation("ListLiveRecordJobs"), arguments)
    except ImsError:
        return None
    return as_objects(reply.data.get("LiveRecordJobs"))


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


def _read_place(job: Mapping[str, Any]) -> Place:
    stream, output = as_object(job.get("StreamInput")), as_object(job.get("RecordOutput"))
    return tuple(str(value) for value in (stream.get("Url"), output.get("Type"), output.get("Bucket")))
