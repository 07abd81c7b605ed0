"""Submitting a recording so that it is hard to get wrong: none twice by accident, none lost, with a template there is.

SubmitLiveRecordJob has no idempotence token and no operation that stops a job, so a repeat records twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import anyio

from ims_mcp.catalogue import get_operation
from ims_mcp.client.ims import ImsClient, Reply
from ims_mcp.errors import ConnectionFailed, ImsError, InvalidArguments, Refused, ServiceError

OPERATION = "SubmitLiveRecordJob"
_UNDER_WAY = ("initial", "started")
_LOOKS_SECONDS = (0.5, 1.5, 3.0)
"""Pauses before each look for a job whose submission was not answered: the list may lag behind."""
_TEMPLATE_CODES = ("InvalidParameter", "ResourceNotFound", "InvalidTemplate", "TemplateNotFound")
_MOST = 100


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
    operation = get_operation(OPERATION)
    client.guard(operation, arguments)
    before = await _jobs(client)
    if not allow_duplicate:
        _refuse_duplicate(before or [], arguments)
    try:
        return Submission(await client.call(operation, arguments))
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
        formats = ", ".join(str(each.get("Format", "")) for each in _rows(row, "RecordFormatList"))
        lines.append(f"{row.get('TemplateId')} ({row.get('Name')}: {formats}, {row.get('Type')})")
    if not lines:
        return "There is no recording template yet: create one with CreateLiveRecordTemplate."
    return f"Recording templates: {'; '.join(lines[:20])}."


def _refuse_duplicate(jobs: list[dict[str, Any]], arguments: Mapping[str, Any]) -> None:
    for job in jobs:
        if job.get("Status") in _UNDER_WAY and _place(job) == _place(arguments):
            raise Refused(
                f"{OPERATION} was not sent: job {job.get('JobId')} ({job.get('Name')}) is {job.get('Status')} with "
                "the same stream and the same storage, and a second one would record it twice.",
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
        f"{arguments.get('Name')!r} before you submit again: a second call would start a second recording."
    )
    raise error


async def _jobs(client: ImsClient) -> list[dict[str, Any]] | None:
    """The newest jobs, or None where they cannot be read: then there is nothing to compare with."""
    try:
        reply = await client.call(get_operation("ListLiveRecordJobs"), {"PageSize": _MOST})
    except ImsError:
        return None
    return _rows(reply.data, "LiveRecordJobs")


def _rows(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = data.get(name)
    return [row for row in cast("list[Any]", rows) if isinstance(row, dict)] if isinstance(rows, list) else []


def _place(job: Mapping[str, Any]) -> tuple[Any, ...]:
    """Which stream goes where."""
    stream = cast("dict[str, Any]", job.get("StreamInput") or {})
    output = cast("dict[str, Any]", job.get("RecordOutput") or {})
    return stream.get("Url"), output.get("Type"), output.get("Bucket")
