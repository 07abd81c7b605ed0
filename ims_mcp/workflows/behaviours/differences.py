"""What a change changed: the values a call gave, beside those that were there before it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from ims_mcp.catalogue import Operation, Parameter
from ims_mcp.foreign_text import shorten
from ims_mcp.secrets import SecretNames, can_be_secret, find_paired_secrets
from ims_mcp.summaries.bounds import size_bytes
from ims_mcp.summaries.json_strings import open_json
from ims_mcp.summaries.shaping import HIDDEN_FOR_GOOD, present

_LONGEST_BYTES = 600
"""Of one side of a difference: a larger object or list is told by its leaves."""
_MOST_LEAVES = 20
_MOST_NAMES = 20
_NAME = re.compile(r"[\w.@+ -]{0,200}")
_LONGEST_LIST_BYTES = 200
"""Of one side: of a longer list it is told what it gained and lost."""
_MOST_ELEMENTS = 60


def describe_changes(
    operation: Operation,
    given: Mapping[str, Any],
    was: Mapping[str, Any],
    readable: frozenset[str],
    secret_fields: Iterable[str] = (),
) -> dict[str, Any]:
    """``{parameter: {"from": value, "to": value}}`` of what ``given`` sets to something else than it ``was``.

    Large objects are told leaf by leaf, as ``{"changed": {path: {from, to}}, "no_longer_given": [paths]}``. A
    credential is hidden, by well-known names and those of ``secret_fields``.
    """
    teller = _Teller((*operation.secret_fields, *secret_fields))
    found: dict[str, Any] = {}
    for name, value in given.items():
        row = operation.parameter(name)
        if row is None or name not in readable:
            continue
        new, old = _read(row, value), _read(row, was.get(name))
        if not is_same(new, old, is_open=not row.fields and row.items is None):
            hides = teller.hides(name, old, new)
            found[name] = HIDDEN_FOR_GOOD if hides else teller.describe(old, new, is_list=row.comma_list)
    return found


def compare_lists(was: Any, new: Any) -> tuple[list[Any], list[Any], list[Any]] | None:
    """What ``new`` has that ``was`` lacks, what it lacks, and what both have; None unless both are lists of names or
    numbers: in the parts of any other text a credential would not be known by its field."""
    if not isinstance(was, list) or not isinstance(new, list):
        return None
    before, after = cast("list[Any]", was), cast("list[Any]", new)
    if not all(_NAME.fullmatch(str(each)) for each in (*before, *after)):
        return None
    return (
        [each for each in dict.fromkeys(after) if each not in before],
        [each for each in dict.fromkeys(before) if each not in after],
        [each for each in dict.fromkeys(after) if each in before],
    )


def is_same(new: Any, old: Any, *, is_open: bool = False) -> bool:
    """Whether ``new`` asks for what is there: numbers and flags as texts too, nothing as an empty text. Of an object
    the service may have filled in what was not given, unless it ``is_open`` to anything."""
    if isinstance(new, Mapping) and isinstance(old, Mapping):
        wanted, there = cast("Mapping[str, Any]", new), cast("Mapping[str, Any]", old)
        if is_open and wanted.keys() != there.keys():
            return False
        return all(is_same(value, there.get(name), is_open=is_open) for name, value in wanted.items())
    if isinstance(new, list) and isinstance(old, list):
        wanted_list, there_list = cast("list[Any]", new), cast("list[Any]", old)
        pairs = zip(wanted_list, there_list, strict=False)
        return len(wanted_list) == len(there_list) and all(is_same(a, b, is_open=is_open) for a, b in pairs)
    return _fold(new) == _fold(old)


def _fold(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _read(row: Parameter, value: Any) -> Any:
    """A value as it is compared: JSON opened, a comma-separated text as its parts."""
    if not isinstance(value, str):
        return value
    if row.kind in ("object", "array") and (opened := open_json(value)) is not None:
        return opened
    if row.comma_list and "," in value:
        return ",".join(part.strip() for part in value.split(","))
    if row.kind == "boolean":
        return value.lower()
    return value


class _Teller:
    """Says what differs between two values, without the credentials in them."""

    def __init__(self, secret_fields: tuple[str, ...]) -> None:
        self._secret_fields = secret_fields
        self._secrets = SecretNames(secret_fields)

    def hides(self, name: str, *values: Any) -> bool:
        """Whether one of these values of a field is a credential."""
        return name in self._secrets and any(can_be_secret(name, value) for value in values)

    def describe(self, old: Any, new: Any, *, is_list: bool = False) -> dict[str, Any]:
        """``{from, to}``; where that would be long ``{added, removed}`` of a list of plain values, else the leaves
        that differ."""
        if max(size_bytes(old), size_bytes(new)) > _LONGEST_LIST_BYTES:
            pair = (_split(old), _split(new)) if is_list else (old, new)
            added, removed, _ = compare_lists(*pair) or ([], [], [])
            if added or removed:
                named = {"added": added, "removed": removed}
                return {name: self._show_whole(values) for name, values in named.items() if values}
        if max(size_bytes(old), size_bytes(new)) <= _LONGEST_BYTES or not isinstance(new, Mapping | list):
            return {"from": self._show(old), "to": self._show(new)}
        before, after = dict(self._list_leaves(old)), dict(self._list_leaves(new))
        differing = [path for path, leaf in after.items() if not _is_same_leaf(leaf, before.get(path))]
        told: dict[str, Any] = {
            "changed": {path: self._compare(before.get(path), after[path]) for path in differing[:_MOST_LEAVES]}
        }
        if len(differing) > _MOST_LEAVES:
            told["and_more"] = len(differing) - _MOST_LEAVES
        if gone := [path for path in before if path not in after]:
            told["no_longer_given"] = [
                *gone[:_MOST_NAMES],
                *([f"and {len(gone) - _MOST_NAMES} more"][: len(gone) > _MOST_NAMES]),
            ]
        return told

    def _show_whole(self, values: list[Any]) -> list[Any]:
        more = [f"and {len(values) - _MOST_ELEMENTS} more"][: len(values) > _MOST_ELEMENTS]
        return [self._show(value) for value in values[:_MOST_ELEMENTS]] + more

    def _compare(self, old: _Leaf | None, new: _Leaf) -> Any:
        if new.is_secret or (old is not None and old.is_secret):
            return HIDDEN_FOR_GOOD
        return {"from": None if old is None else self._show(old.value), "to": self._show(new.value)}

    def _list_leaves(self, value: Any, path: str = "", *, is_secret: bool = False) -> Iterator[tuple[str, _Leaf]]:
        """(path, leaf) of everything in it that is neither an object nor a list; nested twenty levels at most. A
        credential is one leaf, whatever it is made of."""
        if not is_secret and path.count(".") + path.count("[") < 20:
            if isinstance(value, Mapping):
                fields = cast("Mapping[str, Any]", value)
                paired = find_paired_secrets(fields)
                for name, inner in fields.items():
                    hides = self.hides(name, inner) or name in paired
                    yield from self._list_leaves(inner, f"{path}.{name}" if path else name, is_secret=hides)
                return
            if isinstance(value, list):
                for number, inner in enumerate(cast("list[Any]", value)):
                    yield from self._list_leaves(inner, f"{path}[{number}]")
                return
        yield path, _Leaf(value, is_secret)

    def _show(self, value: Any) -> Any:
        """A value in a few hundred bytes: a long text by its beginning."""
        # Before it is cut: of half an object nobody knows the fields.
        shown = present(value, secret_fields=self._secret_fields, again=True, opens_json=False)
        if not isinstance(shown, str):
            if size_bytes(shown) <= _LONGEST_BYTES:
                return shown
            shown = json.dumps(shown, ensure_ascii=False)
        return shorten(shown, _LONGEST_BYTES)


def _split(value: Any) -> Any:
    """The parts of a comma-separated text; none where there was nothing."""
    if value in (None, ""):
        return []
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class _Leaf:
    value: Any
    is_secret: bool


def _is_same_leaf(new: _Leaf, old: _Leaf | None) -> bool:
    return is_same(new.value, None if old is None else old.value)
