"""Assets and files as answers show them: the fields of GetMediaInfo, of which other operations show fewer."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from ims_mcp.local.identity import Identity
from ims_mcp.local.media_library.addresses import ObjectAddress
from ims_mcp.local.media_library.assets import NORMAL, TRANSCODE_FILE, UPLOAD_FAIL, Asset, MediaFile
from ims_mcp.local.oss.signature_v1 import signed_url
from ims_mcp.local.uploads.vod_storage import VOD_BUCKET
from ims_mcp.local.wire_values import utc_text

# There are no templates here; clients find one named all the same.
_SPRITE_TEMPLATE_ID = "0" * 32


class MediaUrls:
    """Signs with the IMS's own key pair, for the endpoint it listens on now: stored state holds no port."""

    def __init__(self, owner: Identity, endpoint: Callable[[], str], clock: Callable[[], float]) -> None:
        self._owner = owner
        self._endpoint = endpoint
        self._clock = clock

    def sign(self, address: ObjectAddress, lifetime_seconds: int) -> str:
        """A path-style URL anybody can GET until it expires."""
        expires = int(self._clock()) + lifetime_seconds
        return signed_url(self._endpoint(), address.bucket, address.key, self._owner, expires=expires)


class MediaInfo:
    """Builds the parts of an answer; ``seconds`` is the lifetime of the addresses in it. None means: not in there."""

    def __init__(self, urls: MediaUrls, region: str) -> None:
        self._urls = urls
        self._region = region

    def basic(self, asset: Asset, files: Sequence[MediaFile], seconds: int) -> dict[str, Any]:
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
            "CoverURL": self.cover_url(asset, seconds),
            "UserData": asset.user_data,
            "Snapshots": self._snapshots(asset, seconds),
            "Status": asset.status,
            "PrepareFailReason": asset.fail_reason,
            "CreateTime": utc_text(asset.created_at),
            "ModifiedTime": utc_text(asset.modified_at),
            "SpriteImages": self._sprite_images(asset),
            "CateId": asset.cate_id,
            "CateName": asset.cate_name,
            "Biz": "ICE",
            "UploadSource": "general",
            "ReferenceId": asset.reference_id,
            "TranscodeStatus": "TranscodeSuccess" if has_streams else "Init",
        }

    def files(self, files: Sequence[MediaFile], seconds: int) -> list[dict[str, Any]]:
        """FileInfoList: what is probed, and streams that could not be."""
        shown = (file for file in files if file.status == NORMAL or _is_failed_stream(file))
        return [self._file(file, seconds) for file in shown]

    def cover_url(self, asset: Asset, seconds: int) -> str | None:
        """The address that was set, else that of the generated cover, signed for so many seconds."""
        if asset.cover_url or asset.pictures.cover is None:
            return asset.cover_url
        return self._picture_url(asset, asset.pictures.cover, seconds)

    def _file(self, file: MediaFile, seconds: int) -> dict[str, Any]:
        known: dict[str, Any] = file.details or {"FileBasicInfo": {"FileName": file.address.file_name}}
        basic = {
            **known["FileBasicInfo"],
            "FileStatus": file.status,
            "FailReason": file.fail_reason,
            "FileType": file.file_type,
            "FileUrl": self._urls.sign(file.address, seconds),
            "Region": self._region,
            "CreateTime": utc_text(file.created_at),
            "ModifiedTime": utc_text(file.modified_at),
        }
        return {**known, "FileBasicInfo": basic}

    def _snapshots(self, asset: Asset, seconds: int) -> str | None:
        """A JSON list of addresses, as text."""
        urls = [self._picture_url(asset, key, seconds) for key in asset.pictures.snapshots]
        return json.dumps(urls) if urls else None

    def _sprite_images(self, asset: Asset) -> str | None:
        """A JSON list with one object that says where the sprites lie, as text; all its values are text, too."""
        if not asset.pictures.sprite_info:
            return None
        known = {
            "bucket": asset.address.bucket,
            "iceJobId": uuid.uuid5(uuid.NAMESPACE_OID, asset.media_id).hex,
            "location": f"oss-{self._region}",
            "templateId": _SPRITE_TEMPLATE_ID,
        }
        return json.dumps([known | asset.pictures.sprite_info])

    def _picture_url(self, asset: Asset, key: str, seconds: int) -> str:
        return self._urls.sign(ObjectAddress(asset.address.bucket, key), seconds)


def _is_failed_stream(file: MediaFile) -> bool:
    return file.file_type == TRANSCODE_FILE and file.status == UPLOAD_FAIL
