"""An object that is replaced while it is being probed: what was found in the old data never counts."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest

from ims_mcp.local.media.media_worker import MediaWorker
from ims_mcp.local.media.pictures import PictureOptions
from ims_mcp.local.media.playlist import StoredPiece
from ims_mcp.local.media.probe import Probe
from ims_mcp.local.media_library import assets
from ims_mcp.local.media_library.addresses import ObjectAddress
from ims_mcp.local.media_library.asset_library import Library
from ims_mcp.local.media_library.assets import MediaFile
from ims_mcp.local.media_library.registration import Registrar
from ims_mcp.local.oss import objects as oss
from ims_mcp.local.store import Store
from ims_mcp.local.uploads.sessions import UploadSessions

ADDRESS = ObjectAddress("outin-test", "sv/a.mp4")
ASSET = {
    "input_url": str(ADDRESS),
    "media_type": "video",
    "business_type": "general",
    "title": "t",
    "wishes": PictureOptions().to_json(),
}


class HeldWorker(MediaWorker):
    """Says of a file how large it is. The first probe waits until it is let go, and says whether it got that far."""

    def __init__(self) -> None:
        super().__init__()
        self.first_began = anyio.Event()
        self.let_go = anyio.Event()
        self.first_ended = False
        self._is_first = True

    async def probe(self, path: Path, name: str, pieces: Sequence[StoredPiece] = ()) -> Probe:
        size_bytes = (await anyio.Path(path).stat()).st_size
        found = Probe("audio", {"FileName": name, "FileSize": str(size_bytes)})
        if self._is_first:
            self._is_first = False
            self.first_began.set()
            await self.let_go.wait()
            self.first_ended = True
        return found


@dataclass(frozen=True, slots=True)
class Parts:
    objects: oss.Objects
    media: Library
    registrar: Registrar
    sessions: UploadSessions
    directory: Path

    async def bring(self, content: bytes) -> bool:
        """Store new data at ADDRESS and tell of it."""
        source = self.directory / "source"
        source.write_bytes(content)
        await self.objects.put_file(ADDRESS.bucket, ADDRESS.key, source)
        return await self.sessions.take(ADDRESS)

    async def file(self, media_id: str) -> MediaFile:
        return (await self.media.list_files([media_id]))[media_id][0]


@asynccontextmanager
async def running(directory: Path, worker: MediaWorker) -> AsyncGenerator[Parts]:
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(Store(directory, schema=assets.SCHEMA + oss.SCHEMA))
        objects, library = oss.Objects(store, directory), Library(store, time.time)
        registrar = Registrar(
            library, objects, worker, work_dir=directory / "work", processing_delay_seconds=0.0, clock=time.time
        )
        await stack.enter_async_context(registrar)
        yield Parts(objects, library, registrar, UploadSessions(objects, registrar, time.time), directory)


@pytest.mark.anyio
async def test_probing_the_old_data_is_given_up(tmp_path: Path) -> None:
    worker = HeldWorker()
    with anyio.fail_after(60):
        async with running(tmp_path, worker) as parts:
            opened = await parts.sessions.open_asset(ADDRESS, ASSET)
            assert opened.file_id is not None
            assert await parts.bring(b"old")
            await worker.first_began.wait()
            assert await parts.bring(b"newer")
            await parts.registrar.wait_until_idle(opened.file_id)
            worker.let_go.set()
            await parts.registrar.wait_until_idle(opened.file_id)
            file = await parts.file(opened.media_id)
            assert (file.status, file.details["FileBasicInfo"]["FileSize"]) == ("Normal", "5")
            assert not worker.first_ended


@pytest.mark.anyio
async def test_a_result_that_comes_after_new_data_is_not_taken(tmp_path: Path) -> None:
    """As a process does that had the result in hand when the new data came."""
    with anyio.fail_after(60):
        async with running(tmp_path, HeldWorker()) as parts:
            opened = await parts.sessions.open_asset(ADDRESS, ASSET)
            assert opened.file_id is not None
            assert await parts.bring(b"old")
            outdated = await parts.media.find_pending_file(opened.file_id)
            assert outdated is not None
            assert await parts.bring(b"newer")
            assert not await parts.media.finish(outdated, {"FileBasicInfo": {"FileSize": "3"}}, None)
            assert not await parts.media.fail(outdated, "too late")
            assert (await parts.file(opened.media_id)).fail_reason is None


@pytest.mark.anyio
async def test_the_same_data_is_taken_once(tmp_path: Path) -> None:
    with anyio.fail_after(60):
        async with running(tmp_path, HeldWorker()) as parts:
            await parts.sessions.open_asset(ADDRESS, ASSET)
            assert await parts.bring(b"old")
            assert not await parts.sessions.take(ADDRESS)
            assert not await parts.sessions.take(ObjectAddress(ADDRESS.bucket, "sv/b.mp4"))
