"""The files of an asset in full: every documented field under a name that says its unit, typed, page by page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ims_mcp.foreign_text import clean
from ims_mcp.summaries.bounds import fit, size_bytes
from ims_mcp.summaries.omissions import AROUND_BYTES, describe_omitted, finish_page, read_head
from ims_mcp.summaries.pictures import read_displayed_size, read_hdr, read_level, read_size, split_covers
from ims_mcp.summaries.values import Json, as_number, as_object, as_objects, as_whole, find_expiry, label

# More streams of a kind in one file are got by a query; real files have a handful.
MOST_STREAMS = 12
_MOST_UNKNOWN = 8

_FILE = {
    "FileName": ("name", label),
    "FileType": ("type", label),
    "FileStatus": ("status", label),
    "FormatName": ("container", label),
    "FileSize": ("size_bytes", as_whole),
    "Duration": ("duration_seconds", as_number),
    "Bitrate": ("bitrate_kbps", as_number),
    "Width": ("width", as_whole),
    "Height": ("height", as_whole),
    "Region": ("region", label),
    "CreateTime": ("created", label),
    "ModifiedTime": ("modified", label),
}
_ANY_STREAM = {
    "Index": ("index", as_whole),
    "CodecName": ("codec", label),
    "CodecLongName": ("codec_long_name", label),
    "Profile": ("profile", label),
    "CodecTagString": ("codec_tag_string", label),
    "CodecTag": ("codec_tag", label),
    "CodecTimeBase": ("codec_time_base", label),
    "Timebase": ("time_base", label),
    "StartTime": ("start_seconds", as_number),
    "Duration": ("duration_seconds", as_number),
    "Bitrate": ("bitrate_kbps", as_number),
    "NumFrames": ("frame_count", as_whole),
    "Nb_frames": ("frame_count", as_whole),
    "Lang": ("language", label),
}
_VIDEO = {
    "Width": ("width", as_whole),
    "Height": ("height", as_whole),
    "Fps": ("frame_rate", as_number),
    "AvgFPS": ("average_frame_rate", as_number),
    "PixFmt": ("pixel_format", label),
    "Sar": ("sample_aspect_ratio", label),
    "Dar": ("display_aspect_ratio", label),
    "HasBFrames": ("reordered_frames", as_whole),
    "Rotate": ("rotation_degrees", as_number),
}
_AUDIO = {
    "SampleFmt": ("sample_format", label),
    "SampleRate": ("sample_rate_hz", as_whole),
    "Channels": ("channels", as_whole),
    "ChannelLayout": ("channel_layout", label),
    # An audio stream's frame is a packet of samples.
    "Fps": ("packets_per_second", as_number),
}
_STREAMS = (
    ("video", "VideoStreamInfoList", _ANY_STREAM | _VIDEO),
    ("audio", "AudioStreamInfoList", _ANY_STREAM | _AUDIO),
    ("subtitles", "SubtitleStreamInfoList", _ANY_STREAM),
)

DOCUMENTED_FIELDS = frozenset({*_FILE, *_ANY_STREAM, *_VIDEO, *_AUDIO, "FileUrl", "Level"})
"""Of FileBasicInfo and of a stream: what has no other field says nothing in words nobody knows."""


def page_files(info: Json, call: Json, page: int, *, include_signed_urls: bool, max_bytes: int) -> Json:
    """``{media_id, title, status, file_count, files: [...], page, pages, left_out}``; every file on one page."""
    head, arguments = read_head(info, call)
    infos = as_objects(info.get("FileInfoList"))
    room = max(max_bytes - AROUND_BYTES, 600)
    shown: list[Json] = []
    rest: list[Json] = []
    pages, left = 1, room
    for index, entry in enumerate(infos):
        details = describe_file(entry, include_signed_urls=include_signed_urls)
        cost = size_bytes(details) + 1
        if cost > room:
            details, cost = fit(details, room - 1, query_prefix=None), room
        if cost > left and left < room:
            pages, left = pages + 1, room
        left -= cost
        if pages == page:
            shown.append(details)
            rest += _describe_more_streams(index, details, arguments)
    result = {**head, "file_count": len(infos), "files": shown}
    return finish_page(result, rest, page, pages, arguments, max_bytes, view="files")


def _describe_more_streams(index: int, details: Json, arguments: Json) -> Iterable[Json]:
    lists = {name: listed_as for name, listed_as, _ in _STREAMS}
    for name, more in as_object(details.get("more_streams")).items():
        query = f"MediaInfo.FileInfoList[{index}].{lists[name]}[{MOST_STREAMS}:{MOST_STREAMS * 2}]"
        yield describe_omitted(f"{more} more {name} streams of file {index + 1}", more * 400, arguments, query=query)


def describe_file(info: Json, *, include_signed_urls: bool) -> Json:
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
        if include_signed_urls and (end := find_expiry(url)):
            details["url_expires"] = end
    more: Json = {}
    for name, listed_as, fields in _STREAMS:
        streams = as_objects(info.get(listed_as))
        if streams or info.get(listed_as) == []:
            details[name] = [_describe_stream(stream, fields) for stream in streams[:MOST_STREAMS]]
        if len(streams) > MOST_STREAMS:
            more[name] = len(streams) - MOST_STREAMS
    if more:
        details["more_streams"] = more
    _tell_pictures(details, basic, info)
    return details


def _tell_pictures(details: Json, basic: Json, info: Json) -> None:
    """What a viewer sees: covers apart from films, the size that is shown, HDR."""
    streams = as_objects(info.get("VideoStreamInfoList"))
    videos, covers = split_covers(streams, has_sound=bool(as_objects(info.get("AudioStreamInfoList"))))
    told = list(zip(streams, details.get("video", ()), strict=False))
    if covers:
        details["cover_art"] = [shown for stream, shown in told if stream in covers]
        details["video"] = [shown for stream, shown in told if stream not in covers]
    if not videos:
        return
    coded, displayed = read_size(videos[0]) or read_size(basic), read_displayed_size(basic, videos[0])
    if displayed and displayed != coded:
        details["resolution"] = f"{displayed[0]}x{displayed[1]}"
    for stream, shown in told:
        if hdr := read_hdr(stream, basic):
            shown["hdr"] = hdr


def _describe_stream(stream: Json, fields: dict[str, tuple[str, Any]]) -> Json:
    details = _read(stream, fields, skipped=("Level",))
    level = read_level(label(stream.get("CodecName")), stream.get("Level"))
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
