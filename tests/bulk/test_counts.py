"""How far a job is."""

from __future__ import annotations

from collections.abc import AsyncIterable
from dataclasses import dataclass, field

import pytest

from ims_mcp.workflows.bulk.counts import RATE_SECONDS, Counts, JobCounter, count
from ims_mcp.workflows.bulk.folder_place import FolderPlace
from ims_mcp.workflows.bulk.job import OUTCOMES, Outcome, RowState, name_shard
from ims_mcp.workflows.bulk.place import JobPlace
from tests.bulk.made import make_job, name_objects

pytestmark = pytest.mark.anyio


async def write(place: JobPlace, shard: int, *outcomes: Outcome) -> None:
    await place.append(name_shard(OUTCOMES, shard), b"".join(outcome.encode() for outcome in outcomes))


def fail(row: int, problem_class: str) -> Outcome:
    return Outcome(row, RowState.FAILED, problem_class=problem_class, problem="no")


async def test_rows_are_counted_by_their_last_outcome(place: FolderPlace) -> None:
    job = await make_job(place, name_objects(20), shard_rows=10)
    assert await count(place, job) == Counts(20)
    await write(place, 0, Outcome(0, RowState.BEGUN), Outcome(1, RowState.BEGUN), Outcome(0, RowState.DONE))
    await write(place, 0, fail(2, "Forbidden"), fail(3, "timeout"), fail(4, "timeout"), Outcome(3, RowState.EXISTS))
    await write(place, 1, fail(12, "timeout"), Outcome(13, RowState.UNKNOWN, problem_class="unknown"))
    await write(place, 1, Outcome(14, RowState.DONE), Outcome(14, RowState.DONE), Outcome(15, RowState.LEFT))
    await place.append(name_shard(OUTCOMES, 1), Outcome(16, RowState.DONE).encode()[:-5])
    counts = await count(place, job)
    assert counts == Counts(20, done=2, exists=1, unknown=1, failed_by_class={"timeout": 2, "Forbidden": 1})
    assert [*counts.failed_by_class] == ["timeout", "Forbidden"]
    assert (counts.failed, counts.left, counts.seconds_left) == (3, 13, None)


@dataclass
class Watched:
    """A place that keeps what was read of it."""

    place: FolderPlace
    names: list[str] = field(default_factory=list[str])

    @property
    def address(self) -> str:
        return self.place.address

    async def read(self, name: str) -> bytes | None:
        self.names.append(name)
        return await self.place.read(name)

    async def write(self, name: str, content: bytes) -> None:
        await self.place.write(name, content)

    async def write_parts(self, name: str, parts: AsyncIterable[bytes]) -> None:
        await self.place.write_parts(name, parts)

    async def append(self, name: str, lines: bytes) -> None:
        await self.place.append(name, lines)

    async def list_names(self, folder: str) -> list[str]:
        return await self.place.list_names(folder)

    async def list_sizes(self, folder: str) -> dict[str, int]:
        return await self.place.list_sizes(folder)


async def test_only_shards_in_which_something_happened_are_read_again(place: FolderPlace) -> None:
    job = await make_job(place, name_objects(40), shard_rows=10)
    for shard in range(4):
        await write(place, shard, Outcome(10 * shard, RowState.DONE))
    watched = Watched(place)
    counter = JobCounter(watched, job)
    assert (await counter.count()).done == 4
    watched.names.clear()
    assert (await counter.count()).done == 4
    assert watched.names == []
    await write(place, 2, Outcome(21, RowState.DONE))
    assert (await counter.count()).done == 5
    assert watched.names == [name_shard(OUTCOMES, 2)]


async def test_the_speed_is_that_of_the_last_seconds_and_says_how_long_it_takes(place: FolderPlace) -> None:
    job = await make_job(place, name_objects(1000), shard_rows=1000)
    now = 100.0
    counter = JobCounter(place, job, lambda: now)
    assert (await counter.count()).rows_per_second is None
    done = 0
    for seconds, rows in ((1.0, 10), (1.0, 30)):
        now += seconds
        await write(place, 0, *(Outcome(done + number, RowState.DONE) for number in range(rows)))
        done += rows
        counts = await counter.count()
    assert (counts.rows_per_second, counts.seconds_left) == (20.0, 48.0)
    # What was long ago does not count any more.
    for _ in range(int(RATE_SECONDS) + 2):
        now += 1.0
        counts = await counter.count()
    assert (counts.rows_per_second, counts.seconds_left) == (0.0, None)


async def test_when_nothing_is_left_no_time_is(place: FolderPlace) -> None:
    job = await make_job(place, name_objects(1))
    await write(place, 0, Outcome(0, RowState.EXISTS))
    counts = await count(place, job)
    assert (counts.left, counts.seconds_left) == (0, 0.0)
