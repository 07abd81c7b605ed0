"""The recorder process of one job: pulls the stream again and again until it has been away for too long.

Run as ``python -m``; its config is one JSON line (:class:`RecorderConfig`). It sends ``{"began": n}`` for every
segment and ``{"gave_up": true}`` at the end, or ``{"disk_full": true}``. It can be killed at any moment.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from fractions import Fraction
from pathlib import Path
from typing import Any, TextIO

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet

from ims_mcp.local.recording.child import RecorderConfig, run_child, send
from ims_mcp.local.recording.segments import Journal, SegmentWriter

_JUMP_MS = 2_000
"""A stream that is so far ahead of all others has jumped."""
_LONE_JUMP_MS = 10_000
"""The same of a stream that is alone: a slide show may stand still for a while."""
_BACK_MS = 1_000
"""A stream that goes so far back has jumped; a smaller step back is put right packet by packet."""
_SHARED_MS = 1_500
"""Two streams whose time stamps are no further apart share a clock."""
_TURN_MS = 100
"""As far as two streams are apart that arrive in turns: a stream that jumps alone goes on where it stood itself."""


class Timeline:
    """Milliseconds since the first packet. A gap in the stream, and a jump in its time stamps, take no time here.

    Picture and sound of a stream mostly share a clock, and then keep their distance to the millisecond. Where their
    time stamps are too far apart for that, or one of them jumps and the other does not, each has a clock of its own,
    and what arrives together belongs together.
    """

    def __init__(self) -> None:
        self.end_ms = 0
        self._last: dict[int, int] = {}
        self._step: dict[int, int] = {}
        # Of the present connection, by stream: what is added to its time stamps, and the first of them.
        self._shift: dict[int, int] = {}
        self._first: dict[int, int] = {}

    def reconnect(self) -> None:
        """The next packet comes from another connection: it follows on what was placed last."""
        self._shift.clear()
        self._first.clear()

    def place(self, stream: int, dts_ms: int) -> int:
        """The place of this stream's next packet, never before the one placed last."""
        last_ms = self._last.get(stream)
        if stream not in self._shift:
            self._first[stream] = dts_ms
            self._shift[stream] = self._find_shift(stream, dts_ms, self._first)
        elif self._has_jumped(stream, dts_ms):
            self._shift[stream] = self._find_shift(stream, dts_ms, {})
        place_ms = dts_ms + self._shift[stream]
        if last_ms is not None:
            place_ms = max(place_ms, last_ms)
            if 0 < place_ms - last_ms < 1000:
                self._step[stream] = place_ms - last_ms
        self._last[stream] = place_ms
        # Where the next connection begins: as far behind the last packet as that was behind the one before.
        self.end_ms = max(self.end_ms, place_ms + self._step.get(stream, 0))
        return place_ms

    def _has_jumped(self, stream: int, dts_ms: int) -> bool:
        place_ms = dts_ms + self._shift[stream]
        ahead_ms = _JUMP_MS if len(self._shift) > 1 else _LONE_JUMP_MS
        return not self._last[stream] - _BACK_MS <= place_ms <= self.end_ms + ahead_ms

    def _find_shift(self, stream: int, dts_ms: int, first: dict[int, int]) -> int:
        """Another stream's shift where that fits, so that both keep their distance; else one of its own."""
        for other, shift in self._shift.items():
            if other == stream:
                continue
            began_together = other in first and abs(dts_ms - first[other]) <= _SHARED_MS
            if began_together or abs(dts_ms + shift - self.end_ms) <= _SHARED_MS:
                return shift
        # At the end of all that was placed, or right behind its own last packet where that is the same but for the
        # turn it has in arriving: otherwise every jump would put it a little later.
        own_end_ms = self._last.get(stream, self.end_ms) + self._step.get(stream, 0)
        return (own_end_ms if stream in self._shift and self.end_ms - own_end_ms <= _TURN_MS else self.end_ms) - dts_ms


