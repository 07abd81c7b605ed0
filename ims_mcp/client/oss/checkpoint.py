"""What is known of a transfer after a crash: a journal of one JSON line for each step, without any credential.

The first line is written whole or not at all and says what is going to be sent where; it stands before OSS is asked to
begin, so that no multipart upload is begun without a trace here. Each further line (the upload id, a finished part, the
beginning of the end) is appended by a single write. A line that a crash cut off is ignored and cut away.
"""

from __future__ import annotations

import json
import logging
import os
import re
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ims_mcp.client.oss.errors import TransferRefused
from ims_mcp.client.oss.source import Identity

if TYPE_CHECKING:
    from filelock import FileLock

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_VERSION = 1

logger = logging.getLogger("ims_mcp.client.oss")


@dataclass(frozen=True, slots=True)
class FinishedPart:
    etag: str
    crc64: int
    size: int


@dataclass(slots=True)
class Record:
    """A journal as it reads."""

    identity: Identity
    bucket: str
    key: str
    part_bytes: int
    intended_at: float
    """Epoch seconds of the first attempt to begin that may have left something behind."""
    path: str = ""
    doubtful: bool = False
    """Whether OSS may have begun an upload whose id never arrived."""
    upload_id: str = ""
    """Empty: OSS was going to be asked to begin, and what it answered is not known."""
    parts: dict[int, FinishedPart] = field(default_factory=dict[int, FinishedPart])
    expected_crc64: int | None = None
    """Set once OSS was going to be asked to make the object."""


class Checkpoint:
    """The journal of one transfer, locked against other processes while open. All methods block; threads share it."""

    def __init__(self, directory: Path, transfer_id: str, lock: FileLock) -> None:
        self._path = _journal(directory, transfer_id)
        self._file_lock = lock
        self._lock = threading.Lock()
        self._warned = False
        self.record: Record | None = None

    @classmethod
    def open(cls, directory: Path, transfer_id: str) -> Self:
        """Raises TransferRefused: an id that cannot name a file, a transfer that runs already, no right to write."""
        from filelock import FileLock, Timeout  # late: only uploads lock anything

        if not _ID.fullmatch(transfer_id):
            raise TransferRefused(
                "The transfer id may have 100 letters, digits, dots, hyphens and underscores.",
                next_step="Use the id that the upload was started with.",
            )
        try:
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = FileLock(directory / f"{transfer_id}.lock", timeout=0, mode=0o600, thread_local=False)
            lock.acquire()
        except Timeout:
            raise TransferRefused(
                f"The transfer {transfer_id} is running already, here or in another process.",
                next_step="Wait for it, or cancel it there.",
            ) from None
        except OSError as error:
            raise _unwritable(error) from None
        checkpoint = cls(directory, transfer_id, lock)
        try:
            checkpoint._load()
        except OSError as error:
            checkpoint.close()
            raise _unwritable(error) from None
        except BaseException:
            checkpoint.close()
            raise
        return checkpoint

    def close(self) -> None:
        with suppress(OSError):
            # Whoever waits for a lock whose file is gone takes a new one. Windows removes it when it is released.
            Path(self._file_lock.lock_file).unlink()
        self._file_lock.release()

    def intend(self, record: Record) -> None:
        """Replace the journal by its first line, durably. Raises TransferRefused."""
        line = json.dumps(
            {
                "version": _VERSION,
                "source": {"path": record.path, **record.identity.saved()},
                "target": {"bucket": record.bucket, "key": record.key},
                "part_bytes": record.part_bytes,
                "intended_at": record.intended_at,
                "doubtful": record.doubtful,
            }
        )
        unfinished = self._path.with_suffix(".new")
        try:
            with self._lock:
                with suppress(FileNotFoundError):
                    unfinished.unlink()
                _write(unfinished, line, os.O_CREAT | os.O_EXCL, durable=True)
                unfinished.replace(self._path)
                self.record = record
        except OSError as error:
            raise _unwritable(error) from None

    def started(self, upload_id: str) -> None:
        """Durably, or TransferRefused."""
        self._present().upload_id = upload_id
        try:
            with self._lock:
                _write(self._path, json.dumps({"upload_id": upload_id}), os.O_APPEND, durable=True)
        except OSError as error:
            raise _unwritable(error) from None

    def doubt(self) -> None:
        """OSS may have begun an upload without our hearing of it."""
        if not self._present().doubtful:
            self._present().doubtful = True
            self._append({"doubtful": True})

    def finished(self, number: int, part: FinishedPart) -> None:
        self._present().parts[number] = part
        self._append({"part": number, "etag": part.etag, "crc64": str(part.crc64), "size": part.size})

    def completing(self, expected_crc64: int) -> None:
        self._present().expected_crc64 = expected_crc64
        self._append({"completing": str(expected_crc64)})

    def remove(self) -> None:
        """Forget the transfer."""
        with self._lock:
            self.record = None
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    def known_uploads(self) -> set[str]:
        """The upload ids in every journal of the directory: multipart uploads that belong to somebody."""
        found: set[str] = set()
        for path in self._path.parent.glob("*.journal"):
            with suppress(OSError, ValueError, KeyError, TypeError):
                record = _read(path.read_bytes())[0]
                found.add(record.upload_id)
        return found - {""}

    def _present(self) -> Record:
        if self.record is None:
            raise RuntimeError("the transfer has no journal yet")
        return self.record

    def _append(self, entry: dict[str, Any]) -> None:
        # Without its line a finished part is recognised by its MD5 when the transfer is resumed: a full disk here is
        # no reason to stop.
        try:
            with self._lock:
                _write(self._path, json.dumps(entry), os.O_APPEND)
        except OSError as error:
            if not self._warned:
                self._warned = True
                logger.warning("a checkpoint could not be written", extra={"reason": error.strerror})

    def _load(self) -> None:
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return
        try:
            self.record, whole_bytes = _read(content)
        except (ValueError, KeyError, TypeError):
            logger.warning("a checkpoint was not readable and is left out", extra={"checkpoint": self._path.name})
            self._path.unlink()
            return
        if whole_bytes < len(content):
            os.truncate(self._path, whole_bytes)


