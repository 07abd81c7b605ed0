"""Tickets are seen to their end though nobody looks: a file that came by curl is made an asset by the server itself."""

from __future__ import annotations

import logging

import anyio

from ims_mcp.call_origin import current_claims, current_subject
from ims_mcp.errors import ImsError
from ims_mcp.server.build import ImsServer
from ims_mcp.server.http.upload_page import find_ticket_runner
from ims_mcp.shared_store import StoreUnavailable
from ims_mcp.workflows.tickets.open_tickets import LOOK_SECONDS, OpenTickets
from ims_mcp.workflows.tickets.ticket import Ticket, TicketError

_AT_ONCE = 8
_LONGEST_SECONDS = 40.0

logger = logging.getLogger("ims_mcp.server.http")


async def watch_tickets(server: ImsServer, *, pause_seconds: float = LOOK_SECONDS / 3) -> None:
    """Look after the open tickets of all callers, beside other replicas, until cancelled."""
    tickets, room = OpenTickets(server.store), anyio.CapacityLimiter(_AT_ONCE)

    async def look(ticket_id: str) -> None:
        async with room:
            try:
                with anyio.move_on_after(_LONGEST_SECONDS):
                    if await tickets.take_look(ticket_id) and await _see_to(server, ticket_id):
                        await tickets.drop(ticket_id)
            except ImsError as error:
                # Its caller may not upload any more, or the cloud is away: it stays until its time is up.
                logger.info("a ticket could not be looked after: %s", error)
            except Exception:
                logger.exception("looking after a ticket failed")

    while True:
        await anyio.sleep(pause_seconds)
        try:
            ids = await tickets.list()
        except StoreUnavailable:
            continue
        async with anyio.create_task_group() as group:
            for ticket_id in ids:
                group.start_soon(look, ticket_id)


async def _see_to(server: ImsServer, ticket_id: str) -> bool:
    """Whether nothing is left to be done for it."""
    try:
        ticket = await server.uploads.desk.shelf.get(ticket_id)
    except TicketError:
        return True
    # What follows is its caller's doing, for limits and for what is written down of writes.
    current_subject.set(ticket.owner.subject)
    current_claims.set(ticket.claims)
    runner = await find_ticket_runner(server, ticket)
    if _is_sent_by_page(ticket, runner.client.service_clock.now()):
        return False
    followed = await server.uploads.desk.follow(ticket, runner, wait_seconds=0)
    return followed.ticket.has_ended


def _is_sent_by_page(ticket: Ticket, now: float) -> bool:
    """The page compares checksums as it ends its upload: only what it has left for good is ended here."""
    return ticket.state == "uploading" and now < ticket.ends_at
