"""The run of one transfer, its steps in the order that loses nothing: write down first, do then, and never twice."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import anyio
import anyio.to_thread

from ims_mcp.catalogue import get_operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.client.oss.errors import EXISTS_STEP
from ims_mcp.client.oss.journal import UploadJournal
from ims_mcp.client.oss.parts import ByteCounter
from ims_mcp.client.oss.source import Source, show_path
from ims_mcp.client.oss.target import Credentials, OwnStorage, UploadTarget
from ims_mcp.client.oss.uploader import OssUploader
from ims_mcp.errors import ImsError, InvalidArguments, Problem, ServiceError
from ims_mcp.summaries.values import as_object, as_objects
from ims_mcp.workflows.local_files import FileRefused
from ims_mcp.workflows.transfers.credentials import UploadCredentials, read_target, renew_upload
from ims_mcp.workflows.transfers.store import VOD, TransferError, TransferRecord, locate_object
from ims_mcp.workflows.waiting import is_same_object

_EXTENSION = re.compile(r"[A-Za-z0-9]{1,16}")
_TYPES = {
    "video": "mp4 ts 3gp mpg mpeg mpe dat vob asf avi wmv flv f4v rm rmvb mov mkv m3u8 dv m2t m4v mj2 mjpeg mts qt swf "
    "webm",
    "audio": "mp3 wma wav aac ra m4a flac ape ac3 amr caf acm ogg",
    "image": "gif webp png jpg jpeg heic",
    "text": "srt vtt ass ttf ttc fon",
}
MEDIA_SUFFIXES = frozenset(suffix for suffixes in _TYPES.values() for suffix in suffixes.split())
"""Of files that become assets, in small letters."""


VOD_STREAM_ARGUMENTS, OWN_STREAM_ARGUMENTS = ("Definition", "HDRType"), ("StreamTags",)
"""Of a rendition: what only CreateUploadStream takes, for VOD storage, and only RegisterMediaStream, for a bucket."""


@dataclass(slots=True)
class ActiveTransfer:
    """A transfer that this process works on."""

    record: TransferRecord
    journal: UploadJournal
    counter: ByteCounter = field(default_factory=ByteCounter)
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    stopped: anyio.Event = field(default_factory=anyio.Event)
    cancelled: bool = False
    """By its user: then it is taken back. One that stops with the server is kept, and resumed later."""
    waiting: int = 0
    """Calls that take the transfer with them when they are cancelled, unless another one waits, too."""
    problem: ImsError | None = None
    """Why it stopped before its end."""

    async def save(self) -> None:
        """Write the record down. Raises TransferRefused."""
        await anyio.to_thread.run_sync(self.journal.save, asdict(self.record))


@dataclass(frozen=True, slots=True)
class TransferRunner:
    """Runs a transfer from wherever it stopped to the state ``processing``, after which only the service works."""

    client: ImsClient
    uploader: OssUploader
    storage: OwnStorage

    async def run(self, active: ActiveTransfer, source: Source) -> None:
        """Raises ImsError. Every step is written down before the next begins.

        ``source`` was opened before the first of them: whatever its path names meanwhile, nothing else is sent.
        """
        if active.record.destination == VOD:
            await self._run_into_vod(active, source)
        else:
            await self._run_into_own_bucket(active, source)
        active.record.state = "processing"
        await active.save()

    async def take_back(self, record: TransferRecord, journal: UploadJournal) -> None:
        """Abort what lies half sent in OSS. Raises ImsError where that is not known to have worked."""
        if record.uploaded or not record.target:
            return
        target, credentials = await self._find_destination(record)
        await self.uploader.abort(target, credentials, journal)

    async def _run_into_vod(self, active: ActiveTransfer, source: Source) -> None:
        record = active.record
        if record.uploaded:
            return
        if record.target:
            target, credentials = await self._renew_upload(record)
        else:
            answer = await self.create_upload(record)
            target = read_target(answer)
            record.media_id = str(answer.get("MediaId", ""))
            record.target = {"bucket": target.bucket, "key": target.key, "url": str(answer.get("FileURL", ""))}
            record.state = "uploading"
            await active.save()
            credentials = UploadCredentials(self.client, record.media_id, answer)
        await self._upload(active, source, target, credentials)

    async def _run_into_own_bucket(self, active: ActiveTransfer, source: Source) -> None:
        record = active.record
        if not record.uploaded:
            target = await self.storage.locate(*locate_object(record.destination, record.path))
            if not record.target:
                if record.kind == "media" and "MediaType" not in record.arguments:
                    check_type_is_known(target.key)
                # Asked before anything is sent, and told to OSS again with every request that makes the object.
                if await self.uploader.exists(target, self.storage.get_credential):
                    raise FileRefused(f"{target} exists already and is not overwritten.", next_step=EXISTS_STEP)
                record.target = {"bucket": target.bucket, "key": target.key}
                record.state = "uploading"
                await active.save()
            await self._upload(active, source, target, self.storage.get_credential)
        record.state = "registering"
        await active.save()
        await self.register(record)

    async def _upload(
        self, active: ActiveTransfer, source: Source, target: UploadTarget, credentials: Credentials
    ) -> None:
        record, now = active.record, source.identity
        if not record.is_of(now.size, now.mtime_ns, now.inode):
            raise TransferError(
                f"{show_path(source.path)} is not the file this transfer began with: it has changed since.",
                next_step="What was sent is taken back: upload the file anew.",
            )
        done = await self.uploader.upload(
            source,
            target,
            credentials,
            active.journal,
            counter=active.counter,
            keep_when_cancelled=lambda: not active.cancelled,
        )
        record.uploaded = {
            "size_bytes": done.size_bytes,
            "seconds": round(done.seconds, 2),
            "parts": done.parts,
            "parts_resent": done.parts_resent,
            "parts_taken_over": done.parts_skipped,
        }
        await active.save()

    async def create_upload(self, record: TransferRecord) -> Mapping[str, Any]:
        """The service's answer with id, address and credential. A size of 0 is one that nobody knows yet."""
        name = PurePath(record.path)
        arguments = record.arguments
        if record.kind == "stream":
            sent = {k: arguments[k] for k in ("MediaId", *VOD_STREAM_ARGUMENTS, "UserData") if k in arguments}
            sent["FileExtension"] = read_extension(name.suffix) or "mp4"
            return (await self.client.call(get_operation("CreateUploadStream"), sent)).data
        meta = {k: arguments[k] for k in ("Description", "CateId", "CoverURL") if k in arguments}
        meta |= {"Title": arguments.get("Title") or cut_to_bytes(name.stem, 128)}
        meta |= {"BusinessType": arguments.get("BusinessType", "general")}
        if "MediaTags" in arguments:
            meta["Tags"] = arguments["MediaTags"]
        sent = {
            "FileInfo": {
                "Type": arguments.get("MediaType") or guess_media_type(name.suffix),
                "Name": cut_to_bytes(name.stem, 128),
                "Ext": read_extension(name.suffix) or "bin",
                **({"Size": record.size_bytes} if record.size_bytes else {}),
            },
            "MediaMetaData": meta,
        }
        if "UserData" in arguments:
            sent["UserData"] = arguments["UserData"]
        return (await self.client.call(get_operation("CreateUploadMedia"), sent)).data

    async def _renew_upload(self, record: TransferRecord) -> tuple[UploadTarget, UploadCredentials]:
        """A fresh credential for an upload that was begun before; the old one was never written down."""
        answer = await renew_upload(self.client, record.media_id, record.target["bucket"], record.target["key"])
        return read_target(answer), UploadCredentials(self.client, record.media_id, answer)

    async def _find_destination(self, record: TransferRecord) -> tuple[UploadTarget, Credentials]:
        if record.destination == VOD:
            return await self._renew_upload(record)
        return await self.storage.locate(record.target["bucket"], record.target["key"]), self.storage.get_credential

    async def register(self, record: TransferRecord) -> None:
        """Make the object of a bucket of one's own an asset, or a stream of one: its id is in the record then. Nothing
        is registered twice. Raises ImsError."""
        address = read_address(record)
        arguments = {**record.arguments, "InputURL": address}
        if record.kind == "media":
            operation = get_operation("RegisterMediaInfo")
            # The token was written down before the first try: a repeat after a crash is the same call.
            reply = await self.client.call(operation, {**arguments, "ClientToken": record.client_token})
            record.media_id = str(reply.data.get("MediaId", ""))
            return
        record.media_id = str(arguments["MediaId"])
        # This operation takes no token: whether an earlier try got through is seen from the asset itself.
        if not await self._is_attached(record):
            kept = {
                k: v for k, v in arguments.items() if k in ("MediaId", "InputURL", *OWN_STREAM_ARGUMENTS, "UserData")
            }
            await self.client.call(get_operation("RegisterMediaStream"), kept)

    async def is_registered(self, record: TransferRecord) -> bool:
        """Whether :meth:`register` has got through before. Raises ImsError where that cannot be seen."""
        if record.kind == "stream":
            record.media_id = str(record.arguments["MediaId"])
            return await self._is_attached(record)
        try:
            await self.client.call(get_operation("GetMediaInfo"), {"InputURL": read_address(record)})
        except ServiceError as error:
            if error.is_not_found:
                return False
            raise
        return True

    async def is_gone(self, record: TransferRecord) -> bool:
        """Whether what an arrived transfer made was deleted since. Raises ImsError where that cannot be seen."""
        try:
            urls = await self._list_file_urls(record.media_id)
        except ServiceError as error:
            if error.is_not_found:
                return True
            raise
        # By the key alone: in VOD storage the host may be that of a CDN.
        key = record.target.get("key", "")
        return record.kind == "stream" and not any(unquote(urlsplit(url).path).endswith(f"/{key}") for url in urls)

    async def _is_attached(self, record: TransferRecord) -> bool:
        address = read_address(record)
        return any(is_same_object(url, address) for url in await self._list_file_urls(record.media_id))

    async def _list_file_urls(self, media_id: str) -> list[str]:
        reply = await self.client.call(get_operation("GetMediaInfo"), {"MediaId": media_id})
        files = as_objects(as_object(reply.data.get("MediaInfo")).get("FileInfoList"))
        return [str(as_object(row.get("FileBasicInfo")).get("FileUrl", "")) for row in files]


