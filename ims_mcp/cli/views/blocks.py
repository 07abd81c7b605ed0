"""Pictures drawn with half blocks: each character is two pixels, one above the other, of a colour each."""

from __future__ import annotations

from collections.abc import Sequence

from rich.color import Color
from rich.style import Style
from rich.text import Text

from ims_mcp.cli.views.screen import Screen

Picture = Sequence[bytes]
"""Rows from above, of pixels of three bytes: red, green, blue."""


def can_draw(screen: Screen) -> bool:
    """Whether the terminal has the character, and 256 colours or all of them."""
    return bool(screen.signs.half) and not screen.no_color and screen.color_system in ("256", "truecolor")


def draw_pictures(screen: Screen, pictures: Sequence[Picture], gap: int = 2) -> list[Text]:
    """A line for every two rows of pixels, the pictures beside each other."""
    height = max((len(picture) for picture in pictures), default=0)
    lines: list[Text] = []
    for at in range(0, height - 1, 2):
        line = Text(no_wrap=True)
        for index, picture in enumerate(pictures):
            line.append(" " * gap if index else "")
            for upper, lower in zip(_read_row(picture, at), _read_row(picture, at + 1), strict=True):
                line.append(screen.signs.half, Style(color=upper, bgcolor=lower))
        lines.append(line)
    return lines


def _read_row(picture: Picture, number: int) -> list[Color]:
    row = picture[min(number, len(picture) - 1)]
    return [Color.from_rgb(*row[at : at + 3]) for at in range(0, len(row), 3)]
