"""Waiting for an asynchronous operation: poll as its table says until a terminal state, or until the time is up."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
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
from ims_mcp.workflows.failures import LONGEST_PROBLEM, NO_FAILURE, Failure, find_failure

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
_LONGEST_STATUS = 100
_REFUSED_AGAIN = ("InvalidParameter", "MissingParameter", "SignatureDoesNotMatch", "IncompleteSignature")

Outcome = Literal["succeeded", "running", "failed", "pending", "not_found", "unknown"]
"""``running``: what was started does its work and is not over (a recording that records). ``not_found``: the service
knows nothing under the id. ``unknown``: it does not let these credentials look, or does not take the id for one;
looking again would not change that."""
# Of several jobs the one counts that is told first.
_ORDER: tuple[Outcome, ...] = ("failed", "unknown", "pending", "not_found", "running", "succeeded")

Until = Literal["start", "end"]
"""What a wait for something with two ends is for: that it runs, or that it is over."""

Progress = Callable[[float, float, str], Awaitable[None]]
"""Called with seconds waited, seconds allowed, and what was seen."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the last look at some of the jobs has shown."""

    arguments: dict[str, Any]
    """Of the look: the ids."""
    outcome: Outcome = "pending"
    status: str = ""
    data: dict[str, Any] | None = None
    problem: str = ""


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
    failure: Failure = NO_FAILURE
    """Why a job has failed, where its answer says so."""
    looks: tuple[Look, ...] = ()
    """The last one at each of the jobs, or of the lots of jobs that one look takes."""

    @property
    def reason(self) -> str:
        """Why it failed, or why nobody knows."""
        return self.problem or self.failure.reason

    def describe(self, problem: str = "") -> dict[str, Any]:
        """``{outcome[, status], seconds[, problem]}`` for a reader; ``problem`` where there is more to say than the
        reason."""
        told: dict[str, Any] = {"outcome": self.outcome}
        if self.status:
            told["status"] = plain(self.status, _LONGEST_STATUS)
        told["seconds"] = self.seconds
        reason = problem or self.problem or self.failure.explain()
        return told | ({"problem": plain(reason, LONGEST_PROBLEM)} if reason else {})


