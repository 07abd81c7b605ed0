"""Small files from addresses that the service gave, signed by it: fetched once, bounded in bytes and time, and from
nowhere else.

An address is https on a named host, or on loopback the embedded IMS itself. OSS gives out http as well: its signature
does not cover the scheme, so it is asked by https.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, quote, urlsplit

import anyio

from ims_mcp.client.pool import ConnectionPool
from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain
from ims_mcp.loopback import is_loopback

_LONGEST_ADDRESS = 8_000
_OSS_HOST = re.compile(r"[a-z0-9.-]+\.aliyuncs\.com")
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])")
_NEW_ADDRESS = "Call again for a new address."


class DownloadFailed(ImsError):
    """The file was not fetched. ``is_gone``: it is not there any more, or its address has expired."""

    def __init__(self, message: str, *, next_step: str = "", is_gone: bool = False) -> None:
        super().__init__(message, next_step=next_step)
        self.is_gone = is_gone


async def download(pool: ConnectionPool, url: str, *, endpoint: str, most_bytes: int, timeout_seconds: float) -> bytes:
    """The file. ``endpoint`` is that of the service which gave the address.

    Raises DownloadFailed, whose text says where from (the host alone: the rest may be a signature) and why not.
    """
    parts = check_address(url, endpoint)
    origin = f"{parts.scheme}://{parts.netloc}"
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="%/?:@!$&'()*+,;=~-._")
    target = f"{path}?{query}" if query else path
    host = plain(parts.netloc, 120)
    with anyio.move_on_after(timeout_seconds):
        transport = await pool.open(origin)
        # Heavy, and there by now.
        from ims_mcp.client.outbound import explain_no_connection
        from ims_mcp.client.transport import FAILURES, describe_failure

        try:
            fetched = await transport.fetch(
                origin,
                target,
                most_bytes=most_bytes,
                connect_seconds=timeout_seconds,
                silence_seconds=timeout_seconds,
            )
        except FAILURES as error:
            known = explain_no_connection(error, host, transport.route)
            if known is not None:
                raise DownloadFailed(f"{known.reason}", next_step=known.next_step) from error
            why = f"{describe_failure(error)}{transport.route.by}"
            raise DownloadFailed(f"{host} did not give the file: {why}.", next_step="Call again.") from error
        return _read_answer(fetched.status, fetched.body, host, most_bytes)
    raise DownloadFailed(f"{host} did not give the file within {timeout_seconds:.1f} s.", next_step="Call again.")


def _read_answer(status: int, body: bytes | None, host: str, most_bytes: int) -> bytes:
    if status != 200:
        gone = status in (403, 404)
        what = "it is not there any more, or its address has expired" if gone else "which is not the file"
        raise DownloadFailed(
            f"{host} answered HTTP {status}: {what}.", next_step=_NEW_ADDRESS if gone else "Call again.", is_gone=gone
        )
    if body is None:
        raise DownloadFailed(f"The file at {host} is larger than {most_bytes:,} bytes, the most that is fetched.")
    return body


def check_address(url: str, endpoint: str) -> SplitResult:
    """The address as it is asked. Raises DownloadFailed for one that the service should not have given."""
    try:
        parts = urlsplit(url) if len(url) <= _LONGEST_ADDRESS else None
        port = parts.port if parts is not None else None
    except ValueError:
        parts = port = None
    if parts is None or parts.username is not None or not parts.hostname:
        raise _refuse("it cannot be read")
    own = urlsplit(endpoint)
    if is_loopback(own.hostname or "") and (parts.scheme, parts.netloc) == (own.scheme, own.netloc):
        return parts
    host = parts.hostname.rstrip(".")
    if parts.scheme == "http" and port in (None, 80) and _OSS_HOST.fullmatch(host):
        return parts._replace(scheme="https", netloc=host)
    if parts.scheme != "https" or port not in (None, 443):
        raise _refuse("it is not https")
    if _is_address(host) or not _HOST.fullmatch(host):
        raise _refuse(f"{plain(host, 60)!r} is no public name of a host")
    return parts._replace(netloc=host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _refuse(why: str) -> DownloadFailed:
    return DownloadFailed(f"The file was not fetched: the service gave an address that is not used: {why}.")
