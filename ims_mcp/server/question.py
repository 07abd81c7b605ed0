"""The question a user reads before a call: what it does, to how many things and which, and with what else.

Client forms are small, so it is short; but nothing that decides is left out of it, and nothing is cut without a word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, cast

from ims_mcp.catalogue import AskWhen, Operation, Parameter
from ims_mcp.errors import Refused
from ims_mcp.foreign_text import plain
from ims_mcp.secrets import HIDDEN, SecretNames, without_secrets

MAX_CHARACTERS = 2000
_NAMES_THINGS = re.compile(r"(Id|Ids|Name|Names|URL|URLs|Url|Urls|Key|Keys|List|Number|Code)$")
_MOST_LISTED = 20
# What is tried one after the other until the question fits: characters of one value.
_VALUE_CHARACTERS = (200, 120, 80, 60)
_SHORTEST_INSIDE = 36
"""Of a value inside another: an id still stands there whole."""
_READ_CHARACTERS = 4000
_OPENED_CHARACTERS = 20_000
_MOST_FIELDS = 8
_MOST_ENTRIES = 3
_LONGEST_DETAIL = 220
_ENOUGH_FOR_NAMES = 300


def write_question(operation: Operation, arguments: Mapping[str, Any], named: Mapping[str, str]) -> str:
    """``named``: what ids and addresses among the arguments stand for, in strangers' words.

    Raises Refused where what decides does not fit into MAX_CHARACTERS: what cannot be read is not asked.
    """
    conditions = operation.asks_about(arguments)
    head = f"{operation.name} {operation.what_it_does(arguments)}."
    told = {condition.path for condition in conditions if len(condition.values) == 1}
    given = [row for row in operation.parameters if row.name in arguments and row.name not in told and not row.hidden]
    deciding = _choose_deciding(conditions, given)
    rest = [row for row in given if row not in deciding]
    for characters in _VALUE_CHARACTERS:
        show = _ValueWriter(operation, arguments, named, characters)
        lines = [head, *(line for row in deciding for line in show.write_whole(row))]
        room = MAX_CHARACTERS - sum(len(line) + 1 for line in lines)
        if room >= (_ENOUGH_FOR_NAMES if rest else 0):
            return "\n".join([*lines, *_write_details(rest, show.write_line, room)])
    raise Refused(
        f"{operation.name} was not sent: what it would change does not fit into a question that a person can read.",
        next_step="Split it into several calls with fewer or shorter values; the user is asked about each.",
    )


def _choose_deciding(conditions: tuple[AskWhen, ...], given: list[Parameter]) -> list[Parameter]:
    """What names the things concerned, then what the conditions look at."""
    looked_at = {name for condition in conditions for name in (condition.path.split(".")[0], *condition.shows)}
    things = [row for row in given if _names_a_thing(row) and row.name not in looked_at]
    return [*things, *(row for row in given if row.name in looked_at)]


def _names_a_thing(row: Parameter) -> bool:
    return (row.required and row.kind not in ("object", "array")) or _NAMES_THINGS.search(row.name) is not None


def _write_details(rest: list[Parameter], line_of: Callable[[Parameter], str], room: int) -> Iterable[str]:
    """The other arguments, one a line; those there is no room for by their names."""
    left = list(rest)
    while left:
        line = line_of(left[0])
        names = ", ".join(row.name for row in left[1:])
        if room - len(line) - 1 < (len(names) + 30 if names else 0):
            break
        yield line
        room -= len(line) + 1
        left.pop(0)
    if left:
        yield f"and {len(left)} more, not shown: {', '.join(row.name for row in left)}"


class _ValueWriter:
    """Values as a person reads them: on one line, cleaned, secrets hidden, each shortened by itself."""

    def __init__(
        self, operation: Operation, arguments: Mapping[str, Any], named: Mapping[str, str], characters: int
    ) -> None:
        self._arguments = arguments
        self._secrets = SecretNames(operation.secret_fields)
        self._named = named
        self._characters = characters
        self._first = {
            name.casefold() for condition in operation.asks_about(arguments) for name in condition.path.split(".")[1:]
        }

    def write_whole(self, row: Parameter) -> Iterable[str]:
        """A parameter that decides: each element of a list on a line of its own."""
        things = _list_things(row, self._arguments[row.name])
        if row.name in self._secrets:
            yield f"{row.name}: {HIDDEN}"
        elif things is None:
            yield f"{row.name}: {self._write_thing(self._arguments[row.name])}"
        elif len(things) == 1:
            yield f"{row.name} (1): {self._write_thing(things[0])}"
        else:
            yield f"{row.name} ({len(things)}):"
            yield from (f"- {self._write_thing(thing)}" for thing in things[:_MOST_LISTED])
            if len(things) > _MOST_LISTED:
                yield f"- and {len(things) - _MOST_LISTED} more"

    def write_line(self, row: Parameter) -> str:
        """A parameter that does not decide."""
        if row.name in self._secrets:
            return f"{row.name}: {HIDDEN}"
        value = self._arguments[row.name]
        for depth in (3, 2, 1):
            shown = self._write_value(value, depth, self._characters)
            if len(shown) <= _LONGEST_DETAIL:
                break
        else:
            shown = self._write_value(value, 0, self._characters)
        return f"{row.name}: {shown}"

    def _write_thing(self, value: Any) -> str:
        known_as = self._named.get(value) if isinstance(value, str) else None
        shown = self._write_value(value, 2, self._characters)
        return f"{shown} ({_shorten(known_as, self._characters // 2)})" if known_as else shown

    def _write_value(self, value: Any, depth: int, characters: int) -> str:
        """``depth``: how many levels of lists and objects are opened."""
        if isinstance(value, str):
            value = _open_json(value)
        if isinstance(value, dict | list) and depth == 0:
            size = len(cast("dict[str, Any] | list[Any]", value))
            return f"{{fields: {size}}}" if isinstance(value, dict) else f"[entries: {size}]"
        inner = max(_SHORTEST_INSIDE, characters // 2)
        if isinstance(value, dict):
            fields = cast("dict[str, Any]", value)
            names = sorted(fields, key=lambda name: name.casefold() not in self._first)
            shown: list[str] = []
            for name in names[:_MOST_FIELDS]:
                text = HIDDEN if name in self._secrets else self._write_value(fields[name], depth - 1, inner)
                shown.append(f"{_shorten(name, 60)}: {text}")
            return f"{{{', '.join([*shown, *_count_more(len(fields) - _MOST_FIELDS)])}}}"
        if isinstance(value, list):
            entries = cast("list[Any]", value)
            shown = [self._write_value(entry, depth - 1, inner) for entry in entries[:_MOST_ENTRIES]]
            return f"[{', '.join([*shown, *_count_more(len(entries) - _MOST_ENTRIES)])}]"
        return _shorten(value if isinstance(value, str) else json.dumps(value), characters)


def _list_things(row: Parameter, value: Any) -> list[Any] | None:
    """The elements where ``value`` is a list, as it is or comma-separated."""
    if row.comma_list and isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    opened = _open_json(value) if row.kind == "array" and isinstance(value, str) else value
    return cast("list[Any]", opened) if isinstance(opened, list) else None


def _open_json(text: str) -> Any:
    """What a text that holds JSON holds, so that a secret field in it is known by its name."""
    if text[:1] not in ("{", "[") or len(text) > _OPENED_CHARACTERS:
        return text
    try:
        return json.loads(text, object_pairs_hook=_refuse_doubles)
    except (ValueError, RecursionError):
        return text


def _refuse_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no name stands twice: of two, the reader could be shown the one that the service ignores."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a name stands twice")
    return fields


def _count_more(count: int) -> list[str]:
    return [f"and {count} more"] if count > 0 else []


@lru_cache(maxsize=256)
def _clean(text: str) -> tuple[str, str]:
    """(``text`` on one line without secrets, a note on what of it is not shown); the same for every try."""
    read = " ".join(text.split())
    shown = plain(read, _READ_CHARACTERS)
    unseen = len(read) - len(shown)
    # What is concerned may be told by a query alone: ?versionId=3.
    safe = without_secrets(shown, keeps_queries=True)
    note = f" (invisible characters left out: {unseen})" if unseen else ""
    if safe != shown and HIDDEN not in safe:
        note += f" ({HIDDEN}: a signature or a password)"
    return safe, note


def _shorten(text: str, characters: int) -> str:
    """``text`` with both its ends where it is long, for two addresses often differ in their last part only."""
    shown, note = _clean(text[:_READ_CHARACTERS])
    unread = max(0, len(text) - _READ_CHARACTERS)
    if len(shown) + unread <= characters:
        return f"{shown}{note}"
    tail = shown[-(characters // 3) :] if not unread else ""
    start = shown[: characters - len(tail)]
    return f"{start}…{tail} (and {len(shown) + unread - len(start) - len(tail)} more characters){note}"
