"""Fields of an AI result, found under whichever of their names and wrappings they come."""

from __future__ import annotations

from typing import Any, cast

from ims_mcp.summaries.json_strings import open_json
from ims_mcp.summaries.numbers import number
from ims_mcp.summaries.values import Json, as_object, as_objects


def field_of(entry: Json, *names: str) -> Any:
    """The first of ``names`` that is there, with a small or a capital first letter; opened where it is a JSON
    string."""
    for name in names:
        for spelled in (name, name[0].upper() + name[1:]):
            value = entry.get(spelled)
            if value is None or value == "":
                continue
            value = as_object(value).get(spelled, value)
            opened = open_json(value) if isinstance(value, str) else None
            return value if opened is None else opened
    return None


def object_of(entry: Json, name: str) -> Json:
    """The object under ``name``, or an empty one."""
    return as_object(field_of(entry, name))


def elements_of(part: Any, name: str) -> list[Json]:
    """The list that a result is, or holds under ``name``, or holds as its only list."""
    if isinstance(part, dict):
        held = cast("Json", part)
        for value in (field_of(held, name), *held.values()):
            if isinstance(value, list):
                return as_objects(cast("list[Any]", value))
        return []
    return as_objects(part)


def start_of(entry: Json) -> float | None:
    """When it begins, in the result's own unit."""
    return number(field_of(entry, "from", "start", "timestamp", "beginTime", "startTime"))


def end_of(entry: Json) -> float | None:
    """When it ends, in the result's own unit."""
    return number(field_of(entry, "to", "end", "endTime"))


def text_of(entry: Json) -> str:
    """What is said or written."""
    found = field_of(entry, "content", "text")
    return found if isinstance(found, str) else ""
