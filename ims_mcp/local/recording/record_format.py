"""One entry of a recording template: a format, how long its files are and what they are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ims_mcp.local.recording.name_patterns import file_pattern_problem, slice_pattern_problem
from ims_mcp.local.rpc.service_errors import RpcFault, invalid

FORMATS = ("m3u8", "flv", "mp4")
DEFAULT_CYCLE_SECONDS = 6 * 3600
DEFAULT_SLICE_SECONDS = 30
DEFAULT_FILE_PATTERN = "record/{JobId}/{Sequence}_{EscapedStartTime}_{EscapedEndTime}"


@dataclass(frozen=True, slots=True)
class RecordFormat:
    format: str
    """``m3u8``, ``flv`` or ``mp4``."""
    cycle_seconds: int
    file_pattern: str
    slice_seconds: int | None = None
    slice_pattern: str | None = None
    """Both are there for m3u8, and only there."""

    def wire(self) -> dict[str, Any]:
        """As answers have it, and as it is stored."""
        shown: dict[str, Any] = {
            "Format": self.format,
            "CycleDuration": self.cycle_seconds,
            "OssObjectPrefix": self.file_pattern,
        }
        if self.format == "m3u8":
            shown |= {"SliceDuration": self.slice_seconds, "SliceOssObjectPrefix": self.slice_pattern}
        return shown


def record_formats(entries: Sequence[Mapping[str, Any]]) -> tuple[RecordFormat, ...]:
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
    if problem := file_pattern_problem(pattern):
        raise invalid(f"{where}.OssObjectPrefix", problem)
    if name != "m3u8":
        return RecordFormat(name, cycle_seconds, pattern)
    slice_pattern = entry.get("SliceOssObjectPrefix")
    if not slice_pattern:
        raise RpcFault("MissingParameter", f"{where}.SliceOssObjectPrefix has to be given for m3u8.")
    if problem := slice_pattern_problem(str(slice_pattern)):
        raise invalid(f"{where}.SliceOssObjectPrefix", problem)
    slice_seconds = int(entry.get("SliceDuration") or DEFAULT_SLICE_SECONDS)
    if not 5 <= slice_seconds <= 30:
        raise invalid(f"{where}.SliceDuration", "has to be 5 to 30")
    return RecordFormat(name, cycle_seconds, pattern, slice_seconds, str(slice_pattern))
