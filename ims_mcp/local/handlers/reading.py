"""GetMediaInfo, BatchGetMediaInfos, ListMediaBasicInfos and GetPlayInfo."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, cast

from ims_mcp.local.handlers.assets import find_asset
from ims_mcp.local.identity import Identity
from ims_mcp.local.media_library.addresses import ObjectAddress
from ims_mcp.local.media_library.asset_library import Library
from ims_mcp.local.media_library.assets import (
    INIT,
    NORMAL,
    PREPARING,
    SOURCE_FILE,
    TRANSCODE_FILE,
    UPLOAD_FAIL,
    Asset,
    MediaFile,
)
from ims_mcp.local.media_library.stand_ins import SUFFIX, StandIns, describe_stand_ins
from ims_mcp.local.oss.signature_v1 import sign_url
from ims_mcp.local.rpc.call import Call, handles, refuse_unknown
from ims_mcp.local.rpc.service_errors import invalid, missing
from ims_mcp.local.uploads.sessions import VOD_BUCKET
from ims_mcp.local.wire_values import MOST, read_utc, write_beijing, write_utc

# There is one template here; that of sprites is only named.
_SPRITE_TEMPLATE_ID = "0" * 32


def name_sprite_job(media_id: str) -> str:
    """The id of the job that is said to have made an asset's sprite; of a job's id the asset's."""
    return media_id[::-1]


class MediaInfo:
    """Assets and files as answers show them: the fields of GetMediaInfo, of which other operations show fewer.

    ``seconds`` is the lifetime of the addresses in an answer, which are signed with a credential of the IMS's own for
    the endpoint it listens on now: stored state holds no port. A field that is None is not in there.
    """

    def __init__(self, signer: Identity, endpoint: Callable[[], str], region: str, clock: Callable[[], float]) -> None:
        self._signer = signer
        self._endpoint = endpoint
        self._region = region
        self._clock = clock

    def sign(self, address: ObjectAddress, seconds: int) -> str:
        """A path-style URL anybody can GET until it expires."""
        expires = int(self._clock()) + seconds
        return sign_url(self._endpoint(), address.bucket, address.key, self._signer, expires=expires)

    def describe_asset(self, asset: Asset, files: Sequence[MediaFile], seconds: int) -> dict[str, Any]:
        """MediaBasicInfo."""
        has_streams = any(file.file_type == TRANSCODE_FILE and file.status == NORMAL for file in files)
        return {
            "MediaId": asset.media_id,
            "InputURL": asset.input_url,
            "MediaType": asset.media_type,
            "BusinessType": asset.business_type,
            "Source": "vod" if asset.address.bucket == VOD_BUCKET else "oss",
            "Title": asset.title,
            "Description": asset.description,
            "Category": asset.category,
            "MediaTags": asset.media_tags,
            "CoverURL": self.find_cover_url(asset, seconds),
            "UserData": asset.user_data,
            "Snapshots": self._list_snapshots(asset, seconds),
            "Status": asset.status,
            "PrepareFailReason": asset.fail_reason,
            "CreateTime": write_utc(asset.created_at),
            "ModifiedTime": write_utc(asset.modified_at),
            "SpriteImages": self._describe_sprites(asset),
            "CateId": asset.cate_id,
            "CateName": asset.cate_name,
            "Biz": "ICE",
            "UploadSource": "general",
            "ReferenceId": asset.reference_id,
            "TranscodeStatus": "TranscodeSuccess" if has_streams else "Init",
        }

    def describe_files(self, files: Sequence[MediaFile], seconds: int) -> list[dict[str, Any]]:
        """FileInfoList: what is probed, and streams that could not be."""
        failed = (TRANSCODE_FILE, UPLOAD_FAIL)
        shown = (file for file in files if file.status == NORMAL or (file.file_type, file.status) == failed)
        return [self._describe_file(file, seconds) for file in shown]

    def find_cover_url(self, asset: Asset, seconds: int) -> str | None:
        """The address that was set, else that of the generated cover, signed for so many seconds."""
        if asset.cover_url or asset.pictures.cover is None:
            return asset.cover_url
        return self._sign_picture(asset, asset.pictures.cover, seconds)

    def _describe_file(self, file: MediaFile, seconds: int) -> dict[str, Any]:
        known: dict[str, Any] = file.details or {"FileBasicInfo": {"FileName": file.address.file_name}}
        basic = {
            **known["FileBasicInfo"],
            "FileStatus": file.status,
            "FailReason": file.fail_reason,
            "FileType": file.file_type,
            "FileUrl": self.sign(file.address, seconds),
            "Region": self._region,
            "CreateTime": write_utc(file.created_at),
            "ModifiedTime": write_utc(file.modified_at),
        }
        return {**known, "FileBasicInfo": basic}

    def _list_snapshots(self, asset: Asset, seconds: int) -> str | None:
        """A JSON list of addresses, as text."""
        urls = [self._sign_picture(asset, key, seconds) for key in asset.pictures.snapshots]
        return json.dumps(urls) if urls else None

    def _describe_sprites(self, asset: Asset) -> str | None:
        """A JSON list with one object that says where the sprites lie, as text; all its values are text, too."""
        if not asset.pictures.sprite_info:
            return None
        known = {
            "bucket": asset.address.bucket,
            "iceJobId": name_sprite_job(asset.media_id),
            "location": f"oss-{self._region}",
            "templateId": _SPRITE_TEMPLATE_ID,
        }
        return json.dumps([known | asset.pictures.sprite_info])

    def _sign_picture(self, asset: Asset, key: str, seconds: int) -> str:
        return self.sign(ObjectAddress(asset.address.bucket, key), seconds)


