"""create_upload: a ticket for a file that is not on this machine, and what transfer_status says of one."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal, cast

from ims_mcp.call_origin import current_claims, current_subject
from ims_mcp.catalogue import Effect, Operation, Parameter
from ims_mcp.catalogue.check import check
from ims_mcp.client.oss.parts import MAX_OBJECT_BYTES
from ims_mcp.errors import ImsError, InvalidArguments, Problem, Refused
from ims_mcp.foreign_text import clean
from ims_mcp.server.page_host import PageHost
from ims_mcp.server.reach import Target
from ims_mcp.server.tool import Answer, TableTool, ToolRequest, declare
from ims_mcp.server.transfer_rows import UPLOADS
from ims_mcp.settings import Settings
from ims_mcp.shared_store import SharedStore
from ims_mcp.workflows.categories import CATEGORY_NAME, resolve_category
from ims_mcp.workflows.named_assets import resolve_assets
from ims_mcp.workflows.tickets.ticket import OPEN_SECONDS, Owner, Ticket
from ims_mcp.workflows.transfers.rows import DESTINATION, copy_rows
from ims_mcp.workflows.transfers.run import TransferRunner, check_stream_arguments
from ims_mcp.workflows.transfers.store import VOD

if TYPE_CHECKING:
    from ims_mcp.workflows.tickets.desk import TicketDesk

_LONGEST_NAME_BYTES = 255
_MOST_LISTED = 50
_LONGEST_CLAIMS = 4000
_CONTENT_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")
_TYPES = {
    ".mkv": "video/x-matroska",
    ".flv": "video/x-flv",
    ".ts": "video/mp2t",
    ".m4a": "audio/mp4",
    ".mp4": "video/mp4",
}
"""The same on every system, where the tables that Python reads differ."""

CREATE_UPLOAD = Operation(
    name="CreateUpload",
    toolset="transfers",
    title="Ticket for a user's file",
    purpose=(
        "Let in one file from elsewhere: an upload page for the user, and a curl line (up to 5 GB) for a shell where "
        "the file is. Single use, 30 minutes. Makes an asset, or with MediaId a rendition; transfer_status tells."
    ),
    effect=Effect.WRITE,
    parameters=(
        Parameter("file_name", "string", required=True, text="With extension.", max_bytes=_LONGEST_NAME_BYTES),
        Parameter("max_bytes", "integer", minimum=1, maximum=MAX_OBJECT_BYTES),
        *(replace(row, text="") for row in copy_rows("RegisterMediaInfo", "Title")),
        replace(DESTINATION, text="vod (default) or oss://bucket/prefix/", pattern=None),
        Parameter("MediaId", "string", max_bytes=64),
        Parameter("content_type", "string", text="Default: by the extension.", unlisted=True),
        *(replace(row, unlisted=True) for row in copy_rows("RegisterMediaInfo", "Description MediaTags CateId")),
        replace(CATEGORY_NAME, unlisted=True),
        *(replace(row, unlisted=True) for row in copy_rows("RegisterMediaInfo", "MediaType BusinessType UserData")),
        *(replace(row, unlisted=True) for row in copy_rows("CreateUploadStream", "Definition HDRType")),
        *(replace(row, unlisted=True) for row in copy_rows("RegisterMediaStream", "StreamTags")),
    ),
)
_OF_ASSETS = ("Title", "Description", "MediaTags", "CateId", "category_name", "MediaType", "BusinessType")
_OF_STREAMS = ("Definition", "HDRType", "StreamTags")
_DESTINATION_ALONE = replace(CREATE_UPLOAD, parameters=(DESTINATION,))
"""The list has no room for its pattern, which counts all the same."""


class UploadDesk:
    """The tickets of one server, as its tools and its pages reach them. Nothing is there before the first."""

    def __init__(self, settings: Settings, store: SharedStore, pages: PageHost | None) -> None:
        self._settings = settings
        self._pages = pages
        self._store = store

    @cached_property
    def desk(self) -> TicketDesk:
        """Made, and loaded, when the first ticket is asked for."""
        from ims_mcp.workflows.tickets.desk import TicketDesk

        return TicketDesk(self._store)

    async def keep_page_open(self) -> str:
        """Where its pages are, for as long as a ticket lasts. Raises ImsError."""
        if self._pages is None:
            raise ImsError("This server has no pages for people.", next_step="Use the curl line.")
        return await self._pages.open_for(OPEN_SECONDS)

    def make_tool(self) -> TableTool:
        """create_upload."""

        async def check_call(arguments: Mapping[str, Any], request: ToolRequest) -> dict[str, Any]:
            _require(request.target, "stream" if arguments.get("MediaId") else "media")
            resolved, _ = await resolve_assets(request.client, CREATE_UPLOAD, arguments)
            return check(CREATE_UPLOAD, resolved)

        async def answer(arguments: dict[str, Any], request: ToolRequest) -> Answer:
            given = dict(arguments)
            try:
                return await self._create(arguments, request.target)
            except Refused as refused:
                request.client.observe_refusal(CREATE_UPLOAD, given, refused)
                raise

        output = declare(transfer_id="string", page="string", curl="string")
        return TableTool(CREATE_UPLOAD, answer, check=check_call, output_schema=output)

    async def follow(self, transfer_id: str, wait_seconds: float, request: ToolRequest) -> dict[str, Any]:
        """What transfer_status says of a ticket."""
        from ims_mcp.workflows.tickets.report import describe_followed

        ticket = await self._find(transfer_id, request.target)
        _require(request.target, ticket.kind)
        followed = await self.desk.follow(
            ticket,
            find_runner(request.target),
            wait_seconds=wait_seconds,
            longest_seconds=request.longest_wait_seconds,
            progress=request.report_progress,
        )
        return describe_followed(followed, _now(request.target), request.listed)

    async def cancel(self, transfer_id: str, request: ToolRequest) -> dict[str, Any]:
        """What cancel_transfer does with one."""
        from ims_mcp.workflows.tickets.report import describe_line

        ticket = await self._find(transfer_id, request.target)
        _require(request.target, ticket.kind)
        ticket, left = await self.desk.cancel(ticket, find_runner(request.target))
        told = describe_line(ticket, _now(request.target))
        if ticket.has_arrived:
            left = "the file has arrived, which is not undone"
        return told | ({"note": left} if left else {})

    async def list(self, request: ToolRequest) -> tuple[int, list[dict[str, Any]]]:
        """The caller's tickets, newest first."""
        from ims_mcp.workflows.tickets.report import describe_line

        count, found = await self.desk.shelf.list(_find_owner(request.target), _MOST_LISTED)
        now = _now(request.target)
        return count, [describe_line(ticket, now) for ticket in found]

    async def _find(self, transfer_id: str, target: Target) -> Ticket:
        return await self.desk.shelf.get(transfer_id, _find_owner(target))

    async def _create(self, arguments: dict[str, Any], target: Target) -> dict[str, Any]:
        from ims_mcp.workflows.tickets.desk import make_wish
        from ims_mcp.workflows.tickets.report import describe_new

        kind: Literal["media", "stream"] = "stream" if "MediaId" in arguments else "media"
        _require(target, kind)
        require_kept_credentials(target)
        file_name = _check_name(str(arguments.pop("file_name")))
        bucket = target.access.bucket if kind == "media" else None
        destination = str(arguments.pop("destination", f"oss://{bucket}/" if bucket else VOD))
        check(_DESTINATION_ALONE, {"destination": destination})
        _refuse_idle(kind, arguments)
        if kind == "stream":
            check_stream_arguments(destination, arguments)
        content_type = _choose_type(file_name, arguments.pop("content_type", None))
        max_bytes = int(arguments.pop("max_bytes", MAX_OBJECT_BYTES))
        runner, category = find_runner(target), ""
        if name := str(arguments.pop("category_name", "")).strip():
            arguments, found = await resolve_category(runner.client, arguments, name, subject="CreateUpload")
            category = found.write_path()
        if kind == "media" and "Title" not in arguments:
            arguments["Title"] = PurePath(file_name).stem.encode()[:128].decode("utf-8", "ignore") or file_name
        wish = make_wish(
            _find_owner(target),
            runner,
            kind=kind,
            file_name=file_name,
            content_type=content_type,
            max_bytes=max_bytes,
            destination=destination,
            arguments=arguments,
            claims=_keep_claims(),
            category=category,
        )
        page, problem = "", ""
        try:
            page = await self.keep_page_open()
        except ImsError as error:
            problem = error.explain()
        return describe_new(await self.desk.create(wish, runner), page, problem)


