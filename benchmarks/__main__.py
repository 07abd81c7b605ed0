"""``python -m benchmarks [NAME …] [--quick]``: measure, and print one table of ratios.

Verdicts are printed, never asserted: the exit code is 0 unless a benchmark itself breaks.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Sequence

from benchmarks import bulk, calls, http_calls, listing, replicas, scripts, spawn, summary, tool_calls, uploads
from benchmarks.rows import FULL, QUICK, Effort, Row, table

BENCHMARKS: dict[str, Callable[[Effort], list[Row]]] = {
    "spawn": spawn.rows,
    "calls": calls.rows,
    "tool-calls": tool_calls.rows,
    "http-calls": http_calls.rows,
    "replicas": replicas.rows,
    "scripts": scripts.rows,
    "summary": summary.rows,
    "listing": listing.rows,
    "uploads": uploads.rows,
    "bulk": bulk.rows,
}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure ims-mcp; prints ratios.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which ones: {', '.join(BENCHMARKS)} (default all)")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter turns: half a minute, less certain")
    options = parser.parse_args(argv)
    if unknown := set(options.names) - set(BENCHMARKS):
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    run(options.names or list(BENCHMARKS), QUICK if options.quick else FULL)
    return 0


def run(names: Sequence[str], effort: Effort) -> None:
    """Measure one after the other and print the table, what was measured so far also when one breaks."""
    rows: list[Row] = []
    try:
        for name in names:
            print(f"measuring {name} …", file=sys.stderr, flush=True)
            rows += BENCHMARKS[name](effort)
    finally:
        print(f"{os.cpu_count()} cores, {platform.python_implementation()} {platform.python_version()}")
        print(f"medians of {effort.repetitions} turns each or more, taken alternately in the same run\n")
        print(table(rows))


if __name__ == "__main__":
    raise SystemExit(main())
