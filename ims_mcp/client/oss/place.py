"""Where an object lies, read from an address that the service gave."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from ims_mcp.loopback import is_loopback

_HOST = re.compile(
    r"(?P<bucket>[a-z0-9][a-z0-9-]{1,61}[a-z0-9])\.(?P<host>oss-(?P<region>[a-z0-9-]+?)(-internal)?\.aliyuncs\.com)"
)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_NO_REGION = ("accelerate", "accelerate-overseas")


@dataclass(frozen=True, slots=True)
class ObjectPlace:
    """``endpoint`` is scheme and host of OSS; ``region`` is empty where the host does not name one."""

    endpoint: str
    bucket: str
    key: str
    region: str = ""

    @property
    def folder(self) -> str:
        """What its key begins with, to the last slash."""
        return self.key[: self.key.rfind("/") + 1]


def read_place(address: str) -> ObjectPlace | None:
    """The object of ``https://bucket.oss-REGION.aliyuncs.com/key``, or of a loopback address with a bucket in its path.

    None for any other host: nothing is signed for, or read from, a host that is not OSS.
    """
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https"):
        return None
    path = unquote(parts.path).removeprefix("/")
    if (found := _HOST.fullmatch(host)) and port in (None, 80, 443):
        region = "" if found["region"] in _NO_REGION else found["region"]
        return ObjectPlace(f"https://{found['host']}", found["bucket"], path, region) if path else None
    if not is_loopback(host) or parts.scheme != "http":
        return None
    bucket, _, key = path.partition("/")
    if not _BUCKET.fullmatch(bucket) or not key:
        return None
    return ObjectPlace(f"http://{parts.netloc}", bucket, key)


def write_https(address: str) -> str:
    """The same address as a page may load it: encrypted, except on this machine."""
    if not address.startswith("http://"):
        return address
    try:
        is_own = is_loopback(urlsplit(address).hostname or "")
    except ValueError:
        return address
    return address if is_own else f"https://{address.removeprefix('http://')}"
