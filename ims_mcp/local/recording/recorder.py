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

from ims_mcp.local.disk import is_disk_full
from ims_mcp.local.recording.child import RecorderConfig, init_child, send
from ims_mcp.local.recording.segments import Journal, SegmentWriteFailed, SegmentWriter
from ims_mcp.local.recording.timeline import Timeline

_RETRY_SECONDS = 0.5
_MILLISECOND = Fraction(1, 1000)
_OPTIONS = {
    "protocol_whitelist": "rtmp,rtmps,tcp,tls",
    "rtmp_live": "live",
    "fpsprobesize": "0",
}
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
            for packet in _packets(source, streams):
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


def _packets(source: InputContainer, streams: list[Any]) -> Iterator[Packet[Any]]:
    for packet in source.demux(streams):
        if packet.dts is None or not packet.size or packet.is_corrupt:
            continue
        if packet.time_base != _MILLISECOND:
            raise ValueError(f"time base {packet.time_base}")
        yield packet


def _main(config: dict[str, Any], messages: TextIO) -> None:
    began = 0

    def on_segment() -> None:
        nonlocal began
        began += 1
        send(messages, began=began)

    try:
        _Pull(RecorderConfig(**config), on_segment).run()
    except SegmentWriteFailed as failed:
        if not is_disk_full(failed):
            raise
        send(messages, disk_full=True)
    else:
        send(messages, gave_up=True)


if __name__ == "__main__":
    _main(*init_child())
