"""Where an upload goes to, checked before anything is sent, with whose credentials, and how long it waits for what."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Protocol, Self
from urllib.parse import urlsplit

from ims_mcp.client.credentials import Credential, CredentialSource
from ims_mcp.client.oss.errors import TransferRefused
from ims_mcp.foreign_text import plain
from ims_mcp.loopback import is_loopback

MAX_KEY_BYTES = 1023
_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


class Credentials(Protocol):
    """Gives the credential for the next request: asked before every one, so what is still good should come from memory.

    ``force``: OSS called the last one expired, get another. Raises ImsError, which ends the upload as it is; what was
    sent is kept.
    """

    async def __call__(self, *, force: bool = False) -> Credential: ...


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long an upload waits for what."""

    connect_seconds: float = 10.0
    stall_seconds: float = 20.0
    """No byte is taken by the connection."""
    answer_seconds: float = 60.0
    """Everything has arrived and nothing comes back."""
    complete_seconds: float = 180.0
    """The same for the last request: making one object of 10,000 parts may take OSS longer than anything else."""
    clean_up_seconds: float = 5.0
    """For aborting the multipart upload of a cancelled transfer."""


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

    def require_usable(self) -> Self:
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


class OwnStorage:
    """OSS as the holder of the account reaches it. ``endpoint`` gives scheme and host."""

    def __init__(self, endpoint: Callable[[], Awaitable[str]], credentials: CredentialSource) -> None:
        self._endpoint = endpoint
        self._credentials = credentials

    async def get_credential(self, *, force: bool = False) -> Credential:
        """The account's own, in the form an upload asks for it."""
        return await (self._credentials.renew() if force else self._credentials.get())

    async def locate(self, bucket: str, key: str) -> UploadTarget:
        """An object of theirs, which is never put in the place of another."""
        return UploadTarget(await self._endpoint(), bucket, key, keeps_existing=True)