def find_runner(target: Target) -> TransferRunner:
    """What the tickets of an account are worked on with, by the caller's rights. Raises Refused in read-only mode."""
    if target.settings.read_only:
        raise Refused(
            "Nothing was done: this server is in read-only mode.",
            next_step="Only the person who runs the server can change that.",
            reason="read_only",
        )
    return replace(target.transfers.runner, client=target.client)


def require_kept_credentials(target: Target) -> None:
    """Raises Refused for a caller who brings credentials along, which are for one request."""
    if target.credentials and not target.access.account:
        raise Refused(
            "No ticket was made: the credentials came with the request, and nothing is kept of them. An upload ends "
            "after it, and has to be signed and registered then.",
            next_step="Use create_upload_media or create_upload_stream (call_write_operation) and send the file with "
            "what they answer, or an account of the server's own.",
            reason="no_right",
        )


def require_rights(target: Target, ticket: Ticket) -> None:
    """Raises Refused where the ticket's caller may not upload any more."""
    _require(target, ticket.kind)


def _require(target: Target, kind: str) -> None:
    target.require_any(UPLOADS[kind], Effect.WRITE)


def _find_owner(target: Target) -> Owner:
    account = target.access.account
    if target.credentials and not account:
        # Whoever brings credentials has none of the tickets, which the server's own ones stand behind.
        account = f"brought {target.credentials}"
    return Owner(current_subject.get(), account, target.settings.region, target.transfers.service)


