"""One operation called for a reader: sent, waited for where asked, and shaped into what fits in a model's head."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Self, cast

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar

from ims_mcp.catalogue import Effect, Operation, Poll, get_operation
from ims_mcp.catalogue.check import check
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ImsError, InvalidArguments
from ims_mcp.foreign_text import plain
from ims_mcp.settings import MAX_WAIT_SECONDS
from ims_mcp.summaries.bounds import OMITTED, fit, size_bytes
from ims_mcp.summaries.media_info import View, media_info_view
from ims_mcp.summaries.paging import next_page
from ims_mcp.summaries.query import check_query, select
from ims_mcp.summaries.shaping import MAX_BYTES, present_ours, shape
from ims_mcp.summaries.values import as_objects
from ims_mcp.workflows import live_record
from ims_mcp.workflows.next_call import propose_operation
from ims_mcp.workflows.own_parameters import whole_table
from ims_mcp.workflows.present_state import read_previous
from ims_mcp.workflows.waiting import Progress, Waited, look_arguments_of, wait_for

LARGE_BYTES = 500_000
"""From this size on a response is made readable in a thread."""
QUERIES_AT_ONCE = 2
"""So many queries are evaluated at a time: each may take seconds, and all of them share one interpreter."""
QUERY_TURN_SECONDS = 2.0
"""So long the query of a write waits for its turn: its caller must hear of the id before it gives up."""
_query_slots: RunVar[anyio.CapacityLimiter] = RunVar("ims_mcp query slots")
OUR_BYTES = 8 * 1024
"""What of a result this server's own fields may take (wait, next_call, previous)."""
_NAMING_BYTES = 2 * 1024
"""What naming the tool of every part that a view leaves out may take."""
_LONGEST_PROBLEM = 1000
_LONGEST_STATUS = 100
_AI_CONTENT = {"AiRoughData.StandardSmartTagJob": True}
_REASONS = ("PrepareFailReason", "FailReason", "ErrorMessage", "ErrorCode", "Message", "Reason")
_VIEWS_WITH_AI = ("summary", "ai")


@dataclass(frozen=True, slots=True)
class OwnArguments:
    """The arguments of a call that are this project's own and never travel."""

    query: str | None = None
    wait_seconds: float | None = None
    include_signed_urls: bool = False
    include_credentials: bool = False
    allow_duplicate: bool = False
    view: View = "summary"
    page: int = 1
    ai_section: str | None = None

    @property
    def given(self) -> dict[str, Any]:
        """Those that shape an answer, where they are not the defaults: a next page is asked for with the same ones."""
        names = ("query", "include_signed_urls", "include_credentials")
        return {name: value for name in names if (value := getattr(self, name))}

    @classmethod
    def taken_from(cls, arguments: dict[str, Any]) -> Self:
        """Moves this project's arguments out of checked ones."""
        return cls(**{name: arguments.pop(name) for name in cls.__dataclass_fields__ if name in arguments})


