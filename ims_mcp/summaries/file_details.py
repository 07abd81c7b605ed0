"""One file of an asset in full: every documented field under a name that says its unit, typed."""

from __future__ import annotations

from typing import Any

from ims_mcp.foreign_text import clean
from ims_mcp.summaries.numbers import codec_level, number, whole
from ims_mcp.summaries.pictures import displayed_size, hdr_of, size_of_picture, split_covers
from ims_mcp.summaries.signed_urls import expiry
from ims_mcp.summaries.values import Json, as_object, as_objects, label

# More streams of a kind in one file are got by a query; real files have a handful.
MOST_STREAMS = 12
_MOST_UNKNOWN = 8

_FILE = {
    "FileName": ("name", label),
    "FileType": ("type", label),
    "FileStatus": ("status", label),
    "FormatName": ("container", label),
    "FileSize": ("size_bytes", whole),
    "Duration": ("duration_seconds", number),
    "Bitrate": ("bitrate_kbps", number),
    "Width": ("width", whole),
    "Height": ("height", whole),
    "Region": ("region", label),
    "CreateTime": ("created", label),
    "ModifiedTime": ("modified", label),
}
_ANY_STREAM = {
    "Index": ("index", whole),
    "CodecName": ("codec", label),
    "CodecLongName": ("codec_long_name", label),
    "Profile": ("profile", label),
    "CodecTagString": ("codec_tag_string", label),
    "CodecTag": ("codec_tag", label),
    "CodecTimeBase": ("codec_time_base", label),
    "Timebase": ("time_base", label),
    "StartTime": ("start_seconds", number),
    "Duration": ("duration_seconds", number),
    "Bitrate": ("bitrate_kbps", number),
    "NumFrames": ("frame_count", whole),
    "Nb_frames": ("frame_count", whole),
    "Lang": ("language", label),
}
_VIDEO = {
    "Width": ("width", whole),
    "Height": ("height", whole),
    "Fps": ("frame_rate", number),
    "AvgFPS": ("average_frame_rate", number),
    "PixFmt": ("pixel_format", label),
    "Sar": ("sample_aspect_ratio", label),
    "Dar": ("display_aspect_ratio", label),
    "HasBFrames": ("reordered_frames", whole),
    "Rotate": ("rotation_degrees", number),
}
_AUDIO = {
    "SampleFmt": ("sample_format", label),
    "SampleRate": ("sample_rate_hz", whole),
    "Channels": ("channels", whole),
    "ChannelLayout": ("channel_layout", label),
    # An audio stream's frame is a packet of samples.
    "Fps": ("packets_per_second", number),
}
_STREAMS = (
    ("video", "VideoStreamInfoList", _ANY_STREAM | _VIDEO),
    ("audio", "AudioStreamInfoList", _ANY_STREAM | _AUDIO),
    ("subtitles", "SubtitleStreamInfoList", _ANY_STREAM),
)


def file_details(info: Json, *, include_signed_urls: bool) -> Json:
    """``{name, …, url, video: [{…}], audio: [{…}], subtitles: [{…}], cover_art: [{…}]}`` of one of FileInfoList.

    ``width`` and ``height`` are those of the coded picture, with ``resolution`` where it is shown in another. A list
    that the response has and that is empty stays one. Fields nobody documented keep their own names.
    ``more_streams: {video: 3}`` counts streams beyond :data:`MOST_STREAMS`.
    """
    basic = as_object(info.get("FileBasicInfo"))
    details = _read(basic, _FILE, skipped=("FileUrl",))
    url = basic.get("FileUrl")
    if isinstance(url, str) and url:
        details["url"] = clean(url)[:4000] if include_signed_urls else label(url, 1000)
        if include_signed_urls and (end := expiry(url)):
            details["url_expires"] = end
    more: Json = {}
    for name, listed_as, fields in _STREAMS:
        streams = as_objects(info.get(listed_as))
        if streams or info.get(listed_as) == []:
            details[name] = [_stream(stream, fields) for stream in streams[:MOST_STREAMS]]
        if len(streams) > MOST_STREAMS:
            more[name] = len(streams) - MOST_STREAMS
    if more:
        details["more_streams"] = more
    _tell_pictures(details, basic, info)
    return details


def _tell_pictures(details: Json, basic: Json, info: Json) -> None:
    """What a viewer sees: covers apart from films, the size that is shown, HDR."""
    streams = as_objects(info.get("VideoStreamInfoList"))
    videos, covers = split_covers(streams, as_objects(info.get("AudioStreamInfoList")))
    told = list(zip(streams, details.get("video", ()), strict=False))
    if covers:
        details["cover_art"] = [shown for stream, shown in told if stream in covers]
        details["video"] = [shown for stream, shown in told if stream not in covers]
    if not videos:
        return
    coded, displayed = size_of_picture(videos[0]) or size_of_picture(basic), displayed_size(basic, videos[0])
    if displayed and displayed != coded:
        details["resolution"] = f"{displayed[0]}x{displayed[1]}"
    for stream, shown in told:
        if hdr := hdr_of(stream, basic):
            shown["hdr"] = hdr


def _stream(stream: Json, fields: dict[str, tuple[str, Any]]) -> Json:
    details = _read(stream, fields, skipped=("Level",))
    level = codec_level(label(stream.get("CodecName")), stream.get("Level"))
    return details if level is None else {**details, "level": level}


def _read(entry: Json, fields: dict[str, tuple[str, Any]], *, skipped: tuple[str, ...]) -> Json:
    details: Json = {}
    for key, (name, read) in fields.items():
        value = read(entry.get(key))
        if value is not None and value != "":
            details.setdefault(name, value)
    unknown = [key for key in entry if key not in fields and key not in skipped][:_MOST_UNKNOWN]
    for key in unknown:
        if value := label(entry[key]):
            details.setdefault(label(key, 60), value)
    return details
