"""The files that hold object data: written once under a unique name, unlinked when nothing needs them.

None is changed but the one of an appendable object, which grows behind the end that its row knows.

A blob is written as ``NAME.part`` and renamed when it is whole; only then may a row of the store name it. A process
killed at any moment leaves at most files that no row names, and :meth:`Blobs.sweep` removes those. Nothing is fsynced:
a killed process loses nothing, a power cut may lose the last moments, as the store says of itself.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shutil
import sqlite3
import sys
import threading
import uuid
from base64 import b64encode
from collections.abc import AsyncIterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio.to_thread

from ims_mcp.crc64 import combine_crc64, crc64
from ims_mcp.local.data_dir import sweep

# One hop to a thread per batch: small enough to stay flat in memory, large enough that the hop costs nothing.
BATCH_BYTES = 512 * 1024
_UNFINISHED = ".part"
_OWN_NAME = re.compile(r"[0-9a-f]{32}(\.part)?")


@dataclass(frozen=True, slots=True)
class Blob:
    """A whole file in the blob directory."""

    name: str
    size_bytes: int
    md5: bytes
    """16 bytes; of a multipart object the MD5 over the MD5s of its parts, of an appendable one over its appends."""
    crc64: int

    @property
    def content_md5(self) -> str:
        """Base64, as in a Content-MD5 header."""
        return b64encode(self.md5).decode("ascii")

    @property
    def etag(self) -> str:
        """Upper-case hexadecimal, unquoted."""
        return self.md5.hex().upper()

    def to_row(self) -> dict[str, Any]:
        """Its columns in the store. A CRC does not fit SQLite's signed integers."""
        return {"blob": self.name, "size_bytes": self.size_bytes, "md5": self.md5, "crc64": str(self.crc64)}

    @classmethod
    def from_row(cls, row: sqlite3.Row) -> Blob:
        """What :meth:`to_row` made."""
        return cls(row["blob"], row["size_bytes"], row["md5"], int(row["crc64"]))


