"""Answers cut to what an operation's table says it answers, so that handlers can share how an asset is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ims_mcp.catalogue import ResponseField

OWN_FIELDS = frozenset({"PrepareFailReason", "FailReason"})
"""Fields of the local IMS's own: the service documents no place for why a file could not be used."""


def documented(answer: Mapping[str, Any], fields: tuple[ResponseField, ...]) -> dict[str, Any]:
    """The fields of ``answer`` that the table knows and that have a value. An empty table lets everything through."""
    rows = {field.name: field for field in fields}
    result: dict[str, Any] = {}
    for name, value in answer.items():
        row = rows.get(name)
        if value is None or (rows and row is None and name not in OWN_FIELDS):
            continue
        result[name] = value if row is None else _value(value, row)
    return result


def _value(value: Any, row: ResponseField) -> Any:
    if row.fields:
        return documented(value, row.fields)
    if row.items is not None:
        return [_value(element, row.items) for element in value]
    return value
