"""An HTTPS service on loopback that answers every request with one GetMediaInfo body, as fast as asyncio can.

``python -m benchmarks.loopback_service DIR 0 30`` listens once for each latency in milliseconds, writes its certificate
authority to ``DIR/ca.pem`` and prints one line of JSON: ``{"ca": PATH, "endpoints": [URL, …]}``. It serves until its
stdin closes, and reads requests no further than it must: it is the same for both sides of a comparison.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys
from pathlib import Path

import trustme

from tests.bodies.media_info import body

CASE = "page example"


class _Connection(asyncio.Protocol):
    """Requests one after the other on a connection that is kept alive; bodies by content-length."""

    def __init__(self, answer: bytes, latency_seconds: float) -> None:
        self._answer = answer
        self._latency_seconds = latency_seconds
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return
        _, found, length = head.lower().partition(b"\r\ncontent-length:")
        missing = int(length.partition(b"\r\n")[0]) - len(rest) if found else 0
        if missing > 0:
            return
        self._buffer = b""  # nobody here sends a second request before the first is answered
        if self._latency_seconds:
            asyncio.get_running_loop().call_later(self._latency_seconds, self._send)
        else:
            self._send()

    def _send(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(self._answer)


async def _serve(directory: Path, latencies_ms: list[float]) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    ca = directory / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))
    content = body(CASE)
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json;charset=utf-8\r\ncontent-length: {len(content)}\r\n\r\n"
    answer = head.encode() + content
    loop = asyncio.get_running_loop()
    endpoints: list[str] = []
    for latency_ms in latencies_ms:
        server = await loop.create_server(
            lambda seconds=latency_ms / 1000: _Connection(answer, seconds), "127.0.0.1", 0, ssl=context, backlog=512
        )
        endpoints.append(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    print(json.dumps({"ca": str(ca), "endpoints": endpoints}), flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), [float(word) for word in sys.argv[2:]]))
