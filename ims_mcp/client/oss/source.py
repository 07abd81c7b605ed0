"""The file that is uploaded: opened once, without following links, and that open file is watched while it is read.

Beneath an :class:`UploadDirectory` every component of the path is opened from the directory before it, so that
whatever is renamed or replaced meanwhile, nothing outside is ever opened. The path is not opened a second time.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Self

from ims_mcp.client.oss.errors import SourceChanged, SourceMissing, SourceRefused
from ims_mcp.foreign_text import plain

# Absent on Windows, which has neither pipes nor devices among its files.
_FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY", "O_BINARY", "O_NOINHERIT")
)
# O_PATH: a directory that may be passed through but not listed is passed through, as with a path.
_DIRECTORY_FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_PATH", "O_DIRECTORY", "O_NOFOLLOW", "O_CLOEXEC")
)
_FROM_DIRECTORIES = os.open in os.supports_dir_fd and os.stat in os.supports_dir_fd
_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_SHOWN_CHARACTERS = 500


def show_path(path: PurePath | str) -> str:
    """A path as text that any client can be sent: a name that is not UTF-8 has replacement characters."""
    try:
        text = os.fsencode(path).decode("utf-8", "replace")
    except UnicodeEncodeError:  # it came from a text, and the file system's encoding has no such characters
        text = str(path).encode("utf-8", "replace").decode("utf-8")
    return plain(text, _SHOWN_CHARACTERS)


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells one state of a file from another. Times are nanoseconds of the epoch."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @classmethod
    def read(cls, status: os.stat_result) -> Self:
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)

    @classmethod
    def restore(cls, saved: dict[str, Any]) -> Self:
        return cls(*(int(saved[name]) for name in ("size", "mtime_ns", "ctime_ns", "inode")))

    def same_content(self, other: Identity) -> bool:
        """Whether nothing speaks for a change. The change time is left out: renaming and chmod move it, too."""
        return (self.size, self.mtime_ns, self.inode) == (other.size, other.mtime_ns, other.inode)


@dataclass(frozen=True, slots=True)
class UploadDirectory:
    """A directory that files may come from, as it was when the server started.

    ``device`` and ``inode`` tell it from another one, or a link, that was put in its place since.
    """

    path: Path
    device: int
    inode: int

    @classmethod
    def look_at(cls, path: Path) -> Self:
        """``path`` has no symbolic link in it. Raises OSError; blocks on the disk."""
        status = path.lstat()
        if not stat.S_ISDIR(status.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
        return cls(path, status.st_dev, status.st_ino)

    def is_at(self, status: os.stat_result) -> bool:
        """Whether ``status`` is this directory's."""
        return (status.st_dev, status.st_ino) == (self.device, self.inode) and stat.S_ISDIR(status.st_mode)

    def require_same(self, status: os.stat_result) -> None:
        """Raises SourceRefused where ``status`` is not this directory's."""
        if not self.is_at(status):
            raise SourceRefused(
                f"The upload directory {show_path(self.path)} was replaced since this server started: nothing is sent "
                "from there.",
                next_step="If that was meant, restart this server.",
            )