MAX_BATCH = 100
_ADDITIONS = frozenset({"FileInfo", "DynamicMetaData"})
_KNOWN = {
    "Source": frozenset({"oss", "vod", "live", "general"}),
    "BusinessType": frozenset({"general", "opening", "ending", "watermark", "subtitles", "font", "default", "cover"}),
}
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

    def __init__(self, library: Library, media_info: MediaInfo, stand_ins: StandIns) -> None:
        self._library = library
        self._media_info = media_info
        self._stand_ins = stand_ins

    @handles("GetMediaInfo")
    async def _get(self, call: Call) -> dict[str, Any]:
        """AI results are stand-ins, from a file beside the object; addresses are signed with V1 whatever OutputType
        says."""
        asset = await find_asset(self._library, call)
        infos = await self._describe_assets([asset], call.link_seconds, with_files=True)
        results = await self._stand_ins.find(asset.address)
        if results is None:
            return {"MediaInfo": infos[0]}
        url = None
        if not _wants_content(call):
            beside = ObjectAddress(asset.address.bucket, f"{asset.address.key}{SUFFIX}")
            url = self._media_info.sign(beside, call.link_seconds)
        return {"MediaInfo": {**infos[0], "AiRoughData": describe_stand_ins(results, asset.media_id, url)}}

    @handles("BatchGetMediaInfos")
    async def _get_several(self, call: Call) -> dict[str, Any]:
        """At most 100 ids; there is no DynamicMetaData to add."""
        media_ids = call.get_parts("MediaIds", most=MAX_BATCH)
        if not media_ids:
            raise missing("MediaIds")
        found = await self._library.find_all(media_ids)
        assets = [found[media_id] for media_id in media_ids if media_id in found]
        additions = call.get_parts("AdditionType")
        refuse_unknown("AdditionType", additions, _ADDITIONS)
        return {
            "MediaInfos": await self._describe_assets(assets, call.link_seconds, with_files="FileInfo" in additions),
            "IgnoredList": [media_id for media_id in media_ids if media_id not in found],
        }

    @handles("ListMediaBasicInfos")
    async def _list(self, call: Call) -> dict[str, Any]:
        """Whole; a NextToken is good for the same filters only."""
        for name, known in _KNOWN.items():
            call.get_known(name, known)
        filters = [(condition, call.get_text(name)) for name, condition in _FILTERS.items() if call.get_text(name)]
        descending = call.get_text("SortBy") != "asc"
        filters += _read_time_filters(call)
        digest = hashlib.sha256(json.dumps([filters, descending]).encode("ascii")).hexdigest()[:16]
        limit = call.get_integer("MaxResults") or _DEFAULT_PAGE
        after = _read_position(call.get_text("NextToken"), digest)
        page = await self._library.list_page(filters, after=after, descending=descending, limit=limit)
        infos = await self._describe_assets(
            page.assets, call.link_seconds, with_files=call.get_flag("IncludeFileBasicInfo"), sources_only=True
        )
        return {
            "MediaInfos": infos,
            "MaxResults": limit,
            "TotalCount": page.total,
            "NextToken": _write_token(page.assets[-1], digest) if page.more else None,
        }

    async def _describe_assets(
        self, assets: Sequence[Asset], seconds: int, *, with_files: bool, sources_only: bool = False
    ) -> list[dict[str, Any]]:
        files = await self._library.list_files([asset.media_id for asset in assets])
        # A registration may have ended between these two readings: an asset with its file is not being prepared.
        ended = [
            asset.media_id
            for asset in assets
            if asset.status in (INIT, PREPARING)
            and any(file.file_type == SOURCE_FILE and file.status == NORMAL for file in files[asset.media_id])
        ]
        if ended:
            found = await self._library.find_all(ended)
            assets = [found.get(asset.media_id, asset) for asset in assets]
        infos: list[dict[str, Any]] = []
        for asset in assets:
            of_asset = files[asset.media_id]
            shown = [file for file in of_asset if not sources_only or file.file_type == SOURCE_FILE]
            infos.append(
                {
                    "MediaId": asset.media_id,
                    "MediaBasicInfo": self._media_info.describe_asset(asset, of_asset, seconds),
                    "FileInfoList": self._media_info.describe_files(shown, seconds) if with_files else None,
                }
            )
        return infos

    @handles("GetPlayInfo")
    async def _get_play_info(self, call: Call) -> dict[str, Any]:
        """The source and the attached streams; no transcoding, encryption or CDN; a playlist is signed alone."""
        asset = await find_asset(self._library, call)
        seconds = call.link_seconds
        files = (await self._library.list_files([asset.media_id]))[asset.media_id]
        playable = [file for file in files if file.status == NORMAL and asset.media_type in ("video", "audio")]
        return {
            "MediaBase": self._describe_media_base(asset, seconds),
            "PlayInfoList": [self._describe_play_info(file, seconds) for file in playable],
        }

    def _describe_media_base(self, asset: Asset, seconds: int) -> dict[str, Any]:
        return {
            "MediaId": asset.media_id,
            "MediaType": asset.media_type,
            "Title": asset.title,
            "Description": asset.description,
            "MediaTags": asset.media_tags,
            "CateId": asset.cate_id,
            "CoverURL": self._media_info.find_cover_url(asset, seconds),
            "Status": asset.status,
            "CreationTime": write_beijing(asset.created_at),
        }

    def _describe_play_info(self, file: MediaFile, seconds: int) -> dict[str, Any]:
        basic: dict[str, str] = file.details["FileBasicInfo"]
        video: list[dict[str, str]] = file.details["VideoStreamInfoList"]
        shown = next((stream for stream in video if stream.get("Width")), basic)
        is_source = file.file_type == SOURCE_FILE
        return {
            "Bitrate": basic.get("Bitrate") or None,
            "CreationTime": write_utc(file.created_at),
            "ModificationTime": write_utc(file.modified_at),
            "Definition": file.definition or ("OD" if is_source else _name_definition(basic)),
            "HDRType": file.hdr_type,
            "Duration": basic.get("Duration") or None,
            "Encrypt": 0,
            "FileURL": file.input_url,
            "Format": file.address.extension or None,
            "Fps": shown.get("AvgFPS") or shown.get("Fps") or None,
            "Height": _read_integer(basic.get("Height")),
            "NarrowBandType": "0",
            "PlayURL": self._media_info.sign(file.address, seconds),
            "Size": _read_integer(basic.get("FileSize")),
            "Status": NORMAL,
            "StreamTags": file.stream_tags,
            "StreamType": "video" if basic.get("Width") else "audio",
            "TransTemplateType": None if is_source else "Normal",
            "Width": _read_integer(basic.get("Width")),
        }


