"""GetPlayInfo."""

from __future__ import annotations

from typing import Any

from ims_mcp.catalogue import get_operation
from ims_mcp.local.handlers.addressing import asset_of
from ims_mcp.local.handlers.media_info import MediaInfo
from ims_mcp.local.media_library.asset_library import Library
from ims_mcp.local.media_library.assets import NORMAL, SOURCE_FILE, Asset, MediaFile
from ims_mcp.local.media_library.media_urls import MediaUrls
from ims_mcp.local.rpc.call import Call, Service
from ims_mcp.local.timestamps import beijing_text, utc_text

# Definition -> largest short side in pixels.
_DEFINITIONS = (("FD", 360), ("LD", 540), ("SD", 720), ("HD", 1080), ("2K", 1440))
_HIGH_QUALITY_KBITS = 192.0


class Playback:
    """The source and the attached streams, as far as they play."""

    def __init__(self, library: Library, media_info: MediaInfo, urls: MediaUrls) -> None:
        self._library = library
        self._media_info = media_info
        self._urls = urls

    @property
    def services(self) -> tuple[Service, ...]:
        return (Service(get_operation("GetPlayInfo"), self._get),)

    async def _get(self, call: Call) -> dict[str, Any]:
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
            "PlayURL": self._urls.signed(file.address, seconds),
            "Size": _integer(basic.get("FileSize")),
            "Status": NORMAL,
            "StreamTags": file.stream_tags,
            "StreamType": "video" if basic.get("Width") else "audio",
            "TransTemplateType": None if is_source else "Normal",
            "Width": _integer(basic.get("Width")),
        }


def _integer(text: str | None) -> int | None:
    return int(text) if text else None


def _definition(basic: dict[str, str]) -> str:
    if not basic.get("Width"):
        return "HQ" if float(basic.get("Bitrate") or 0) >= _HIGH_QUALITY_KBITS else "SQ"
    short_side = min(int(basic["Width"]), int(basic["Height"]))
    return next((name for name, most in _DEFINITIONS if short_side <= most), "4K")
