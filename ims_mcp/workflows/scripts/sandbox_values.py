"""What crosses from a script into the server, made into plain JSON values, bounded while it is read: ten lines of a
script can build a list that shares its elements a thousand million times."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import Any, cast

from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain
from ims_mcp.workflows.scripts.limits import DEEPEST

_LARGEST = 1 << 128


class NotPlain(ImsError):
    """A value that JSON has no form for, or too much of it."""


class TooLarge(NotPlain):
    """More than is read at all."""


def read_plain(value: Any, *, most_values: int, most_bytes: int) -> Any:
    """``value`` as JSON has it: tuples and sets become lists, dates and spans of time texts.

    Raises NotPlain for anything else (functions, objects of the script's own classes), for more than ``most_values``
    values, more than about ``most_bytes`` of text, and for what is nested deeper than :data:`DEEPEST`.
    """
    return _Reader(most_values, most_bytes).read(value, 0)


class _Reader:
    def __init__(self, values: int, size_bytes: int) -> None:
        self._values = values
        self._bytes = size_bytes

    def read(self, value: Any, depth: int) -> Any:
        self._count(1, 0)
        if depth > DEEPEST:
            raise NotPlain(f"a value is nested deeper than {DEEPEST} levels")
        match value:
            case None | bool():
                return value
            case int():
                if not -_LARGEST < value < _LARGEST:
                    raise NotPlain("an integer has more than 38 digits")
                return value
            case float():
                return value if math.isfinite(value) else None
            case str():
                return self._read_text(value)
            case dict():
                entries = cast("dict[Any, Any]", value).items()
                return {self._read_name(name): self.read(entry, depth + 1) for name, entry in entries}
            case list() | tuple() | set() | frozenset():
                return [self.read(element, depth + 1) for element in cast("Iterable[Any]", value)]
            case date() | time():
                return value.isoformat()
            case timedelta():
                return str(value)
            case _:
                raise NotPlain(
                    f"{plain(type(value).__name__, 40)} is no value of JSON: give texts, numbers, lists, dicts"
                )

    def _read_name(self, name: Any) -> str:
        if name is None or isinstance(name, bool | int | float):
            return str(name)
        if not isinstance(name, str):
            raise NotPlain("a name in a dict is neither a text nor a number")
        return self._read_text(name)

    def _read_text(self, text: str) -> str:
        self._count(0, len(text))
        # Half a character cannot be sent.
        return text if text.isascii() else text.encode("utf-8", "replace").decode()

    def _count(self, values: int, size_bytes: int) -> None:
        self._values -= values
        self._bytes -= size_bytes
        if self._values < 0 or self._bytes < 0:
            raise TooLarge("it is too large")
