"""The terminal: what may stand on it, in which colours, and by which signs where its encoding lacks the usual ones."""

from __future__ import annotations

import errno
import os
import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from ims_mcp.catalogue import find_operation
from ims_mcp.cli.views.written import write_command
from ims_mcp.foreign_text import plain

_LONGEST_VALUE = 8_000
_THEME = Theme(
    {
        "name": "bold",
        "label": "cyan",
        "quiet": "bright_black",
        "read": "green",
        "write": "yellow",
        "destructive": "bold red",
        "ok": "green",
        "note": "yellow",
        "FAIL": "bold red",
        "bar.complete": "cyan",
        "bar.finished": "green",
        "bar.pulse": "cyan",
        "progress.percentage": "default",
        "progress.remaining": "default",
        "progress.data.speed": "default",
        "progress.download": "default",
        "progress.elapsed": "default",
    }
)


@dataclass(frozen=True, slots=True)
class Signs:
    """Drawn where the encoding of the terminal has them."""

    dot: str = "·"
    dash: str = "–"
    arrow: str = "→"
    more: str = "…"
    good: str = "✓"
    bad: str = "✗"
    bullet: str = "•"
    full: str = "█"
    rest: str = "░"
    half: str = "▀"
    spinner: str = "dots"


_ASCII = Signs("-", "-", "->", "...", "ok", "!!", "*", "#", ".", "", "line")


class Screen(Console):
    """rich's console, to which nothing that strangers wrote is markup, a sign to be looked up, or a control sequence:
    every text goes through :meth:`text`."""

    def __init__(self) -> None:
        # Forced colours on a pipe make no live bar of it.
        is_live = None if sys.stdout.isatty() else False
        super().__init__(theme=_THEME, markup=False, emoji=False, highlight=False, force_interactive=is_live)
        signs = Signs()
        has_them = self.can_show("".join(sign for sign in (signs.dot, signs.good, signs.full, signs.half, "⠋")))
        self.signs = signs if has_them and not self.legacy_windows else _ASCII

    def on_broken_pipe(self) -> NoReturn:
        """Ends the command as it does without rich."""
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    def can_show(self, text: str) -> bool:
        """Whether the terminal's encoding has all of these characters."""
        try:
            text.encode(self.encoding)
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    def fit(self, value: object) -> str:
        """On one line, without what controls or hides, and with escapes for what the terminal's encoding lacks: so that
        it is as wide as it is counted."""
        text = plain(str(value), _LONGEST_VALUE)
        if self.can_show(text):
            return text
        return text.encode(self.encoding, "backslashreplace").decode(self.encoding)

    def text(self, value: object, style: str = "") -> Text:
        """A stranger's text or our own, in one style."""
        return Text(self.fit(value), style=style, overflow="fold")

    def join(self, pieces: Iterable[Text | str], between: str | None = None) -> Text:
        """Pieces one after the other, with a dot between them; empty ones are left out."""
        mark = f" {self.signs.dot} " if between is None else between
        joined = Text(overflow="fold")
        for piece in pieces:
            if piece:
                joined.append(mark if joined else "", "quiet")
                joined.append_text(piece if isinstance(piece, Text) else self.text(piece))
        return joined

    def flow(self, pieces: Iterable[Text | str], indent: int = 0) -> Text:
        """The same on as many lines as it takes in what is left of the width, none of the pieces broken that fits on a
        line of its own."""
        mark, room = f" {self.signs.dot} ", max(12, self.width - indent)
        shown, used = Text(overflow="fold"), 0
        for piece in pieces:
            text = piece if isinstance(piece, Text) else self.text(piece)
            if not text:
                continue
            fits = used + len(mark) + text.cell_len <= room
            if used:
                shown.append(*((mark, "quiet") if fits else ("\n", "")))
            used = (used + len(mark) if used and fits else 0) + text.cell_len
            shown.append_text(text)
        return shown

    def grid(self, rows: Iterable[tuple[Text | str, Any]], label_style: str = "label") -> Table:
        """Labels and, beside them, what they stand for: what is long goes on below its own beginning."""
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(style=label_style, max_width=max(8, self.width // 3), overflow="fold")
        grid.add_column(overflow="fold", ratio=1)
        for label, value in rows:
            shown = self.text(value) if isinstance(value, str) else value
            grid.add_row(self.text(label) if isinstance(label, str) else label, shown)
        return grid

    def command(self, operation: str, arguments: Mapping[str, Any]) -> Text | None:
        """The command that calls an operation; None where the name is none of an operation."""
        found = find_operation(operation)
        if found is None:
            return None
        return Text(self.fit(write_command(found.name, arguments, quote=shlex.quote)), overflow="fold")
