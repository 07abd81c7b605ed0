"""What is known of one transfer, and its journal: one file each, written whole, never holding a credential."""

from __future__ import annotations

import json
import os
import re
import secrets
import threading
import time
import unicodedata
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path, PurePath
from typing import Any, Literal, Self, cast, get_args

from ims_mcp.client.oss import show_path
from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain

State = Literal["starting", "uploading", "registering", "processing", "done", "failed", "cancelled"]
ENDED = frozenset({"done", "failed", "cancelled"})
VOD = "vod"
KEPT_DAYS = 90
"""A transfer that has ended is forgotten when nobody has asked for it again for so long."""
# A look from another process holds the lock of a transfer for a moment: that is no reason to give up.
_LOOK_SECONDS = 0.05
_ENTER_SECONDS = 10.0
_POLL_SECONDS = 0.01
_ID = re.compile(r"t-[0-9a-f]{12}")


class TransferError(ImsError):
    """A transfer cannot be found, or cannot go on. ``resumable``: not now, but later."""

    def __init__(self, message: str, *, next_step: str = "", resumable: bool = False) -> None:
        super().__init__(message, next_step=next_step)
        self.resumable = resumable


@dataclass(slots=True)
class Transfer:
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

    def same_wish(self, other: Transfer) -> bool:
        """Whether both want the same file in the same place: then there is one transfer, not two."""
        names = ("kind", "service", "path", "destination", "arguments")
        same = all(getattr(self, name) == getattr(other, name) for name in names)
        return same and self.is_of(other.size_bytes, other.modified_ns, other.inode)

    def is_of(self, size_bytes: int, modified_ns: int, inode: int) -> bool:
        """Whether nothing speaks for another file, or another state of it, at the same path."""
        same = (self.size_bytes, self.modified_ns) == (size_bytes, modified_ns)
        return same and (self.inode == inode or 0 in (self.inode, inode))

    def same_place(self, other: Transfer) -> bool:
        """Whether both go to one object of a bucket of the user's own; in VOD storage every file has its own place."""
        if VOD in (self.destination, other.destination) or self.service != other.service:
            return False
        return own_place(self.destination, self.path) == own_place(other.destination, other.path)

    @classmethod
    def from_json(cls, text: str, transfer_id: str) -> Self:
        """``transfer_id`` is the name of the file: what stands in it is not believed. ValueError, TypeError."""
        known = {row.name for row in fields(cls)} - {"id"}
        content: Any = json.loads(text)
        if not isinstance(content, dict):
            raise TypeError("not a transfer")
        content = cast("dict[str, Any]", content)
        transfer = cls(**{name: value for name, value in content.items() if name in known}, id=transfer_id)
        for name, kind in _TYPES.items():
            if not isinstance(getattr(transfer, name), kind):
                raise TypeError(f"{name} is something else")
        if transfer.state not in get_args(State) or transfer.kind not in ("media", "stream"):
            raise ValueError("of another version")
        return transfer


_TYPES: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("service", "path", "destination", "client_token", "media_id", "error"), str),
    **dict.fromkeys(("size_bytes", "modified_ns", "inode"), int),
    **dict.fromkeys(("arguments", "target", "uploaded"), dict),
    "created": (int, float),
}


def own_place(destination: str, path: str) -> tuple[str, str]:
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


