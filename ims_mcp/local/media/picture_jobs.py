"""The pictures of a snapshot job: frames at given times, exact or at keyframes, as files or tiled on sheets."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from av.error import FFmpegError
from av.filter import Graph
from av.video.frame import VideoFrame

from ims_mcp.local.media.media_file import Deadline, UnreadableMedia, open_media
from ims_mcp.local.media.picture_frames import choose_picture_stream, pick_exact_frames, pick_key_frames
from ims_mcp.local.media.pictures import Shaper, save_jpeg
from ims_mcp.local.media.stream_info import read_fraction

_TIME_LIMIT_SECONDS = 45.0


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """How pictures are put together; sizes in pixels."""

    columns: int
    lines: int
    padding: int = 0
    margin: int = 0
    color: str = "#000000"


@dataclass(frozen=True, slots=True)
class PicturePlan:
    """Which frames, and how large. ``width`` or ``height`` alone keeps the shape, neither the size."""

    time_seconds: float
    count: int
    interval_seconds: float
    """0 spreads them evenly up to the end."""
    is_exact: bool
    width: int | None = None
    height: int | None = None
    sheet: SheetPlan | None = None

    def list_times(self, duration_seconds: float) -> list[float]:
        """Ascending; what would lie behind the end is left out."""
        step = self.interval_seconds or max(0.0, duration_seconds - self.time_seconds) / self.count
        times = [self.time_seconds + index * step for index in range(self.count)]
        # The length of a still picture is not known.
        return [time for time in times if time < duration_seconds] if duration_seconds else times[:1]


def take_pictures(
    path: Path,
    directory: Path,
    plan: PicturePlan,
    pieces: Sequence[Path] = (),
    *,
    time_limit_seconds: float = _TIME_LIMIT_SECONDS,
) -> tuple[int, tuple[Path, ...]]:
    """How many frames were taken, and their JPEG files (or the sheets) in ``directory``, in order.

    ``pieces``: where it is a playlist, the files it names. Raises UnreadableMedia where there is no picture in it.
    """
    deadline = Deadline.after(time_limit_seconds)
    with open_media(path, path.name, deadline, pieces=pieces) as container:
        stream = choose_picture_stream(container)
        if stream is None:
            raise UnreadableMedia("The file has no picture: it is sound, or its picture cannot be decoded.")
        times = plan.list_times((container.duration or 0) / 1_000_000)
        pick = pick_exact_frames if plan.is_exact else pick_key_frames
        shaper = Shaper(stream, _choose_box(plan))
        shaped: list[VideoFrame] = []
        files: list[Path] = []
        with suppress(FFmpegError):
            for frame in pick(container, stream, times, deadline):
                picture = shaper.shape(frame)
                if plan.sheet is None:
                    files.append(save_jpeg(picture, directory / f"{len(files) + 1:05d}.jpg"))
                else:
                    shaped.append(picture)
        if plan.sheet is None:
            return len(files), tuple(files)
        return len(shaped), _make_sheets(shaped, plan.sheet, directory)


def _choose_box(plan: PicturePlan) -> tuple[int, int]:
    anything = 100_000
    return plan.width or anything, plan.height or anything


def _make_sheets(cells: Sequence[VideoFrame], plan: SheetPlan, directory: Path) -> tuple[Path, ...]:
    a_sheet = plan.columns * plan.lines
    sheets: list[Path] = []
    for begin in range(0, len(cells), a_sheet):
        sheet = _tile(cells[begin : begin + a_sheet], plan)
        sheets.append(save_jpeg(sheet, directory / f"{len(sheets) + 1:05d}.jpg"))
    return tuple(sheets)


def _tile(cells: Sequence[VideoFrame], plan: SheetPlan) -> VideoFrame:
    first = cells[0]
    graph = Graph()
    graph.threads = 1
    color = plan.color.replace("#", "0x")
    graph.link_nodes(
        graph.add_buffer(
            width=first.width, height=first.height, format=first.format, time_base=read_fraction(first.time_base)
        ),
        graph.add("tile", f"{plan.columns}x{plan.lines}:margin={plan.margin}:padding={plan.padding}:color={color}"),
        # Margins may leave an odd size, which its encoder does not take.
        graph.add("pad", "ceil(iw/2)*2:ceil(ih/2)*2"),
        graph.add("format", "yuvj420p"),
        graph.add("buffersink"),
    ).configure()
    for index, cell in enumerate(cells):
        cell.pts = index
        graph.vpush(cell)
    graph.vpush(None)
    return graph.vpull()
