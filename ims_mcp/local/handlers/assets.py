"""RegisterMediaInfo, RegisterMediaStream, UpdateMediaInfo and DeleteMediaInfos, and how a call names its asset."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from ims_mcp.local.media.pictures import PictureOptions
from ims_mcp.local.media_library.addresses import (
    AddressError,
    ObjectAddress,
    VodAddress,
    drop_query,
    guess_media_type,
    read_object_address,
)
from ims_mcp.local.media_library.asset_library import Library
from ims_mcp.local.media_library.assets import Asset
from ims_mcp.local.media_library.registration import Registrar
from ims_mcp.local.oss.objects import Objects
from ims_mcp.local.rpc.call import Call, handles
from ims_mcp.local.rpc.service_errors import invalid, media_not_found, missing, unsupported
from ims_mcp.local.wire_values import write_utc

MAX_DELETED = 20
# Parameter -> column. What a registration is given can be changed later, and Category besides.
_GIVEN = {
    "Description": "description",
    "MediaTags": "media_tags",
    "CoverURL": "cover_url",
    "UserData": "user_data",
    "ReferenceId": "reference_id",
}
_CHANGED = {**_GIVEN, "Title": "title", "Category": "category", "BusinessType": "business_type"}


class AssetChanges:
    """What makes, changes and deletes assets. A registration is accepted at once and left to the registrar."""

    def __init__(self, library: Library, registrar: Registrar, objects: Objects) -> None:
        self._library = library
        self._registrar = registrar
        self._objects = objects

    @handles("RegisterMediaInfo")
    async def _register_asset(self, call: Call) -> dict[str, Any]:
        """Without AI analysis, workflows and vod:// addresses; a playlist (m3u8) by the MPEG-TS pieces beside it;
        NotifyAddress and SearchLibName have no effect."""
        if call.get_text("SmartTagTemplateId"):
            raise unsupported("AI analysis: leave SmartTagTemplateId out")
        if call.get_text("WorkflowId"):
            raise unsupported("workflows: leave WorkflowId out")
        address = read_address_argument(call)
        media_type = call.get_text("MediaType") or guess_media_type(address.extension)
        if media_type is None:
            raise invalid("MediaType", f"cannot be told from the name {address.file_name!r}: give it")
        due_at = self._registrar.choose_due_time()
        columns: dict[str, Any] = {column: call.get_text(name) for name, column in _GIVEN.items()}
        columns |= {
            "input_url": drop_query(call.get_text("InputURL") or ""),
            "media_type": media_type,
            "business_type": call.get_text("BusinessType") or "general",
            "title": call.get_text("Title") or write_utc(self._registrar.read_clock()),
            "cate_id": read_category(call),
            "wishes": _read_options(call).to_json(),
        }
        registered = await self._library.register(
            address,
            columns,
            due_at=due_at,
            overwrite=call.get_flag("Overwrite"),
            client_token=call.get_text("ClientToken"),
            call_digest=_digest(call),
        )
        if registered.file_id is not None:
            self._registrar.begin(registered.file_id, due_at)
        return {"MediaId": registered.media_id}

    @handles("RegisterMediaStream")
    async def _register_stream(self, call: Call) -> dict[str, Any]:
        """Whole; probed as an asset is."""
        media_id = call.require_text("MediaId")
        address = read_address_argument(call)
        due_at = self._registrar.choose_due_time()
        columns = {
            "input_url": drop_query(call.get_text("InputURL") or ""),
            "stream_tags": call.get_text("StreamTags"),
            "user_data": call.get_text("UserData"),
        }
        file_id = await self._library.add_stream(media_id, address, columns, due_at=due_at)
        self._registrar.begin(file_id, due_at)
        return {"MediaId": media_id}

    @handles("UpdateMediaInfo")
    async def _update(self, call: Call) -> dict[str, Any]:
        """Whole; an empty text changes nothing."""
        asset = await find_asset(self._library, call)
        columns: dict[str, Any] = {
            column: call.get_text(name) for name, column in _CHANGED.items() if call.get_text(name) is not None
        }
        if call.get_integer("CateId") is not None:
            columns["cate_id"] = read_category(call)
        await self._library.update(asset.media_id, columns, append_tags=call.get_flag("AppendTags"))
        return {"MediaId": asset.media_id}

    @handles("DeleteMediaInfos")
    async def _delete(self, call: Call) -> dict[str, Any]:
        """Whole; pictures of an asset are deleted with its physical files only."""
        named = call.get_parts("MediaIds", most=MAX_DELETED) or call.get_parts("InputURLs", most=MAX_DELETED)
        if not named:
            raise missing("MediaIds", "InputURLs")
        by_id = bool(call.get_parts("MediaIds"))
        ids = {name: name if by_id else await self._find_id(name) for name in named}
        deleted = await self._library.delete([media_id for media_id in ids.values() if media_id is not None])
        if call.get_flag("DeletePhysicalFiles"):
            for address in deleted.objects:
                await self._objects.delete(address.bucket, address.key)
        return {"IgnoredList": [name for name in named if ids[name] not in deleted.media_ids], "ForbiddenList": []}

    async def _find_id(self, url: str) -> str | None:
        try:
            asset = await self._library.find_by_object(read_object_address(url))
        except AddressError:
            return None
        return None if asset is None else asset.media_id


def read_address_argument(call: Call, name: str = "InputURL") -> ObjectAddress:
    """The object an address argument names. Raises RpcFault for a VOD, foreign or malformed address."""
    url = call.get_text(name)
    if url is None:
        raise missing(name)
    try:
        return read_object_address(url)
    except VodAddress:
        raise unsupported(f"ApsaraVideo VOD: {name} has to name an object in OSS") from None
    except AddressError as error:
        raise invalid(name, str(error)) from None


async def find_asset(library: Library, call: Call) -> Asset:
    """The asset of MediaId or, where that is not given, of InputURL. Raises RpcFault where there is none."""
    media_id = call.get_text("MediaId")
    if media_id is not None:
        asset = await library.find(media_id)
    elif call.get_text("InputURL") is not None:
        asset = await library.find_by_object(read_address_argument(call))
    else:
        raise missing("MediaId", "InputURL")
    if asset is None:
        raise media_not_found(media_id or drop_query(call.get_text("InputURL") or ""))
    return asset


def read_category(call: Call) -> int | None:
    """CateId; None for no category, which is what ids below 1 say."""
    cate_id = call.get_integer("CateId")
    return cate_id if cate_id is not None and cate_id > 0 else None


def _read_options(call: Call) -> PictureOptions:
    config: dict[str, Any] = json.loads(call.get_text("RegisterConfig") or "{}")
    cover: dict[str, Any] = config.get("CoverConfig") or {}
    return PictureOptions(
        sprite=_is_wanted(config.get("NeedSprite")),
        snapshots=_is_wanted(config.get("NeedSnapshot")),
        cover=call.get_text("CoverURL") is None,
        cover_at_seconds=float(cover["StartTime"]) if "StartTime" in cover else None,
    )


def _is_wanted(value: Any) -> bool:
    # The page writes the text "false"; JSON's own false is meant as well.
    return str(value).lower() != "false"


def _digest(call: Call) -> str:
    """What has to be equal for a repeated ClientToken to be the same call."""
    arguments = {name: value for name, value in call.arguments.items() if name != "ClientToken"}
    return hashlib.sha256(json.dumps(arguments, sort_keys=True).encode("ascii")).hexdigest()
