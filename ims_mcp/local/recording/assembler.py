"""The assembler process: segments of a finished file in, one mp4 or flv out, or an HLS index and its slices.

Run as ``python -m``; its config is one JSON line (:class:`AssemblerConfig`), its answer is one (:class:`Assembled`),
``{"nothing": true}`` where the segments hold nothing that could be played, or ``{"disk_full": true}``; the first two
say in ``left_out`` which tracks the format has no place for. Packets are copied, never decoded.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any, TextIO

import av
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.packet import Packet

from ims_mcp.local.disk import DiskFull, is_disk_full
from ims_mcp.local.recording.child import UNWRITABLE, AssemblerConfig, run_child, send
from ims_mcp.local.recording.segments import LEAD_MS

# Codecs that players find in these, as FFmpeg names them. FFmpeg itself writes any into a transport stream, as data
# that nothing reads. FLV holds all that comes by RTMP.
_HOLDS = {
    "mp4": frozenset({"h264", "hevc", "vvc", "av1", "vp9", "mpeg4", "aac", "mp3", "ac3", "eac3", "opus", "flac"}),
    "m3u8": frozenset({"h264", "hevc", "vvc", "mpeg4", "aac", "mp3", "ac3", "eac3", "opus"}),
}
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
    left_out: dict[str, str] = field(default_factory=dict[str, str])
    """``video`` or ``audio`` that the format cannot hold -> its codec."""


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
        """When the first packet is shown; the clock of the output begins at the first dts."""
        self._end_ms = 0
        self.left_out: dict[str, str] = {}

    def run(self) -> Assembled | None:
        directory = Path(self._config.directory)
        try:
            self._open(directory)
            for path, run, position_ms, _ in self._config.segments if self._targets else ():
                # A segment that a kill left without a header, or without packets, is not worth the file.
                with suppress(FFmpegError, FileNotFoundError, _Empty), av.open(path, format="flv") as source:
                    self._append(source, run, position_ms)
        finally:
            if self._output is not None and self._begin_ms is not None:
                with _tell_full_disk():
                    self._output.close()
        if self._begin_ms is None:
            return None
        width, height = self._size
        seconds = round((self._end_ms - self._begin_ms) / 1000, 3)
        if self._config.format == "m3u8":
            return Assembled("", seconds, width, height, _read_slices(directory, seconds), self.left_out)
        return Assembled(str(self._locate_output(directory)), seconds, width, height, left_out=self.left_out)

    def _append(self, source: InputContainer, run: int, position_ms: int) -> None:
        tracks = [stream for stream in _list_tracks(source) if stream.type in self._targets]
        packets = _read_packets(source, tracks)
        usable = (packet for packet in packets if packet.dts is not None and packet.size and not packet.is_corrupt)
        # Sound may lie a moment before the keyframe it came after: the first of all begins the file.
        head = list(islice(usable, 20))
        if not head:
            raise _Empty
        first_ms = min(_get_dts(packet) for packet in head) - LEAD_MS
        if not self._bases:
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
            delay = 0 if packet.pts is None else packet.pts - _get_dts(packet)
            dts = _get_dts(packet) + shift
            last = self._last.get(kind)
            if last is not None:
                # A publisher may send two packets with one time stamp: mp4 wants them apart.
                dts = max(dts, last + 1)
                if dts - last < 1000:
                    self._step[kind] = dts - last
            self._last[kind] = dts
            shown_ms = dts + max(delay, 0)
            packet.dts, packet.pts = dts, shown_ms
            packet.stream = self._targets[kind]
            with _tell_full_disk():
                self._output.mux_one(packet)
            # Not before: where the format refuses what describes the tracks there is nothing in the file.
            self._begin_ms = shown_ms if self._begin_ms is None else min(self._begin_ms, shown_ms)
            self._end_ms = max(self._end_ms, shown_ms + self._step.get(kind, 0))

    def _open(self, directory: Path) -> None:
        """The output, with every track that any of the segments has and the format can hold."""
        wanted = {kind for *_, kinds in self._config.segments for kind in kinds}
        known = dict[str, Any]()
        with ExitStack() as sources:
            for path, _, _, kinds in self._config.segments:
                if not wanted - set(known):
                    break
                if set(kinds) <= set(known):
                    continue
                with suppress(FFmpegError, FileNotFoundError):
                    source = sources.enter_context(av.open(path, format="flv"))
                    known = {stream.type: stream for stream in _list_tracks(source)} | known
            for kind in sorted(known, reverse=True):
                self._add(directory, kind, known[kind])

    def _add(self, directory: Path, kind: str, stream: Any) -> None:
        context = stream.codec_context
        codec = "an unknown codec" if context is None else context.codec.canonical_name
        holds = _HOLDS.get(self._config.format, {codec}) - UNWRITABLE
        if context is None or codec not in holds:
            self.left_out[kind] = codec
            return
        if self._output is None:
            muxer = "hls" if self._config.format == "m3u8" else self._config.format
            options = self._choose_options(directory)
            self._output = av.open(self._locate_output(directory), "w", format=muxer, container_options=options)
        output = self._output
        target = self._targets[kind] = output.add_stream_from_template(stream)
        if kind == "video":
            self._size = (context.width, context.height)
            if codec == "hevc" and self._config.format == "mp4":
                # The parameter sets are in the header, and Apple's players want that said.
                target.codec_context.codec_tag = "hvc1"

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


def _list_tracks(source: InputContainer) -> list[Any]:
    return [*source.streams.video[:1], *source.streams.audio[:1]]


def _read_packets(source: InputContainer, tracks: list[Any]) -> Iterator[Packet[Any]]:
    # PyAV 18 stumbles, after the last packet, over a stream that turned up on the way.
    with suppress(IndexError):
        if tracks:  # without a stream all would be read
            yield from source.demux(tracks)


def _read_slices(directory: Path, seconds: float) -> list[tuple[str, float]]:
    """Path and seconds of each; ``seconds``: of all. FFmpeg ends the last with its picture, sound may go on."""
    index = (directory / "recording.m3u8").read_text(encoding="utf-8")
    slices = [(str(directory / Path(entry["name"]).name), float(entry["seconds"])) for entry in _ENTRY.finditer(index)]
    if slices:
        before = sum(length for _, length in slices[:-1])
        slices[-1] = (slices[-1][0], max(round(seconds - before, 6), 0.001))
    return slices


def _answer(config: dict[str, Any], messages: TextIO) -> None:
    remux = _Remux(AssemblerConfig(**config))
    assembled = remux.run()
    send(messages, **({"nothing": True, "left_out": remux.left_out} if assembled is None else asdict(assembled)))


if __name__ == "__main__":
    run_child(_answer)
