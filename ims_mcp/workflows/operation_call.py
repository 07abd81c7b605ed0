"""One operation called for a reader: sent, waited for where asked, and shaped into what fits in a model's head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import anyio

from ims_mcp.catalogue import Effect, Operation, Poll, get_operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ImsError, InvalidArguments
from ims_mcp.summaries.media_info import View, media_info_view
from ims_mcp.summaries.shaping import check_query, select, shape
from ims_mcp.summaries.upload_address import opened_upload_address
from ims_mcp.workflows.waiting import MAX_WAIT_SECONDS, Progress, Waited, look_arguments_of, wait_for

_AI_CONTENT = {"AiRoughData.StandardSmartTagJob": True}
_VIEWS_WITH_AI = ("summary", "ai")


@dataclass(frozen=True, slots=True)
class OwnArguments:
    """The arguments of a call that are this project's own and never travel."""

    query: str | None = None
    wait_seconds: float | None = None
    include_signed_urls: bool = False
    include_credentials: bool = False
    view: View = "summary"
    page: int = 1
    ai_section: str | None = None

    @classmethod
    def taken_from(cls, arguments: dict[str, Any]) -> Self:
        """Moves this project's arguments out of checked ones."""
        return cls(**{name: arguments.pop(name) for name in cls.__dataclass_fields__ if name in arguments})


async def run_operation(
    client: ImsClient,
    operation: Operation,
    arguments: Mapping[str, Any],
    own: OwnArguments,
    *,
    confirmed: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The result a reader gets, a bounded JSON object.

    Raises ImsError where the operation itself failed. What comes after its answer (waiting, shaping) loses no id:
    a look that fails is told as ``wait.problem``.
    """
    if own.query is not None:
        _check_query(operation, own.query)
    started = anyio.current_time()
    reply = await client.call(operation, _sent(operation, arguments, own), confirmed=confirmed)
    data = opened_upload_address(reply.data)
    if operation.poll is not None:
        if own.wait_seconds:
            seconds = min(own.wait_seconds, MAX_WAIT_SECONDS - (anyio.current_time() - started))
            waited = await wait_for(
                client, operation, arguments=arguments, reply=reply.data, seconds=seconds, progress=progress
            )
            data |= _told(waited)
        else:
            data |= _left_to_poll(operation.poll, arguments, reply.data)
    if own.query is not None:
        return _selected(operation, data, own)
    if operation.name == "GetMediaInfo":
        return media_info_view(
            data,
            view=own.view,
            page=own.page,
            ai_section=own.ai_section,
            include_signed_urls=own.include_signed_urls,
            call=dict(arguments),
        )
    return _shaped(operation, data, own)


def _sent(operation: Operation, arguments: Mapping[str, Any], own: OwnArguments) -> dict[str, Any]:
    sent = dict(arguments)
    if operation.name == "GetMediaInfo" and own.query is None and own.view in _VIEWS_WITH_AI:
        sent.setdefault("ReturnDetailedInfo", _AI_CONTENT)
    return sent


def _shaped(operation: Operation, data: dict[str, Any], own: OwnArguments) -> dict[str, Any]:
    return shape(
        data,
        include_signed_urls=own.include_signed_urls,
        secret_fields=operation.secret_fields,
        include_credentials=own.include_credentials,
    )


def _check_query(operation: Operation, query: str) -> None:
    try:
        check_query(query)
    except InvalidArguments as error:
        raise InvalidArguments(operation.name, error.problems, next_step=error.next_step) from error


def _selected(operation: Operation, data: dict[str, Any], own: OwnArguments) -> dict[str, Any]:
    """What the query picks. One that fails on this response costs a read its answer, but never a write its id."""
    try:
        return select(
            data,
            own.query or "@",
            include_signed_urls=own.include_signed_urls,
            secret_fields=operation.secret_fields,
            include_credentials=own.include_credentials,
        )
    except InvalidArguments as error:
        problem = "; ".join(str(problem) for problem in error.problems)
        if operation.effect is Effect.READ:
            raise ImsError(
                f"{operation.name} was answered, but the query fails on the answer: {problem}",
                next_step=error.next_step,
            ) from error
        return {**_shaped(operation, data, own), "query_problem": f"done, but the query fails on the answer: {problem}"}


def _told(waited: Waited) -> dict[str, Any]:
    wait: dict[str, Any] = {"outcome": waited.outcome, "status": waited.status, "seconds": waited.seconds}
    reason = failure_reason(waited)
    if reason:
        wait["problem"] = reason
    why = {
        "succeeded": "ready: read what it holds",
        "failed": "failed: read what is known of it",
        "pending": "not finished: look again in a few seconds; do not submit again",
    }[waited.outcome]
    return {"wait": wait, "next_call": _next_call(waited.next_operation, waited.next_arguments, why)}


def failure_reason(waited: Waited) -> str:
    """Why it failed, where the response says so: the local IMS does for a file it cannot read."""
    if waited.problem or waited.outcome != "failed" or waited.last_data is None:
        return waited.problem
    basic = waited.last_data.get("MediaInfo", {}).get("MediaBasicInfo", {})
    return str(basic.get("PrepareFailReason", ""))


def _left_to_poll(poll: Poll, arguments: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    look_arguments = look_arguments_of(poll, arguments, data)[0]
    why = f"runs in the background: look until {poll.status_field} is {', '.join(poll.success)}"
    return {"next_call": _next_call(poll.operation, look_arguments, why)}


def _next_call(operation_name: str, arguments: dict[str, Any], why: str) -> dict[str, Any]:
    return {"tool": get_operation(operation_name).tool_name, "arguments": arguments, "why": why}
