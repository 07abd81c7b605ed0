"""What crosses from a script into the server, made into plain JSON values, bounded while it is read: ten lines of a
script can build a list that shares its elements a thousand million times."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import date, time, timedelta
from typing import Any, cast

from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain
from ims_mcp.workflows.scripts.limits import DEEPEST

_LARGEST = 1 << 128
_NOT_AWAITED = "a call that was not awaited: write await before it"
_TO_LIST = "something to go through: write list(…) around it"
_STAND_INS = (
    ("<coroutine ", ">", _NOT_AWAITED),
    ("<gather(", ")>", _NOT_AWAITED),
    ("<function ", ">", "a function that was not called"),
    ("dict_keys([", "])", _TO_LIST),
    ("dict_values([", "])", _TO_LIST),
    ("dict_items([", "])", _TO_LIST),
    ("<", "_iterator object>", _TO_LIST),
)
"""How texts begin and end that the sandbox gives in place of what is no value, and what each stands for."""


class NotPlain(ImsError):
    """A value that JSON has no form for, or too much of it."""


class TooLarge(NotPlain):
    """More than is read at all."""


def read_result(value: Any, *, most_values: int, most_bytes: int) -> tuple[Any, str]:
    """What a script ended with, as JSON has it, and what is odd about it: tuples and sets become lists, dates and spans
    of time texts, and what is no number None.

    Raises NotPlain for anything else (functions, objects of the script's own classes), for more than ``most_values``
    values, more than about ``most_bytes`` of text, and for what is nested deeper than :data:`DEEPEST`.
    """
    notes = dict[str, None]()

    def note(text: str, meant: str) -> None:
        notes[f"{plain(text, 60)!r} in the result stands for {meant}"] = None

    read = _Reader(most_values, most_bytes, note).read(value, 0)
    return read, next(iter(notes), "")


def read_arguments(value: Any, *, most_values: int, most_bytes: int) -> Any:
    """The same of what a script gives to a call. Raises NotPlain for what is no number, and for what stands in place of
    a value, too: a service would take it for a text."""

    def refuse(text: str, meant: str) -> None:
        raise NotPlain(f"{plain(text, 60)!r} stands for {meant}")

    return _Reader(most_values, most_bytes, refuse, refuses_nan=True).read(value, 0)


def _find_stand_in(text: str) -> str:
    """What a text stands for in whose place it is; empty where it is itself."""
    return next((meant for begin, end, meant in _STAND_INS if text.startswith(begin) and text.endswith(end)), "")


class _Reader:
    def __init__(
        self, values: int, size_bytes: int, on_stand_in: Callable[[str, str], None], *, refuses_nan: bool = False
    ) -> None:
        self._values = values
        self._bytes = size_bytes
        self._on_stand_in = on_stand_in
        self._refuses_nan = refuses_nan

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
                if self._refuses_nan and not math.isfinite(value):
                    raise NotPlain(f"{value} is no value of JSON")
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
        if text.endswith((">", "])")) and (meant := _find_stand_in(text)):
            self._on_stand_in(text, meant)
        # Half a character cannot be sent.
        return text if text.isascii() else text.encode("utf-8", "replace").decode()

    def _count(self, values: int, size_bytes: int) -> None:
        self._values -= values
        self._bytes -= size_bytes
        if self._values < 0 or self._bytes < 0:
            raise TooLarge("it is too large: give ids, titles and counts, not whole answers")
