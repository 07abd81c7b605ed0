"""What is known of one transfer, and its journal: one file each, written whole, never holding a credential."""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, Self, cast

from ims_mcp.errors import ImsError

State = Literal["starting", "uploading", "registering", "processing", "done", "failed", "cancelled"]
ENDED = frozenset({"done", "failed", "cancelled"})
_ID = re.compile(r"t-[0-9a-f]{12}")


class TransferError(ImsError):
    """A transfer cannot be found, or cannot go on."""


@dataclass(slots=True)
class Transfer:
    """One file on its way.

    ``service`` tells which IMS it belongs to (an endpoint, or the data directory of an embedded one); ``target`` is
    {endpoint, bucket, key} once it is known; ``uploaded`` {size_bytes, seconds, parts, parts_resent} once it is there.
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

    def same_wish(self, other: Transfer) -> bool:
        """Whether both want the same file in the same place: then there is one transfer, not two."""
        names = ("kind", "service", "path", "size_bytes", "modified_ns", "destination", "arguments")
        return all(getattr(self, name) == getattr(other, name) for name in names)

    @classmethod
    def from_json(cls, text: str) -> Self:
        known = {row.name for row in fields(cls)}
        content = cast("dict[str, Any]", json.loads(text))
        return cls(**{name: value for name, value in content.items() if name in known})


class Journal:
    """The transfers of one state directory. Methods block on the disk: call them in a thread."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @property
    def checkpoints(self) -> Path:
        """Where the uploader keeps what it needs to go on."""
        return self._directory / "checkpoints"

    def write(self, transfer: Transfer) -> None:
        """Replace what is written of it, in one step."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path(transfer.id)
        temporary = path.with_suffix(".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(transfer), file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)

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
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._directory / f"{transfer_id}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
            else:
                yield True
        finally:
            os.close(descriptor)

    def _path(self, transfer_id: str) -> Path:
        return self._directory / f"{transfer_id}.json"
