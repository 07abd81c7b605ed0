"""An asset as a card and its files, for an app to show: read from MediaBasicInfo and FileInfoList.

Addresses are signed: what these functions return never gets to a model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from ims_mcp.client.oss.place import write_https
from ims_mcp.foreign_text import clean
from ims_mcp.summaries.media_files import find_duration
from ims_mcp.summaries.pictures import read_displayed_size, read_frame_rates, split_covers
from ims_mcp.summaries.values import Json, as_number, as_object, as_objects, as_whole, label

MOST_FILES = 60
_LONGEST_ADDRESS = 8_000
_MOST_TAGS = 50
_KINDS = ("video", "audio", "image", "text")
_ROLES = {"source_file": "source", "transcode_file": "stream"}
_NORMAL = "Normal"
# What browsers play from an address, by the end of the name; a picture is shown.
_PLAYED = frozenset({"mp4", "m4v", "mov", "webm", "mp3", "m4a", "aac", "wav", "ogg", "oga", "opus", "flac", "m3u8"})
_SHOWN = frozenset({"jpg", "jpeg", "png", "gif", "webp", "bmp", "avif", "svg"})
_UNPLAYED_CODECS = frozenset(
    {"mpeg2video", "mpeg4", "wmv3", "vc1", "prores", "dnxhd", "mjpeg", "h263", "ac3", "eac3", "dts"}
)


def make_card(entry: Json) -> Json:
    """AssetCard of an element of MediaInfos, or of MediaInfo. Fields that the response does not have are absent."""
    basic = as_object(entry.get("MediaBasicInfo"))
    infos = as_objects(entry.get("FileInfoList"))
    source = next(
        (info for info in infos if _read_basic(info).get("FileType") == "source_file"), infos[0] if infos else {}
    )
    file = _read_basic(source)
    kind = label(basic.get("MediaType"), 20)
    size = _find_size(source)
    card: Json = {
        "MediaId": label(entry.get("MediaId"), 64) or label(basic.get("MediaId"), 64),
        "title": label(basic.get("Title"), 1_000),
        "kind": kind if kind in _KINDS else "other",
        "status": label(basic.get("Status"), 40),
        "duration_seconds": find_duration(entry) or None,
        "size_bytes": as_whole(file.get("FileSize")),
        "width": size[0] if size else None,
        "height": size[1] if size else None,
        "created": label(basic.get("CreateTime"), 40),
        "tags": _split_tags(basic.get("MediaTags")),
        "cover": read_address(basic.get("CoverURL")),
    }
    return {name: value for name, value in card.items() if value not in (None, "") or name in ("title", "status")}


def list_files(infos: list[Json], definitions: Mapping[str, str]) -> list[Json]:
    """``files`` of an AssetView, the source first. ``definitions``: path of an address -> what GetPlayInfo calls it."""
    files = [_make_file(info, definitions) for info in infos]
    order = {"source": 0, "stream": 1, "other": 2}
    return sorted(files, key=lambda file: order[file["role"]])


def name_definitions(play_info: Json) -> dict[str, str]:
    """Path of a file's address -> its Definition, such as HD."""
    found: dict[str, str] = {}
    for row in as_objects(play_info.get("PlayInfoList")):
        definition = label(row.get("Definition"), 20)
        for name in ("FileURL", "PlayURL"):
            if definition and isinstance(row.get(name), str):
                found.setdefault(read_path(row[name]), definition)
    return found


def read_address(value: Any) -> str | None:
    """An address as a page may load it; None for anything else than http and https."""
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_ADDRESS or value != clean(value):
        return None
    address = write_https(value.strip())
    return address if address.startswith(("https://", "http://")) and not set(address) & set(" \"'<>\\^`{|}") else None


def read_path(address: str) -> str:
    """Bucket and key as all spellings of an address have them at their end; empty where it cannot be read."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return unquote(parts.path).lstrip("/")


def read_suffix(name: str) -> str:
    """``mp4`` of ``film.MP4``."""
    _, dot, suffix = name.rpartition(".")
    return suffix.lower() if dot else ""


def _make_file(info: Json, definitions: Mapping[str, str]) -> Json:
    basic = _read_basic(info)
    address = read_address(basic.get("FileUrl"))
    path = read_path(address or "")
    name = label(basic.get("FileName"), 300) or path.rpartition("/")[2]
    container = label(basic.get("FormatName"), 80)
    suffix = read_suffix(name) or read_suffix(path) or container.partition(",")[0]
    role = _ROLES.get(str(basic.get("FileType")), "other")
    is_normal = label(basic.get("FileStatus"), 40) in ("", _NORMAL)
    video, audio = _describe_video(info), _describe_audio(info)
    bitrate = as_number(basic.get("Bitrate"))
    codecs = {stream.get("codec", "") for stream in (video, audio) if stream}
    file: Json = {
        # The same from call to call, and nothing of the address in it.
        "id": f"f-{hashlib.sha256(f'{role} {path or name}'.encode('utf-8', 'replace')).hexdigest()[:10]}",
        "role": role,
        "name": name,
        "format": suffix,
        "status": "" if is_normal else label(basic.get("FileStatus"), 40),
        "definition": _find_definition(path, definitions),
        "duration_seconds": as_number(basic.get("Duration")),
        "size_bytes": as_whole(basic.get("FileSize")),
        "bitrate_bps": round(bitrate * 1000) if bitrate else None,
        "video": video,
        "audio": audio,
        "is_hls": suffix == "m3u8",
        "playable": bool(
            address
            and is_normal
            and suffix in _PLAYED | _SHOWN
            and not (codecs & _UNPLAYED_CODECS and suffix in _PLAYED)
        ),
        "address": address if is_normal else None,
    }
    return {key: value for key, value in file.items() if value not in (None, "", {})}


def _find_definition(path: str, definitions: Mapping[str, str]) -> str:
    """An ``oss://`` address has the bucket before the key, as one of this machine has; others have it in the host."""
    return definitions.get(path) or definitions.get(path.partition("/")[2], "") if path else ""


def _read_basic(info: Json) -> Json:
    return as_object(info.get("FileBasicInfo"))


def _find_size(info: Json) -> tuple[int, int] | None:
    films, _ = _split(info)
    return read_displayed_size(_read_basic(info), films[0] if films else {})


def _split(info: Json) -> tuple[list[Json], list[Json]]:
    streams = as_objects(info.get("VideoStreamInfoList"))
    return split_covers(streams, has_sound=bool(as_objects(info.get("AudioStreamInfoList"))))


def _describe_video(info: Json) -> Json:
    films, _ = _split(info)
    if not films:
        return {}
    size = read_displayed_size(_read_basic(info), films[0])
    video: Json = {"codec": label(films[0].get("CodecName"), 40), "fps": read_frame_rates(films[0])[0]}
    video |= {"width": size[0], "height": size[1]} if size else {}
    return {name: value for name, value in video.items() if value not in (None, "")}


def _describe_audio(info: Json) -> Json:
    streams = as_objects(info.get("AudioStreamInfoList"))
    if not streams:
        return {}
    first = streams[0]
    audio: Json = {
        "codec": label(first.get("CodecName"), 40),
        "channels": as_whole(first.get("Channels")),
        "sample_rate": as_whole(first.get("SampleRate")),
        "language": label(first.get("Lang"), 40),
    }
    return {name: value for name, value in audio.items() if value not in (None, "")}


def _split_tags(value: Any) -> list[str]:
    tags = value.split(",") if isinstance(value, str) else []
    return [tag for tag in (label(each.strip(), 100) for each in tags[:_MOST_TAGS]) if tag]
