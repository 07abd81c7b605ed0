"""A bulk job kept in a folder."""

from __future__ import annotations

import errno
import os
import secrets
import time
from collections.abc import AsyncIterable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar

import anyio.to_thread

from ims_mcp.foreign_text import plain
from ims_mcp.workflows.bulk.place import PlaceError

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_PATIENCE_SECONDS = 2.0
_LOOK_SECONDS = 0.01

T = TypeVar("T")


class FolderPlace:
    """See :class:`ims_mcp.workflows.bulk.place.JobPlace`. ``folder`` is absolute, and made by the first writing.

    What is appended is on the disk when that returns, not only with the system: a row that was about to be sent is
    known after a power failure as well.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def address(self) -> str:
        """The folder's path."""
        return str(self._folder)

    async def read(self, name: str) -> bytes | None:
        """See :class:`ims_mcp.workflows.bulk.place.JobPlace`."""
        return await self._run("read", name, partial(_read, self._folder / name))

    async def write(self, name: str, content: bytes) -> None:
        """See :class:`ims_mcp.workflows.bulk.place.JobPlace`."""

        async def once() -> AsyncIterable[bytes]:
            yield content

        await self.write_parts(name, once())

    async def write_parts(self, name: str, parts: AsyncIterable[bytes]) -> None:
        """See :class:`ims_mcp.workflows.bulk.place.JobPlace`."""
        path = self._folder / name
        temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
        file = await self._run("written", name, partial(_make, self._folder, temporary))
        try:
            async for part in parts:
                await self._run("written", name, partial(_write_all, file, part))
            await self._run("written", name, partial(_put_in_place, file, temporary, path))
        finally:
            file.close()
            with suppress(OSError):
                temporary.unlink(missing_ok=True)

    async def append(self, name: str, lines: bytes) -> None:
        """A line that was broken off before is ended first. What cannot be written whole is not written at all."""
        await self._run("written", name, partial(_append, self._folder, self._folder / name, lines))

    async def list_names(self, folder: str) -> list[str]:
        """See :class:`ims_mcp.workflows.bulk.place.JobPlace`."""
        return [*await self.list_sizes(folder)]

    async def list_sizes(self, folder: str) -> dict[str, int]:
        """See :class:`ims_mcp.workflows.bulk.place.JobPlace`."""
        return await self._run("read", folder, partial(_list_sizes, self._folder, folder))

    async def _run(self, done: str, name: str, work: Callable[[], T]) -> T:
        try:
            return await anyio.to_thread.run_sync(work)
        except OSError as error:
            shown = plain(str(self._folder), 200)
            if error.errno in _FULL:
                raise PlaceError(
                    f"The disk of {shown} is full: {name} was not written.",
                    next_step="Make room there and resume the job: nothing of it is lost, and no row is done twice.",
                ) from None
            reason = error.strerror or type(error).__name__
            raise PlaceError(
                f"{name} in {shown} could not be {done} ({reason}).",
                next_step="Make that folder readable and writable and resume the job.",
            ) from None


def _read(path: Path) -> bytes | None:
    try:
        return _insist(path.read_bytes)
    except FileNotFoundError:
        return None


def _make_folders(root: Path, path: Path) -> None:
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.mkdir(exist_ok=True, mode=0o700)


def _make(root: Path, path: Path) -> BinaryIO:
    _make_folders(root, path)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb", 0)


def _put_in_place(file: BinaryIO, temporary: Path, path: Path) -> None:
    os.fsync(file.fileno())
    file.close()
    _insist(lambda: temporary.replace(path))


def _append(root: Path, path: Path, lines: bytes) -> None:
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags, 0o600)
    except FileNotFoundError:
        _make_folders(root, path)
        descriptor = os.open(path, flags, 0o600)
    with os.fdopen(descriptor, "r+b", 0) as file:
        end = file.seek(0, os.SEEK_END)
        if end:
            file.seek(end - 1)
            if file.read(1) != b"\n":
                lines = b"\n" + lines
        try:
            _write_all(file, lines)
            os.fsync(descriptor)
        except OSError:
            with suppress(OSError):
                file.truncate(end)
            raise


def _write_all(file: BinaryIO, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]


def _list_sizes(root: Path, folder: str) -> dict[str, int]:
    found: dict[str, int] = {}
    with suppress(FileNotFoundError), os.scandir(root / folder) as entries:
        for entry in entries:
            if not entry.name.endswith(".new") and entry.is_file():
                found[f"{folder}/{entry.name}"] = entry.stat().st_size
    return dict(sorted(found.items()))


def _insist(work: Callable[[], T]) -> T:
    """Windows refuses for a moment what another process has open, or puts in place."""
    ends_at = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return work()
        except PermissionError:
            if os.name != "nt" or time.monotonic() >= ends_at:
                raise
        time.sleep(_LOOK_SECONDS)
