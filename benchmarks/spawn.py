"""From the start of the process to the tools/list answer, beside an MCP server with a single tool."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.child import environment
from benchmarks.raw_session import ERAS, Era, list_tools
from benchmarks.rows import Effort, Row, compared, interleaved

OURS = ("ims_mcp", "serve")
BARE = ("benchmarks.bare_server",)
AT_MOST = 1.25
_TURNS = 2


def rows(effort: Effort) -> list[Row]:
    """One row for each protocol era."""
    with tempfile.TemporaryDirectory() as home:
        env = environment(Path(home))

        def start(module: tuple[str, ...], era: Era) -> float:
            return list_tools(module, era, env).seconds * 1000

        # The first start of each compiles what is not compiled yet.
        start(OURS, ERAS[0])
        start(BARE, ERAS[0])
        found: list[Row] = []
        for era in ERAS:
            measured = interleaved(
                effort.turns(_TURNS),
                {"ours": lambda era=era: start(OURS, era), "bare": lambda era=era: start(BARE, era)},
            )
            name = f"spawn to tools/list, {era}, beside one bare tool"
            found.append(compared(name, measured["ours"], measured["bare"], "ms", at_most=AT_MOST))
        return found
