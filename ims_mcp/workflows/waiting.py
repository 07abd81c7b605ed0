"""Waiting for an asynchronous operation: poll as its table says until a terminal state, or until the time is up."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, cast
from urllib.parse import unquote, urlsplit

import anyio

from ims_mcp.catalogue import Operation, Poll, get_operation
from ims_mcp.errors import ImsError

MAX_WAIT_SECONDS = 45.0
"""Longest a call may wait: clients give up at 60 s, and progress does not always reset their timer."""
FIRST_PAUSE_SECONDS = 0.3
LONGEST_PAUSE_SECONDS = 3.0
PAUSE_GROWTH = 1.6
LOOK_SECONDS = 5.0
"""What a look is given where the wait itself is shorter."""
SHORTEST_LOOK_SECONDS = 1.0
_PERCENTS = ("Percent", "Progress")

Progress = Callable[[float, float, str], Awaitable[None]]
"""Called with seconds waited, seconds allowed, and what was seen."""


class Reply(Protocol):
    """What a caller returns: the parsed response body."""

    @property
    def data(self) -> dict[str, Any]: ...


class Caller(Protocol):
    """What can call IMS; the shared client is one."""

    async def call(
        self, operation: Operation, arguments: Mapping[str, Any], *, timeout_seconds: float | None = None
    ) -> Reply: ...


@dataclass(frozen=True, slots=True)
class Waited:
    """How a wait ended. ``status`` is the last value seen, empty if none was; ``problem`` why looking failed."""

    outcome: Literal["succeeded", "failed", "pending"]
    status: str
    seconds: float
    next_operation: str
    next_arguments: dict[str, Any]
    last_data: dict[str, Any] | None = None
    problem: str = ""


async def wait_for(
    client: Caller,
    operation: Operation,
    *,
    arguments: Mapping[str, Any],
    reply: Mapping[str, Any],
    seconds: float,
    longest_seconds: float = MAX_WAIT_SECONDS,
    progress: Progress | None = None,
    clock: Callable[[], float] = anyio.current_time,
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
) -> Waited:
    """Follow what ``operation``, called with ``arguments`` and answered with ``reply``, has started.

    Looks at least once, also with ``seconds=0``. A look that fails does not fail the wait: the job exists whatever
    happens to a look, so the error becomes the ``problem`` of a pending outcome if no later look succeeds.

    ``longest_seconds``: what the caller's own client gives it. A look may outlast ``seconds``, but not this, except
    for the second that the first look always has.
    """
    poll = operation.poll
    if poll is None:
        raise ImsError(f"{operation.name} has nothing to wait for.")
    look = get_operation(poll.operation)
    looks = look_arguments_of(poll, arguments, reply)
    start = clock()
    end = start + min(longest_seconds, MAX_WAIT_SECONDS)
    deadline = min(start + max(seconds, 0.0), end)
    pause, status, problem = FIRST_PAUSE_SECONDS, "", ""
    data: dict[str, Any] | None = None
    outcome: Literal["succeeded", "failed", "pending"] = "pending"
    while True:
        try:
            seen: list[tuple[str, dict[str, Any]]] = []
            for look_arguments in looks:
                # A look may outlast a short wait, but never the longest one.
                least = min(LOOK_SECONDS, end - clock())
                reply_seconds = max(deadline - clock(), least, SHORTEST_LOOK_SECONDS)
                body = (await client.call(look, look_arguments, timeout_seconds=reply_seconds)).data
                seen.append((_status(poll, body, arguments), body))
            status, data = min(seen, key=lambda each: _rank(poll, each[0]))
            problem = ""
        except ImsError as error:
            problem = error.explain()
        outcome = _outcome(poll, status)
        elapsed = clock() - start
        if progress is not None:
            share = _percent(data) if data is not None else ""
            await progress(elapsed, max(seconds, elapsed), f"{operation.name}: {status or 'no state yet'}{share}")
        late = clock() + pause > min(deadline, end - SHORTEST_LOOK_SECONDS)
        if outcome != "pending" or late or (not problem and _stands(poll, status)):
            break
        await sleep(pause)
        pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE_SECONDS)
    return Waited(
        outcome=outcome,
        status=status,
        seconds=round(clock() - start, 2),
        next_operation=look.name,
        next_arguments=looks[0],
        last_data=data,
        problem=problem,
    )


def look_arguments_of(poll: Poll, arguments: Mapping[str, Any], reply: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The arguments of a look at what was submitted: ids from the reply, or else from the submitted call.

    Several where there are more ids than one look takes.
    """
    found: dict[str, Any] = {}
    batches: list[dict[str, Any]] = []
    for name, field in poll.arguments:
        list_path, _, inner = field.rpartition("[].")
        if list_path:  # UploadJobs[].JobId: all of them, comma-separated as the service takes lists of ids
            ids = [str(value) for entry in _entries(reply, list_path) for value in _at(entry, [inner])]
            ids = ids or str(reply.get(name, "")).split(",")
            row = get_operation(poll.operation).parameter(name)
            most = (row.max_parts if row else None) or len(ids) or 1
            batches = [{name: ",".join(ids[at : at + most])} for at in range(0, len(ids), most)]
            continue
        value = next((value for value in _at(reply, field.split(".")) if value is not None), None)
        value = value if value is not None else arguments.get(field, reply.get(name))
        if field == f"{name}s" and isinstance(value, str) and "," in value:  # a look at one id after the other
            batches = [{name: each} for each in value.split(",") if each]
        elif value is not None:
            found[name] = value
    return [{**found, **batch} for batch in batches] or [found]


