"""What is done with a row, whatever happens on the way: one call of its operation, and an outcome."""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping
from typing import Any, Protocol, cast

from ims_mcp.catalogue import Effect, Operation, get_operation, values_at
from ims_mcp.client.answers import Reply
from ims_mcp.errors import ImsError, RateLimited, ServiceError
from ims_mcp.foreign_text import plain
from ims_mcp.summaries.values import as_object
from ims_mcp.workflows.bulk.job import BulkJob, Kind, Outcome, Row, RowState
from ims_mcp.workflows.bulk.problems import (
    LONGEST_PROBLEM,
    fail,
    is_hindrance,
    is_outage,
    is_uncertain,
    name_class,
    stops_job,
)
from ims_mcp.workflows.bulk.recovery import EXISTING, find_recovery
from ims_mcp.workflows.bulk.target import BulkTarget

_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 30.0
_MOST_UNCERTAIN = 6
"""So often a row is sent again that nobody knows the outcome of, where that is safe; each time with its own tries."""
_LOOKS_SECONDS = (0.5, 1.5, 3.0)
"""Before each look for what a call did whose answer was lost just now."""
_MOST_IDS, _LONGEST_ID = 8, 200

logger = logging.getLogger("ims_mcp.workflows.bulk")


class Act(Protocol):
    """Does something with rows, one or many at a time."""

    @property
    def needs_begun(self) -> bool:
        """Whether it is written down that a row is going to be sent, before it is: it must not be sent twice."""
        ...

    async def do(self, row: Row, *, maybe_sent: bool) -> Outcome:
        """``maybe_sent``: an earlier run was about to send it, and has not told what became of it.

        Waits for as long as the service takes nothing. May be cancelled while nothing of it is on its way (see
        :class:`ims_mcp.client.call_under_way.CallSlot`); the row is then as it was. Raises ImsError for what is no
        matter of this row, such as credentials.
        """
        ...


def choose_act(job: BulkJob, target: BulkTarget) -> Act:
    """What ``job`` does with its rows."""
    if job.kind is Kind.UPLOAD:
        from ims_mcp.workflows.bulk.upload_act import UploadAct  # late: it knows this module

        return UploadAct(job, target)
    return OperationAct(job, target, get_operation(job.operation))


class Pauses:
    """Waits that grow from one to the next, and differ from those of others."""

    def __init__(self, target: BulkTarget, what: str) -> None:
        self._sleep = target.client.sleep
        self._what = what
        self._count = 0

    async def wait(self, error: ImsError) -> None:
        """Before the next try after ``error``."""
        longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2 ** min(self._count, 10))
        asked = error.retry_after_seconds or 0.0 if isinstance(error, RateLimited | ServiceError) else 0.0
        if isinstance(error, RateLimited):
            # The queue was too long for one call's time: the row goes on waiting before it has ended.
            asked = min(_LONGEST_PAUSE_SECONDS, asked / 2)
        self._count += 1
        seconds = asked + longest * (0.5 + random.random() / 2)  # noqa: S311 - no secret
        logger.info("%s: a row waits", self._what, extra={"class": name_class(error), "seconds": round(seconds, 1)})
        await self._sleep(seconds)


