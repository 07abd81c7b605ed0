"""Which values of a call are ids that an audit may hold. Whatever a caller writes, nothing else gets through.

A value counts by its place, a documented parameter or field that is called an id, and by its form: short, without
blanks and marks, with a digit in it. What people name themselves (titles, groups, channels) is in no such place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast

from ims_mcp.catalogue.operation import Operation, ResponseField, values_at
from ims_mcp.secrets import is_secret_name, without_secrets

MOST_IDS = 20
_CALLED_ID = re.compile(r".*(?:Ids?|IDs?)|ids?")
_OF_NO_THING = frozenset({"RequestId", "AccessKeyId", "LanguageId", "AsrLanguageId", "KeyId"})
_FORM = re.compile(r"(?=.{0,63}[0-9])[A-Za-z0-9][A-Za-z0-9_-]{0,63}|-?[0-9]{1,20}")
_DEEPEST = 4
"""Levels of a response: ``Data.JobList[].JobId``."""


def find_ids(
    operation: Operation, arguments: Mapping[str, Any], answer: Mapping[str, Any]
) -> tuple[dict[str, list[str]], int]:
    """Name -> ids, of the arguments first, then of the answer; at most :data:`MOST_IDS`, and how many there are
    beyond."""
    found: dict[str, dict[str, None]] = {}
    for name in _list_parameters(operation):
        for value in _read_ids(arguments.get(name)):
            found.setdefault(name, {})[value] = None
    if answer:
        for path in _list_fields(operation):
            name = path.rpartition(".")[2].removesuffix("[]")
            for given in values_at(answer, path):
                for value in _read_ids(given):
                    found.setdefault(name, {})[value] = None
    kept: dict[str, list[str]] = {}
    room, left_out = MOST_IDS, 0
    for name, values in found.items():
        shown = list(values)[:room]
        room, left_out = room - len(shown), left_out + len(values) - len(shown)
        if shown:
            kept[name] = shown
    return kept, left_out


@cache
def _list_parameters(operation: Operation) -> tuple[str, ...]:
    return tuple(row.name for row in operation.parameters if _is_called_id(row.name))


@cache
def _list_fields(operation: Operation) -> tuple[str, ...]:
    """Paths in its response, nearest first."""
    found = _walk(operation.response, "", operation.secret_fields)
    return tuple(sorted(found, key=lambda path: path.count(".")))


def _walk(fields: tuple[ResponseField, ...], before: str, secret: tuple[str, ...]) -> Iterator[str]:
    for field in fields:
        path = f"{before}{field.name}"
        if field.name in secret:
            continue
        if field.inner and path.count(".") < _DEEPEST - 1:
            yield from _walk(field.inner, f"{path}.", secret)
        elif not field.inner and _is_called_id(field.name):
            yield path


def _is_called_id(name: str) -> bool:
    return name not in _OF_NO_THING and _CALLED_ID.fullmatch(name) is not None and not is_secret_name(name)


def _read_ids(value: Any) -> list[str]:
    """The ids in an id, a list of ids, or ids with commas between them. A text of which any part is none has none: a
    sentence may hold what looks like one."""
    if isinstance(value, bool):
        return []
    if isinstance(value, int):
        return [str(value)] if -(10**20) < value < 10**20 else []
    if isinstance(value, list):
        return [id_ for each in cast("list[Any]", value) if not isinstance(each, list) for id_ in _read_ids(each)]
    if not isinstance(value, str) or not value or len(value) > 65_536:
        return []
    parts = value.split(",")
    return parts if all(map(_is_id, parts)) else []


def _is_id(text: str) -> bool:
    return _FORM.fullmatch(text) is not None and without_secrets(text) == text
