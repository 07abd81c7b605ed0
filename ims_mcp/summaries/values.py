"""Values of a parsed response, read without trusting its shape: what is not what it should be is absent.

Numbers come as text at times: ``"216.206667"``, ``"24000/1001"``, ``"N/A"``, ``""``.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import parse_qsl

from ims_mcp.foreign_text import clean, shorten
from ims_mcp.secrets import without_credential_texts, without_json_fields, without_signatures

Json = dict[str, Any]

_MOST_DIGITS = 18
_LARGEST = 10**_MOST_DIGITS
_LONGEST_QUERY = 8000
_SHORTEST_CREDENTIAL = 40
"""Shorter texts are no upload credential."""

_ONLY_OBJECTS = frozenset({dict})


# pyright knows no more of a list or object of JSON than that it is one, and cast() is a call: these are asked a hundred
# times of a response.
def as_object(value: Any) -> Json:
    """``value`` where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}  # pyright: ignore[reportUnknownVariableType] - see above


def as_objects(value: Any) -> list[Json]:
    """The objects among the elements of ``value``, where it is a list; not to be changed."""
    if not isinstance(value, list):
        return []
    if {*map(type, value)} <= _ONLY_OBJECTS:  # pyright: ignore[reportUnknownArgumentType] - see above
        return value  # pyright: ignore[reportUnknownVariableType] - see above
    return [element for element in cast("list[Any]", value) if isinstance(element, dict)]


def label(value: Any, max_bytes: int = 200) -> str:
    """A text from a stranger made safe and short; numbers as they are written; anything else is empty."""
    if isinstance(value, str):
        if len(value) <= max_bytes and is_plain(value) and '"' not in value:
            return value if len(value) < _SHORTEST_CREDENTIAL else without_credential_texts(value)
        # Cut before cleaning: of a megabyte only the start is ever shown.
        text = clean(value[: max_bytes * 2 + 64])
        # One of JSON may have lost its end.
        text = without_json_fields(text) if '"' in text and ":" in text else text
        return shorten(without_signatures(without_credential_texts(text)), max_bytes)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value)[:40]
    return ""


def is_plain(text: str) -> bool:
    """Whether ``text`` is safe as it is: visible ASCII without what passwords and queries of URLs are told by.

    Cheap enough to ask of many values joined together; cleaning each would take longer than parsing them did.
    """
    return (
        text.isascii()
        and text.isprintable()
        and "=" not in text
        and "@" not in text
        and "?" not in text
        and "%" not in text
    )


def as_number(value: Any) -> float | None:
    """A finite number, or None: of a number, its text, or a fraction (``24000/1001``)."""
    if isinstance(value, str):
        try:
            result = float(value)
        except ValueError:
            above, _, below = value[:64].partition("/")
            try:
                # The fifth decimal of 23.976023976023978 frames a second tells nobody anything.
                result = round(float(above) / float(below), 3)
            except (ValueError, ZeroDivisionError, OverflowError):
                return None
    elif isinstance(value, int | float) and not isinstance(value, bool):
        result = float(value) if abs(value) < _LARGEST else math.inf
    else:
        return None
    return result if abs(result) < _LARGEST else None


def as_whole(value: Any) -> int | None:
    """An integer, or None; ``"2.0"`` is 2, ``"2.5"`` is none."""
    if isinstance(value, str) and value.isdecimal() and len(value) < _MOST_DIGITS:
        return int(value)
    if type(value) is int:
        return value if abs(value) < _LARGEST else None
    result = as_number(value)
    return int(result) if result is not None and result == int(result) else None


def find_expiry(url: str) -> str:
    """When a signed URL stops working, as ISO 8601 in UTC; empty where its query does not say.

    ``auth_key`` carries a time too, but whether it is the end or the start of validity is a setting of the domain.
    """
    query = url.partition("?")[2][:_LONGEST_QUERY]
    fields = {name.lower(): value for name, value in parse_qsl(query)}
    try:
        if "expires" in fields:
            end = datetime.fromtimestamp(int(fields["expires"]), UTC)
        else:
            family = "x-oss-" if "x-oss-date" in fields else "x-amz-"
            start = datetime.strptime(fields[family + "date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            end = start + timedelta(seconds=int(fields[family + "expires"]))
    except (KeyError, ValueError, OverflowError, OSError):
        return ""
    return end.strftime("%Y-%m-%dT%H:%M:%SZ")
