"""One operation called for a reader: sent, waited for where asked, and shaped into what fits in a model's head."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar

from ims_mcp.catalogue import Effect, Operation
from ims_mcp.catalogue.check import check
from ims_mcp.catalogue.unlisted_fields import describe_unlisted
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ImsError, InvalidArguments
from ims_mcp.settings import MAX_WAIT_SECONDS
from ims_mcp.summaries.bounds import fit, size_bytes
from ims_mcp.summaries.hidden import describe_hidden
from ims_mcp.summaries.query import check_query, pick
from ims_mcp.summaries.shaping import MAX_BYTES, OUR_NAMES, present_ours
from ims_mcp.summaries.short_form import shorten_reply
from ims_mcp.workflows.behaviours import find_behaviour
from ims_mcp.workflows.behaviours.behaviour import OperationCall, ServerArguments
from ims_mcp.workflows.job_wait import follow_job, propose_first_wait
from ims_mcp.workflows.named_assets import resolve_assets
from ims_mcp.workflows.server_parameters import NAMED_ASSETS, complete_table, split_arguments
from ims_mcp.workflows.waiting import Progress

LARGE_BYTES = 500_000
"""From this size on a response is made readable in a thread."""
QUERIES_AT_ONCE = 2
"""So many queries are evaluated at a time: each may take seconds, and all of them share one interpreter."""
QUERY_TURN_SECONDS = 2.0
"""So long the query of a write waits for its turn: its caller must hear of the id before it gives up."""
_query_slots: RunVar[anyio.CapacityLimiter] = RunVar("ims_mcp query slots")
_MAKING = ("Add", "Create", "Open")
OUR_BYTES = 8 * 1024
"""What of a result this server's own fields may take (wait, next_call, previous)."""


async def check_arguments(client: ImsClient, operation: Operation, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A caller's arguments against :func:`complete_table`, with the ids of assets that are named by title. Raises
    InvalidArguments with every problem; nothing was sent, but what could be chosen may have been read (recording
    templates, assets)."""
    arguments, assets = await resolve_assets(client, operation, arguments)
    try:
        checked = check(complete_table(operation), arguments)
    except InvalidArguments as error:
        advice = await find_behaviour(operation).advise(client, error)
        error.next_step = f"{error.next_step} {advice}".strip()
        raise
    return checked | ({NAMED_ASSETS: assets} if assets else {})


async def resolve_arguments(
    client: ImsClient, operation: Operation, checked: Mapping[str, Any]
) -> tuple[dict[str, Any], ServerArguments]:
    """The service's arguments and this server's, with what names stand for looked up. Raises ImsError; nothing was
    changed."""
    arguments, own = split_arguments(operation, checked)
    return await find_behaviour(operation).resolve(client, operation, arguments, own)


async def run_operation(
    call: OperationCall, *, progress: Progress | None = None, longest_seconds: float = MAX_WAIT_SECONDS
) -> dict[str, Any]:
    """The result a reader gets, a bounded JSON object. ``longest_seconds``: what it may take where it waits.

    Raises ImsError where the operation itself failed. What comes after its answer (waiting, shaping) loses no id:
    a look that fails is told as ``wait.problem``.
    """
    operation, own, behaviour = call.operation, call.own, find_behaviour(call.operation)
    if own.query is not None:
        try:
            check_query(own.query)
        except InvalidArguments as error:
            raise InvalidArguments(operation.name, error.problems, next_step=error.next_step) from error
    started = anyio.current_time()
    submission = await behaviour.submit(call)
    reply, next_page, result = submission.reply, dict[str, Any](), dict[str, Any]()
    added: dict[str, Any] = ({"assets": own.assets} if own.assets else {}) | submission.added
    if unlisted := describe_unlisted(operation, call.arguments):
        added = added | {"note": "; ".join(filter(None, (added.get("note"), unlisted)))}
    if operation.poll is not None and own.wait_seconds:
        followed = await follow_job(
            call.client,
            operation,
            arguments=call.arguments,
            reply=reply.data,
            seconds=own.wait_seconds,
            longest_seconds=longest_seconds - (anyio.current_time() - started),
            until="start",
            listed=call.listed,
            include_signed_urls=own.include_signed_urls,
            progress=progress,
        )
        result = followed.result
        notes = [note for note in (added.get("note"), followed.note) if note]
        added = added | {"wait": followed.waited.describe()} | ({"note": "; ".join(notes)} if notes else {})
        added |= followed.next_call
    elif operation.poll is not None:
        added = added | propose_first_wait(operation, call.arguments, reply.data)
    elif operation.effect is Effect.READ:
        next_page = present_ours(behaviour.propose_next(call, reply.data))
    else:
        added = added | (behaviour.propose_next(call, reply.data) or _tell_next_step(operation))
    # The result has been shaped already; all the rest is told in few words.
    added = fit(present_ours(added), OUR_BYTES, query_prefix=None) | result
    # The well-known names of ours are kept apart where a response is read.
    ours = added.keys() - OUR_NAMES
    data = {f"service_{name}" if name in ours else name: value for name, value in reply.data.items()}
    room = MAX_BYTES - size_bytes(next_page)
    beside = data
    if operation.poll is not None and own.query is None and not own.include_credentials:
        # Of the answer before the wait what neither the result nor the caller has told: the ids and how it stands.
        beside, left_out = shorten_reply(operation, data)
        added |= left_out
    show = partial(behaviour.show, call, beside, max_bytes=room)
    if own.query is not None:
        shown = await _take_turn(operation, partial(_select, call, data, added, room))
        if shown is None:
            untried = {"query_problem": "done, but the query was not evaluated: too many others were before it"}
            shown = show(added | untried)
    elif reply.size_bytes < LARGE_BYTES:
        shown = show(added)
    else:
        # Opening and measuring a response of this size takes 50 ms and more, which other calls must not wait for.
        shown = await anyio.to_thread.run_sync(show, added)
    # What was waited for comes first, then what is on other pages, then what is on this one.
    first = {name: shown[name] for name in ("wait", *result) if name in shown}
    return first | next_page | shown


def _tell_next_step(operation: Operation) -> dict[str, str]:
    """What usually follows on what was made just now."""
    return {"then": operation.then} if operation.then and operation.name.startswith(_MAKING) else {}


async def _take_turn(operation: Operation, read: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
    """What ``read`` returns, which evaluates a query; None for a write whose turn does not come in time."""
    slots = _query_slots.get(None) or anyio.CapacityLimiter(QUERIES_AT_ONCE)
    _query_slots.set(slots)
    with anyio.move_on_after(math.inf if operation.effect is Effect.READ else QUERY_TURN_SECONDS) as waiting:
        await slots.acquire()
    if waiting.cancelled_caught:
        return None
    try:
        return await anyio.to_thread.run_sync(read)
    finally:
        slots.release()


def _select(call: OperationCall, data: dict[str, Any], added: dict[str, Any], max_bytes: int) -> dict[str, Any]:
    """What the query picks. One that fails on this response costs a read its answer, but never a write its id."""
    operation, own, behaviour = call.operation, call.own, find_behaviour(call.operation)
    try:
        presented = behaviour.present(call, data)
        short = behaviour.shorten(call, presented) or {}
        return pick(
            (short, presented, added),
            own.query or "@",
            include_signed_urls=own.include_signed_urls,
            secret_fields=operation.secret_fields,
            include_credentials=own.include_credentials,
            hidden=describe_hidden(operation),
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
        return behaviour.show(call, data, added, max_bytes)
