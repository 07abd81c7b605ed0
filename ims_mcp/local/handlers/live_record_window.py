"""The page and the window of time that the live recording's two lists are asked for."""

from __future__ import annotations

from datetime import UTC, datetime

from ims_mcp.local.recording.jobs import Page
from ims_mcp.local.rpc.call import Call
from ims_mcp.local.rpc.service_errors import invalid

_DAY_SECONDS = 86_400
_FORMS = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%MZ")
_MAX_PAGE = 1_000_000
_MAX_PAGE_SIZE = 100


def page_of(call: Call, *, window_days: int, descending: bool) -> Page:
    """StartTime, EndTime, PageNo and PageSize. RpcFault (InvalidParameter) also where the window is too wide."""
    start, end = _moment(call, "StartTime"), _moment(call, "EndTime")
    if start is not None and end is not None:
        if end < start:
            raise invalid("EndTime", "lies before StartTime")
        if end - start > window_days * _DAY_SECONDS:
            raise invalid("EndTime", f"is more than {window_days} days after StartTime")
    number, size = call.integer("PageNo"), call.integer("PageSize")
    if number is not None and not 1 <= number <= _MAX_PAGE:
        raise invalid("PageNo", "counts from 1")
    if size is not None and not 1 <= size <= _MAX_PAGE_SIZE:
        raise invalid("PageSize", f"has to be 1 to {_MAX_PAGE_SIZE}")
    return Page(start, end, number or 1, size or 10, descending)


def _moment(call: Call, name: str) -> float | None:
    """The documents write moments with seconds and without."""
    text = call.text(name)
    if text is None:
        return None
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).timestamp()
        except ValueError:
            continue
    raise invalid(name, f"{text!r} is not of the form 2026-01-31T08:00:00Z")
