"""Where the next page is: one answer over the several ways in which operations of IMS page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ims_mcp.catalogue import Operation

_TOKENS = ("NextToken", "NextPageToken", "ScrollToken")
_NUMBERS = ("PageNo", "PageNumber")
_TOTALS = ("TotalCount", "Total", "TotalNum", "TotalNumber", "SubTotal")
# SearchMedia takes page numbers this far, and its scroll token from there on.
_LAST_NUMBERED_PAGE = 200


def next_page(operation: Operation, arguments: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any] | None:
    """The arguments that get the page after the one in ``data``, or None at the end (or where nothing pages).

    The same arguments go along, so filters and page size stay. ``data`` is the response before anything is cut.
    """
    takes = {row.name for row in operation.parameters}
    number = next((name for name in _NUMBERS if name in takes), None)
    for token in _TOKENS:
        if token not in takes or (token == "ScrollToken" and _page(arguments, number) < _LAST_NUMBERED_PAGE):  # noqa: S105
            continue
        value = _found(data, token)
        if value:
            paged = {name: given for name, given in arguments.items() if name not in _NUMBERS}
            # The same token again would go round for ever.
            return {**paged, token: value} if value != arguments.get(token) else None
        if token in arguments or _found(data, token) == "":
            return None
    if "NextStartTime" in data and "StartTime" in takes:
        later = data["NextStartTime"]
        return {**arguments, "StartTime": later} if later and later != arguments.get("StartTime") else None
    return _by_number(arguments, data, number) if number else None


def _by_number(arguments: Mapping[str, Any], data: Mapping[str, Any], number: str) -> dict[str, Any] | None:
    items = _items(data)
    if not items:
        return None
    page = _page(arguments, number)
    size = _whole(arguments.get("PageSize")) or _whole(_found(data, "PageSize")) or items
    total = next((count for name in _TOTALS if (count := _whole(_found(data, name))) is not None), None)
    more = (page - 1) * size + items < total if total is not None else items >= size and "PageSize" in arguments
    return {**arguments, number: page + 1} if more else None


def _page(arguments: Mapping[str, Any], number: str | None) -> int:
    return _whole(arguments.get(number)) or 1 if number else 1


def _items(data: Mapping[str, Any]) -> int:
    """Elements on this page: those of the longest list at the top or one object below it."""
    longest = 0
    for value in data.values():
        if isinstance(value, list):
            longest = max(longest, len(cast("list[Any]", value)))
        elif isinstance(value, dict):
            inner = cast("dict[str, Any]", value).values()
            longest = max([longest, *(len(cast("list[Any]", part)) for part in inner if isinstance(part, list))])
    return longest


def _found(data: Mapping[str, Any], name: str) -> Any:
    """A field at the top or one object below it: Data.TotalCount, PackageJobList.NextPageToken."""
    if name in data:
        return data[name]
    for value in data.values():
        if isinstance(value, dict) and name in value:
            return cast("dict[str, Any]", value)[name]
    return None


def _whole(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
