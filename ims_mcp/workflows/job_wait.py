"""Waiting for a job by the ids its operation returned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ims_mcp.catalogue import Operation, operations
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ImsError, InvalidArguments, Problem
from ims_mcp.summaries.shaping import shape
from ims_mcp.workflows.operation_call import failure_reason
from ims_mcp.workflows.waiting import Progress, wait_for


async def wait_for_job(
    client: ImsClient,
    operation: Operation,
    ids: Mapping[str, Any],
    *,
    seconds: float,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """``{outcome, status, seconds[, problem], job, next_call}``; ``job`` is the last response, bounded.

    Raises InvalidArguments where an id is missing, ImsError where the operation starts no job.
    """
    poll = operation.poll
    if poll is None:
        others = ", ".join(each.name for each in operations(operation.toolset) if each.poll)
        raise ImsError(
            f"{operation.name} starts no background job: its answer is final.",
            next_step=f"Of this toolset, these do: {others}." if others else "",
        )
    _check_ids(operation, ids)
    waited = await wait_for(client, operation, arguments=ids, reply=ids, seconds=seconds, progress=progress)
    told: dict[str, Any] = {"outcome": waited.outcome, "status": waited.status, "seconds": waited.seconds}
    problem = failure_reason(waited)
    if problem:
        told["problem"] = problem
    if waited.last_data is not None and waited.outcome != "pending":
        told["job"] = waited.last_data
    if waited.outcome == "pending":
        again = {"operation": operation.name, "ids": dict(ids), "wait_seconds": 40}
        told["next_call"] = {
            "tool": "wait_for_job",
            "arguments": again,
            "why": "not finished: wait on, do not submit again",
        }
    return shape(told)


def _check_ids(operation: Operation, ids: Mapping[str, Any]) -> None:
    assert operation.poll is not None
    problems: list[Problem] = []
    for name, field in operation.poll.arguments:
        known = (field, name) if "[]" not in field else (name, field.partition("[]")[0])
        if not any(ids.get(key) for key in known):
            problems.append(Problem(f"ids.{known[0]}", f"missing; {operation.name} returned it"))
    if operation.poll.entry is not None and not ids.get(operation.poll.entry[1]):
        problems.append(Problem(f"ids.{operation.poll.entry[1]}", "missing; give what the operation was called with"))
    if problems:
        raise InvalidArguments("wait_for_job", problems)
