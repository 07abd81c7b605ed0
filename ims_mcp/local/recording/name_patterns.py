"""The names a template gives to recorded files and slices: patterns with variables in braces.

``{StartTime}`` is ``2026-01-31T08:00:00Z``, ``{EscapedStartTime}`` the same without what needs escaping in a URL:
``2026-01-31-08-00-00``. ``{Sequence}`` counts files from 1 within a job and format, slices from 1 within a file.
"""

from __future__ import annotations

import re

from ims_mcp.local.timestamps import utc_text

FILE_VARIABLES = ("JobId", "Sequence", "StartTime", "EndTime", "EscapedStartTime", "EscapedEndTime")
SLICE_VARIABLES = ("JobId", "UnixTimestamp", "Sequence")
MAX_BYTES = 255
_FILE_NEEDS = (("StartTime", "EscapedStartTime"), ("EndTime", "EscapedEndTime"))
_SLICE_NEEDS = (("UnixTimestamp",), ("Sequence",))
_VARIABLE = re.compile(r"\{([^{}]*)\}")


def file_pattern_problem(pattern: str) -> str | None:
    """Why files cannot be named so; None where they can."""
    return _problem(pattern, FILE_VARIABLES, _FILE_NEEDS)


def slice_pattern_problem(pattern: str) -> str | None:
    return _problem(pattern, SLICE_VARIABLES, _SLICE_NEEDS)


def file_key(pattern: str, extension: str, *, job_id: str, sequence: int, start: float, end: float) -> str:
    """The object's name; ``start`` and ``end`` are epoch seconds."""
    values = {"JobId": job_id, "Sequence": str(sequence), "StartTime": utc_text(start), "EndTime": utc_text(end)}
    values |= {f"Escaped{name}": _escaped(values[name]) for name in ("StartTime", "EndTime")}
    return _expanded(pattern, extension, values)


def slice_key(pattern: str, *, job_id: str, sequence: int, start: float) -> str:
    values = {"JobId": job_id, "Sequence": str(sequence), "UnixTimestamp": str(int(start))}
    return _expanded(pattern, "ts", values)


def _problem(pattern: str, variables: tuple[str, ...], needs: tuple[tuple[str, ...], ...]) -> str | None:
    names = _VARIABLE.findall(pattern)
    if unknown := [name for name in names if name not in variables]:
        return f"has the unknown variable {{{unknown[0]}}}; there are {_listed(variables)}"
    for alternatives in needs:
        if not set(alternatives) & set(names):
            return f"has to contain {_listed(alternatives, ' or ')}"
    if len(pattern.encode("utf-8")) > MAX_BYTES:
        return f"is longer than {MAX_BYTES} bytes"
    if pattern.startswith(("/", "\\")):
        return "begins with a slash, which no object's name may"
    return None


def _listed(names: tuple[str, ...], separator: str = ", ") -> str:
    return separator.join(f"{{{name}}}" for name in names)


def _expanded(pattern: str, extension: str, values: dict[str, str]) -> str:
    key = _VARIABLE.sub(lambda found: values[found[1]], pattern)
    return key if key.endswith(f".{extension}") else f"{key}.{extension}"


def _escaped(text: str) -> str:
    return text.rstrip("Z").replace("T", "-").replace(":", "-")
