"""Files that say who may do what: read if nobody else can have written them, and read again when they change."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import anyio
import anyio.to_thread

from ims_mcp.foreign_text import plain
from ims_mcp.settings import SettingsError

LOOK_SECONDS = 0.5
"""So often a file is looked at, at most: what is removed has ended within a second."""
_NEW_SECONDS = 2.0

T = TypeVar("T")
_Seen = tuple[int, int, int, int, int]


class UnusableFile(SettingsError):
    """The text begins with "It": whoever catches it names the file."""


class MissingFile(UnusableFile):
    """There is none."""


def read_own_file(path: Path, most_bytes: int, *, is_secret: bool = False) -> bytes:
    """The content of a file that this user (or root) alone can change and, with ``is_secret``, nobody else can read.

    Raises UnusableFile.
    """
    try:
        # Without O_NONBLOCK a pipe in its place would be waited for.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                what = "a directory" if stat.S_ISDIR(found.st_mode) else "not a file"
                raise UnusableFile(f"It is {what}.", next_step="Name a file.")
            _check_rights(path, found, is_secret=is_secret)
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                content = file.read(most_bytes + 1)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise MissingFile("It is not there.", next_step="Name a file that is there.") from None
    except (OSError, ValueError) as error:  # a NUL in its name
        reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
        raise UnusableFile(f"It cannot be read ({reason}).", next_step="Name a file that this user may read.") from None
    if len(content) > most_bytes:
        raise UnusableFile(f"It has more than {most_bytes:,} bytes.", next_step="Name the file that was meant.")
    return content


def replace_own_file(path: Path, text: str) -> None:
    """Write a file that this user alone can read, whole or not at all. Raises OSError."""
    import tempfile  # late: a server writes none

    # mkstemp makes it for this user alone.
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=".part")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise


def _check_rights(path: Path, found: os.stat_result, *, is_secret: bool) -> None:
    if os.name != "posix":
        return
    shown = plain(str(path), 200)
    if found.st_uid not in (os.geteuid(), 0):
        raise UnusableFile(
            "It belongs to another user.", next_step=f"Make it this user's: chown {os.geteuid()} {shown}"
        )
    # A secret that is mounted into a container is root's, and its group's to read.
    is_mounted = found.st_uid == 0 and os.geteuid() != 0
    taken = 0o022 if not is_secret else 0o037 if is_mounted else 0o077
    if found.st_mode & taken:
        verb, mode = ("read or changed", "chmod 600") if is_secret else ("changed", "chmod go-w")
        raise UnusableFile(
            f"It can be {verb} by others (its mode is {found.st_mode & 0o777:04o}).",
            next_step=f"Keep it to this user: {mode} {shown}",
        )


class WatchedFile(Generic[T]):
    """What ``read`` makes of a file, read again when the file has changed. Needs asyncio."""

    def __init__(
        self,
        path: Path,
        read: Callable[[Path], T],
        *,
        clock: Callable[[], float],
        on_error: Callable[[SettingsError], None],
        on_change: Callable[[T], None],
    ) -> None:
        """``read`` runs in a thread, but for this first time. Raises what it raises. ``on_error`` is called once for
        each state of the file that cannot be read, ``on_change`` when it says something else than before."""
        self._path, self._read, self._clock, self._on_error, self._on_change = path, read, clock, on_error, on_change
        self._seen, self._is_settled = _look(path)
        self.content: T | None = read(path)
        """As :meth:`get` found it last."""
        self._looked_at = clock()
        self._looking = anyio.Lock()

    async def get(self) -> T | None:
        """What it says now, or said half a second ago; None where it cannot be read."""
        if self._clock() - self._looked_at >= LOOK_SECONDS:
            async with self._looking:
                if self._clock() - self._looked_at >= LOOK_SECONDS:
                    await self._look_again()
        return self.content

    async def _look_again(self) -> None:
        looked_at = self._clock()
        seen, is_settled = await anyio.to_thread.run_sync(_look, self._path)
        if seen != self._seen or self.content is None or not self._is_settled:
            try:
                content = await anyio.to_thread.run_sync(self._read, self._path)
            except SettingsError as error:
                if seen != self._seen or self.content is not None:
                    self._on_error(error)
                self.content = None
            else:
                if content != self.content:
                    self.content = content
                    self._on_change(content)
            self._seen, self._is_settled = seen, is_settled
        self._looked_at = looked_at


def _look(path: Path) -> tuple[_Seen | None, bool]:
    """What changes with the file, its rights included; and whether the next change is sure to be among it."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None, True
    # Two changes of one moment have the same time: what is so new is read once more.
    is_settled = abs(time.time() - found.st_mtime) > _NEW_SECONDS
    return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_mode, found.st_uid), is_settled
