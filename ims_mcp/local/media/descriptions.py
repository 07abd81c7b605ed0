"""What FFmpeg knows and PyAV cannot be asked: of streams that it does not decode (AC-4, MPEG-H), and channel layouts.

PyAV 18 has no object for a stream without a decoder, and frees a layout of channels in an order of the file's own
(8 channels in AIFF, CAF or MOV) twice, even where only their number is asked for: the process dies of it. FFmpeg's own
description of an open file, a line a stream, is the only way to it:
``  Stream #0:1[0x2](und): Audio: ac4 (ac-4 / 0x342D6361), 48000 Hz, 2 channels, 127 kb/s (default)``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import av
import av.logging
from av.container import InputContainer

# A stream of a group (IAMF) is indented further. A line of metadata begins with its name.
_LINE = re.compile(
    r"^ +Stream #0:(?P<index>\d+)(\[0x[0-9a-f]+\])?(\([^)\n]*\))?: (Audio|Video|Subtitle): "
    r"(?P<codec>[a-z0-9_]+)( \([^()/\n]+\))?( \([^/\n]+ / 0x(?P<tag>[0-9A-F]{8})\))?(?P<rest>[^\n]*)",
    re.MULTILINE,
)
_LAYOUTS = ("2.1", "3.0", "4.0", "quad", "5.0", "5.0(side)", "5.1", "5.1(side)", "6.1", "7.1", "7.1(wide)")
_NAMELESS = ("none", "unknown")


@dataclass(frozen=True, slots=True)
class Description:
    """One stream; zero or empty where nothing is said."""

    codec: str
    tag: bytes
    sample_rate: int
    channels: int
    layout: str
    width: int
    height: int
    bits_per_second: int


def read_descriptions(container: InputContainer) -> dict[int, Description]:
    """By index; empty where PyAV tells everything: a film or picture without sound."""
    # Typed as always there, but a stream whose decoder is not in this FFmpeg has none.
    if all(stream.codec_context is not None and stream.type != "audio" for stream in container.streams):  # pyright: ignore[reportUnnecessaryComparison]
        return {}
    # Untyped, and for people to read: what is not there leaves the fields blank.
    describe: Callable[[], str] = getattr(container, "dumps_format", str)
    before = av.logging.get_level()
    # The description goes through the log, from where PyAV takes it; streams of a group only where all is wanted.
    av.logging.set_level(av.logging.VERBOSE)
    try:
        text = describe()
    finally:
        av.logging.set_level(before)
    return {int(found["index"]): _read_line(found) for found in _LINE.finditer(text)}


def _read_line(found: re.Match[str]) -> Description:
    rest = found["rest"]
    layout = re.search(r" Hz, ([^,]+)", rest)
    size = re.search(r", (\d+)x(\d+)", rest)
    name = layout[1].strip() if layout else ""
    return Description(
        codec="" if found["codec"] in _NAMELESS else found["codec"],
        tag=int(found["tag"] or "0", 16).to_bytes(4, "little"),
        sample_rate=_read_number(r", (\d+) Hz", rest),
        channels=_count_channels(name),
        layout=_find_layout(name),
        width=int(size[1]) if size else 0,
        height=int(size[2]) if size else 0,
        bits_per_second=_read_number(r", (\d+) kb/s", rest) * 1000,
    )


def _count_channels(name: str) -> int:
    """``5.1(side)`` -> 6, ``2 channels`` -> 2; 0 where nothing is said."""
    try:
        return _read_number(r"^(\d+) channels", name) or av.AudioLayout(name).nb_channels
    except ValueError:
        return 0


def _find_layout(name: str) -> str:
    """The name of the channels, whatever their order; empty where they have none.

    ``7 channels (FL+FR+FC+LFE+SL+SR+BC)`` -> ``6.1``; ``2 channels`` are some whose order is not known.
    """
    if (listed := re.fullmatch(r"\d+ channels \(([^)]+)\)", name)) is None:
        return "" if name.endswith("channels") else name
    channels = sorted(listed[1].split("+"))
    layouts = ((known, av.AudioLayout(known).channels) for known in _LAYOUTS)
    return next((known for known, found in layouts if sorted(item.name for item in found) == channels), name)


def _read_number(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    return int(found[1]) if found else 0
