"""Where tickets are kept: in the store that all replicas share, each for a day, so many for one caller."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import cast

from ims_mcp.shared_store import SharedStore
from ims_mcp.workflows.tickets.ticket import LONGEST_SECONDS, Owner, Ticket, TicketError, require_id, unknown_ticket

MOST_OPEN = 100
"""Tickets of one caller that have not ended."""
_MOST_REMEMBERED = 200
_KEPT_SECONDS = LONGEST_SECONDS + 3600.0


class TicketShelf:
    """All raise StoreUnavailable."""

    def __init__(self, store: SharedStore) -> None:
        self._store = store

    async def reserve(self, ticket: Ticket, now: float) -> None:
        """A place among its owner's. Raises TicketError where they have too many that are open."""

        def enter(value: bytes | None) -> tuple[bytes | None, list[str] | None]:
            known = _read_index(value)
            if sum(ends_at > now for ends_at in known.values()) >= MOST_OPEN:
                return value, None
            known[ticket.id] = ticket.ends_at
            dropped = _choose_dropped(known, now)
            return _write_index({name: known[name] for name in known if name not in dropped}), dropped

        dropped = await self._store.update(_name_index(ticket.owner), enter, _KEPT_SECONDS)
        # The store is everybody's: nobody fills it with tickets that have ended.
        for ticket_id in dropped or ():
            await self._store.update(_name(ticket_id), lambda _: (None, None), _KEPT_SECONDS)
        if dropped is None:
            raise TicketError(
                f"No ticket was made: {MOST_OPEN} are open already.",
                next_step="Cancel some (cancel_transfer; transfer_status without an id lists them), or wait until they "
                "end by themselves, 30 minutes after they were made.",
            )

    async def give_up(self, ticket: Ticket) -> None:
        """Take back a reservation, or count a ticket that has ended as open no longer."""

        await self._enter_end(ticket, 0.0)

    async def put_off_end(self, ticket: Ticket) -> None:
        """Count it as open until the end that it has by now."""
        await self._enter_end(ticket, ticket.ends_at)

    async def _enter_end(self, ticket: Ticket, ends_at: float) -> None:
        def end(value: bytes | None) -> tuple[bytes | None, None]:
            known = _read_index(value)
            if ticket.id in known:
                known[ticket.id] = ends_at
            return _write_index(known), None

        await self._store.update(_name_index(ticket.owner), end, _KEPT_SECONDS)

    async def put(self, ticket: Ticket) -> None:
        """A new one."""
        await self._store.update(_name(ticket.id), lambda _: (ticket.to_json(), None), _KEPT_SECONDS)

    async def get(self, ticket_id: str, owner: Owner | None = None) -> Ticket:
        """Raises TicketError where there is none, or it is another's than ``owner``'s (None: anybody's)."""
        ticket = await self._store.update(
            _name(require_id(ticket_id)), lambda value: (value, _read(value)), _KEPT_SECONDS
        )
        if ticket is None or (owner is not None and ticket.owner != owner):
            raise unknown_ticket(ticket_id)
        return ticket

    async def change(self, ticket_id: str, change: Callable[[Ticket], Ticket]) -> Ticket:
        """In one step that nobody gets into; the ticket as it is then. ``change`` may be asked several times, and what
        it raises goes through."""

        def apply(value: bytes | None) -> tuple[bytes | None, Ticket | None]:
            before = _read(value)
            if before is None:
                return value, None
            after = change(before)
            return (value if after == before else after.to_json()), after

        changed = await self._store.update(_name(ticket_id), apply, _KEPT_SECONDS)
        if changed is None:
            raise unknown_ticket(ticket_id)
        return changed

    async def list(self, owner: Owner, most: int) -> tuple[int, list[Ticket]]:
        """How many there are, and the newest of them."""
        known = await self._store.update(_name_index(owner), lambda value: (value, _read_index(value)), _KEPT_SECONDS)
        newest = [*known][::-1]
        found: list[Ticket] = []
        for ticket_id in newest[:most]:
            try:
                found.append(await self.get(ticket_id, owner))
            except TicketError:  # reserved, and never made
                continue
        return len(newest), found


def _name(ticket_id: str) -> str:
    return f"upload:{ticket_id}"


def _name_index(owner: Owner) -> str:
    return f"uploads-of:{owner.key}"


def _read(value: bytes | None) -> Ticket | None:
    if value is None:
        return None
    try:
        return Ticket.from_json(value)
    except (ValueError, TypeError, KeyError):  # of another version
        return None


def _read_index(value: bytes | None) -> dict[str, float]:
    """Id -> until when it counts as open, 0 once it has ended; newest last."""
    return {} if value is None else cast("dict[str, float]", json.loads(value))


def _choose_dropped(known: dict[str, float], now: float) -> list[str]:
    """Those that are forgotten for a new one: what is known to have ended before what is out of time, of which a file
    may still be on its way."""
    ended = sorted((ticket_id for ticket_id, ends_at in known.items() if ends_at <= now), key=known.__getitem__)
    return ended[: max(0, len(known) - _MOST_REMEMBERED)]


def _write_index(known: dict[str, float]) -> bytes:
    return json.dumps(known, separators=(",", ":")).encode()