class Journal:
    """The transfers of one state directory. Methods block on the disk: call them in a thread; threads share it."""

    def __init__(self, directory: Path, clock: Callable[[], float] = time.time) -> None:
        self._directory = directory
        self._clock = clock
        self._reading = threading.Lock()
        self._known: dict[str, tuple[os.stat_result, Transfer]] = {}

    @property
    def checkpoints(self) -> Path:
        """Where the uploader keeps what it needs to go on."""
        return self._directory / "checkpoints"

    def write(self, transfer: Transfer) -> None:
        """Replace what is written of it, in one step. Raises TransferError where it cannot be written."""
        path = self._path(transfer.id)
        # Several calls may follow one transfer to its end, and each of them writes that down.
        temporary = path.with_suffix(f".{secrets.token_hex(4)}.new")
        try:
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                json.dump(asdict(transfer), file)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError as error:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise self._unwritable(error) from None

    def enter(self, wish: Transfer) -> Transfer:
        """The transfer there is for the same wish, unless it failed or was cancelled; or this one, now written down.

        One at a time, of all processes: two that wish the same get one transfer. Forgets what ended long ago. Raises
        TransferError.
        """
        with self._locked("start", _ENTER_SECONDS) as alone:
            if not alone:
                raise TransferError(
                    f"Another server process holds the list of transfers in {show_path(self._directory)}.",
                    next_step="Call again; --state-dir of the server names a directory of its own.",
                    resumable=True,
                )
            self._forget_old()
            known = self.all()
            same = next((t for t in known if t.state not in ("failed", "cancelled") and t.same_wish(wish)), None)
            if same is not None:
                with suppress(OSError):
                    os.utime(self._path(same.id))
                return same
            for other in known:
                if not other.ended and not other.arrived and other.same_place(wish):
                    raise TransferError(
                        f"The transfer {other.id} of {show_path(other.path)} goes to the same object and has not "
                        "ended.",
                        next_step="Wait for it (transfer_status), cancel it (cancel_transfer), or choose another "
                        "prefix.",
                    )
            self.write(wish)
            return wish

    def read(self, transfer_id: str) -> Transfer:
        """Raises TransferError where there is none of that id."""
        if _ID.fullmatch(transfer_id):
            try:
                return Transfer.from_json(self._path(transfer_id).read_text(encoding="utf-8"), transfer_id)
            except (OSError, ValueError, TypeError, RecursionError):
                pass
        raise TransferError(
            f"There is no transfer {plain(transfer_id, 40)!r}.",
            next_step="Call transfer_status without an id to list those there are.",
        )

    def all(self) -> list[Transfer]:
        """Newest first; files that cannot be read are passed over. Only what was written since is read again."""
        with self._reading:
            found: dict[str, tuple[os.stat_result, Transfer]] = {}
            for path in self._directory.glob("t-*.json"):
                try:
                    status = path.stat()
                    before = self._known.get(path.stem)
                    if before is None or _written(before[0]) != _written(status):
                        before = (status, self.read(path.stem))
                except (OSError, TransferError):
                    continue
                found[path.stem] = before
            self._known = found
        # Whoever gets one may change it.
        transfers = [replace(transfer) for _, transfer in found.values()]
        return sorted(transfers, key=lambda transfer: transfer.created, reverse=True)

    def held(self, transfer_id: str) -> AbstractContextManager[bool]:
        """True while this process alone works on the transfer; False where another one does."""
        return self._locked(transfer_id, _LOOK_SECONDS)

    def held_elsewhere(self, transfer_id: str) -> bool:
        """Whether somebody works on it just now."""
        with self.held(transfer_id) as free:
            return not free

    def _forget_old(self) -> None:
        """Remove what has ended and was not asked for again for :data:`KEPT_DAYS`, and what a crash left half written.

        An upload that was interrupted stays: parts of it lie in OSS until it goes on or is cancelled.
        """
        self.all()
        now = self._clock()
        old = [
            self._path(transfer_id)
            for transfer_id, (status, transfer) in self._known.items()
            if (transfer.ended or transfer.arrived) and now - status.st_mtime > KEPT_DAYS * 86_400
        ]
        old += [path.with_suffix(".lock") for path in old]
        with suppress(OSError):
            old += [path for path in self._directory.glob("t-*.new") if now - path.stat().st_mtime > 86_400]
        for path in old:
            with suppress(OSError):
                path.unlink()

    @contextmanager
    def _locked(self, name: str, wait_seconds: float) -> Generator[bool]:
        """Whether this process alone has it. Raises TransferError where nothing can be locked here."""
        from filelock import FileLock, Timeout  # late: only uploads lock anything

        path = self._directory / f"{name}.lock"
        lock = FileLock(path, timeout=wait_seconds, poll_interval=_POLL_SECONDS, mode=0o600, thread_local=False)
        alone = True
        try:
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock.acquire()
        except Timeout:
            alone = False
        except OSError as error:
            raise self._unwritable(error) from None
        try:
            yield alone
        finally:
            if alone:
                with suppress(OSError):
                    # Whoever waits for a lock whose file is gone takes a new one. Windows removes it at its release.
                    path.unlink()
                lock.release()

    def _unwritable(self, error: OSError) -> TransferError:
        return TransferError(
            f"The transfer cannot be written down in {show_path(self._directory)} "
            f"({error.strerror or type(error).__name__}).",
            next_step="Make that directory writable and give its disk some room; --state-dir of the server names "
            "another.",
            resumable=True,
        )

    def _path(self, transfer_id: str) -> Path:
        return self._directory / f"{transfer_id}.json"


def _written(status: os.stat_result) -> tuple[int, int, int]:
    """What differs between two writings of one file."""
    return status.st_ino, status.st_mtime_ns, status.st_size
