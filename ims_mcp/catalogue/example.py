"""An example call of an operation: the one its notes have, else the smallest that its table takes."""

from __future__ import annotations

import re
from typing import Any

from ims_mcp.catalogue.operation import AtLeastOne, Needs, Operation, Parameter

_TEXTS = ("...", "example", "example-1", "snapshots/{JobId}.jpg", "oss://bucket/film.mp4")
"""Values for texts that nothing more is known of; the first that fits the pattern is taken."""


def make_example(operation: Operation) -> dict[str, Any]:
    """Arguments of a smallest useful call. Where the notes have none: what is required, one of each rule, and what
    these need in turn."""
    if operation.example:
        return dict(operation.example)
    names = {row.name for row in operation.parameters if row.required}
    for rule in operation.rules:
        if isinstance(rule, AtLeastOne) and not names & set(rule.names):
            names.add(rule.names[0])
    given = {row.name: _make_value(row) for row in operation.parameters if row.name in names}
    for rule in operation.rules:
        if isinstance(rule, Needs) and rule.is_broken_by(given):
            _put(operation.parameters, given, rule.needs.split("."), rule.values)
    return {row.name: given[row.name] for row in operation.parameters if row.name in given}


def _put(rows: tuple[Parameter, ...], given: dict[str, Any], path: list[str], values: tuple[str, ...]) -> None:
    """Give the parameter at ``path`` a value: the first that the rule lists, or a plausible one."""
    row = next(row for row in rows if row.name == path[0])
    if path[1:]:
        inner: dict[str, Any] = given.setdefault(row.name, {})
        _put(row.fields, inner, path[1:], values)
    else:
        given[row.name] = values[0] if values else _make_value(row)


def _make_value(row: Parameter) -> Any:
    if row.choices:
        return row.choices[0]
    match row.kind:
        case "integer" | "number":
            usual = 10 if row.name == "PageSize" else 1
            return min(max(usual, row.minimum or 0), usual if row.maximum is None else row.maximum)
        case "boolean":
            return True
        case "array":
            return [_make_value(row.items)] if row.items else []
        case "object":
            return {field.name: _make_value(field) for field in row.fields if field.required}
        case "string":
            return _choose_text(row)


def _choose_text(row: Parameter) -> str:
    if row.url_schemes:
        return "rtmp://example.com/live/stream" if "rtmp" in row.url_schemes else "https://example.com/film.mp4"
    likely = [*row.hints]
    if row.name.endswith(("Ids", "Id")):
        likely.append("0123456789abcdef0123456789abcdef")
    if "Time" in row.name:
        likely.append("2026-01-31T08:00:00Z")
    for text in (*likely, *_TEXTS):
        if row.pattern is None or re.fullmatch(row.pattern, text):
            return text
    return _TEXTS[0]
