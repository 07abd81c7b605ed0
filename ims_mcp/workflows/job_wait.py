"""Waiting for a job by the ids its operation returned."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

import anyio
import anyio.to_thread

from ims_mcp.catalogue import Operation, Poll, get_operation, operations, values_at
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ImsError, InvalidArguments, Problem
from ims_mcp.settings import MAX_WAIT_SECONDS
from ims_mcp.summaries.bounds import size_bytes
from ims_mcp.summaries.shaping import MAX_BYTES, present_ours, shape
from ims_mcp.workflows.next_call import propose
from ims_mcp.workflows.waiting import (
    MOST_POLLS,
    NEXT_WAIT_SECONDS,
    Progress,
    is_endless,
    make_poll_arguments,
    wait_for,
)


async def wait_for_job(
    client: ImsClient,
    operation: Operation,
    ids: Mapping[str, Any],
    *,
    seconds: float,
    longest_seconds: float = MAX_WAIT_SECONDS,
    progress: Progress | None = None,
    clock: Callable[[], float] = anyio.current_time,
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
) -> dict[str, Any]:
    """``{outcome, status, seconds[, problem], job, next_call}``; ``job`` is the last response, bounded.

    Only a pending outcome has a next call. Raises InvalidArguments where an id is missing or there are too many,
    ImsError where the operation starts no job.
    """
    poll = operation.poll
    if poll is None:
        others = ", ".join(each.name for each in operations(operation.toolset) if each.poll)
        raise ImsError(
            f"{operation.name} starts no background job: its answer is final.",
            next_step=f"Of this toolset, these do: {others}." if others else "",
        )
    known = _collect_ids(operation, poll, ids)
    waited = await wait_for(
        client,
        operation,
        arguments=known,
        reply=known,
        seconds=seconds,
        longest_seconds=longest_seconds,
        just_submitted=False,
        progress=progress,
        clock=clock,
        sleep=sleep,
    )
    problem = ""
    if waited.outcome == "not_found":
        problem = (
            f"The service knows no such job: check the ids, and that {operation.name} was called in this account and "
            f"region. It answered: {waited.reason}"
        )
    told = waited.describe(problem)
    if waited.outcome == "pending":
        again = {"operation": operation.name, "ids": known, "wait_seconds": NEXT_WAIT_SECONDS}
        why = "not finished: wait on, do not submit again"
        if is_endless(poll):
            why = "it reports no end state: look again when you need to know how it stands"
        told |= propose("wait_for_job", again, why)
    told = present_ours(told)
    if waited.last_data is None or (waited.outcome == "pending" and not is_endless(poll)):
        return told
    job = {"job": waited.last_data}
    secret_fields = get_operation(poll.operation).secret_fields
    room = MAX_BYTES - size_bytes(told)
    # A job's last response may be a large one.
    return told | await anyio.to_thread.run_sync(lambda: shape(job, secret_fields=secret_fields, max_bytes=room))


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
