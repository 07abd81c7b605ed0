"""Waiting for what an operation has started until its result is there: on the submitting call, or later by its ids."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

import anyio
import anyio.to_thread

from ims_mcp.catalogue import Operation, Poll, Result, get_operation, operations, values_at
from ims_mcp.catalogue.check import check
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ImsError, InvalidArguments, Problem
from ims_mcp.foreign_text import plain
from ims_mcp.settings import MAX_WAIT_SECONDS
from ims_mcp.summaries.bounds import size_bytes
from ims_mcp.summaries.shaping import MAX_BYTES, present_ours, shape
from ims_mcp.summaries.values import as_objects
from ims_mcp.workflows.behaviours import find_behaviour
from ims_mcp.workflows.behaviours.behaviour import OperationCall
from ims_mcp.workflows.failures import find_failure
from ims_mcp.workflows.next_call import propose, propose_operation
from ims_mcp.workflows.results import SHORTEST_READ_SECONDS, Found, ResultReader
from ims_mcp.workflows.waiting import (
    LONGEST_PAUSE_SECONDS,
    MOST_POLLS,
    NEXT_WAIT_SECONDS,
    PollResult,
    Progress,
    Until,
    collect_ids,
    is_known_status,
    judge_status,
    make_poll_arguments,
    wait_for,
)

_JOB_BYTES = 4 * 1024
"""Of the last answer about a job that has not succeeded."""
_STOP = "stop waiting and tell the user so; look again only where the file is long and the job young"
_NOTHING_THERE = "it has succeeded, but nothing lies where its result should be"
NO_FILE_SECONDS = 60.0
"""For so long after a job was first seen to be over its files may still come."""
_MOST_OVER = 1000


class _OverSince(dict[str, float]):
    """When jobs without files were first seen to be over: no answer of the service tells it."""


@dataclass(frozen=True, slots=True)
class Followed:
    """How a wait ended, as it is told."""

    waited: PollResult
    result: dict[str, Any]
    """``{"result": …}`` or ``{"results": …}``, shaped and bounded; empty where there is none."""
    note: str
    next_call: dict[str, Any]


async def follow_job(
    client: ImsClient,
    operation: Operation,
    *,
    arguments: Mapping[str, Any],
    reply: Mapping[str, Any],
    seconds: float,
    longest_seconds: float = MAX_WAIT_SECONDS,
    just_submitted: bool = True,
    until: Until = "end",
    listed: Container[str] | None = None,
    include_signed_urls: bool = False,
    progress: Progress | None = None,
    clock: Callable[[], float] = anyio.current_time,
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
) -> Followed:
    """:func:`wait_for`, and what the job has brought where it has succeeded. ``listed`` are the operations' tools that
    the reader has, None for all."""
    poll = operation.poll
    if poll is None:
        raise ImsError(f"{operation.name} has nothing to wait for.")
    started = clock()
    waited = await wait_for(
        client,
        operation,
        arguments=arguments,
        reply=reply,
        seconds=seconds,
        longest_seconds=longest_seconds,
        just_submitted=just_submitted,
        until=until,
        progress=progress,
        clock=clock,
        sleep=sleep,
    )
    if not _lags(poll, waited):
        # It may begin once more: what was seen before says nothing then.
        client.keep(_OverSince, _OverSince).pop(_write_key(operation, waited), None)
    found: Found | None = None
    # A recording that is over may say what its files lack: no state of it is one of failure.
    lacks = find_failure(operation, waited.last_data, arguments).reason if _lags(poll, waited) else ""
    result = poll.result
    # A recording has no file before it is over; the address of a stream is there while it runs.
    if result is not None and (waited.outcome != "running" or not result.operation):
        reader = ResultReader(
            client,
            operation,
            arguments=arguments,
            reply=reply,
            listed=listed,
            include_signed_urls=include_signed_urls,
        )
        latest = started + min(longest_seconds, MAX_WAIT_SECONDS)
        deadline = min(started + seconds, latest - SHORTEST_READ_SECONDS)
        while waited.outcome in ("succeeded", "running", "failed"):
            found = await reader.read(poll, result, waited, lambda: latest - clock())
            if found.fields or found.problem or not _lags(poll, waited):
                break
            if lacks and not found.left_count:
                waited = replace(waited, outcome="failed", problem=lacks)
                break
            over_seconds = clock() - _find_first_seen_over(client, operation, waited, clock())
            if over_seconds >= NO_FILE_SECONDS and not found.left_count:
                problem = f"No file of it is listed {over_seconds:.0f} s after it was first seen to be over."
                waited = replace(waited, outcome="failed", problem=f"{problem} {result.never}".strip())
                break
            if clock() + LONGEST_PAUSE_SECONDS > deadline:
                waited = replace(waited, outcome="pending")
                break
            if progress is not None:
                elapsed = clock() - started
                await progress(elapsed, max(seconds, elapsed), f"{operation.name}: {waited.status}, no result yet")
            await sleep(LONGEST_PAUSE_SECONDS)
        waited = replace(waited, seconds=round(clock() - started, 2))
    fields = dict(found.fields) if found is not None else {}
    note = _write_note(poll, waited, found, just_submitted=just_submitted)
    if lacks and waited.outcome == "succeeded":
        note = f"{note}; {lacks}" if note else f"not all of it is there: {lacks}"
    next_call = _propose(operation, waited, found, arguments, until, listed, just_submitted=just_submitted)
    return Followed(waited, fields, note, next_call)


def _lags(poll: Poll, waited: PollResult) -> bool:
    """Whether its files may still come: what goes on until it is stopped leaves them some time after its end."""
    return bool(poll.running and poll.result and poll.result.operation and waited.outcome == "succeeded")


def _find_first_seen_over(client: ImsClient, operation: Operation, waited: PollResult, now: float) -> float:
    """When it was first seen to be over: now, unless an earlier look has taken it down. ``now`` of the waits' clock."""
    seen = client.keep(_OverSince, _OverSince)
    first = seen.setdefault(_write_key(operation, waited), now)
    while len(seen) > _MOST_OVER:
        del seen[next(iter(seen))]
    return first


