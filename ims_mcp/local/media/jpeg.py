"""Frames as JPEG files: upright, with square pixels, scaled into a box, alone or as tiles of a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from av.codec.context import CodecContext
from av.filter import Graph
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ims_mcp.local.media.stream_info import fraction

_TURNS = {1: (("transpose", "clock"),), 2: (("hflip", ""), ("vflip", "")), 3: (("transpose", "cclock"),)}


class Shaper:
    """Turns frames of one stream upright, squares their pixels and scales them into a box, all to one size."""

    def __init__(self, stream: VideoStream, box: tuple[int, int]) -> None:
        self._sar = float(fraction(stream.sample_aspect_ratio) or 1)
        self._box = box
        self._size: tuple[int, int] | None = None
        self._graphs: dict[tuple[int, int, str, int], Graph] = {}

    def shape(self, frame: VideoFrame) -> VideoFrame:
        """The frame as :func:`save_jpeg` takes it. Raises FFmpegError for a format that cannot be converted."""
        # PyAV counts counterclockwise.
        quarter_turns = round(-frame.rotation / 90) % 4
        key = (frame.width, frame.height, frame.format.name, quarter_turns)
        if key not in self._graphs:
            # The size or format of a stream can change on the way.
            self._graphs[key] = self._graph(frame, quarter_turns)
        graph = self._graphs[key]
        graph.vpush(frame)
        return graph.vpull()

    def _graph(self, frame: VideoFrame, quarter_turns: int) -> Graph:
        if self._size is None:
            wide, high = frame.width * self._sar, float(frame.height)
            self._size = _fit(high, wide, self._box) if quarter_turns % 2 else _fit(wide, high, self._box)
        graph = Graph()
        graph.threads = 1
        graph.link_nodes(
            graph.add_buffer(
                width=frame.width, height=frame.height, format=frame.format, time_base=fraction(frame.time_base)
            ),
            *(graph.add(name, argument) for name, argument in _TURNS.get(quarter_turns, ())),
            graph.add("scale", f"{self._size[0]}:{self._size[1]}:flags=area"),
            graph.add("setsar", "1"),
            graph.add("format", "yuvj420p"),
            graph.add("buffersink"),
        ).configure()
        return graph


def _fit(wide: float, high: float, box: tuple[int, int]) -> tuple[int, int]:
    factor = min(1.0, box[0] / wide, box[1] / high)
    # Even, because colour is kept at half the size.
    return max(2, round(wide * factor / 2) * 2), max(2, round(high * factor / 2) * 2)


def tile(cells: Sequence[VideoFrame], columns: int, rows: int) -> VideoFrame:
    """One sheet of cells of one size, filled row by row; what is left over is black."""
    first = cells[0]
    graph = Graph()
    graph.threads = 1
    graph.link_nodes(
        graph.add_buffer(
            width=first.width, height=first.height, format=first.format, time_base=fraction(first.time_base)
        ),
        graph.add("tile", f"{columns}x{rows}"),
        graph.add("buffersink"),
    ).configure()
    for index, cell in enumerate(cells):
        cell.pts = index
        graph.vpush(cell)
    graph.vpush(None)
    return graph.vpull()


def save_jpeg(frame: VideoFrame, path: Path) -> Path:
    """Write a frame that a Shaper or :func:`tile` made, and return ``path``."""
    encoder = CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "yuvj420p"
    encoder.thread_count = 1
    encoder.qscale = True
    encoder.global_quality = 4
    packets = cast("list[Packet[VideoStream]]", [*encoder.encode(frame), *encoder.encode(None)])
    path.write_bytes(b"".join(bytes(packet) for packet in packets))
    return path
