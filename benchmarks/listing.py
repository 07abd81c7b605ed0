"""Bytes of the tools/list result as a client gets it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.child import environment
from benchmarks.raw_session import ERAS, list_tools
from benchmarks.rows import Effort, Row, bounded
from benchmarks.spawn import OURS

AT_MOST_BYTES = 28 * 1024
FIRST_TOOLS, FIRST_AT_MOST_BYTES = 10, 22 * 1024


def rows(effort: Effort) -> list[Row]:
    """Two rows; a size is the same however often it is measured."""
    with tempfile.TemporaryDirectory() as home:
        env = environment(Path(home))
        # The newest era, whose results also carry the hints for caches.
        result = list_tools(OURS, ERAS[0], env).result
    first = {**result, "tools": result["tools"][:FIRST_TOOLS]}
    return [_row(first, FIRST_AT_MOST_BYTES), _row(result, AT_MOST_BYTES)]


def _row(result: dict[str, Any], at_most: int) -> Row:
    text = json.dumps(result, ensure_ascii=False, separators=(",", ":"))
    return bounded(f"tools/list of {len(result['tools'])} tools", len(text.encode()), None, "B", at_most=at_most)
