"""Waiting for an asynchronous operation: poll as its table says until a terminal state, or until the time is up."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, cast
from urllib.parse import unquote, urlsplit

import anyio

from ims_mcp.catalogue import Operation, Poll, get_operation, values_at
from ims_mcp.client.ims import ImsClient
from ims_mcp.client.retry import FailureKind, classify_answer
from ims_mcp.errors import ConnectionFailed, ImsError, LocalImsError, ServiceError
from ims_mcp.foreign_text import plain, quotable
from ims_mcp.settings import MAX_WAIT_SECONDS

NEXT_WAIT_SECONDS = 40
"""How long wait_for_job waits unless it is told, and what a proposed next wait asks for."""
FIRST_PAUSE_SECONDS = 0.3
LONGEST_PAUSE_SECONDS = 3.0
PAUSE_GROWTH = 1.6
FIRST_ROUND_SECONDS = 5.0
"""What the looks of the first round are given together where the wait itself is shorter."""
SHORTEST_POLL_SECONDS = 1.0
MOST_POLLS = 20
"""Requests in one round: so many jobs, or so many times as many as one look takes, can be waited for together."""
LAG_SECONDS = 10.0
"""For so long after a submission the service may not know yet what it has just named."""
SHORT_LAG_SECONDS = 2.0
"""The same for an id that comes from the caller, who has had it for a while."""
_PERCENTS = ("Percent", "Progress")
_REASONS = ("PrepareFailReason", "FailReason", "ErrorMessage", "ErrorCode", "Message", "Reason")
_LONGEST_PROBLEM = 1000
_LONGEST_STATUS = 100
_REFUSED_AGAIN = ("InvalidParameter", "MissingParameter", "SignatureDoesNotMatch", "IncompleteSignature")

Outcome = Literal["succeeded", "failed", "pending", "not_found", "unknown"]
"""``not_found``: the service knows nothing under the id. ``unknown``: it does not let these credentials look, or does
not take the id for one; looking again would not change that."""
# Of several jobs the one counts that is told first.
_ORDER: tuple[Outcome, ...] = ("failed", "unknown", "pending", "not_found", "succeeded")

Progress = Callable[[float, float, str], Awaitable[None]]
"""Called with seconds waited, seconds allowed, and what was seen."""


@dataclass(frozen=True, slots=True)
class PollResult:
    """How a wait ended. ``status`` is the last value seen, empty if none was; ``problem`` why polling failed."""

    outcome: Outcome
    status: str
    seconds: float
    next_operation: str
    next_arguments: dict[str, Any]
    last_data: dict[str, Any] | None = None
    problem: str = ""

    @property
    def reason(self) -> str:
        """Why it failed, where the response says so: the local IMS does for a file it cannot read."""
        if self.problem or self.outcome != "failed" or self.last_data is None:
            return self.problem
        return _find_reason(self.last_data, depth=4)

    def describe(self, problem: str = "") -> dict[str, Any]:
        """``{outcome, status, seconds[, problem]}`` for a reader; ``problem`` where there is more to say than the
        reason."""
        told: dict[str, Any] = {
            "outcome": self.outcome,
            "status": plain(self.status, _LONGEST_STATUS),
            "seconds": self.seconds,
        }
        reason = problem or self.reason
        return told | ({"problem": plain(reason, _LONGEST_PROBLEM)} if reason else {})


def _find_reason(data: Any, depth: int) -> str:
    """The first field that tells a reason, nearest to the top."""
    if depth == 0:
        return ""
    if isinstance(data, list):
        return next((text for entry in cast("list[Any]", data)[:20] if (text := _find_reason(entry, depth))), "")
    if not isinstance(data, dict):
        return ""
    fields = cast("dict[str, Any]", data)
    own = next((str(fields[name]) for name in _REASONS if isinstance(fields.get(name), str) and fields[name]), "")
    return own or next((text for value in fields.values() if (text := _find_reason(value, depth - 1))), "")


@dataclass(frozen=True, slots=True)
class _State:
    """What one look has shown."""

    outcome: Outcome = "pending"
    status: str = ""
    data: dict[str, Any] | None = None
    problem: str = ""


async def wait_for(
    client: ImsClient,
    operation: Operation,
    *,
    arguments: Mapping[str, Any],
    reply: Mapping[str, Any],
    seconds: float,
    longest_seconds: float = MAX_WAIT_SECONDS,
    just_submitted: bool = True,
    progress: Progress | None = None,
    clock: Callable[[], float] = anyio.current_time,
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
) -> PollResult:
    """Follow what ``operation``, called with ``arguments`` and answered with ``reply``, has started.

    Looks at least once, also with ``seconds=0``, and sends at most :data:`MOST_POLLS` requests a round. A look that
    fails for the moment does not fail the wait: the job exists whatever happens to a look, so the error becomes the
    ``problem`` of a pending outcome if no later look succeeds. A look that would fail again ends the wait at once; one
    that finds nothing does after a moment, a longer one where the job was ``just_submitted``.

    ``longest_seconds``: what the caller's own client gives it. A look may outlast ``seconds``, but not this, except
    for the second that the first look always has.
    """
    poll = operation.poll
    if poll is None:
        raise ImsError(f"{operation.name} has nothing to wait for.")
    look = get_operation(poll.operation)
    every_look = make_poll_arguments(poll, arguments, reply)
    looks, more = every_look[:MOST_POLLS], every_look[MOST_POLLS:]
    start = clock()
    latest = start + min(longest_seconds, MAX_WAIT_SECONDS)
    deadline = min(start + max(seconds, 0.0), latest)
    lag_seconds = LAG_SECONDS if just_submitted else SHORT_LAG_SECONDS
    pause = FIRST_PAUSE_SECONDS
    seen = [_State() for _ in looks]
    # A look may outlast a short wait, but never the longest one.
    round_ends = max(deadline, min(start + FIRST_ROUND_SECONDS, latest))
    times_looked = [0 for _ in looks]
    while True:
        open_looks = [index for index in range(len(looks)) if seen[index].outcome != "succeeded"]
        # Those that the end of a round has left out come first in the next.
        for place, index in enumerate(sorted(open_looks, key=times_looked.__getitem__)):
            left = round_ends - clock()
            if place and left < SHORTEST_POLL_SECONDS:
                break
            times_looked[index] += 1
            # What was seen last stays, where a look shows nothing.
            before = seen[index]
            shown = await _poll_once(client, look, looks[index], poll, arguments, max(left, SHORTEST_POLL_SECONDS))
            if shown.data is None:
                shown = replace(shown, status=before.status, data=before.data)
            seen[index] = shown
        worst = min(seen, key=lambda each: _ORDER.index(each.outcome))
        outcome, problem = worst.outcome, next((each.problem for each in seen if each.problem), "")
        elapsed = clock() - start
        if progress is not None:
            share = _read_percent(worst.data) if worst.data is not None else ""
            await progress(elapsed, max(seconds, elapsed), f"{operation.name}: {worst.status or 'no state yet'}{share}")
        late = clock() + pause > min(deadline, latest - SHORTEST_POLL_SECONDS)
        if outcome == "not_found" and elapsed < lag_seconds and (just_submitted or not late):
            outcome = "pending"
        if outcome != "pending" or late or (not problem and _has_settled(poll, worst.status)):
            break
        await sleep(pause)
        pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE_SECONDS)
        round_ends = max(deadline, clock() + SHORTEST_POLL_SECONDS)
    following = looks[seen.index(worst)]
    if outcome == "succeeded" and more:
        outcome, following = "pending", more[0]
        problem = f"only the first {len(looks)} looks of {len(every_look)} were made: look at the rest by themselves"
    return PollResult(
        outcome=outcome,
        status=worst.status,
        seconds=round(clock() - start, 2),
        next_operation=look.name,
        next_arguments=following,
        last_data=worst.data,
        problem=problem,
    )


async def _poll_once(
    client: ImsClient,
    look: Operation,
    look_arguments: Mapping[str, Any],
    poll: Poll,
    submitted: Mapping[str, Any],
    timeout_seconds: float,
) -> _State:
    """One request; every error of this project's becomes what it says of the job."""
    try:
        body = (await client.call(look, look_arguments, timeout_seconds=timeout_seconds)).data
    except ImsError as error:
        return _State(_judge_error(error), problem=error.explain())
    status = _read_status(poll, body, submitted)
    outcome = _judge_status(poll, status)
    if outcome in ("pending", "succeeded") and (missing := _find_missing(poll, body)):
        known = bool(status) and outcome == "pending"
        return _State("pending" if known else "not_found", status, body, f"the service does not know {missing}")
    return _State(outcome, status, body)


