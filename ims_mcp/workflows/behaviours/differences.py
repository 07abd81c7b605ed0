"""What a change changed: the values a call gave, beside those that were there before it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from ims_mcp.catalogue import Operation, Parameter
from ims_mcp.foreign_text import shorten
from ims_mcp.summaries.bounds import size_bytes
from ims_mcp.summaries.json_strings import open_json

_LONGEST_BYTES = 600
"""Of one side of a difference: a larger object or list is told by its leaves."""
_MOST_LEAVES = 20
_MOST_NAMES = 20


def describe_changes(
    operation: Operation, given: Mapping[str, Any], was: Mapping[str, Any], readable: frozenset[str]
) -> dict[str, Any]:
    """``{parameter: {"from": value, "to": value}}`` of what ``given`` sets to something else than it ``was``.

    Large objects are told leaf by leaf, as ``{"changed": {path: {from, to}}, "no_longer_given": [paths]}``.
    """
    found: dict[str, Any] = {}
    for name, value in given.items():
        row = operation.parameter(name)
        if row is None or name not in readable:
            continue
        new, old = _read(row, value), _read(row, was.get(name))
        if not is_same(new, old, is_open=not row.fields and row.items is None):
            found[name] = _describe_difference(old, new)
    return found


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


def _describe_difference(old: Any, new: Any) -> dict[str, Any]:
    if max(size_bytes(old), size_bytes(new)) <= _LONGEST_BYTES or not isinstance(new, Mapping | list):
        return {"from": _cut(old), "to": _cut(new)}
    before, after = dict(_list_leaves(old)), dict(_list_leaves(new))
    differing = [path for path, value in after.items() if not is_same(value, before.get(path))]
    told: dict[str, Any] = {
        "changed": {
            path: {"from": _cut(before.get(path)), "to": _cut(after[path])} for path in differing[:_MOST_LEAVES]
        }
    }
    if len(differing) > _MOST_LEAVES:
        told["and_more"] = len(differing) - _MOST_LEAVES
    if gone := [path for path in before if path not in after]:
        told["no_longer_given"] = [
            *gone[:_MOST_NAMES],
            *([f"and {len(gone) - _MOST_NAMES} more"][: len(gone) > _MOST_NAMES]),
        ]
    return told


def _list_leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(path, value) of everything in it that is neither an object nor a list; nested twenty levels at most."""
    if path.count(".") + path.count("[") < 20:
        if isinstance(value, Mapping):
            for name, inner in cast("Mapping[str, Any]", value).items():
                yield from _list_leaves(inner, f"{path}.{name}" if path else name)
            return
        if isinstance(value, list):
            for number, inner in enumerate(cast("list[Any]", value)):
                yield from _list_leaves(inner, f"{path}[{number}]")
            return
    yield path, value


def _cut(value: Any) -> Any:
    """A value in a few hundred bytes: a long text by its beginning."""
    if isinstance(value, str):
        return shorten(value, _LONGEST_BYTES)
    if size_bytes(value) <= _LONGEST_BYTES:
        return value
    return shorten(json.dumps(value, ensure_ascii=False), _LONGEST_BYTES)
