"""What goes back to a client: headers and a small body, or a slice of a file, and never what a browser would run.

A browser may show some objects and only save the others: nothing stored here runs in this server's origin.
"""

from __future__ import annotations

import asyncio
import base64
import re
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from typing import BinaryIO

import anyio.to_thread

from ims_mcp.local.oss import documents
from ims_mcp.local.oss.errors import OssError, PositionNotEqualToLength
from ims_mcp.local.oss.request import Send
from ims_mcp.request_body import ClientGone, Receive

_BLOCK_BYTES = 256 * 1024
PASSIVE: Mapping[str, str] = {"x-content-type-options": "nosniff", "content-security-policy": "sandbox"}
"""Sent with every answer: a type is taken as it is said, and no script runs."""

# Whatever else a type may be (HTML, SVG, scripts, PDF), a browser saves it. No plus: video/x+xml is XML to a browser.
_SHOWN = re.compile(
    r"(video|audio|font|image(?!/svg))/[a-z0-9][a-z0-9.-]*"
    r"|text/(plain|vtt|csv)|application/(octet-stream|json|x-subrip|(vnd\.apple\.|x-)mpegurl)"
)
_COMPRESSED = frozenset(
    [
        *(f"text/{name}" for name in ("cache-manifest", "css", "html", "json", "plain", "xml")),
        *(f"application/{name}" for name in ("javascript", "json", "rss+xml", "x-javascript", "xml")),
    ]
)
_LEAST_COMPRESSED_BYTES = 1024
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
# Browsers save what has a disposition they do not know (RFC 2183, 2.8): some clients store a bare file name for one.
# The three that browsers show are ruled out, and so is everything that is no token.
_SAVED = re.compile(
    r"\s*attachment\s*(;.*)?|(?!(inline|filename|name)$)[a-z0-9!#$%&'*+.^_`|~-]+", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class FileSlice:
    """``length`` bytes of an open file, which is closed by whoever sends or drops it."""

    file: BinaryIO
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Reply:
    """``headers`` by lower-case name; Content-Length is added where it is known."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    file: FileSlice | None = None
    compressed: bool = False
    """Whether the file travels through gzip, which leaves its length open."""

    def close(self) -> None:
        """Close its file, if it has one."""
        if self.file is not None:
            self.file.file.close()


def reply_with_xml(root: str, headers: Mapping[str, str] | None = None) -> Reply:
    """200 with the element ``root`` as its body."""
    return Reply(headers={"content-type": "application/xml", **(headers or {})}, body=documents.write_document(root))


def reply_with_error(error: OssError, *, request_id: str, host: str, method: str) -> Reply:
    """The error body of OSS. Where there can be none (HEAD) it travels in the x-oss-err header."""
    if error.status == 304:
        return Reply(error.status, error.details)
    body = documents.write_document(
        documents.wrap(
            "Error",
            documents.tag("Code", error.code),
            documents.tag("Message", error),
            documents.tag("RequestId", request_id),
            documents.tag("HostId", host),
            *(documents.tag(name, value) for name, value in error.details.items()),
        )
    )
    headers: dict[str, str] = {}
    if isinstance(error, PositionNotEqualToLength):
        headers["x-oss-next-append-position"] = str(error.next_position)
    if method == "HEAD":
        return Reply(error.status, {**headers, "x-oss-err": base64.b64encode(body).decode("ascii")})
    return Reply(error.status, {**headers, "content-type": "application/xml"}, body)


async def send_reply(reply: Reply, send: Send, receive: Receive, *, request_id: str, method: str) -> None:
    """Send it and close its file. Stops early when the client has gone."""
    length = len(reply.body) if reply.file is None else reply.file.length
    headers = {
        "server": "AliyunOSS",
        "date": formatdate(usegmt=True),
        "x-oss-request-id": request_id,
        "content-length": str(length),
        **PASSIVE,
        **reply.headers,
    }
    if reply.status in (204, 304) or reply.compressed:
        del headers["content-length"]
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    try:
        await send({"type": "http.response.start", "status": reply.status, "headers": raw})
        if reply.file is not None and method != "HEAD":
            await _send_file(reply.file, send, receive, _Gzip() if reply.compressed else None)
        await send({"type": "http.response.body", "body": reply.body})
    finally:
        reply.close()


async def _send_file(part: FileSlice, send: Send, receive: Receive, gzip: _Gzip | None) -> None:
    def read(offset: int, length: int) -> tuple[int, bytes]:
        part.file.seek(part.start + offset)
        block = part.file.read(length)
        if gzip is None or not block:
            return len(block), block
        return len(block), gzip.compress(block, is_last=offset + len(block) == part.length)

    # The server swallows what is sent to a closed connection: only receiving tells that nobody is reading.
    gone = asyncio.create_task(_wait_until_gone(receive))
    try:
        done = 0
        while done < part.length:
            if gone.done():
                raise ClientGone
            read_bytes, block = await anyio.to_thread.run_sync(read, done, min(_BLOCK_BYTES, part.length - done))
            if not read_bytes:
                raise EOFError("a blob is shorter than its row says")
            done += read_bytes
            if block:
                await send({"type": "http.response.body", "body": block, "more_body": True})
    finally:
        gone.cancel()
        with suppress(asyncio.CancelledError):
            await gone


class _Gzip:
    """A body in gzip, block by block."""

    def __init__(self) -> None:
        # The lowest level, as servers choose it: the client waits for the data, on this machine.
        self._compressor = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)

    def compress(self, block: bytes, *, is_last: bool) -> bytes:
        packed = self._compressor.compress(block)
        return packed + self._compressor.flush() if is_last else packed


async def _wait_until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def write_http_date(moment: float) -> str:
    """Epoch seconds as ``Wed, 31 Jan 2024 23:59:59 GMT``."""
    return formatdate(int(moment), usegmt=True)


def offer_gzip(reply: Reply, accept_encoding: str | None) -> Reply:
    """A whole file as OSS sends it to clients that take gzip: texts of 1 KB and more travel compressed."""
    content_type = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in _COMPRESSED or reply.file is None or reply.file.length < _LEAST_COMPRESSED_BYTES:
        return reply
    if "content-encoding" in reply.headers:
        return reply
    headers = {**reply.headers, "vary": "Accept-Encoding"}
    if not _takes_gzip(accept_encoding or ""):
        return replace(reply, headers=headers)
    # Both are of the data as it is stored.
    for name in ("etag", "content-md5"):
        headers.pop(name, None)
    return replace(reply, headers={**headers, "content-encoding": "gzip"}, compressed=True)


def _takes_gzip(accept_encoding: str) -> bool:
    for one in accept_encoding.lower().split(","):
        name, _, weight = one.replace(" ", "").partition(";q=")
        if name == "gzip":
            return not re.fullmatch(r"0(\.0*)?", weight)
    return False


def make_passive(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of an object's data, as an attachment unless its Content-Type is one that only shows or plays.

    A file name that Content-Disposition gives is kept. Programs take no notice of that header; OSS, too, sets it for
    pages that are read under its own host names.
    """
    if _is_shown(headers.get("content-type", "")):
        return dict(headers)
    disposition = headers.get("content-disposition", "")
    if not _SAVED.fullmatch(disposition):
        _, semicolon, parameters = disposition.partition(";")
        disposition = f"attachment{semicolon}{parameters}"
    return {**headers, "content-disposition": disposition}


def _is_shown(content_type: str) -> bool:
    # Of several types, as a comma makes them, browsers take the last.
    if "," in _QUOTED.sub("", content_type):
        return False
    return _SHOWN.fullmatch(content_type.partition(";")[0].strip().lower()) is not None
