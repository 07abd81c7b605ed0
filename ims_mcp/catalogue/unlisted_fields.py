"""Fields that a call sends though no page describes them: which they are, for a word about it in the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, cast

from ims_mcp.catalogue.operation import Operation, Parameter
from ims_mcp.catalogue.written_values import SHOWN_CHARACTERS
from ims_mcp.foreign_text import plain

_MOST_NAMES = 5
_OWN_DATA = ("UserData", "customFields")
"""Objects whose names are the caller's own."""


def describe_unlisted(operation: Operation, arguments: Mapping[str, Any]) -> str:
    """What to say of such fields of arguments that have been checked. Empty: there are none."""
    found = [path for row in operation.parameters for path in _find_unlisted(row, arguments.get(row.name), row.name)]
    if not found:
        return ""
    shown = list(dict.fromkeys(found))
    more = f" and {len(shown) - _MOST_NAMES} more" if len(shown) > _MOST_NAMES else ""
    return f"no page describes {', '.join(shown[:_MOST_NAMES])}{more}: sent as given, maybe without effect"


def _find_unlisted(row: Parameter, value: Any, path: str) -> Iterator[str]:
    if row.name in _OWN_DATA:
        return
    if isinstance(value, str) and row.kind in ("object", "array"):
        with suppress(ValueError, RecursionError):
            value = json.loads(value)
    if row.items is not None and isinstance(value, list):
        for element in cast("list[Any]", value):
            yield from _find_unlisted(row.items, element, path)
        return
    known = {field.name: field for field in (*(field for case in row.cases for field in case.fields), *row.fields)}
    if not known or not isinstance(value, Mapping):
        return
    given = cast("Mapping[str, Any]", value)
    if any(mark in given for mark in row.open_with):
        return
    for name, inner in given.items():
        if name in known:
            yield from _find_unlisted(known[name], inner, f"{path}.{name}")
        else:
            yield f"{path}.{plain(name, SHOWN_CHARACTERS)}"
