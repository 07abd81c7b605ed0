"""The three ways a service counts calls a second: windows that begin with each second, the second before, a bucket."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable


class FixedWindows:
    """So many in each second of the clock."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._second, self._count = 0, 0

    def take(self, now: float) -> bool:
        if math.floor(now) != self._second:
            self._second, self._count = math.floor(now), 0
        if self._count >= self.limit:
            return False
        self._count += 1
        return True


class SlidingWindow:
    """So many in the second before each call."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._taken: deque[float] = deque()

    def take(self, now: float) -> bool:
        while self._taken and now - self._taken[0] >= 1:
            self._taken.popleft()
        if len(self._taken) >= self.limit:
            return False
        self._taken.append(now)
        return True


class TokenBucket:
    """So many a second, and what one second saves up."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._tokens, self._at = limit, 0.0

    def take(self, now: float) -> bool:
        self._tokens = min(self.limit, self._tokens + (now - self._at) * self.limit)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


Service = FixedWindows | SlidingWindow | TokenBucket
SERVICES: dict[str, Callable[[float], Service]] = {
    "fixed windows": FixedWindows,
    "sliding window": SlidingWindow,
    "token bucket": TokenBucket,
}
