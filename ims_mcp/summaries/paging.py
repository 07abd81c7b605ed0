"""Where the next page is: one answer over the several ways in which operations of IMS page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from ims_mcp.catalogue import Operation

_TOKENS = ("NextToken", "NextPageToken", "ScrollToken")
_NUMBERS = ("PageNo", "PageNumber")
_SIZES = ("PageSize", "MaxResults")
NO_FILTERS = re.compile(r"Page|Max|Skip|Limit|Sort|Order|Include|NextToken")
"""Parameters of a list that do not choose among what is listed."""
TOTALS = ("TotalCount", "Total", "TotalNum", "TotalNumber", "SubTotal")
# SearchMedia takes page numbers this far, and its scroll token from there on.
_LAST_NUMBERED_PAGE = 200
# QueryMediaCensorJobDetail has its token this deep: MediaCensorJobDetail.VensorCensorResult.NextPageToken.
_DEEPEST = 3


def next_page(operation: Operation, arguments: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any] | None:
    """The arguments that get the page after the one in ``data``, or None at the end (or where nothing pages).

    The same arguments go along, so filters and page size stay. ``data`` is the response before anything is cut.
    """
    takes = {row.name for row in operation.parameters}
    number = next((name for name in _NUMBERS if name in takes), None)
    by_token = False
    for token in (name for name in _TOKENS if name in takes):
        numbered = (
            number is not None and token not in arguments and _read_page_number(arguments, number) < _LAST_NUMBERED_PAGE
        )
        if token == "ScrollToken" and numbered:  # noqa: S105 - a name
            continue
        value = _find(data, token)
        if value:
            is_first = token not in arguments and _read_page_number(arguments, number) == 1
            if is_first and read_total(data) == _count_items(data):
                # All are there, though a token came with them.
                return None
            paged = {name: given for name, given in arguments.items() if name not in _NUMBERS}
            # The same token again would go round for ever.
            return {**paged, token: value} if value != arguments.get(token) else None
        if token in arguments:
            return None
        by_token = by_token or value is not None
    if "NextStartTime" in data and "StartTime" in takes:
        later = data["NextStartTime"]
        return {**arguments, "StartTime": later} if later and later != arguments.get("StartTime") else None
    if number is None:
        return None
    return _find_numbered_page(operation, arguments, data, number, needs_total=by_token)


def read_total(data: Mapping[str, Any]) -> int | None:
    """How many there are on all pages together, where the response says so."""
    return next((count for name in TOTALS if (count := _read_whole(_find(data, name))) is not None), None)


def _find_numbered_page(
    operation: Operation, arguments: Mapping[str, Any], data: Mapping[str, Any], number: str, *, needs_total: bool
) -> dict[str, Any] | None:
    items = _count_items(data)
    if not items:
        return None
    page = _read_page_number(arguments, number)
    asked = next((size for name in _SIZES if (size := _read_whole(arguments.get(name)))), None)
    size = _read_whole(_find(data, "PageSize")) or asked or items
    total = read_total(data)
    if total is not None:
        # Entries on a page that should lie beyond the end: the service gives less a page than it was asked for.
        beyond = page > 1 and items < size and (page - 1) * size >= total
        # A first page that has room for all has all: fewer than the total are there, or can be seen. One cut at a round
        # number may be as much as the service ever gives.
        is_whole = page == 1 and items < size and total <= size and items % 10 != 0
        more = ((page - 1) * size + items < total or beyond) and not is_whole
    else:
        # Nothing says how many there are: a full page may be followed by another. Default sizes are tens.
        more = not needs_total and (items >= asked if asked else items % 10 == 0)
    if not more:
        return None
    following = {**arguments, number: _convert_number(operation, number, page + 1)}
    row = operation.parameter("PageSize")
    if asked is None and page == 1 and row is not None and (row.minimum or 1) <= size <= (row.maximum or size):
        # Said from here on, so that the last page can be told from a short one.
        following["PageSize"] = _convert_number(operation, "PageSize", size)
    return following


def _convert_number(operation: Operation, name: str, value: int) -> int | str:
    """A number as the operation takes it: some take page numbers as text."""
    row = operation.parameter(name)
    return str(value) if row is not None and row.kind == "string" else value


def _read_page_number(arguments: Mapping[str, Any], number: str | None) -> int:
    return _read_whole(arguments.get(number)) or 1 if number else 1


def _count_items(data: Mapping[str, Any]) -> int:
    """Elements on this page: those of the longest list that lies in no other list."""
    lists = [
        cast("list[Any]", value) for level in _walk_levels(data) for value in level.values() if isinstance(value, list)
    ]
    return max((len(elements) for elements in lists), default=0)


def _find(data: Mapping[str, Any], name: str) -> Any:
    """The field nearest to the top that lies in no list: Data.TotalCount, PackageJobList.NextPageToken."""
    return next((level[name] for level in _walk_levels(data) if level.get(name) is not None), None)


def _walk_levels(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The response and the objects in it, level by level."""
    level: list[Mapping[str, Any]] = [data]
    for _ in range(_DEEPEST):
        yield from level
        level = [cast("dict[str, Any]", value) for each in level for value in each.values() if isinstance(value, dict)]


def _read_whole(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