def _outcome(poll: Poll, status: str) -> Literal["succeeded", "failed", "pending"]:
    if not (poll.success or poll.failure or poll.pending):
        # No states are documented, only a result: once there is one, it is done.
        return "succeeded" if status else "pending"
    if status in poll.success:
        return "succeeded"
    return "failed" if status in poll.failure else "pending"


def _status(poll: Poll, data: dict[str, Any], arguments: Mapping[str, Any]) -> str:
    """The state at the poll's path. Of several entries the one least advanced counts: all have to be done."""
    list_path, _, field = poll.status_field.rpartition("[].")
    if not list_path:
        return next((str(value) for value in _at(data, field.split(".")) if value not in (None, "")), "")
    entries = _entries(data, list_path)
    if poll.entry is not None:
        entry_field, argument = poll.entry
        address = str(arguments.get(argument, ""))
        entries = [entry for entry in entries if any(same_object(str(v), address) for v in _at(entry, [entry_field]))]
    states = [str(value) for entry in entries for value in _at(entry, field.split(".")) if value not in (None, "")]
    return _least_advanced(poll, states)


def _least_advanced(poll: Poll, states: list[str]) -> str:
    return min(states, key=lambda state: _rank(poll, state), default="")


def _rank(poll: Poll, state: str) -> int:
    return {"failed": 0, "pending": 1, "succeeded": 2}[_outcome(poll, state)]


def is_endless(poll: Poll) -> bool:
    """Whether the job has no end state to wait for: recordings and snapshots of a live stream report none."""
    return bool(poll.pending) and not poll.success and not poll.failure


def _stands(poll: Poll, status: str) -> bool:
    """Whether a job without an end state has come out of its first state: there is nothing more to wait for."""
    return is_endless(poll) and bool(status) and status not in poll.pending[:1]


def _percent(data: Mapping[str, Any]) -> str:
    """How far the job is, where its answer says so: `` 42%``."""
    inner = [cast("Mapping[str, Any]", value) for value in data.values() if isinstance(value, Mapping)]
    for level in (data, *inner):
        for name in _PERCENTS:
            value = level.get(name)
            if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100:
                return f" {value}%"
    return ""


def _entries(data: Any, list_path: str) -> list[Any]:
    return [
        entry
        for value in _at(data, list_path.split("."))
        for entry in (cast("list[Any]", value) if isinstance(value, list) else [])
    ]


def _at(data: Any, path: list[str]) -> Iterator[Any]:
    for name in path:
        if not isinstance(data, Mapping):
            return
        data = cast("Mapping[str, Any]", data).get(name)
    yield data


def same_object(address: str, other: str) -> bool:
    """Whether two addresses (``oss://bucket/key``, virtual-hosted or path-style URLs) name one OSS object."""
    return bool(address) and _object_of(address) == _object_of(other)


def _object_of(address: str) -> tuple[str, str]:
    parts = urlsplit(address)
    host, path = parts.hostname or "", unquote(parts.path).lstrip("/")
    if parts.scheme == "oss":
        return host, path
    if re.fullmatch(r"[\d.]+|localhost|\[?[0-9a-f:]+\]?", host):
        bucket, _, key = path.partition("/")
        return bucket, key
    return host.partition(".")[0], path
