"""What is known of an upload after a crash: a file of JSON lines without any credential, and the lock to it.

The first line is its owner's, any object; what follows is the upload's: what is going to be sent where, then a line
for each step (the upload id, a finished part, the beginning of the end). The file is replaced as a whole before OSS is
asked to begin, so that no multipart upload is begun without a trace here; each further line is appended by a single
write. A line that a crash cut off is ignored.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self, cast

from ims_mcp.client.oss.errors import TransferRefused
from ims_mcp.client.oss.source import Identity, show_path

# A look from another process holds a lock for a moment: that is no reason to give up.
LOOK_SECONDS = 0.05
_POLL_SECONDS = 0.01
_FLAGS = os.O_WRONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_BINARY", "O_NOINHERIT"))

logger = logging.getLogger("ims_mcp.client.oss")


@dataclass(frozen=True, slots=True)
class FinishedPart:
    """A part that OSS has."""

    etag: str
    crc64: int
    size: int


@dataclass(slots=True)
class UploadRecord:
    """What a journal says of a multipart upload."""

    identity: Identity
    bucket: str
    key: str
    part_bytes: int
    intended_at: float
    """Epoch seconds of the first attempt to begin that may have left something behind."""
    uncertain: bool = False
    """Whether OSS may have begun an upload whose id never arrived."""
    upload_id: str = ""
    """Empty: OSS was going to be asked to begin, and what it answered is not known."""
    parts: dict[int, FinishedPart] = field(default_factory=dict[int, FinishedPart])
    expected_crc64: int | None = None
    """Set once OSS was going to be asked to make the object."""


@contextmanager
def hold_lock(path: Path, wait_seconds: float) -> Generator[bool]:
    """Whether this process alone has the lock; waits for it that long. Blocks.

    Makes its directory, and leaves no file. Raises TransferRefused where nothing can be locked.
    """
    from filelock import FileLock, Timeout  # late: only uploads lock anything

    lock = FileLock(path, timeout=wait_seconds, poll_interval=_POLL_SECONDS, mode=0o600, thread_local=False)
    alone = True
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock.acquire()
    except Timeout:
        alone = False
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        yield alone
    finally:
        if alone:
            with suppress(OSError):
                # Whoever waits for a lock whose file is gone takes a new one. Windows removes it when it is released.
                path.unlink()
            lock.release()


def replace_file(path: Path, lines: list[dict[str, Any]]) -> None:
    """Write a journal of these lines in one step, durably. Blocks; raises TransferRefused."""
    # Several threads and processes may write down one end.
    temporary = path.with_suffix(f".{secrets.token_hex(4)}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(temporary, lines, os.O_CREAT | os.O_EXCL, durable=True)
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise _unwritable(path, error) from None


def read_owner(path: Path) -> dict[str, Any]:
    """The owner's line of a journal. Raises OSError; ValueError where it is none."""
    with path.open("rb") as file:
        return _read_object(file.readline())


