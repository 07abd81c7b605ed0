"""How far a bulk job is: its rows by what became of them, and how fast they go."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ims_mcp.workflows.bulk.job import OUTCOMES, BulkJob, Outcome, RowState
from ims_mcp.workflows.bulk.place import JobPlace
from ims_mcp.workflows.bulk.shard_files import decode_outcomes

RATE_SECONDS = 15.0
"""What is meant by lately."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows; together those of ``done``, ``exists``, ``failed``, ``unknown`` and ``left`` are ``total``."""

    total: int
    done: int = 0
    exists: int = 0
    unknown: int = 0
    failed_by_class: Mapping[str, int] = field(default_factory=dict[str, int])
    """The most first."""
    rows_per_second: float | None = None
    """Lately; None where it was looked only once."""

    @property
    def failed(self) -> int:
        return sum(self.failed_by_class.values())

    @property
    def left(self) -> int:
        """Not done yet, or under way."""
        return self.total - self.done - self.exists - self.unknown - self.failed

    @property
    def seconds_left(self) -> float | None:
        """At the speed it has had lately; None where nothing is known of that."""
        if not self.left:
            return 0.0
        return self.left / self.rows_per_second if self.rows_per_second else None


class JobCounter:
    """Looks at one job as often as it is asked, and reads only those shards again in which something happened."""

    def __init__(self, place: JobPlace, job: BulkJob, clock: Callable[[], float] = time.monotonic) -> None:
        self._place = place
        self._job = job
        self._clock = clock
        self._shards: dict[str, tuple[int, Counter[tuple[RowState, str]]]] = {}
        self._seen: deque[tuple[float, int]] = deque()

    async def count(self) -> Counts:
        """As it is now. Raises ImsError."""
        for name, size in (await self._place.list_sizes(OUTCOMES)).items():
            if self._shards.get(name, (None,))[0] != size:
                outcomes = decode_outcomes(await self._place.read(name) or b"")
                self._shards[name] = size, Counter(map(_sort, outcomes.values()))
        total = Counter[tuple[RowState, str]]()
        for _, found in self._shards.values():
            total.update(found)
        failed = {name: rows for (state, name), rows in total.most_common() if state is RowState.FAILED}
        done, exists, unknown = (total[state, ""] for state in (RowState.DONE, RowState.EXISTS, RowState.UNKNOWN))
        speed = self._measure(done + exists + unknown + sum(failed.values()))
        return Counts(self._job.total_rows, done, exists, unknown, failed, speed)

    def _measure(self, settled: int) -> float | None:
        now = self._clock()
        self._seen.append((now, settled))
        while len(self._seen) > 2 and now - self._seen[1][0] >= RATE_SECONDS:
            self._seen.popleft()
        began, before = self._seen[0]
        return max(0, settled - before) / (now - began) if now > began else None


async def count(place: JobPlace, job: BulkJob) -> Counts:
    """One look, without a speed."""
    return await JobCounter(place, job).count()


def _sort(outcome: Outcome) -> tuple[RowState, str]:
    return outcome.state, outcome.problem_class if outcome.state is RowState.FAILED else ""
