"""The upload page: what its script asks of the desk. Whoever has a ticket's secret may send that ticket's file, and
nothing else; no byte of it passes here, and no credential leaves."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

from ims_mcp.call_origin import current_subject
from ims_mcp.errors import ImsError, Refused
from ims_mcp.foreign_text import plain, quotable
from ims_mcp.loopback import is_loopback
from ims_mcp.server.build import ImsServer
from ims_mcp.server.http.pages import PageRefusal, PageSet
from ims_mcp.server.reach import ACCOUNT, REGION, Target
from ims_mcp.server.upload_tools import find_runner, require_rights
from ims_mcp.settings import Settings
from ims_mcp.summaries.bounds import size_bytes
from ims_mcp.summaries.values import as_object, as_objects
from ims_mcp.workflows.tickets.ticket import ChosenFile, Ticket, TicketError
from ims_mcp.workflows.transfers.run import TransferRunner

_LONGEST = 1 << 53
"""What a number of JavaScript holds exactly."""
_LONGEST_SUMMARY = 4000
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.:\[\]_-]{1,180}")
_WAIT_SECONDS = 5.0
_EXPOSED = ("ETag", "x-oss-hash-crc64ecma", "x-oss-request-id")
_FILES = (
    *("page.css", "upload.css", "upload.js"),
    *("upload_words.js", "upload_sending.js", "upload_crc.js", "upload_crc_worker.js"),
)

Answer = Callable[[Ticket, TransferRunner, Mapping[str, Any]], Awaitable[dict[str, Any]]]


def make_upload_page(server: ImsServer) -> PageSet:
    """One page, whichever ticket it is opened for."""
    page = _UploadPage(server)
    answers: dict[str, Answer] = {
        "look": page.look,
        "begin": page.begin,
        "sign": page.sign,
        "finish": page.finish,
        "cors": page.find_cors_problem,
        "cancel": page.cancel,
    }
    return PageSet(
        ("upload",),
        _FILES,
        {f"upload/{name}": page.admit(answer) for name, answer in answers.items()},
        _list_storage_sources(server),
    )


class _UploadPage:
    def __init__(self, server: ImsServer) -> None:
        self._server = server
        self._desk = server.uploads.desk

    def admit(self, answer: Answer) -> Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]:
        """``answer`` for whoever shows the secret, with what the ticket's caller may do by now."""

        async def answer_page(given: Mapping[str, Any]) -> dict[str, Any]:
            ticket = await self._find(str(given.get("ticket", "")), str(given.get("secret", "")))
            # What follows is the caller's doing, for limits and for what is written down of writes.
            token = current_subject.set(ticket.owner.subject)
            try:
                return await answer(ticket, await self._find_runner(ticket), given)
            except Refused as refused:
                raise _refuse_rights(refused) from refused
            finally:
                current_subject.reset(token)

        return answer_page

    async def look(self, ticket: Ticket, runner: TransferRunner, _given: Mapping[str, Any]) -> dict[str, Any]:
        """What the ticket is for and how it stands; nothing is waited for."""
        await self._server.uploads.keep_page_open()
        return self._describe(ticket, runner)

    async def begin(self, ticket: Ticket, runner: TransferRunner, given: Mapping[str, Any]) -> dict[str, Any]:
        """From {name, size, type, modified, anew} to {part_bytes, parts: [{number, size, crc64}]}."""
        await self._server.uploads.keep_page_open()
        _check_file(ticket, given)
        file = ChosenFile(_read_number(given, "size"), _read_number(given, "modified"))
        ticket = await self._desk.begin(ticket, runner, file, anew=given.get("anew") is True)
        present = await self._desk.list_parts(ticket, runner)
        parts = [
            # A number of JavaScript cannot hold a CRC.
            {"number": part.number, "size": part.size_bytes, "crc64": None if part.crc64 is None else str(part.crc64)}
            for part in present
        ]
        return {"part_bytes": ticket.part_bytes, "parts": parts}

    async def sign(self, ticket: Ticket, runner: TransferRunner, given: Mapping[str, Any]) -> dict[str, Any]:
        """From {numbers} to {addresses: {number: address}}."""
        await self._server.uploads.keep_page_open()
        numbers = given.get("numbers")
        if not isinstance(numbers, list) or not all(type(number) is int for number in cast("list[Any]", numbers)):
            raise PageRefusal(400, "numbers are whole numbers.")
        addresses = await self._desk.sign_parts(ticket, runner, cast("list[int]", numbers))
        return {"addresses": {str(number): address for number, address in addresses.items()}}

    async def finish(self, ticket: Ticket, runner: TransferRunner, given: Mapping[str, Any]) -> dict[str, Any]:
        """Look for the file, and go on from there. From {crc64} (of the whole; may be empty) to the state."""
        await self._server.uploads.keep_page_open()
        crc64 = str(given.get("crc64") or "")
        if crc64 and not (crc64.isascii() and crc64.isdecimal() and len(crc64) <= 20):
            raise PageRefusal(400, "crc64 is a number, as text.")
        followed = await self._desk.follow(
            ticket, runner, wait_seconds=_WAIT_SECONDS, crc64=int(crc64) if crc64 else None
        )
        told = self._describe(followed.ticket, runner)
        if followed.waited is not None and followed.waited.last_data is not None and followed.ticket.state == "done":
            told["asset"] = _describe_asset(followed.ticket, followed.waited.last_data)
        return told

    async def find_cors_problem(
        self, ticket: Ticket, runner: TransferRunner, given: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Whether the bucket keeps this page out, and the rule that would let it in."""
        origin = str(given.get("origin", ""))
        if not _ORIGIN.fullmatch(origin):
            raise PageRefusal(400, "origin is that of a page, such as https://ims.example.com")
        is_kept_out = await self._desk.find_cors_problem(ticket, runner, origin)
        return {"missing": is_kept_out, "bucket": plain(ticket.target["bucket"], 70), "rule": write_cors_rule(origin)}

    async def cancel(self, ticket: Ticket, runner: TransferRunner, _given: Mapping[str, Any]) -> dict[str, Any]:
        """Nothing more is taken by this ticket."""
        ticket, _ = await self._desk.cancel(ticket, runner)
        return self._describe(ticket, runner)

    async def _find(self, ticket_id: str, secret: str) -> Ticket:
        try:
            ticket = await self._desk.shelf.get(ticket_id)
        except TicketError:
            ticket = None
        if ticket is None or not ticket.is_opened_by(secret):
            raise PageRefusal(404, "There is no such upload, or not any more.", data={"reason": "unknown"})
        return ticket

    async def _find_runner(self, ticket: Ticket) -> TransferRunner:
        try:
            return await find_ticket_runner(self._server, ticket)
        except ImsError as error:
            raise _refuse_rights(error) from error

    def _describe(self, ticket: Ticket, runner: TransferRunner) -> dict[str, Any]:
        left = max(0, int(ticket.ends_at - runner.client.service_clock.now()))
        is_late = not left and ticket.state in ("open", "uploading")
        return {
            "state": "expired" if is_late else ticket.state,
            "file_name": plain(ticket.file_name, 255),
            "content_type": ticket.content_type,
            "max_bytes": ticket.max_bytes,
            "title": plain(str(ticket.arguments.get("Title", "")), 128),
            "kind": ticket.kind,
            "media_id": plain(ticket.media_id, 64) if ticket.has_arrived or ticket.kind == "stream" else "",
            "place": "" if ticket.in_vod else plain(ticket.address, 300),
            "seconds_left": left,
            "begun_size": ticket.file.size_bytes if ticket.file else 0,
            "begun_modified": ticket.file.modified_ms if ticket.file else 0,
            "size_bytes": ticket.size_bytes,
            "error": quotable(ticket.error, limit=300),
        }


async def find_ticket_runner(server: ImsServer, ticket: Ticket) -> TransferRunner:
    """By what is granted to its caller now. Raises ImsError where that is not enough any more."""
    reach = await server.find_reach(ticket.owner.subject, ticket.claims)
    place: dict[str, Any] = {}
    if reach.has_names:
        place = {ACCOUNT: ticket.owner.account, REGION: ticket.owner.region}
    target: Target = await reach.take("create_upload", place)
    require_rights(target, ticket)
    return find_runner(target)


def _refuse_rights(error: ImsError) -> PageRefusal:
    return PageRefusal(403, str(error), next_step=error.next_step, data={"reason": "no_right"})


def write_cors_rule(origin: str) -> dict[str, Any]:
    """What a bucket of one's own has to allow, as the console of OSS asks for it."""
    # On stdio the port is another one each time.
    shown = "http://127.0.0.1:*" if origin.startswith("http://127.0.0.1:") else plain(origin, 200)
    return {
        "AllowedOrigin": [shown],
        "AllowedMethod": ["PUT", "POST", "GET", "HEAD"],
        "AllowedHeader": ["*"],
        "ExposeHeader": list(_EXPOSED),
        "MaxAgeSeconds": 600,
    }


def _describe_asset(ticket: Ticket, data: Mapping[str, Any]) -> dict[str, Any]:
    """A few facts of the new asset; titles are strangers' words, which the page shows as text."""
    info = as_object(data.get("MediaInfo"))
    basic = as_object(info.get("MediaBasicInfo"))
    files = [as_object(row.get("FileBasicInfo")) for row in as_objects(info.get("FileInfoList"))]
    file = files[0] if files else {}
    told = {
        "MediaId": ticket.media_id,
        "Title": basic.get("Title"),
        "MediaType": basic.get("MediaType"),
        "Duration": file.get("Duration"),
        "Width": file.get("Width"),
        "Height": file.get("Height"),
    }
    shown = {name: plain(str(value), 200) for name, value in told.items() if value not in (None, "")}
    return shown if size_bytes(shown) <= _LONGEST_SUMMARY else {"MediaId": shown["MediaId"]}


def _check_file(ticket: Ticket, given: Mapping[str, Any]) -> None:
    name = str(given.get("name", ""))
    if name != ticket.file_name:
        raise PageRefusal(
            409,
            f"The ticket is for the file {plain(ticket.file_name, 255)}, and this is {plain(name, 255)}.",
            data={"reason": "name"},
        )


def _read_number(given: Mapping[str, Any], name: str) -> int:
    value = given.get(name)
    if type(value) is not int or not 0 <= value < _LONGEST:
        raise PageRefusal(400, f"{name} is a whole number.")
    return value


def _list_storage_sources(server: ImsServer) -> tuple[str, ...]:
    """Where the page may send a file to, for its content security policy: OSS, and what the settings name as such."""
    settings: Settings = server.settings
    sources = ["https://*.aliyuncs.com"]
    if settings.oss_endpoint:
        parts = urlsplit(settings.oss_endpoint)
        if parts.hostname and not is_loopback(parts.hostname):
            sources += [f"https://{parts.netloc}", f"https://*.{parts.netloc}"]
    if settings.config is not None:
        # Its accounts may name endpoints of their own, and others tomorrow.
        sources.append("https:")
    if settings.local or settings.config is not None or _is_on_loopback(settings.oss_endpoint):
        sources += ["http://127.0.0.1:*", "http://localhost:*"]
    return tuple(sources)


def _is_on_loopback(address: str | None) -> bool:
    return bool(address) and is_loopback(urlsplit(address or "").hostname or "")
