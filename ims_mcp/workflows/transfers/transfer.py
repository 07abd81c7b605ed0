"""What is known of one transfer, and its journal: one file each, written whole, never holding a credential."""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path, PurePath
from typing import Any, Literal, Self, cast

from ims_mcp.errors import ImsError

State = Literal["starting", "uploading", "registering", "processing", "done", "failed", "cancelled"]
ENDED = frozenset({"done", "failed", "cancelled"})
VOD = "vod"
_LOCK_TRIES = 4
_LOCK_PAUSE_SECONDS = 0.01
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
        names = ("kind", "service", "path", "size_bytes", "modified_ns", "destination", "arguments")
        return all(getattr(self, name) == getattr(other, name) for name in names)

    def same_place(self, other: Transfer) -> bool:
        """Whether both go to one object of a bucket of the user's own; in VOD storage every file has its own place."""
        if VOD in (self.destination, other.destination) or self.service != other.service:
            return False
        return own_place(self.destination, self.path) == own_place(other.destination, other.path)

    @classmethod
    def from_json(cls, text: str) -> Self:
        known = {row.name for row in fields(cls)}
        content: Any = json.loads(text)
        if not isinstance(content, dict):
            raise TypeError("not a transfer")
        content = cast("dict[str, Any]", content)
        return cls(**{name: value for name, value in content.items() if name in known})


def own_place(destination: str, path: str) -> tuple[str, str]:
    """Bucket and key of a file sent to ``oss://bucket/prefix/`` or ``oss://bucket/key.ext``. Raises TransferError."""
    bucket, _, prefix = destination.removeprefix("oss://").partition("/")
    name = PurePath(path)
    if prefix and not prefix.endswith("/"):
        # A prefix without its slash would silently become the name of the file.
        if PurePath(prefix).suffix.lower() != name.suffix.lower() or not name.suffix:
            raise TransferError(
                f"{destination} could be a prefix or the name of the object.",
                next_step=f"End a prefix with a slash, {destination}/; name an object with the extension of the file.",
            )
        key = prefix
    else:
        key = prefix + name.name
    if any(part in (".", "..") for part in key.split("/")):
        raise TransferError(
            f"{destination} has '.' or '..' as a part of the key, which does not survive on its way to OSS.",
            next_step="Name the prefix without it.",
        )
    return bucket, key


class Journal:
    """The transfers of one state directory. Methods block on the disk: call them in a thread."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

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
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
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

        One at a time, of all processes: two that wish the same get one transfer. Raises TransferError.
        """
        with self._locked("start", wait=True):
            known = self.all()
            same = next((t for t in known if t.state not in ("failed", "cancelled") and t.same_wish(wish)), None)
            if same is not None:
                return same
            for other in known:
                if not other.ended and not other.arrived and other.same_place(wish):
                    raise TransferError(
                        f"The transfer {other.id} of {other.path} goes to the same object and has not ended.",
                        next_step="Wait for it (transfer_status), cancel it (cancel_transfer), or choose another "
                        "prefix.",
                    )
            self.write(wish)
            return wish

    def read(self, transfer_id: str) -> Transfer:
        """Raises TransferError where there is none of that id."""
        if _ID.fullmatch(transfer_id):
            try:
                return Transfer.from_json(self._path(transfer_id).read_text(encoding="utf-8"))
            except (OSError, ValueError, TypeError):
                pass
        raise TransferError(
            f"There is no transfer {transfer_id[:40]!r}.",
            next_step="Call transfer_status without an id to list those there are.",
        )

    def all(self) -> list[Transfer]:
        """Newest first; files that cannot be read are passed over."""
        found: list[Transfer] = []
        for path in self._directory.glob("t-*.json"):
            try:
                found.append(self.read(path.stem))
            except TransferError:
                continue
        return sorted(found, key=lambda transfer: transfer.created, reverse=True)

    @contextmanager
    def held(self, transfer_id: str) -> Generator[bool]:
        """True while this process alone works on the transfer; False where another one does."""
        with self._locked(transfer_id) as alone:
            yield alone

    def held_elsewhere(self, transfer_id: str) -> bool:
        """Whether somebody works on it just now."""
        with self._locked(transfer_id, shared=True) as free:
            return not free

    @contextmanager
    def _locked(self, name: str, *, wait: bool = False, shared: bool = False) -> Generator[bool]:
        try:
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self._directory / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise self._unwritable(error) from None
        try:
            kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
            yield _lock(descriptor, kind if wait else kind | fcntl.LOCK_NB)
        finally:
            os.close(descriptor)

    def _unwritable(self, error: OSError) -> TransferError:
        return TransferError(
            f"The transfer cannot be written down in {self._directory} ({error.strerror or type(error).__name__}).",
            next_step="Make that directory writable and give its disk some room; --state-dir of the server names "
            "another.",
            resumable=True,
        )

    def _path(self, transfer_id: str) -> Path:
        return self._directory / f"{transfer_id}.json"


def _lock(descriptor: int, operation: int) -> bool:
    # A look from another process holds the lock for a moment: that is no reason to give up.
    for _ in range(_LOCK_TRIES):
        try:
            fcntl.flock(descriptor, operation)
        except OSError:
            time.sleep(_LOCK_PAUSE_SECONDS)
        else:
            return True
    return False
