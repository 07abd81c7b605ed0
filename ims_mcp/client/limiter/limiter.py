"""Calls wait here for their turn where an account's limit has been met; until then nothing is limited."""

from __future__ import annotations

import logging
import math
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import anyio

from ims_mcp.call_origin import current_subject
from ims_mcp.client.limiter.turns import AHEAD_SECONDS, FETCH_SECONDS, Turns, Waiting, name_caller
from ims_mcp.errors import RateLimited
from ims_mcp.shared_store import Change, MemoryStore, SharedStore, StoreUnavailable

T = TypeVar("T")

WHOLE_ACCOUNT = "*"
_LOOK_SECONDS = 1.0
"""So often it is looked whether another replica has met a limit."""
_LEAST_PAUSE_SECONDS = 0.01
_SHORTEST_SECONDS = 0.001
_AWAY_SECONDS, _LONGEST_AWAY_SECONDS = 1.0, 16.0
"""So long a store that is away is left alone: twice as long after each time."""
_LATE_SECONDS, _MOST_MISSED = 0.08, 2
"""A turn that is missed by more, in a process that was held up, is let go, so often: calls that leave in a heap are too
many for the second they come in."""
_KEPT_SECONDS = 600.0
_MOST_GROUPS = 2_000
_SET_CLOCK_SECONDS = 60.0

logger = logging.getLogger("ims_mcp.client")


@dataclass(frozen=True, slots=True)
class Permit:
    """One try's leave to be sent; the limiter is told its outcome with it."""

    account: str
    operation: str
    sent_at: float
    turns: frozenset[str]
    """The groups in which it had a turn; in the others there was no limit."""


@dataclass(slots=True, eq=False)
class _Waiter:
    caller: str
    since: float
    woken: anyio.Event = field(default_factory=anyio.Event)
    turn: float | None = None


@dataclass(slots=True, eq=False)
class _Group:
    """What this process knows of an account and group, and the calls of it that wait here."""

    key: str
    turns: Turns | None = None
    """As last seen; None: there is no limit."""
    shared: Turns | None = None
    """As last seen in the store that replicas share."""
    looked_at: float = -math.inf
    first_look: anyio.Lock = field(default_factory=anyio.Lock)
    look_again_at: float = 0.0
    queues: dict[str, deque[_Waiter]] = field(default_factory=dict[str, "deque[_Waiter]"])
    leader: _Waiter | None = None
    second: int = 0
    accepted: int = 0
    accepted_before: int = 0

    @property
    def is_limited(self) -> bool:
        return self.turns is not None

    def note_accepted(self, now: float) -> None:
        if (second := int(now)) != self.second:
            self.accepted_before = self.accepted if second == self.second + 1 else 0
            self.second, self.accepted = second, 0
        self.accepted += 1

    def list_waiters(self) -> list[_Waiter]:
        return [waiter for queue in self.queues.values() for waiter in queue]