def _journal(directory: Path, transfer_id: str) -> Path:
    return directory / f"{transfer_id}.journal"


def _unwritable(error: OSError) -> TransferRefused:
    return TransferRefused(
        f"The checkpoint of the transfer could not be read or written ({error.strerror or type(error).__name__}).",
        next_step="Make the directory of its state writable and give its disk some room.",
    )


def _write(path: Path, line: str, flags: int, *, durable: bool = False) -> None:
    kept = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_BINARY", "O_NOINHERIT"))
    descriptor = os.open(path, os.O_WRONLY | flags | kept, 0o600)
    try:
        data = f"{line}\n".encode("ascii")
        if os.write(descriptor, data) < len(data):
            raise OSError("the line could not be written whole")
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(content: bytes) -> tuple[Record, int]:
    """The record, and how many bytes of the content are whole lines. ValueError, KeyError, TypeError for a stranger."""
    whole_bytes = content.rfind(b"\n") + 1
    first, *rest = content[:whole_bytes].splitlines()
    head: dict[str, Any] = json.loads(first)
    if head["version"] != _VERSION:
        raise ValueError("another version")
    record = Record(
        identity=Identity.restored(head["source"]),
        bucket=str(head["target"]["bucket"]),
        key=str(head["target"]["key"]),
        part_bytes=int(head["part_bytes"]),
        intended_at=float(head["intended_at"]),
        path=str(head["source"]["path"]),
        doubtful=bool(head["doubtful"]),
    )
    for line in rest:
        try:
            entry: dict[str, Any] = json.loads(line)
        except ValueError:
            continue  # half a line that a full disk left, with another after it
        if "upload_id" in entry:
            record.upload_id = str(entry["upload_id"])
        elif "part" in entry:
            part = FinishedPart(str(entry["etag"]), int(entry["crc64"]), int(entry["size"]))
            record.parts[int(entry["part"])] = part
        elif "doubtful" in entry:
            record.doubtful = True
        elif "completing" in entry:
            record.expected_crc64 = int(entry["completing"])
    # Asked to begin, and killed before the answer was written down.
    record.doubtful = record.doubtful or not record.upload_id
    return record, whole_bytes
