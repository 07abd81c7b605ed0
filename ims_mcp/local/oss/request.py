"""One HTTP request as OSS reads it: which bucket, which object, which parameters, and who it says has sent it.

Its body comes as a stream.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from ims_mcp.local.oss.errors import OssError, invalid_argument
from ims_mcp.local.wire_values import read_whole_number
from ims_mcp.request_body import Message, Receive, RequestBody

MAX_SKEW_SECONDS = 900.0
Scope = Mapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

# oss-cn-shanghai.aliyuncs.com, oss-cn-shanghai-internal.aliyuncs.com, with or without a bucket in front.
_OSS_HOST = re.compile(r"(?:(?P<bucket>[^.]+)\.)?oss-[a-z0-9-]+\.aliyuncs\.com")


@dataclass(frozen=True, slots=True)
class Request:
    """``bucket`` None: the service itself; ``key`` None: the bucket itself."""

    method: str
    host: str
    bucket: str | None
    key: str | None
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    """By lower-case name, as Latin-1 text: encoding it again gives the bytes that travelled."""
    body: RequestBody

    def get_header(self, name: str) -> str | None:
        """By lower-case name."""
        return self.headers.get(name)

    def get_parameter(self, name: str) -> str | None:
        """The first value of a query parameter; None where it is absent."""
        return next((value for key, value in self.query if key == name), None)

    def has(self, name: str) -> bool:
        """Whether the query has a parameter of that name."""
        return any(key == name for key, _ in self.query)

    def get_number(self, name: str, default: int, lowest: int, highest: int) -> int:
        """An integer parameter; absent or empty gives the default. InvalidArgument out of range."""
        text = self.get_parameter(name)
        if not text:
            return default
        found = read_whole_number(text, lowest, highest)
        if found is None:
            raise invalid_argument(name, text, f"{name} is a number from {lowest} to {highest}.")
        return found

    @property
    def endpoint(self) -> str:
        """The address that leads here, without the bucket that a virtual host has in front.

        With its scheme, which OSS leaves out: some clients would take https otherwise.
        """
        bucket = find_bucket_in_host(self.host)
        return f"http://{self.host if bucket is None else self.host[len(bucket) + 1 :]}"

    @property
    def bucket_address(self) -> str:
        """The address of the bucket, in the style that the request was sent in."""
        path = "" if find_bucket_in_host(self.host) is not None else f"/{quote(self.bucket or '')}"
        return f"http://{self.host}{path}"

    @property
    def user(self) -> Mapping[str, str]:
        """The x-oss-meta- headers, without that prefix."""
        prefix = "x-oss-meta-"
        return {name[len(prefix) :]: value for name, value in self.headers.items() if name.startswith(prefix)}


def read_request(scope: Scope, receive: Receive) -> Request:
    """Virtual-hosted style where the host names a bucket, path style elsewhere (IP address, localhost, unknown names).

    InvalidArgument for bytes that are not UTF-8.
    """
    values: dict[str, list[str]] = {}
    for raw_name, raw_value in scope["headers"]:
        values.setdefault(raw_name.decode("latin-1").lower(), []).append(raw_value.decode("latin-1"))
    headers = {name: ",".join(several) for name, several in values.items()}
    host = headers.get("host", "")
    raw_path: bytes = scope["raw_path"]
    path = raw_path.removeprefix(b"/")
    bucket = find_bucket_in_host(host)
    if bucket is None and path:
        first, _, path = path.partition(b"/")
        bucket = unquote_to_bytes(first).decode("utf-8", "replace")
    try:
        key = unquote_to_bytes(path).decode("utf-8") or None
    except UnicodeDecodeError:
        raise _not_utf_8("ObjectName") from None
    return Request(
        method=scope["method"],
        host=host,
        bucket=bucket,
        key=key,
        query=_read_query(scope["query_string"]),
        headers=headers,
        body=RequestBody.of(scope["headers"], receive, scope["method"]),
    )


def find_bucket_in_host(host: str) -> str | None:
    """The bucket that a Host header names; None means path style.

    ``bucket.oss-REGION.aliyuncs.com`` and ``bucket.localhost`` name one.
    """
    name = host.lower()
    if name.startswith("["):
        return None
    name = name.partition(":")[0]
    try:
        ipaddress.ip_address(name)
    except ValueError:
        pass
    else:
        return None
    if name.endswith(".localhost"):
        return name.removesuffix(".localhost")
    match = _OSS_HOST.fullmatch(name)
    return match["bucket"] if match else None


def _read_query(text: bytes) -> tuple[tuple[str, str], ...]:
    pairs: list[tuple[str, str]] = []
    for part in text.split(b"&"):
        if part:
            # Form style, as every client sends it: a plus is a space.
            name, _, value = part.replace(b"+", b" ").partition(b"=")
            try:
                pairs.append((unquote_to_bytes(name).decode("utf-8"), unquote_to_bytes(value).decode("utf-8")))
            except UnicodeDecodeError:
                raise _not_utf_8("Query") from None
    return tuple(pairs)


def _not_utf_8(name: str) -> OssError:
    return invalid_argument(name, "", "The characters encoding must be utf-8.")


@dataclass(frozen=True, slots=True)
class Claim:
    """A parsed signature. ``sign`` gives what the signature should be under a secret."""

    access_key_id: str
    security_token: str | None
    signature: str
    signed_text: str
    """The StringToSign (and for V4 the CanonicalRequest), for the error that helps a client's author."""
    sign: Callable[[str], str]


def check_skew(sent_at: float, now: float) -> None:
    """RequestTimeTooSkewed beyond 15 minutes either way."""
    if abs(now - sent_at) > MAX_SKEW_SECONDS:
        raise OssError(
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
            MaxAllowedSkewMilliseconds=str(int(MAX_SKEW_SECONDS * 1000)),
            RequestTime=_write_iso(sent_at),
            ServerTime=_write_iso(now),
        )


def check_expiry(expires_at: float, now: float) -> None:
    """AccessDenied for a signed URL that is past its time."""
    if now > expires_at:
        raise OssError(
            "AccessDenied", "Request has expired.", Expires=_write_iso(expires_at), ServerTime=_write_iso(now)
        )


def _write_iso(moment: float) -> str:
    try:
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    except (ValueError, OverflowError, OSError):
        return str(moment)
