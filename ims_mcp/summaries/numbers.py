"""Numbers that the service writes as text: ``"216.206667"``, ``"24000/1001"``, ``"N/A"``, ``""``."""

from __future__ import annotations

import math
from typing import Any

_MOST_DIGITS = 18
_LARGEST = 10**_MOST_DIGITS


def number(value: Any) -> float | None:
    """A finite number, or None: of a number, its text, or a fraction (``24000/1001``)."""
    if isinstance(value, str):
        above, slash, below = value[:64].partition("/")
        try:
            result = float(above) / float(below) if slash else float(above)
        except (ValueError, ZeroDivisionError, OverflowError):
            return None
        # The fifth decimal of 23.976023976023978 frames a second tells nobody anything.
        result = round(result, 3) if slash else result
    elif isinstance(value, int | float) and not isinstance(value, bool):
        result = float(value) if abs(value) < _LARGEST else math.inf
    else:
        return None
    return result if abs(result) < _LARGEST else None


def whole(value: Any) -> int | None:
    """An integer, or None; ``"2.0"`` is 2, ``"2.5"`` is none."""
    if isinstance(value, str) and value.isdecimal() and len(value) < _MOST_DIGITS:
        return int(value)
    if type(value) is int:
        return value if abs(value) < _LARGEST else None
    result = number(value)
    return int(result) if result is not None and result == int(result) else None


def codec_level(codec: str, level: Any) -> float | None:
    """The level as people write it, from the number a stream carries: h264 ``30`` and HEVC ``90`` are both 3.0.

    The scales are the codecs' own: tenths for H.264 (9 is level 1b: 1.0), H.263 and VP9, thirtieths for HEVC,
    sixteenths with thirds for VVC, an index for AV1. MPEG-2 and everything else has no such scale: the number as it
    is. None where the stream does not say (FFmpeg: -99).
    """
    value = number(level)
    if value is None or value < 0:
        return None
    match codec:
        case "h264" | "avc" | "vp9":
            return 1.0 if value == 9 else round(value / 10, 1)
        case "hevc" | "h265":
            return round(value / 30, 1)
        case "vvc" | "h266":
            return round(value // 16 + value % 16 / 3 / 10, 1)
        case "av1":
            return round(2 + value // 4 + value % 4 / 10, 1)
        case _:
            return value


# The levels streams really have, so that reading a file is a look-up.
KNOWN_LEVELS = {
    (codec, str(level)): codec_level(codec, level)
    for codec, levels in (("h264", range(9, 63)), ("hevc", range(30, 190, 3)))
    for level in levels
}
