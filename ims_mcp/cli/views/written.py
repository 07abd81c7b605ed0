"""Numbers as people read them, and calls as a shell takes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


def write_bytes(size_bytes: float) -> str:
    """``312 B``, ``886 kB``, ``46.1 MB``: in powers of 1000, to three digits."""
    size, unit = float(size_bytes), 0
    while size >= 999.5 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    digits = 0 if unit == 0 or size >= 99.95 else 1
    return f"{size:.{digits}f} {_UNITS[unit]}"


def write_seconds(seconds: float) -> str:
    """``0.4 s``, ``4.0 s``, ``2 min 05 s``, ``1 h 02 min``."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def write_rate(kbps: float) -> str:
    """``128 kbit/s``, ``1.8 Mbit/s``."""
    return f"{kbps:.0f} kbit/s" if kbps < 999.5 else f"{kbps / 1000:.1f} Mbit/s"


def write_by_name(name: str, value: Any) -> str:
    """A number with the unit that its name says, in people's measure; what else there is as it is."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, int | float):
        return "none" if value is None else str(value)
    match name.rpartition("_")[2]:
        case "bytes":
            return write_bytes(value)
        case "seconds":
            return write_seconds(value)
        case "kbps":
            return write_rate(value)
        case "hz":
            return f"{value / 1000:g} kHz"
        case "count":
            return f"{value:,}"
        case _:
            return str(value)


def name_without_unit(name: str, value: Any) -> str:
    """``duration`` of duration_seconds, where :func:`write_by_name` has written the unit beside the number."""
    head, _, unit = name.rpartition("_")
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return head if is_number and head and unit in ("bytes", "seconds", "kbps", "hz") else name


def write_command(operation: str, arguments: Mapping[str, Any], quote: Callable[[str], str]) -> str:
    """``ims-mcp call GetMediaInfo --MediaId 3b18 --view files``; ``quote`` makes one word of a shell of a value."""
    words = ["ims-mcp call", operation]
    for name, value in arguments.items():
        option = f"--{name.replace('_', '-')}" if name.islower() else f"--{name}"
        written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        words += [option, quote(written)]
    return " ".join(words)
