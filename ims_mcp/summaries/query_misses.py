"""Where a query that picks nothing goes wrong: the name that is not there, and the names that are.

A syntax tree of jmespath is walked beside samples of what each of its steps has found. What a function or a list made
of several values gives is not followed: of what comes after it nothing is said.
"""

from __future__ import annotations

import difflib
from typing import Any, cast

from ims_mcp.foreign_text import plain
from ims_mcp.summaries.values import Json, as_objects

_MOST_SAMPLES = 100
_MOST_NAMES = 30
_LONGEST_NAME = 60
_LONGEST_NOTE = 900
_MOST_LOOKS = 2_000
_DEEPEST = 6
_IN_ORDER = frozenset({"subexpression", "index_expression", "pipe"})

Node = dict[str, Any]


class _Miss(Exception):
    """A step that finds nothing: the name asked for, where, and what is there; ``is_list`` where a list is."""

    def __init__(self, name: str, path: str, there: list[str], *, is_list: bool = False) -> None:
        self.name, self.path, self.there, self.is_list = name, path, there, is_list


def explain_nothing(parsed: Node, document: Json) -> str:
    """A sentence for whoever has asked; empty where every name is there, so that there is nothing to pick."""
    try:
        _walk(parsed, [document], "")
    except _Miss as miss:
        return plain(_describe(miss, document), _LONGEST_NOTE)
    except RecursionError:
        pass
    return ""


def _describe(miss: _Miss, document: Json) -> str:
    name, place = plain(miss.name, _LONGEST_NAME), plain(miss.path, 200) or "this answer"
    if miss.is_list:
        return f"{place} is a list: write {place}[].{name}"
    near = difflib.get_close_matches(miss.name, miss.there, n=1, cutoff=0.6)
    names = [plain(each, _LONGEST_NAME) for each in [*near, *(each for each in miss.there if each not in near)]]
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    there = f"which has {', '.join(names[:_MOST_NAMES])}{more}" if names else "which has no fields"
    elsewhere = _find_elsewhere(document, miss.name)
    hint = f"; {name} is at {plain(elsewhere, 200)}" if elsewhere else ""
    return f"there is no {name} in {place}, {there}{hint}"


def _walk(node: Node, values: list[Any], path: str) -> tuple[list[Any], str]:
    """What the node finds in each of ``values``, which were found at ``path``, and the path from there. Raises _Miss
    where it asks for a name that none of them has."""
    kind, children = str(node["type"]), cast("list[Node]", node.get("children") or [])
    values = values[:_MOST_SAMPLES]
    if kind == "field":
        return _walk_field(str(node["value"]), values, path)
    if kind in ("identity", "current"):
        return values, path
    if kind == "index":
        index = int(node["value"])
        return [each[index] for each in _keep_lists(values) if -len(each) <= index < len(each)], f"{path}[{index}]"
    if kind == "slice":
        return [each[:_MOST_SAMPLES] for each in _keep_lists(values)], path
    if kind in _IN_ORDER:
        for child in children:
            values, path = _walk(child, values, path)
        return values, path
    if kind == "flatten":
        values, path = _walk(children[0], values, path)
        return [_flatten(each) for each in _keep_lists(values)], path
    if kind in ("projection", "filter_projection", "value_projection"):
        return _walk_projection(kind, children, values, path)
    if kind == "or_expression":
        return _walk_alternatives(children, values, path)
    for child in children:
        _walk(child, values, path)
    return [], path


def _walk_field(name: str, values: list[Any], path: str) -> tuple[list[Any], str]:
    owners = as_objects(values)
    found = [owner[name] for owner in owners if owner.get(name) is not None]
    here = f"{path}.{name}" if path else name
    if found or not values:
        return found, here
    if owners and any(name in owner for owner in owners):
        return [], here
    if owners:
        raise _Miss(name, path, list(dict.fromkeys(key for owner in owners for key in owner)))
    if any(isinstance(value, list) for value in values):
        raise _Miss(name, path, [], is_list=True)
    raise _Miss(name, path, [])


def _walk_projection(kind: str, children: list[Node], values: list[Any], path: str) -> tuple[list[Any], str]:
    left, path = _walk(children[0], values, path)
    if kind == "value_projection":
        elements = [each for value in as_objects(left) for each in value.values()]
        path = f"{path}.*" if path else "*"
    else:
        elements = [each for value in _keep_lists(left) for each in value]
        path = f"{path}[]"
    if kind == "filter_projection":
        _walk(children[2], elements, path)
    return _walk(children[1], elements, path)


def _walk_alternatives(children: list[Node], values: list[Any], path: str) -> tuple[list[Any], str]:
    """One of them that is there is enough."""
    first: _Miss | None = None
    for child in children:
        try:
            found, _ = _walk(child, values, path)
        except _Miss as miss:
            first = first or miss
            continue
        if found:
            return found, path
    if first is not None:
        raise first
    return [], path


def _keep_lists(values: list[Any]) -> list[list[Any]]:
    return [cast("list[Any]", value) for value in values if isinstance(value, list)]


def _flatten(elements: list[Any]) -> list[Any]:
    flat: list[Any] = []
    for element in elements[:_MOST_SAMPLES]:
        flat += cast("list[Any]", element)[:_MOST_SAMPLES] if isinstance(element, list) else [element]
    return flat


def _find_elsewhere(document: Json, name: str) -> str:
    """The path nearest to the top at which the name is, a list on the way marked with ``[]``; empty where none is."""
    level: list[tuple[Any, str]] = [(document, "")]
    looks = 0
    for _ in range(_DEEPEST):
        below: list[tuple[Any, str]] = []
        for value, path in level:
            looks += 1
            if looks > _MOST_LOOKS:
                return ""
            if isinstance(value, list):
                below += [(each, f"{path}[]") for each in cast("list[Any]", value)[:1]]
            elif isinstance(value, dict):
                fields = cast("Json", value)
                if fields.get(name) is not None:
                    return f"{path}.{name}" if path else name
                below += [(each, f"{path}.{key}" if path else key) for key, each in fields.items()]
        level = below
    return ""
