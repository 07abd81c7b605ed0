"""One operation called for a reader: sent, waited for where asked, and shaped into what fits in a model's head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import anyio

from ims_mcp.catalogue import Operation, Poll, get_operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.summaries.media_info import View, media_info_view
from ims_mcp.summaries.shaping import select, shape
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
    started = anyio.current_time()
    sent = dict(arguments)
    reads_media_info = operation.name == "GetMediaInfo"
    if reads_media_info and own.query is None and own.view in _VIEWS_WITH_AI:
        sent.setdefault("ReturnDetailedInfo", _AI_CONTENT)
    reply = await client.call(operation, sent, confirmed=confirmed)
    data = opened_upload_address(reply.data)
    hidden = () if own.include_credentials else operation.secret_fields
    if own.query is not None and operation.poll is None:
        return select(data, own.query, include_signed_urls=own.include_signed_urls, secret_fields=hidden)
    if reads_media_info:
        return media_info_view(
            data,
            view=own.view,
            page=own.page,
            ai_section=own.ai_section,
            include_signed_urls=own.include_signed_urls,
            call=dict(arguments),
        )
    result = shape(data, include_signed_urls=own.include_signed_urls, secret_fields=hidden)
    poll = operation.poll
    if poll is not None:
        if own.wait_seconds:
            seconds = min(own.wait_seconds, MAX_WAIT_SECONDS - (anyio.current_time() - started))
            waited = await wait_for(
                client, operation, arguments=arguments, reply=reply.data, seconds=seconds, progress=progress
            )
            result |= _told(waited)
        else:
            result |= _left_to_poll(poll, arguments, reply.data)
    return result if own.query is None else select(result, own.query)


def _told(waited: Waited) -> dict[str, Any]:
    wait: dict[str, Any] = {"outcome": waited.outcome, "status": waited.status, "seconds": waited.seconds}
    reason = _reason(waited)
    if reason:
        wait["problem"] = reason
    why = {
        "succeeded": "ready: read what it holds",
        "failed": "failed: read what is known of it",
        "pending": "not finished: look again in a few seconds; do not submit again",
    }[waited.outcome]
    return {"wait": wait, "next_call": _next_call(waited.next_operation, waited.next_arguments, why)}


def _reason(waited: Waited) -> str:
    """Why it failed, where the response says so: the local IMS does for a file it cannot read."""
    if waited.problem or waited.outcome != "failed" or waited.last_data is None:
        return waited.problem
    basic = waited.last_data.get("MediaInfo", {}).get("MediaBasicInfo", {})
    return str(basic.get("PrepareFailReason", ""))


def _left_to_poll(poll: Poll, arguments: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    look_arguments = look_arguments_of(poll, arguments, data)
    why = f"runs in the background: look until {poll.status_field} is {', '.join(poll.success)}"
    return {"next_call": _next_call(poll.operation, look_arguments, why)}


def _next_call(operation_name: str, arguments: dict[str, Any], why: str) -> dict[str, Any]:
    return {"tool": get_operation(operation_name).tool_name, "arguments": arguments, "why": why}
