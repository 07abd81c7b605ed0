"""A JSON value made to fit a number of bytes: cut between elements and between words, and every cut said.

Sizes are those of compact JSON in UTF-8, the text a model reads.
"""

from __future__ import annotations

import json
import re
from typing import Any, cast

from ims_mcp.foreign_text import shorten, size_of

OMITTED = "_omitted"
LONGEST_QUERY = 2000
"""Characters of a JMESPath: of one a caller gives, and of one that is proposed."""
_MOST_CUTS_SAID = 12
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Below this an element is not worth showing in part.
_SMALLEST_PART = 400
# What a name's value is granted before it is known to fit: a number, a short word, an empty list.
_SMALLEST_VALUE = 24
_MOST_SHARERS = 12
_SMALLEST_SHARE = 40


# json.dumps would make a new encoder at every call.
compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""A value as the JSON text whose bytes are counted."""


def size_bytes(value: Any) -> int:
    """Bytes of :data:`compact` in UTF-8."""
    return size_of(compact(value))


def measure(value: Any, limit: int) -> int:
    """:func:`size_bytes`, looking no further than ``limit``: of anything larger only that it is larger."""
    if isinstance(value, str):
        if len(value) > limit:
            return limit + 1
        # Most texts are names and codes, whose JSON is themselves in quotes.
        return len(value) + 2 if value.isalnum() and value.isascii() else size_bytes(value)
    if isinstance(value, float | int):
        return len(repr(value))
    if not isinstance(value, dict | list):
        return size_bytes(value)
    # Brackets, and a comma between elements (one too many is counted in no list but the empty one).
    total = 1 if value else 2
    if isinstance(value, dict):
        for name, entry in cast("dict[str, Any]", value).items():
            total += measure(name, limit) + 2
            total += measure(entry, limit - total)
            if total > limit:
                return limit + 1
        return total
    for element in cast("list[Any]", value):
        total += measure(element, limit - total) + 1
        if total > limit:
            return limit + 1
    return total


def fit(tree: dict[str, Any], max_bytes: int, *, query_prefix: str | None = "") -> dict[str, Any]:
    """``tree`` in at most ``max_bytes``; where something had to go, with ``_omitted``: what, how much, how to get it.

    ``_omitted: [{path, kept, of, how: {query}}]``; ``path`` is a JMESPath, counted in elements for a list, in names
    for an object and in bytes for a text (``kept_bytes``, ``of_bytes``). ``query_prefix`` is the query whose result
    ``tree["result"]`` is, so that the advice goes on from it; None gives none, where paths of ``tree`` are none of the
    response.
    """
    if measure(tree, max_bytes) <= max_bytes:
        return tree
    reserve = min(3000, max_bytes // 4)
    cuts = _Cuts(max_bytes, query_prefix)
    kept: dict[str, Any] = cuts.fit_object(tree, max_bytes - reserve - len(OMITTED) - 6, "")
    kept[OMITTED] = cuts.list_cuts(reserve)
    return kept


class _Cuts:
    """One cutting of one tree; remembers what it left off."""

    def __init__(self, max_bytes: int, query_prefix: str | None) -> None:
        self._max_bytes = max_bytes
        self._prefix = query_prefix
        self._entries: list[dict[str, Any]] = []

    def list_cuts(self, room: int) -> list[dict[str, Any]]:
        """What was left off, as many entries as ``room`` bytes hold, then their number."""
        entries = self._entries[:_MOST_CUTS_SAID]
        while entries and size_bytes(entries) > room - 40:
            entries.pop()
        rest = len(self._entries) - len(entries)
        return [*entries, {"more_cuts": rest}] if rest else entries

    def fit(self, value: Any, room: int, path: str) -> Any:
        """``value``, found at ``path``, in at most ``room`` bytes."""
        if measure(value, room) <= room:
            return value
        if isinstance(value, dict):
            return self.fit_object(cast("dict[str, Any]", value), room, path)
        if isinstance(value, list):
            return self._fit_list(cast("list[Any]", value), room, path)
        if isinstance(value, str):
            return self._fit_text(value, room, path)
        return None

    def fit_object(self, value: dict[str, Any], room: int, path: str) -> dict[str, Any]:
        """As many names as there is room for, in their order; then the values share what is left."""
        left, kept = room - 2, list[str]()
        for name in value:
            cost = measure(name, left) + 2 + _SMALLEST_VALUE
            if cost > left:
                self._say(path, len(kept), len(value), _extend_path(path, name))
                break
            left -= cost
            kept.append(name)
        left += _SMALLEST_VALUE * len(kept)
        shared = self._share([value[name] for name in kept], left, [_extend_path(path, name) for name in kept])
        return dict(zip(kept, shared, strict=True))

    def _share(self, values: list[Any], left: int, paths: list[str]) -> list[Any]:
        """Every value in its share of ``left``; what a small one leaves over goes to the larger ones."""
        sizes = [measure(value, left) for value in values]
        fitted = list(values)
        waiting = len(values)
        for index in sorted(range(len(values)), key=sizes.__getitem__):
            if sizes[index] > left // waiting:
                fitted[index] = self.fit(values[index], left // waiting, paths[index])
                sizes[index] = size_bytes(fitted[index])
            left -= sizes[index]
            waiting -= 1
        return fitted

    def _fit_list(self, value: list[Any], room: int, path: str) -> list[Any]:
        """The first elements, whole; the next in part where it would leave much room unused. A few elements of which
        one alone is too large are no list to page through: they share the room."""
        left = room - 2
        few = len(value) <= min(_MOST_SHARERS, left // _SMALLEST_SHARE)
        if few and any(measure(element, left // 2) > left // 2 for element in value):
            paths = [f"{path}[{index}]" for index in range(len(value))]
            return self._share(value, left - len(value), paths)
        kept: list[Any] = []
        for element in value:
            cost = measure(element, left) + 1
            if cost > left:
                break
            kept.append(element)
            left -= cost
        whole = len(kept)
        if whole < len(value) and left >= _SMALLEST_PART and (not kept or left > room // 4):
            kept.append(self.fit(value[whole], left - 1, f"{path}[{whole}]"))
        if len(kept) < len(value):
            following = write_slice(path, len(kept), min(len(value), len(kept) + max(whole, 1)))
            self._say(path, len(kept), len(value), following)
        return kept

    def _fit_text(self, value: str, room: int, path: str) -> str:
        allowed = room - 2
        kept = shorten(value, allowed)
        while allowed > 0 and size_bytes(kept) > room:
            # Quotes, backslashes and newlines take two bytes each in JSON.
            allowed -= max(size_bytes(kept) - room, 1)
            kept = shorten(value, max(allowed, 0))
        size = size_of(value)
        entry = {"path": path, "kept_bytes": size_of(kept), "of_bytes": size}
        # A text that no result can hold is not worth asking for again.
        self._entries.append(entry | (self._advise(path) if size < self._max_bytes - 200 else {}))
        return kept

    def _say(self, path: str, kept: int, of: int, following: str) -> None:
        self._entries.append({"path": path or "@", "kept": kept, "of": of} | self._advise(following))

    def _advise(self, path: str) -> dict[str, Any]:
        if self._prefix is None:
            return {}
        if self._prefix:
            # The tree of a query's answer is {"result": …}: its paths go on from the query.
            rest = path.removeprefix("result").removeprefix(".")
            path = f"{self._prefix} | {rest}" if rest else self._prefix
        return {"how": {"query": path}} if len(path) <= LONGEST_QUERY else {}


def write_slice(path: str, start: int, end: int) -> str:
    """The JMESPath of some elements of the list at ``path``."""
    return f"{path}[{start}:{end}]"


def _extend_path(path: str, name: str) -> str:
    step = name if _PLAIN_NAME.fullmatch(name) else json.dumps(name, ensure_ascii=False)
    return f"{path}.{step}" if path else step
