"""Where an upload goes to, checked before anything is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlsplit

from ims_mcp.client.oss.errors import TransferRefused
from ims_mcp.foreign_text import plain
from ims_mcp.loopback import is_loopback

MAX_KEY_BYTES = 1023
_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class UploadTarget:
    """``endpoint`` with its scheme; ``region``, where the host does not name it, makes requests be signed with V4."""

    endpoint: str
    bucket: str
    key: str
    region: str = ""
    keeps_existing: bool = False
    """An object that is there already stays as it is: OSS is told so with every request that could replace it."""

    def __str__(self) -> str:
        return plain(f"oss://{self.bucket}/{self.key}", 200)

    def checked(self) -> Self:
        """The target as it is used: never unencrypted except to this machine. Raises TransferRefused."""
        parts = urlsplit(self.endpoint)
        try:
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            host = ""
        if parts.scheme not in ("http", "https") or not host or parts.path.strip("/") or parts.query or parts.username:
            raise TransferRefused(
                f"The endpoint {plain(self.endpoint, 100)!r} is not a scheme and a host.",
                next_step="Give one such as https://oss-cn-shanghai.aliyuncs.com.",
            )
        if not _BUCKET.fullmatch(self.bucket):
            raise TransferRefused(
                f"{plain(self.bucket, 80)!r} is not a bucket name.",
                next_step="A bucket has 3 to 63 lower-case letters, digits and inner hyphens.",
            )
        self._check_key()
        return self if is_loopback(host) else replace(self, endpoint=f"https://{parts.netloc}")

    def _check_key(self) -> None:
        try:
            size_bytes = len(self.key.encode("utf-8"))
        except UnicodeEncodeError:
            raise TransferRefused(
                "The object key is not valid Unicode: the file's name is not UTF-8.",
                next_step="Name the object explicitly, or rename the file.",
            ) from None
        if not 1 <= size_bytes <= MAX_KEY_BYTES:
            raise TransferRefused(
                f"The object key has {size_bytes:,} bytes in UTF-8; OSS allows 1 to {MAX_KEY_BYTES:,}.",
                next_step="Choose a shorter prefix or file name.",
            )
        # A key of dots alone would be taken for a step in the path by everything between here and OSS.
        if self.key.startswith(("/", "\\")) or self.key in (".", ".."):
            raise TransferRefused(
                f"The object key {plain(self.key, 80)!r} is not allowed: it starts with a slash, or is dots alone.",
                next_step="Choose another key.",
            )