class Blobs:
    """File work runs in threads, in batches; memory does not grow with the size of a blob."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def locate(self, name: str) -> Path:
        """Where a blob lies."""
        return self._directory / name

    async def receive(self, chunks: AsyncIterable[bytes]) -> Blob:
        """Write what arrives. Receiving goes on while the batch before is hashed and written."""
        writer = await anyio.to_thread.run_sync(_Writer, self._directory)
        writing: asyncio.Task[None] | None = None
        batch: list[bytes] = []
        held_bytes = 0
        try:
            async for chunk in chunks:
                batch.append(chunk)
                held_bytes += len(chunk)
                if held_bytes >= BATCH_BYTES:
                    if writing is not None:
                        await writing
                    writing = asyncio.create_task(anyio.to_thread.run_sync(writer.write, batch))
                    batch, held_bytes = [], 0
            if writing is not None:
                await writing
            return await anyio.to_thread.run_sync(writer.finish, batch)
        except BaseException:
            writer.discard()
            if writing is not None:
                # It may still be running, or have failed because of the discard: its outcome no longer matters.
                writing.cancel()
                await asyncio.gather(writing, return_exceptions=True)
            raise

    async def copy(self, source: Path, start: int, length: int) -> Blob:
        """A blob of ``length`` bytes of another file."""

        def work() -> Blob:
            with source.open("rb") as file:
                file.seek(start)
                return self._write(_read(file.fileno(), length))

        return await anyio.to_thread.run_sync(work)

    async def take(self, source: Path) -> Blob:
        """Move a whole file in. Where it cannot be renamed (another file system) it is copied and unlinked."""

        def work() -> Blob:
            name = uuid.uuid4().hex
            with source.open("rb") as file:
                size_bytes = os.fstat(file.fileno()).st_size
                md5, crc, taken_bytes = hashlib.md5(usedforsecurity=False), 0, 0
                for block in _read(file.fileno(), size_bytes):
                    md5.update(block)
                    crc = crc64(crc, block)
                    taken_bytes += len(block)
            self._directory.mkdir(parents=True, exist_ok=True)
            unfinished = self.locate(name + _UNFINISHED)
            shutil.move(source, unfinished)
            unfinished.rename(self.locate(name))
            return Blob(name, taken_bytes, md5.digest(), crc)

        return await anyio.to_thread.run_sync(work)

    async def duplicate(self, blob: Blob) -> Blob:
        """The same data under a second name: a hard link, or a copy where the file system has none."""

        def work() -> Blob:
            name = uuid.uuid4().hex
            try:
                os.link(self.locate(blob.name), self.locate(name))
            except FileNotFoundError:
                raise
            except OSError:
                shutil.copyfile(self.locate(blob.name), self.locate(name + _UNFINISHED))
                self.locate(name + _UNFINISHED).rename(self.locate(name))
            return Blob(name, blob.size_bytes, blob.md5, blob.crc64)

        return await anyio.to_thread.run_sync(work)

    async def merge(self, parts: Sequence[Blob]) -> Blob:
        """One blob of several in a row, joined inside the kernel where it can. Raises FileNotFoundError."""

        def work() -> Blob:
            name = uuid.uuid4().hex
            unfinished = self.locate(name + _UNFINISHED)
            try:
                with unfinished.open("xb", buffering=0) as target:
                    for part in parts:
                        _append(self.locate(part.name), part.size_bytes, target.fileno())
                unfinished.rename(self.locate(name))
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
            # Over the texts, not the bytes: so does OSS (and not S3).
            md5 = hashlib.md5("".join(part.etag for part in parts).encode(), usedforsecurity=False)
            crc = combine_crc64((part.crc64, part.size_bytes) for part in parts)
            return Blob(name, sum(part.size_bytes for part in parts), md5.digest(), crc)

        return await anyio.to_thread.run_sync(work)

    async def extend(self, blob: Blob, tail: Blob) -> Blob:
        """The blob with the data of another behind its own, under its own name. Raises FileNotFoundError.

        It counts once a row says so: what an extension that never counted left behind its end goes with the next.
        """

        def work() -> Blob:
            with self.locate(blob.name).open("r+b", buffering=0) as target:
                target.truncate(blob.size_bytes)
                target.seek(blob.size_bytes)
                _append(self.locate(tail.name), tail.size_bytes, target.fileno())
            md5 = hashlib.md5(blob.md5 + tail.md5, usedforsecurity=False).digest()
            crc = combine_crc64([(blob.crc64, blob.size_bytes), (tail.crc64, tail.size_bytes)])
            return Blob(blob.name, blob.size_bytes + tail.size_bytes, md5, crc)

        return await anyio.to_thread.run_sync(work)

    async def discard(self, names: Sequence[str]) -> None:
        """Unlink what no row names any more. Readers that have a file open keep what they read."""
        if names:
            await anyio.to_thread.run_sync(self._unlink, names)

    async def sweep(self, wanted: frozenset[str]) -> int:
        """Unlink all but ``wanted``; how many went. Only for the start: it would take uploads under way, too."""

        def work() -> int:
            self._directory.mkdir(parents=True, exist_ok=True)
            return sweep(self._directory, _OWN_NAME, wanted)

        return await anyio.to_thread.run_sync(work)

    def _unlink(self, names: Sequence[str]) -> None:
        for name in names:
            # Where an open file cannot be unlinked (Windows) the next sweep takes it.
            with suppress(OSError):
                self.locate(name).unlink(missing_ok=True)

    def _write(self, blocks: Iterator[bytes]) -> Blob:
        writer = _Writer(self._directory)
        try:
            for block in blocks:
                writer.write([block])
            return writer.finish([])
        except BaseException:
            writer.discard()
            raise


class _Writer:
    """One blob in the making. Locked: a request that is cancelled discards it while a thread still writes."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._name = uuid.uuid4().hex
        self._path = directory / self._name
        self._unfinished = directory / (self._name + _UNFINISHED)
        self._file = self._unfinished.open("xb", buffering=0)
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._crc64 = 0
        self._size_bytes = 0
        self._lock = threading.Lock()

    def write(self, batch: Sequence[bytes]) -> None:
        with self._lock:
            data = b"".join(batch)
            self._md5.update(data)
            self._crc64 = crc64(self._crc64, data)
            view = memoryview(data)
            while view:
                view = view[self._file.write(view) :]
            self._size_bytes += len(data)

    def finish(self, batch: Sequence[bytes]) -> Blob:
        if batch:
            self.write(batch)
        with self._lock:
            self._file.close()
            self._unfinished.rename(self._path)
        return Blob(self._name, self._size_bytes, self._md5.digest(), self._crc64)

    def discard(self) -> None:
        with self._lock:
            self._file.close()
            self._unfinished.unlink(missing_ok=True)
            self._path.unlink(missing_ok=True)


def _read(descriptor: int, length: int) -> Iterator[bytes]:
    while length > 0 and (block := os.read(descriptor, min(BATCH_BYTES, length))):
        length -= len(block)
        yield block


def _append(source: Path, size_bytes: int, target: int) -> None:
    with source.open("rb", buffering=0) as file:
        left = size_bytes
        if sys.platform == "linux":
            with suppress(OSError):  # not on every file system: what is left is copied below
                while left and (done := os.copy_file_range(file.fileno(), target, left)):
                    left -= done
        while left and (block := file.read(min(BATCH_BYTES, left))):
            view = memoryview(block)
            while view:
                view = view[os.write(target, view) :]
            left -= len(block)
        if left:
            raise OSError(f"{left} bytes of a part are missing on disk")
