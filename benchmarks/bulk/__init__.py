"""Bulk jobs against a service that counts: CPU a row, and for itself kills, memory and a service that throttles.

``python -m benchmarks.bulk --rows 50000 --kills 30`` · ``python -m benchmarks.bulk --limit 200 --workers 4``
"""

from __future__ import annotations

from benchmarks.bulk.all_rows import measure_all_rows
from benchmarks.rows import Effort, Row, bounded

MOST_CPU_MS = 2.0
_ROWS = 10_000


def rows(effort: Effort) -> list[Row]:
    """One row: CPU of registering one asset, call and all."""
    count = effort.calls(_ROWS)
    found = measure_all_rows(count, kills=0)
    name = f"bulk job of {count:,} rows, CPU a row"
    return [bounded(name, found.cpu_seconds / count * 1000, None, "ms", at_most=MOST_CPU_MS)]
