"""Cover, snapshots and sprite of a video as JPEG files: upright, with square pixels, scaled into a box."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

from av.codec.context import CodecContext
from av.container import InputContainer
from av.error import FFmpegError
from av.filter import Graph
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ims_mcp.local.media.media_file import Deadline, open_media
from ims_mcp.local.media.picture_frames import choose_picture_stream, find_cover_frame, pick_frames
from ims_mcp.local.media.stream_info import read_fraction

MAX_SNAPSHOTS = 10
MAX_CELLS = 32
"""Cells of the sprite, in one sheet of at most 8 by 4."""
COVER_BOX = (1280, 1280)
SNAPSHOT_BOX = (640, 640)
CELL_BOX = (160, 160)

_COLUMNS = 8
_TIME_LIMIT_SECONDS = 30.0
# Shorter, or of unknown length: a still picture, or nothing worth a second one.
_SHORTEST_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class PictureOptions:
    """Which pictures to make; the cover is the first frame that shows something unless a time is named."""

    sprite: bool = True
    snapshots: bool = True
    cover: bool = True
    cover_at_seconds: float | None = None

    def to_json(self) -> str:
        """As an asset keeps it."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Sprite:
    """Small pictures at even distances, each as a file of its own and together on sheets (SpriteImages)."""

    cells: tuple[Path, ...]
    """``cell-00001.jpg`` …: SpriteImages' ``count`` of them, named by ``snapshotRegular``."""
    sheets: tuple[Path, ...]
    """``sprite-00001.jpg`` …: ``tileCount`` of them, named by ``spriteRegular``."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """What was made: JPEG files ``cover.jpg``, ``snapshot-00001.jpg`` … in the directory that was asked for."""

    cover: Path | None = None
    snapshots: tuple[Path, ...] = ()
    sprite: Sprite | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file, to store or to throw away."""
        sprite = (*self.sprite.cells, *self.sprite.sheets) if self.sprite is not None else ()
        return (*((self.cover,) if self.cover is not None else ()), *self.snapshots, *sprite)


def make_pictures(
    path: Path,
    directory: Path,
    options: PictureOptions,
    pieces: Sequence[Path] = (),
    *,
    time_limit_seconds: float = _TIME_LIMIT_SECONDS,
) -> Pictures:
    """Make the pictures of the file at ``path``; an image gives a cover only, a sound file nothing.

    ``pieces``: where it is a playlist, the files it names.

    Up to 10 snapshots and 32 sprite cells, at least a second apart, upright and with square pixels, the longer side at
    most 1280 (cover), 640 (snapshot) or 160 (cell) pixels. Without a time the cover is the first frame that is not
    nearly one colour. Past the time limit there are fewer pictures. In a video longer than a minute snapshots and cells
    show the keyframe before their time. Raises UnreadableMedia where the file cannot be opened; frames that do not
    decode are passed over.
    """
    deadline = Deadline.after(time_limit_seconds)
    directory.mkdir(parents=True, exist_ok=True)
    cover: Path | None = None
    if options.cover:
        with open_media(path, path.name, deadline, pieces=pieces) as container:
            stream = choose_picture_stream(container)
            frame = (
                find_cover_frame(container, stream, options.cover_at_seconds, deadline) if stream is not None else None
            )
            if stream is not None and frame is not None:
                with suppress(FFmpegError):
                    cover = save_jpeg(Shaper(stream, COVER_BOX).shape(frame), directory / "cover.jpg")
    if not (options.snapshots or options.sprite):
        return Pictures(cover)
    # Opened again: not every container can be wound back.
    with open_media(path, path.name, deadline, pieces=pieces) as container:
        stream = choose_picture_stream(container)
        if stream is None or (container.duration or 0) < _SHORTEST_SECONDS * 1_000_000:
            return Pictures(cover)
        snapshots, sprite = _make_series(container, stream, directory, options, deadline)
        return Pictures(cover, snapshots, sprite)


def _make_series(
    container: InputContainer, stream: VideoStream, directory: Path, options: PictureOptions, deadline: Deadline
) -> tuple[tuple[Path, ...], Sprite | None]:
    seconds = (container.duration or 0) / 1_000_000
    snapshot_count = min(MAX_SNAPSHOTS, max(1, int(seconds))) if options.snapshots else 0
    cell_count = min(MAX_CELLS, max(1, int(seconds))) if options.sprite else 0
    # Snapshots stand in the middle of their part of the video, cells at its beginning, as a seek bar wants them.
    wanted = [((index + 0.5) * seconds / snapshot_count, False) for index in range(snapshot_count)]
    wanted += [(index * seconds / cell_count, True) for index in range(cell_count)]
    wanted.sort()
    snapshot_shaper, cell_shaper = Shaper(stream, SNAPSHOT_BOX), Shaper(stream, CELL_BOX)
    snapshots: list[Path] = []
    cells: list[VideoFrame] = []
    cell_files: list[Path] = []
    frames = pick_frames(container, stream, [time for time, _ in wanted], deadline)
    # A format that cannot be converted is no reason to lose the asset: what there is by then is kept.
    with suppress(FFmpegError):
        for (_, is_cell), frame in zip(wanted, frames, strict=False):
            if is_cell:
                cell = cell_shaper.shape(frame)
                cell_files.append(save_jpeg(cell, directory / f"cell-{len(cells) + 1:05d}.jpg"))
                cells.append(cell)
            else:
                name = f"snapshot-{len(snapshots) + 1:05d}.jpg"
                snapshots.append(save_jpeg(snapshot_shaper.shape(frame), directory / name))
    if not cells:
        return tuple(snapshots), None
    columns = min(_COLUMNS, len(cells))
    rows = -(-len(cells) // columns)
    sheet = save_jpeg(tile(cells, columns, rows), directory / "sprite-00001.jpg")
    return tuple(snapshots), Sprite(tuple(cell_files), (sheet,))


_TURNS = {1: (("transpose", "clock"),), 2: (("hflip", ""), ("vflip", "")), 3: (("transpose", "cclock"),)}


class Shaper:
    """Turns frames of one stream upright, squares their pixels and scales them into a box, all to one size."""

    def __init__(self, stream: VideoStream, box: tuple[int, int]) -> None:
        self._sar = float(read_fraction(stream.sample_aspect_ratio) or 1)
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
            self._graphs[key] = self._make_graph(frame, quarter_turns)
        graph = self._graphs[key]
        graph.vpush(frame)
        return graph.vpull()

    def _make_graph(self, frame: VideoFrame, quarter_turns: int) -> Graph:
        if self._size is None:
            wide, high = frame.width * self._sar, float(frame.height)
            self._size = _fit(high, wide, self._box) if quarter_turns % 2 else _fit(wide, high, self._box)
        graph = Graph()
        graph.threads = 1
        graph.link_nodes(
            graph.add_buffer(
                width=frame.width, height=frame.height, format=frame.format, time_base=read_fraction(frame.time_base)
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
            width=first.width, height=first.height, format=first.format, time_base=read_fraction(first.time_base)
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
