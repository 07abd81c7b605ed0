"""The steps of one transfer, in the order that loses nothing: write down first, then do, and never do twice."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from ims_mcp.catalogue import get_operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.client.oss import Credentials, OssUploader, OwnStorage, Source, UploadTarget, show_path
from ims_mcp.client.oss.explanation import EXISTS_STEP
from ims_mcp.errors import ServiceError
from ims_mcp.summaries.values import as_object, as_objects
from ims_mcp.workflows.local_files import FileRefused
from ims_mcp.workflows.transfers.credentials import UploadCredentials, another_upload, target_of
from ims_mcp.workflows.transfers.transfer import VOD, Transfer, TransferError, own_place
from ims_mcp.workflows.waiting import same_object

_EXTENSION = re.compile(r"[A-Za-z0-9]{1,16}")
_TYPES = {
    "video": "mp4 ts 3gp mpg mpeg mpe dat vob asf avi wmv flv f4v rm rmvb mov mkv m3u8 dv m2t m4v mj2 mjpeg mts qt swf "
    "webm",
    "audio": "mp3 wma wav aac ra m4a flac ape ac3 amr caf acm ogg",
    "image": "gif webp png jpg jpeg heic",
    "text": "srt vtt ass ttf ttc fon",
}


@dataclass(frozen=True, slots=True)
class Hooks:
    """What a run tells while it goes: ``save`` writes the transfer down, ``sent`` counts bytes, ``keep`` says whether
    a cancelled upload is going to be resumed."""

    save: Callable[[Transfer], Awaitable[None]]
    sent: Callable[[int, int], Awaitable[None]]
    keep: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class TransferSteps:
    """Runs a transfer from wherever it stopped to the state ``processing``, after which only the service works."""

    client: ImsClient
    uploader: OssUploader
    storage: OwnStorage

    async def run(self, transfer: Transfer, source: Source, hooks: Hooks) -> None:
        """Raises ImsError. Every step is written down before the next begins.

        ``source`` was opened before the first of them: whatever its path names meanwhile, nothing else is sent.
        """
        if transfer.destination == VOD:
            await self._into_vod(transfer, source, hooks)
        else:
            await self._into_own_bucket(transfer, source, hooks)
        transfer.state = "processing"
        await hooks.save(transfer)

    async def take_back(self, transfer: Transfer) -> None:
        """Abort what lies half sent in OSS. Raises ImsError where that is not known to have worked."""
        if transfer.uploaded or not transfer.target:
            return
        target, credentials = await self._destination(transfer)
        await self.uploader.abort(target, credentials, transfer_id=transfer.id)

    async def _into_vod(self, transfer: Transfer, source: Source, hooks: Hooks) -> None:
        if not transfer.target:
            answer = await self._created(transfer, source)
            target = target_of(answer)
            transfer.media_id = str(answer.get("MediaId", ""))
            transfer.target = {"bucket": target.bucket, "key": target.key, "url": str(answer.get("FileURL", ""))}
            transfer.state = "uploading"
            await hooks.save(transfer)
            credentials = UploadCredentials(self.client, transfer.media_id, answer)
        elif transfer.uploaded:
            return
        else:
            target, credentials = await self._renewed(transfer)
        await self._upload(transfer, source, target, credentials, hooks)

    async def _into_own_bucket(self, transfer: Transfer, source: Source, hooks: Hooks) -> None:
        if not transfer.uploaded:
            target = await self.storage.target(*own_place(transfer.destination, transfer.path))
            if not transfer.target:
                if transfer.kind == "media" and "MediaType" not in transfer.arguments:
                    _check_type_is_known(target.key)
                # Asked before anything is sent, and told to OSS again with every request that makes the object.
                if await self.uploader.exists(target, self.storage.credential):
                    raise FileRefused(f"{target} exists already and is not overwritten.", next_step=EXISTS_STEP)
                transfer.target = {"bucket": target.bucket, "key": target.key}
                transfer.state = "uploading"
                await hooks.save(transfer)
            await self._upload(transfer, source, target, self.storage.credential, hooks)
        transfer.state = "registering"
        await hooks.save(transfer)
        await self._register(transfer)

    async def _upload(
        self, transfer: Transfer, source: Source, target: UploadTarget, credentials: Credentials, hooks: Hooks
    ) -> None:
        now = source.identity
        if not transfer.is_of(now.size, now.mtime_ns, now.inode):
            raise TransferError(
                f"{show_path(source.path)} is not the file this transfer began with: it has changed since.",
                next_step="What was sent is taken back: upload the file anew.",
            )
        done = await self.uploader.upload(
            source,
            target,
            credentials,
            transfer_id=transfer.id,
            progress=hooks.sent,
            keep_when_cancelled=hooks.keep,
        )
        transfer.uploaded = {
            "size_bytes": done.size_bytes,
            "seconds": round(done.seconds, 2),
            "parts": done.parts,
            "parts_resent": done.parts_resent,
            "parts_taken_over": done.parts_skipped,
        }
        await hooks.save(transfer)

    async def _created(self, transfer: Transfer, source: Source) -> Mapping[str, Any]:
        """The service's answer with id, address and credential."""
        name = PurePath(transfer.path)
        arguments = transfer.arguments
        if transfer.kind == "stream":
            sent = {k: arguments[k] for k in ("MediaId", "Definition", "HDRType", "UserData") if k in arguments}
            sent["FileExtension"] = extension(name.suffix) or "mp4"
            return (await self.client.call(get_operation("CreateUploadStream"), sent)).data
        meta = {k: arguments[k] for k in ("Description", "CateId", "CoverURL") if k in arguments}
        meta |= {"Title": arguments.get("Title") or shortened(name.stem, 128)}
        meta |= {"BusinessType": arguments.get("BusinessType", "general")}
        if "MediaTags" in arguments:
            meta["Tags"] = arguments["MediaTags"]
        sent = {
            "FileInfo": {
                "Type": arguments.get("MediaType") or media_type(name.suffix),
                "Name": shortened(name.stem, 128),
                "Ext": extension(name.suffix) or "bin",
                "Size": source.size,
            },
            "MediaMetaData": meta,
        }
        if "UserData" in arguments:
            sent["UserData"] = arguments["UserData"]
        return (await self.client.call(get_operation("CreateUploadMedia"), sent)).data

    async def _renewed(self, transfer: Transfer) -> tuple[UploadTarget, UploadCredentials]:
        """A fresh credential for an upload that was begun before; the old one was never written down."""
        reply = await self.client.call(get_operation("RefreshUploadMedia"), {"MediaId": transfer.media_id})
        target = target_of(reply.data)
        if (target.bucket, target.key) != (transfer.target["bucket"], transfer.target["key"]):
            raise another_upload(transfer.media_id)
        return target, UploadCredentials(self.client, transfer.media_id, reply.data)

    async def _destination(self, transfer: Transfer) -> tuple[UploadTarget, Credentials]:
        if transfer.destination == VOD:
            return await self._renewed(transfer)
        return await self.storage.target(transfer.target["bucket"], transfer.target["key"]), self.storage.credential

    async def _register(self, transfer: Transfer) -> None:
        address = address_of(transfer)
        arguments = {**transfer.arguments, "InputURL": address}
        if transfer.kind == "media":
            operation = get_operation("RegisterMediaInfo")
            # The token was written down before the first try: a repeat after a crash is the same call.
            reply = await self.client.call(operation, {**arguments, "ClientToken": transfer.client_token})
            transfer.media_id = str(reply.data.get("MediaId", ""))
            return
        transfer.media_id = str(arguments["MediaId"])
        # This operation takes no token: whether an earlier try got through is seen from the asset itself.
        if not await self._attached(transfer):
            kept = {k: v for k, v in arguments.items() if k in ("MediaId", "InputURL", "StreamTags", "UserData")}
            await self.client.call(get_operation("RegisterMediaStream"), kept)

    async def is_gone(self, transfer: Transfer) -> bool:
        """Whether what an arrived transfer made was deleted since. Raises ImsError where that cannot be seen."""
        try:
            urls = await self._file_urls(transfer.media_id)
        except ServiceError as error:
            if error.is_not_found:
                return True
            raise
        # By the key alone: in VOD storage the host may be that of a CDN.
        key = transfer.target.get("key", "")
        return transfer.kind == "stream" and not any(unquote(urlsplit(url).path).endswith(f"/{key}") for url in urls)

    async def _attached(self, transfer: Transfer) -> bool:
        address = address_of(transfer)
        return any(same_object(url, address) for url in await self._file_urls(transfer.media_id))

    async def _file_urls(self, media_id: str) -> list[str]:
        reply = await self.client.call(get_operation("GetMediaInfo"), {"MediaId": media_id})
        files = as_objects(as_object(reply.data.get("MediaInfo")).get("FileInfoList"))
        return [str(as_object(row.get("FileBasicInfo")).get("FileUrl", "")) for row in files]


