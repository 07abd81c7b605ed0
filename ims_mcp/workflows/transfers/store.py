"""What is known of each transfer, in a journal of its own that never holds a credential: entered, listed, forgotten."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import threading
import time
import unicodedata
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path, PurePath
from typing import Any, Literal, Self, get_args

from ims_mcp.client.oss.journal import LOOK_SECONDS, UploadJournal, hold_lock, read_lines, read_owner, replace_file
from ims_mcp.client.oss.source import show_path
from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain

State = Literal["starting", "uploading", "registering", "processing", "done", "failed", "cancelled"]
ENDED = frozenset({"done", "failed", "cancelled"})
VOD = "vod"
KEPT_DAYS = 90
"""A transfer that has ended is forgotten when nobody has asked for it again for so long…"""
MOST_KEPT = 1000
"""… or when that many have been asked for or have ended since."""
_ENTER_SECONDS = 10.0
_JOBS = "jobs"
_ID = re.compile(r"t-[0-9a-f]{12}")


class TransferError(ImsError):
    """A transfer cannot be found, or cannot go on. ``resumable``: not now, but later."""

    def __init__(self, message: str, *, next_step: str = "", resumable: bool = False) -> None:
        super().__init__(message, next_step=next_step)
        self.resumable = resumable


@dataclass(slots=True)
class TransferRecord:
    """One file on its way.

    ``service`` tells which IMS it belongs to (an endpoint, or the data directory of an embedded one); ``target`` is
    {bucket, key} and in VOD storage url, once it is known; ``uploaded`` {size_bytes, seconds, parts, parts_resent,
    parts_taken_over} once the file is there.
    """

    kind: Literal["media", "stream"]
    service: str
    path: str
    size_bytes: int
    modified_ns: int
    destination: str
    arguments: dict[str, Any]
    inode: int = 0
    """Of the file; 0 where it was not written down."""
    category: str = ""
    """The path of the category in ``arguments``, where it was given by name: to be shown."""
    id: str = field(default_factory=lambda: f"t-{secrets.token_hex(6)}")
    client_token: str = field(default_factory=lambda: secrets.token_hex(16))
    state: State = "starting"
    media_id: str = ""
    target: dict[str, str] = field(default_factory=dict[str, str])
    uploaded: dict[str, Any] = field(default_factory=dict[str, Any])
    created: float = 0.0
    error: str = ""

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def arrived(self) -> bool:
        """Whether nothing is left to be sent or registered, and the asset is or becomes one."""
        return self.state in ("processing", "done")

    def is_same_wish(self, other: TransferRecord) -> bool:
        """Whether both want the same file in the same place: then there is one transfer, not two."""
        names = ("kind", "service", "path", "destination", "arguments")
        same = all(getattr(self, name) == getattr(other, name) for name in names)
        return same and self.is_of(other.size_bytes, other.modified_ns, other.inode)

    def is_of(self, size_bytes: int, modified_ns: int, inode: int) -> bool:
        """Whether nothing speaks for another file, or another state of it, at the same path."""
        same = (self.size_bytes, self.modified_ns) == (size_bytes, modified_ns)
        return same and (self.inode == inode or 0 in (self.inode, inode))

    def is_same_place(self, other: TransferRecord) -> bool:
        """Whether both go to one object of a bucket of the user's own; in VOD storage every file has its own place."""
        if VOD in (self.destination, other.destination) or self.service != other.service:
            return False
        return locate_object(self.destination, self.path) == locate_object(other.destination, other.path)

    @classmethod
    def restore(cls, content: dict[str, Any]) -> Self:
        """From what was written down, by whatever version. Raises ValueError and TypeError for anything else."""
        record = cls(**{row.name: content[row.name] for row in fields(cls) if row.name in content})
        for names, kind in _TYPES.items():
            if not all(isinstance(getattr(record, name), kind) for name in names.split()):
                raise TypeError(f"one of {names} is something else")
        if record.target and not all(isinstance(record.target.get(name), str) for name in ("bucket", "key")):
            raise TypeError("a target is bucket and key")
        if record.state not in get_args(State) or record.kind not in ("media", "stream"):
            raise ValueError("of another version")
        return record


_TYPES = {
    "service path destination category client_token media_id error": str,
    "size_bytes modified_ns inode": int,
    "arguments target uploaded": dict,
    "created": int | float,
}


def locate_object(destination: str, path: str) -> tuple[str, str]:
    """Bucket and key of a file sent to ``oss://bucket/prefix/`` or ``oss://bucket/key.ext``. Raises TransferError."""
    bucket, _, prefix = destination.removeprefix("oss://").partition("/")
    name = PurePath(path)
    if any(unicodedata.category(character) == "Cc" for character in prefix):
        raise TransferError(
            f"{plain(destination, 300)} holds a control character, which no answer could show.",
            next_step="Name the prefix without it.",
        )
    if prefix and not prefix.endswith("/"):
        # A prefix without its slash would silently become the name of the file.
        if PurePath(prefix).suffix.lower() != name.suffix.lower() or not name.suffix:
            raise TransferError(
                f"{plain(destination, 300)} could be a prefix or the name of the object.",
                next_step=f"End a prefix with a slash, {plain(destination, 300)}/; name an object with the extension "
                "of the file.",
            )
        key = prefix
    else:
        key = prefix + name.name
    if any(part in (".", "..") for part in key.split("/")):
        raise TransferError(
            f"{plain(destination, 300)} has '.' or '..' as a part of the key, which does not survive on its way to "
            "OSS.",
            next_step="Name the prefix without it.",
        )
    return bucket, key