class Source:
    """An open regular file. Read from several threads; closed when the last of them is done.

    A thread that is left behind may still read when the upload has ended: the descriptor must not be closed, and
    taken over by another file, under its hands.
    """

    def __init__(
        self, path: Path, descriptor: int, status: os.stat_result, look: Callable[[], os.stat_result | None]
    ) -> None:
        self.path = path
        self.identity = Identity.read(status)
        self._device = status.st_dev
        self._descriptor = descriptor
        self._look = look  # what the path names now; None: nothing
        self._lock = threading.Lock()
        self._reading_position = threading.Lock()
        self._readers = 1  # the opener

    @property
    def size(self) -> int:
        return self.identity.size

    @property
    def name(self) -> str:
        """The file's name, fit to be read."""
        return plain(show_path(self.path.name), 120)

    @classmethod
    def open(cls, path: Path) -> Self:
        """A file that the caller chose: only its last component may not be a link. Raises SourceRefused. Blocks."""
        with _explain_refusals(path):
            descriptor, status = _open_regular(path, path)
        return cls(path, descriptor, status, lambda: _look_at(path))

    @classmethod
    def open_beneath(cls, directory: UploadDirectory, below: PurePath) -> Self:
        """The file at ``below``, a relative path without ``..``, and nothing outside of ``directory``.

        Raises SourceRefused: also where a component is a symbolic link, or the directory is another one by now. Blocks.
        """
        path = directory.path / below
        with _explain_refusals(path):
            if _FROM_DIRECTORIES:
                with _open_parent(directory, below) as (parent, name):
                    descriptor, status = _open_regular(path, name, parent)
            else:
                descriptor, status = _open_by_path(directory, path)
        return cls(path, descriptor, status, lambda: _look_beneath(directory, below))

    def close(self) -> None:
        """One holder less, its opener or a reader; the file is open until the last is done."""
        with self._lock:
            self._readers -= 1
            if self._readers == 0:
                os.close(self._descriptor)

    @contextmanager
    def keep_open(self) -> Generator[None]:
        with self._lock:
            if self._readers == 0:
                raise SourceRefused(f"{self.name} was closed.")
            self._readers += 1
        try:
            yield
        finally:
            self.close()

    def read(self, length: int, offset: int) -> bytes:
        """Exactly that piece, inside :meth:`keep_open`. SourceChanged where the file ends early; SourceRefused."""
        try:
            data = self._read_at(length, offset)
            while len(data) < length and (more := self._read_at(length - len(data), offset + len(data))):
                data += more
        except OSError as error:
            raise SourceRefused(
                f"{self.name} could not be read on ({error.strerror or type(error).__name__}).",
                next_step="Check the file and its disk; what was sent is kept.",
                resumable=True,
            ) from None
        if len(data) < length:
            raise _explain_change(f"{self.name} became shorter while it was sent.")
        return data

    def check_unchanged(self) -> None:
        """SourceChanged unless the open file is as it was, and the path names no other one by now.

        A file that was only removed was sent whole.
        """
        with self.keep_open():
            now = Identity.read(os.fstat(self._descriptor))
        if now.size != self.size:
            how = "grew" if now.size > self.size else "became shorter"
            raise _explain_change(f"{self.name} {how} while it was sent: from {self.size:,} to {now.size:,} bytes.")
        if not now.same_content(self.identity):
            raise _explain_change(f"{self.name} was written to while it was sent.")
        try:
            status = self._look()
            replaced = status is not None and (status.st_dev, status.st_ino) != (self._device, self.identity.inode)
        except SourceRefused:
            replaced = True
        if replaced:
            raise _explain_change(f"{self.name} was replaced by another file while it was sent.")

    def _read_at(self, length: int, offset: int) -> bytes:
        read_at: Callable[[int, int, int], bytes] | None = getattr(os, "pread", None)
        if read_at is not None:
            return read_at(self._descriptor, length, offset)
        with self._reading_position:  # Windows: the descriptor has one position for all threads
            os.lseek(self._descriptor, offset, os.SEEK_SET)
            return os.read(self._descriptor, length)


def _open_regular(path: Path, name: str | Path, parent: int | None = None) -> tuple[int, os.stat_result]:
    """``name`` in the open directory ``parent``. Raises OSError and SourceRefused, which calls it ``path``."""
    # Opening a device can already move a tape: what it is, is looked at first, and again once it is open.
    _require_regular(path, os.stat(name, dir_fd=parent, follow_symlinks=False))
    descriptor = os.open(name, _FLAGS, dir_fd=parent)
    try:
        status = os.fstat(descriptor)
        _require_regular(path, status)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, status


@contextmanager
def _open_parent(directory: UploadDirectory, below: PurePath) -> Generator[tuple[int, str]]:
    """The open directory that holds the file, and the file's name in it."""
    directory.require_same(directory.path.lstat())  # what is no directory cannot be opened as one
    descriptor = os.open(directory.path, _DIRECTORY_FLAGS)
    try:
        directory.require_same(os.fstat(descriptor))
        *between, name = below.parts or (".",)
        for depth, part in enumerate(between, 1):
            try:
                further = os.open(part, _DIRECTORY_FLAGS, dir_fd=descriptor)
            except OSError as error:
                if error.errno in (errno.ENOTDIR, errno.ELOOP, errno.EMLINK):
                    found = os.stat(part, dir_fd=descriptor, follow_symlinks=False)
                    if stat.S_ISLNK(found.st_mode):
                        raise _refuse_link(directory.path.joinpath(*between[:depth])) from None
                raise
            os.close(descriptor)
            descriptor = further
        yield descriptor, name
    finally:
        os.close(descriptor)


