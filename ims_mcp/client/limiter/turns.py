"""Whose turn it is at an account's limit: what all replicas share of one group of operations, and how it is handed out.

Whoever has calls waiting says so here, and is handed turns (a time and a caller), for itself and for the others, up to
:data:`AHEAD_SECONDS` ahead; each replica fetches its own. So turns are evenly apart whoever they are for, and a call
that comes later waits behind that little only.

Callers take turns by start-time fair queueing: each has a count of turns, the one with the lowest goes first, and who
comes anew begins where the others are, so nobody saves up. At which replicas a caller's calls wait makes no difference.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import cycle
from typing import Any, cast

from ims_mcp.client.limiter.learned_rate import STILL_FULL_SECONDS, LearnedRate

AHEAD_SECONDS = 0.2
FETCH_SECONDS = 0.1
"""How often a replica with calls waiting looks. Half of that ahead, so no turn is fetched too late."""
_GONE_SECONDS = 1.0
"""A replica that has not looked for so long has ended, or waits for nothing."""
_LATE_SECONDS = 0.3
"""A replica that has not looked for so long is handed nothing before it looks again: if it is dead, that is lost."""
_FORGET_SECONDS = 300.0
"""Without a throttled call, and with the rate not used up: as if there were no limit."""
_UNKNOWING_SECONDS = 2.5
"""After the first throttled call: so long other replicas may go on as if there were no limit, and fill it."""
_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS = 0.3, 0.5
_LONGEST_PAUSE_SECONDS = 60.0
_SET_BACK_SECONDS = 10.0
"""What was looked at so much later than now was looked at by another clock: the store's was set back, or its successor
has another. A turn is no further ahead of now than the longest pause and the slowest rate leave it."""
_USED_UP = 0.85
_BUCKET_SECONDS = 0.1
_MOST_CALLERS = 256
OTHERS = "others"
"""All that are too many, as one caller."""


def name_caller(subject: str) -> str:
    """A subject as it stands in the shared state: short, and telling nothing of it."""
    return blake2b(subject.encode("utf-8", "replace"), digest_size=6).hexdigest()


@dataclass(slots=True)
class Waiting:
    """What waits at one replica for one caller. ``since``: since when the oldest."""

    count: int
    since: float


@dataclass(slots=True)
class Turns:
    """The shared state of one account and group, once the service has throttled a call of it."""

    learned: LearnedRate
    free_at: float
    """When the next turn is that nobody has."""
    looked_at: float
    used_up: bool = False
    throttled_at: float = 0.0
    virtual: float = 0.0
    counts: dict[str, float] = field(default_factory=dict[str, float])
    waiting: dict[str, dict[str, Waiting]] = field(default_factory=dict[str, dict[str, Waiting]])
    """Replica -> caller -> what waits."""
    seen: dict[str, float] = field(default_factory=dict[str, float])
    """Replica -> when it looked last."""
    handed: dict[str, list[tuple[float, str]]] = field(default_factory=dict[str, list[tuple[float, str]]])
    """Replica -> turns it has not fetched: when, and for which caller."""
    sent: dict[int, int] = field(default_factory=dict[int, int])
    """Tenth of a second -> turns of it, without those that were throttled."""

    @classmethod
    def begin(cls, now: float, accepted: float, retry_after_seconds: float | None = None) -> Turns:
        """At the first throttled call; see :meth:`LearnedRate.begin`. What is full is given the time to empty."""
        pause = max(_FIRST_PAUSE_SECONDS, min(retry_after_seconds or 0.0, _LONGEST_PAUSE_SECONDS))
        return cls(LearnedRate.begin(now, accepted), now + pause, now, throttled_at=now)

    def fetch(self, replica: str, now: float, waiting: Mapping[str, Waiting]) -> list[tuple[float, str]]:
        """Say what waits at this replica, hand out turns, and take those that are for it."""
        self._pass_time(now)
        self.seen[replica] = now
        self.waiting[replica] = self._fold(replica, waiting)
        for gone in [name for name, at in self.seen.items() if now - at > _GONE_SECONDS]:
            for held in (self.seen, self.waiting, self.handed):
                held.pop(gone, None)
        self._hand_out(now)
        turns = self.handed.pop(replica, [])
        for _, caller in turns:
            if caller in self.waiting[replica]:
                self.waiting[replica][caller].count -= 1
        return turns

    def note_throttled(
        self, sent_at: float, now: float, retry_after_seconds: float | None, *, had_turn: bool = True
    ) -> None:
        """A call was throttled. One event halves once: what was sent before it does not, nor what a replica sent that
        did not know of the limit yet."""
        self._pass_time(now)
        bucket = _bucket(sent_at)
        if had_turn and self.sent.get(bucket, 0) > 0:
            self.sent[bucket] -= 1
        self.throttled_at = now
        since = sent_at - self.learned.decreased_at
        if had_turn and 0 < since < AHEAD_SECONDS:
            self.learned.correct(self._count_accepted(sent_at))
        if since <= 0:
            return
        pause = min(retry_after_seconds or 0.0, _LONGEST_PAUSE_SECONDS)
        still_full = STILL_FULL_SECONDS if self.learned.ceiling is not None else _UNKNOWING_SECONDS
        if not had_turn or since < still_full:
            pause = max(pause, _PAUSE_SECONDS)
        else:
            self.learned.decrease(now, self._count_accepted(now))
        self.free_at = max(self.free_at, now + pause)

    def estimate_seconds(self, caller: str, more: int = 0) -> float:
        """How long the last of a caller's calls waits, with ``more`` of them than are known."""
        own = more + sum(each[caller].count for each in self.waiting.values() if caller in each)
        demand = {name for each in self.waiting.values() for name, what in each.items() if what.count} | {caller}
        total = more + sum(what.count for each in self.waiting.values() for what in each.values())
        return max(0.0, self.free_at - self.looked_at) + min(own * len(demand), total) / self.learned.rate

    def is_forgotten_at(self, now: float) -> bool:
        """Whether nothing is left of it that matters, or its times are not those of this clock."""
        if max(self.looked_at, self.free_at - _LONGEST_PAUSE_SECONDS) > now + _SET_BACK_SECONDS:
            return True
        return not self.used_up and now - self.throttled_at > _FORGET_SECONDS

    def copy_rate(self) -> Turns:
        """What has been learned, without anybody who waits."""
        return Turns(replace(self.learned), self.free_at, self.looked_at, throttled_at=self.throttled_at)

    def divide(self, by: int) -> None:
        """Leave one of so many replicas its part, for as long as it cannot see the others."""
        self.learned.floor /= by
        if self.learned.ceiling is not None:
            self.learned.ceiling /= by
        self.learned.proven /= by

    def _pass_time(self, now: float) -> None:
        passed = now - self.looked_at
        if passed > 0:
            self.learned.pass_time(min(passed, 0.5), used_up=self.used_up)
            self.looked_at = now
        oldest = _bucket(now) - round(STILL_FULL_SECONDS / _BUCKET_SECONDS) - 5
        self.sent = {bucket: count for bucket, count in self.sent.items() if bucket >= oldest}

    def _hand_out(self, now: float) -> None:
        left = {name: {c: what.count for c, what in each.items()} for name, each in self.waiting.items()}
        for name, turns in self.handed.items():
            for _, caller in turns:
                if left.get(name, {}).get(caller, 0) > 0:
                    left[name][caller] -= 1
        # At a slow rate nobody looks more often than turns come.
        is_fast = self.learned.rate * FETCH_SECONDS > 1
        queues: dict[str, list[str]] = {}
        for name, each in left.items():
            if is_fast and now - self.seen.get(name, now) > _LATE_SECONDS:
                continue
            for caller, count in each.items():
                if count > 0:
                    queues.setdefault(caller, []).append(name)
        for caller, names in queues.items():
            names.sort(key=lambda name: (self.waiting[name][caller].since, name))
            self.counts[caller] = max(self.counts.get(caller, 0.0), self.virtual)
        rounds = {caller: cycle(names) for caller, names in queues.items()}
        free_at = max(self.free_at, now)
        given = False
        while queues and free_at < now + AHEAD_SECONDS:
            caller = min(queues, key=lambda name: (self.counts[name], name))
            name = next(each for each in rounds[caller] if left[each][caller] > 0)
            left[name][caller] -= 1
            if not any(left[each][caller] > 0 for each in queues[caller]):
                del queues[caller]
            self.virtual = self.counts[caller]
            self.counts[caller] += 1
            self.handed.setdefault(name, []).append((free_at, caller))
            self.sent[_bucket(free_at)] = self.sent.get(_bucket(free_at), 0) + 1
            free_at += 1 / self.learned.rate
            given = True
        if given:
            self.free_at = free_at
        self.used_up = bool(queues) or self._count_accepted(now) >= _USED_UP * self.learned.rate
        # Who is not ahead of the others is remembered by nobody: as a newcomer they would begin there as well.
        self.counts = {c: n for c, n in self.counts.items() if c in queues or n > self.virtual}
        if len(self.counts) > _MOST_CALLERS:
            self.counts = {c: n for c, n in self.counts.items() if c in queues}

    def _fold(self, replica: str, waiting: Mapping[str, Waiting]) -> dict[str, Waiting]:
        """As many callers as there is room for; the rest as one."""
        known: dict[str, Waiting] = {}
        there = {caller for name, each in self.waiting.items() if name != replica for caller in each}
        for caller, what in waiting.items():
            if caller in there or len(there) < _MOST_CALLERS:
                there.add(caller)
                known[caller] = Waiting(what.count, what.since)
            elif OTHERS in known:
                known[OTHERS] = Waiting(known[OTHERS].count + what.count, min(known[OTHERS].since, what.since))
            else:
                known[OTHERS] = Waiting(what.count, what.since)
        return known

    def _count_accepted(self, now: float) -> int:
        first, last = _bucket(now - STILL_FULL_SECONDS), _bucket(now)
        return sum(count for bucket, count in self.sent.items() if first < bucket <= last)

    def encode(self) -> bytes:
        """As it stands in the store: times to the millisecond."""
        learned = self.learned
        value = {
            "rate": [learned.decreased_at, learned.floor, learned.ceiling, learned.age, learned.hold, learned.proven],
            "times": [self.free_at, self.looked_at, self.throttled_at],
            "used_up": self.used_up,
            "virtual": self.virtual,
            "counts": self.counts,
            "waiting": {
                name: {caller: [what.count, what.since] for caller, what in each.items()}
                for name, each in self.waiting.items()
            },
            "seen": self.seen,
            "handed": self.handed,
            "sent": self.sent,
        }
        return json.dumps(_round(value), separators=(",", ":")).encode()

    @classmethod
    def decode(cls, value: bytes | None) -> Turns | None:
        """None where there is no limit yet, or what is there is not ours: another version wrote it."""
        try:
            data = json.loads(value or b"")
            decreased_at, floor, ceiling, age, hold, proven = data["rate"]
            free_at, looked_at, throttled_at = map(float, data["times"])
            return cls(
                LearnedRate(
                    float(decreased_at),
                    float(floor),
                    None if ceiling is None else float(ceiling),
                    float(age),
                    float(hold),
                    float(proven),
                ),
                free_at,
                looked_at,
                bool(data["used_up"]),
                throttled_at,
                float(data["virtual"]),
                {caller: float(count) for caller, count in data["counts"].items()},
                {
                    name: {caller: Waiting(int(count), float(since)) for caller, (count, since) in each.items()}
                    for name, each in data["waiting"].items()
                },
                {name: float(at) for name, at in data["seen"].items()},
                {name: [(float(at), str(caller)) for at, caller in turns] for name, turns in data["handed"].items()},
                {int(bucket): int(count) for bucket, count in data["sent"].items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            return None


def _bucket(seconds: float) -> int:
    return math.floor(seconds / _BUCKET_SECONDS)


def _round(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {name: _round(entry) for name, entry in cast("dict[Any, Any]", value).items()}
    if isinstance(value, (list, tuple)):
        return [_round(entry) for entry in cast("list[Any]", value)]
    return value
