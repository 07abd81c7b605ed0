"""The fields GetMediaInfo reports of one stream, from PyAV's view of it: strings, blank where unknown."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from av.audio.stream import AudioStream
from av.stream import Stream
from av.subtitles.stream import SubtitleStream
from av.video.stream import VideoStream

from ims_mcp.local.media.descriptions import Description
from ims_mcp.local.media.packet_walk import Walk

# FFmpeg's descriptors, which ffprobe prints, where they differ from its decoders, which PyAV prints.
_LONG_NAMES = {
    "ac4": "AC-4",
    "ass": "ASS (Advanced SSA) subtitle",
    "av1": "Alliance for Open Media AV1",
    "comfortnoise": "RFC 3389 Comfort Noise",
    "dirac": "Dirac",
    "dvaudio": "DV audio",
    "eia_608": "EIA-608 closed captions",
    "gif": "CompuServe GIF (Graphics Interchange Format)",
    "h263p": "H.263+ / H.263-1998 / H.263 version 2",
    "hevc": "H.265 / HEVC (High Efficiency Video Coding)",
    "huffyuv": "HuffYUV",
    "mjpeg": "Motion JPEG",
    "mov_text": "MOV text",
    "mpegh_3d_audio": "MPEG-H 3D Audio",
    "opus": "Opus (Opus Interactive Audio Codec)",
    "pcm_dvd": "PCM signed 20|24-bit big-endian",
    "qdmc": "QDesign Music",
    "qoi": "QOI (Quite OK Image)",
    "sgirle": "SGI RLE 8-bit",
    "text": "raw UTF-8 text",
    "webp": "WebP",
}
_MAX_RATIO = 1024 * 1024
# A codec made of fields counts two ticks a frame: CodecTimeBase is half the length of a frame there.
_FIELD_CODECS = frozenset({"h264", "mpeg1video", "mpeg2video", "vc1"})
# Where neither codec nor container has times that tell fields from frames, FFmpeg 8 gives the rate of fields.
_TIMELESS_CODECS, _TIMELESS_FORMATS = frozenset({"mpeg1video"}), frozenset({"h264", "mpegvideo"})


def write_seconds(value: Fraction | None) -> str:
    """``6`` -> ``"6.000000"``."""
    return "" if value is None else f"{float(value):.6f}"


def write_kilobits(bits_per_second: float | Fraction | None) -> str:
    """``1001594`` -> ``"1001.594"``, as the service writes kbit/s."""
    return str(round(float(bits_per_second) / 1000, 3)) if bits_per_second else ""


def read_fraction(value: object) -> Fraction | None:
    """A rational of PyAV 18 (Fraction or None) or 19 (AVRational, which can be 0/0) that is a usable number."""
    numerator, denominator = getattr(value, "numerator", 0), getattr(value, "denominator", 0)
    return Fraction(numerator, denominator) if numerator and denominator else None


def describe_video(
    stream: VideoStream,
    walk: Walk,
    *,
    is_image: bool,
    file_seconds: Fraction | None,
    format_name: str = "",
    description: Description | None = None,
) -> dict[str, str]:
    """One element of VideoStreamInfoList. An image has no rate, level or duration of its own: blank."""
    context = _get_context(stream)
    common = _describe_stream(stream, description)
    base_rate, average_rate = _find_rates(stream, walk, common["CodecName"], format_name)
    rate = average_rate or base_rate
    ticks = 2 if common["CodecName"] in _FIELD_CODECS else 1
    # Some JPEG files hold further pictures behind the one they show: gain maps, previews.
    frames = "1" if is_image else _count(stream, walk, rate, file_seconds)
    sar, dar = _find_aspect_ratios(stream, description)
    return {
        **common,
        "CodecTimeBase": _write_ratio(1 / (rate * ticks)) if rate is not None and not is_image else "",
        "Profile": _read_profile(context) or _read_vp8_profile(common["CodecName"], walk),
        "Width": str(_read_known(context, description, "width")),
        "Height": str(_read_known(context, description, "height")),
        "HasBFrames": str(walk.reorder_depth),
        "Sar": sar,
        "Dar": dar,
        "PixFmt": str(context.pix_fmt or "") if context is not None else "",
        # FFmpeg writes -99 for a codec that has no levels.
        "Level": str(context.level) if context is not None and context.level >= 0 and not is_image else "",
        "Fps": "" if is_image else _write_rate(base_rate),
        "AvgFPS": "" if is_image else _write_rate(average_rate),
        "Duration": "" if is_image else common["Duration"],
        "Bitrate": write_kilobits(_read_bit_rate(context, description)),
        "NumFrames": frames,
        "Nb_frames": frames,
        "Rotate": str(walk.rotation or 0),
    }


def describe_audio(
    stream: AudioStream, walk: Walk, *, file_seconds: Fraction | None, description: Description | None = None
) -> dict[str, str]:
    """One element of AudioStreamInfoList. Fps is packets a second."""
    context = _get_context(stream)
    sample_rate = int(_read_known(context, description, "sample_rate") or 0)
    rate = _measure_packet_rate(stream, walk, sample_rate, int(context.frame_size) if context is not None else 0)
    return {
        **_describe_stream(stream, description),
        "CodecTimeBase": f"1/{sample_rate}" if sample_rate else "",
        "Profile": _read_profile(context),
        "SampleFmt": str(context.format.name) if context is not None and context.format is not None else "",
        "SampleRate": str(sample_rate or ""),
        "Channels": str((description.channels if description is not None else 0) or ""),
        "ChannelLayout": description.layout if description is not None else "",
        "Bitrate": write_kilobits(_read_bit_rate(context, description)),
        "Fps": _write_rate(rate),
        "NumFrames": _count(stream, walk, rate, file_seconds),
    }


def describe_subtitles(stream: SubtitleStream, walk: Walk) -> dict[str, str]:
    """One element of SubtitleStreamInfoList. Its times are those of its cues, where the container has no index."""
    fields = {**_describe_stream(stream), "CodecTimeBase": "0/1"}
    time_base = read_fraction(stream.time_base)
    if not stream.frames and time_base is not None and walk.first_tick is not None and walk.end_tick is not None:
        fields["StartTime"] = write_seconds(walk.first_tick * time_base)
        fields["Duration"] = write_seconds((walk.end_tick - walk.first_tick) * time_base)
    return fields


def _get_context(stream: Stream) -> Any:
    # Typed as always there, but a stream whose decoder is not in this FFmpeg has none.
    return stream.codec_context


def _read_known(context: Any, description: Description | None, name: str) -> Any:
    """From PyAV or else from FFmpeg's description; an empty text where neither has it."""
    if context is not None:
        return getattr(context, name)
    return getattr(description, name, 0) or ""


