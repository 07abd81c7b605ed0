"""The file that is uploaded: opened once without following links, and watched for changes while it is read."""

from __future__ import annotations

import errno
import os
import stat
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from ims_mcp.client.oss.errors import SourceChanged, SourceRefused
from ims_mcp.foreign_text import plain

# Absent on Windows, which has neither pipes nor devices among its files.
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_CLOEXEC", "O_NONBLOCK", "O_BINARY"))
_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_READ_AGAIN = "Check the file and its disk, then upload again with the same transfer id: what was sent is kept."


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one state of a file from another. Times are nanoseconds of the epoch."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)

    @classmethod
    def restored(cls, saved: dict[str, Any]) -> Self:
        return cls(*(int(saved[name]) for name in ("size", "mtime_ns", "ctime_ns", "inode")))

    def saved(self) -> dict[str, int]:
        return asdict(self)

    def same_content(self, other: Identity) -> bool:
        """Whether nothing speaks for a change. The change time is left out: renaming and chmod move it, too."""
        return (self.size, self.mtime_ns, self.inode) == (other.size, other.mtime_ns, other.inode)


class Source:
    """An open regular file. Read from several threads; closed when the last of them is done.

    A thread that is left behind may still read when the upload has ended: the descriptor must not be closed, and
    taken over by another file, under its hands.
    """

    def __init__(self, path: Path, descriptor: int, identity: Identity) -> None:
        self.path = path
        self.identity = identity
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._readers = 1  # the opener

    @property
    def size(self) -> int:
        return self.identity.size

    @property
    def name(self) -> str:
        """The file's name, fit to be read."""
        return plain(self.path.name, 120)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Raises SourceRefused. Blocks."""
        try:
            # Opening a device can already move a tape: what it is, is looked at first, and again once it is open.
            _check_regular(path, path.lstat())
            descriptor = os.open(path, _FLAGS)
        except (OSError, ValueError) as error:
            raise _refusal(path, error) from None
        try:
            status = os.fstat(descriptor)
            _check_regular(path, status)
        except BaseException:
            os.close(descriptor)
            raise
        return cls(path, descriptor, Identity.of(status))

    def close(self) -> None:
        """No further reader; those there are keep the file open until they are done."""
        self._release()

    @contextmanager
    def reading(self) -> Generator[None]:
        with self._lock:
            if self._readers == 0:
                raise SourceRefused(f"{self.name} was closed.")
            self._readers += 1
        try:
            yield
        finally:
            self._release()

    def read(self, length: int, offset: int) -> bytes:
        """Exactly that piece, inside :meth:`reading`. SourceChanged where the file ends early; SourceRefused."""
        try:
            data = os.pread(self._descriptor, length, offset)
            while len(data) < length and (more := os.pread(self._descriptor, length - len(data), offset + len(data))):
                data += more
        except OSError as error:
            raise SourceRefused(
                f"{self.name} could not be read on ({error.strerror or type(error).__name__}).",
                next_step=_READ_AGAIN,
                resumable=True,
            ) from None
        if len(data) < length:
            raise _changed(f"{self.name} became shorter while it was sent.")
        return data

    def check(self) -> None:
        """SourceChanged unless the open file is as it was. Inside :meth:`reading`."""
        now = Identity.of(os.fstat(self._descriptor))
        if now.size != self.size:
            how = "grew" if now.size > self.size else "became shorter"
            raise _changed(f"{self.name} {how} while it was sent: from {self.size:,} to {now.size:,} bytes.")
        if not now.same_content(self.identity):
            raise _changed(f"{self.name} was written to while it was sent.")

    def check_path(self) -> None:
        """SourceChanged where the path names another file by now. A file that was only removed was sent whole."""
        with self.reading():
            self.check()
        try:
            status = self.path.lstat()
        except OSError:
            return
        if status.st_ino != self.identity.inode:
            raise _changed(f"{self.name} was replaced by another file while it was sent.")

    def _release(self) -> None:
        with self._lock:
            self._readers -= 1
            if self._readers == 0:
                os.close(self._descriptor)


def _changed(message: str) -> SourceChanged:
    return SourceChanged(message, next_step="Wait until nothing writes to the file any more, then upload it again.")


def _check_regular(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = next((name for is_kind, name in _KINDS if is_kind(status.st_mode)), "not a regular file")
        raise SourceRefused(
            f"{plain(str(path))} is {kind}; only regular files are uploaded.", next_step="Name the file itself."
        )


def _refusal(path: Path, error: OSError | ValueError) -> SourceRefused:
    name = plain(str(path))
    if not isinstance(error, OSError):
        return SourceRefused("The path holds a null character.", next_step="Correct the path.")
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return SourceRefused(f"There is no file {name}.", next_step="Check the path, and whether the file was moved.")
    if error.errno in (errno.EACCES, errno.EPERM):
        return SourceRefused(
            f"{name} may not be read by this process.", next_step="Give it permission to read the file."
        )
    if error.errno in (errno.ELOOP, errno.EMLINK):
        return SourceRefused(f"{name} is a symbolic link; only regular files are uploaded.", next_step="Name the file.")
    return SourceRefused(f"{name} could not be opened ({error.strerror or type(error).__name__}).")
