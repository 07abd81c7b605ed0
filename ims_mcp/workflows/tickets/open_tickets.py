"""Which tickets have not ended, of all callers: for a server that looks after them without being asked."""

from __future__ import annotations

import json

from ims_mcp.shared_store import SharedStore
from ims_mcp.workflows.tickets.ticket import LONGEST_SECONDS, Ticket

MOST = 2_000
"""Beyond it the oldest are looked at by their callers alone."""
LOOK_SECONDS = 15.0
_NAME = "uploads-open"
_KEPT_SECONDS = LONGEST_SECONDS + 3600.0


class OpenTickets:
    """All raise StoreUnavailable."""

    def __init__(self, store: SharedStore) -> None:
        self._store = store

    async def add(self, ticket: Ticket) -> None:
        """A new one."""

        def enter(value: bytes | None) -> tuple[bytes | None, None]:
            return _write([*_read(value), ticket.id][-MOST:]), None

        await self._store.update(_NAME, enter, _KEPT_SECONDS)

    async def drop(self, ticket_id: str) -> None:
        """It has ended."""

        def leave_out(value: bytes | None) -> tuple[bytes | None, None]:
            return _write([each for each in _read(value) if each != ticket_id]), None

        await self._store.update(_NAME, leave_out, _KEPT_SECONDS)

    async def list(self) -> list[str]:
        """Their ids, oldest first."""
        return await self._store.update(_NAME, lambda value: (value, _read(value)), _KEPT_SECONDS)

    async def take_look(self, ticket_id: str) -> bool:
        """Whether it is this replica's to look now: one does, every :data:`LOOK_SECONDS`."""
        return await self._store.add_once(f"upload-look:{ticket_id}", LOOK_SECONDS)


def _read(value: bytes | None) -> list[str]:
    return [] if value is None else [str(each) for each in json.loads(value)]


def _write(ids: list[str]) -> bytes | None:
    return json.dumps(ids, separators=(",", ":")).encode() if ids else None
