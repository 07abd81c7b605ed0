"""What an operation answers, as a description shows it: by example values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, cast

from ims_mcp.catalogue.folding import Tree
from ims_mcp.catalogue.operation import Operation, ResponseField

_UNASKED = frozenset({"RequestId", "AccessDeniedDetail"})
"""Fields of responses that are about the request, not about what was asked."""


def describe_answer(operation: Operation) -> Tree:
    """The response's fields, each with an example value, or the name of its kind where none is known."""
    examples = _read_answers().get(operation.name, {})
    secret = frozenset(operation.secret_fields)
    return {
        field.name: _describe_field(field, examples.get(field.name), secret)
        for field in operation.response
        if field.name not in _UNASKED
    }


@cache
def _read_answers() -> Mapping[str, Any]:
    """Example values of responses, from the vendor's TypeScript SDK 6.20.2: by operation, in the response's form."""
    return json.loads(files("ims_mcp.catalogue").joinpath("answers.json").read_text(encoding="utf-8"))


def _describe_field(field: ResponseField, value: Any, secret: frozenset[str]) -> Any:
    if field.items is not None:
        listed = cast("list[Any]", value) if isinstance(value, list) else []
        return [_describe_field(field.items, listed[0] if listed else None, secret)]
    if field.fields:
        known = cast("Tree", value) if isinstance(value, dict) else {}
        return {
            inner.name: _describe_field(inner, known.get(inner.name), secret)
            for inner in field.fields
            if inner.name not in _UNASKED
        }
    return field.kind if value is None or field.name in secret else value
