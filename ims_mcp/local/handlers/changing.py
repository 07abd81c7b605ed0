"""UpdateMediaInfo and DeleteMediaInfos."""

from __future__ import annotations

from typing import Any

from ims_mcp.catalogue import get_operation
from ims_mcp.local.handlers.addressing import asset_of
from ims_mcp.local.handlers.registering import category_of
from ims_mcp.local.media_library.addresses import AddressError, object_address
from ims_mcp.local.media_library.asset_library import Library
from ims_mcp.local.oss.objects import Objects
from ims_mcp.local.rpc.call import Call, Service
from ims_mcp.local.rpc.service_errors import missing

MAX_DELETED = 20
_COLUMNS = {
    "Title": "title",
    "Description": "description",
    "Category": "category",
    "MediaTags": "media_tags",
    "CoverURL": "cover_url",
    "BusinessType": "business_type",
    "ReferenceId": "reference_id",
    "UserData": "user_data",
}


class LibraryChanging:
    """What changes an asset after its registration."""

    def __init__(self, library: Library, objects: Objects) -> None:
        self._library = library
        self._objects = objects

    @property
    def services(self) -> tuple[Service, ...]:
        return (
            Service(get_operation("UpdateMediaInfo"), self._update),
            Service(get_operation("DeleteMediaInfos"), self._delete),
        )

    async def _update(self, call: Call) -> dict[str, Any]:
        asset = await asset_of(self._library, call)
        columns: dict[str, Any] = {
            column: call.text(name) for name, column in _COLUMNS.items() if call.text(name) is not None
        }
        if call.integer("CateId") is not None:
            columns["cate_id"] = category_of(call)
        await self._library.update(asset.media_id, columns, append_tags=call.flag("AppendTags"))
        return {"MediaId": asset.media_id}

    async def _delete(self, call: Call) -> dict[str, Any]:
        named = call.parts("MediaIds", most=MAX_DELETED) or call.parts("InputURLs", most=MAX_DELETED)
        if not named:
            raise missing("MediaIds", "InputURLs")
        by_id = bool(call.parts("MediaIds"))
        ids = {name: name if by_id else await self._id_at(name) for name in named}
        deleted = await self._library.delete([media_id for media_id in ids.values() if media_id is not None])
        if call.flag("DeletePhysicalFiles"):
            for address in deleted.objects:
                await self._objects.delete(address.bucket, address.key)
        return {
            "IgnoredList": [name for name in named if ids[name] not in deleted.media_ids],
            "ForbiddenList": [],
        }

    async def _id_at(self, url: str) -> str | None:
        try:
            asset = await self._library.find_by_object(object_address(url))
        except AddressError:
            return None
        return None if asset is None else asset.media_id
