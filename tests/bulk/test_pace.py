"""Rows a second over all workers of a job, and who holds a shard, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import anyio

from ims_mcp.shared_store import Change, MemoryStore, StoreUnavailable, T
from ims_mcp.workflows.bulk.chains import CHAINS, is_done, list_chains, read_next, write_next
from ims_mcp.workflows.bulk.claims import CLAIM_SECONDS, ShardClaims
from ims_mcp.workflows.bulk.folder_place import FolderPlace
from ims_mcp.workflows.bulk.job import BulkJob, Control, Kind
from ims_mcp.workflows.bulk.pace import Pace
from tests.limits.virtual_time import run_in_virtual_time

Clock = Callable[[], float]


def count_rows(rates: dict[float, float | None], seconds: float) -> list[float]:
    """When two workers with ten lanes each began rows. ``rates``: second -> the rate from then on."""

    async def main(clock: Clock) -> list[float]:
        store, begun = MemoryStore(clock), list[float]()

        def find_rate() -> float | None:
            return rates[max(at for at in rates if at <= clock())]

        async def lane(pace: Pace) -> None:
            while True:
                await pace()
                begun.append(clock())
                await asyncio.sleep(0.01)

        paces = [Pace(store, "job", find_rate, clock=lambda ahead=ahead: clock() + ahead) for ahead in (0.0, 7.0)]
        lanes = [asyncio.create_task(lane(pace)) for pace in paces for _ in range(10)]
        await asyncio.sleep(seconds)
        for task in lanes:
            task.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)
        return begun

    return run_in_virtual_time(main)


def test_all_workers_together_keep_the_rate_in_every_second() -> None:
    begun = count_rows({0: 50.0}, 20)
    assert 950 <= len(begun) <= 1010
    assert max(sum(at <= other < at + 1 for other in begun) for at in begun) <= 50 + 15


def test_a_slow_rate_is_kept_as_well() -> None:
    assert 9 <= len(count_rows({0: 0.5}, 20)) <= 11


def test_a_rate_that_is_changed_counts_within_a_second() -> None:
    begun = count_rows({0: 0.1, 5: 100.0, 10: 2.0}, 20)
    assert sum(5 <= at < 6.2 for at in begun) > 20
    assert 380 <= sum(6 <= at < 10 for at in begun) <= 410
    assert sum(11 <= at < 20 for at in begun) <= 20


def test_without_a_rate_nothing_waits() -> None:
    assert len(count_rows({0: None}, 1)) > 1_900


class _Away(MemoryStore):
    is_away = False

    async def update(self, key: str, change: Change[T], seconds: float) -> T:
        if self.is_away:
            raise StoreUnavailable("away")
        return await super().update(key, change, seconds)


def test_a_shard_is_held_by_one_until_it_is_given_back_or_its_holder_is_gone() -> None:
    async def main(clock: Clock) -> None:
        store = MemoryStore(clock)
        first, second = ShardClaims(store, clock), ShardClaims(store, clock)
        keeping = asyncio.create_task(first.keep())
        held = await first.take("job", 1)
        assert held is not None
        assert await second.take("job", 1) is None
        await asyncio.sleep(3 * CLAIM_SECONDS)
        assert await second.take("job", 1) is None
        assert not held.is_lost
        await first.give_back(held)
        taken = await second.take("job", 1)
        assert taken is not None  # and it is not kept: its process is gone
        await asyncio.sleep(CLAIM_SECONDS + 0.1)
        assert taken.is_lost
        assert await first.take("job", 1) is not None
        keeping.cancel()

    run_in_virtual_time(main)


def test_a_claim_that_cannot_be_renewed_is_given_up_before_others_can_have_it() -> None:
    async def main(clock: Clock) -> None:
        store = _Away(clock)
        claims = ShardClaims(store, clock)
        keeping = asyncio.create_task(claims.keep())
        held = await claims.take("job", 1)
        assert held is not None
        await asyncio.sleep(10)
        store.is_away = True
        for _ in range(100):
            if held.is_lost:
                break
            await asyncio.sleep(0.1)
        assert held.is_lost
        store.is_away = False
        assert await ShardClaims(store, clock).take("job", 1) is None
        keeping.cancel()

    run_in_virtual_time(main)


def test_a_chain_goes_on_where_it_was_and_is_gone_through_again_to_try_failures(tmp_path: Path) -> None:
    async def main() -> None:
        place, job = FolderPlace(tmp_path), BulkJob("job", Kind.REGISTER, "RegisterMediaInfo", 40 * 250, "", 0.0)
        assert [*list_chains(job)] == [*range(CHAINS)]
        assert await read_next(place, 3, Control()) == 3
        assert await write_next(place, 3, Control()) == 3 + CHAINS
        assert await read_next(place, 3, Control(attempt=2)) == 3 + CHAINS
        again = Control(attempt=2, retry_classes=("*",))
        assert await read_next(place, 3, again) == 3
        await write_next(place, 3, again)
        assert await read_next(place, 3, again) == 3 + CHAINS
        await place.write("chains/03.json", b'{"next": 4')
        assert await read_next(place, 3, Control()) == 3
        for chain in list_chains(job):
            assert not await is_done(place, job, Control())
            for shard in range(chain, job.shard_count, CHAINS):
                await write_next(place, shard, Control())
        assert await is_done(place, job, Control())

    anyio.run(main)
