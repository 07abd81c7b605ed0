"""The lists that commands print: tools with their bytes, operations that were found, findings of the doctor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ims_mcp.cli.views.screen import Screen

_WIDE = 72
"""From so many columns on a tool has one line."""


@dataclass(frozen=True, slots=True)
class ToolRow:
    """A tool that is listed, and what it costs a model to read."""

    size_bytes: int
    effect: str
    name: str
    title: str


def show_tools(screen: Screen, rows: Sequence[ToolRow], total_bytes: int) -> None:
    """A line a tool, or two where the terminal is narrow."""
    is_wide = screen.width >= _WIDE
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="label")
    table.add_column("tool", no_wrap=is_wide, overflow="fold")
    if is_wide:
        table.add_column("what it does", overflow="fold", ratio=1)
        table.add_column("effect", no_wrap=True)
    table.add_column("bytes", justify="right", no_wrap=True)
    for row in rows:
        name = screen.text(row.name, "name" if is_wide else row.effect)
        size = Text(f"{row.size_bytes:,}")
        if is_wide:
            table.add_row(name, screen.text(row.title), screen.text(row.effect, row.effect), size)
        else:
            table.add_row(Text.assemble(name, "\n  ", screen.text(row.title, "quiet")), size)
    screen.print(table)
    screen.print(Text(f"{len(rows)} tools, {total_bytes:,} bytes of tools/list", style="quiet"))


def show_hits(screen: Screen, hits: Sequence[tuple[str, str, str]], example: str) -> None:
    """Name, effect and summary of each operation, and the call of the first."""
    for name, effect, summary in hits:
        screen.print(screen.join([screen.text(name, "name"), screen.text(effect, effect)], "  "))
        screen.print(Padding(screen.text(summary), (0, 0, 0, 2)))
    screen.print()
    screen.print(screen.text("To call the first:", "quiet"))
    screen.print(Padding(screen.text(example), (0, 0, 0, 2)))


def show_finding(screen: Screen, level: str, what: str, text: str, to_do: str) -> None:
    """A line of the doctor's, with what to do below it."""
    signs = {"ok": screen.signs.good, "note": "i" if screen.signs.good == "ok" else screen.signs.bullet}
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True, width=12 if screen.width >= 50 else 8, overflow="fold")
    grid.add_column(overflow="fold", ratio=1)
    grid.add_row(
        Text(f"{signs.get(level, screen.signs.bad):<2}", style=level), screen.text(what, "label"), screen.text(text)
    )
    if to_do:
        grid.add_row("", "", Text.assemble(screen.text(screen.signs.arrow, "note"), " ", screen.text(to_do)))
    screen.print(grid)


def show_verdict(screen: Screen, failures: int, notes: int) -> None:
    """The last line: whether a call would work."""
    count = f"{failures} thing{'' if failures == 1 else 's'}"
    if failures:
        screen.print(Text(f"{count} in the way of a first call: see {screen.signs.bad} above.", style="FAIL"))
    else:
        more = f" {notes} to know of: see above." if notes else ""
        screen.print(Text(f"Ready for a first call.{more}", style="ok"))
