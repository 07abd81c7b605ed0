"""Dates in HTTP headers, whoever sends them."""

from __future__ import annotations

from datetime import UTC
from email.utils import parsedate_to_datetime

_LONGEST = 100


def read_http_date(text: str | None) -> float | None:
    """Epoch seconds; None for what is no date. One that names no zone (``-0000``) is in UTC."""
    if text is None or len(text) > _LONGEST:
        return None
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None