def _look_beneath(directory: UploadDirectory, below: PurePath) -> os.stat_result | None:
    """What the path names now, None where nothing. Raises SourceRefused where it leads over a link by now."""
    if not _FROM_DIRECTORIES:
        return _look_at(directory.path / below)
    try:
        with _open_parent(directory, below) as (parent, name):
            return os.stat(name, dir_fd=parent, follow_symlinks=False)
    except OSError:
        return None


def _look_at(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except OSError:
        return None


def _open_by_path(directory: UploadDirectory, path: Path) -> tuple[int, os.stat_result]:
    """Where files cannot be opened from an open directory: what was opened tells by its handle where it lies."""
    directory.require_same(directory.path.lstat())
    descriptor, status = _open_regular(path, path)
    try:
        inside = _find_final_path(descriptor).is_relative_to(directory.path)
    except BaseException:
        os.close(descriptor)
        raise
    if not inside:
        os.close(descriptor)
        raise SourceRefused(
            f"{show_path(path)} leads out of the upload directory.", next_step="Give the path of the file itself."
        )
    return descriptor, status


if sys.platform == "win32":

    def _find_final_path(descriptor: int) -> Path:
        """Where an open file lies, every link followed."""
        import ctypes
        import msvcrt
        from ctypes import wintypes

        ask = ctypes.WinDLL("kernel32", use_last_error=True).GetFinalPathNameByHandleW
        ask.argtypes = (wintypes.HANDLE, wintypes.LPWSTR, wintypes.DWORD, wintypes.DWORD)
        ask.restype = wintypes.DWORD
        buffer = ctypes.create_unicode_buffer(32_768)
        if not 0 < ask(msvcrt.get_osfhandle(descriptor), buffer, len(buffer), 0) < len(buffer):
            raise ctypes.WinError(ctypes.get_last_error())
        text = buffer.value
        for prefix, usual in (("\\\\?\\UNC\\", "\\\\"), ("\\\\?\\", "")):
            if text.startswith(prefix):
                return Path(usual + text.removeprefix(prefix))
        return Path(text)

else:

    def _find_final_path(descriptor: int) -> Path:
        """Where an open file lies; only asked on systems without open directories."""
        return Path(f"/dev/fd/{descriptor}").resolve()


def _explain_change(message: str) -> SourceChanged:
    return SourceChanged(message, next_step="Wait until nothing writes to the file any more, then upload it again.")


def _require_regular(path: Path, status: os.stat_result) -> None:
    if stat.S_ISLNK(status.st_mode):
        raise _refuse_link(path)
    if not stat.S_ISREG(status.st_mode):
        kind = next((name for is_kind, name in _KINDS if is_kind(status.st_mode)), "not a regular file")
        raise SourceRefused(f"{show_path(path)} is {kind}; only files are uploaded.", next_step="Name the file itself.")


def _refuse_link(path: Path) -> SourceRefused:
    return SourceRefused(
        f"{show_path(path)} is a symbolic link, and links are not followed.",
        next_step="Give the path of the file itself.",
    )


@contextmanager
def _explain_refusals(path: Path) -> Generator[None]:
    """What the system says of a path, as SourceRefused."""
    name = show_path(path)
    try:
        yield
    except (UnicodeEncodeError, FileNotFoundError):
        raise SourceMissing(
            f"There is no file {name}.", next_step="Check its name, and whether it was moved."
        ) from None
    except NotADirectoryError:
        raise SourceMissing(f"{name} leads through something that is no directory.", next_step="Check it.") from None
    except PermissionError:
        raise SourceRefused(
            f"{name} may not be read by this server.", next_step="Give it the right to read the file."
        ) from None
    except ValueError:
        raise SourceRefused("The path holds a null character.", next_step="Correct the path.") from None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise SourceMissing(f"There is no file {name}: its name is too long.", next_step="Check it.") from None
        if error.errno in (errno.ELOOP, errno.EMLINK):
            raise _refuse_link(path) from None
        reason = error.strerror or type(error).__name__
        raise SourceRefused(f"{name} cannot be opened: {reason}.", next_step="Check its name and rights.") from None
