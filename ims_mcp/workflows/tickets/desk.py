"""The desk where tickets are made, uploads by them are signed part by part, and what has arrived is made an asset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import anyio

from ims_mcp.catalogue import get_operation
from ims_mcp.client.oss.parts import SMALLEST_PART_BYTES, choose_part_bytes, cut_into_parts
from ims_mcp.client.oss.signed_upload import SignedAddress
from ims_mcp.errors import ServiceError
from ims_mcp.foreign_text import plain, quotable
from ims_mcp.settings import MAX_WAIT_SECONDS
from ims_mcp.shared_store import SharedStore
from ims_mcp.workflows.tickets.open_tickets import OpenTickets
from ims_mcp.workflows.tickets.shelf import TicketShelf
from ims_mcp.workflows.tickets.storage import TicketStorage, list_headers
from ims_mcp.workflows.tickets.ticket import (
    ENDED,
    LONGEST_SECONDS,
    OPEN_SECONDS,
    ChosenFile,
    Owner,
    Ticket,
    TicketError,
    digest_secret,
    make_secret,
)
from ims_mcp.workflows.transfers.run import TransferRunner, guard_upload, read_address
from ims_mcp.workflows.transfers.store import TransferRecord
from ims_mcp.workflows.waiting import PollResult, Progress, wait_for

MOST_SIGNED = 64
"""Parts that are signed at once."""
PART_SECONDS = 15 * 60.0
"""An address of a part is good for so long."""
LATE_SECONDS = 3600.0
"""So long after its end a ticket still takes what was begun in time: OSS looks at an address as a request begins."""
_BUSY_SECONDS = 240.0
_PAUSE_SECONDS = 1.0
_EMPTY = "An empty file is no media file."


@dataclass(frozen=True, slots=True)
class NewTicket:
    """What is told once: the secret of its page, and the address for one request."""

    ticket: Ticket
    secret: str
    address: SignedAddress


@dataclass(frozen=True, slots=True)
class Followed:
    """How a ticket stands, and what the service says of its file, where it is there."""

    ticket: Ticket
    waited: PollResult | None = None


@dataclass(frozen=True, slots=True)
class PresentPart:
    """A part that OSS has; ``crc64`` where it says so."""

    number: int
    size_bytes: int
    crc64: int | None


class TicketDesk:
    """Each method is given the runner of the account that the ticket is for, with its caller's rights now. All raise
    ImsError."""

    def __init__(self, store: SharedStore) -> None:
        self.shelf = TicketShelf(store)
        self.open_tickets = OpenTickets(store)
        self.storage = TicketStorage()

    async def create(self, wish: Ticket, runner: TransferRunner) -> NewTicket:
        """``wish`` without target, secret and end of its address."""
        _guard(wish, runner)
        secret = make_secret()
        await self.shelf.reserve(wish, _now(runner))
        try:
            ticket = await self.storage.choose_place(replace(wish, secret_digest=digest_secret(secret)), runner)
            address = await (await self.storage.open(ticket, runner)).sign_put(list_headers(ticket), OPEN_SECONDS)
            ticket = replace(ticket, put_ends_at=address.ends_at)
            await self.shelf.put(ticket)
            await self.open_tickets.add(ticket)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self.shelf.give_up(wish)
            raise
        return NewTicket(ticket, secret, address)

    # The page.

    async def begin(self, ticket: Ticket, runner: TransferRunner, file: ChosenFile, *, anew: bool) -> Ticket:
        """The upload of this file in parts: the one there is for it, or a new one; ``anew`` gives up another one's."""
        _require_open(ticket, _now(runner))
        _guard(ticket, runner)
        if file.size_bytes < 1:
            raise TicketError(_EMPTY, next_step="Choose another file.")
        if file.size_bytes > ticket.max_bytes:
            raise TicketError(
                f"The file has {file.size_bytes:,} bytes, and the ticket is for {ticket.max_bytes:,} at most.",
                next_step="Choose another file, or ask for a ticket for more.",
            )
        way = await self.storage.open(ticket, runner)
        if ticket.upload_id and (anew or ticket.file != file):
            if not anew:
                raise TicketError(
                    "The upload was begun with another file.", next_step="Choose that one, or begin anew with this."
                )
            await way.abort(ticket.upload_id)
            old = ticket.upload_id
            ticket = await self.shelf.change(ticket.id, lambda now: _forget_upload(now, old))
        if ticket.upload_id:
            return await self._put_off_end(ticket, runner)
        upload_id = await way.begin(list_headers(ticket))
        part_bytes = max(choose_part_bytes(file.size_bytes), SMALLEST_PART_BYTES)

        def enter(now: Ticket) -> Ticket:
            if now.upload_id or now.state != "open":
                return now
            return replace(now, state="uploading", upload_id=upload_id, part_bytes=part_bytes, file=file)

        changed = await self.shelf.change(ticket.id, enter)
        if changed.upload_id != upload_id:  # another window was faster
            await way.abort(upload_id)
            return await self.begin(changed, runner, file, anew=False)
        return await self._put_off_end(changed, runner)

    async def list_parts(self, ticket: Ticket, runner: TransferRunner) -> list[PresentPart]:
        """Those of the upload under way that OSS has, whole."""
        parts = await (await self.storage.open(ticket, runner)).list_parts(ticket.upload_id) or {}
        wanted = {part.number: part.size for part in _cut(ticket)}
        return [
            PresentPart(number, part.size or 0, part.crc64)
            for number, part in sorted(parts.items())
            if part.size == wanted.get(number)
        ]

    async def sign_parts(self, ticket: Ticket, runner: TransferRunner, numbers: list[int]) -> dict[int, str]:
        """An address for each of these parts."""
        _require_open(ticket, _now(runner))
        _guard(ticket, runner)
        if not ticket.upload_id or ticket.file is None:
            raise TicketError("No upload was begun.", next_step="Choose the file again.")
        last = -(-ticket.file.size_bytes // ticket.part_bytes)
        if len(numbers) > MOST_SIGNED or not all(1 <= number <= last for number in numbers):
            raise TicketError(f"Parts are 1 to {last}, at most {MOST_SIGNED} at once.")
        ticket = await self._put_off_end(ticket, runner)
        return await (await self.storage.open(ticket, runner)).sign_parts(ticket.upload_id, numbers, PART_SECONDS)

    async def find_cors_problem(self, ticket: Ticket, runner: TransferRunner, origin: str) -> bool:
        """Whether OSS tells browsers that a page of ``origin`` may not send parts there, or not read what it needs."""
        answer = await (await self.storage.open(ticket, runner)).ask_as_browser(origin, ["content-type"])
        allowed = answer.status == 200 and answer.origin in ("*", origin) and "put" in answer.methods
        return not (allowed and {"x-oss-hash-crc64ecma"} <= answer.exposed)

    # Its end.

    async def follow(
        self,
        ticket: Ticket,
        runner: TransferRunner,
        *,
        wait_seconds: float,
        longest_seconds: float = MAX_WAIT_SECONDS,
        progress: Progress | None = None,
        crc64: int | None = None,
    ) -> Followed:
        """Look whether the file is there, make it what it is to be, and wait for that. ``crc64`` is what the sender has
        computed of the whole: an object of another one is taken back."""
        end = anyio.current_time() + min(longest_seconds, MAX_WAIT_SECONDS)
        deadline = min(anyio.current_time() + wait_seconds, end)
        while True:
            ticket = await self._take_in(await self.shelf.get(ticket.id), runner, crc64)
            if ticket.has_ended or ticket.state == "processing" or anyio.current_time() + _PAUSE_SECONDS > deadline:
                break
            if progress is not None:
                await progress(anyio.current_time(), deadline, f"{ticket.state}: waiting for the file")
            await anyio.sleep(_PAUSE_SECONDS)
        if ticket.state not in ("processing", "done"):
            return Followed(ticket)
        waited = await self._wait_until_processed(ticket, runner, deadline, end, progress)
        if ticket.state == "processing" and waited.outcome in ("succeeded", "failed", "not_found"):
            ticket = await self._settle(ticket, runner, waited)
        return Followed(ticket, waited)

    async def cancel(self, ticket: Ticket, runner: TransferRunner) -> tuple[Ticket, str]:
        """Nothing more is taken of it, and what has arrived half is taken back; the rest of it in a sentence."""
        if ticket.has_arrived or ticket.state == "cancelled":
            return ticket, ""
        arrived = TicketError("The file has arrived: that is not undone.", next_step="Delete the asset instead.")
        # A registration that is refused leaves a file that only this takes away.
        is_registering = ticket.state == "registering" and not ticket.in_vod
        if is_registering and await runner.is_registered(ticket.make_record()):
            raise arrived
        now = _now(runner)

        def end(there: Ticket) -> Ticket:
            if there.has_arrived:
                raise arrived
            if there.state == "registering" and (there.busy_until > now or not is_registering):
                raise TicketError("The file has arrived, and is being registered.", next_step="Call again in a moment.")
            return replace(there, state="cancelled")

        ticket = await self.shelf.change(ticket.id, end)
        await self.shelf.give_up(ticket)
        return ticket, await self.storage.take_back(ticket, runner)

    async def _take_in(self, ticket: Ticket, runner: TransferRunner, crc64: int | None) -> Ticket:
        """One look, by one process at a time, and all that follows from it."""
        late_end = ticket.put_ends_at + LATE_SECONDS
        if ticket.has_ended and ticket.state != "done" and _now(runner) < late_end and not ticket.in_vod:
            # The address for one request outlives a ticket that has ended: what came by it is nobody's.
            await self.storage.take_back(ticket, runner)
        if ticket.has_ended or ticket.has_arrived:
            return ticket
        now, claim = _now(runner), False

        def take(there: Ticket) -> Ticket:
            nonlocal claim
            claim = there.busy_until <= now and not there.has_ended and not there.has_arrived
            return replace(there, busy_until=now + _BUSY_SECONDS) if claim else there

        ticket = await self.shelf.change(ticket.id, take)
        if not claim:
            return ticket
        try:
            return await self._take_in_alone(ticket, runner, crc64)
        finally:
            with anyio.CancelScope(shield=True):
                await self.shelf.change(ticket.id, lambda there: replace(there, busy_until=0.0))

    async def _take_in_alone(self, ticket: Ticket, runner: TransferRunner, crc64: int | None) -> Ticket:
        checked = ticket.state == "registering"
        if not checked:
            is_left = await self._complete_parts(ticket, runner, crc64)
            found = await self.storage.look(ticket, runner)
            if found is None:
                if _now(runner) <= ticket.ends_at + LATE_SECONDS:
                    return ticket
                ticket = await self._end(ticket, "expired", "nothing was sent by it in time")
                if ticket.state != "expired":
                    return ticket
                left = await self.storage.take_back(ticket, runner)
                return await self._end(ticket, "expired", f"{ticket.error}. {left}".rstrip(". ")) if left else ticket
            if not found.is_own:
                return await self._end(ticket, "failed", f"something else lies at {ticket.address} by now")
            if problem := _find_problem(ticket, found.size_bytes, found.content_type):
                ticket = await self._end(ticket, "failed", problem)
                left = await self.storage.take_back(ticket, runner)
                return await self._end(ticket, "failed", f"{problem}; {left or 'it was deleted again'}")
            size = found.size_bytes

            def enter(now: Ticket) -> Ticket:
                # By now it may have been cancelled: what was found is nobody's then.
                return now if now.has_ended else replace(now, state="registering", size_bytes=size)

            ticket = await self.shelf.change(ticket.id, enter)
            if ticket.has_ended:
                await self.storage.take_back(ticket, runner)
                return ticket
            if is_left:  # it came another way than in the parts that were begun
                await (await self.storage.open(ticket, runner)).abort(ticket.upload_id)
        if not ticket.in_vod:
            record = ticket.make_record()
            await self._register(record, ticket, runner)
            ticket = replace(ticket, media_id=record.media_id)
        media_id = ticket.media_id
        ticket = await self.shelf.change(ticket.id, lambda now: replace(now, state="processing", media_id=media_id))
        await self.shelf.give_up(ticket)
        return ticket

    async def _register(self, record: TransferRecord, ticket: Ticket, runner: TransferRunner) -> None:
        try:
            await runner.register(record)
        except ServiceError as error:
            if error.http_status < 500:
                error.next_step = (
                    f"The file is at {plain(ticket.address, 1100)}, and no asset was made of it: cancel_transfer "
                    f"deletes it again. {error.next_step}"
                ).strip()
            raise

    async def _complete_parts(self, ticket: Ticket, runner: TransferRunner, crc64: int | None) -> bool:
        """Make the object of its parts, once they are all there; whether OSS still holds an upload that was begun.
        Raises TicketError for another than was sent."""
        if not ticket.upload_id or ticket.file is None:
            return False
        way = await self.storage.open(ticket, runner)
        parts = await way.list_parts(ticket.upload_id)
        wanted = {part.number: part.size for part in _cut(ticket)}
        if parts is None or {number: part.size for number, part in parts.items()} != wanted:
            return parts is not None
        stored = await way.complete(ticket.upload_id, {number: part.etag for number, part in parts.items()})
        if stored is not None and None not in (crc64, stored.crc64) and stored.crc64 != crc64:
            problem = "what has arrived is not what was sent (their checksums differ)"
            ticket = await self._end(ticket, "failed", problem)
            left = await self.storage.take_back(ticket, runner)
            await self._end(ticket, "failed", f"{problem}; {left or 'it was deleted again'}")
            raise TicketError(f"The upload failed: {problem}.", next_step="Ask for a new ticket and send it again.")
        return stored is None

    async def _wait_until_processed(
        self, ticket: Ticket, runner: TransferRunner, deadline: float, end: float, progress: Progress | None
    ) -> PollResult:
        name = "RegisterMediaInfo" if ticket.kind == "media" else "RegisterMediaStream"
        address = read_address(ticket.make_record())
        return await wait_for(
            runner.client,
            get_operation(name),
            arguments={"MediaId": ticket.media_id, "InputURL": address},
            reply={"MediaId": ticket.media_id},
            seconds=deadline - anyio.current_time(),
            longest_seconds=end - anyio.current_time(),
            progress=progress,
        )

    async def _settle(self, ticket: Ticket, runner: TransferRunner, waited: PollResult) -> Ticket:
        if waited.outcome == "succeeded" and ticket.in_vod and not ticket.size_bytes:
            # Only now the library knows how large the file is.
            found = await self.storage.look(ticket, runner)
            size = 0 if found is None else found.size_bytes
            if problem := _find_problem(ticket, size, ""):
                ticket = await self._end(ticket, "failed", problem)
                left = await self.storage.take_back(ticket, runner)
                return await self._end(ticket, "failed", f"{problem}; {left or 'it was deleted again'}")
            ticket = await self.shelf.change(ticket.id, lambda now: replace(now, size_bytes=size))
        if waited.outcome == "succeeded":
            return await self.shelf.change(ticket.id, lambda now: replace(now, state="done"))
        reason = quotable(waited.reason or waited.status, limit=300)
        return await self._end(ticket, "failed", f"the file was sent, but the service cannot use it: {reason}")

    async def _end(self, ticket: Ticket, state: Literal["failed", "expired"], error: str) -> Ticket:
        """What has been cancelled or done by another stays so."""

        def enter(now: Ticket) -> Ticket:
            return now if now.has_ended and now.state != state else replace(now, state=state, error=error)

        ticket = await self.shelf.change(ticket.id, enter)
        await self.shelf.give_up(ticket)
        return ticket

    async def _put_off_end(self, ticket: Ticket, runner: TransferRunner) -> Ticket:
        """An upload that is under way has its time anew."""
        now = _now(runner)

        def put_off(there: Ticket) -> Ticket:
            if there.ends_at > now + OPEN_SECONDS / 2:
                return there
            return replace(there, ends_at=min(now + OPEN_SECONDS, there.created + LONGEST_SECONDS))

        changed = await self.shelf.change(ticket.id, put_off)
        if changed.ends_at != ticket.ends_at:
            await self.shelf.put_off_end(changed)
        return changed


def make_wish(
    owner: Owner,
    runner: TransferRunner,
    *,
    kind: Literal["media", "stream"],
    file_name: str,
    content_type: str,
    max_bytes: int,
    destination: str,
    arguments: dict[str, Any],
    claims: Mapping[str, Any],
    category: str = "",
) -> Ticket:
    """What :meth:`TicketDesk.create` takes."""
    now = _now(runner)
    return Ticket(
        owner,
        kind,
        file_name,
        content_type,
        max_bytes,
        destination,
        arguments,
        now,
        now + OPEN_SECONDS,
        claims=dict(claims),
        category=category,
    )


def _now(runner: TransferRunner) -> float:
    return runner.client.service_clock.now()


def _cut(ticket: Ticket) -> Any:
    assert ticket.file is not None
    return cut_into_parts(ticket.file.size_bytes, ticket.part_bytes)


def _find_problem(ticket: Ticket, size_bytes: int, content_type: str) -> str:
    if size_bytes > ticket.max_bytes:
        return f"the file has {size_bytes:,} bytes, and the ticket was for {ticket.max_bytes:,} at most"
    if not size_bytes and not ticket.in_vod:
        return "the file is empty"
    if content_type and content_type.lower() != ticket.content_type.lower():
        return "the file came as another type than the ticket's"
    return ""


def _forget_upload(ticket: Ticket, upload_id: str) -> Ticket:
    if ticket.upload_id != upload_id or ticket.state != "uploading":
        return ticket
    return replace(ticket, state="open", upload_id="", part_bytes=0, file=None)


def _guard(ticket: Ticket, runner: TransferRunner) -> None:
    """Raises Refused for what is denied to its caller, or was since: no address is signed for it."""
    guard_upload(runner.client, ticket.kind, ticket.destination, ticket.arguments)


def _require_open(ticket: Ticket, now: float) -> None:
    if now > ticket.ends_at and not ticket.has_arrived:
        raise TicketError("The ticket has ended: its time is up.", next_step="Ask for a new one.")
    if ticket.state in ENDED or ticket.has_arrived or ticket.state == "registering":
        words = {"done": "was used", "processing": "was used", "registering": "was used", "expired": "has ended"}
        raise TicketError(
            f"The ticket {words.get(ticket.state, f'is {ticket.state}')}: it is good for one file.",
            next_step="Ask for a new one.",
        )