def _judge_error(error: ImsError) -> Outcome:
    """What a look that failed says of the job: nothing for now (pending), nothing ever, or that there is none."""
    if isinstance(error, ConnectionFailed | LocalImsError):
        return "pending"
    if not isinstance(error, ServiceError):
        # No credentials, or an id that is none: another look would be refused as well.
        return "unknown"
    if classify_answer(error.code, error.http_status) is not FailureKind.FINAL:
        return "pending"
    if error.refuses_caller or error.code.startswith(_REFUSED_AGAIN):
        return "unknown"
    # Anything else may be the state of the job: an asset that is not ready yet cannot be played.
    return "not_found" if error.is_not_found else "pending"


def _find_missing(poll: Poll, body: Mapping[str, Any]) -> str:
    """Ids of a look that the answer says, or shows, not to exist."""
    absent = body.get("NonExists")
    if isinstance(absent, list) and absent:
        return ", ".join(quotable(str(each), (), 80) for each in cast("list[Any]", absent)[:5])
    list_path, _, _ = poll.status_field.rpartition("[].")
    # A list deeper down belongs to something that was found.
    empty = list_path and "." not in list_path and poll.entry is None and body.get(list_path) == []
    return "it: its list is empty" if empty else ""


def make_poll_arguments(poll: Poll, arguments: Mapping[str, Any], reply: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The arguments of a look at what was submitted: ids from the reply, or else from the submitted call.

    Several where there are more ids than one look takes.
    """
    found: dict[str, Any] = {}
    batches: list[dict[str, Any]] = []
    for name, field in poll.arguments:
        values = values_at(reply, field)
        if "[]" in field:  # UploadJobs[].JobId: all of them, comma-separated as the service takes lists of ids
            ids = [str(value) for value in values] or str(reply.get(name, "")).split(",")
            row = get_operation(poll.operation).parameter(name)
            most = (row.max_parts if row else None) or len(ids) or 1
            batches = [{name: ",".join(ids[at : at + most])} for at in range(0, len(ids), most)]
            continue
        value = values[0] if values else arguments.get(field, reply.get(name))
        if field == f"{name}s" and isinstance(value, str) and "," in value:  # a look at one id after the other
            batches = [{name: each} for each in value.split(",") if each]
        elif value is not None:
            found[name] = value
    return [{**found, **batch} for batch in batches] or [found]


def _judge_status(poll: Poll, status: str) -> Outcome:
    if not (poll.success or poll.failure or poll.pending):
        # No states are documented, only a result: once there is one, it is done.
        return "succeeded" if status else "pending"
    if status in poll.success:
        return "succeeded"
    return "failed" if status in poll.failure else "pending"


def _read_status(poll: Poll, data: dict[str, Any], arguments: Mapping[str, Any]) -> str:
    """The state at the poll's path. Of several entries the one least advanced counts: all have to be done."""
    entries, field = [data], poll.status_field
    if poll.entry is not None:
        list_path, _, field = poll.status_field.rpartition("[].")
        entry_field, argument = poll.entry
        address = str(arguments.get(argument, ""))
        entries = [
            entry
            for entry in values_at(data, f"{list_path}[]")
            if any(is_same_object(str(value), address) for value in values_at(entry, entry_field))
        ]
    states = [str(value) for value in values_at(entries, field) if value != ""]
    return min(states, key=lambda state: _ORDER.index(_judge_status(poll, state)), default="")


def is_endless(poll: Poll) -> bool:
    """Whether the job has no end state to wait for: recordings and snapshots of a live stream report none."""
    return bool(poll.pending) and not poll.success and not poll.failure


def _has_settled(poll: Poll, status: str) -> bool:
    """Whether a job without an end state has come out of its first state: there is nothing more to wait for."""
    return is_endless(poll) and bool(status) and status not in poll.pending[:1]


def _read_percent(data: Mapping[str, Any]) -> str:
    """How far the job is, where its answer says so: `` 42%``."""
    inner = [cast("Mapping[str, Any]", value) for value in data.values() if isinstance(value, Mapping)]
    for level in (data, *inner):
        for name in _PERCENTS:
            value = level.get(name)
            if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100:
                return f" {value}%"
    return ""


def is_same_object(address: str, other: str) -> bool:
    """Whether two addresses (``oss://bucket/key``, virtual-hosted or path-style URLs) name one OSS object."""
    return bool(address) and _read_object(address) == _read_object(other)


def _read_object(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    host, path = parts.hostname or "", unquote(parts.path).lstrip("/")
    if parts.scheme == "oss":
        return host, path
    if re.fullmatch(r"[\d.]+|localhost|\[?[0-9a-f:]+\]?", host):
        bucket, _, key = path.partition("/")
        return bucket, key
    return host.partition(".")[0], path
