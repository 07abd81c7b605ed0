"""Frames of a video as plain pixels, small: for whoever draws them by other means than a picture file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ims_mcp.local.media.media_file import Deadline, open_media
from ims_mcp.local.media.picture_frames import choose_picture_stream, pick_frames
from ims_mcp.local.media.pictures import Shaper

_TIME_LIMIT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Pixels:
    """``rows`` from above, each of ``width`` pixels of three bytes: red, green, blue."""

    width: int
    rows: tuple[bytes, ...]


def read_pixels(path: Path, seconds: Sequence[float], box: tuple[int, int]) -> list[Pixels]:
    """The frames at these times (ascending), upright, scaled into the box; fewer where the file has no more, or
    decoding takes too long. Raises UnreadableMedia, and ``av.FFmpegError`` for a frame that cannot be converted."""
    deadline = Deadline.after(_TIME_LIMIT_SECONDS)
    with open_media(path, path.name, deadline) as container:
        stream = choose_picture_stream(container)
        if stream is None:
            return []
        shaper = Shaper(stream, box)
        frames = [
            shaper.shape(frame).reformat(format="rgb24") for frame in pick_frames(container, stream, seconds, deadline)
        ]
    found: list[Pixels] = []
    for frame in frames:
        plane = frame.planes[0]
        data, stride, used = bytes(plane), plane.line_size, frame.width * 3
        rows = tuple(data[at * stride : at * stride + used] for at in range(frame.height))
        found.append(Pixels(frame.width, rows))
    return found
