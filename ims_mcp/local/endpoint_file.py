"""``endpoint.json`` of a data directory: where its embedded IMS listens, with which key pair, and how it proves itself.

Written by the embedded IMS, read by the commands that look for one. The file may be a killed process's, and its port
somebody else's by now: what it says counts only once the one who answers there has proved that it wrote the file.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

HEALTH_PATH = "/-/health"
_NAME = "endpoint.json"
_ENDPOINT = re.compile(r"http://127\.0\.0\.1:([1-9][0-9]{0,4})")
_NONCE = re.compile(r"[0-9a-f]{32,64}")
_MAX_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class Announcement:
    """``endpoint`` is ``http://127.0.0.1:PORT``; the key pair is the one in force there."""

    endpoint: str
    pid: int
    access_key_id: str
    access_key_secret: str = field(repr=False)
    proof_key: str = field(repr=False)
    """Made anew at every start, and known to nobody who cannot read the file."""

    @property
    def port(self) -> int:
        """Of the endpoint."""
        return int(self.endpoint.rpartition(":")[2])


def write_announcement(data_dir: Path, announcement: Announcement) -> None:
    """Whole or not at all, and readable by this user only."""
    unfinished = data_dir / f"{_NAME}.part"
    unfinished.unlink(missing_ok=True)
    content = {name: getattr(announcement, name) for name in Announcement.__slots__}
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file)
    unfinished.replace(data_dir / _NAME)


def remove_announcement(data_dir: Path) -> None:
    """If there is one."""
    (data_dir / _NAME).unlink(missing_ok=True)


def read_announcement(data_dir: Path) -> Announcement | None:
    """What the file says; None unless it is this user's own, of this form, and names a port of 127.0.0.1."""
    try:
        content: Any = json.loads(_read_own(data_dir / _NAME))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    values = cast("dict[str, Any]", content)
    words = [values.get(name) for name in ("endpoint", "access_key_id", "access_key_secret", "proof_key")]
    if not all(isinstance(word, str) and word and word.isascii() for word in words) or not isinstance(
        values.get("pid"), int
    ):
        return None
    found = _ENDPOINT.fullmatch(values["endpoint"])
    if found is None or int(found[1]) > 65_535:
        return None
    return Announcement(**{name: values[name] for name in Announcement.__slots__})


def make_proof(proof_key: str, nonce: str) -> str | None:
    """What only the writer of the file can answer to ``nonce``; None for one that is no nonce (32 to 64 hex digits)."""
    if not _NONCE.fullmatch(nonce):
        return None
    return hmac.new(proof_key.encode(), f"ims-mcp local {nonce}".encode(), hashlib.sha256).hexdigest()


def _read_own(path: Path) -> bytes:
    """The content of a small file. Raises OSError for a link, and for a file that others own or may read or write."""
    # Without O_NONBLOCK a pipe in its place would be waited for.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    if path.is_symlink():  # where the system has no O_NOFOLLOW
        raise PermissionError(f"{path} is a link")
    descriptor = os.open(path, flags)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise PermissionError(f"{path} is not a file")
        if os.name == "posix" and (found.st_uid != os.geteuid() or found.st_mode & 0o077):
            raise PermissionError(f"{path} is not this user's alone")
        return os.read(descriptor, _MAX_BYTES)
    finally:
        os.close(descriptor)
