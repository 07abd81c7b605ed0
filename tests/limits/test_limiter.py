"""What the limiter does with single throttled calls, with a store that goes away, and how it refuses."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import pytest
from mcp import Client

from ims_mcp.cli.connection import Common, open_connection
from ims_mcp.client.limiter import Limiter, Permit
from ims_mcp.client.limiter.learned_rate import LearnedRate
from ims_mcp.client.limiter.turns import Turns, Waiting
from ims_mcp.errors import RateLimited
from ims_mcp.redis_store import open_redis
from ims_mcp.server.build import ImsServer
from ims_mcp.settings import Settings
from ims_mcp.shared_store import MemoryStore
from tests.client.scripted_service import Answer, ScriptedService, refusal
from tests.fixed_credentials import FixedCredentials
from tests.limits.virtual_time import run_in_virtual_time
from tests.redis_server import RedisServer
from tests.server.connected import LOCAL, text_of

Clock = Callable[[], float]
GET, LIST = "GetMediaInfo", "ListMediaBasicInfos"


def run_with_limiter(work: Callable[[Limiter, Clock], Coroutine[Any, Any, None]]) -> None:
    async def main(clock: Clock) -> None:
        await work(Limiter(MemoryStore(clock), clock=clock), clock)

    run_in_virtual_time(main)


async def throttle(limiter: Limiter, code: str, operation: str = GET, retry_after_seconds: float | None = None) -> None:
    await limiter.report(await limiter.acquire("main", operation, 30), code, retry_after_seconds)


async def take(limiter: Limiter, clock: Clock, count: int, operation: str = GET, account: str = "main") -> float:
    """Seconds that so many calls at once wait."""
    begun_at = clock()
    await asyncio.gather(*(limiter.acquire(account, operation, 1000) for _ in range(count)))
    return clock() - begun_at


def test_a_limit_of_one_api_is_that_of_its_operation_and_a_limit_of_the_user_of_the_account() -> None:
    async def work(limiter: Limiter, clock: Clock) -> None:
        await throttle(limiter, "Throttling.Api")
        assert await take(limiter, clock, 10) > 1
        assert await take(limiter, clock, 10, LIST) == 0
        await throttle(limiter, "Throttling.User")
        assert await take(limiter, clock, 10, LIST) > 1
        assert await take(limiter, clock, 10, LIST, "another") == 0

    run_with_limiter(work)


@pytest.mark.parametrize("code", ["Throttling", "Throttling.User", "RequestsTooFrequent", ""])
def test_other_codes_are_of_the_account(code: str) -> None:
    async def work(limiter: Limiter, clock: Clock) -> None:
        await throttle(limiter, code)
        assert await take(limiter, clock, 10, LIST) > 1

    run_with_limiter(work)


def test_a_wait_that_the_service_asks_for_is_everybodys() -> None:
    async def work(limiter: Limiter, clock: Clock) -> None:
        await throttle(limiter, "Throttling.User", retry_after_seconds=7.0)
        assert await take(limiter, clock, 1, LIST) >= 7 - 0.2

    run_with_limiter(work)


def test_answers_to_calls_of_one_event_halve_once() -> None:
    async def work(limiter: Limiter, clock: Clock) -> None:
        await throttle(limiter, "Throttling.User")
        await take(limiter, clock, 100)
        permits: list[Permit] = await asyncio.gather(*(limiter.acquire("main", GET, 1000) for _ in range(3)))
        before = await take(limiter, clock, 20)
        for permit in permits:
            await limiter.report(permit, "Throttling.User")
        await asyncio.sleep(0.5)
        after = await take(limiter, clock, 20)
        assert before < after < 4.5 * before

    run_with_limiter(work)


def test_a_rate_falls_to_a_half_and_comes_back_to_just_below_what_was_too_much() -> None:
    learned = LearnedRate(0.0, 40.0, ceiling=80.0, age=60.0)
    learned.ceiling, learned.age = 20.0, 12.0  # back, held, and a little above
    before = learned.rate
    learned.decrease(100.0, accepted=before)
    assert learned.ceiling == pytest.approx(before)
    assert learned.rate == pytest.approx(before / 2)
    rates: list[float] = []
    for _ in range(30):
        learned.pass_time(0.1, used_up=True)
        rates.append(learned.rate)
    assert rates == sorted(rates)
    assert rates[-1] == pytest.approx(0.97 * before)
    for _ in range(1000):
        learned.pass_time(0.1, used_up=False)
    assert learned.rate == pytest.approx(0.97 * before), "a rate that nobody uses up does not grow"


def test_a_call_whose_turn_would_come_too_late_is_refused_at_once_and_told_when_to_come() -> None:
    async def work(limiter: Limiter, clock: Clock) -> None:
        await throttle(limiter, "Throttling.User")
        waiting = [asyncio.create_task(limiter.acquire("main", GET, 1000)) for _ in range(1000)]
        await asyncio.sleep(0.3)
        begun_at = clock()
        with pytest.raises(RateLimited) as refused:
            await limiter.acquire("main", GET, 5)
        assert clock() == begun_at
        assert refused.value.retry_after_seconds > 5
        assert f"Call again in {refused.value.retry_after_seconds} s" in refused.value.explain()
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    run_with_limiter(work)


def test_of_a_call_that_is_given_up_its_turn_goes_to_another() -> None:
    async def work(limiter: Limiter, clock: Clock) -> None:
        await throttle(limiter, "Throttling.User")
        first = asyncio.create_task(limiter.acquire("main", GET, 1000))
        others = [asyncio.create_task(limiter.acquire("main", GET, 1000)) for _ in range(5)]
        await asyncio.sleep(0.01)
        first.cancel()
        async with asyncio.timeout(10):
            await asyncio.gather(*others)

    run_with_limiter(work)


def test_a_limit_that_was_not_met_for_long_is_forgotten() -> None:
    async def work(limiter: Limiter, clock: Clock) -> None:
        await throttle(limiter, "Throttling.User")
        for _ in range(130):
            await take(limiter, clock, 1)
            await asyncio.sleep(5)
        assert await take(limiter, clock, 1000) == 0

    run_with_limiter(work)


def test_the_shared_state_is_bounded_whoever_waits_and_forgets_who_has_gone() -> None:
    turns = Turns.begin(0.0, 20)
    turns.fetch("replica", 1.0, {f"{number:012x}": Waiting(3, 0.5) for number in range(5_000)})
    assert len(turns.encode()) < 32_000
    assert Turns.decode(turns.encode()) == Turns.decode(Turns.decode(turns.encode()).encode())  # pyright: ignore[reportOptionalMemberAccess]
    for number in range(200):
        turns.fetch("another", 3.0 + number / 10, {"late": Waiting(2, 3.0)})
    assert turns.waiting.keys() == {"another"}
    assert turns.counts.keys() <= {"late"}


_WRITTEN = Turns.begin(0.0, 20).encode()


@pytest.mark.parametrize(
    "value",
    [
        *(None, b"", b"null", b"[1]", b'{"times":[1,2,3]}', b"\xff", b"[" * 100_000),
        _WRITTEN.replace(b'"virtual":0.0', b'"virtual":"none"'),
        _WRITTEN.replace(b'"waiting":{}', b'"waiting":{"replica":{"ann":["many",null]}}'),
        _WRITTEN.replace(b'"handed":{}', b'"handed":{"replica":[["soon","ann"]]}'),
        _WRITTEN.replace(b'"seen":{}', b'"seen":{"replica":"now"}'),
    ],
    ids=lambda value: str(value)[-40:],
)
def test_what_another_version_wrote_is_no_limit(value: bytes | None) -> None:
    assert value != _WRITTEN
    assert Turns.decode(value) is None


def test_a_clock_of_the_store_that_is_set_back_holds_up_nobody() -> None:
    class Store(MemoryStore):
        set_back_seconds = 0.0

        async def now(self) -> float:
            return await super().now() - self.set_back_seconds

    async def main(clock: Clock) -> None:
        await asyncio.sleep(5_000)
        store = Store(clock)
        limiter = Limiter(store, clock=clock)
        await throttle(limiter, "Throttling.User")
        await take(limiter, clock, 3)
        store.set_back_seconds = 3_600.0  # another Redis has taken over
        waited = [await take(limiter, clock, 20) for _ in range(60) if await asyncio.sleep(2, result=True)]
        assert max(waited) < 5

    run_in_virtual_time(main)


@pytest.mark.anyio
async def test_while_redis_is_away_calls_go_on_with_what_was_learned_and_it_is_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with RedisServer() as redis, caplog.at_level(logging.WARNING, "ims_mcp"):
        stores = [open_redis(redis.url), open_redis(redis.url)]
        limiters = [Limiter(store) for store in stores]
        now = anyio.current_time
        for limiter in limiters:
            await throttle(limiter, "Throttling.User")
        for limiter in limiters:
            await take(limiter, now, 3)
        redis.kill()
        with anyio.fail_after(60):
            assert await take(limiters[0], now, 4) > 0.1, "what was learned still holds"
            await take(limiters[0], now, 2)
            redis.start()
            while "shared again" not in caplog.text:
                await take(limiters[0], now, 1)
        said = [record.getMessage() for record in caplog.records]
        assert [" ".join(each.split()[:3]) for each in said] == ["limits are this", "limits are shared"]
        # What Redis has forgotten it is told again.
        with anyio.fail_after(60):
            assert await take(limiters[1], now, 5) > 0.1
        for store in stores:
            await store.close()


@pytest.mark.anyio
async def test_a_tool_says_for_programs_too_that_the_limit_is_used_up() -> None:
    limiter, settings = Limiter(MemoryStore()), Settings(timeout_seconds=2.0)
    arguments = {"MediaId": "a" * 32}

    async def endpoint() -> str:
        return service.url

    with ScriptedService(usual=refusal(400, "Throttling.User")) as service:
        async with (
            open_connection(settings, endpoint, endpoint, FixedCredentials(LOCAL), Common(limiter=limiter)) as to,
            Client(ImsServer(settings, to.client, to.transfers)) as client,
        ):
            refused = await client.call_tool("get_media_info", arguments)
            sent = service.count
            async with anyio.create_task_group() as group:
                for _ in range(50):
                    group.start_soon(limiter.acquire, "", GET, 60)
                await anyio.sleep(0.3)
                refused = await client.call_tool("get_media_info", arguments)
                group.cancel_scope.cancel()
            assert service.count == sent
    assert refused.is_error
    told = refused.structured_content
    assert told is not None
    assert told["reason"] == "rate_limited"
    assert f"Call again in {told['retry_after_seconds']} s" in text_of(refused)


@pytest.mark.anyio
async def test_calls_of_a_client_wait_for_their_turn_once_one_was_throttled() -> None:
    limiter, settings = Limiter(MemoryStore()), Settings()

    async def endpoint() -> str:
        return service.url

    with ScriptedService(refusal(400, "Throttling.User"), usual=Answer()) as service:
        async with (
            open_connection(settings, endpoint, endpoint, FixedCredentials(LOCAL), Common(limiter=limiter)) as to,
            Client(ImsServer(settings, to.client, to.transfers)) as client,
        ):
            result = await client.call_tool("get_media_info", {"MediaId": "a" * 32})
            assert not result.is_error
            begun_at = anyio.current_time()
            await take(limiter, anyio.current_time, 4, account="")
            assert anyio.current_time() - begun_at > 0.1
    assert service.count == 2


def test_a_process_that_begins_with_many_calls_waits_for_its_first_look() -> None:
    async def work(limiter: Limiter, clock: Clock) -> None:
        await throttle(limiter, "Throttling.User")
        begun = Limiter(limiter._store, clock=clock, sleep=asyncio.sleep)  # pyright: ignore[reportPrivateUsage]
        permits = [asyncio.create_task(begun.acquire("main", GET, 1000)) for _ in range(100)]
        await asyncio.sleep(0.05)
        assert sum(task.done() for task in permits) < 5
        for task in permits:
            task.cancel()
        await asyncio.gather(*permits, return_exceptions=True)

    run_with_limiter(work)


def test_turns_that_are_missed_while_a_process_was_held_up_are_let_go() -> None:
    async def work(limiter: Limiter, clock: Clock) -> None:
        await throttle(limiter, "Throttling.User")
        held_from, held_until = clock() + 4.0, clock() + 6.0
        left_at: list[float] = []

        async def sleep(seconds: float) -> None:
            await asyncio.sleep(seconds)
            if held_from <= clock() < held_until:
                await asyncio.sleep(held_until - clock())

        held_up = Limiter(limiter._store, clock=clock, sleep=sleep)  # pyright: ignore[reportPrivateUsage]

        async def go_on() -> None:
            while True:
                await held_up.acquire("main", GET, 1000)
                left_at.append(clock())

        lanes = [asyncio.create_task(go_on()) for _ in range(100)]
        await asyncio.sleep(held_until + 1 - clock())
        for lane in lanes:
            lane.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)
        before = sum(held_from - 0.5 <= at < held_from for at in left_at)
        heap = sum(held_until <= at < held_until + 0.02 for at in left_at)
        assert before > 15
        assert heap <= 4
        assert sum(held_until + 0.02 <= at for at in left_at) > 30

    run_with_limiter(work)


def test_a_level_that_has_held_is_returned_to_after_a_heap_and_not_again_where_it_holds_no_more() -> None:
    learned = LearnedRate(0.0, 90.0, ceiling=100.0, age=30.0, hold=16.0)
    learned.decrease(100.0, accepted=learned.rate)
    learned.ceiling = 80.0  # what was accepted before the heap
    for _ in range(100):
        learned.pass_time(0.1, used_up=True)
    assert learned.rate >= 0.97 * 100
    learned.decrease(110.0, accepted=60.0)
    for at in (112.0, 114.0, 116.0, 118.0):
        learned.decrease(at, accepted=50.0)
    assert learned.proven < 65.0
