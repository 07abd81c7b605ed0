"""The data directory of one embedded IMS: taken only where it is its own, kept from others, held by one process.

What makes a directory its own is the marker file in it. A directory that is new or empty gets one; one that holds
anything else is left as it is, whatever the names in it.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import stat
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import NoReturn, Self

from filelock import FileLock, Timeout

from ims_mcp.errors import LocalImsError
from ims_mcp.local.disk import is_disk_full
from ims_mcp.local.endpoint_file import Announcement, read_announcement, remove_announcement, write_announcement

MARKER = ".ims-mcp-data"
_VERSION = b"ims-mcp data directory, version 1\n"
_DIRECTORIES = ("objects", "work", "pulls", "recordings")
_DATABASE = "ims.sqlite3"
_LOCK = "lock"
_ACCOUNTS = "accounts"
"""Beside them, in the usual directory: those of a configuration file, each a data directory of its own."""
_FILES = (
    *(MARKER, _LOCK, "endpoint.json", "endpoint.json.part", "reserve"),
    *(_DATABASE, f"{_DATABASE}-wal", f"{_DATABASE}-shm", f"{_DATABASE}-journal"),
)
# As it was before there was a marker.
_EARLIER_NAMES = {*_DIRECTORIES, *_FILES, "lock.sqlite3", "lock.sqlite3-journal"} - {MARKER}
_EARLIER_TABLES = {"buckets", "objects", "uploads", "parts", "media_asset", "media_file", "temporary_credentials"}
_OPTION = "with --data-dir (or IMS_MCP_DATA_DIR)"
_ANOTHER = f"choose another {_OPTION}"
_MOUNT_POINT = 0xA0000003
"""IO_REPARSE_TAG_MOUNT_POINT: a junction of Windows, which leads elsewhere as a symbolic link does."""


class DataDirInUse(LocalImsError):
    """Another process holds the directory."""


class DataDir:
    """Holds the directory while entered; :meth:`announce` says in ``endpoint.json`` where its holder listens."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = FileLock(path / _LOCK, timeout=0, mode=0o600, thread_local=False)
        self._announced: Announcement | None = None

    def __enter__(self) -> Self:
        """Raises LocalImsError for a directory that is not ours to take, DataDirInUse where another has it."""
        try:
            _claim(self.path)
            self._lock.acquire()
            _prepare(self.path)
        except Timeout:
            raise self._in_use() from None
        except OSError as error:
            self._lock.release()
            raise unusable(self.path, error) from None
        except LocalImsError:
            self._lock.release()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        # Another's, where the directory was removed meanwhile and made anew.
        if self._announced is not None and read_announcement(self.path) == self._announced:
            with suppress(OSError):
                remove_announcement(self.path)
        self._lock.release()

    def announce(self, announcement: Announcement) -> None:
        """Say where its holder listens, until it is left."""
        write_announcement(self.path, announcement)
        self._announced = announcement

    def _in_use(self) -> LocalImsError:
        holder = read_announcement(self.path)
        if holder is None:
            who = "by another process, which is just starting or stopping"
        else:
            who = f"by process {holder.pid} at {holder.endpoint}"
        return DataDirInUse(
            f"The data directory {self.path} is in use {who}.",
            next_step="Use that one, stop it, or choose another directory with --data-dir.",
        )


def unusable(path: Path, error: OSError | sqlite3.Error) -> LocalImsError:
    """What to say where the system or SQLite refuses what has to be done in the directory."""
    if is_disk_full(error):
        return LocalImsError(f"The disk that holds {path} is full.", next_step="Make room there.")
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return LocalImsError(
        f"The data directory {path} cannot be used: {reason}.",
        next_step=f"Look at the rights of what is in it, move it away to begin anew, or {_ANOTHER}.",
    )


def sweep(directory: Path, own: re.Pattern[str], wanted: Iterable[str] = ()) -> int:
    """Remove what a killed process left in one of our directories; how many entries.

    Only names that match ``own`` as a whole and are not ``wanted``, only files and directories, and nothing through a
    link.
    """
    kept, removed = frozenset(wanted), 0
    with os.scandir(directory) as entries:
        stale = [entry for entry in entries if own.fullmatch(entry.name) and entry.name not in kept]
    for entry in stale:
        # Where an open file cannot be unlinked (Windows) the next sweep takes it.
        with suppress(OSError):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            elif entry.is_file(follow_symlinks=False):
                os.unlink(entry.path)  # noqa: PTH108 - an entry, not a path
            else:
                continue
            removed += 1
    return removed


def _claim(path: Path) -> None:
    """Make sure that the directory is there, ours and nobody else's. Raises LocalImsError, OSError."""
    if path.parent == path:
        _refuse(path, "is the root of a file system", f"Name a directory of its own {_OPTION}.")
    found = _lstat(path)
    if found is None:
        path.mkdir(parents=True, mode=0o700, exist_ok=True)
        found = path.lstat()
    if _is_link(found):
        _refuse(path, "is a link to another place", f"Name the directory itself, or {_ANOTHER}.")
    if not stat.S_ISDIR(found.st_mode):
        _refuse(path, "is not a directory", f"Move that file away, or {_ANOTHER}.")
    if os.name == "posix" and found.st_uid != os.geteuid():
        _refuse(path, "belongs to another user", f"Use it as that user, or {_ANOTHER}.")
    if not _is_marked(path):
        _take(path, found.st_mode)
    _check_kinds(path)
    _keep_from_others(path)


