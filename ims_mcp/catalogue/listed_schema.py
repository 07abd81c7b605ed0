"""The JSON schema of an operation as tools/list shows it: whole where it is small, folded where it is deep."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from ims_mcp.catalogue.operation import Operation, Parameter, snake_case
from ims_mcp.catalogue.schema import Schema, add_limits, any_shape, first_sentence, input_schema

MAX_BYTES = 900
"""What a listed schema may take before its deepest objects are folded; 400 schemas have to fit into one list."""
MOST_NAMED = 8
"""Fields that a folded object names."""
PURPOSE_BYTES = 200
"""What a listed tool says of its purpose; whole sentences, and at least the first."""
SHORTEST_PURPOSE = 80
"""Characters below which a first sentence does not say enough."""
_COPIED_IDS = ("MediaId", "MediaIds")
_SAY_NOTHING = frozenset(
    {
        *("a", "an", "by", "for", "from", "id", "ids", "in", "is", "it", "its"),
        *("name", "names", "of", "on", "that", "the", "this", "to", "with"),
    }
)


def listed_schema(operation: Operation, max_bytes: float = MAX_BYTES) -> Schema:
    """``input_schema`` with the first sentence of each text, less those that only repeat a name, its nested objects
    folded while it is too large.

    A folded object names its first fields and no more. The deepest go first, the largest of them before the others.
    Nothing is lost to a caller: arguments are checked against the whole table, and describe_operation shows it.
    """
    known = _list_words(operation.name)
    operation = replace(operation, parameters=choose_listed(operation.parameters))
    schema = input_schema(operation, lambda row: _write_text(row, known))
    while _count_bytes(schema) > max_bytes:
        objects = [(depth, _count_bytes(part), part) for depth, part in _walk_nested(schema)]
        if not objects:
            break
        _fold(max(objects, key=lambda each: each[:2])[2])
    return schema


def listed_purpose(purpose: str, max_bytes: float = PURPOSE_BYTES) -> str:
    """The leading sentences of what an operation does, as many as fit; describe_operation has all of them."""
    told = rest = first_sentence(purpose)
    left = purpose.removeprefix(rest).lstrip()
    while left:
        rest = first_sentence(left)
        if len(told) >= SHORTEST_PURPOSE and len(f"{told} {rest}".encode()) > max_bytes:
            break
        told, left = f"{told} {rest}", left.removeprefix(rest).lstrip()
    return told


def _write_text(row: Parameter, known: frozenset[str]) -> str:
    text = first_sentence(row.text)
    return add_limits("" if _is_repetition(text, row.name, known) else text, row)


def choose_listed(rows: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
    """Without what few need, and without the limits of ids: nobody counts them who copies an id from an answer."""
    listed: list[Parameter] = []
    for row in rows:
        if row.unlisted:
            continue
        fields = choose_listed(row.fields)
        limits = {"max_bytes": None, "max_part_bytes": None} if row.name in _COPIED_IDS else {}
        listed.append(replace(row, fields=fields, **limits) if limits or fields != row.fields else row)
    return tuple(listed)


def _is_repetition(text: str, name: str, known: frozenset[str]) -> bool:
    """Whether the text only says the name it describes, or the operation's: JobId, "Id of the job"."""
    said = frozenset(re.findall(r"[a-z0-9]+", text.lower()))
    return said <= _SAY_NOTHING | _list_words(name) | known


def _list_words(name: str) -> frozenset[str]:
    return frozenset(form for word in snake_case(name).split("_") for form in (word, f"{word}s", word.rstrip("s")))


def _fold(part: Schema) -> None:
    """An object of any shape that names its first fields."""
    fields = list(part.pop("properties"))
    more = len(fields) - MOST_NAMED
    names = f"Fields: {', '.join(fields[:MOST_NAMED])}{f' and {more} more' if more > 0 else ''}."
    part.pop("required", None)
    part["description"] = f"{part['description']} {names}" if "description" in part else names
    part.update(any_shape())


def _walk_nested(schema: Schema, depth: int = 0) -> Iterator[tuple[int, Schema]]:
    """Every object with typed fields below the root, with how deep it lies."""
    parts = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    for part in cast("list[Schema]", parts):
        if "properties" in part:
            yield depth + 1, part
        yield from _walk_nested(part, depth + 1)


def _count_bytes(schema: Schema) -> int:
    return len(json.dumps(schema, ensure_ascii=False, separators=(",", ":")).encode())
