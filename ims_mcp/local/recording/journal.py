"""What a recorder leaves in its job's directory: numbered FLV segments, and a journal of how they make up files.

``journal.jsonl`` is appended to by the recorder and read by everybody; a line a kill has torn is passed over. A segment
is journalled before its file is made, so that no segment is unknown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_NAME = "journal.jsonl"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the stream that no file of any format ends in."""

    number: int
    run: int
    """Which recorder process wrote it: positions of one run lie on one clock."""
    position_ms: int
    """Where it begins on its run's clock."""
    shape: str
    """Names the codec parameters; all segments of a file have the same."""
    files: Mapping[str, int]
    """Format -> the number, from 1, of that format's file it belongs to."""
    began: Mapping[str, float]
    """Format -> epoch seconds at which that file began."""
    ended_at: float | None = None
    """Epoch seconds of its last packet; None while it is written, and where a kill ended it."""


class Journal:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._path = directory / _NAME

    def segment_path(self, number: int) -> Path:
        return self.directory / f"{number:06}.flv"

    def is_gone(self, segment: Segment) -> bool:
        """Its files have all been made, or it never was."""
        return not self.segment_path(segment.number).exists()

    def segments(self) -> list[Segment]:
        """All that were begun, in order."""
        segments: dict[int, Segment] = {}
        text = self._path.read_text(encoding="utf-8") if self._path.exists() else ""
        for line in text.splitlines():
            with suppress(ValueError, TypeError, KeyError):
                entry: dict[str, Any] = json.loads(line)
                number = int(entry["number"])
                # The later of two lines about a segment is the whole truth of it.
                segments[number] = Segment(**entry)
        return [segments[number] for number in sorted(segments)]

    def write(self, segment: Segment) -> None:
        with self._path.open("a+b", buffering=0) as file:
            torn = file.tell() > 0 and self._path.read_bytes()[-1:] != b"\n"
            entry = {name: getattr(segment, name) for name in Segment.__slots__}
            file.write((b"\n" if torn else b"") + json.dumps(entry).encode() + b"\n")

    def last_packet_at(self, clock_offset_seconds: float) -> float | None:
        """Epoch seconds of the last packet of all; None where nothing was recorded."""
        for segment in reversed(self.segments()):
            if (ended_at := self.ended_at(segment, clock_offset_seconds)) is not None:
                return ended_at
        return None

    def ended_at(self, segment: Segment, clock_offset_seconds: float) -> float | None:
        """When its last packet was written; None where the segment holds nothing, or is gone."""
        if segment.ended_at is not None:
            return segment.ended_at
        try:
            # Every packet is flushed: the file was changed last when its last packet came.
            return self.segment_path(segment.number).stat().st_mtime + clock_offset_seconds
        except FileNotFoundError:
            return None
