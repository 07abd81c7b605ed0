"""Bytes of the tools/list result as a client gets it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from benchmarks.child import environment
from benchmarks.raw_session import ERAS, list_tools
from benchmarks.rows import Effort, Row, bounded
from benchmarks.spawn import OURS

AT_MOST_BYTES = 22 * 1024


def rows(effort: Effort) -> list[Row]:
    """One row; a size is the same however often it is measured."""
    with tempfile.TemporaryDirectory() as home:
        env = environment(Path(home))
        # The newest era, whose results also carry the hints for caches.
        result = list_tools(OURS, ERAS[0], env).result
    text = json.dumps(result, ensure_ascii=False, separators=(",", ":"))
    name = f"tools/list of {len(result['tools'])} tools"
    return [bounded(name, len(text.encode()), None, "B", at_most=AT_MOST_BYTES)]