class TransferStore:
    """The transfers of one state directory. Methods block on the disk: call them in a thread; threads share it.

    Raises TransferError, and TransferRefused where something cannot be locked or written.
    """

    def __init__(self, directory: Path, clock: Callable[[], float] = time.time) -> None:
        self._directory = directory
        self._clock = clock
        self._reading = threading.Lock()
        self._known: dict[str, tuple[os.stat_result, TransferRecord]] = {}

    def keep_apart(self, name: str) -> TransferStore:
        """A store for the files of one job, which are not listed among the others, and forgotten all together: by
        :meth:`forget_all`, or once nobody has worked on the job for as long as transfers are kept."""
        jobs = self._directory / _JOBS
        oldest = self._clock() - KEPT_DAYS * 86_400
        with suppress(OSError):
            for other in jobs.iterdir():
                if other.name != name and other.stat().st_mtime < oldest:
                    shutil.rmtree(other, ignore_errors=True)
        return TransferStore(jobs / name, self._clock)

    def enter(self, wish: TransferRecord) -> TransferRecord:
        """The transfer there is for the same wish, unless it failed or was cancelled; or this one, now written down.

        One at a time, of all processes: two that wish the same get one transfer. Forgets what ended long ago.
        """
        with hold_lock(self._directory / "start.lock", _ENTER_SECONDS) as alone:
            if not alone:
                raise TransferError(
                    f"Another server process holds the list of transfers in {show_path(self._directory)}.",
                    next_step="Call again; --state-dir of the server names a directory of its own.",
                    resumable=True,
                )
            self._forget_old()
            known = self.read_all()
            same = next((t for t in known if t.state not in ("failed", "cancelled") and t.is_same_wish(wish)), None)
            if same is not None:
                with suppress(OSError):
                    os.utime(self._locate(same.id))
                return same
            for other in known:
                if not other.ended and not other.arrived and other.is_same_place(wish):
                    raise TransferError(
                        f"The transfer {other.id} of {show_path(other.path)} goes to the same object and has not "
                        "ended.",
                        next_step="Wait for it (transfer_status), cancel it (cancel_transfer), or choose another "
                        "prefix.",
                    )
            self.write(wish)
            return wish

    def write(self, record: TransferRecord) -> None:
        """Replace what is written of a transfer that nothing is sent of: not begun yet, or arrived."""
        replace_file(self._locate(record.id), [asdict(record)])

    def forget(self, transfer_id: str) -> None:
        """Nobody will ask for it again. No error where it is not there."""
        _remove(self._locate(transfer_id), self._locate(transfer_id).with_suffix(".lock"))

    def forget_all(self) -> None:
        """Those of a job that is over, with their directory."""
        shutil.rmtree(self._directory, ignore_errors=True)

    def read(self, transfer_id: str) -> TransferRecord:
        """What is written of it, also while another works on it."""
        if _ID.fullmatch(transfer_id):
            with suppress(OSError, ValueError, TypeError):
                # The id is the name of the file: what stands in it is not believed.
                return TransferRecord.restore(read_owner(self._locate(transfer_id)) | {"id": transfer_id})
        raise TransferError(
            f"There is no transfer {plain(transfer_id, 40)!r}.",
            next_step="Call transfer_status without an id to list those there are.",
        )

    def read_all(self) -> list[TransferRecord]:
        """Newest first; files that cannot be read are passed over. Only what was written since is read again."""
        with self._reading:
            found: dict[str, tuple[os.stat_result, TransferRecord]] = {}
            for path in self._directory.glob("t-*.json"):
                try:
                    status = path.stat()
                    before = self._known.get(path.stem)
                    if before is None or _read_version(before[0]) != _read_version(status):
                        before = (status, self.read(path.stem))
                except (OSError, TransferError):
                    continue
                found[path.stem] = before
            self._known = found
        # Whoever gets one may change it.
        records = [replace(record) for _, record in found.values()]
        return sorted(records, key=lambda record: record.created, reverse=True)

    @contextmanager
    def hold(self, transfer_id: str) -> Generator[UploadJournal | None]:
        """The transfer's journal while this process alone works on it; None where another one does."""
        with UploadJournal.hold(self._locate(transfer_id)) as journal:
            before = self._directory / "checkpoints" / f"{transfer_id}.journal"
            if journal is not None and journal.record is None and before.exists():
                # Earlier versions had a file of its own for what OSS has: it becomes a part of this one.
                with suppress(OSError):
                    journal.take_over(read_lines(before.read_bytes()))
                    before.unlink()
            yield journal

    def is_held(self, transfer_id: str) -> bool:
        """Whether somebody works on it just now."""
        with hold_lock(self._locate(transfer_id).with_suffix(".lock"), LOOK_SECONDS) as free:
            return not free

    def _forget_old(self) -> None:
        """Remove what has ended and was not asked for again, and what a crash left half written.

        An upload that was interrupted stays: parts of it lie in OSS until it goes on or is cancelled.
        """
        self.read_all()
        now = self._clock()
        ended = [(status.st_mtime, name) for name, (status, t) in self._known.items() if t.ended or t.arrived]
        for rank, (asked_at, name) in enumerate(sorted(ended, reverse=True)):
            if rank >= MOST_KEPT or now - asked_at > KEPT_DAYS * 86_400:
                _remove(self._locate(name), self._locate(name).with_suffix(".lock"))
        with suppress(OSError):
            _remove(*(path for path in self._directory.glob("t-*.new") if now - path.stat().st_mtime > 86_400))

    def _locate(self, transfer_id: str) -> Path:
        return self._directory / f"{transfer_id}.json"


def _remove(*paths: Path) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink()


def _read_version(status: os.stat_result) -> tuple[int, int, int]:
    """What differs between two writings of one file."""
    return status.st_ino, status.st_mtime_ns, status.st_size