def _prepare(path: Path) -> None:
    """The rest, once the directory is locked and nobody makes its database. Raises LocalImsError, OSError."""
    if _list_tables(path) and not _is_earlier(path):
        _refuse(path, f"cannot be used: {_DATABASE} in it is another program's", f"Move it away, or {_ANOTHER}.")
    remove_announcement(path)  # whoever left it behind is gone
    for name in _DIRECTORIES:
        (path / name).mkdir(mode=0o700, exist_ok=True)


def _is_marked(path: Path) -> bool:
    """Whether our marker is in it. An empty one is none: whoever was writing it got no further."""
    marker = path / MARKER
    found = _lstat(marker)
    if found is None:
        return False
    content = None
    if stat.S_ISREG(found.st_mode):
        with marker.open("rb") as file:
            content = file.read(len(_VERSION) + 1)
    if content not in (b"", _VERSION):
        _refuse(path, f"has a {MARKER} of another version", f"Use the ims-mcp that made it, or {_ANOTHER}.")
    return content == _VERSION


def _take(path: Path, mode: int) -> None:
    """Put our marker into a directory that is empty, or was ours before there were markers."""
    if _is_home(path):
        _refuse(path, "is the home directory", f"Name a directory of its own in it {_OPTION}.")
    if mode & stat.S_ISVTX:
        _refuse(path, "is shared by all users of this machine", f"Name a directory of its own in it {_OPTION}.")
    names = {entry.name for entry in path.iterdir()} - {MARKER}
    if _holds_accounts(path / _ACCOUNTS):
        names.discard(_ACCOUNTS)
    foreign = sorted(names - _EARLIER_NAMES)
    # Marked by now: another process has taken it since the last look.
    if names and (foreign or not _is_earlier(path)) and not _is_marked(path):
        shown = ", ".join(repr(name) for name in (foreign or sorted(names))[:3])
        _refuse(
            path,
            f"holds {shown}, and no {MARKER}: it is not a data directory of the embedded IMS, and stays as it is",
            f"Name a new or an empty directory {_OPTION}.",
        )
    # Not exclusively: another process may take it at the same moment, and writes the same.
    flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path / MARKER, flags, 0o600), "wb") as file:
        file.write(_VERSION)


def _holds_accounts(path: Path) -> bool:
    """Whether all that is in it is marked, or not yet."""
    found = _lstat(path)
    if found is None or _is_link(found) or not stat.S_ISDIR(found.st_mode):
        return False
    return all(each.is_dir() and (_is_marked(each) or not any(each.iterdir())) for each in path.iterdir())


def _is_earlier(path: Path) -> bool:
    """Whether the database in it is one that the embedded IMS has made."""
    return _list_tables(path) >= _EARLIER_TABLES


def _list_tables(path: Path) -> set[str]:
    """The names of the tables in the database; none where there is none that can be read."""
    _check_kinds(path)
    database = path / _DATABASE
    if not database.is_file():
        return set()
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    except sqlite3.Error:
        return set()
    return {str(row[0]) for row in rows}


def _check_kinds(path: Path) -> None:
    """Every name of ours in it is a plain file or a directory, as it should be, and no link of either sort."""
    for name in (*_DIRECTORIES, *_FILES):
        found = _lstat(path / name)
        if found is None:
            continue
        kind = "a directory" if name in _DIRECTORIES else "a file of its own"
        is_kind = stat.S_ISDIR(found.st_mode) if name in _DIRECTORIES else _is_single(found)
        if _is_link(found) or not is_kind:
            _refuse(path, f"cannot be used: {name} in it is not {kind}", f"Move {path / name} away, or {_ANOTHER}.")


def _keep_from_others(path: Path) -> None:
    """0700 for the directories, 0600 for the files, also where they were made with wider rights."""
    if os.name != "posix":
        return
    wide = path.lstat().st_mode & 0o077
    path.chmod(0o700)
    for name in (*_DIRECTORIES, *_FILES):
        found = _lstat(path / name)
        if found is not None and found.st_mode & 0o077:
            (path / name).chmod(0o700 if name in _DIRECTORIES else 0o600)
    if wide and (path / "objects").is_dir():
        for entry in os.scandir(path / "objects"):
            if _is_single(entry.stat(follow_symlinks=False)):
                Path(entry.path).chmod(0o600)


def _lstat(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except FileNotFoundError:
        return None


def _is_single(found: os.stat_result) -> bool:
    """Whether it is a plain file that has no other name: what is written to it is written to nothing else."""
    return stat.S_ISREG(found.st_mode) and found.st_nlink <= 1


def _is_link(found: os.stat_result) -> bool:
    return stat.S_ISLNK(found.st_mode) or getattr(found, "st_reparse_tag", 0) == _MOUNT_POINT


def _is_home(path: Path) -> bool:
    try:
        return path.samefile(Path.home())
    except (OSError, RuntimeError):
        return False


def _refuse(path: Path, why: str, next_step: str) -> NoReturn:
    raise LocalImsError(f"The data directory {path} {why}.", next_step=next_step)
