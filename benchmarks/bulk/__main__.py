"""``python -m benchmarks.bulk [--rows 50000] [--kills 30]`` or ``… --limit 200 [--workers 4] [--seconds 120]
[--kill-every 20]``. The second needs Debian's redis-server; ``--in-memory`` is one worker without it.
"""

from __future__ import annotations

import argparse

from benchmarks.bulk.all_rows import measure_all_rows
from benchmarks.bulk.at_limit import measure_at_limit

_LEARNING_SECONDS = 15


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bulk", description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000, help="of the job that is run to its end (default 50000)")
    parser.add_argument("--kills", type=int, default=30, help="random moments at which its process is killed")
    parser.add_argument("--seed", type=int, help="of the moments")
    parser.add_argument("--limit", type=float, default=0.0, help="calls a second the service takes: measures its use")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--in-memory", action="store_true", help="one worker, without a Redis")
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--kill-every", type=float, default=0.0, metavar="SECONDS")
    options = parser.parse_args()
    if options.limit:
        _tell_limit(options)
    else:
        _tell_rows(options)
    return 0


def _tell_rows(options: argparse.Namespace) -> None:
    found = measure_all_rows(options.rows, options.kills, options.seed)
    print(f"{options.rows:,} rows in {found.seconds:.0f} s ({options.rows / found.seconds:.0f}/s), killed after")
    print(" ", *found.killed_at)
    print(f"  at the service: {found.counted}; written down as done: {found.outcomes:,}")
    print(
        f"  CPU {found.cpu_seconds / options.rows * 1000:.2f} ms a row, starts of killed processes and calls included"
    )
    print("  MiB after each tenth:", *(f"{each / 2**20:.0f}" for each in found.memory_bytes))
    print("  most MiB of each killed process:", *(f"{each / 2**20:.0f}" for each in found.peaks_bytes))


def _tell_limit(options: argparse.Namespace) -> None:
    found = measure_at_limit(
        options.limit, options.workers, options.seconds, options.kill_every, on_redis=not options.in_memory
    )
    used, throttled = found.find_worst_window(_LEARNING_SECONDS, options.seconds)
    print(
        f"{options.workers} worker(s), {found.kills} kills: of {options.limit:g}/s at least {used:.1%} used in any "
        f"minute after {_LEARNING_SECONDS} s, at most {throttled:.2%} throttled; made twice: {found.made_twice}"
    )
    fives = range(0, options.seconds - 4, 5)
    print("  % used by 5 s:     ", *(f"{found.find_used(each, each + 5):5.1%}" for each in fives))
    print("  % throttled by 5 s:", *(f"{found.find_throttled(each, each + 5):5.1%}" for each in fives))


if __name__ == "__main__":
    raise SystemExit(main())
