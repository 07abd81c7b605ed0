"""How often a PIN may be tried: five times, then not for a while, and for longer each time.

Counted before the PIN is looked at, in one step of the shared store: tries that come at once, at several replicas, are
as many as one after the other.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, cast

from ims_mcp.shared_store import SharedStore

MOST_TRIES = 5
FIRST_LOCK_SECONDS = 15 * 60.0
LONGEST_LOCK_SECONDS = 24 * 3600.0
_REMEMBERED_SECONDS = 24 * 3600.0
"""After the last try: so long it is known how often there was a lock."""


@dataclass(frozen=True, slots=True)
class Try:
    """One that may be made (``left``: how many after it), or one that may not for ``locked_seconds``."""

    left: int = 0
    locked_seconds: float = 0.0


class PinTries:
    """Of all persons. Each raises StoreUnavailable where nobody can tell."""

    def __init__(self, store: SharedStore) -> None:
        self._store = store

    async def take(self, name: str) -> Try:
        """Use up one. The fifth locks at once; if it is right, :meth:`forgive` takes that back."""
        now = await self._store.now()

        def take(value: bytes | None) -> tuple[bytes | None, Try]:
            failed, locks, until = _read(value)
            if until > now:
                return value, Try(locked_seconds=min(until - now, LONGEST_LOCK_SECONDS))
            failed += 1
            if failed < MOST_TRIES:
                return _write(failed, locks, 0.0), Try(MOST_TRIES - failed)
            lasts = min(FIRST_LOCK_SECONDS * 2**locks, LONGEST_LOCK_SECONDS)
            return _write(0, min(locks + 1, 20), now + lasts), Try(0)

        return await self._store.update(_find_key(name), take, LONGEST_LOCK_SECONDS + _REMEMBERED_SECONDS)

    async def forgive(self, name: str) -> None:
        """The PIN was right. That there were locks stays known for a day."""

        def forgive(value: bytes | None) -> tuple[bytes | None, None]:
            _, locks, until = _read(value)
            locks -= 1 if until else 0
            return (_write(0, locks, 0.0) if locks > 0 else None), None

        await self._store.update(_find_key(name), forgive, _REMEMBERED_SECONDS)

    async def find_lock(self, name: str) -> float:
        """Seconds until the next try; 0.0 where it may be made now."""
        now = await self._store.now()
        until = await self._store.update(_find_key(name), lambda value: (value, _read(value)[2]), 1.0)
        return min(max(0.0, until - now), LONGEST_LOCK_SECONDS)


def _find_key(name: str) -> str:
    return f"pin-tries:{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"


def _read(value: bytes | None) -> tuple[int, int, float]:
    """(wrong ones since the last lock or right one, locks, until when)"""
    if value is None:
        return 0, 0, 0.0
    state = cast("dict[str, Any]", json.loads(value))
    return int(state["failed"]), int(state["locks"]), float(state["until"])


def _write(failed: int, locks: int, until: float) -> bytes:
    return json.dumps({"failed": failed, "locks": locks, "until": until}).encode()