class UploadJournal:
    """The journal of one upload, in the hands of whoever holds its lock. All methods block; threads share it.

    Methods that write raise TransferRefused, unless they say otherwise.
    """

    def __init__(self, path: Path, owner: dict[str, Any] | None = None, record: UploadRecord | None = None) -> None:
        self._path = path
        self._owner = owner or {}
        self._lock = threading.Lock()
        self._warned = False
        self.record = record
        """None: OSS has nothing of the upload, as far as is known."""

    @classmethod
    @contextmanager
    def hold(cls, path: Path) -> Generator[Self | None]:
        """The journal at ``path``, there or not, locked; None while another holds it. Raises TransferRefused."""
        with hold_lock(path.with_suffix(".lock"), LOOK_SECONDS) as alone:
            yield cls._open(path) if alone else None

    @classmethod
    def _open(cls, path: Path) -> Self:
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return cls(path)
        except OSError as error:
            raise _unwritable(path, error) from None
        first, _, rest = content.partition(b"\n")
        owner: dict[str, Any] | None = None
        with suppress(ValueError):
            owner = _read_object(first)
        journal = cls(path, owner, read_record(rest))
        if journal.record is not None and not content.endswith(b"\n"):
            journal._replace()  # so that the next line does not go on in one that was cut off
        return journal

    def save(self, owner: dict[str, Any]) -> None:
        """Replace the owner's line, and keep the upload's."""
        with self._lock:
            self._owner = owner
            self._replace()

    def begin(self, record: UploadRecord) -> None:
        """Say what OSS is going to be asked to begin."""
        with self._lock:
            self.record = record
            self._replace()

    def note_upload_id(self, upload_id: str, *, uncertain: bool) -> None:
        """``uncertain``: an earlier try may have begun another upload, whose id never arrived."""
        record = self._present()
        record.upload_id = upload_id
        entry: dict[str, Any] = {"upload_id": upload_id}
        if uncertain:
            record.uncertain = True
            entry["doubtful"] = True
        try:
            with self._lock:
                _write(self._path, [entry], os.O_APPEND, durable=True)
        except OSError as error:
            raise _unwritable(self._path, error) from None

    def add_part(self, number: int, part: FinishedPart) -> None:
        """Raises nothing: without its line a part is recognised by its MD5 when the upload is resumed."""
        with self._lock:
            self._present().parts[number] = part
            self._append({"part": number, "etag": part.etag, "crc64": str(part.crc64), "size": part.size})

    def note_completing(self, expected_crc64: int) -> None:
        """The object is going to be made, with this CRC. Raises nothing."""
        with self._lock:
            self._present().expected_crc64 = expected_crc64
            self._append({"completing": str(expected_crc64)})

    def forget_upload(self) -> None:
        """OSS has nothing of it any more. Raises nothing; a journal without an owner is removed."""
        with self._lock:
            if self.record is None:
                return
            self.record = None
            with suppress(OSError, TransferRefused):
                if self._owner:
                    self._replace()
                else:
                    self._path.unlink(missing_ok=True)

    def known_upload_ids(self) -> set[str]:
        """The upload ids in every journal of the directory: multipart uploads that belong to somebody."""
        found: set[str] = set()
        for path in self._path.parent.glob(f"*{self._path.suffix}"):
            with suppress(OSError):
                record = read_record(path.read_bytes())
                found.add(record.upload_id if record is not None else "")
        return found - {""}

    def _present(self) -> UploadRecord:
        if self.record is None:
            raise RuntimeError("the upload has no record yet")
        return self.record

    def _replace(self) -> None:
        replace_file(self._path, [self._owner, *_write_record(self.record)])

    def _append(self, entry: dict[str, Any]) -> None:
        try:
            _write(self._path, [entry], os.O_APPEND)
        except OSError as error:  # a full disk is no reason to stop an upload under way
            if not self._warned:
                self._warned = True
                logger.warning("a journal could not be written", extra={"reason": error.strerror})


def read_record(content: bytes) -> UploadRecord | None:
    """What the lines say of an upload, also of one that an earlier version wrote; None where nothing makes sense."""
    record: UploadRecord | None = None
    for line in content.split(b"\n"):
        try:
            entry = _read_object(line)
            if "part_bytes" in entry:
                target = entry["target"]
                record = UploadRecord(
                    identity=Identity.restored(entry["source"]),
                    bucket=str(target["bucket"]),
                    key=str(target["key"]),
                    part_bytes=int(entry["part_bytes"]),
                    intended_at=float(entry["intended_at"]),
                )
            if record is None:
                continue
            if "upload_id" in entry:
                record.upload_id = str(entry["upload_id"])
            if "part" in entry:
                part = FinishedPart(str(entry["etag"]), int(entry["crc64"]), int(entry["size"]))
                record.parts[int(entry["part"])] = part
            if "completing" in entry:
                record.expected_crc64 = int(entry["completing"])
            record.uncertain = record.uncertain or bool(entry.get("doubtful"))
        except (ValueError, KeyError, TypeError):
            continue  # half a line that a crash or a full disk left
    if record is not None and not record.upload_id:
        record.uncertain = True  # asked to begin, and killed before the answer was written down
    return record


def _write_record(record: UploadRecord | None) -> list[dict[str, Any]]:
    if record is None:
        return []
    lines: list[dict[str, Any]] = [
        {
            "source": asdict(record.identity),
            "target": {"bucket": record.bucket, "key": record.key},
            "part_bytes": record.part_bytes,
            "intended_at": record.intended_at,
            "doubtful": record.uncertain,
        }
    ]
    if record.upload_id:
        lines.append({"upload_id": record.upload_id})
    for number, part in record.parts.items():
        lines.append({"part": number, "etag": part.etag, "crc64": str(part.crc64), "size": part.size})
    if record.expected_crc64 is not None:
        lines.append({"completing": str(record.expected_crc64)})
    return lines


def _write(path: Path, lines: list[dict[str, Any]], flags: int, *, durable: bool = False) -> None:
    descriptor = os.open(path, _FLAGS | flags, 0o600)
    try:
        data = "".join(f"{json.dumps(line)}\n" for line in lines).encode("ascii")
        if os.write(descriptor, data) < len(data):
            raise OSError("the line could not be written whole")
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_object(line: bytes) -> dict[str, Any]:
    """Raises ValueError where the line is no JSON object."""
    try:
        value: Any = json.loads(line)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004 - as of any other line that is none
    return cast("dict[str, Any]", value)


def _unwritable(path: Path, error: OSError) -> TransferRefused:
    return TransferRefused(
        f"The transfer cannot be written down in {show_path(path.parent)} ({error.strerror or type(error).__name__}).",
        next_step="Make that directory writable and give its disk some room; --state-dir of the server names another.",
        resumable=True,
    )