def _wants_content(call: Call) -> bool:
    """ReturnDetailedInfo: whether AI results themselves are wanted, in place of an address of them."""
    given = call.arguments.get("ReturnDetailedInfo")
    fields: Any = json.loads(given) if isinstance(given, str) else given
    return isinstance(fields, dict) and cast("dict[str, Any]", fields).get("AiRoughData.StandardSmartTagJob") is True


def _read_time_filters(call: Call) -> list[tuple[str, Any]]:
    filters: list[tuple[str, Any]] = []
    # After StartTime, but at EndTime counts in: so the page says.
    for name, condition in (("StartTime", "a.created_at > ?"), ("EndTime", "a.created_at <= ?")):
        text = call.get_text(name)
        if text is not None:
            try:
                filters.append((condition, read_utc(text)))
            except ValueError:
                raise invalid(name, f"{text!r} is not a time of the form 2026-01-31T08:00:00Z") from None
    return filters


def _write_token(last: Asset, digest: str) -> str:
    """Opaque to clients: where the page ended, and for which listing."""
    position = json.dumps([last.created_at, last.sequence, digest]).encode("ascii")
    return base64.urlsafe_b64encode(position).decode("ascii")


def _read_position(token: str | None, digest: str) -> tuple[int, int] | None:
    if token is None:
        return None
    try:
        created_at, sequence, for_digest = json.loads(base64.urlsafe_b64decode(token.encode("ascii")))
        position = _check_whole(created_at), _check_whole(sequence)
    except (ValueError, TypeError, RecursionError):
        raise invalid("NextToken", "is not one that ListMediaBasicInfos gave out") from None
    if for_digest != digest:
        raise invalid("NextToken", "belongs to a listing with other filters or another order")
    return position


def _check_whole(value: Any) -> int:
    if not isinstance(value, int) or abs(value) > MOST:
        raise TypeError("no number of a row")
    return value


def _read_integer(text: str | None) -> int | None:
    return int(text) if text else None


def _name_definition(basic: dict[str, str]) -> str:
    if not basic.get("Width"):
        return "HQ" if float(basic.get("Bitrate") or 0) >= _HIGH_QUALITY_KBITS else "SQ"
    short_side = min(int(basic["Width"]), int(basic["Height"]))
    return next((name for name, most in _DEFINITIONS if short_side <= most), "4K")
