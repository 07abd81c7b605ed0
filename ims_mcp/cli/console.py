"""What may be shown, and how: colours and tables on a terminal, through rich where it is installed; else plain text.

rich is imported by the views alone, and they only by :func:`find_screen`, once stdout is a terminal: what is piped
starts no later for them.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ims_mcp.cli.views.screen import Screen


def find_screen(*, is_data: bool = False) -> Screen | None:
    """The terminal that stdout is; None where it is a pipe or a file, and where rich is missing, which only `doctor`
    speaks of.

    FORCE_COLOR and TTY_COMPATIBLE make a terminal of a pipe, as everywhere else, unless what goes through it is there
    for programs (``is_data``).
    """
    wanted = os.environ.get("FORCE_COLOR") or os.environ.get("TTY_COMPATIBLE") == "1"
    if not (is_terminal() or (wanted and not is_data)):
        return None
    try:
        from ims_mcp.cli.views.screen import Screen
    except ImportError as missing:
        if (missing.name or "").partition(".")[0] != "rich":
            raise
        return None
    screen = Screen()
    return screen if screen.is_terminal else None


def is_terminal() -> bool:
    """Whether stdout is one."""
    try:
        return sys.stdout.isatty()
    except ValueError:  # closed
        return False
