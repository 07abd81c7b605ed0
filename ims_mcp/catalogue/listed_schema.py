"""The JSON schema of an operation as tools/list shows it: whole where it is small, folded where it is deep."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import cast

from ims_mcp.catalogue.operation import Operation
from ims_mcp.catalogue.schema import Schema, input_schema

MAX_BYTES = 1_500
"""What a listed schema may take before its deepest objects are folded; 400 schemas have to fit into one list."""


def listed_schema(operation: Operation, max_bytes: int = MAX_BYTES) -> Schema:
    """``input_schema``, with nested objects named by their fields only while it is larger than ``max_bytes``.

    The deepest go first, the largest of them before the others. Nothing is lost to a caller: arguments are checked
    against the whole table, and describe_operation shows it.
    """
    schema = input_schema(operation)
    # Unknown fields are refused with the allowed names, whatever the schema says of nested objects.
    for _, part in _nested(schema):
        part.pop("additionalProperties", None)
    while _size(schema) > max_bytes:
        objects = [(depth, _size(part), part) for depth, part in _nested(schema)]
        if not objects:
            break
        _fold(max(objects, key=lambda each: each[:2])[2])
    return schema


def _fold(part: Schema) -> None:
    """An object of any shape that names its fields."""
    names = f"Fields: {', '.join(part.pop('properties'))}."
    part.pop("required", None)
    part["description"] = f"{part['description']} {names}" if "description" in part else names


def _nested(schema: Schema, depth: int = 0) -> Iterator[tuple[int, Schema]]:
    """Every object with typed fields below the root, with how deep it lies."""
    parts = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    for part in cast("list[Schema]", parts):
        if "properties" in part:
            yield depth + 1, part
        yield from _nested(part, depth + 1)


def _size(schema: Schema) -> int:
    return len(json.dumps(schema, ensure_ascii=False, separators=(",", ":")).encode())
