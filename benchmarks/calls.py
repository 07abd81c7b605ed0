"""Calls per second over HTTPS on loopback: our client beside the official SDK, one at a time, in threads and async."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from benchmarks.child import Child, environment
from benchmarks.rows import Effort, Row, compared, interleaved

LATENCIES_MS = (0, 30)
ONE_AT_A_TIME_AT_LEAST = 0.97
THREADS_AT_LEAST = 0.9
ASYNC_AT_LEAST = 20.0
# Calls of one turn, well under a second; the SDK's async client makes about 60 a second.
_ONE = {0: 200, 30: 15}
_MANY = 800
_SLOW = 32
_TURNS = 2


def rows(effort: Effort) -> list[Row]:
    """Three rows for each latency. Both sides verify certificates and keep connections as they do by themselves."""
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        home = Path(directory)
        words = [str(latency) for latency in LATENCIES_MS]
        service = stack.enter_context(Child("benchmarks.loopback_service", directory, *words, env=environment(home)))
        ready = service.read()
        # Where OpenSSL looks for authorities: it holds for both sides without an option of either.
        env = environment(home, SSL_CERT_FILE=ready["ca"])
        pairs = [
            (
                stack.enter_context(Child("benchmarks.our_caller", endpoint, env=env)),
                stack.enter_context(Child("benchmarks.sdk_caller", endpoint, str(effort.at_once), env=env)),
            )
            for endpoint in ready["endpoints"]
        ]
        # Nothing is measured while another still imports.
        for ours, sdk in pairs:
            ours.read()
            sdk.read()
        return [
            row
            for latency_ms, (ours, sdk) in zip(LATENCIES_MS, pairs, strict=True)
            for row in _rows_at(latency_ms, ours, sdk, effort)
        ]


def _rows_at(latency_ms: int, ours: Child, sdk: Child, effort: Effort) -> list[Row]:
    one, many, slow = effort.calls(_ONE[latency_ms]), effort.calls(_MANY), effort.calls(_SLOW)

    def rate(side: Child, count: int, at_once: int, way: str = "async") -> Callable[[], float]:
        return lambda: count / side.ask(count=count, at_once=at_once, way=way)["seconds"]

    single = interleaved(effort.turns(_TURNS), {"ours": rate(ours, one, 1), "sdk": rate(sdk, one, 1, "sync")})
    together = interleaved(
        effort.turns(_TURNS),
        {
            "ours": rate(ours, many, effort.at_once),
            "threads": rate(sdk, many, effort.at_once, "sync"),
            "async": rate(sdk, slow, effort.at_once),
        },
    )
    # With 30 ms of service in each, one at a time tells nothing of either: nothing is promised there.
    single_target = None if latency_ms else ONE_AT_A_TIME_AT_LEAST
    where = f"calls, {latency_ms} ms service"
    return [
        compared(
            f"{where}, one at a time, beside the SDK", single["ours"], single["sdk"], "/s", at_least=single_target
        ),
        compared(
            f"{where}, {effort.at_once} at once, beside the SDK in threads",
            together["ours"],
            together["threads"],
            "/s",
            at_least=THREADS_AT_LEAST,
        ),
        compared(
            f"{where}, {effort.at_once} at once, beside the SDK's async client",
            together["ours"],
            together["async"],
            "/s",
            at_least=ASYNC_AT_LEAST,
        ),
    ]