class Limiter:
    """One for a process and all its clients. ``store`` is what its replicas share.

    A limit belongs to a cloud account and a group of operations: the one operation, where the service says
    ``Throttling.Api``, which is about one API; all of the account for ``Throttling``, ``Throttling.User`` and
    ``RequestsTooFrequent`` (Alibaba Cloud's documents count by API and by account). Until a call is throttled nothing
    waits, and a look at the store once a second is all that is paid. From then on calls wait for turns; see
    :mod:`ims_mcp.client.limiter.turns`, and :mod:`ims_mcp.client.limiter.learned_rate` for how many there are.

    While the store is away this process goes on by itself, with its part of the rate last known. ``clock`` counts
    seconds, from whenever.
    """

    def __init__(
        self,
        store: SharedStore,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self._store = store
        self._clock = clock
        self._sleep = sleep
        self._replica = secrets.token_hex(4)
        self._groups: OrderedDict[tuple[str, str], _Group] = OrderedDict()
        self._offset = 0.0
        """From this process's clock to the store's."""
        self._clock_set_at = -math.inf
        self._alone = MemoryStore(clock)
        self._away_until = -math.inf
        self._away_seconds = _AWAY_SECONDS
        self._is_away = False

    async def acquire(self, account: str, operation: str, seconds: float) -> Permit:
        """Wait for this call's turn, ``seconds`` at most. Raises RateLimited where it does not come in time."""
        end = self._clock() + seconds
        had: set[str] = set()
        for name in (operation, WHOLE_ACCOUNT):
            if await self._wait(self._find(account, name), operation, end):
                had.add(name)
        return Permit(account, operation, self._now(), frozenset(had))

    async def report(
        self, permit: Permit, throttling_code: str | None, retry_after_seconds: float | None = None
    ) -> None:
        """Tell what came of a try: ``throttling_code`` is the service's where it was throttled ("" if it gave none)."""
        if throttling_code is None:
            now = self._now()
            for name in (permit.operation, WHOLE_ACCOUNT):
                self._find(permit.account, name).note_accepted(now)
            return
        is_of_operation = throttling_code.lower().startswith("throttling.api")
        name = permit.operation if is_of_operation else WHOLE_ACCOUNT
        group = self._find(permit.account, name)
        now = self._now()
        accepted = max(group.accepted, group.accepted_before)

        def note(value: bytes | None) -> tuple[bytes | None, Turns]:
            turns = Turns.decode(value)
            if turns is None:
                turns = Turns.begin(now, accepted, retry_after_seconds)
            else:
                turns.note_throttled(permit.sent_at, now, retry_after_seconds, had_turn=name in permit.turns)
            return turns.encode(), turns

        group.turns = await self._update(group, note)
        group.looked_at = self._clock()

    async def _wait(self, group: _Group, operation: str, end: float) -> bool:
        """Whether there is a limit; if so, the call's turn has come."""
        if group.looked_at == -math.inf:
            async with group.first_look:  # nobody goes past it: a process begins with all its calls at once
                if group.looked_at == -math.inf:
                    await self._look(group)
                    group.looked_at = self._clock()
        elif not group.is_limited and self._clock() - group.looked_at >= _LOOK_SECONDS:
            group.looked_at = self._clock()  # others do not wait for this look
            await self._look(group)
        if not group.is_limited:
            return False
        for _ in range(1 + _MOST_MISSED):
            turn = await self._take_turn(group, operation, end)
            if turn is None:
                return False  # the limit has been forgotten
            if (left := turn - self._now()) > 0:
                await self._sleep(min(left, AHEAD_SECONDS))  # more is a clock that was set since
            if self._now() - turn <= _LATE_SECONDS:
                break
        return True

    async def _take_turn(self, group: _Group, operation: str, end: float) -> float | None:
        waiter = _Waiter(name_caller(current_subject.get()), self._now())
        self._refuse_if_hopeless(group, waiter, operation, end)
        queue = group.queues.setdefault(waiter.caller, deque())
        queue.append(waiter)
        try:
            while waiter.turn is None and group.is_limited:
                if self._clock() >= end:
                    raise self._refuse(group, waiter, operation)
                if group.leader is None:
                    await self._lead(group, waiter, end)
                else:
                    await self._pause(waiter, end)
        finally:
            if waiter in queue:
                queue.remove(waiter)
            if not queue and group.queues.get(waiter.caller) is queue:
                del group.queues[waiter.caller]
            if group.leader is None:
                _wake_first(group)
        return waiter.turn

    async def _lead(self, group: _Group, waiter: _Waiter, end: float) -> None:
        """Fetch turns for all that wait here, until this one has its own."""
        group.leader = waiter
        try:
            while waiter.turn is None and group.is_limited and (now := self._clock()) < end:
                if now < group.look_again_at:
                    await self._sleep(max(_SHORTEST_SECONDS, min(group.look_again_at, end) - now))
                else:
                    await self._fetch(group)
        finally:
            group.leader = None

    async def _pause(self, waiter: _Waiter, end: float) -> None:
        with anyio.move_on_after(max(0.0, end - self._clock())):
            await waiter.woken.wait()
        if waiter.woken.is_set():
            waiter.woken = anyio.Event()

    async def _fetch(self, group: _Group) -> None:
        now = self._now()
        waiting = {
            caller: Waiting(len(queue), queue[0].since) for caller, queue in group.queues.items() if len(queue) > 0
        }

        def fetch(value: bytes | None) -> tuple[bytes | None, tuple[Turns | None, list[tuple[float, str]]]]:
            turns = Turns.decode(value)
            if turns is None or turns.is_forgotten_at(now):
                return None, (None, [])
            mine = turns.fetch(self._replica, now, waiting)
            return turns.encode(), (turns, mine)

        group.turns, mine = await self._update(group, fetch)
        group.looked_at = self._clock()
        if group.turns is None:
            for waiter in group.list_waiters():
                waiter.woken.set()
            return
        for turn, caller in mine:
            queue = group.queues.get(caller) or next((each for each in group.queues.values() if each), None)
            if not queue:
                break
            waiter = queue.popleft()
            if not queue:
                group.queues = {name: each for name, each in group.queues.items() if each is not queue}
            waiter.turn = turn
            waiter.woken.set()
        # Nobody is left: the next that comes need not wait for anything but its turn.
        pause = FETCH_SECONDS if group.queues else _LEAST_PAUSE_SECONDS
        later = min(group.turns.free_at - self._now() - FETCH_SECONDS, _LOOK_SECONDS)
        group.look_again_at = self._clock() + max(pause, later)

    async def _look(self, group: _Group) -> None:
        group.turns = await self._update(group, lambda value: (value, Turns.decode(value)))

    def _refuse_if_hopeless(self, group: _Group, waiter: _Waiter, operation: str, end: float) -> None:
        if group.turns is None or self._clock() - group.looked_at > _LOOK_SECONDS:
            return  # nothing is known of who waits now
        if self._estimate(group, waiter) > end - self._clock():
            raise self._refuse(group, waiter, operation)

    def _refuse(self, group: _Group, waiter: _Waiter, operation: str) -> RateLimited:
        return RateLimited(operation, min(3600, max(1, math.ceil(self._estimate(group, waiter)))))

    def _estimate(self, group: _Group, waiter: _Waiter) -> float:
        """Seconds until a call like this one has its turn, behind those that wait here and elsewhere."""
        if group.turns is None:
            return 0.0
        here = len(group.queues.get(waiter.caller, ()))
        known = sum(each[waiter.caller].count for each in group.turns.waiting.values() if waiter.caller in each)
        return group.turns.estimate_seconds(waiter.caller, 1 + max(0, here - known))

    def _find(self, account: str, name: str) -> _Group:
        place = account, name
        group = self._groups.get(place)
        if group is None:
            group = self._groups[place] = _Group(f"limit:{account}:{name}")
            if len(self._groups) > _MOST_GROUPS:
                idle = next((each for each, known in self._groups.items() if known.turns is None), None)
                if idle is not None and idle != place:
                    del self._groups[idle]
        else:
            self._groups.move_to_end(place)
        return group

    def _now(self) -> float:
        return self._clock() + self._offset

    async def _update(self, group: _Group, change: Change[T]) -> T:
        """At the shared store, or while that is away in this process."""

        def change_shared(value: bytes | None) -> tuple[bytes | None, tuple[Turns | None, T]]:
            if value is None and group.shared is not None and not group.shared.is_forgotten_at(self._now()):
                value = group.shared.copy_rate().encode()  # a Redis that was started anew
            value, answer = change(value)
            return value, (Turns.decode(value), answer)

        if self._clock() >= self._away_until:
            if self._is_away:  # one asks whether it is back, and nobody else waits for that
                self._away_until = self._clock() + self._away_seconds
            try:
                await self._set_clock()
                group.shared, answer = await self._store.update(group.key, change_shared, _KEPT_SECONDS)
            except StoreUnavailable as error:
                if not self._is_away:
                    logger.warning("limits are this process's own for now: %s", error)
                    self._is_away, self._away_seconds = True, _AWAY_SECONDS
                self._away_until = self._clock() + self._away_seconds
                self._away_seconds = min(self._away_seconds * 2, _LONGEST_AWAY_SECONDS)
            else:
                if self._is_away:
                    logger.warning("limits are shared again")
                    self._is_away, self._alone = False, MemoryStore(self._clock)
                return answer

        def change_own(value: bytes | None) -> tuple[bytes | None, T]:
            return change(self._make_own(group) if value is None else value)

        return await self._alone.update(group.key, change_own, _KEPT_SECONDS)

    def _make_own(self, group: _Group) -> bytes | None:
        """This process's part of the rate last known, without the others."""
        if group.shared is None:
            return None
        own = group.shared.copy_rate()
        own.divide(max(1, len(group.shared.seen)))
        return own.encode()

    async def _set_clock(self) -> None:
        if self._clock() - self._clock_set_at < _SET_CLOCK_SECONDS:
            return
        before = self._clock()
        there = await self._store.now()
        self._offset = there - (before + self._clock()) / 2
        self._clock_set_at = before


def _wake_first(group: _Group) -> None:
    waiter = next((queue[0] for queue in group.queues.values() if queue), None)
    if waiter is not None:
        waiter.woken.set()
