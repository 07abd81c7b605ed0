"""The recorder process of one job: pulls the stream again and again until it has been away for too long.

Run as ``python -m``; its config is one JSON line (:class:`RecorderConfig`). It sends ``{"came": true}`` when a stream
comes, ``{"began": n}`` for every segment and ``{"gave_up": true}`` at the end, or ``{"disk_full": true}``. It can be
killed at any moment.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from ims_mcp.local.recording.child import RecorderConfig, run_child, send
from ims_mcp.local.recording.flv import Kind, Tag, read_announced, read_tag
from ims_mcp.local.recording.rtmp import Message, open_stream
from ims_mcp.local.recording.segments import Journal, SegmentWriter, Track
from ims_mcp.local.recording.timeline import PICTURE, SOUND, Timeline

_RETRY_SECONDS = 0.2
_PICTURE_GONE_MS = 10_000
"""Without a picture for so long, a file may end at any packet of sound."""
_STREAMS: dict[Kind, int] = {"video": PICTURE, "audio": SOUND}


@dataclass(slots=True)
class _Connection:
    """What is known of the stream on one connection."""

    tracks: dict[Kind, Track] = field(default_factory=dict[Kind, Track])
    announced: frozenset[Kind] | None = None
    """Of its metadata; None where it has told of no track."""
    undecodable: set[Kind] = field(default_factory=set[Kind])
    """Tracks whose packets came before what decodes them."""
    begun: bool = False
    waits_for_key: bool = True
    """Pictures are passed over until one comes that needs no other."""
    key_shown_ms: int | None = None
    """Pictures that are shown before the first keyframe of all need others that are not there."""


class _Pull:
    """One connection after the other, for as long as the stream is not away for too long."""

    def __init__(self, config: RecorderConfig, report: Callable[..., None]) -> None:
        self._config = config
        self._report = report
        self._deadline = time.monotonic() + config.time_left_seconds
        self._timeline = Timeline()
        self._writer = SegmentWriter(
            Journal(Path(config.directory)), config.cycles, self._now(), config.clock_offset_seconds
        )
        self._segments = 0
        self._last_picture_ms = 0
        self._has_come = False

    def run(self) -> frozenset[Kind]:
        """Returns when the stream has been away for too long: what tracks it was to have.

        Raises SegmentWriteFailed.
        """
        with closing(self._writer):
            while (left := self._deadline - time.monotonic()) > 0:
                began = time.monotonic()
                # Nothing listens, nothing is published, the connection broke or brought no stream: the stream is away.
                with suppress(OSError, ValueError, LookupError):
                    self._record(left)
                # A connection that lasted is followed by another at once.
                time.sleep(max(0.0, min(began + _RETRY_SECONDS, self._deadline) - time.monotonic()))
        return self._writer.promised

    def _now(self) -> float:
        return time.time() + self._config.clock_offset_seconds

    def _record(self, left_seconds: float) -> None:
        """One connection, until it breaks off."""
        stall_seconds = min(self._config.stall_seconds, self._config.reconnect_timeout_seconds)
        stream = _Connection()
        self._timeline.reconnect()
        # A stream that comes in the last moment is given the time to begin.
        with open_stream(self._config.url, timeout_seconds=max(min(stall_seconds, left_seconds), 1.0)) as messages:
            for message in messages:
                self._take(stream, message)
                # Of pictures alone nothing can be shown before a keyframe, and the stream is away until it comes.
                if time.monotonic() > self._deadline:
                    return

    def _take(self, stream: _Connection, message: Message) -> None:
        if (announced := read_announced(message)) is not None:
            stream.announced = announced
            self._promise(stream)
        tag = read_tag(message)
        if tag is None:
            return
        known = stream.tracks.get(tag.kind)
        if tag.is_header:
            if known is None or known.config != tag.config:
                stream.tracks[tag.kind] = Track(tag.config, tag.body, tag.codec)
                stream.waits_for_key |= tag.kind == "video"
            return
        # A stream may change its codec in the middle, to one that has no header as well.
        is_other = known is None or bool(tag.codec and known.codec and tag.codec != known.codec)
        if is_other and not tag.config:
            # What decodes it has not come.
            stream.undecodable.add(tag.kind)
            self._promise(stream)
            return
        if known is None or is_other or (tag.config and not known.header and tag.config != known.config):
            stream.tracks[tag.kind] = Track(tag.config, b"", tag.codec)
            stream.waits_for_key |= is_other and known is not None and tag.kind == "video"
        if not self._has_come:
            self._has_come = True
            self._report(came=True)
        # Sound is recorded from the first on, whenever its picture comes.
        if tag.kind == "audio" or _can_be_shown(stream, tag):
            self._write(stream, tag, self._now())

    def _promise(self, stream: _Connection) -> None:
        self._writer.promise(stream.undecodable.union(stream.announced or ()))

    def _has_lost_a_track(self, stream: _Connection) -> bool:
        known = stream.announced
        return known is not None and any(
            self._writer.holds(kind) and kind not in known and kind not in stream.tracks for kind in _STREAMS
        )

    def _write(self, stream: _Connection, tag: Tag, at: float) -> None:
        place_ms = self._timeline.place(_STREAMS[tag.kind], tag.stamp_ms, tag.delay_ms)
        anew = not stream.begun and self._has_lost_a_track(stream)
        if tag.kind == "video":
            is_start = tag.is_key
        else:
            is_alone = "video" not in stream.tracks or place_ms - self._last_picture_ms > _PICTURE_GONE_MS
            is_start = is_alone
            if anew or not self._writer.takes(stream.tracks) or (is_alone and self._writer.is_due(place_ms)):
                # The file that begins here has no picture to which the next ones could be the difference.
                stream.waits_for_key = True
        if not stream.begun:
            # A segment is of one connection.
            self._writer.close()
        if self._writer.begin(tag.kind, stream.tracks, place_ms, at, is_start=is_start, anew=anew):
            self._segments += 1
            self._report(began=self._segments)
        stream.begun = True
        if tag.kind == "video":
            self._last_picture_ms = place_ms
        self._writer.write(tag, place_ms, at)
        self._deadline = time.monotonic() + self._config.reconnect_timeout_seconds


def _can_be_shown(stream: _Connection, tag: Tag) -> bool:
    """Whether the pictures are there that this one needs."""
    shown_ms = tag.stamp_ms + tag.delay_ms
    if tag.is_key:
        if stream.waits_for_key:
            stream.key_shown_ms = shown_ms
        stream.waits_for_key = False
    elif stream.waits_for_key:
        return False
    elif stream.key_shown_ms is not None:
        if -_PICTURE_GONE_MS < shown_ms - stream.key_shown_ms < 0:
            return False
        stream.key_shown_ms = None
    return True


def _record(config: dict[str, Any], messages: TextIO) -> None:
    promised = _Pull(RecorderConfig(**config), partial(send, messages)).run()
    send(messages, gave_up=True, promised=sorted(promised))


if __name__ == "__main__":
    run_child(_record)