def _write_key(operation: Operation, waited: PollResult) -> str:
    return f"{operation.name} {sorted(waited.next_arguments.items())}"


def _write_note(poll: Poll, waited: PollResult, found: Found | None, *, just_submitted: bool) -> str:
    """What there is to say of the result beside the result."""
    if poll.result is not None and poll.has_no_states and waited.outcome == "pending":
        return poll.result.empty if just_submitted else f"{poll.result.empty}: {_STOP}"
    if poll.result is None or found is None or waited.outcome in ("failed", "running"):
        return ""
    if found.problem:
        return f"it has succeeded, but its result could not be read: {plain(found.problem)}"
    if found.left_count:
        if "results" not in found.fields:
            return "it is over; there was no time left to read its result"
        return f"all have succeeded; the results of {found.left_count} of them are not shown here"
    return "" if found.fields else poll.result.empty or _NOTHING_THERE


def _propose(
    operation: Operation,
    waited: PollResult,
    found: Found | None,
    arguments: Mapping[str, Any],
    until: Until,
    listed: Container[str] | None,
    *,
    just_submitted: bool,
) -> dict[str, Any]:
    """The call that leads on from here, where one is needed."""
    poll = operation.poll
    assert poll is not None
    look = get_operation(waited.next_operation)
    match waited.outcome:
        case "succeeded":
            return _propose_read(poll.result, look, waited, found, listed)
        case "running":
            if not poll.success:
                why = "it runs until it is stopped: see how it stands"
                return propose_operation(look, waited.next_arguments, why, listed)
            why = "it runs and is not over: this waits for its end and brings what it leaves"
            return propose_wait(operation, _collect_left(poll, waited, arguments), why)
        case "failed":
            rows = as_objects(found.fields.get("results")) if found is not None else []
            others = [row for row in rows if judge_status(poll, str(row.get("status"))) == "pending"]
            name = poll.arguments[0][0]
            ids = [str(row.get(name, row.get(name.removesuffix("s"), ""))) for row in others]
            if ids:
                return propose_wait(operation, {name: ",".join(ids)}, "the others are not finished: wait for them")
            if waited.reason:
                return {}
            return propose_operation(look, waited.next_arguments, "it has failed: all that is known of it", listed)
        case "unknown":
            why = "it was submitted, but it cannot be looked at as things are; do not submit again"
            return propose_operation(look, waited.next_arguments, why, listed)
        case "not_found":
            why = "the service does not know it: look once more before you submit again"
        case "pending":
            # Nothing ever says that it is over with nothing to show: after a second wait the user decides.
            if poll.has_no_states and not just_submitted:
                return {}
            if _has_stopped(poll, waited) and not just_submitted:
                why = "it does not run, and waiting changes nothing: tell the user; once it is made to run, look again"
                return propose_operation(look, waited.next_arguments, why, listed)
            why = _explain_pending(poll, waited)
    ids = _collect_left(poll, waited, arguments)
    # What is over does not begin any more.
    begins = until == "start" and poll.running and judge_status(poll, waited.status) != "succeeded"
    return propose_wait(operation, ids, why, until="start" if begins else "end")


