"""CreateUploadMedia, CreateUploadStream and RefreshUploadMedia: an address and a credential for one file."""

from __future__ import annotations

from typing import Any

from ims_mcp.catalogue import get_operation
from ims_mcp.local.handlers.upload_arguments import asset_columns, extension_of, opened, refuse_unsupported
from ims_mcp.local.media_library.asset_library import Library
from ims_mcp.local.rpc.call import Call, Service
from ims_mcp.local.rpc.service_errors import media_not_found, missing
from ims_mcp.local.uploads.credentials import UploadCredentials
from ims_mcp.local.uploads.sessions import UploadSessions
from ims_mcp.local.uploads.vod_storage import VodStorage

FOLDERS = {"video": "sv", "audio": "sv", "image": "image", "text": "attached", "other": "attached"}
STREAM_FOLDER = "stream"


class Uploading:
    """The library waits for the file from now on; whoever holds the credential brings it."""

    def __init__(
        self, library: Library, sessions: UploadSessions, storage: VodStorage, credentials: UploadCredentials
    ) -> None:
        self._library = library
        self._sessions = sessions
        self._storage = storage
        self._credentials = credentials

    @property
    def services(self) -> tuple[Service, ...]:
        return (
            Service(get_operation("CreateUploadMedia"), self._create_asset),
            Service(get_operation("CreateUploadStream"), self._create_stream),
            Service(get_operation("RefreshUploadMedia"), self._refresh),
        )

    async def _create_asset(self, call: Call) -> dict[str, Any]:
        refuse_unsupported(call)
        file = opened(call, "FileInfo")
        columns = asset_columns(
            file["Type"], opened(call, "MediaMetaData"), name=file["Name"], user_data=call.text("UserData")
        )
        address = self._storage.new_address(FOLDERS[file["Type"]], extension_of(file["Ext"], "FileInfo.Ext"))
        url = self._storage.file_url(address)
        begun = await self._sessions.open_asset(address, {**columns, "input_url": url})
        grant = await self._credentials.grant(address)
        # There is no CDN here: without one the service answers the same address twice.
        return {"MediaId": begun.media_id, "FileURL": url, "MediaURL": url, **grant}

    async def _create_stream(self, call: Call) -> dict[str, Any]:
        media_id = call.text("MediaId")
        if media_id is None:
            raise missing("MediaId")
        asset = await self._library.find(media_id)
        if asset is None:
            raise media_not_found(media_id)
        extension = extension_of(call.text("FileExtension") or asset.address.extension or "mp4", "FileExtension")
        address = self._storage.new_address(STREAM_FOLDER, extension)
        url = self._storage.file_url(address)
        columns = {"input_url": url, "user_data": call.text("UserData")}
        await self._sessions.open_stream(media_id, address, columns, quality_of(call))
        return {"MediaId": media_id, "FileURL": url, **await self._credentials.grant(address)}

    async def _refresh(self, call: Call) -> dict[str, Any]:
        media_id = str(call.text("MediaId"))
        address = await self._sessions.latest(media_id)
        return {"MediaId": media_id, **await self._credentials.grant(address)}


def quality_of(call: Call) -> dict[str, Any]:
    """What is said of a stream, as GetPlayInfo will show it."""
    return {"definition": call.text("Definition"), "hdr_type": call.text("HDRType")}
