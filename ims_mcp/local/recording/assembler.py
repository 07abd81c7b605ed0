"""The assembler process: segments of a finished file in, one mp4 or flv out, or an HLS index and its slices.

Run as ``python -m``; its config is one JSON line (:class:`AssemblerConfig`), its answer is one (:class:`Assembled`),
``{"nothing": true}`` where the segments hold nothing that could be played, or ``{"disk_full": true}``. Packets are
copied, never decoded.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path
from typing import Any, TextIO

import av
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.packet import Packet

from ims_mcp.local.disk import DiskFull, is_disk_full
from ims_mcp.local.recording.child import AssemblerConfig, run_child, send
from ims_mcp.local.recording.segments import LEAD_MS

_MILLISECOND = Fraction(1, 1000)
_ENTRY = re.compile(r"#EXTINF:(?P<seconds>[0-9.]+),[^\n]*\n(?P<name>[^#\n]+)\n")


@dataclass(frozen=True, slots=True)
class Assembled:
    """A file, or the slices of one, made of segments."""

    path: str
    """The mp4 or flv; empty for HLS, whose index is written where the slices have got their names."""
    duration_seconds: float
    width: int
    height: int
    slices: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])
    """Path and seconds of each."""


class _Remux:
    """Writes the packets of one segment after the other into one output."""

    def __init__(self, config: AssemblerConfig) -> None:
        self._config = config
        self._output: OutputContainer | None = None
        self._targets: dict[str, Any] = {}
        self._size = (0, 0)
        self._bases: dict[int, int] = {}
        self._last: dict[str, int] = {}
        self._step: dict[str, int] = {}
        self._begin_ms: int | None = None
        self._end_ms = 0

    def run(self) -> Assembled | None:
        directory = Path(self._config.directory)
        try:
            for path, run, position_ms in self._config.segments:
                # A segment that a kill left without a header, or without packets, is not worth the file.
                with suppress(FFmpegError, FileNotFoundError, _Empty), av.open(path, format="flv") as source:
                    self._append(source, directory, run, position_ms)
        finally:
            if self._output is not None:
                with _tell_full_disk():
                    self._output.close()
        if self._begin_ms is None:
            return None
        width, height = self._size
        seconds = round((self._end_ms - self._begin_ms) / 1000, 3)
        if self._config.format == "m3u8":
            return Assembled("", seconds, width, height, _read_slices(directory))
        return Assembled(str(self._locate_output(directory)), seconds, width, height)

    def _append(self, source: InputContainer, directory: Path, run: int, position_ms: int) -> None:
        packets = source.demux(*source.streams.video[:1], *source.streams.audio[:1])
        usable = (packet for packet in packets if packet.dts is not None and packet.size and not packet.is_corrupt)
        # Sound may lie a moment before the keyframe it came after: the first of all begins the file.
        head = list(islice(usable, 20))
        if not head:
            raise _Empty
        first_ms = min(_get_dts(packet) for packet in head) - LEAD_MS
        if self._output is None:
            self._output = self._open(source, directory)
            self._begin_ms = 0
            self._bases[run] = -(position_ms + first_ms)
        elif run not in self._bases:
            # What a former process recorded ends here; how long nobody recorded takes no time in the file.
            self._bases[run] = self._end_ms - (position_ms + first_ms)
        shift = self._bases[run] + position_ms - LEAD_MS
        self._copy(chain(head, usable), shift)

    def _copy(self, packets: Iterator[Packet[Any]], shift: int) -> None:
        assert self._output is not None
        for packet in packets:
            kind = packet.stream.type
            target = self._targets.get(kind)
            if target is None:
                continue
            delay = 0 if packet.pts is None else packet.pts - _get_dts(packet)
            dts = _get_dts(packet) + shift
            last = self._last.get(kind)
            if last is not None:
                # A publisher may send two packets with one time stamp: mp4 wants them apart.
                dts = max(dts, last + 1)
                if dts - last < 1000:
                    self._step[kind] = dts - last
            self._last[kind] = dts
            packet.dts, packet.pts = dts, dts + max(delay, 0)
            self._end_ms = max(self._end_ms, dts + self._step.get(kind, 0))
            packet.stream = target
            with _tell_full_disk():
                self._output.mux_one(packet)

    def _open(self, source: InputContainer, directory: Path) -> OutputContainer:
        streams = [*source.streams.video[:1], *source.streams.audio[:1]]
        if source.streams.video:
            context = source.streams.video[0].codec_context
            self._size = (context.width, context.height)
        muxer = "hls" if self._config.format == "m3u8" else self._config.format
        options = self._choose_options(directory)
        output = av.open(self._locate_output(directory), "w", format=muxer, container_options=options)
        self._targets = {stream.type: output.add_stream_from_template(stream) for stream in streams}
        return output

    def _locate_output(self, directory: Path) -> Path:
        return directory / f"recording.{self._config.format}"

    def _choose_options(self, directory: Path) -> dict[str, str]:
        match self._config.format:
            case "mp4":
                return {"movflags": "+faststart"}
            case "m3u8":
                return {
                    "hls_time": str(self._config.slice_seconds),
                    "hls_playlist_type": "vod",
                    "hls_list_size": "0",
                    "hls_segment_filename": str(directory / "slice%06d.ts"),
                }
            case _:
                return {"flvflags": "add_keyframe_index"}


@contextmanager
def _tell_full_disk() -> Generator[None]:
    """Tells a full disk from a segment that is damaged: DiskFull in place of FFmpeg's error."""
    try:
        yield
    except (FFmpegError, OSError) as error:
        if is_disk_full(error):
            raise DiskFull from error
        raise


class _Empty(Exception):
    """A segment without packets."""


def _get_dts(packet: Packet[Any]) -> int:
    assert packet.dts is not None
    return packet.dts


def _read_slices(directory: Path) -> list[tuple[str, float]]:
    index = (directory / "recording.m3u8").read_text(encoding="utf-8")
    return [(str(directory / Path(entry["name"]).name), float(entry["seconds"])) for entry in _ENTRY.finditer(index)]


def assemble(config: AssemblerConfig) -> Assembled | None:
    """None where the segments hold no packets. Raises FFmpegError where the format does not carry the codecs."""
    return _Remux(config).run()


def _answer(config: dict[str, Any], messages: TextIO) -> None:
    assembled = assemble(AssemblerConfig(**config))
    send(messages, **({"nothing": True} if assembled is None else asdict(assembled)))


if __name__ == "__main__":
    run_child(_answer)
