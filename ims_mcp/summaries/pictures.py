"""What a viewer sees of a video stream: turned and stretched, at its real rate, and no cover of a song for a film."""

from __future__ import annotations

import re
from typing import Any

from ims_mcp.summaries.values import Json, as_number, as_whole, label

STILL_CODECS = frozenset({"mjpeg", "png", "bmp", "gif", "webp", "tiff", "jpeg2000", "jpegls", "jpegxl", "heic", "ppm"})
# A still picture that travels with a song or a film: FFmpeg gives it the ticks of its clock for a rate.
_TICKS_A_SECOND = 1000
# Noise of an average over a whole file.
_SAME_RATE = 0.005
# In two fields a frame, FFmpeg says twice the rate.
_FIELD_CODECS = frozenset({"h264", "mpeg1video", "mpeg2video", "vc1"})
_DEPTH = re.compile(r"(?:p|gray|rgb|rgba|bgr|bgra)0?(9|10|12|14|16)(?:le|be)?$")
_WIDEST_STRETCH = 10.0
# Of fields that no page of the API documents, by their folded names: some responses have them.
_HDR_FIELDS = frozenset({"hdrtype", "hdrformat", "hdr"})
_TRANSFER_FIELDS = frozenset({"colortransfer", "colortrc", "transfercharacteristics"})
_HDR_TRANSFERS = {"smpte2084": "HDR10", "pq": "HDR10", "arib-std-b67": "HLG", "hlg": "HLG"}
DOLBY_TAGS = frozenset({"dvh1", "dvhe", "dvav", "dva1", "dav1"})

Size = tuple[int, int]


def split_covers(videos: list[Json], *, has_sound: bool) -> tuple[list[Json], list[Json]]:
    """Streams that move, or are the picture an image file is made of; and covers, which travel with other streams."""
    covers = [stream for stream in videos if is_still(stream)]
    if not covers or (len(covers) == len(videos) and not has_sound):
        return videos, []
    return [stream for stream in videos if not is_still(stream)], covers


def is_still(stream: Json) -> bool:
    """Whether a video stream is one picture: of a codec for pictures, and without a rate."""
    if label(stream.get("CodecName"), 40) not in STILL_CODECS or as_number(stream.get("AvgFPS")):
        return False
    return not 0 < (as_number(stream.get("Fps")) or 0) < _TICKS_A_SECOND


def read_size(entry: Json) -> Size | None:
    """Width and height where both are there."""
    width, height = as_whole(entry.get("Width")), as_whole(entry.get("Height"))
    return (width, height) if width and height else None


def read_displayed_size(basic: Json, stream: Json) -> Size | None:
    """The picture as it is shown: the coded one stretched by its sample aspect ratio, then turned.

    Where the file states another size than its stream is coded in, that is what it takes for the one shown.
    """
    stated, coded = read_size(basic), read_size(stream)
    if stated and coded and stated != coded:
        return stated
    size = coded or stated
    if size is None:
        return None
    width, height = size
    width = max(1, round(width * _stretch(stream.get("Sar"))))
    return (height, width) if read_rotation(stream) in (90, 270) else (width, height)


def read_rotation(stream: Json) -> int:
    """Degrees the picture is turned before it is shown, 0 to 359."""
    degrees = as_number(stream.get("Rotate"))
    return round(degrees) % 360 if degrees else 0


def _stretch(ratio: Any) -> float:
    """``64:45`` -> 1.42; 1 where nothing usable is said."""
    value = as_number(ratio.replace(":", "/")) if isinstance(ratio, str) else None
    return value if value and 1 / _WIDEST_STRETCH <= value <= _WIDEST_STRETCH else 1.0


def read_frame_rates(stream: Json) -> tuple[float | None, float | None, bool | None]:
    """Frames a second on average; where the nominal rate is another, that, and whether the rate varies (or None)."""
    nominal, average = as_number(stream.get("Fps")), as_number(stream.get("AvgFPS"))
    if not average or not nominal or abs(average - nominal) <= _SAME_RATE * nominal:
        return nominal or average, None, None
    fields = abs(2 * average - nominal) <= _SAME_RATE * nominal and label(stream.get("CodecName")) in _FIELD_CODECS
    return average, nominal, None if fields else True


def read_bit_depth(stream: Json) -> int | None:
    """Bits of a colour where they are more than the usual eight."""
    depth = as_whole(stream.get("BitDepth"))
    if depth is None:
        found = _DEPTH.search(label(stream.get("PixFmt"), 40))
        depth = int(found[1]) if found else None
    return depth if depth and depth > 8 else None


def read_hdr(*entries: Json) -> str | None:
    """The HDR format where one of a file's objects says so: by its name, its transfer function or its codec's tag."""
    folded = [{name.lower().replace("_", ""): value for name, value in entry.items()} for entry in entries]
    for fields in folded:
        named = next((label(fields[name], 40) for name in _HDR_FIELDS if fields.get(name)), "")
        if named and named.lower() not in ("sdr", "none", "n/a"):
            return named
    for fields in folded:
        transfer = next((label(fields[name], 40) for name in _TRANSFER_FIELDS if fields.get(name)), "")
        if transfer.lower() in _HDR_TRANSFERS:
            return _HDR_TRANSFERS[transfer.lower()]
        if label(fields.get("codectagstring"), 40).lower() in DOLBY_TAGS:
            return "DolbyVision"
    return None


def read_level(codec: str, level: Any) -> float | None:
    """The level as people write it, from the number a stream carries: h264 ``30`` and HEVC ``90`` are both 3.0.

    The scales are the codecs' own: tenths for H.264 (9 is level 1b: 1.0), H.263 and VP9, thirtieths for HEVC,
    sixteenths with thirds for VVC, an index for AV1. MPEG-2 and everything else has no such scale: the number as it
    is. None where the stream does not say (FFmpeg: -99).
    """
    value = as_number(level)
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