def _read_bit_rate(context: Any, description: Description | None) -> int:
    if context is not None:
        return int(context.bit_rate or 0)
    return description.bits_per_second if description is not None else 0


def _find_rates(
    stream: VideoStream, walk: Walk, codec: str, format_name: str
) -> tuple[Fraction | None, Fraction | None]:
    """Fps, which no frame falls between, and AvgFPS."""
    base, average = read_fraction(stream.base_rate), read_fraction(stream.average_rate)
    measured = _measure_rate(stream, walk) if format_name == "mpegts" and average is None else None
    if measured is not None and base is not None:
        # FFmpeg 8 leaves it out where MPEG-TS holds a codec that it does not look into.
        rates = (base, base / 2) if codec in _FIELD_CODECS else (base,)
        average = next((rate for rate in rates if abs(rate - measured) < rate / 50), None)
    if base is None or average is None:
        return base, average
    if format_name == "dv" and average > 2 * base:
        # FFmpeg 8 takes the ticks of DV for frames.
        return base, base
    timeless = codec in _TIMELESS_CODECS or format_name in _TIMELESS_FORMATS
    if timeless and codec in _FIELD_CODECS and base == 2 * average:
        return average, average
    return base, average


def _describe_stream(stream: Stream, description: Description | None = None) -> dict[str, str]:
    context = _get_context(stream)
    if context is not None:
        codec, long_name = str(context.codec.canonical_name), str(context.codec.long_name)
    else:
        codec, long_name = (description.codec if description is not None else ""), ""
    tag = description.tag if description is not None and context is None else _read_tag(context)
    time_base = read_fraction(stream.time_base)
    return {
        "Index": str(stream.index),
        "CodecName": codec,
        "CodecLongName": _LONG_NAMES.get(codec, long_name),
        "CodecTagString": "".join(_write_tag_character(byte) for byte in tag),
        "CodecTag": f"0x{int.from_bytes(tag, 'little'):04x}",
        "Timebase": _write_ratio(time_base),
        "StartTime": _write_ticks(stream.start_time, time_base),
        "Duration": _write_ticks(stream.duration, time_base),
        "Lang": _clean(stream.metadata.get("language", "")) or "und",
    }