def guard_upload(
    client: ImsClient, kind: str, destination: str, arguments: Mapping[str, Any], *, confirmed: bool = False
) -> None:
    """Raises Refused where ``client`` may not make of an upload what it is to be, before anything of it is sent.
    ``confirmed``: somebody has agreed to it.

    A bucket of one's own is written to past the client, so past its rules; and transfers go on in the background with
    a client that has the account's rights, not those of whoever began them.
    """
    if destination == VOD:
        creating = get_operation("CreateUploadMedia" if kind == "media" else "CreateUploadStream")
        client.guard(creating, arguments, confirmed=confirmed)
        return
    operation = get_operation("RegisterMediaInfo" if kind == "media" else "RegisterMediaStream")
    client.guard(operation, {**arguments, "InputURL": destination}, confirmed=confirmed)


def check_stream_arguments(destination: str, arguments: Mapping[str, Any]) -> None:
    """Raises InvalidArguments for those of a rendition that would have no effect with this destination."""
    is_vod = destination == VOD
    idle = [name for name in (OWN_STREAM_ARGUMENTS if is_vod else VOD_STREAM_ARGUMENTS) if name in arguments]
    if is_vod:
        text = "has no effect with destination vod: only a rendition in a bucket of your own is registered with it"
        step = "Leave it out and give Definition, or give destination oss://bucket/prefix/."
    else:
        text = "has no effect with a bucket of your own: only a rendition in the storage of IMS is made with it"
        step = 'Leave it out and give StreamTags, such as {"quality": "480p"}, or leave out destination.'
    if idle:
        raise InvalidArguments("upload_stream", [Problem(name, text) for name in idle], next_step=step)


