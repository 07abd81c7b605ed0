"""What replicas cost: CPU of 10,000 calls with four of them beside one, and whether memory grows with calls.

``python -m benchmarks.replicas 100000`` makes so many calls to one process and prints its memory along the way.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.child import ACCESS_KEY_ID, ACCESS_KEY_SECRET, Child, environment
from benchmarks.http_calls import TOOLS, send, write_request
from benchmarks.rows import Effort, Row, compared, interleaved

MOST_CPU, MOST_MEMORY = 1.15, 1.05
_CALLS, _LONG = 10_000, 20_000
_REPLICAS = 4
_AT_ONCE = 64
_STEPS = 10


def rows(effort: Effort) -> list[Row]:
    """Two rows: CPU, and the most memory after all calls beside that after a tenth of them."""
    with _started(_REPLICAS) as replicas, _started(1) as alone:
        sides = {"four": replicas, "one": alone}
        for each in sides.values():
            _spend(each, effort.calls(_CALLS) // 10)

        def cpu(which: str) -> Callable[[], float]:
            return lambda: _spend(sides[which], effort.calls(_CALLS)) * _CALLS / effort.calls(_CALLS)

        spent = interleaved(effort.turns(1), {name: cpu(name) for name in sides})
        peaks = _watch_memory(alone, effort.calls(_LONG))
    return [
        compared(
            "CPU of 10,000 HTTP calls, four replicas beside one",
            *(spent["four"] * 1000, spent["one"] * 1000, "ms"),
            at_most=MOST_CPU,
        ),
        compared(
            f"memory after {effort.calls(_LONG):,} HTTP calls beside that after a tenth of them",
            *(peaks[-1], peaks[0], "B"),
            at_most=MOST_MEMORY,
        ),
    ]


@contextmanager
def _started(count: int) -> Generator[list[tuple[Child, int]]]:
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        keys = {"ALIBABA_CLOUD_ACCESS_KEY_ID": ACCESS_KEY_ID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ACCESS_KEY_SECRET}
        env = environment(Path(directory), **keys)
        children = [stack.enter_context(Child("benchmarks.http_server", "ours", env=env)) for _ in range(count)]
        yield [(child, int(child.read()["port"])) for child in children]


def _spend(replicas: list[tuple[Child, int]], calls: int) -> float:
    """CPU seconds of all of them together for so many calls, 64 at once."""
    before = sum(child.ask()["cpu_seconds"] for child, _ in replicas)
    ports = [port for _, port in replicas]
    # The name of the host says nothing: each is asked under its own port by one request's bytes.
    request = write_request(ports[0], "2026-07-28", *TOOLS["ours"])
    asyncio.run(send(ports, request, calls, _AT_ONCE))
    return sum(child.ask()["cpu_seconds"] for child, _ in replicas) - before


def _watch_memory(replicas: list[tuple[Child, int]], calls: int) -> list[int]:
    """The most bytes it has had, after each tenth of the calls."""
    peaks: list[int] = []
    for _ in range(_STEPS):
        _spend(replicas, calls // _STEPS)
        peaks.append(replicas[0][0].ask()["peak_bytes"])
    return peaks


def main(calls: int) -> None:
    with _started(1) as alone:
        peaks = [round(peak / 2**20, 1) for peak in _watch_memory(alone, calls)]
    print(json.dumps({"calls": calls, "peak_mib": peaks}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
