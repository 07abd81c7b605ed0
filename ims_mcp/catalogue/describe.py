"""An operation explained: its parameter table, an example, what comes back, what to look at afterwards."""

from __future__ import annotations

import re
from typing import Any, cast

from ims_mcp.catalogue.operation import AtLeastOne, Needs, Operation, Parameter, ResponseField
from ims_mcp.catalogue.published_names import publish_name
from ims_mcp.catalogue.schema import rule_text

DOCUMENTATION = "https://api.alibabacloud.com/document/ICE/2020-11-09/{name}"
_RESPONSE_DEPTH = 3
_TEXTS = ("...", "example", "example-1", "snapshots/{JobId}.jpg", "oss://bucket/film.mp4")
"""Values for texts that nothing more is known of; the first that fits the pattern is taken."""


def description(operation: Operation) -> dict[str, Any]:
    """Everything a caller needs, as JSON: for one operation at a time, so it may be long where a list may not."""
    told: dict[str, Any] = {
        "operation": operation.name,
        "toolset": operation.toolset,
        "title": operation.title,
        "purpose": operation.purpose,
        "effect": str(operation.effect),
    }
    if operation.replaced_by:
        told["replaced_by"] = operation.replaced_by
    if operation.destructive_when:
        told["user_is_asked"] = user_is_asked(operation)
    if operation.costs:
        told["costs"] = operation.costs
    if operation.rules:
        told["rules"] = [rule_text(rule) for rule in operation.rules]
    told["parameters"] = [_describe_row(row) | _find_other_name(row) for row in operation.parameters if not row.hidden]
    told["example"] = example(operation)
    told["returns"] = _list_fields(operation.response, _RESPONSE_DEPTH)
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


def user_is_asked(operation: Operation) -> list[str]:
    """Before which calls the user is asked, and why: ``Overwrite=true: deletes the asset that has this URL now``."""
    return [f"{condition.when or 'always'}: {condition.reason}" for condition in operation.destructive_when]


_SAID = (
    *("text", "choices", "hints", "minimum", "maximum", "max_decimals", "min_characters", "max_characters"),
    *("max_bytes", "max_parts", "max_part_bytes", "pattern"),
)
_COMMA_LIST = "a,b (a full-width comma separates too) or a list"


def _describe_row(row: Parameter) -> dict[str, Any]:
    told: dict[str, Any] = {"name": row.name, "type": row.kind}
    if row.required:
        told["required"] = True
    for name in _SAID:
        value: Any = getattr(row, name)
        if value is not None and value is not False and value not in ("", ()):
            told[name] = list(cast("tuple[str, ...]", value)) if isinstance(value, tuple) else value
    if row.comma_list:
        told["comma_list"] = _COMMA_LIST
    if row.fields:
        told["fields"] = [_describe_row(field) for field in row.fields]
    for case in row.cases:
        when = f"fields where {case.parameter} is {' or '.join(case.values)}"
        told[when] = [_describe_row(field) for field in case.fields]
    if row.items is not None:
        told["items"] = {name: value for name, value in _describe_row(row.items).items() if name != "name"}
    return told


def _find_other_name(row: Parameter) -> dict[str, Any]:
    """The name the parameter has in tools of its own, where that is another; both are taken everywhere."""
    published = publish_name(row.name)
    return {} if published == row.name else {"also_called": published}


def _list_fields(fields: tuple[ResponseField, ...], depth: int) -> dict[str, Any]:
    """The response as names and kinds, nested lists and objects down to ``depth``."""
    return {field.name: _describe_kind(field, depth) for field in fields}


def _describe_kind(field: ResponseField, depth: int) -> Any:
    if field.items is not None:
        return [_describe_kind(field.items, depth)]
    if field.fields:
        return _list_fields(field.fields, depth - 1) if depth > 1 else "object"
    return field.kind


def example(operation: Operation) -> dict[str, Any]:
    """Arguments of a smallest useful call. Where the notes have none: what is required, one of each rule, and what
    these need in turn."""
    if operation.example:
        return dict(operation.example)
    names = {row.name for row in operation.parameters if row.required}
    for rule in operation.rules:
        if isinstance(rule, AtLeastOne) and not names & set(rule.names):
            names.add(rule.names[0])
    given = {row.name: _make_example(row) for row in operation.parameters if row.name in names}
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
        given[row.name] = values[0] if values else _make_example(row)


def _make_example(row: Parameter) -> Any:
    if row.choices:
        return row.choices[0]
    match row.kind:
        case "integer" | "number":
            usual = 10 if row.name == "PageSize" else 1
            return min(max(usual, row.minimum or 0), usual if row.maximum is None else row.maximum)
        case "boolean":
            return True
        case "array":
            return [_make_example(row.items)] if row.items else []
        case "object":
            return {field.name: _make_example(field) for field in row.fields if field.required}
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
