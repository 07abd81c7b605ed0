"""Replicas, callers and a service that throttles, in virtual time: what a minute of them comes to."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ims_mcp.call_origin import current_subject
from ims_mcp.client.ims import RETRY_POLICY
from ims_mcp.client.limiter import Limiter
from ims_mcp.errors import RateLimited
from ims_mcp.shared_store import Change, MemoryStore, SharedStore, T
from tests.limits.services import Service
from tests.limits.virtual_time import run_in_virtual_time

DEADLINE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Caller:
    """``at_once`` calls at each of ``replicas``, each followed by another after ``pause_seconds``."""

    name: str
    at_once: int
    replicas: Sequence[int] = (0, 1, 2)
    pause_seconds: float = 0.0
    begins_at: float = 0.0


FIVE_CALLERS = (
    Caller("flood", 100),
    Caller("busy", 8),
    Caller("steady", 3),
    Caller("at one replica", 4, (1,)),
    Caller("modest", 2, (0, 2), 0.05),
)


@dataclass
class Outcome:
    """What the service saw: (second, caller, whether it was taken); and calls that were refused before."""

    seconds: float
    arrived: list[tuple[float, str, bool]] = field(default_factory=list[tuple[float, str, bool]])
    refused: Counter[str] = field(default_factory=Counter[str])
    updates: int = 0
    """Looks at the store, and changes."""

    def used(self, first: float, last: float) -> float:
        """Calls a second that were taken."""
        return sum(taken for at, _, taken in self.arrived if first <= at < last) / (last - first)

    def throttled(self, first: float, last: float) -> float:
        """The part of the calls that were throttled."""
        there = [taken for at, _, taken in self.arrived if first <= at < last]
        return there.count(False) / max(1, len(there))

    def shares(self, first: float, last: float) -> dict[str, float]:
        """Caller -> calls a second that were taken."""
        counts = Counter(name for at, name, taken in self.arrived if taken and first <= at < last)
        return {name: count / (last - first) for name, count in counts.items()}


class SlowStore:
    """A store that takes as long as Redis on another machine, and can be away."""

    def __init__(self, inner: SharedStore, chance: random.Random, clock: Callable[[], float]) -> None:
        self._inner, self._chance, self._clock = inner, chance, clock
        self.updates = 0

    async def add_once(self, key: str, seconds: float) -> bool:
        return await self._inner.add_once(key, seconds)

    async def update(self, key: str, change: Change[T], seconds: float) -> T:
        self.updates += 1
        await asyncio.sleep(self._chance.uniform(0.0005, 0.002))
        answer = await self._inner.update(key, change, seconds)
        await asyncio.sleep(self._chance.uniform(0.0005, 0.002))
        return answer

    async def now(self) -> float:
        return await self._inner.now()

    async def check(self) -> None:
        await self._inner.check()

    async def close(self) -> None:
        await self._inner.close()

    def describe(self) -> str:
        return self._inner.describe()


def simulate(
    service: Service,
    callers: Sequence[Caller],
    *,
    seconds: float = 60.0,
    replicas: int = 3,
    limits: Mapping[float, float] | None = None,
    seed: int = 1,
    latency_seconds: float = 0.08,
    lateness_seconds: float = 0.0,
    killed_every: float = 0.0,
) -> Outcome:
    """``limits``: second -> the service's limit from then on. Calls arrive late by ``lateness_seconds`` on
    average, as on a busy machine. Clocks of replicas differ by seconds. Every ``killed_every`` seconds a replica is
    killed and started again, all its calls at once."""

    async def main(clock: Callable[[], float]) -> Outcome:
        chance = random.Random(seed)
        outcome = Outcome(seconds)
        store = SlowStore(MemoryStore(clock), chance, clock)

        def make_clock(offset: float) -> Callable[[], float]:
            return lambda: clock() + offset

        limiters = [Limiter(store, clock=make_clock(chance.uniform(-5, 5))) for _ in range(replicas)]

        starts = {limiter: chance.uniform(0, 0.7) for limiter in limiters}

        async def call(limiter: Limiter, name: str) -> None:
            begun_at = clock()
            for tries in range(1, RETRY_POLICY.max_tries + 1):
                left = DEADLINE_SECONDS - (clock() - begun_at)
                permit = await limiter.acquire("main", "GetMediaInfo", left)
                late = chance.expovariate(1 / lateness_seconds) if lateness_seconds else 0.0
                await asyncio.sleep(chance.uniform(0.2, 0.3) * latency_seconds + min(late, 0.15))
                taken = service.take(clock())
                outcome.arrived.append((clock(), name, taken))
                await asyncio.sleep(chance.uniform(0.6, 1.2) * latency_seconds)
                await limiter.report(permit, None if taken else "Throttling.User")
                if taken:
                    return
                await asyncio.sleep(RETRY_POLICY.compute_backoff_seconds(tries, None, chance.random()))

        async def go_on(limiter: Limiter, caller: Caller) -> None:
            current_subject.set(caller.name)
            await asyncio.sleep(caller.begins_at + starts[limiter])
            while True:
                try:
                    await call(limiter, caller.name)
                except RateLimited as error:
                    outcome.refused[caller.name] += 1
                    await asyncio.sleep(error.retry_after_seconds)
                await asyncio.sleep(caller.pause_seconds)

        async def change_limits() -> None:
            for at, limit in sorted((limits or {}).items()):
                await asyncio.sleep(at - clock())
                service.limit = limit

        def start(place: int) -> list[asyncio.Task[None]]:
            there = [caller for caller in callers if place in caller.replicas]
            return [asyncio.create_task(go_on(limiters[place], each)) for each in there for _ in range(each.at_once)]

        async def kill() -> None:
            turn = 0
            while killed_every:
                await asyncio.sleep(killed_every)
                place = turn % replicas
                for task in running[place]:
                    task.cancel()
                await asyncio.sleep(1)
                limiters[place] = Limiter(store, clock=make_clock(chance.uniform(-5, 5)))
                starts[limiters[place]] = 0.0
                running[place] = start(place)
                turn += 1

        running = [start(place) for place in range(replicas)]
        others = [asyncio.create_task(change_limits()), asyncio.create_task(kill())]
        await asyncio.sleep(seconds)
        tasks = [*others, *(task for each in running for task in each)]
        done = [task for task in tasks if task.done() and not task.cancelled()]
        failed = [error for task in done if (error := task.exception()) is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        outcome.updates = store.updates
        assert not failed, failed
        return outcome

    return run_in_virtual_time(main)
