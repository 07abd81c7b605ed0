"""GetMediaInfo, BatchGetMediaInfos, ListMediaBasicInfos and GetPlayInfo."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from ims_mcp.local.handlers.assets import asset_of
from ims_mcp.local.handlers.media_info import MediaInfo, MediaUrls
from ims_mcp.local.media_library.asset_library import Library
from ims_mcp.local.media_library.assets import NORMAL, SOURCE_FILE, Asset, MediaFile
from ims_mcp.local.rpc.call import Call, handles
from ims_mcp.local.rpc.service_errors import invalid, missing
from ims_mcp.local.uploads.vod_storage import VOD_BUCKET
from ims_mcp.local.wire_values import MOST, beijing_text, epoch_seconds, utc_text

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
# Definition -> largest short side in pixels.
_DEFINITIONS = (("FD", 360), ("LD", 540), ("SD", 720), ("HD", 1080), ("2K", 1440))
_HIGH_QUALITY_KBITS = 192.0


class LibraryReading:
    """Everything an asset's owner reads of it."""

    def __init__(self, library: Library, media_info: MediaInfo, urls: MediaUrls) -> None:
        self._library = library
        self._media_info = media_info
        self._urls = urls

    @handles("GetMediaInfo")
    async def _get(self, call: Call) -> dict[str, Any]:
        """Without AI results; addresses are signed with V1 whatever OutputType says."""
        asset = await asset_of(self._library, call)
        infos = await self._infos([asset], call.link_seconds, with_files=True)
        return {"MediaInfo": infos[0]}

    @handles("BatchGetMediaInfos")
    async def _get_several(self, call: Call) -> dict[str, Any]:
        """At most 100 ids."""
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

    @handles("ListMediaBasicInfos")
    async def _list(self, call: Call) -> dict[str, Any]:
        """Whole; a NextToken is good for the same filters only."""
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

    @handles("GetPlayInfo")
    async def _get_play_info(self, call: Call) -> dict[str, Any]:
        """The source and the attached streams; there is no transcoding, encryption or CDN."""
        asset = await asset_of(self._library, call)
        seconds = call.link_seconds
        files = (await self._library.files([asset.media_id]))[asset.media_id]
        playable = [file for file in files if file.status == NORMAL and asset.media_type in ("video", "audio")]
        return {
            "MediaBase": self._media_base(asset, seconds),
            "PlayInfoList": [self._play_info(file, seconds) for file in playable],
        }

    def _media_base(self, asset: Asset, seconds: int) -> dict[str, Any]:
        return {
            "MediaId": asset.media_id,
            "MediaType": asset.media_type,
            "Title": asset.title,
            "Description": asset.description,
            "MediaTags": asset.media_tags,
            "CateId": asset.cate_id,
            "CoverURL": self._media_info.cover_url(asset, seconds),
            "Status": asset.status,
            "CreationTime": beijing_text(asset.created_at),
        }

    def _play_info(self, file: MediaFile, seconds: int) -> dict[str, Any]:
        basic: dict[str, str] = file.details["FileBasicInfo"]
        video: list[dict[str, str]] = file.details["VideoStreamInfoList"]
        shown = next((stream for stream in video if stream.get("Width")), basic)
        is_source = file.file_type == SOURCE_FILE
        return {
            "Bitrate": basic.get("Bitrate") or None,
            "CreationTime": utc_text(file.created_at),
            "ModificationTime": utc_text(file.modified_at),
            "Definition": file.definition or ("OD" if is_source else _definition(basic)),
            "HDRType": file.hdr_type,
            "Duration": basic.get("Duration") or None,
            "Encrypt": 0,
            "FileURL": file.input_url,
            "Format": file.address.extension or None,
            "Fps": shown.get("AvgFPS") or shown.get("Fps") or None,
            "Height": _integer(basic.get("Height")),
            "NarrowBandType": "0",
            "PlayURL": self._urls.sign(file.address, seconds),
            "Size": _integer(basic.get("FileSize")),
            "Status": NORMAL,
            "StreamTags": file.stream_tags,
            "StreamType": "video" if basic.get("Width") else "audio",
            "TransTemplateType": None if is_source else "Normal",
            "Width": _integer(basic.get("Width")),
        }


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


def _integer(text: str | None) -> int | None:
    return int(text) if text else None


def _definition(basic: dict[str, str]) -> str:
    if not basic.get("Width"):
        return "HQ" if float(basic.get("Bitrate") or 0) >= _HIGH_QUALITY_KBITS else "SQ"
    short_side = min(int(basic["Width"]), int(basic["Height"]))
    return next((name for name, most in _DEFINITIONS if short_side <= most), "4K")
