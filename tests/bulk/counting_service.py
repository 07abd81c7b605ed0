"""A service in a process of its own that takes RegisterMediaInfo and counts: each row's tokens, and what is done twice.

``python -m tests.bulk.counting_service ROWS LIMIT LATENCY_SECONDS``: it prints its port; each line on stdin is answered
by a line of JSON. One ClientToken is one asset, as in the cloud; what is over LIMIT calls in the second before is
throttled (0: nothing is).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
import time
from array import array
from collections import Counter
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from benchmarks.child import Child
from tests.limits.services import SlidingWindow

_THROTTLED = json.dumps(
    {
        "RequestId": "r",
        "HostId": "h",
        "Code": "Throttling.User",
        "Message": "Request was denied due to user flow control.",
    }
).encode()


class _Counts:
    def __init__(self, rows: int, limit: float, latency_seconds: float) -> None:
        self.tokens = array("Q", bytes(8 * rows))
        self.seen: Counter[str] = Counter()
        self.seconds: dict[int, list[int]] = {}
        self.limit = SlidingWindow(limit) if limit else None
        self.latency_seconds = latency_seconds

    def answer(self, query: dict[str, list[str]]) -> tuple[str, bytes]:
        now = time.monotonic()
        second = self.seconds.setdefault(int(now), [0, 0])
        second[0] += 1
        if self.limit is not None and not self.limit.take(now):
            self.seen["throttled"] += 1
            return "400 Bad Request", _THROTTLED
        second[1] += 1
        row = int(query["InputURL"][0].rpartition("/")[2].partition(".")[0])
        token = int.from_bytes(hashlib.sha256(query["ClientToken"][0].encode()).digest()[:8], "big") or 1
        if self.tokens[row] == 0:
            self.tokens[row] = token
            self.seen["made"] += 1
        elif self.tokens[row] == token:
            self.seen["repeated"] += 1
        else:
            self.seen["made twice"] += 1
        return "200 OK", json.dumps({"RequestId": "r", "MediaId": f"{row:032x}"}).encode()

    def tell(self) -> dict[str, Any]:
        return {**self.seen, "seconds": [self.seconds[each] for each in sorted(self.seconds)]}


class _Connection(asyncio.Protocol):
    """Requests one after the other on a connection that is kept alive; bodies are empty."""

    def __init__(self, counts: _Counts) -> None:
        self._counts = counts
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end:
            return
        assert not rest
        self._buffer = b""
        query = parse_qs(urlsplit(head.split(b" ", 2)[1].decode()).query)
        status, body = self._counts.answer(query)
        lines = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        if self._counts.latency_seconds:
            loop = asyncio.get_running_loop()
            loop.call_later(self._counts.latency_seconds, self._write, lines.encode() + body)
        else:
            self._write(lines.encode() + body)

    def _write(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


class CountingService:
    """Context manager. ``limit``: calls a second it takes; 0: any number."""

    def __init__(self, env: dict[str, str], rows: int, *, limit: float = 0, latency_seconds: float = 0.0) -> None:
        words = (str(rows), str(limit), str(latency_seconds))
        self._child = Child("tests.bulk.counting_service", *words, env=env)
        self.endpoint = ""

    def __enter__(self) -> Self:
        self._child.__enter__()
        self.endpoint = f"http://127.0.0.1:{self._child.read()['port']}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.__exit__(kind, error, trace)

    def ask(self) -> dict[str, Any]:
        """``made``, ``repeated`` (a token again), ``made twice``, ``throttled``; for each second what arrived and
        what was taken."""
        return {**_NONE, **self._child.ask()}


_NONE = {"made": 0, "repeated": 0, "made twice": 0, "throttled": 0}


async def _serve(rows: int, limit: float, latency_seconds: float) -> None:
    counts = _Counts(rows, limit, latency_seconds)
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(counts), "127.0.0.1", 0, backlog=512)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(counts.tell()), flush=True)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])))