def read_address(record: TransferRecord) -> str:
    """The file's address as the service knows it. Raises KeyError before there is one."""
    if url := record.target.get("url"):
        return url
    return write_address(record.target["bucket"], record.target["key"])


def write_address(bucket: str, key: str) -> str:
    """``oss://bucket/key`` as the service takes it."""
    # Letters and blanks stay as they are; what would be read as an escape, a query or the end of a line does not.
    kept = key.rstrip()
    escaped = "".join(quote(c) if c in "%?#" or not c.isprintable() else c for c in kept) + quote(key[len(kept) :])
    return f"oss://{bucket}/{escaped}"


def read_extension(suffix: str) -> str:
    """``.mp4`` -> ``mp4``; empty where it is nothing the service would take for one."""
    found = suffix.removeprefix(".")
    return found if _EXTENSION.fullmatch(found) else ""


def guess_media_type(suffix: str) -> str:
    """FileInfo.Type of a file name's extension: video, audio, image, text or other."""
    wanted = suffix.lower().removeprefix(".")
    return next((name for name, suffixes in _TYPES.items() if wanted in suffixes.split()), "other")


def check_type_is_known(key: str) -> None:
    """Found out before the file is sent, and not when it is registered. Raises FileRefused."""
    if guess_media_type(PurePath(key).suffix) == "other":
        raise FileRefused(
            "What kind of media this is cannot be told from the file's extension.",
            next_step="Call again with MediaType: video, audio, image or text.",
        )


def cut_to_bytes(text: str, max_bytes: int) -> str:
    """The text cut to what fits, at a character."""
    return text.encode("utf-8", "replace")[:max_bytes].decode("utf-8", "ignore")
