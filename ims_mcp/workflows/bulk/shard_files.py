"""The two files of a shard: its rows, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable

import anyio

from ims_mcp.workflows.bulk.job import OUTCOMES, ROWS, BulkJob, Control, Outcome, Row, RowState, name_shard
from ims_mcp.workflows.bulk.place import JobPlace, PlaceError

SETTLED = (RowState.DONE, RowState.EXISTS)
_OPEN = (RowState.BEGUN, RowState.LEFT)
_ALL_CLASSES = "*"


async def read_rows(job: BulkJob, place: JobPlace, number: int) -> list[Row]:
    """All rows of a shard. Raises PlaceError where they are not those of the job, and ImsError."""
    name = name_shard(ROWS, number)
    content = await place.read(name)
    first = number * job.shard_rows
    wanted = range(first, min(first + job.shard_rows, job.total_rows))
    try:
        rows = [Row.decode(line) for line in (content or b"").splitlines()]
    except ValueError:
        rows = []
    if [row.number for row in rows] != [*wanted]:
        raise PlaceError(
            f"{name} in {place.address} does not hold the rows {wanted.start:,} to {wanted.stop - 1:,} of the job "
            f"{job.job_id}.",
            next_step="The job was changed or not made to its end: make a new one from its source.",
        )
    return rows


async def read_outcomes(place: JobPlace, number: int) -> dict[int, Outcome]:
    """The last outcome of each row that has one. Lines that were broken off are passed over."""
    return decode_outcomes(await place.read(name_shard(OUTCOMES, number)) or b"")


def decode_outcomes(content: bytes) -> dict[int, Outcome]:
    """Of the lines of an outcomes file, by row."""
    found: dict[int, Outcome] = {}
    for line in content.split(b"\n"):
        if line:
            try:
                outcome = Outcome.decode(line)
            except ValueError:
                continue  # half of it, from a crash: the row is looked at again
            found[outcome.row] = outcome
    return found


def is_left(outcome: Outcome | None, control: Control) -> bool:
    """Whether there is something to do with a row of this last outcome: that it has none, or failed in a class that
    is to be tried again. An unknown one only where its class is named."""
    if outcome is None or outcome.state in _OPEN:
        return True
    if outcome.state in SETTLED:
        return False
    named = outcome.problem_class in control.retry_classes
    return named or (outcome.state is RowState.FAILED and _ALL_CLASSES in control.retry_classes)


class _Batch:
    def __init__(self) -> None:
        self.lines = b""
        self.is_written = False
        self.error: BaseException | None = None


class OutcomeWriter:
    """Appends to one outcomes file for several lanes: what they say while a writing runs goes with the next one."""

    def __init__(self, place: JobPlace, number: int) -> None:
        self._place = place
        self._name = name_shard(OUTCOMES, number)
        self._writing = anyio.Lock()
        self._next = _Batch()

    async def write(self, outcomes: Iterable[Outcome]) -> None:
        """They are kept when this returns. Raises ImsError where they cannot be."""
        batch = self._next
        batch.lines += b"".join(outcome.encode() for outcome in outcomes)
        async with self._writing:
            if not batch.is_written:
                self._next = _Batch()
                batch.is_written = True
                try:
                    await self._place.append(self._name, batch.lines)
                except BaseException as error:
                    batch.error = error
                    raise
        if batch.error is not None:
            raise batch.error
