"""The upload tools: one call from a file on this machine to an asset or a rendition."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ims_mcp.catalogue import Effect, Operation, Parameter, get_operation
from ims_mcp.catalogue.check import check
from ims_mcp.client.ims import ImsClient
from ims_mcp.server.tool import TableTool, ToolRequest, declare
from ims_mcp.workflows.categories import CATEGORY_NAME
from ims_mcp.workflows.named_assets import resolve_assets
from ims_mcp.workflows.server_parameters import WAIT_SECONDS
from ims_mcp.workflows.transfers.manager import TransferManager
from ims_mcp.workflows.transfers.store import VOD

DEFAULT_WAIT_SECONDS = 30.0
_WAIT = replace(WAIT_SECONDS, text="Default 30, at most 45.")
_PATH = Parameter("path", "string", required=True, text="Absolute, or relative to an upload directory.")
_DESTINATION = Parameter(
    "destination",
    "string",
    text="vod (default: storage of IMS), or oss://bucket/prefix/ of your own, then registered.",
    pattern=r"vod|oss://[a-z0-9][a-z0-9-]{1,61}[a-z0-9](/.*)?",
)
_TRANSFER_ID = Parameter("transfer_id", "string", text="Id from an upload, such as t-0123456789ab.")


def _copy_rows(operation: str, names: str) -> tuple[Parameter, ...]:
    """Rows of an operation's own table, so that limits and words are the same. All are listed: describe_operation does
    not know this tool."""
    table = get_operation(operation)
    return tuple(replace(row, unlisted=False) for name in names.split() if (row := table.parameter(name)) is not None)


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
        *_copy_rows("RegisterMediaInfo", "Title Description MediaTags"),
        CATEGORY_NAME,
        # For those who have it from an answer: category_name takes it as well.
        *(replace(row, unlisted=True) for row in _copy_rows("RegisterMediaInfo", "CateId")),
        *_copy_rows("RegisterMediaInfo", "MediaType BusinessType CoverURL UserData"),
        _DESTINATION,
        _WAIT,
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
        *_copy_rows("CreateUploadStream", "Definition HDRType UserData"),
        *_copy_rows("RegisterMediaStream", "StreamTags"),
        _DESTINATION,
        _WAIT,
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
    parameters=(_TRANSFER_ID, _WAIT),
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
    parameters=(Parameter("transfer_id", "string", required=True, text=_TRANSFER_ID.text),),
)


def make_transfer_tools(client: ImsClient, transfers: TransferManager, listed: Container[str]) -> list[TableTool]:
    """The four tools over one set of transfers; ``listed`` are the operations that have a tool of their own, which a
    next call may name."""

    async def check_stream(arguments: Mapping[str, Any]) -> dict[str, Any]:
        resolved, _ = await resolve_assets(client, UPLOAD_STREAM, arguments)
        return check(UPLOAD_STREAM, resolved)

    async def upload(kind: str, arguments: dict[str, Any], request: ToolRequest) -> dict[str, Any]:
        return await transfers.upload(
            kind,
            str(arguments.pop("path")),
            str(arguments.pop("destination", VOD)),
            arguments,
            category_name=str(arguments.pop(CATEGORY_NAME.name, "")),
            wait_seconds=float(arguments.pop("wait_seconds", DEFAULT_WAIT_SECONDS)),
            longest_seconds=request.longest_wait_seconds,
            progress=request.report_progress,
            listed=listed,
        )

    async def follow(arguments: dict[str, Any], request: ToolRequest) -> dict[str, Any]:
        if "transfer_id" not in arguments:
            return await transfers.list()
        return await transfers.follow(
            str(arguments["transfer_id"]),
            wait_seconds=float(arguments.get("wait_seconds", DEFAULT_WAIT_SECONDS)),
            longest_seconds=request.longest_wait_seconds,
            progress=request.report_progress,
            listed=listed,
        )

    async def cancel(arguments: dict[str, Any], request: ToolRequest) -> dict[str, Any]:
        return await transfers.cancel(str(arguments["transfer_id"]), listed)

    return [
        TableTool(UPLOAD_MEDIA, partial(upload, "media"), output_schema=_OUTPUT),
        TableTool(UPLOAD_STREAM, partial(upload, "stream"), check=check_stream, output_schema=_OUTPUT),
        TableTool(TRANSFER_STATUS, follow, output_schema=declare(state="string", transfers="array")),
        TableTool(CANCEL_TRANSFER, cancel, output_schema=declare(state="string")),
    ]
