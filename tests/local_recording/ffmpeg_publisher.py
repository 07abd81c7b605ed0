"""FFmpeg as a publisher: streams of any codecs and clocks, in real time."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from tests.programs import leave_out


def find_ffmpeg() -> str:
    """Skips the test where there is none."""
    program = shutil.which("ffmpeg")
    if program is None:
        leave_out("ffmpeg", "Debian: apt install ffmpeg")
    return program


@contextmanager
def ffmpeg_publishing(url: str, *arguments: str | Sequence[str]) -> Generator[subprocess.Popen[bytes]]:
    """``arguments``: inputs and encoders. Killed on the way out if it still runs."""
    words = [word for each in arguments for word in ([each] if isinstance(each, str) else each)]
    process = subprocess.Popen(
        [find_ffmpeg(), "-v", "error", *words, "-f", "flv", url], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(60)


def picture(seconds: float, *, from_second: float = 0.0) -> list[str]:
    """An input in real time."""
    return ["-re", *_shift(from_second), "-f", "lavfi", "-i", f"testsrc2=size=320x180:rate=25:duration={seconds}"]


def sound(seconds: float, *, from_second: float = 0.0) -> list[str]:
    """An input in real time."""
    return [
        "-re",
        *_shift(from_second),
        "-f",
        "lavfi",
        "-i",
        f"sine=frequency=440:sample_rate=44100:duration={seconds}",
    ]


def _shift(from_second: float) -> list[str]:
    return ["-itsoffset", str(from_second)] if from_second else []


H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p")
AAC = ("-c:a", "aac")
