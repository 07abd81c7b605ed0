"""A short film for the screenshots: the sun comes up behind a harbour, and a boat leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
from av.video.frame import VideoFrame
from PIL import Image, ImageDraw

FRAMES_PER_SECOND = 10
_NIGHT, _DAY = ((22, 28, 58), (70, 60, 96)), ((126, 178, 214), (250, 214, 160))


def draw_harbour(seconds: float, size: tuple[int, int], whole: float = 20.0) -> Image.Image:
    """The picture at a second of a film of ``whole`` seconds."""
    width, height = size
    share = seconds / whole
    picture = Image.new("RGB", size)
    pen = ImageDraw.Draw(picture)
    top, low = (_blend(_NIGHT[place], _DAY[place], share) for place in (0, 1))
    sea = int(height * 0.62)
    for band in range(24):
        pen.rectangle((0, sea * band // 24, width, sea * (band + 1) // 24), fill=_blend(top, low, band / 23))
    sun, radius = int(height * (0.72 - 0.45 * share)), height * 0.09
    pen.ellipse((width * 0.62 - radius, sun - radius, width * 0.62 + radius, sun + radius), fill=(255, 226, 150))
    pen.rectangle((0, sea, width, height), fill=_blend((18, 32, 60), (52, 116, 150), share))
    for wave in range(7):
        left = (wave * 0.17 + share * 0.2) % 1 * width
        level = sea + (wave + 1) * (height - sea) / 9
        pen.line((left, level, left + width * 0.09, level), fill=_blend((40, 60, 92), (150, 196, 214), share), width=2)
    # The lighthouse, and its lamp until it is day.
    pen.polygon(
        [(width * x, height * y) for x, y in ((0.1, 0.62), (0.125, 0.3), (0.155, 0.3), (0.18, 0.62))],
        fill=(226, 220, 210),
    )
    pen.rectangle(
        (width * 0.12, height * 0.24, width * 0.16, height * 0.3), fill=(255, 240, 170) if share < 0.2 else (70, 70, 80)
    )
    pen.polygon([(0, sea), (0, height * 0.55), (width * 0.26, height * 0.6), (width * 0.3, sea)], fill=(44, 46, 54))
    along = width * (0.34 + 0.5 * max(0.0, share - 0.3))
    _draw_boat(pen, along, sea + height * 0.06, height * 0.12)
    return picture


def write_harbour(path: Path, seconds: int, size: tuple[int, int]) -> Path:
    """The film as mp4 (H.264), without sound."""
    frames: Any = VideoFrame  # its types are not complete
    with av.open(path, "w", options={"movflags": "faststart"}) as output:
        stream = output.add_stream("libx264", rate=FRAMES_PER_SECOND, options={"preset": "veryfast", "crf": "20"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(seconds * FRAMES_PER_SECOND):
            picture = draw_harbour(number / FRAMES_PER_SECOND, size, seconds)
            output.mux(stream.encode(frames.from_image(picture)))
        output.mux(stream.encode())
    return path


def _draw_boat(pen: ImageDraw.ImageDraw, left: float, level: float, size: float) -> None:
    hull = ((0, 0), (1.5, 0), (1.25, 0.4), (0.25, 0.4))
    sail = ((0.7, -0.1), (0.7, -1.4), (1.35, -0.1))
    for shape, colour in ((hull, (120, 52, 44)), (sail, (244, 238, 226))):
        pen.polygon([(left + x * size, level + y * size) for x, y in shape], fill=colour)


def _blend(first: tuple[int, ...], second: tuple[int, ...], share: float) -> tuple[int, int, int]:
    mixed = [round(a + (b - a) * min(1.0, share * 1.2)) for a, b in zip(first, second, strict=True)]
    return mixed[0], mixed[1], mixed[2]
