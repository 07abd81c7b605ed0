"""What a recorder leaves in its job's directory: numbered FLV segments, and a journal of how they make up files.

``journal.jsonl`` is appended to by the recorder and read by everybody; a line a kill has torn is passed over. A segment
is journalled before its file is made, so that no segment is unknown. Segments end at keyframes where any format's file
ends.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Mapping, Sequence, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from io import FileIO
from pathlib import Path
from typing import Any

from ims_mcp.local.recording.flv import Kind, Tag, write_file_header, write_tag

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
    shape: Mapping[str, str]
    """``video`` and ``audio``, those that it holds -> a name of the codec parameters. In all segments of a file a track
    has the same; which tracks there are may differ, where one joined late or went."""
    files: Mapping[str, int]
    """Format -> the number, from 1, of that format's file it belongs to."""
    began: Mapping[str, float]
    """Format -> epoch seconds at which that file began."""
    ended_at: float | None = None
    """Epoch seconds of its last packet; None while it is written, and where a kill ended it."""
    promised: Sequence[str] = ()
    """``video`` and ``audio``, those that the stream announced, or brought without what decodes them."""


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
                if isinstance(entry["shape"], str):
                    # Of a version that named the parameters of all tracks together: no others are the same.
                    entry["shape"] = dict.fromkeys(("video", "audio"), entry["shape"])
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
    """What was pulled cannot be written: the disk is full (``__cause__`` tells)."""


@dataclass(slots=True)
class _File:
    """The file of one format that is being recorded."""

    number: int
    began: float
    begin_ms: int
    """On this run's clock; of a file begun by a former run, before it."""


@dataclass(frozen=True, slots=True)
class Track:
    """What decodes the packets of one kind."""

    config: bytes
    header: bytes
    """The body of the tag that comes before them; empty where the codec has none."""
    codec: bytes
    """As :attr:`~ims_mcp.local.recording.flv.Tag.codec` has it."""

    @property
    def name(self) -> str:
        """As :attr:`Segment.shape` has it."""
        return hashlib.sha256(self.config).hexdigest()[:16]


class SegmentWriter:
    """``cycles``: format -> seconds after which a new file begins. One SegmentWriter is one run of the recorder.

    Moments are epoch seconds of the server's clock.
    """

    def __init__(self, journal: Journal, cycles: Mapping[str, int], now: float, offset_seconds: float) -> None:
        self._journal = journal
        self._cycles = cycles
        self._output: FileIO | None = None
        self._segment: Segment | None = None
        self._last_at = now
        former = journal.list_segments()
        self._next_number = former[-1].number + 1 if former else 1
        self._run = former[-1].run + 1 if former else 1
        self._files: dict[str, _File] = {}
        # Of the present files: their tracks, whose parameters stay.
        self._shape: dict[str, str] = {}
        self.promised: frozenset[Kind] = frozenset()
        """As :attr:`Segment.promised` has it."""
        if former:
            ended_at = journal.find_last_packet_time(offset_seconds) or now
            for format_, number in former[-1].files.items():
                began = former[-1].began[format_]
                self._files[format_] = _File(number, began, -round((ended_at - began) * 1000))
                for segment in former:
                    if segment.files[format_] == number:
                        self._shape |= segment.shape

    def takes(self, tracks: Mapping[Kind, Track]) -> bool:
        """Whether there are files already, and packets of these tracks fit into them."""
        return bool(self._files) and all(
            self._shape.get(kind, track.name) == track.name for kind, track in tracks.items()
        )

    def holds(self, kind: Kind) -> bool:
        """Whether the present files have a track of this kind."""
        return kind in self._shape

    def is_due(self, place_ms: int) -> bool:
        """Whether a new file is to begin at the next packet that one can begin with."""
        cycles = self._cycles.items()
        return any(
            format_ in self._files and place_ms - self._files[format_].begin_ms >= seconds * 1000
            for format_, seconds in cycles
        )

    def begin(
        self, kind: Kind, tracks: Mapping[Kind, Track], place_ms: int, at: float, *, is_start: bool, anew: bool = False
    ) -> bool:
        """Before a packet: make sure of the right segment. Whether a new one was begun.

        ``tracks``: all that are known of this connection. ``is_start``: a file can begin with the packet. ``anew``: one
        has to, as it has where the parameters of a track are others.
        """
        anew = anew or not self.takes(tracks)
        files = dict(self._files)
        for format_, cycle_seconds in self._cycles.items():
            file = files.get(format_)
            if file is None:
                files[format_] = _File(1, at, place_ms)
            elif anew or (is_start and place_ms - file.begin_ms >= cycle_seconds * 1000):
                files[format_] = _File(file.number + 1, at, place_ms)
        if self._segment is not None and files == self._files and kind in self._segment.shape:
            return False
        self.close()
        shape = {name: track.name for name, track in tracks.items()}
        self._shape = shape if anew else {**self._shape, **shape}
        self._files = files
        self._segment = Segment(
            number=self._next_number,
            run=self._run,
            position_ms=place_ms,
            shape=shape,
            files={format_: file.number for format_, file in files.items()},
            began={format_: file.began for format_, file in files.items()},
            promised=sorted(self.promised),
        )
        self._next_number += 1
        with _tell_failure():
            self._journal.write(self._segment)
            self._output = self._journal.locate_segment(self._segment.number).open("wb", buffering=0)
            self._put(write_file_header(frozenset(tracks)))
            for name, track in tracks.items():
                if track.header:
                    self._put(write_tag(name, 0, track.header))
        return True

    def promise(self, kinds: Set[Kind]) -> None:
        """Take down which tracks the stream is to have from now on, whether or not they come."""
        if kinds != self.promised:
            self.promised = frozenset(kinds)
            self.close()

    def write(self, tag: Tag, place_ms: int, at: float) -> None:
        """``place_ms`` is where it lies on this run's clock. It goes to the disk at once."""
        assert self._segment is not None
        with _tell_failure():
            self._put(write_tag(tag.kind, max(0, place_ms - self._segment.position_ms + LEAD_MS), tag.body))
        self._last_at = at

    def close(self) -> None:
        """End the segment; the file it belongs to may go on in another."""
        output, segment = self._output, self._segment
        self._output = self._segment = None
        if output is not None:
            output.close()
        # A line that finds no room is missed by nobody: the file says when its last packet came.
        with suppress(OSError):
            if segment is not None:
                self._journal.write(replace(segment, ended_at=self._last_at))

    def _put(self, data: bytes) -> None:
        assert self._output is not None
        while data:
            data = data[self._output.write(data) :]


@contextmanager
def _tell_failure() -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise SegmentWriteFailed(str(error)) from error
