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
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self, cast

from ims_mcp.client.oss.errors import TransferRefused
from ims_mcp.client.oss.parts import MAX_PARTS
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


def replace_file(path: Path, lines: Sequence[dict[str, Any]]) -> None:
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
    """The owner's line of a journal, empty where it is none. Raises OSError."""
    with path.open("rb") as file:
        lines = read_lines(file.readline())
    return lines[0] if lines else {}


class UploadJournal:
    """The journal of one upload, in the hands of whoever holds its lock. All methods block; threads share it.

    Those that write raise TransferRefused, unless they say otherwise.
    """

    def __init__(self, path: Path, owner: dict[str, Any] | None = None, entries: Sequence[dict[str, Any]] = ()) -> None:
        self._path = path
        self._owner = owner or {}
        self._lock = threading.Lock()
        self._warned = False
        self.record = read_record(entries)
        """None: OSS has nothing of the upload, as far as is known."""
        self._entries = [*entries] if self.record is not None else []

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
        journal = cls(path, next(iter(read_lines(first)), None), read_lines(rest))
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
        entry = {
            "source": asdict(record.identity),
            "target": {"bucket": record.bucket, "key": record.key},
            "part_bytes": record.part_bytes,
            "intended_at": record.intended_at,
            "doubtful": record.uncertain,
        }
        with self._lock:
            self.record, self._entries = record, [entry]
            self._replace()

    def take_over(self, entries: Sequence[dict[str, Any]]) -> None:
        """Replace the upload's lines by those of another journal."""
        with self._lock:
            self.record, self._entries = read_record(entries), [*entries]
            self._replace()

    def note_upload_id(self, upload_id: str, *, uncertain: bool) -> None:
        """``uncertain``: an earlier try may have begun another upload, whose id never arrived."""
        self._append({"upload_id": upload_id} | ({"doubtful": True} if uncertain else {}), durable=True)

    def add_part(self, number: int, part: FinishedPart) -> None:
        """Raises nothing: without its line a part is recognised by its MD5 when the upload is resumed."""
        self._append({"part": number, "etag": part.etag, "crc64": str(part.crc64), "size": part.size})

    def note_completing(self, expected_crc64: int) -> None:
        """The object is going to be made, with this CRC. Raises nothing."""
        self._append({"completing": str(expected_crc64)})

    def forget_upload(self) -> None:
        """OSS has nothing of it any more. Raises nothing; a journal without an owner is removed."""
        with self._lock:
            if self.record is None:
                return
            self.record, self._entries = None, []
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
                found |= {str(entry["upload_id"]) for entry in read_lines(path.read_bytes()) if "upload_id" in entry}
        return found

    def _replace(self) -> None:
        replace_file(self._path, [self._owner, *self._entries])

    def _append(self, entry: dict[str, Any], *, durable: bool = False) -> None:
        with self._lock:
            if self.record is None:  # a thread that was left behind
                return
            self._entries.append(entry)
            _note(self.record, entry)
            try:
                _write(self._path, [entry], os.O_APPEND, durable=durable)
            except OSError as error:
                if durable:
                    raise _unwritable(self._path, error) from None
                if not self._warned:  # a full disk is no reason to stop an upload under way
                    self._warned = True
                    logger.warning("a journal could not be written", extra={"reason": error.strerror})


def read_lines(content: bytes) -> list[dict[str, Any]]:
    """The objects in it, one a line; what a crash, a full disk or a stranger left is passed over."""
    found: list[dict[str, Any]] = []
    for line in content.split(b"\n"):
        with suppress(ValueError, RecursionError):
            entry: Any = json.loads(line)
            if isinstance(entry, dict):
                found.append(cast("dict[str, Any]", entry))
    return found


def read_record(entries: Sequence[dict[str, Any]]) -> UploadRecord | None:
    """What the lines say of an upload, also of one that an earlier version began; None where they make no sense."""
    record: UploadRecord | None = None
    for entry in entries:
        with suppress(ValueError, KeyError, TypeError, OverflowError):
            if "part_bytes" in entry:
                if not 0 < int(entry["source"]["size"]) <= MAX_PARTS * int(entry["part_bytes"]):
                    raise ValueError("nothing that could be sent in parts")
                record = UploadRecord(
                    identity=Identity.restored(entry["source"]),
                    bucket=str(entry["target"]["bucket"]),
                    key=str(entry["target"]["key"]),
                    part_bytes=int(entry["part_bytes"]),
                    intended_at=float(entry["intended_at"]),
                )
            if record is not None:
                _note(record, entry)
    if record is not None and not record.upload_id:
        record.uncertain = True  # asked to begin, and killed before the answer was written down
    return record


def _note(record: UploadRecord, entry: dict[str, Any]) -> None:
    if "upload_id" in entry:
        record.upload_id = str(entry["upload_id"])
    if "part" in entry:
        part = FinishedPart(str(entry["etag"]), int(entry["crc64"]), int(entry["size"]))
        if not 0 <= part.crc64 < 2**64:
            raise ValueError("no CRC-64")
        record.parts[int(entry["part"])] = part
    if "completing" in entry:
        record.expected_crc64 = int(entry["completing"])
    record.uncertain = record.uncertain or bool(entry.get("doubtful"))


def _write(path: Path, lines: Sequence[dict[str, Any]], flags: int, *, durable: bool = False) -> None:
    descriptor = os.open(path, _FLAGS | flags, 0o600)
    try:
        data = "".join(f"{json.dumps(line)}\n" for line in lines).encode("ascii")
        if os.write(descriptor, data) < len(data):
            raise OSError("the line could not be written whole")
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritable(path: Path, error: OSError) -> TransferRefused:
    return TransferRefused(
        f"The transfer cannot be written down in {show_path(path.parent)} ({error.strerror or type(error).__name__}).",
        next_step="Make that directory writable and give its disk some room; --state-dir of the server names another.",
        resumable=True,
    )