def _now(target: Target) -> float:
    return target.client.service_clock.now()


def _keep_claims() -> dict[str, Any]:
    """What grants may ask for: texts, and lists of them."""
    kept: dict[str, Any] = {}
    for name, value in current_claims.get().items():
        items: list[Any] = cast("list[Any]", value) if isinstance(value, list) else [value]
        if all(isinstance(item, str) for item in items) and sum(map(len, items)) <= _LONGEST_CLAIMS:
            kept[name] = items if isinstance(value, list) else items[0]
    return kept


def _check_name(name: str) -> str:
    name = name.strip()
    if not name or name in (".", "..") or "/" in name or "\\" in name or clean(name) != name or "\n" in name:
        raise InvalidArguments("create_upload", [Problem("file_name", "is no file's name: give it without its folder")])
    if not PurePath(name).suffix:
        raise InvalidArguments("create_upload", [Problem("file_name", "has no extension, such as .mp4")])
    return name


def _choose_type(file_name: str, given: str | None) -> str:
    suffix = PurePath(file_name).suffix.lower()
    chosen = given or _TYPES.get(suffix) or mimetypes.guess_type(f"x{suffix}")[0] or "application/octet-stream"
    if not _CONTENT_TYPE.fullmatch(chosen.lower()):
        raise InvalidArguments("create_upload", [Problem("content_type", "is no type such as video/mp4")])
    return chosen.lower()


def _refuse_idle(kind: str, arguments: Mapping[str, Any]) -> None:
    idle = [name for name in (_OF_ASSETS if kind == "stream" else _OF_STREAMS) if name in arguments]
    if idle:
        text = "is for a new asset, and MediaId names one" if kind == "stream" else "is for a rendition: give MediaId"
        raise InvalidArguments("create_upload", [Problem(name, text) for name in idle])