def address_of(transfer: Transfer) -> str:
    """The file's address as the service knows it. Raises KeyError before there is one."""
    if url := transfer.target.get("url"):
        return url
    # Letters and blanks stay as they are; what would be read as an escape, a query or the end of a line does not.
    key = transfer.target["key"]
    kept = key.rstrip()
    escaped = "".join(quote(c) if c in "%?#" or not c.isprintable() else c for c in kept) + quote(key[len(kept) :])
    return f"oss://{transfer.target['bucket']}/{escaped}"


def extension(suffix: str) -> str:
    """``.mp4`` -> ``mp4``; empty where it is nothing the service would take for one."""
    found = suffix.removeprefix(".")
    return found if _EXTENSION.fullmatch(found) else ""


def media_type(suffix: str) -> str:
    """FileInfo.Type of a file name's extension: video, audio, image, text or other."""
    wanted = suffix.lower().removeprefix(".")
    return next((name for name, suffixes in _TYPES.items() if wanted in suffixes.split()), "other")


def _check_type_is_known(key: str) -> None:
    # Found out before the file is sent, and not when it is registered.
    if media_type(PurePath(key).suffix) == "other":
        raise FileRefused(
            "What kind of media this is cannot be told from the file's extension.",
            next_step="Call again with MediaType: video, audio, image or text.",
        )


def shortened(text: str, max_bytes: int) -> str:
    """The text cut to what fits, at a character."""
    return text.encode("utf-8", "replace")[:max_bytes].decode("utf-8", "ignore")
