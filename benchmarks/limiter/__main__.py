"""``python -m benchmarks.limiter [--seconds 60] [--limit 20] [--change SECOND:LIMIT] [--service NAME]``.

A loopback service throttles in one of three ways; three processes with one real Redis call it for five callers of
unequal eagerness. The table says how much of the limit was used, how many calls were throttled, and each caller's part.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from urllib.parse import parse_qs, urlsplit

from tests.limits.services import SERVICES, Service
from tests.limits.simulation import Outcome
from tests.redis_server import RedisServer

_LATENCY_SECONDS = 0.05
_LEARNING_SECONDS = 10.0
_LONGER_SECONDS = 5.0
"""Replicas begin before their first call, and none ends while it is measured."""
_REPLICAS = 3
_TAKEN = b'{"RequestId":"r","MediaInfo":{}}'
_THROTTLED = (
    b'{"RequestId":"r","HostId":"h","Code":"Throttling.User","Message":"Request was denied due to user flow control."}'
)


class _Throttling(asyncio.Protocol):
    """Requests one after the other on a connection that is kept alive. Who calls stands in MediaId."""

    def __init__(self, service: Service, outcome: Outcome, began: float) -> None:
        self._service, self._outcome, self._began = service, outcome, began
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, end, rest = self._buffer.partition(b"\r\n\r\n")
        if not end or rest:
            return
        self._buffer = b""
        now = time.monotonic() - self._began
        name = parse_qs(urlsplit(head.split(b" ", 2)[1].decode()).query)["MediaId"][0]
        taken = self._service.take(now)
        self._outcome.arrived.append((now, name, taken))
        body = _TAKEN if taken else _THROTTLED
        status = "200 OK" if taken else "400 Bad Request"
        lines = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        asyncio.get_running_loop().call_later(_LATENCY_SECONDS, self._answer, lines.encode() + body)

    def _answer(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


async def measure(service: Service, redis_url: str, seconds: float, change: tuple[float, float] | None) -> Outcome:
    outcome, began = Outcome(seconds), time.monotonic()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Throttling(service, outcome, began), "127.0.0.1", 0, backlog=512)
    endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    replicas = [
        await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-m",
                "benchmarks.limiter.replica",
                endpoint,
                redis_url,
                str(index),
                str(seconds + _LONGER_SECONDS),
            ),
            stdout=asyncio.subprocess.PIPE,
        )
        for index in range(_REPLICAS)
    ]
    while not outcome.arrived:  # noqa: ASYNC110 - from the first call on it counts, to a hundredth of a second
        await asyncio.sleep(0.01)
    first = outcome.arrived[0][0]

    def set_limit(limit: float) -> None:
        service.limit = limit

    if change is not None:
        loop.call_later(change[0], set_limit, change[1])
    for replica in replicas:
        said, _ = await replica.communicate()
        for what, count in json.loads(said).items():
            outcome.refused[what] += count
    server.close()
    outcome.arrived = [(at - first, name, taken) for at, name, taken in outcome.arrived]
    return outcome


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.limiter", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--limit", type=float, default=20.0)
    parser.add_argument("--change", help="SECOND:LIMIT: from then on the limit is another")
    parser.add_argument("--service", choices=SERVICES, action="append")
    options = parser.parse_args()
    at, _, limit = (options.change or "").partition(":")
    change = (float(at), float(limit)) if at else None
    for name in options.service or SERVICES:
        with RedisServer() as redis:
            outcome = asyncio.run(measure(SERVICES[name](options.limit), redis.url, options.seconds, change))
        first, last = _LEARNING_SECONDS, options.seconds
        shares = outcome.shares(first, last)
        print(
            f"{name}: {outcome.used(first, last):.2f}/s used from {first:g} to {last:g} s "
            f"({outcome.used(0, last):.2f}/s from the first), {outcome.throttled(first, last):.2%} throttled; "
            f"{', '.join(f'{who} {rate:.2f}/s' for who, rate in sorted(shares.items()))}; calls {dict(outcome.refused)}"
        )
        fives = [number * 5.0 for number in range(int(last) // 5)]
        print("  used/s by 5 s:     ", *(f"{outcome.used(each, each + 5):5.1f}" for each in fives))
        print("  % throttled by 5 s:", *(f"{outcome.throttled(each, each + 5):5.1%}" for each in fives), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
