"""What a recorder leaves in its job's directory: numbered FLV segments, and a journal of how they make up files.

``journal.jsonl`` is appended to by the recorder and read by everybody; a line a kill has torn is passed over. A segment
is journalled before its file is made, so that no segment is unknown. Segments end at keyframes where any format's file
ends.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import av
from av.container import OutputContainer
from av.error import FFmpegError
from av.packet import Packet

_NAME = "journal.jsonl"
LEAD_MS = 1000
"""A segment's clock begins here: sound may come a moment after the keyframe it begins with, and belong before it."""


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
    """The journal of one job, and where its segments lie."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._path = directory / _NAME

    def locate_segment(self, number: int) -> Path:
        """Where a segment is, or was."""
        return self.directory / f"{number:06}.flv"

    def is_gone(self, segment: Segment) -> bool:
        """Its files have all been made, or it never was."""
        return not self.locate_segment(segment.number).exists()

    def list_segments(self) -> list[Segment]:
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
        """A segment that begins, or again when it has ended."""
        with self._path.open("a+b", buffering=0) as file:
            torn = file.tell() > 0 and self._path.read_bytes()[-1:] != b"\n"
            entry = {name: getattr(segment, name) for name in Segment.__slots__}
            file.write((b"\n" if torn else b"") + json.dumps(entry).encode() + b"\n")

    def find_last_packet_time(self, clock_offset_seconds: float) -> float | None:
        """Epoch seconds of the last packet of all; None where nothing was recorded."""
        for segment in reversed(self.list_segments()):
            if (ended_at := self.find_end(segment, clock_offset_seconds)) is not None:
                return ended_at
        return None

    def find_end(self, segment: Segment, clock_offset_seconds: float) -> float | None:
        """When its last packet was written; None where the segment holds nothing, or is gone."""
        if segment.ended_at is not None:
            return segment.ended_at
        try:
            # Every packet is flushed: the file was changed last when its last packet came.
            return self.locate_segment(segment.number).stat().st_mtime + clock_offset_seconds
        except FileNotFoundError:
            return None


class SegmentWriteFailed(Exception):
    """What was pulled cannot be written: the disk is full (``__cause__`` tells), or FLV does not carry the codec."""


@dataclass(slots=True)
class _File:
    """The file of one format that is being recorded."""

    number: int
    began: float
    begin_ms: int
    """On this run's clock; of a file begun by a former run, before it."""


class SegmentWriter:
    """``cycles``: format -> seconds after which a new file begins. One SegmentWriter is one run of the recorder."""

    def __init__(
        self, journal: Journal, cycles: Mapping[str, int], clock: Callable[[], float], offset_seconds: float
    ) -> None:
        self._journal = journal
        self._cycles = cycles
        self._clock = clock
        self._output: OutputContainer | None = None
        self._outputs: dict[int, Any] = {}
        self._segment: Segment | None = None
        self._last_at = 0.0
        former = journal.list_segments()
        self._next_number = former[-1].number + 1 if former else 1
        self._run = former[-1].run + 1 if former else 1
        self._shape = former[-1].shape if former else ""
        self._files: dict[str, _File] = {}
        if former:
            ended_at = journal.find_last_packet_time(offset_seconds) or clock()
            for format_, number in former[-1].files.items():
                began = former[-1].began[format_]
                self._files[format_] = _File(number, began, -round((ended_at - began) * 1000))

    def begin(self, streams: Sequence[Any], place_ms: int) -> bool:
        """Before a packet at which a segment can begin: make sure of the right one. Whether a new one was begun."""
        shape = shape_of(streams)
        now = self._clock()
        changed = shape != self._shape
        files = dict(self._files)
        for format_, cycle_seconds in self._cycles.items():
            file = files.get(format_)
            if file is None:
                files[format_] = _File(1, now, place_ms)
            elif changed or place_ms - file.begin_ms >= cycle_seconds * 1000:
                files[format_] = _File(file.number + 1, now, place_ms)
        if self._output is not None and files == self._files:
            return False
        self.close()
        self._shape, self._files = shape, files
        self._segment = Segment(
            number=self._next_number,
            run=self._run,
            position_ms=place_ms,
            shape=shape,
            files={format_: file.number for format_, file in files.items()},
            began={format_: file.began for format_, file in files.items()},
        )
        self._next_number += 1
        try:
            self._journal.write(self._segment)
            self._open(streams, self._segment)
        except (FFmpegError, OSError, ValueError) as error:
            raise SegmentWriteFailed(str(error)) from error
        return True

    def write(self, packet: Packet[Any], place_ms: int) -> None:
        """``place_ms`` is where its dts lies on this run's clock."""
        assert self._output is not None and self._segment is not None
        target = self._outputs[packet.stream_index]
        delay = 0 if packet.pts is None or packet.dts is None else packet.pts - packet.dts
        packet.dts = max(0, place_ms - self._segment.position_ms + LEAD_MS)
        packet.pts = packet.dts + delay
        packet.stream = target
        try:
            self._output.mux_one(packet)
        except (FFmpegError, OSError, ValueError) as error:
            raise SegmentWriteFailed(str(error)) from error
        self._last_at = self._clock()

    def close(self) -> None:
        """End the segment; the file it belongs to may go on in another."""
        output, segment = self._output, self._segment
        if output is None or segment is None:
            return
        self._output = self._segment = None
        with suppress(FFmpegError, OSError):
            output.close()
        # A line that finds no room is missed by nobody: the file says when its last packet came.
        with suppress(OSError):
            self._journal.write(replace(segment, ended_at=self._last_at or self._clock()))

    def _open(self, streams: Sequence[Any], segment: Segment) -> None:
        # Each packet goes to the disk when it comes, and waits for the other stream's for 0.2 s at most.
        options = {"flush_packets": "1", "max_interleave_delta": "200000", "flvflags": "no_duration_filesize"}
        path = self._journal.locate_segment(segment.number)
        self._output = av.open(path, "w", format="flv", container_options=options)
        self._outputs = {stream.index: self._output.add_stream_from_template(stream) for stream in streams}
        # The header goes out before the first packet can change what it says.
        self._output.start_encoding()


def shape_of(streams: Sequence[Any]) -> str:
    """Names what all segments of a file have in common: as long as it stays, packets fit into the same file."""
    digest = hashlib.sha256()
    for stream in streams:
        context = stream.codec_context
        size = (context.width, context.height) if stream.type == "video" else (context.sample_rate, context.channels)
        digest.update(repr((stream.type, context.name, size, bytes(context.extradata or b""))).encode())
    return digest.hexdigest()[:16]
