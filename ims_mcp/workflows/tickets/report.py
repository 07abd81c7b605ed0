"""What a reader is told of a ticket: the new one, how it stands, what became of its file."""

from __future__ import annotations

import time
from collections.abc import Container
from typing import Any

from ims_mcp.client.oss.source import show_path
from ims_mcp.foreign_text import plain, quotable
from ims_mcp.workflows.next_call import propose
from ims_mcp.workflows.tickets.curl_line import is_same_quoted, write_curl_line, write_powershell_line
from ims_mcp.workflows.tickets.desk import Followed, NewTicket
from ims_mcp.workflows.tickets.ticket import Ticket, TicketError
from ims_mcp.workflows.transfers.report import describe_result

CURL_BYTES = 5 * 1024**3
"""What OSS takes in one request."""
_ERROR_CHARACTERS = 600


def describe_new(made: NewTicket, page: str, page_problem: str) -> dict[str, Any]:
    """The only answer that holds what lets a file in: the address of the page with its secret, and the curl line."""
    ticket, address = made.ticket, made.address
    words = (address.url, address.headers, ticket.file_name)
    told: dict[str, Any] = {"transfer_id": ticket.id, "state": "open", **_describe_bounds(ticket)}
    if page:
        told["page"] = f"{page}/pages/upload#{ticket.id}.{made.secret}"
    else:
        told["page_problem"] = quotable(page_problem, limit=_ERROR_CHARACTERS)
    if ticket.max_bytes > CURL_BYTES:
        told["curl_max_bytes"] = CURL_BYTES
    told["curl"] = write_curl_line(*words)
    same = is_same_quoted(*words)
    told["powershell"] = "the same with curl.exe for curl" if same else write_powershell_line(*words)
    told["page_ends_at"], told["curl_ends_at"] = _write_time(ticket.ends_at), _write_time(address.ends_at)
    if ticket.media_id:
        told["MediaId"] = plain(ticket.media_id, 64)
    told["note"] = (
        "good for one file, by the page or by curl where the file is. Give the page's address to the user as it is; "
        "whoever has one of both can send the file"
    )
    return told | propose(
        "transfer_status",
        {"transfer_id": ticket.id, "wait_seconds": 30},
        "once the file is on its way: what became of it",
    )


def describe_line(ticket: Ticket, now: float) -> dict[str, Any]:
    """How it stands, in a list or an answer."""
    is_late = now > ticket.ends_at and ticket.state in ("open", "uploading")
    told: dict[str, Any] = {"transfer_id": ticket.id, "state": "expired" if is_late else ticket.state}
    told |= _describe_bounds(ticket)
    if ticket.state in ("open", "uploading"):
        told["ends_at"] = _write_time(ticket.ends_at)
    if ticket.size_bytes:
        told["size_bytes"] = ticket.size_bytes
    if ticket.media_id:
        told["MediaId"] = plain(ticket.media_id, 64)
    if ticket.target and not ticket.in_vod:
        told["object"] = plain(ticket.address, 1100)
    if ticket.error:
        told["error"] = quotable(ticket.error, limit=_ERROR_CHARACTERS)
    return told


def describe_followed(followed: Followed, now: float, listed: Container[str] | None) -> dict[str, Any]:
    """What a call that looked at it returns. Raises TicketError for one that failed."""
    ticket = followed.ticket
    line = describe_line(ticket, now)
    if ticket.state == "failed":
        raise TicketError(
            f"The upload {ticket.id} of {show_path(ticket.file_name)} failed: "
            f"{quotable(ticket.error, limit=_ERROR_CHARACTERS).rstrip('.')}.",
            next_step="create_upload makes a new ticket.",
        )
    if line["state"] == "expired" and ticket.state != "expired":
        line["note"] = "nothing new is taken by it; a file whose sending began in time is still taken: look again later"
    if line["state"] in ("expired", "cancelled"):
        return line
    return describe_result(ticket.make_record(), line, followed.waited, listed)


def _describe_bounds(ticket: Ticket) -> dict[str, Any]:
    return {
        "file_name": show_path(ticket.file_name),
        "content_type": ticket.content_type,
        "max_bytes": ticket.max_bytes,
    }


def _write_time(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