def _has_stopped(poll: Poll, waited: PollResult) -> bool:
    """Whether something without an end is in a state that is not its first: it ran, or its stream never came."""
    return bool(poll.running and not (poll.success or poll.failure) and waited.status in poll.pending[1:])


def _explain_pending(poll: Poll, waited: PollResult) -> str:
    """Why one waits on."""
    if poll.has_no_states:
        return "once more, for it was submitted just now; then stop and tell the user what the note says"
    if not is_known_status(poll, waited.status):
        return f"its state {plain(waited.status, 60)} is none that is documented: wait on, do not submit again"
    if poll.entry and not waited.status:
        return "not listed yet: wait on; a file that is missing or cannot be read never will be"
    if judge_status(poll, waited.status) == "succeeded":
        return "it does not run, and no file of it is listed yet: look again, for a minute at most"
    return "not finished: this waits on and brings the result; do not submit again"


def _propose_read(
    result: Result | None, look: Operation, waited: PollResult, found: Found | None, listed: Container[str] | None
) -> dict[str, Any]:
    if result is None or found is None:
        return propose_operation(look, waited.next_arguments, "it has ended: its answer holds what came out", listed)
    if found.next_page and not found.problem:
        return found.next_page
    if found.problem:
        why = "the result itself"
    elif found.is_cut:
        why = "all of the result" if found.fields else "the result itself"
    elif found.hides_addresses:
        opened = {**found.arguments, "include_signed_urls": True}
        return propose_operation(found.reader, opened, "the addresses with what opens them", listed)
    elif not found.fields and not result.empty:
        why = "the whole answer"
    else:
        return {}
    if not found.arguments:
        return propose_operation(look, waited.next_arguments, "its answer", listed)
    return propose_operation(found.reader, found.arguments, why, listed)


def propose_wait(operation: Operation, ids: dict[str, Any], why: str, *, until: Until = "end") -> dict[str, Any]:
    """The call of wait_for_job that goes on, where these are ids."""
    poll = operation.poll
    if poll is None:
        return {}
    try:
        for each in make_poll_arguments(poll, ids, ids):
            check(get_operation(poll.operation), each)
    except InvalidArguments:
        return {}
    options = {} if until == "end" else {"until": until}
    again = {"operation": operation.name, "ids": ids, "wait_seconds": NEXT_WAIT_SECONDS, **options}
    return propose("wait_for_job", again, why)


def propose_first_wait(operation: Operation, arguments: Mapping[str, Any], reply: Mapping[str, Any]) -> dict[str, Any]:
    """The call that follows a submission which did not wait."""
    poll = operation.poll
    if poll is None:
        return {}
    ids = collect_ids(poll, make_poll_arguments(poll, arguments, reply)[:MOST_POLLS], arguments)
    if poll.running:
        return propose_wait(operation, ids, "runs in the background: this waits until it has begun", until="start")
    return propose_wait(operation, ids, "runs in the background: this waits for its end and brings the result")


