"""Small objects of one bucket of one's own, over connections that stay open: what a job is kept in."""

from __future__ import annotations

import weakref
from collections.abc import AsyncGenerator, AsyncIterable, Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import anyio

from ims_mcp.client.oss.errors import OssFailure, explain_kept
from ims_mcp.client.oss.target import OwnStorage
from ims_mcp.client.oss.uploader import OssUploader
from ims_mcp.client.retry import FailureKind

if TYPE_CHECKING:  # they import oss2
    from ims_mcp.client.oss.oss_client import OssClient, SignedBucket

_AT_ONCE = 8
_MOST_MOVES = 20
"""So often an object may have grown between two tries to append to it."""

T = TypeVar("T")


class BucketObjects:
    """All methods raise UploadError, and what the credentials raise."""

    def __init__(self, uploader: OssUploader, storage: OwnStorage, bucket: str) -> None:
        self._uploader = uploader
        self._storage = storage
        self._bucket = bucket
        self._oss: OssClient | None = None
        self._opening = anyio.Lock()
        self._lengths: dict[str, int] = {}

    async def read(self, key: str) -> bytes | None:
        """All of an object; None where there is none."""
        from ims_mcp.client.oss.object_requests import read_object

        return await self._ask(key, "reading it", lambda bucket: read_object(bucket, key))

    async def put(self, key: str, content: bytes) -> None:
        """In place of what is there."""
        from ims_mcp.client.oss.object_requests import put_object

        await self._ask(key, "writing it", lambda bucket: put_object(bucket, key, content))

    async def put_parts(self, key: str, parts: AsyncIterable[bytes]) -> None:
        """In place of what is there, at once at the end. Parts have 100 KiB at least, but for the last."""
        from ims_mcp.client.oss.object_requests import LongObject

        what, made = "writing it", LongObject(key)
        await self._ask(key, what, made.begin)
        try:
            async for part in parts:
                await self._ask(key, what, lambda bucket, part=part: made.add(bucket, part))
            await self._ask(key, what, made.complete)
        except BaseException:
            with anyio.CancelScope(shield=True), anyio.move_on_after(5.0), suppress(Exception):
                await self._ask(key, what, made.abort)
            raise

    async def append(self, key: str, content: bytes) -> None:
        """Behind what is there; one at a time for a key. Where an answer is lost, it may stand there twice."""
        from ims_mcp.client.oss.object_requests import append_object

        for _ in range(_MOST_MOVES):
            position = self._lengths.get(key, 0)
            done, self._lengths[key] = await self._ask(
                key, "appending to it", lambda bucket, at=position: append_object(bucket, key, at, content)
            )
            if done:
                return
        moved = OssFailure(FailureKind.FINAL, "somebody else appends to it all the time", what="appending to it")
        raise explain_kept(moved, f"oss://{self._bucket}/{key}")

    async def list_sizes(self, prefix: str) -> dict[str, int]:
        """Keys that begin so, in order, with their bytes."""
        from ims_mcp.client.oss.object_requests import list_objects

        return await self._ask(prefix, "listing it", lambda bucket: list_objects(bucket, prefix))

    async def list_pages(self, prefix: str) -> AsyncGenerator[dict[str, int]]:
        """The same, up to 1,000 at a time."""
        from ims_mcp.client.oss.object_requests import list_page

        marker = ""
        while True:
            page, marker = await self._ask(prefix, "listing it", partial(list_page, prefix=prefix, marker=marker))
            yield page
            if not marker:
                return

    async def _ask(self, key: str, what: str, request: Callable[[SignedBucket], T]) -> T:
        oss = await self._open()
        try:
            return await oss.ask(what, request)
        except OssFailure as failure:
            failure.what = failure.what or what
            raise explain_kept(failure, f"oss://{self._bucket}/{key}") from None

    async def _open(self) -> OssClient:
        async with self._opening:
            if self._oss is None:
                # The key of the target is not used: each request names its own.
                target = (await self._storage.locate(self._bucket, "-")).require_usable()
                self._oss = await self._uploader.make_client(target, self._storage.get_credential, _AT_ONCE)
                # Nobody says when a job's place is not needed any more.
                weakref.finalize(self, self._oss.close)
            return self._oss
