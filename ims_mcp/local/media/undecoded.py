"""What FFmpeg knows of streams that it cannot decode, and PyAV therefore shows nothing of: AC-4, MPEG-H.

FFmpeg's own description of an open file, a line a stream, is the only way to it:
``  Stream #0:1[0x2](und): Audio: ac4 (ac-4 / 0x342D6361), 48000 Hz, 2 channels, 127 kb/s (default)``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import av.logging
from av.container import InputContainer

# Lines of metadata are indented further, and those of one value further still.
_LINE = re.compile(
    r"^  Stream #0:(?P<index>\d+)(\[0x[0-9a-f]+\])?(\([^)\n]*\))?: (Audio|Video|Subtitle): "
    r"(?P<codec>[a-z0-9_]+)( \([^()/\n]+\))?( \([^/\n]+ / 0x(?P<tag>[0-9A-F]{8})\))?(?P<rest>[^\n]*)",
    re.MULTILINE,
)
_NAMELESS = ("none", "unknown")


@dataclass(frozen=True, slots=True)
class Undecoded:
    """One stream; zero or empty where nothing is said."""

    codec: str
    tag: bytes
    sample_rate: int
    channels: int
    layout: str
    width: int
    height: int
    bits_per_second: int


def read_undecoded(container: InputContainer) -> dict[int, Undecoded]:
    """By index; empty where every stream can be decoded."""
    # Typed as always there, but a stream whose decoder is not in this FFmpeg has none.
    if all(stream.codec_context is not None for stream in container.streams):  # pyright: ignore[reportUnnecessaryComparison]
        return {}
    # Untyped, and for people to read: what is not there leaves the fields blank.
    describe: Callable[[], str] = getattr(container, "dumps_format", str)
    before = av.logging.get_level()
    # The description goes through the log, from where PyAV takes it.
    av.logging.set_level(av.logging.INFO)
    try:
        text = describe()
    finally:
        av.logging.set_level(before)
    return {int(found["index"]): _read_line(found) for found in _LINE.finditer(text)}


def _read_line(found: re.Match[str]) -> Undecoded:
    rest = found["rest"]
    layout = re.search(r" Hz, ([^,]+)", rest)
    size = re.search(r", (\d+)x(\d+)", rest)
    name = layout[1].strip() if layout else ""
    return Undecoded(
        codec="" if found["codec"] in _NAMELESS else found["codec"],
        tag=int(found["tag"] or "0", 16).to_bytes(4, "little"),
        sample_rate=_read_number(r", (\d+) Hz", rest),
        channels=_read_number(r"^(\d+) channels", name) or {"mono": 1, "stereo": 2, "5.1": 6, "7.1": 8}.get(name, 0),
        layout=name,
        width=int(size[1]) if size else 0,
        height=int(size[2]) if size else 0,
        bits_per_second=_read_number(r", (\d+) kb/s", rest) * 1000,
    )


def _read_number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    return int(found[1]) if found else 0
