"""How many calls a second an account may make, as far as it has been learned: halved by a throttled call, grown again.

The curve is CUBIC's (RFC 9438), in three pieces: back quickly to just below what was too much, a plateau there, then
careful probing. No I/O and no clock; seconds are those of whoever asks.
"""

from __future__ import annotations

from dataclasses import dataclass

LEAST_RATE = 0.2
_FIRST_RATE = 4.0
MOST_RATE = 5_000.0
_PLATEAU, _KNOWN_PLATEAU = 0.97, 0.98
"""Of what was too much, and of what has been so again and again. Calls that leave evenly, some milliseconds early or
late, stay below it in every window."""
_BACK_SECONDS = 1.5
_HOLD_SECONDS, _LONGEST_HOLD_SECONDS = 2.0, 12.0
_SAME = 0.1
"""Two levels that differ by less are the same limit, met again."""
_A_LITTLE = 0.85
"""Of a limit that has been met again and again: what is over it is little."""
_USED_UP = 0.9
_BELOW, _LOWER, _SOON_SECONDS = 0.99, 0.95, 2.5
"""Of what was too much where less turned out to be too much as well: of a bucket, the first was what it had saved."""
_CORRECTED, _CORRECTED_A_LITTLE = 0.9, 0.95
_PROBE_PER_SECOND = 0.0125
_RETURN_FROM, _RETURN_PER_SECOND, _LESS_PROVEN = 0.985, 0.03, 0.995
"""Below so much of a level that has held before, the rate goes back there: calls that came in a heap, after a process
was held up, have been throttled for that, not for their rate."""
_FIRST_BOLD_SECONDS, _BOLD_SECONDS = (2.0, 5.0), (12.0, 10.0)
"""After so long with no throttled call the limit has been raised, or was never met: from then on the rate grows with
the third power, on a scale of so many seconds. Sooner, and faster, where that level was met but once."""
STILL_FULL_SECONDS = 1.0
"""After a decrease the service's own window may be full for so long: what it refuses then tells nothing new."""


@dataclass(slots=True)
class LearnedRate:
    """All times are in seconds of the shared store. ``ceiling`` is the level last known as too much, None before."""

    decreased_at: float
    floor: float
    """The rate right after the last decrease."""
    ceiling: float | None = None
    age: float = 0.0
    """Seconds since the decrease in which the rate was used up; until it is back, all seconds."""
    hold: float = _HOLD_SECONDS
    proven: float = 0.0
    """A ceiling below which the rate has been held; 0 where there is none."""

    @classmethod
    def begin(cls, now: float, accepted: float) -> LearnedRate:
        """At the first throttled call. ``accepted``: calls of this process that the service took in the last second.

        What other processes sent is not known, so the limit is not either: the rate doubles each second until it is.
        """
        return cls(now, _bound(max(_FIRST_RATE, accepted / 2)))

    @property
    def rate(self) -> float:
        """Calls a second."""
        if self.ceiling is None:
            return _bound(self.floor * 2 ** min(self.age, 30.0))
        plateau = self._plateau
        if self.age < _BACK_SECONDS:
            return _bound(plateau - (plateau - self.floor) * (1 - self.age / _BACK_SECONDS) ** 3)
        if self._is_returning:
            since = max(0.0, self.age - _BACK_SECONDS - _HOLD_SECONDS)
            return _bound(plateau + self.proven * _RETURN_PER_SECOND * since)
        probing = max(0.0, self.age - _BACK_SECONDS - self.hold)
        after, scale = _BOLD_SECONDS if self.hold > _HOLD_SECONDS else _FIRST_BOLD_SECONDS
        bold = max(0.0, probing - after) / scale
        return _bound(plateau + self.ceiling * (_PROBE_PER_SECOND * probing + bold**3))

    @property
    def _plateau(self) -> float:
        part = _KNOWN_PLATEAU if self.hold > 2 * _HOLD_SECONDS else _PLATEAU
        return part * (self.ceiling or 0.0)

    @property
    def _is_returning(self) -> bool:
        return self.ceiling is not None and self.ceiling < _RETURN_FROM * self.proven

    def pass_time(self, seconds: float, *, used_up: bool) -> None:
        """A rate that was not used up has not shown that it holds: it comes back to the plateau and grows no more."""
        if used_up:
            self.age += seconds
            if self._is_returning and self.rate >= _PLATEAU * self.proven:
                self.ceiling, self.age = self.proven, _BACK_SECONDS
        elif self.age < _BACK_SECONDS:
            self.age = min(_BACK_SECONDS, self.age + seconds) if self.ceiling is not None else self.age

    def decrease(self, now: float, accepted: float) -> None:
        """A call was throttled. ``accepted``: how many the service took in the second before, of all replicas."""
        rate, before = self.rate, self.ceiling
        # A rate that was not used up was not too much: what was accepted was.
        level = rate if accepted >= _USED_UP * rate else max(accepted, rate / 2)
        is_same = before is not None and abs(level - before) <= _SAME * before
        if before is not None and not self._is_returning and self.age > _BACK_SECONDS + self.hold:
            self.proven = before
        elif level >= (1 - _SAME) * self.proven:
            self.proven *= _LESS_PROVEN
        else:
            self.proven = (self.proven + rate) / 2 if self.proven else 0.0
        is_known = is_same and self.hold > _HOLD_SECONDS
        self.hold = min(self.hold * 2, _LONGEST_HOLD_SECONDS) if is_same else _HOLD_SECONDS
        if before is not None and level == rate < _BELOW * before and self.age < _BACK_SECONDS + _SOON_SECONDS:
            level *= _LOWER
        self.ceiling = _bound(level)
        self.floor = _bound(self.ceiling * (_A_LITTLE if is_known else 0.5))
        self.decreased_at, self.age = now, 0.0

    def correct(self, accepted: float) -> None:
        """More calls of the same event were throttled: what was accepted before one of them tells the level better."""
        if self.ceiling is not None:
            least = _CORRECTED_A_LITTLE if self.hold > 2 * _HOLD_SECONDS else _CORRECTED
            self.ceiling = _bound(min(self.ceiling, max(accepted + 1, least * self.ceiling)))


def _bound(rate: float) -> float:
    return min(MOST_RATE, max(LEAST_RATE, rate))
