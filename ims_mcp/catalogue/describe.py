"""An operation explained: its parameter table, an example, what comes back, what to look at afterwards."""

from __future__ import annotations

from typing import Any

from ims_mcp.catalogue.operation import Operation, Parameter, ResponseField
from ims_mcp.catalogue.schema import rule_text

DOCUMENTATION = "https://api.alibabacloud.com/document/ICE/2020-11-09/{name}"
_RESPONSE_DEPTH = 3


def description(operation: Operation) -> dict[str, Any]:
    """Everything a caller needs, as JSON: for one operation at a time, so it may be long where a list may not."""
    told: dict[str, Any] = {
        "operation": operation.name,
        "toolset": operation.toolset,
        "title": operation.title,
        "purpose": operation.purpose,
        "effect": str(operation.effect),
    }
    if operation.destructive_when is not None:
        name, value = operation.destructive_when
        told["destructive_when"] = {name: value}
    if operation.costs:
        told["costs"] = operation.costs
    if operation.rules:
        told["rules"] = [rule_text(rule) for rule in operation.rules]
    told["parameters"] = [_row(row) for row in operation.parameters]
    told["example"] = example(operation)
    told["returns"] = _fields(operation.response, _RESPONSE_DEPTH)
    if operation.secret_fields:
        told["hidden_in_results"] = list(operation.secret_fields)
    if operation.poll is not None:
        told["afterwards"] = {
            "look_with": operation.poll.operation,
            "at": operation.poll.status_field,
            "done": list(operation.poll.success),
            "failed": list(operation.poll.failure),
        }
    told["documentation"] = DOCUMENTATION.format(name=operation.name)
    return told


def _row(row: Parameter) -> dict[str, Any]:
    told: dict[str, Any] = {"name": row.name, "type": row.kind}
    if row.required:
        told["required"] = True
    for name in ("text", "choices", "minimum", "maximum", "max_bytes", "pattern"):
        value = getattr(row, name)
        if value not in ("", (), None):
            told[name] = list(value) if isinstance(value, tuple) else value
    if row.fields:
        told["fields"] = [_row(field) for field in row.fields]
    if row.items is not None:
        told["items"] = {name: value for name, value in _row(row.items).items() if name != "name"}
    return told


def _fields(fields: tuple[ResponseField, ...], depth: int) -> dict[str, Any]:
    """The response as names and kinds, nested lists and objects down to ``depth``."""
    return {field.name: _kind(field, depth) for field in fields}


def _kind(field: ResponseField, depth: int) -> Any:
    if field.items is not None:
        return [_kind(field.items, depth)]
    if field.fields:
        return _fields(field.fields, depth - 1) if depth > 1 else "object"
    return field.kind


def example(operation: Operation) -> dict[str, Any]:
    """Arguments of a smallest plausible call: what is required, and one of each rule."""
    names = {row.name for row in operation.parameters if row.required}
    for rule in operation.rules:
        names |= set(getattr(rule, "names", ())[:1])
    return {row.name: _example(row) for row in operation.parameters if row.name in names}


def _example(row: Parameter) -> Any:
    if row.choices:
        return row.choices[0]
    match row.kind:
        case "integer" | "number":
            return row.minimum or 1
        case "boolean":
            return True
        case "array":
            return [_example(row.items)] if row.items else []
        case "object":
            return {field.name: _example(field) for field in row.fields if field.required}
        case "string":
            return _example_text(row)


def _example_text(row: Parameter) -> str:
    if row.url_schemes:
        return "rtmp://example.com/live/stream" if "rtmp" in row.url_schemes else "https://example.com/film.mp4"
    if row.name.endswith(("Ids", "Id")):
        return "0123456789abcdef0123456789abcdef"
    if "Time" in row.name:
        return "2026-01-31T08:00:00Z"
    return row.hints[0] if row.hints else "..."