class OperationAct:
    """One call of an operation of IMS for each row, with the checks, guards, limits and audit of any call."""

    def __init__(self, job: BulkJob, target: BulkTarget, operation: Operation) -> None:
        self._job = job
        self._target = target
        self._operation = operation
        self._recovery = find_recovery(operation)
        can_follow = self._recovery.may_follow and self._recovery.look is None
        self._repeatable = operation.has_client_token or operation.idempotent or can_follow
        self._repeatable |= operation.effect is Effect.READ

    @property
    def needs_begun(self) -> bool:
        """Where a second call would not be the same call."""
        return not self._repeatable

    async def do(self, row: Row, *, maybe_sent: bool) -> Outcome:
        """See :class:`Act`."""
        try:
            if maybe_sent and self.needs_begun and (known := await self._look(row)) is not None:
                return known
            return await self._do(row)
        except ImsError as error:
            if stops_job(error):
                raise
            return fail(row, error)

    async def _do(self, row: Row) -> Outcome:
        arguments = row.arguments
        if self._operation.has_client_token:
            arguments = {**arguments, "ClientToken": self._job.make_client_token(row.number)}
        pauses, uncertain = Pauses(self._target, self._operation.name), 0
        while True:
            try:
                reply = await self._target.client.call(self._operation, arguments, confirmed=self._job.confirmed)
            except ImsError as error:
                if is_uncertain(error):
                    if not self._repeatable:
                        return await self._find_out(row, error)
                    uncertain += not is_outage(error)
                    if uncertain >= _MOST_UNCERTAIN:
                        raise
                elif not is_hindrance(error):
                    existing = await self._find_existing(row, error)
                    if existing is None:
                        raise
                    return existing
                await pauses.wait(error)
            else:
                return self._read(row, reply)

    async def _read_patiently(self, operation: Operation, arguments: Mapping[str, Any]) -> Reply:
        pauses = Pauses(self._target, operation.name)
        while True:
            try:
                return await self._target.client.call(operation, arguments)
            except ImsError as error:
                if not is_hindrance(error) and not is_uncertain(error):
                    raise
                await pauses.wait(error)

    async def _look(self, row: Row) -> Outcome | None:
        """What became of a row that may have been sent; None where it may be sent now."""
        if self._recovery.look is not None:
            ids = await self._recovery.look(self._read_patiently, self._job, row.arguments)
            if ids is not None:
                return Outcome(row.number, RowState.DONE, ids)
            if self._recovery.may_follow:
                return None
        return Outcome(
            row.number,
            RowState.UNKNOWN,
            problem_class="unknown",
            problem="It may have been sent before the job was interrupted, and whether it was carried out is not seen.",
        )

    async def _find_out(self, row: Row, error: ImsError) -> Outcome:
        """What became of a row whose answer was lost just now."""
        for seconds in _LOOKS_SECONDS if self._recovery.look is not None else ():
            await self._target.client.sleep(seconds)
            assert self._recovery.look is not None
            if (ids := await self._recovery.look(self._read_patiently, self._job, row.arguments)) is not None:
                return Outcome(row.number, RowState.DONE, ids)
        return fail(row, error, RowState.UNKNOWN)

    async def _find_existing(self, row: Row, error: ImsError) -> Outcome | None:
        """The outcome of a row that is refused because things are so already; None where that is not why."""
        if not isinstance(error, ServiceError):
            return None
        if self._job.kind is Kind.DELETE and error.is_not_found:
            return Outcome(row.number, RowState.EXISTS, request_id=error.request_id)
        look = EXISTING.get(self._operation.name)
        if look is None or error.code != "MediaAlreadyExist":
            return None
        ids = await look(self._read_patiently, self._job, row.arguments)
        return None if ids is None else Outcome(row.number, RowState.EXISTS, ids, request_id=error.request_id)

    def _read(self, row: Row, reply: Reply) -> Outcome:
        if self._job.kind is Kind.DELETE:
            if forbidden := _list_texts(reply.data.get("ForbiddenList")):
                problem = plain(f"The service does not let it be deleted: {', '.join(forbidden)}", LONGEST_PROBLEM)
                return Outcome(row.number, RowState.FAILED, {}, "Forbidden", problem, reply.request_id)
            ignored = _list_texts(reply.data.get("IgnoredList"))
            if ignored and len(ignored) >= _count_named(row.arguments):
                return Outcome(row.number, RowState.EXISTS, request_id=reply.request_id)
        return Outcome(row.number, RowState.DONE, read_ids(self._operation, reply.data))


def read_ids(operation: Operation, data: Mapping[str, Any]) -> dict[str, str]:
    """The ids of what a call made or started, by the names of the answer."""
    found: dict[str, str] = {}
    for _, path in operation.poll.arguments if operation.poll is not None else ():
        for value in values_at(data, path)[:1]:
            _keep_id(found, path.rpartition(".")[2].removesuffix("[]"), value)
    for name, value in data.items():
        _keep_id(found, name, value)
    if not found:
        for inner in data.values():
            for name, value in as_object(inner).items():
                _keep_id(found, name, value)
    return found


def _keep_id(found: dict[str, str], name: str, value: Any) -> None:
    is_id = name.endswith("Id") and name != "RequestId" and isinstance(value, str | int)
    if is_id and len(found) < _MOST_IDS and (text := plain(str(value), _LONGEST_ID)):
        found.setdefault(name, text)


def _list_texts(value: Any) -> list[str]:
    return [str(each) for each in cast("list[Any]", value)] if isinstance(value, list) else []


def _count_named(arguments: Mapping[str, Any]) -> int:
    """How many things a deletion names, in its one list of names."""
    lists = (value for name, value in arguments.items() if name.endswith(("Ids", "URLs")))
    return max((len(_list_texts(value) or str(value).split(",")) for value in lists), default=1)
