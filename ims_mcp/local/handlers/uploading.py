"""CreateUploadMedia, CreateUploadStream and RefreshUploadMedia: an address and a credential for one file.

What the upload operations are told about a file is JSON in text; it is read here and checked by the rows of its table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from ims_mcp.catalogue import Parameter
from ims_mcp.catalogue.check import check
from ims_mcp.catalogue.notes.upload import MEDIA_META_DATA
from ims_mcp.errors import InvalidArguments
from ims_mcp.local.media.pictures import PictureOptions
from ims_mcp.local.media_library.asset_library import Library
from ims_mcp.local.rpc.call import Call, handles, make_own_table, refuse_unknown
from ims_mcp.local.rpc.service_errors import from_invalid_arguments, invalid, media_not_found, unsupported
from ims_mcp.local.uploads.sessions import VOD_BUCKET, UploadCredentials, UploadSessions, VodStorage

FOLDERS = {"video": "sv", "audio": "sv", "image": "image", "text": "attached", "other": "attached"}
STREAM_FOLDER = "stream"
APP_ID = "app-1000000"
MAX_TITLE_BYTES = 128
_BUSINESS_TYPES = {
    "video": ("general", "opening", "ending", "watermark"),
    "image": ("general", "default", "cover", "watermark"),
    "audio": ("general",),
    "text": ("subtitles", "font"),
    "other": ("general", "watermark"),
}
_EXTENSION = re.compile(r"\.?([A-Za-z0-9]{1,16})")
# MediaMetaData of UploadMediaByURL: the same fields, none but the address required.
_PULLED = Parameter(
    "",
    "object",
    fields=(
        Parameter("SourceURL", "string", required=True),
        Parameter("FileExtension", "string"),
        *(replace(row, required=False) for row in MEDIA_META_DATA),
    ),
    extra_fields=True,
)


class Uploading:
    """The library waits for the file from now on; whoever holds the credential brings it."""

    def __init__(
        self, library: Library, sessions: UploadSessions, storage: VodStorage, credentials: UploadCredentials
    ) -> None:
        self._library = library
        self._sessions = sessions
        self._storage = storage
        self._credentials = credentials

    @handles("CreateUploadMedia")
    async def _create_asset(self, call: Call) -> dict[str, Any]:
        """Into the VOD storage only, without workflows, entities and callbacks; FileURL and MediaURL are the same."""
        refuse_unsupported(call)
        file = read_json(call, "FileInfo")
        columns = make_asset_columns(
            file["Type"], read_json(call, "MediaMetaData"), name=file["Name"], user_data=call.get_text("UserData")
        )
        address = self._storage.make_address(FOLDERS[file["Type"]], read_extension(file["Ext"], "FileInfo.Ext"))
        url = self._storage.make_file_url(address)
        begun = await self._sessions.open_asset(address, {**columns, "input_url": url})
        grant = await self._credentials.grant(address)
        # There is no CDN here: without one the service answers the same address twice.
        return {"MediaId": begun.media_id, "FileURL": url, "MediaURL": url, **grant}

    @handles("CreateUploadStream")
    async def _create_stream(self, call: Call) -> dict[str, Any]:
        """Whole."""
        media_id = call.require_text("MediaId")
        asset = await self._library.find(media_id)
        if asset is None:
            raise media_not_found(media_id)
        extension = read_extension(call.get_text("FileExtension") or asset.address.extension or "mp4", "FileExtension")
        address = self._storage.make_address(STREAM_FOLDER, extension)
        url = self._storage.make_file_url(address)
        columns = {"input_url": url, "user_data": call.get_text("UserData")}
        await self._sessions.open_stream(media_id, address, columns, read_quality(call))
        return {"MediaId": media_id, "FileURL": url, **await self._credentials.grant(address)}

    @handles("RefreshUploadMedia")
    async def _refresh(self, call: Call) -> dict[str, Any]:
        """Whole."""
        media_id = str(call.get_text("MediaId"))
        address = await self._sessions.find_latest(media_id)
        return {"MediaId": media_id, **await self._credentials.grant(address)}


def read_quality(call: Call) -> dict[str, Any]:
    """What is said of a stream, as GetPlayInfo will show it."""
    return {"definition": call.get_text("Definition"), "hdr_type": call.get_text("HDRType")}


def refuse_unsupported(call: Call) -> None:
    """RpcFault for what needs more than there is here: workflows, entities, further applications and buckets."""
    if call.get_text("PostProcessConfig"):
        raise unsupported("workflows: leave PostProcessConfig out")
    if call.get_text("EntityId"):
        raise unsupported("entities: leave EntityId out")
    if call.get_text("AppId") not in (None, APP_ID):
        raise invalid("AppId", f"the only application is {APP_ID}")
    target = read_json(call, "UploadTargetConfig")
    if "StorageType" in target:
        refuse_unknown("UploadTargetConfig.StorageType", [target["StorageType"]], ("oss",))
    bucket = target.get("StorageLocation")
    if bucket and bucket != VOD_BUCKET:
        raise invalid("UploadTargetConfig", f"uploads go to the VOD storage, StorageLocation {VOD_BUCKET}")


def read_json(call: Call, name: str) -> dict[str, Any]:
    """A JSON argument by the fields its table names, numbers as numbers; empty where it was not given."""
    row = call.operation.parameter(name)
    if row is None or call.arguments.get(name) is None:
        return {}
    return _check(replace(row, json_text=False), call.arguments[name])


def read_pulled_files(call: Call) -> dict[str, dict[str, Any]]:
    """MediaMetaData of UploadMediaByURL, by the address each element is about."""
    name = "MediaMetaData"
    elements: list[dict[str, Any]] = _check(Parameter(name, "array", items=_PULLED), call.arguments.get(name) or [])
    # Written as in UploadURLs or decoded: both are seen.
    return {url: element for element in elements for url in (unquote(element["SourceURL"]), element["SourceURL"])}


def read_extension(text: str, name: str) -> str:
    """``".MP4"`` -> ``"mp4"``. RpcFault (InvalidParameter) for anything that is no extension."""
    found = _EXTENSION.fullmatch(text)
    if found is None:
        raise invalid(name, f"{text[:40]!r} is not a file extension")
    return found[1].lower()


def make_asset_columns(
    media_type: str, described: Mapping[str, Any], *, name: str, user_data: str | None
) -> dict[str, Any]:
    """The columns of a new asset but its address; ``name`` is the title where ``described`` (MediaMetaData) has none.

    Raises RpcFault (InvalidParameter) for a BusinessType that does not go with the type.
    """
    allowed = _BUSINESS_TYPES[media_type]
    business_type = described.get("BusinessType", "general")
    if business_type not in allowed:
        raise invalid("MediaMetaData.BusinessType", f"{business_type}: {media_type} has {' or '.join(allowed)}")
    if described.get("DynamicMetaData"):
        raise unsupported("entities: leave MediaMetaData.DynamicMetaData out")
    cate_id = described.get("CateId", 0)
    return {
        "media_type": media_type,
        "business_type": business_type,
        "title": described.get("Title") or _cut_title(name),
        "description": described.get("Description"),
        "media_tags": described.get("Tags"),
        "cover_url": described.get("CoverURL"),
        "cate_id": cate_id if cate_id > 0 else None,
        "user_data": user_data,
        "wishes": PictureOptions(cover=not described.get("CoverURL")).to_json(),
    }


def _check(row: Parameter, value: Any) -> Any:
    try:
        return check(make_own_table(row.name, row), {row.name: value}, as_sent=True)[row.name]
    except InvalidArguments as error:
        raise from_invalid_arguments(error) from None


def _cut_title(text: str) -> str:
    return text.encode("utf-8")[:MAX_TITLE_BYTES].decode("utf-8", "ignore")
