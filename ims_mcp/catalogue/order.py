"""Pairs of a beginning and an end: which of them, in one object, lie the wrong way round."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ims_mcp.catalogue.operation import Parameter
from ims_mcp.catalogue.written_values import parse_number, show_value
from ims_mcp.errors import Problem

_LONGEST = 40
"""Characters of a number or a time that is compared."""


def find_order_problems(
    table: tuple[Parameter, ...], values: Mapping[str, Any], path: str, names: Mapping[str, str]
) -> Iterable[Problem]:
    """A problem for each end that does not follow its beginning; ``values`` have been checked, ``names`` are those the
    caller knows the fields by. Pairs of which one is missing, or whose forms differ, are left to the service."""
    for row in table:
        first = row.after or row.not_before
        if not first or row.name not in values or first not in values:
            continue
        beginning, end = _read(values[first]), _read(values[row.name])
        if beginning is None or end is None or beginning[0] != end[0]:
            continue
        if beginning[1] < end[1] or (row.not_before and beginning[1] == end[1]):
            continue
        if end[0] == "number":
            relation, more, less = "less than" if row.not_before else "not more than", "a greater", "a smaller"
        else:
            relation, more, less = "before" if row.not_before else "not after", "a later", "an earlier"
        told, other = show_value(values[row.name]), show_value(values[first])
        here, there = names[row.name], names.get(first, first)
        yield Problem(f"{path}{here}", f"{told} is {relation} {there}, {other}: give {more} {here} or {less} {there}")


def _read(value: Any) -> tuple[str, Any] | None:
    """(form, what is compared) of a number, a time of day or a date and time; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return "number", value
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    text = value.strip()
    number = parse_number(text)
    if number is not None:
        return "number", number
    clock = re.fullmatch(r"(\d{1,3}):([0-5]\d):([0-5]\d(?:\.\d{1,6})?)", text, re.ASCII)
    if clock:
        return "clock", int(clock[1]) * 3600 + int(clock[2]) * 60 + float(clock[3])
    if not re.fullmatch(r"\d{4}-\d\d-\d\d.{0,30}", text, re.ASCII):
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return f"date of {len(text) if time.tzinfo is None else 'a zone'}", time
