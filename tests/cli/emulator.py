"""A terminal, as far as the commands use one: what a person sees of the bytes that they write.

Knows colours, moving and erasing, wide characters, and scrolling. Any other control sequence is kept in ``unknown``: no
command writes one, and no stranger's title may.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from rich.cells import cell_len

_TOKEN = re.compile(
    r"\x1b\[([?<=>]?)([0-9;]*)([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-Z\\^_]?|[^\x1b]", re.DOTALL
)
_BASIC = (
    *("#1e1e1e", "#d7564f", "#5ab45a", "#c9a227", "#5a8fd6", "#b574c4", "#3fa7a7", "#d0d0d0"),
    *("#808080", "#f0716a", "#76d176", "#e8c547", "#7aaaf0", "#d193e0", "#5fc8c8", "#ffffff"),
)
_STEPS = (0, 95, 135, 175, 215, 255)


class Cell(NamedTuple):
    """One column of a line. ``text`` is empty behind a wide character; colours are ``#rrggbb``, None the usual one."""

    text: str = " "
    colour: str | None = None
    background: str | None = None
    bold: bool = False
    dim: bool = False


class Emulator:
    """``lines`` are those on the screen, ``above`` those that have been scrolled out of it, oldest first."""

    def __init__(self, columns: int = 80, lines: int = 24) -> None:
        self.columns, self.height = columns, lines
        self.above: list[list[Cell]] = []
        self.lines = [self._blank() for _ in range(lines)]
        self.unknown: list[str] = []
        self.shows_cursor = True
        self._row = self._column = 0
        self._pen = Cell()
        self._left = ""

    def feed(self, text: str) -> None:
        """What the command has written next; a sequence that is cut in two is put together."""
        text = self._left + text
        cut = text.rfind("\x1b")
        self._left = ""
        if cut >= 0 and re.fullmatch(r"\x1b(?:\[[?<=>]?[0-9;]*)?", text[cut:]):
            text, self._left = text[:cut], text[cut:]
        for token in _TOKEN.finditer(text):
            if token[3]:
                self._obey(token[0], token[1], token[2], token[3])
            elif token[0][0] == "\x1b":
                self.unknown.append(token[0])
            else:
                self._write(token[0])

    @property
    def text(self) -> str:
        """Everything that was written and not erased, without blanks at the ends of lines."""
        rows = ["".join(cell.text for cell in line).rstrip() for line in (*self.above, *self.lines)]
        return "\n".join(rows).rstrip("\n")

    def _blank(self) -> list[Cell]:
        return [Cell()] * self.columns

    def _write(self, character: str) -> None:
        match character:
            case "\r":
                self._column = 0
            case "\n":
                self._go_down()
            case "\b":
                self._column = max(0, self._column - 1)
            case "\t":
                self._column = min(self.columns - 1, (self._column // 8 + 1) * 8)
            case _ if character < " " or character == "\x7f" or "\x80" <= character <= "\x9f":
                self.unknown.append(character)
            case _:
                self._put(character)

    def _put(self, character: str) -> None:
        width = cell_len(character)
        if width == 0:  # a mark on the one before
            before = max(0, self._column - 1)
            line = self.lines[self._row]
            line[before] = line[before]._replace(text=line[before].text + character)
            return
        if self._column + width > self.columns:
            self._column = 0
            self._go_down()
        line = self.lines[self._row]
        line[self._column] = self._pen._replace(text=character)
        if width == 2:
            line[self._column + 1] = self._pen._replace(text="")
        self._column += width

    def _go_down(self) -> None:
        if self._row == self.height - 1:
            self.above.append(self.lines.pop(0))
            self.lines.append(self._blank())
        else:
            self._row += 1

    def _obey(self, whole: str, private: str, parameters: str, final: str) -> None:
        numbers = [int(number or 0) for number in parameters.split(";")]
        count = max(1, numbers[0])
        match private, final:
            case "", "m":
                self._dress(numbers)
            case "", "A":
                self._row = max(0, self._row - count)
            case "", "G":
                self._column = min(self.columns, count) - 1
            case "", "K":
                start, end = {0: (self._column, self.columns), 1: (0, self._column + 1)}.get(
                    numbers[0], (0, self.columns)
                )
                self.lines[self._row][start:end] = [Cell()] * (end - start)
            case "?", "h" | "l" if numbers == [25]:
                self.shows_cursor = final == "h"
            case _:
                self.unknown.append(whole)

    def _dress(self, numbers: list[int]) -> None:
        rest = iter(numbers)
        for number in rest:
            match number:
                case 0:
                    self._pen = Cell()
                case 1:
                    self._pen = self._pen._replace(bold=True)
                case 2:
                    self._pen = self._pen._replace(dim=True)
                case 22:
                    self._pen = self._pen._replace(bold=False, dim=False)
                case 38 | 48:
                    colour = _read_colour(rest)
                    self._pen = self._pen._replace(**{"colour" if number == 38 else "background": colour})
                case 39:
                    self._pen = self._pen._replace(colour=None)
                case 49:
                    self._pen = self._pen._replace(background=None)
                case _ if 30 <= number <= 37 or 90 <= number <= 97:
                    self._pen = self._pen._replace(colour=_BASIC[number - 30 if number < 90 else number - 82])
                case _ if 40 <= number <= 47 or 100 <= number <= 107:
                    self._pen = self._pen._replace(background=_BASIC[number - 40 if number < 100 else number - 92])
                case _:
                    self.unknown.append(f"\x1b[{number}m")


def _read_colour(numbers: Iterator[int]) -> str:
    kind = next(numbers, 0)
    if kind == 2:
        red, green, blue = (next(numbers, 0) for _ in range(3))
        return f"#{red:02x}{green:02x}{blue:02x}"
    number = next(numbers, 0)
    if number < 16:
        return _BASIC[number]
    if number > 231:
        grey = 8 + (number - 232) * 10
        return f"#{grey:02x}{grey:02x}{grey:02x}"
    number -= 16
    red, green, blue = _STEPS[number // 36], _STEPS[number // 6 % 6], _STEPS[number % 6]
    return f"#{red:02x}{green:02x}{blue:02x}"