_RETRY_SECONDS = 0.5
_MILLISECOND = Fraction(1, 1000)
_OPTIONS = {"protocol_whitelist": "rtmp,rtmps,tcp,tls", "rtmp_live": "live", "fpsprobesize": "0"}
# Some servers hold the picture back until its next keyframe: for so long, sound alone is not yet the whole stream.
_PROBE_SECONDS = 10.0


class _Pull:
    """One connection after the other, for as long as the stream is not away for too long."""

    def __init__(self, config: RecorderConfig, on_segment: Callable[[], None]) -> None:
        self._config = config
        self._on_segment = on_segment
        self._deadline = time.monotonic() + config.time_left_seconds
        self._timeline = Timeline()
        self._writer = SegmentWriter(
            Journal(Path(config.directory)),
            config.cycles,
            lambda: time.time() + config.clock_offset_seconds,
            config.clock_offset_seconds,
        )

    def run(self) -> None:
        """Returns when the stream has been away for too long. Raises SegmentWriteFailed."""
        with closing(self._writer):
            while (left := self._deadline - time.monotonic()) > 0:
                changed = False
                # Nothing listens, nothing is published, the connection broke or brought no stream: the stream is away.
                with suppress(FFmpegError, OSError, ValueError, LookupError):
                    changed = self._record(left)
                if not changed:
                    time.sleep(max(0.0, min(_RETRY_SECONDS, self._deadline - time.monotonic())))

    def _record(self, left_seconds: float) -> bool:
        """One connection, until it breaks off; True where its codec parameters changed and are to be asked anew."""
        stall_seconds = min(self._config.stall_seconds, self._config.reconnect_timeout_seconds)
        probe_seconds = min(_PROBE_SECONDS, self._config.reconnect_timeout_seconds / 2)
        # A stream that comes in the last moment is probed to the end.
        open_seconds = max(min(stall_seconds + probe_seconds, left_seconds), probe_seconds + 1)
        with av.open(
            self._config.url,
            timeout=(open_seconds, stall_seconds),
            format="flv",
            options={**_OPTIONS, "analyzeduration": str(round(probe_seconds * 1_000_000))},
        ) as source:
            self._timeline.reconnect()
            streams = [*source.streams.video[:1], *source.streams.audio[:1]]
            picture = source.streams.video[0].index if source.streams.video else None
            begun = False
            for packet in _read_packets(source, streams):
                is_start = picture is None or (packet.stream_index == picture and packet.is_keyframe)
                if not begun and not is_start:
                    # Nothing can be shown before the first keyframe, and the stream is away until it comes.
                    if time.monotonic() > self._deadline:
                        return False
                    continue
                if begun and _is_changed(packet):
                    return True
                assert packet.dts is not None
                place_ms = self._timeline.place(packet.stream_index, packet.dts)
                if is_start and self._writer.begin(streams, place_ms):
                    self._on_segment()
                begun = True
                self._writer.write(packet, place_ms)
                self._deadline = time.monotonic() + self._config.reconnect_timeout_seconds
        return False


def _is_changed(packet: Packet[Any]) -> bool:
    """Whether the codec's parameters are others from here on. Some publishers send the same ones again and again."""
    if not packet.has_sidedata("new_extradata"):
        return False
    return bytes(packet.get_sidedata("new_extradata")) != (packet.stream.codec_context.extradata or b"")


def _read_packets(source: InputContainer, streams: list[Any]) -> Iterator[Packet[Any]]:
    for packet in source.demux(streams):
        if packet.dts is None or not packet.size or packet.is_corrupt:
            continue
        if packet.time_base != _MILLISECOND:
            raise ValueError(f"time base {packet.time_base}")
        yield packet


def _record(config: dict[str, Any], messages: TextIO) -> None:
    began = 0

    def report_segment() -> None:
        nonlocal began
        began += 1
        send(messages, began=began)

    _Pull(RecorderConfig(**config), report_segment).run()
    send(messages, gave_up=True)


if __name__ == "__main__":
    run_child(_record)