def _read_tag(context: Any) -> bytes:
    if context is None:
        return bytes(4)
    try:
        return str(context.codec_tag).encode("ascii")
    except UnicodeDecodeError as error:
        # PyAV reads the four bytes as ASCII; some containers put numbers above 127 there.
        return bytes(error.object)


def _write_tag_character(byte: int) -> str:
    character = chr(byte)
    return character if character.isascii() and (character.isalnum() or character in ". -_") else f"[{byte}]"


def _read_profile(context: Any) -> str:
    return str(context.profile or "") if context is not None else ""


def _read_vp8_profile(codec: str, walk: Walk) -> str:
    """A number: FFmpeg has no names for the profiles of VP8, and PyAV tells nothing but names."""
    return str(walk.first_byte >> 1 & 7) if codec == "vp8" and walk.first_byte is not None else ""


def _find_aspect_ratios(stream: VideoStream, description: Description | None) -> tuple[str, str]:
    context = _get_context(stream)
    sar = read_fraction(stream.sample_aspect_ratio)
    width, height = (int(_read_known(context, description, name) or 0) for name in ("width", "height"))
    if sar is None or not width or not height:
        return "0:1", "0:1"
    # PyAV 18 reduces the display ratio to what fits 16 bits, ffprobe to what fits 20.
    dar = Fraction(width, height) * sar
    if dar < 1:
        dar = dar.limit_denominator(_MAX_RATIO)
    else:
        inverse = (1 / dar).limit_denominator(_MAX_RATIO)
        dar = 1 / inverse if inverse else Fraction(_MAX_RATIO)
    return f"{sar.numerator}:{sar.denominator}", f"{dar.numerator}:{dar.denominator}"


def _count(stream: Stream, walk: Walk, rate: Fraction | None, file_seconds: Fraction | None) -> str:
    """Frames as the container states them, else as counted, else (the walk was cut short) as they should be."""
    if stream.frames or walk.complete:
        return str(stream.frames or walk.packets)
    return str(round(rate * file_seconds)) if rate is not None and file_seconds is not None else ""


def _measure_packet_rate(stream: AudioStream, walk: Walk, sample_rate: int, frame_size: int) -> Fraction | None:
    measured = _measure_rate(stream, walk)
    if measured is not None and frame_size and sample_rate:
        # Exact, where the container's clock is too coarse to measure it (Matroska counts milliseconds).
        nominal = Fraction(sample_rate, frame_size)
        if abs(nominal - measured) < nominal / 50:
            return nominal
    return measured


def _measure_rate(stream: Stream, walk: Walk) -> Fraction | None:
    """Packets a second."""
    time_base = read_fraction(stream.time_base)
    if time_base is None or walk.first_tick is None or walk.last_tick is None or walk.last_tick == walk.first_tick:
        return None
    return (walk.packets - 1) / ((walk.last_tick - walk.first_tick) * time_base)


def _write_ticks(ticks: int | None, time_base: Fraction | None) -> str:
    return write_seconds(ticks * time_base) if ticks is not None and time_base is not None else ""


def _write_rate(rate: Fraction | None) -> str:
    return str(round(float(rate), 6)) if rate is not None else ""


def _write_ratio(value: Fraction | None) -> str:
    return f"{value.numerator}/{value.denominator}" if value is not None else ""


def _clean(text: str) -> str:
    # PyAV 19 keeps bytes that are not UTF-8 as lone surrogates, which no JSON encoder accepts.
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").strip()