def _collect_left(poll: Poll, waited: PollResult, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The ids of the jobs that have not succeeded, as wait_for_job takes them."""
    left = [look.arguments for look in waited.looks if look.outcome != "succeeded"]
    return collect_ids(poll, left or [waited.next_arguments], arguments)


async def wait_for_job(
    client: ImsClient,
    operation: Operation,
    ids: Mapping[str, Any],
    *,
    seconds: float,
    longest_seconds: float = MAX_WAIT_SECONDS,
    until: Until = "end",
    listed: Container[str] | None = None,
    progress: Progress | None = None,
    clock: Callable[[], float] = anyio.current_time,
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
) -> dict[str, Any]:
    """``{outcome[, status], seconds[, problem, result, note, job, next_call]}``; ``job`` is the last response, bounded,
    where there is no result to show.

    Raises InvalidArguments where an id is missing or there are too many, ImsError where the operation starts no job.
    """
    poll = operation.poll
    if poll is None:
        others = ", ".join(each.name for each in operations(operation.toolset) if each.poll)
        raise ImsError(
            f"{operation.name} starts no background job: its answer is final.",
            next_step=f"Of this toolset, these do: {others}." if others else "",
        )
    known = _collect_ids(operation, poll, ids)
    followed = await follow_job(
        client,
        operation,
        arguments=known,
        reply=known,
        seconds=seconds,
        longest_seconds=longest_seconds,
        just_submitted=False,
        until=until,
        listed=listed,
        progress=progress,
        clock=clock,
        sleep=sleep,
    )
    waited, next_call, problem = followed.waited, followed.next_call, ""
    if waited.outcome == "not_found":
        problem = (
            f"The service knows no such job: check the ids, and that {operation.name} was called in this account and "
            f"region. It answered: {waited.reason}"
        )
    job = _show_job(poll, followed)
    if waited.outcome in ("not_found", "unknown") or job:
        next_call = {}
    note = {"note": followed.note} if followed.note else {}
    # The operation's own behaviour may know what to do about a failure.
    call = OperationCall(client, operation, known, listed=listed)
    described = find_behaviour(operation).show(call, {}, {"wait": waited.describe(problem)}, MAX_BYTES)["wait"]
    told = present_ours(described) | followed.result | present_ours(note | next_call)
    if not job:
        return told
    room = (MAX_BYTES if waited.outcome == "succeeded" else _JOB_BYTES) - size_bytes(told)
    # A job's last response may be a large one.
    secret_fields = get_operation(poll.operation).secret_fields
    return told | await anyio.to_thread.run_sync(partial(shape, job, secret_fields=secret_fields, max_bytes=room))


def _show_job(poll: Poll, followed: Followed) -> dict[str, Any]:
    """The job's own answer, where nothing else says what became of it."""
    waited = followed.waited
    if waited.last_data is None or followed.result or waited.outcome in ("pending", "unknown"):
        return {}
    if waited.outcome in ("succeeded", "running") and poll.result is not None:
        return {}
    return {} if waited.outcome == "failed" and waited.reason else {"job": waited.last_data}


def _collect_ids(operation: Operation, poll: Poll, ids: Mapping[str, Any]) -> dict[str, Any]:
    """The ids under the names the look gives them, from whatever of the answer the caller passes on.

    ``{"JobId": "j"}`` and ``{"Data": {"JobId": "j"}}`` mean the same, and so do ``{"JobIds": "a,b"}`` and
    ``{"UploadJobs": [{"JobId": "a"}, {"JobId": "b"}]}``.
    """
    look = get_operation(poll.operation)
    known: dict[str, Any] = {}
    problems: list[Problem] = []
    for index, (name, field) in enumerate(poll.arguments):
        found = _find_ids(ids, name, field)
        row = look.parameter(name)
        if not found and (index == 0 or (row is not None and row.required)):
            problems.append(Problem(f"ids.{name}", f"missing; {operation.name} returned it"))
        elif not all(isinstance(value, str | int) and not isinstance(value, bool) for value in found):
            problems.append(Problem(f"ids.{name}", "has to be an id or a list of ids"))
        elif found:
            known[name] = ",".join(map(str, found))
    if poll.entry is not None:
        argument = poll.entry[1]
        value = ids.get(argument)
        if isinstance(value, str) and value:
            known[argument] = value
        else:
            problems.append(Problem(f"ids.{argument}", f"missing; give what {operation.name} was called with"))
    if problems:
        raise InvalidArguments("wait_for_job", problems)
    looks = make_poll_arguments(poll, known, known)
    if len(looks) > MOST_POLLS:
        most = MOST_POLLS * max(1, len(str(looks[0].get(poll.arguments[0][0], "")).split(",")))
        text = f"too many to wait for together: {look.name} would have to be called {len(looks)} times"
        raise InvalidArguments(
            "wait_for_job",
            [Problem(f"ids.{poll.arguments[0][0]}", text)],
            next_step=f"Give at most {most} ids, and the rest in another call.",
        )
    return known


def _find_ids(ids: Mapping[str, Any], name: str, field: str) -> list[Any]:
    """Every id that ``ids`` holds for a pair of the poll rule; nothing where it holds none."""
    last = field.replace("[]", "").rpartition(".")[2]
    for found in (values_at(ids, field), [ids.get(field)], [ids.get(name)], [ids.get(last)]):
        values: list[Any] = []
        for value in found:
            values += cast("list[Any]", value) if isinstance(value, list) else [value]
        if present := [value for value in values if value not in (None, "")]:
            return present
    return []
