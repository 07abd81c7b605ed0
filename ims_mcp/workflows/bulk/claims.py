"""Who works at a shard: one process at a time, by a claim in the shared store that ends with it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import anyio

from ims_mcp.shared_store import SharedStore, StoreUnavailable

CLAIM_SECONDS = 9.0
"""Less than the engine's lease: whoever is given the shard of a dead process finds it free."""
_RENEW_SECONDS = 2.5
_MARGIN_SECONDS = 1.5
"""A claim that cannot be renewed is given up by its holder so long before others may have it."""


@dataclass(slots=True, eq=False)
class Claim:
    """Held from :meth:`ShardClaims.take` until it is given back or lost."""

    key: str
    clock: Callable[[], float]
    renewed_at: float
    owner: str = field(default_factory=lambda: secrets.token_hex(8))
    turn: int = 0
    is_taken_away: bool = False

    @property
    def is_lost(self) -> bool:
        """Another process may be at the shard, or soon: this one stops."""
        return self.is_taken_away or self.clock() - self.renewed_at > CLAIM_SECONDS - _MARGIN_SECONDS

    def encode(self) -> bytes:
        """Another value each time: one that stays the same would not be kept for longer."""
        self.turn += 1
        return f"{self.owner} {self.turn}".encode()

    def is_own(self, value: bytes | None) -> bool:
        """Of whoever holds it by now: nobody is nobody else. A Redis that was started anew has forgotten it."""
        return value is None or value.startswith(self.owner.encode())


class ShardClaims:
    """Those of one process; :meth:`keep` has to run while it holds any."""

    def __init__(self, store: SharedStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._clock = store, clock
        self._held: set[Claim] = set()

    async def take(self, job_id: str, shard: int) -> Claim | None:
        """None where somebody has it. Raises StoreUnavailable."""
        claim = Claim(f"bulk-shard:{job_id}:{shard}", self._clock, self._clock())
        if not await self._write(claim):
            return None
        self._held.add(claim)
        return claim

    async def give_back(self, claim: Claim) -> None:
        """It is free at once; where the store is away, once it has run out."""
        self._held.discard(claim)

        def end(value: bytes | None) -> tuple[bytes | None, None]:
            return (None if claim.is_own(value) else value), None

        try:
            await self._store.update(claim.key, end, CLAIM_SECONDS)
        except StoreUnavailable:
            return

    async def keep(self) -> None:
        """Renew what is held, until cancelled."""
        while True:
            await anyio.sleep(_RENEW_SECONDS)
            for claim in [*self._held]:
                try:
                    claim.is_taken_away = not await self._write(claim)
                except StoreUnavailable:
                    break

    async def _write(self, claim: Claim) -> bool:
        asked_at = self._clock()
        value = claim.encode()

        def write(there: bytes | None) -> tuple[bytes | None, bool]:
            return (value, True) if claim.is_own(there) else (there, False)

        if not await self._store.update(claim.key, write, CLAIM_SECONDS):
            return False
        claim.renewed_at = asked_at
        return True
