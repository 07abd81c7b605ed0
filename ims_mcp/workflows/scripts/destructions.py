"""The calls that a script did not make because they destroy something, joined into as few as their operation takes."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping, Sequence
from typing import Any, cast

from ims_mcp.catalogue import Parameter
from ims_mcp.workflows.next_call import propose_operation
from ims_mcp.workflows.scripts.record import Destruction

_MOST_PARTS = 20
"""Of a list whose bound no page tells."""


def join_destructions(destructions: Sequence[Destruction]) -> list[Destruction]:
    """The same calls, each thing once: those of one operation that differ in one list of ids alone are one, as far as
    the operation takes so many."""
    groups: dict[tuple[str, str], list[Destruction]] = {}
    for each in destructions:
        row = _find_list(each)
        rest = {name: value for name, value in each.arguments.items() if row is None or name != row.name}
        key = each.operation.name, json.dumps([row and row.name, rest], sort_keys=True, default=str)
        groups.setdefault(key, []).append(each)
    return [joined for group in groups.values() for joined in _join(group)]


def propose_destruction(joined: Sequence[Destruction], listed: Container[str] | None) -> dict[str, Any]:
    """``{next_call}`` that makes the first of them, and asks the user once."""
    if not joined:
        return {}
    first = joined[0]
    count = len(_split(_find_list(first), first.arguments))
    what = f"{count} of what the script would destroy" if count > 1 else "what the script would destroy"
    rest = f"; then the {len(joined) - 1} others of would_destroy" if joined[1:] else ""
    return propose_operation(
        first.operation, dict(first.arguments), f"{what}: the user is asked once before it{rest}", listed
    )


def _join(group: list[Destruction]) -> list[Destruction]:
    first = group[0]
    row = _find_list(first)
    if row is None:
        return [first]  # the same call, however often
    parts = list(dict.fromkeys(part for each in group for part in _split(row, each.arguments)))
    most = row.max_parts or _MOST_PARTS
    return [
        Destruction(first.operation, {**first.arguments, row.name: _write(row, parts[start : start + most])})
        for start in range(0, len(parts), most)
    ]


def _find_list(destruction: Destruction) -> Parameter | None:
    """The one list of ids or addresses that the call names things by."""
    rows = [
        row for row in destruction.operation.parameters if row.name in destruction.arguments and _is_list_of_texts(row)
    ]
    return rows[0] if len(rows) == 1 else None


def _is_list_of_texts(row: Parameter) -> bool:
    return row.comma_list or (row.kind == "array" and row.items is not None and row.items.kind == "string")


def _split(row: Parameter | None, arguments: Mapping[str, Any]) -> list[str]:
    value = None if row is None else arguments[row.name]
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return [str(part) for part in cast("list[Any]", value)] if isinstance(value, list) else []


def _write(row: Parameter, parts: list[str]) -> str | list[str]:
    return ",".join(parts) if row.comma_list else parts
