"""How a description is made smaller: its deepest objects become lines that name their fields."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, cast

FIELDS = "fields"
ABOUT = "about"
"""Names in the description of a parameter that has fields."""
Tree = dict[str, Any]


def count_bytes(value: Any) -> int:
    """The size of a value as the compact JSON it travels as."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def fold_parameter(
    parameters: Tree,
    rank: Callable[[str], int] = lambda path: 0,
    least_rank: int = 0,
    name_field: Callable[[str, str], str] = lambda path, name: name,
) -> str:
    """Fold an object into a line that names its fields; its path, or nothing where none is left. Of those with the
    highest ``rank``, at least ``least_rank``, the deepest goes first, of equally deep ones the largest."""
    found = [
        (rank(path), path.count("."), count_bytes(node), path, owner, name)
        for path, owner, name, node in _walk(parameters)
    ]
    found = [each for each in found if each[0] >= least_rank]
    if not found:
        return ""
    *_, path, owner, name = max(found, key=lambda each: each[:3])
    node = owner[name]
    names = [field for key, inner in node.items() if key.startswith(FIELDS) for field in inner]
    owner[name] = f"{node[ABOUT]} Fields: {', '.join(name_field(path, each) for each in dict.fromkeys(names))}."
    return path


def _walk(rows: Tree, path: str = "") -> Iterator[tuple[str, Tree, str, Tree]]:
    """Path, owner, name and description of every parameter that is shown with its fields."""
    for name, described in rows.items():
        if not isinstance(described, dict):
            continue
        node = cast("Tree", described)
        at = f"{path}.{name}" if path else name
        yield at, rows, name, node
        for key, inner in node.items():
            if key.startswith(FIELDS):
                yield from _walk(inner, at)


def fold_answer(returns: Tree) -> bool:
    """Fold the deepest object of an answer, of equally deep ones the largest, into its field names; whether there was
    one."""
    found = list(_walk_answer(returns))
    if found:
        _, _, owner, key = max(found, key=lambda each: each[:2])
        owner[key] = f"object: {', '.join(owner[key])}"
    return bool(found)


def _walk_answer(value: Any, depth: int = 0) -> Iterator[tuple[int, int, Any, Any]]:
    if not isinstance(value, dict | list):
        return
    node = cast("Any", value)
    keys = list(node) if isinstance(value, dict) else range(len(node))
    inside = [(key, node[key]) for key in keys]
    for key, inner in inside:
        if isinstance(inner, dict):
            yield depth, count_bytes(inner), node, key
        yield from _walk_answer(inner, depth + 1)


def is_folded(returns: Any) -> bool:
    if isinstance(returns, dict):
        return any(map(is_folded, cast("Tree", returns).values()))
    if isinstance(returns, list):
        return any(map(is_folded, cast("list[Any]", returns)))
    return isinstance(returns, str) and returns.startswith("object: ")
