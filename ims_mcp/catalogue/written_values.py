"""A value as it is written: in an error, as a text where one is wanted, and read back from a text."""

from __future__ import annotations

import json
import math
import re
import reprlib
from typing import Any, cast

SHOWN_CHARACTERS = 60
"""Of a value in an error."""
TOO_LARGE = 10**64
"""No number that is meant is as large."""


class _ShortRepr(reprlib.Repr):
    """The beginning of a value of any size and depth."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxstring, self.maxother = 3, SHOWN_CHARACTERS, SHOWN_CHARACTERS
        self.maxlist = self.maxdict = 4

    def repr_int(self, x: int, level: int) -> str:
        # Python refuses to write out a number of more than 4,300 digits.
        return str(x) if abs(x) < TOO_LARGE else f"a whole number of {int(x.bit_length() * 0.30103) + 1} digits"


_SHORT_REPR = _ShortRepr()


def show_value(value: Any) -> str:
    """A value as an error names it: short, printable, valid Unicode."""
    text = repr(value[: SHOWN_CHARACTERS + 1]) if isinstance(value, str) else _SHORT_REPR.repr(value)
    text = text.encode("ascii", "backslashreplace").decode("ascii") if not text.isprintable() else text
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


def write_number(value: float) -> str | None:
    """A number where a text is wanted: models send ids that look like numbers as numbers. None: it cannot be one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(value) if math.isfinite(value) else None
    return str(value) if abs(value) < TOO_LARGE else None


def parse_list(text: str) -> list[Any] | None:
    """The list that a text is the JSON of, or None."""
    if not text.lstrip().startswith("["):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return cast("list[Any]", value) if isinstance(value, list) else None


def parse_number(text: str) -> int | float | None:
    """A number written out, such as ``5``, ``-0.5`` or ``1e3``; None for any other text."""
    if re.fullmatch(r"[+-]?\d{1,30}", text):
        return int(text)
    written = re.fullmatch(r"[+-]?(?=\.?\d)\d{0,30}(\.\d{1,30})?([eE][+-]?\d{1,3})?", text)
    return float(text) if written else None
