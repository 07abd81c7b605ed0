"""Clips whose frames carry their number, drawn as blocks that survive scaling and JPEG; and reading it off again."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

COLUMNS, ROWS = 8, 3
"""Two rows of bits, and one of marks that tells a picture with a number from any other."""
BITS = COLUMNS * (ROWS - 1)
_MARKS = 0b10110010


def make_numbered_clip(
    path: Path,
    frame_count: int,
    *,
    frames_per_second: int | Fraction = 25,
    width: int = 320,
    height: int = 240,
    gop_size: int = 250,
    start: int = 0,
    codec: str = "libx264",
) -> Path:
    """Frame n shows n. ``start``: the time stamp of the first frame, in frames."""
    assert frame_count < 1 << BITS
    with av.open(path, "w") as output:
        stream = cast(
            VideoStream,
            output.add_stream(
                codec,
                rate=Fraction(frames_per_second),
                options={"preset": "veryfast", "bf": "2", "sc_threshold": "0"},
                width=width,
                height=height,
                bit_rate=300_000,
                gop_size=gop_size,
                thread_count=2,
            ),
        )
        stream.codec_context.pix_fmt = "yuv420p"
        for number in range(frame_count):
            frame = _draw(number, width, height)
            frame.pts = start + number
            frame.time_base = 1 / Fraction(frames_per_second)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def read_number(picture: bytes) -> int:
    """The number that a picture carries. AssertionError where it carries none."""
    image = Image.open(io.BytesIO(picture)).convert("L")
    return read_number_of(image)


def read_number_of(image: Image.Image) -> int:
    """As :func:`read_number`, of a picture that is open."""
    small = image.convert("L").resize((COLUMNS * 5, ROWS * 5), Image.Resampling.BOX)
    cells = [
        [cast(int, small.getpixel((column * 5 + 2, row * 5 + 2))) > 127 for column in range(COLUMNS)]
        for row in range(ROWS)
    ]
    marks = sum(bit << place for place, bit in enumerate(cells[0]))
    assert marks == _MARKS, f"no numbered frame: {marks:08b}"
    return sum(bit << place for place, bit in enumerate(bit for row in cells[1:] for bit in row))


def _draw(number: int, width: int, height: int) -> VideoFrame:
    frame = VideoFrame(width, height, "yuv420p")
    planes = list(frame.planes)
    bits = [_MARKS >> place & 1 for place in range(COLUMNS)] + [number >> place & 1 for place in range(BITS)]
    rows: list[bytes] = []
    line_size = planes[0].line_size
    for row in range(ROWS):
        line = b"".join(
            (b"\xeb" if bits[row * COLUMNS + column] else b"\x10") * (width // COLUMNS) for column in range(COLUMNS)
        )
        rows += [line.ljust(line_size, b"\x10")] * (height // ROWS)
    luma = b"".join(rows)
    planes[0].update(luma.ljust(line_size * height, b"\x10")[: line_size * height])
    for plane in planes[1:]:
        plane.update(b"\x80" * plane.buffer_size)
    return frame
