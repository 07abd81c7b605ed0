"""The work behind a registration: probe the file, make its pictures, and say how it ended. It survives a restart."""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from ims_mcp.errors import LocalImsError
from ims_mcp.local.background import BackgroundTasks
from ims_mcp.local.data_dir import sweep
from ims_mcp.local.disk import explain_failure
from ims_mcp.local.media.media_file import UnreadableMedia
from ims_mcp.local.media.media_worker import MediaWorker
from ims_mcp.local.media.pictures import Pictures
from ims_mcp.local.media.playlist import StoredPiece, read_playlist_file
from ims_mcp.local.media.probe import Probe
from ims_mcp.local.media_library.addresses import ObjectAddress
from ims_mcp.local.media_library.asset_library import Library
from ims_mcp.local.media_library.assets import SOURCE_FILE, Asset, MediaFile, StoredPictures
from ims_mcp.local.oss.objects import MAX_KEY_BYTES, Objects, StoredObject

PICTURE_PREFIX = "ims-pictures/"
# An object may be replaced while it is read: that often it is read anew.
_ATTEMPTS = 3
_AT_ONCE = 8
_OWN_NAME = re.compile(r"[0-9a-f]{32}")
_log = logging.getLogger(__name__)


class Registrar:
    """One task a pending file. What has to be done stands in the library, so a new process goes on where one ended.

    An async context manager: entering takes up what is pending, leaving abandons what runs until the next start.
    """

    def __init__(
        self,
        library: Library,
        objects: Objects,
        worker: MediaWorker,
        *,
        work_dir: Path,
        processing_delay_seconds: float,
        clock: Callable[[], float],
    ) -> None:
        self._library = library
        self._objects = objects
        self._worker = worker
        self._work_dir = work_dir
        self._delay_seconds = processing_delay_seconds
        self._clock = clock
        self._tasks = BackgroundTasks()
        self._latest: dict[int, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def __aenter__(self) -> Self:
        # Pictures that a killed process had not stored yet.
        self._work_dir.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(sweep, self._work_dir, _OWN_NAME)
        for file in await self._library.list_pending():
            self.begin(file.file_id, file.due_at)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._tasks.stop()

    def read_clock(self) -> float:
        """The clock of the local IMS, in epoch seconds."""
        return self._clock()

    def choose_due_time(self) -> float:
        """When a file that is accepted now should be ready, at the earliest."""
        return self._clock() + self._delay_seconds

    def begin(self, file_id: int, due_at: float) -> None:
        """Take up a pending file. Returns at once. Work on an earlier object of the same file is given up."""
        earlier = self._latest.get(file_id)
        task = self._tasks.start(self._follow(file_id, due_at, earlier), f"registering file {file_id}")
        self._latest[file_id] = task
        task.add_done_callback(lambda done: self._forget(file_id, done))

    async def wait_until_idle(self, file_id: int) -> None:
        """Returns when nothing is being done about the file any more."""
        while task := self._latest.get(file_id):
            await asyncio.wait([task])

    def _forget(self, file_id: int, task: asyncio.Task[None]) -> None:
        if self._latest.get(file_id) is task:
            del self._latest[file_id]

    async def _follow(self, file_id: int, due_at: float, earlier: asyncio.Task[None] | None) -> None:
        if earlier is not None:
            # Both would write pictures under the same names.
            earlier.cancel()
            await asyncio.wait([earlier])
        await self._sleep_until(due_at - self._delay_seconds / 2)
        file = await self._library.find_pending_file(file_id)
        if file is None:
            return
        try:
            if file.file_type == SOURCE_FILE:
                await self._library.mark_preparing(file.media_id)
            await self._sleep_until(due_at)
            async with self._slots:
                await self._finish(file)
        except (UnreadableMedia, LocalImsError) as error:
            await self._fail(file, str(error))
        except Exception as error:
            await self._fail(file, explain_failure(error, f"registering {file.address}", "process the file"))

    async def _sleep_until(self, moment: float) -> None:
        # The clock may have been set back since: neither half of the delay takes longer than it does.
        await asyncio.sleep(min(max(0.0, moment - self._clock()), self._delay_seconds / 2))

    async def _finish(self, file: MediaFile) -> None:
        asset = await self._library.find(file.media_id)
        if asset is None:
            return
        if file.file_type == SOURCE_FILE and asset.media_type == "other":
            stored = await self.stat(file.address)
            await self._library.finish(file, _describe_unread(file.address, stored), None)
            return
        stored, pieces, probe = await self._probe(file)
        pictures = None
        if file.file_type == SOURCE_FILE and asset.media_type == "video" and probe.kind == "video":
            pictures = await self._make_pictures(asset, stored, pieces)
        if not await self._library.finish(file, probe.to_file_info(), pictures) and pictures is not None:
            for key in pictures.keys:
                await self._objects.delete(file.address.bucket, key)

    async def _fail(self, file: MediaFile, reason: str) -> None:
        _log.warning("%s cannot be used: %s", file.address, reason)
        await self._library.fail(file, reason)

    async def _probe(self, file: MediaFile) -> tuple[StoredObject, list[StoredPiece], Probe]:
        for attempt in range(_ATTEMPTS):
            stored = await self.stat(file.address)
            try:
                pieces = await self.find_pieces(file.address, stored)
                return stored, pieces, await self._worker.probe(stored.path, file.address.file_name, pieces)
            except UnreadableMedia:
                if attempt == _ATTEMPTS - 1 or (await self.stat(file.address)).path == stored.path:
                    raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def find_pieces(self, address: ObjectAddress, stored: StoredObject) -> list[StoredPiece]:
        """The objects beside a playlist that it names; none where it is no playlist. Raises UnreadableMedia."""
        if address.extension != "m3u8":
            return []
        named = await asyncio.to_thread(read_playlist_file, stored.path)
        folder = address.key.removesuffix(address.file_name)
        pieces: list[StoredPiece] = []
        for piece in named or ():
            key = folder + piece.name
            fits = len(key.encode("utf-8")) <= MAX_KEY_BYTES
            found = await self._objects.stat(address.bucket, key) if fits else None
            if found is None:
                raise UnreadableMedia(f"The playlist names {piece.name}, which is not beside it in the bucket.")
            pieces.append(StoredPiece(found.path, piece.seconds))
        return pieces

    async def stat(self, address: ObjectAddress) -> StoredObject:
        """The object as it is now. Raises UnreadableMedia where there is none."""
        stored = await self._objects.stat(address.bucket, address.key)
        if stored is None:
            raise UnreadableMedia(f"The object {address} does not exist.")
        return stored

    async def _make_pictures(
        self, asset: Asset, stored: StoredObject, pieces: list[StoredPiece]
    ) -> StoredPictures | None:
        options = asset.options
        if not (options.cover or options.snapshots or options.sprite):
            return None
        directory = self._work_dir / uuid.uuid4().hex
        directory.mkdir(mode=0o700)
        try:
            pictures = await self._worker.make_pictures(stored.path, directory, options, pieces)
            return await self._store(asset, pictures)
        except UnreadableMedia as unreadable:
            _log.warning("%s gets no pictures: %s", asset.address, unreadable)
            return None
        finally:
            await asyncio.to_thread(shutil.rmtree, directory, ignore_errors=True)

    async def _store(self, asset: Asset, pictures: Pictures) -> StoredPictures:
        """Into the asset's own bucket, under names that are the same when it is done again."""
        prefix = f"{PICTURE_PREFIX}{asset.media_id}/"
        for path in pictures.files:
            await self._objects.put_file(asset.address.bucket, prefix + path.name, path, content_type="image/jpeg")
        sprite = pictures.sprite
        return StoredPictures(
            cover=None if pictures.cover is None else prefix + pictures.cover.name,
            snapshots=tuple(prefix + path.name for path in pictures.snapshots),
            sprites=() if sprite is None else tuple(prefix + path.name for path in (*sprite.cells, *sprite.sheets)),
            sprite_info={}
            if sprite is None
            else {
                "count": str(len(sprite.cells)),
                "snapshotRegular": f"{prefix}cell-{{Count}}.jpg",
                "spriteRegular": f"{prefix}sprite-{{TileCount}}.jpg",
                "tileCount": str(len(sprite.sheets)),
            },
        )


def _describe_unread(address: ObjectAddress, stored: StoredObject) -> dict[str, Any]:
    """One element of FileInfoList for a file that need not be media."""
    return {"FileBasicInfo": {"FileName": address.file_name, "FileSize": str(stored.size_bytes)}}
