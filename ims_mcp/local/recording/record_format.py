"""One entry of a recording template: a format, how long its files are and what they are called.

Names are patterns with variables in braces: ``{StartTime}`` is ``2026-01-31T08:00:00Z``, ``{EscapedStartTime}`` the
same without what needs escaping in a URL: ``2026-01-31-08-00-00``. ``{Sequence}`` counts files from 1 within a job and
format, slices from 1 within a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ims_mcp.local.rpc.service_errors import RpcFault, invalid
from ims_mcp.local.wire_values import utc_text

FORMATS = ("m3u8", "flv", "mp4")
DEFAULT_CYCLE_SECONDS = 6 * 3600
DEFAULT_SLICE_SECONDS = 30
DEFAULT_FILE_PATTERN = "record/{JobId}/{Sequence}_{EscapedStartTime}_{EscapedEndTime}"

FILE_VARIABLES = ("JobId", "Sequence", "StartTime", "EndTime", "EscapedStartTime", "EscapedEndTime")
SLICE_VARIABLES = ("JobId", "UnixTimestamp", "Sequence")
MAX_BYTES = 255
_FILE_NEEDS = (("StartTime", "EscapedStartTime"), ("EndTime", "EscapedEndTime"))
_SLICE_NEEDS = (("UnixTimestamp",), ("Sequence",))
_VARIABLE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class RecordFormat:
    """What one format of a template is recorded as."""

    format: str
    """``m3u8``, ``flv`` or ``mp4``."""
    cycle_seconds: int
    file_pattern: str
    slice_seconds: int | None = None
    slice_pattern: str | None = None
    """Both are there for m3u8, and only there."""

    def to_wire(self) -> dict[str, Any]:
        """As answers have it, and as it is stored."""
        shown: dict[str, Any] = {
            "Format": self.format,
            "CycleDuration": self.cycle_seconds,
            "OssObjectPrefix": self.file_pattern,
        }
        if self.format == "m3u8":
            shown |= {"SliceDuration": self.slice_seconds, "SliceOssObjectPrefix": self.slice_pattern}
        return shown


def read_record_formats(entries: Sequence[Mapping[str, Any]]) -> tuple[RecordFormat, ...]:
    """The entries of RecordFormat. RpcFault (InvalidParameter, MissingParameter) names the first that will not do."""
    if not entries:
        raise invalid("RecordFormat", "has to name at least one format")
    formats = tuple(_format(f"RecordFormat[{index}]", entry) for index, entry in enumerate(entries))
    names = [entry.format for entry in formats]
    if twice := {name for name in names if names.count(name) > 1}:
        raise invalid("RecordFormat", f"has {' and '.join(sorted(twice))} more than once")
    return formats


def _format(where: str, entry: Mapping[str, Any]) -> RecordFormat:
    name = str(entry.get("Format", "")).lower()
    if name not in FORMATS:
        raise invalid(f"{where}.Format", f"has to be {', '.join(FORMATS)}")
    cycle_seconds = int(entry.get("CycleDuration") or DEFAULT_CYCLE_SECONDS)
    if cycle_seconds < 1:
        raise invalid(f"{where}.CycleDuration", "has to be positive")
    pattern = str(entry.get("OssObjectPrefix") or DEFAULT_FILE_PATTERN)
    if problem := find_file_pattern_problem(pattern):
        raise invalid(f"{where}.OssObjectPrefix", problem)
    if name != "m3u8":
        return RecordFormat(name, cycle_seconds, pattern)
    slice_pattern = entry.get("SliceOssObjectPrefix")
    if not slice_pattern:
        raise RpcFault("MissingParameter", f"{where}.SliceOssObjectPrefix has to be given for m3u8.")
    if problem := find_slice_pattern_problem(str(slice_pattern)):
        raise invalid(f"{where}.SliceOssObjectPrefix", problem)
    slice_seconds = int(entry.get("SliceDuration") or DEFAULT_SLICE_SECONDS)
    if not 5 <= slice_seconds <= 30:
        raise invalid(f"{where}.SliceDuration", "has to be 5 to 30")
    return RecordFormat(name, cycle_seconds, pattern, slice_seconds, str(slice_pattern))


def find_file_pattern_problem(pattern: str) -> str | None:
    """Why files cannot be named so; None where they can."""
    return _find_problem(pattern, FILE_VARIABLES, _FILE_NEEDS)


def find_slice_pattern_problem(pattern: str) -> str | None:
    """Why slices cannot be named so; None where they can."""
    return _find_problem(pattern, SLICE_VARIABLES, _SLICE_NEEDS)


def file_key(pattern: str, extension: str, *, job_id: str, sequence: int, start: float, end: float) -> str:
    """The object's name; ``start`` and ``end`` are epoch seconds."""
    values = {"JobId": job_id, "Sequence": str(sequence), "StartTime": utc_text(start), "EndTime": utc_text(end)}
    values |= {f"Escaped{name}": _escape(values[name]) for name in ("StartTime", "EndTime")}
    return _expand(pattern, extension, values)


def slice_key(pattern: str, *, job_id: str, sequence: int, start: float) -> str:
    """The slice's name; ``start`` is in epoch seconds."""
    values = {"JobId": job_id, "Sequence": str(sequence), "UnixTimestamp": str(int(start))}
    return _expand(pattern, "ts", values)


def _find_problem(pattern: str, variables: tuple[str, ...], needs: tuple[tuple[str, ...], ...]) -> str | None:
    names = _VARIABLE.findall(pattern)
    if unknown := [name for name in names if name not in variables]:
        return f"has the unknown variable {{{unknown[0]}}}; there are {_enumerate(variables)}"
    for alternatives in needs:
        if not set(alternatives) & set(names):
            return f"has to contain {_enumerate(alternatives, ' or ')}"
    if len(pattern.encode("utf-8")) > MAX_BYTES:
        return f"is longer than {MAX_BYTES} bytes"
    if pattern.startswith(("/", "\\")):
        return "begins with a slash, which no object's name may"
    return None


def _enumerate(names: tuple[str, ...], separator: str = ", ") -> str:
    return separator.join(f"{{{name}}}" for name in names)


def _expand(pattern: str, extension: str, values: dict[str, str]) -> str:
    key = _VARIABLE.sub(lambda found: values[found[1]], pattern)
    return key if key.endswith(f".{extension}") else f"{key}.{extension}"


def _escape(text: str) -> str:
    return text.rstrip("Z").replace("T", "-").replace(":", "-")
