"""The upload tools: one call from a file on this machine to an asset or a rendition."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ims_mcp.catalogue import Effect, Operation, Parameter
from ims_mcp.catalogue.check import check
from ims_mcp.errors import Refused
from ims_mcp.foreign_text import plain
from ims_mcp.server.tool import Answer, Check, TableTool, ToolRequest, declare
from ims_mcp.server.transfer_rows import TRANSFER_ID, UPLOADS, WAIT
from ims_mcp.server.upload_tools import UploadDesk
from ims_mcp.summaries.bounds import fit
from ims_mcp.summaries.shaping import MAX_BYTES
from ims_mcp.workflows.categories import CATEGORY_NAME
from ims_mcp.workflows.named_assets import resolve_assets
from ims_mcp.workflows.tickets.ticket import is_ticket_id
from ims_mcp.workflows.transfers.rows import DESTINATION, copy_rows
from ims_mcp.workflows.transfers.run import guard_upload
from ims_mcp.workflows.transfers.store import VOD, TransferError, TransferRecord

AnswerCall = Callable[[dict[str, Any], ToolRequest], Awaitable[dict[str, Any]]]
DEFAULT_WAIT_SECONDS = 30.0
_LIST_THEM = "Call transfer_status without an id to list those there are."
_PATH = Parameter("path", "string", required=True, text="Absolute, or relative to an upload directory.")


_OUTPUT = declare(MediaId="string", state="string", transfer_id="string")
UPLOAD_MEDIA = Operation(
    name="UploadMedia",
    toolset="transfers",
    title="Upload a file as a new asset",
    purpose=(
        "Upload a file of this machine and make it an asset, in one call: parallel parts, retries, checksum, "
        "registration. Returns the asset's summary; a longer upload goes on in the background under a transfer_id, "
        "also after a restart. The same call again goes on with the same transfer. Only from directories the server "
        "was started with (--upload-dir)."
    ),
    effect=Effect.WRITE,
    idempotent=True,
    parameters=(
        _PATH,
        *copy_rows("RegisterMediaInfo", "Title Description MediaTags"),
        CATEGORY_NAME,
        # For those who have it from an answer: category_name takes it as well.
        *(replace(row, unlisted=True) for row in copy_rows("RegisterMediaInfo", "CateId")),
        *copy_rows("RegisterMediaInfo", "MediaType BusinessType CoverURL UserData"),
        DESTINATION,
        WAIT,
    ),
)
UPLOAD_STREAM = Operation(
    name="UploadStream",
    toolset="transfers",
    title="Upload a file as a rendition",
    purpose=(
        "Upload a file of this machine and attach it to an existing asset as a stream, such as a 720p rendition, in "
        "one call. Works as upload_media does. Definition "
        "and HDRType belong to destination vod, StreamTags to a bucket of your own."
    ),
    effect=Effect.WRITE,
    idempotent=True,
    parameters=(
        _PATH,
        Parameter("MediaId", "string", required=True, text="Id of the asset that gets the stream.", max_bytes=64),
        *copy_rows("CreateUploadStream", "Definition HDRType UserData"),
        *copy_rows("RegisterMediaStream", "StreamTags"),
        DESTINATION,
        WAIT,
    ),
)
TRANSFER_STATUS = Operation(
    name="TransferStatus",
    toolset="transfers",
    title="Follow or resume an upload",
    purpose=(
        "How an upload stands: state, bytes sent, MediaId, what became of the asset. An upload that was interrupted, "
        "by a crash or a restart of this server, goes on from where it stopped. Without transfer_id: the list of all."
    ),
    effect=Effect.WRITE,
    idempotent=True,
    parameters=(TRANSFER_ID, WAIT),
)
CANCEL_TRANSFER = Operation(
    name="CancelTransfer",
    toolset="transfers",
    title="Cancel an upload",
    purpose=(
        "Stop an upload and take back what lies half sent in OSS. An upload that has arrived "
        "is not undone: delete the asset with delete_media_infos instead."
    ),
    effect=Effect.WRITE,
    idempotent=True,
    parameters=(Parameter("transfer_id", "string", required=True, text=TRANSFER_ID.text),),
)
FILE_TOOLS = (UPLOAD_MEDIA.tool_name, UPLOAD_STREAM.tool_name)
"""What works with files of this machine."""


def make_transfer_tools(tickets: UploadDesk, *, with_files: bool) -> list[TableTool]:
    """The five tools; each account and region has transfers of its own. Without files of this machine those are not
    told of, whoever uploads them."""

    async def check_stream(arguments: Mapping[str, Any], request: ToolRequest) -> dict[str, Any]:
        _require(request, "stream")
        resolved, _ = await resolve_assets(request.client, UPLOAD_STREAM, arguments)
        return check(UPLOAD_STREAM, resolved)

    async def upload(kind: str, arguments: dict[str, Any], request: ToolRequest) -> dict[str, Any]:
        bucket = request.target.access.bucket if kind == "media" else None
        _require(request, kind)
        destination = str(arguments.pop("destination", f"oss://{bucket}/" if bucket else VOD))
        request.target.transfers.guard()
        guard_upload(request.client, kind, destination, arguments)
        return await request.target.transfers.upload(
            kind,
            str(arguments.pop("path")),
            destination,
            arguments,
            category_name=str(arguments.pop(CATEGORY_NAME.name, "")),
            wait_seconds=float(arguments.pop("wait_seconds", DEFAULT_WAIT_SECONDS)),
            longest_seconds=request.longest_wait_seconds,
            progress=request.report_progress,
            listed=request.listed,
        )

    async def follow(arguments: dict[str, Any], request: ToolRequest) -> dict[str, Any]:
        if "transfer_id" not in arguments:
            return await list_all(request)
        if is_ticket_id(str(arguments["transfer_id"])):
            wait_seconds = float(arguments.get("wait_seconds", DEFAULT_WAIT_SECONDS))
            return await tickets.follow(str(arguments["transfer_id"]), wait_seconds, request)
        record = await _require_record(request, str(arguments["transfer_id"]))
        if not (record.ended or record.arrived):  # it goes on from where it stopped
            guard_upload(request.client, record.kind, record.destination, record.arguments)
        return await request.target.transfers.follow(
            str(arguments["transfer_id"]),
            wait_seconds=float(arguments.get("wait_seconds", DEFAULT_WAIT_SECONDS)),
            longest_seconds=request.longest_wait_seconds,
            progress=request.report_progress,
            listed=request.listed,
        )

    async def list_all(request: ToolRequest) -> dict[str, Any]:
        count, open_tickets = await tickets.list(request)
        if not with_files:
            return fit({"count": count, "transfers": open_tickets}, MAX_BYTES, query_prefix=None)
        ours = await request.target.transfers.list()
        if not count:
            return ours
        joined = {**ours, "count": ours["count"] + count, "transfers": [*open_tickets, *ours["transfers"]]}
        return fit(joined, MAX_BYTES, query_prefix=None)

    async def cancel(arguments: dict[str, Any], request: ToolRequest) -> dict[str, Any]:
        if is_ticket_id(str(arguments["transfer_id"])):
            return await tickets.cancel(str(arguments["transfer_id"]), request)
        await _require_record(request, str(arguments["transfer_id"]))
        return await request.target.transfers.cancel(str(arguments["transfer_id"]), request.listed)

    def make(
        table: Operation, answer: AnswerCall, output_schema: dict[str, Any], check: Check | None = None
    ) -> TableTool:
        async def answer_or_tell(arguments: dict[str, Any], request: ToolRequest) -> Answer:
            given = dict(arguments)
            try:
                return await answer(arguments, request)
            except Refused as refused:
                request.client.observe_refusal(table, given, refused)
                raise

        return TableTool(table, answer_or_tell, check=check, output_schema=output_schema)

    async def _require_record(request: ToolRequest, transfer_id: str) -> TransferRecord:
        """An upload that goes on, or is taken back, writes as the one that began it."""
        if not with_files:
            raise TransferError(f"There is no transfer {plain(transfer_id, 40)!r}.", next_step=_LIST_THEM)
        record = await request.target.transfers.find(transfer_id)
        _require(request, record.kind)
        return record

    return [
        tickets.make_tool(),
        make(UPLOAD_MEDIA, partial(upload, "media"), _OUTPUT),
        make(UPLOAD_STREAM, partial(upload, "stream"), _OUTPUT, check_stream),
        make(TRANSFER_STATUS, follow, declare(state="string", transfers="array")),
        make(CANCEL_TRANSFER, cancel, declare(state="string")),
    ]


def _require(request: ToolRequest, kind: str) -> None:
    request.target.require_any(UPLOADS[kind], Effect.WRITE)
