"""GetMediaInfo, BatchGetMediaInfos and ListMediaBasicInfos."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from ims_mcp.catalogue import get_operation
from ims_mcp.local.handlers.addressing import asset_of
from ims_mcp.local.handlers.media_info import MediaInfo
from ims_mcp.local.media_library.asset_library import Library
from ims_mcp.local.media_library.assets import SOURCE_FILE, Asset
from ims_mcp.local.numbers import MOST
from ims_mcp.local.rpc.call import Call, Service
from ims_mcp.local.rpc.service_errors import invalid, missing
from ims_mcp.local.timestamps import epoch_seconds
from ims_mcp.local.uploads.vod_storage import VOD_BUCKET

MAX_BATCH = 100
_DEFAULT_PAGE = 10
# Argument -> condition on the columns of media_asset. Times are whole seconds, as CreateTime shows them.
_FILTERS = {
    "MediaId": "a.media_id = ?",
    "MediaType": "a.media_type = ?",
    "BusinessType": "a.business_type = ?",
    "Status": "a.status = ?",
    "Source": f"CASE a.bucket WHEN '{VOD_BUCKET}' THEN 'vod' ELSE 'oss' END = ?",
}


class LibraryReading:
    """Everything an asset's owner reads of it."""

    def __init__(self, library: Library, media_info: MediaInfo) -> None:
        self._library = library
        self._media_info = media_info

    @property
    def services(self) -> tuple[Service, ...]:
        return (
            Service(get_operation("GetMediaInfo"), self._get),
            Service(get_operation("BatchGetMediaInfos"), self._get_several),
            Service(get_operation("ListMediaBasicInfos"), self._list),
        )

    async def _get(self, call: Call) -> dict[str, Any]:
        asset = await asset_of(self._library, call)
        infos = await self._infos([asset], call.link_seconds, with_files=True)
        return {"MediaInfo": infos[0]}

    async def _get_several(self, call: Call) -> dict[str, Any]:
        media_ids = call.parts("MediaIds", most=MAX_BATCH)
        if not media_ids:
            raise missing("MediaIds")
        found = await self._library.find_all(media_ids)
        assets = [found[media_id] for media_id in media_ids if media_id in found]
        with_files = "FileInfo" in call.parts("AdditionType")
        return {
            "MediaInfos": await self._infos(assets, call.link_seconds, with_files=with_files),
            "IgnoredList": [media_id for media_id in media_ids if media_id not in found],
        }

    async def _list(self, call: Call) -> dict[str, Any]:
        filters = [(condition, call.text(name)) for name, condition in _FILTERS.items() if call.text(name)]
        descending = call.text("SortBy") != "asc"
        filters += _time_filters(call)
        digest = hashlib.sha256(json.dumps([filters, descending]).encode("ascii")).hexdigest()[:16]
        limit = call.integer("MaxResults") or _DEFAULT_PAGE
        after = _position(call.text("NextToken"), digest)
        page = await self._library.page(filters, after=after, descending=descending, limit=limit)
        infos = await self._infos(
            page.assets, call.link_seconds, with_files=call.flag("IncludeFileBasicInfo"), sources_only=True
        )
        return {
            "MediaInfos": infos,
            "MaxResults": limit,
            "TotalCount": page.total,
            "NextToken": _token(page.assets[-1], digest) if page.more else None,
        }

    async def _infos(
        self, assets: Sequence[Asset], seconds: int, *, with_files: bool, sources_only: bool = False
    ) -> list[dict[str, Any]]:
        files = await self._library.files([asset.media_id for asset in assets])
        infos: list[dict[str, Any]] = []
        for asset in assets:
            of_asset = files[asset.media_id]
            shown = [file for file in of_asset if not sources_only or file.file_type == SOURCE_FILE]
            infos.append(
                {
                    "MediaId": asset.media_id,
                    "MediaBasicInfo": self._media_info.basic(asset, of_asset, seconds),
                    "FileInfoList": self._media_info.files(shown, seconds) if with_files else None,
                }
            )
        return infos


def _time_filters(call: Call) -> list[tuple[str, Any]]:
    filters: list[tuple[str, Any]] = []
    # After StartTime, but at EndTime counts in: so the page says.
    for name, condition in (("StartTime", "a.created_at > ?"), ("EndTime", "a.created_at <= ?")):
        text = call.text(name)
        if text is not None:
            try:
                filters.append((condition, epoch_seconds(text)))
            except ValueError:
                raise invalid(name, f"{text!r} is not a time of the form 2026-01-31T08:00:00Z") from None
    return filters


def _token(last: Asset, digest: str) -> str:
    """Opaque to clients: where the page ended, and for which listing."""
    position = json.dumps([last.created_at, last.sequence, digest]).encode("ascii")
    return base64.urlsafe_b64encode(position).decode("ascii")


def _position(token: str | None, digest: str) -> tuple[int, int] | None:
    if token is None:
        return None
    try:
        created_at, sequence, for_digest = json.loads(base64.urlsafe_b64decode(token.encode("ascii")))
        position = _whole(created_at), _whole(sequence)
    except (ValueError, TypeError, RecursionError):
        raise invalid("NextToken", "is not one that ListMediaBasicInfos gave out") from None
    if for_digest != digest:
        raise invalid("NextToken", "belongs to a listing with other filters or another order")
    return position


def _whole(value: Any) -> int:
    if not isinstance(value, int) or abs(value) > MOST:
        raise TypeError("no number of a row")
    return value
