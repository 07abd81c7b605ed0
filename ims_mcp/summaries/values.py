"""Values of a parsed response, read without trusting its shape: what is not what it should be is absent."""

from __future__ import annotations

from typing import Any, cast

from ims_mcp.foreign_text import clean
from ims_mcp.secrets import without_signatures
from ims_mcp.summaries.text import shorten

Json = dict[str, Any]

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
        if len(value) <= max_bytes and is_plain(value):
            return value
        # Cut before cleaning: of a megabyte only the start is ever shown.
        return shorten(without_signatures(clean(value[: max_bytes * 2 + 64])), max_bytes)
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
