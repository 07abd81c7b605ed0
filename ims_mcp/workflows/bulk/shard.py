"""One worker's work on one shard: what is left of it is done, lanes side by side, and written down row by row."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

import anyio

from ims_mcp.call_origin import Consent, current_claims, current_consent, current_subject
from ims_mcp.client.call_under_way import CallSlot, current_slot
from ims_mcp.errors import ImsError
from ims_mcp.workflows.bulk.acts import Act
from ims_mcp.workflows.bulk.job import BulkJob, Control, Outcome, Row, RowState
from ims_mcp.workflows.bulk.place import JobPlace
from ims_mcp.workflows.bulk.shard_files import OutcomeWriter, is_left, read_outcomes, read_rows

_LOOK_SECONDS = 0.05
_GIVING_BACK_SECONDS = 5.0


class Watch(Protocol):
    """What is wanted of the job, as :class:`ControlWatch` reads it."""

    @property
    def current(self) -> Control:
        """As it is known now; asked all the time."""
        ...


async def run_shard(
    job: BulkJob,
    place: JobPlace,
    number: int,
    act: Act,
    watch: Watch,
    *,
    lanes: int = 8,
    pace: Callable[[], Awaitable[None]] | None = None,
) -> bool:
    """Do what is left of a shard; nobody else may work on it meanwhile. True: every row has its outcome.

    ``pace`` returns when another row may be begun. False where it was to stop, if only for a moment: what waits is
    given up, what has been sent ends. Raises ImsError for what is no matter of a row (the place, credentials); then,
    too, what has been sent ends first, and all of it can be done again.
    """
    rows = await read_rows(job, place, number)
    before = await read_outcomes(place, number)
    left = deque(row for row in rows if is_left(before.get(row.number), watch.current))
    begun = {row.number for row in left if (known := before.get(row.number)) and known.state is RowState.BEGUN}
    if not left:
        return True
    run = _ShardRun(job, act, watch, OutcomeWriter(place, number), pace, left, begun)
    return await run.run(min(lanes, len(left)))


class _ShardRun:
    def __init__(
        self,
        job: BulkJob,
        act: Act,
        watch: Watch,
        writer: OutcomeWriter,
        pace: Callable[[], Awaitable[None]] | None,
        left: deque[Row],
        begun: set[int],
    ) -> None:
        self._job = job
        self._act = act
        self._watch = watch
        self._writer = writer
        self._pace = pace
        self._left = left
        self._open = len(left)
        """Rows that have no outcome yet."""
        self._begun = begun
        self._lanes: set[_Lane] = set()
        self._ended = anyio.Event()
        self._error: Exception | None = None

    async def run(self, lanes: int) -> bool:
        async with anyio.create_task_group() as tasks:
            for _ in range(lanes):
                lane = _Lane()
                self._lanes.add(lane)
                tasks.start_soon(self._work, lane)
            tasks.start_soon(self._break_off)
            await self._ended.wait()
            tasks.cancel_scope.cancel()
        if self._error is not None:
            raise self._error
        return not self._open

    @property
    def _must_stop(self) -> bool:
        return self._error is not None or self._watch.current.stop

    async def _break_off(self) -> None:
        """Once it is to stop: lanes that wait end at once, the others when their answer is written down."""
        while True:
            await anyio.sleep(_LOOK_SECONDS)
            if self._must_stop:
                for lane in self._lanes:
                    if lane.is_waiting:
                        lane.scope.cancel()

    async def _work(self, lane: _Lane) -> None:
        self._act_for_starter()
        current_slot.set(lane.slot)
        try:
            with lane.scope:
                while self._left and not self._must_stop:
                    if self._pace is not None:
                        await self._pace()
                    if self._left and not self._must_stop:
                        await self._do(lane, self._left.popleft())
                        self._open -= 1
        except Exception as error:
            self._error = self._error or error
        finally:
            self._lanes.discard(lane)
            if not self._lanes:
                self._ended.set()

    async def _do(self, lane: _Lane, row: Row) -> None:
        maybe_sent, lane.slot.maybe_done = row.number in self._begun, False
        if not self._act.needs_begun or maybe_sent:
            await self._write(lane, await self._act.do(row, maybe_sent=maybe_sent))
            return
        await self._write(lane, Outcome(row.number, RowState.BEGUN))
        try:
            outcome = await self._act.do(row, maybe_sent=False)
        except BaseException:
            if not lane.slot.maybe_done:
                await self._give_back(row)
            raise
        await self._write(lane, outcome)

    async def _give_back(self, row: Row) -> None:
        """A row that was begun and has not been sent; where that cannot be written down, it counts as begun."""
        with anyio.move_on_after(_GIVING_BACK_SECONDS, shield=True), suppress(ImsError):
            await self._writer.write((Outcome(row.number, RowState.LEFT),))

    async def _write(self, lane: _Lane, outcome: Outcome) -> None:
        lane.is_writing = True
        await self._writer.write((outcome,))
        lane.is_writing = False

    def _act_for_starter(self) -> None:
        """Limits and audit tell callers apart."""
        if self._job.subject:
            current_subject.set(self._job.subject)
            current_claims.set(self._job.claims)
        if self._job.consent is not None:
            current_consent.set(Consent(*self._job.consent))


class _Lane:
    """One row at a time."""

    def __init__(self) -> None:
        self.scope = anyio.CancelScope()
        self.slot = CallSlot()
        self.is_writing = False

    @property
    def is_waiting(self) -> bool:
        """Whether nothing is lost where it is broken off now."""
        return not self.is_writing and not self.slot.is_sent