async def wait_for(
    client: ImsClient,
    operation: Operation,
    *,
    arguments: Mapping[str, Any],
    reply: Mapping[str, Any],
    seconds: float,
    longest_seconds: float = MAX_WAIT_SECONDS,
    just_submitted: bool = True,
    until: Until = "end",
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
    for the second that the first look always has. Where the operation has states in which it runs, the wait ends there
    with ``until="start"``, and in any case where there is no end to wait for.
    """
    poll = operation.poll
    if poll is None:
        raise ImsError(f"{operation.name} has nothing to wait for.")
    look = get_operation(poll.operation)
    every_look = make_poll_arguments(poll, arguments, reply)
    ends_running = until == "start" or not (poll.success or poll.failure)
    looks, more = every_look[:MOST_POLLS], every_look[MOST_POLLS:]
    start = clock()
    latest = start + min(longest_seconds, MAX_WAIT_SECONDS)
    deadline = min(start + max(seconds, 0.0), latest)
    lag_seconds = LAG_SECONDS if just_submitted else SHORT_LAG_SECONDS
    pause = FIRST_PAUSE_SECONDS
    seen = [Look(each) for each in looks]
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
            shown = await _poll_once(client, look, looks[index], operation, arguments, max(left, SHORTEST_POLL_SECONDS))
            if shown.data is None:
                shown = replace(shown, status=before.status, data=before.data)
            seen[index] = shown
        worst = min(seen, key=lambda each: _ORDER.index(each.outcome))
        outcome, problem = worst.outcome, next((each.problem for each in seen if each.problem), "")
        elapsed = clock() - start
        if progress is not None:
            share = _read_percent(worst.data) if worst.data is not None else ""
            state = worst.status or ("done" if outcome == "succeeded" else "no state yet")
            await progress(elapsed, max(seconds, elapsed), f"{operation.name}: {state}{share}")
        late = clock() + pause > min(deadline, latest - SHORTEST_POLL_SECONDS)
        if outcome == "not_found" and elapsed < lag_seconds and (just_submitted or not late):
            outcome = "pending"
        goes_on = outcome == "pending" or (outcome == "running" and not ends_running)
        if not goes_on or late:
            break
        await sleep(pause)
        pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE_SECONDS)
        round_ends = max(deadline, clock() + SHORTEST_POLL_SECONDS)
    following = looks[seen.index(worst)]
    if outcome in ("succeeded", "running") and more:
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
        failure=find_failure(operation, worst.data, arguments) if outcome == "failed" else NO_FAILURE,
        looks=tuple(seen),
    )


async def _poll_once(
    client: ImsClient,
    look: Operation,
    look_arguments: dict[str, Any],
    operation: Operation,
    submitted: Mapping[str, Any],
    timeout_seconds: float,
) -> Look:
    """One request; every error of this project's becomes what it says of the job."""
    poll = operation.poll
    assert poll is not None
    try:
        body = (await client.call(look, look_arguments, timeout_seconds=timeout_seconds)).data
    except ImsError as error:
        return Look(look_arguments, _judge_error(error), problem=error.explain())
    status = _read_status(poll, body, submitted)
    outcome = judge_status(poll, status)
    # Where no states are documented the field that was looked at is the result, and no state.
    status = "" if poll.has_no_states else status
    if outcome in ("pending", "running", "succeeded") and (missing := _find_missing(poll, body, look_arguments)):
        known = bool(status) and outcome == "pending"
        problem = f"the service does not know {missing}"
        return Look(look_arguments, "pending" if known else "not_found", status, body, problem)
    return Look(look_arguments, outcome, status, body)


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


def _find_missing(poll: Poll, body: Mapping[str, Any], look_arguments: Mapping[str, Any]) -> str:
    """Ids of a look that the answer says, or shows, not to exist."""
    absent = body.get("NonExists")
    if isinstance(absent, list) and absent:
        return ", ".join(quotable(str(each), (), 80) for each in cast("list[Any]", absent)[:5])
    list_path, _, _ = poll.status_field.rpartition("[].")
    if absent := _find_unlisted(poll, body, look_arguments, list_path):
        return ", ".join(quotable(each, (), 80) for each in absent[:5])
    # A list deeper down belongs to something that was found.
    empty = list_path and "." not in list_path and poll.entry is None and body.get(list_path) == []
    return "it: its list is empty" if empty else ""


def _find_unlisted(poll: Poll, body: Mapping[str, Any], look_arguments: Mapping[str, Any], list_path: str) -> list[str]:
    """Of several ids of one look those that the answer lists nothing for, without a word."""
    name, field = poll.arguments[0]
    ids = str(look_arguments.get(name, "")).split(",")
    if "[]" not in field or not list_path or len(ids) < 2:
        return []
    entries = values_at(body, f"{list_path}[]")
    listed = {str(value) for value in values_at(entries, name.removesuffix("s"))}
    # An answer that names none at all says nothing of any.
    return [each for each in ids if each and each not in listed] if listed else []


def collect_ids(poll: Poll, looks: Iterable[Mapping[str, Any]], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The ids of these looks as wait_for_job takes them: those of several looks joined with commas."""
    ids: dict[str, Any] = {}
    for look in looks:
        for name, value in look.items():
            ids[name] = f"{ids[name]},{value}" if name in ids and ids[name] != value else value
    if poll.entry is not None and poll.entry[1] in arguments:
        ids[poll.entry[1]] = arguments[poll.entry[1]]
    return ids


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


def judge_status(poll: Poll, status: str) -> Outcome:
    """What a state says. One in none of the lists is pending."""
    if poll.has_no_states:
        return "succeeded" if status else "pending"
    if status in poll.success:
        return "succeeded"
    if status in poll.running:
        return "running"
    return "failed" if status in poll.failure else "pending"


def is_known_status(poll: Poll, status: str) -> bool:
    """Whether the table knows this state, or there is none yet."""
    return not status or status in (*poll.success, *poll.running, *poll.failure, *poll.pending)


def _read_status(poll: Poll, data: dict[str, Any], arguments: Mapping[str, Any]) -> str:
    """The state at the poll's path. Of several entries the one least advanced counts: all have to be done."""
    entries, field = [data], poll.status_field
    if poll.entry is not None:
        entries, field = find_entries(poll, data, arguments), poll.status_field.rpartition("[].")[2]
    states = [str(value) for value in values_at(entries, field) if value != ""]
    return min(states, key=lambda state: _ORDER.index(judge_status(poll, state)), default="")


def find_entries(poll: Poll, data: Mapping[str, Any], arguments: Mapping[str, Any]) -> list[Any]:
    """The elements of the list the state lies in; with ``poll.entry`` those of the submitted call's object."""
    list_path, _, _ = poll.status_field.rpartition("[].")
    entries = values_at(data, f"{list_path}[]") if list_path else []
    if poll.entry is None:
        return entries
    field, argument = poll.entry
    address = str(arguments.get(argument, ""))
    return [entry for entry in entries if any(is_same_object(str(value), address) for value in values_at(entry, field))]


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