async def checked_arguments(client: ImsClient, operation: Operation, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A caller's arguments against :func:`whole_table`. Raises InvalidArguments with every problem; nothing was sent,
    but what could be chosen may have been read (recording templates)."""
    try:
        return check(whole_table(operation), arguments)
    except InvalidArguments as error:
        if operation.name != live_record.OPERATION:
            raise
        raise await live_record.with_templates(client, error) from error


async def run_operation(
    client: ImsClient,
    operation: Operation,
    arguments: Mapping[str, Any],
    own: OwnArguments,
    *,
    confirmed: bool = False,
    progress: Progress | None = None,
    listed: Container[str] | None = None,
    by_its_own_tool: bool = True,
    longest_seconds: float = MAX_WAIT_SECONDS,
) -> dict[str, Any]:
    """The result a reader gets, a bounded JSON object.

    ``listed`` are the tools the reader has, None for all: a next call goes through another one where it has to. Unless
    the call was made ``by_its_own_tool``, what is left out names the tool that gets it as well. ``longest_seconds`` is
    what the whole call may take where it waits.

    Raises ImsError where the operation itself failed. What comes after its answer (waiting, shaping) loses no id:
    a look that fails is told as ``wait.problem``.
    """
    if own.query is not None:
        _check_query(operation, own.query)
    started = anyio.current_time()
    note: dict[str, Any] = {}
    if operation.name == live_record.OPERATION:
        submission = await live_record.submit(client, arguments, allow_duplicate=own.allow_duplicate)
        reply = submission.reply
        note = {"note": "the answer was lost; this job was found by looking"} if submission.found else {}
    else:
        client.guard(operation, arguments, confirmed=confirmed)
        note = await read_previous(client, operation, arguments)
        reply = await client.call(operation, _sent(operation, arguments, own), confirmed=confirmed)
    added = note
    if operation.poll is not None:
        if own.wait_seconds:
            waited = await wait_for(
                client,
                operation,
                arguments=arguments,
                reply=reply.data,
                seconds=own.wait_seconds,
                longest_seconds=longest_seconds - (anyio.current_time() - started),
                progress=progress,
            )
            added = added | _told(waited, listed)
        else:
            added = added | _left_to_poll(operation.poll, arguments, reply.data, listed)
    added = fit(present_ours(added), OUR_BYTES, query_prefix=None)
    page = next_page(operation, arguments, reply.data) if operation.effect is Effect.READ else None
    paged = present_ours(propose_operation(operation, page | own.given, "the next page", listed) if page else {})
    room = MAX_BYTES - size_bytes(paged) - (0 if by_its_own_tool else _NAMING_BYTES)
    shaping = (operation, arguments, reply.data, own, added, room)
    if own.query is not None:
        shown = await _take_turn(operation, partial(_shown, *shaping))
        if shown is None:
            untried = {"query_problem": "done, but the query was not evaluated: too many others were before it"}
            shown = _shaped(operation, reply.data, own, added | untried, room)
    elif reply.size_bytes < LARGE_BYTES:
        shown = _shown(*shaping)
    else:
        # Opening and measuring a response of this size takes 50 ms and more, which other calls must not wait for.
        shown = await anyio.to_thread.run_sync(_shown, *shaping)
    return (shown if by_its_own_tool else name_tools(shown, operation, listed)) | paged


def name_tools(view: dict[str, Any], operation: Operation, listed: Container[str] | None) -> dict[str, Any]:
    """A view of an asset in the answer of another tool than its own: every part it has left out says which tool gets it
    with which arguments."""
    if operation.name != "GetMediaInfo" or "left_out" not in view:
        return view
    entries = as_objects(view["left_out"])
    calls = [propose_operation(operation, entry["arguments"], "", listed).get("next_call", {}) for entry in entries]
    named = [
        {**entry, "tool": call["tool"], "arguments": call["arguments"]} if call else entry
        for entry, call in zip(entries, calls, strict=True)
    ]
    return {**view, "left_out": named}


async def _take_turn(operation: Operation, read: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
    """What ``read`` returns, which evaluates a query; None for a write whose turn does not come in time."""
    slots = _slots()
    with anyio.move_on_after(math.inf if operation.effect is Effect.READ else QUERY_TURN_SECONDS) as waiting:
        await slots.acquire()
    if waiting.cancelled_caught:
        return None
    try:
        return await anyio.to_thread.run_sync(read)
    finally:
        slots.release()


def _slots() -> anyio.CapacityLimiter:
    try:
        return _query_slots.get()
    except LookupError:
        slots = anyio.CapacityLimiter(QUERIES_AT_ONCE)
        _query_slots.set(slots)
        return slots


def _shown(
    operation: Operation,
    arguments: Mapping[str, Any],
    data: dict[str, Any],
    own: OwnArguments,
    added: dict[str, Any],
    max_bytes: int,
) -> dict[str, Any]:
    """The response as this call wants to read it: what its query picks, a view of an asset, or the shaped whole with
    what this server has to add."""
    if own.query is not None:
        return _selected(operation, data, own, added, max_bytes)
    if operation.name == "GetMediaInfo":
        return media_info_view(
            data,
            view=own.view,
            page=own.page,
            ai_section=own.ai_section,
            include_signed_urls=own.include_signed_urls,
            call={**arguments, **({"include_signed_urls": True} if own.include_signed_urls else {})},
            max_bytes=max_bytes,
        )
    return _shaped(operation, data, own, added, max_bytes)


def _sent(operation: Operation, arguments: Mapping[str, Any], own: OwnArguments) -> dict[str, Any]:
    sent = dict(arguments)
    if operation.name == "GetMediaInfo" and own.query is None and own.view in _VIEWS_WITH_AI:
        sent.setdefault("ReturnDetailedInfo", _AI_CONTENT)
    return sent


def _shaped(
    operation: Operation, data: dict[str, Any], own: OwnArguments, added: dict[str, Any], max_bytes: int
) -> dict[str, Any]:
    shown = shape(
        data,
        include_signed_urls=own.include_signed_urls,
        secret_fields=operation.secret_fields,
        include_credentials=own.include_credentials,
        max_bytes=max_bytes - size_bytes(added),
    )
    # What of the response had the name of one of ours has lost it when it was read; but both may have been cut.
    cuts = [*shown.pop(OMITTED, []), *added.get(OMITTED, [])]
    return shown | added | ({OMITTED: cuts} if cuts else {})


def _check_query(operation: Operation, query: str) -> None:
    try:
        check_query(query)
    except InvalidArguments as error:
        raise InvalidArguments(operation.name, error.problems, next_step=error.next_step) from error


def _selected(
    operation: Operation, data: dict[str, Any], own: OwnArguments, added: dict[str, Any], max_bytes: int
) -> dict[str, Any]:
    """What the query picks. One that fails on this response costs a read its answer, but never a write its id."""
    try:
        return select(
            data,
            own.query or "@",
            include_signed_urls=own.include_signed_urls,
            secret_fields=operation.secret_fields,
            include_credentials=own.include_credentials,
            added=added,
            max_bytes=max_bytes,
        )
    except InvalidArguments as error:
        problem = "; ".join(str(problem) for problem in error.problems)
        if operation.effect is Effect.READ:
            raise ImsError(
                f"{operation.name} was answered, but the query fails on the answer: {problem}",
                next_step=error.next_step,
            ) from error
        added = added | {"query_problem": f"done, but the query fails on the answer: {problem}"}
        return _shaped(operation, data, own, added, max_bytes)


def _told(waited: Waited, listed: Container[str] | None) -> dict[str, Any]:
    status = plain(waited.status, _LONGEST_STATUS)
    wait: dict[str, Any] = {"outcome": waited.outcome, "status": status, "seconds": waited.seconds}
    reason = failure_reason(waited)
    if reason:
        wait["problem"] = plain(reason, _LONGEST_PROBLEM)
    why = {
        "succeeded": "ready: read what it holds",
        "failed": "failed: read what is known of it",
        "pending": "not finished: look again in a few seconds; do not submit again",
        "not_found": "the service does not know it: look once more before you submit again",
        "unknown": "it was submitted, but it cannot be looked at as things are; do not submit again",
    }[waited.outcome]
    look = get_operation(waited.next_operation)
    return {"wait": wait} | propose_operation(look, waited.next_arguments, why, listed)


def failure_reason(waited: Waited) -> str:
    """Why it failed, where the response says so: the local IMS does for a file it cannot read."""
    if waited.problem or waited.outcome != "failed" or waited.last_data is None:
        return waited.problem
    return _first_text(waited.last_data, depth=4)


def _first_text(data: Any, depth: int) -> str:
    """The first field that tells a reason, nearest to the top."""
    if depth == 0:
        return ""
    if isinstance(data, list):
        return next((text for entry in cast("list[Any]", data)[:20] if (text := _first_text(entry, depth))), "")
    if not isinstance(data, dict):
        return ""
    fields = cast("dict[str, Any]", data)
    own = next((str(fields[name]) for name in _REASONS if isinstance(fields.get(name), str) and fields[name]), "")
    return own or next((text for value in fields.values() if (text := _first_text(value, depth - 1))), "")


def _left_to_poll(
    poll: Poll, arguments: Mapping[str, Any], data: Mapping[str, Any], listed: Container[str] | None
) -> dict[str, Any]:
    look_arguments = look_arguments_of(poll, arguments, data)[0]
    until = f"look until {poll.status_field} is {' or '.join(poll.success)}" if poll.success else "see how it stands"
    why = f"runs in the background: {until}"
    return propose_operation(get_operation(poll.operation), look_arguments, why, listed)
