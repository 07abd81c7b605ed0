"""The files of an asset in a summary: one object each where they are few, folded into tables where they are many.

An object: ``{name, type, container, size_bytes, duration_seconds, bitrate_kbps, resolution, video: [{codec, profile,
level, frame_rate}], audio: [{codec, channels, sample_rate_hz, language}], subtitles: [{codec, language}]}``, with
``status`` where it is not Normal. ``resolution`` is the picture as it is shown, with ``coded_resolution`` where its
pixels are not square and ``rotation_degrees`` where it is turned; a stream whose rate varies says ``frame_rate`` on
average and ``nominal_frame_rate``; ``bit_depth`` and ``hdr`` where they are known and not the usual ones. Covers are
``cover_art: [{codec, resolution}]``, no video. An empty ``audio`` or ``subtitles`` means that there is none; where
neither is said, the response does not tell.

A table: ``{columns, rows, in_every_row}``, the last for the columns whose value all rows share. Nothing an object would
say is missing from a table.

The documented shape is read in one straight loop, anything else cell by cell: a summary may take half as long as
``json.loads`` took for the body, and a function call for each of twenty fields is more than that.
"""

from __future__ import annotations

from operator import itemgetter
from typing import Any, NamedTuple

from ims_mcp.foreign_text import clean
from ims_mcp.summaries.numbers import KNOWN_LEVELS, codec_level, number, whole
from ims_mcp.summaries.pictures import (
    DOLBY_TAGS,
    Size,
    bit_depth,
    displayed_size,
    frame_rates,
    hdr_of,
    is_still,
    rotation_of,
    size_of_picture,
    split_covers,
)
from ims_mcp.summaries.signed_urls import expiry
from ims_mcp.summaries.values import Json, as_object, as_objects, is_plain, label

FOLD_FROM = 3
_NORMAL = "Normal"
# Bytes of a stream object as documented; what a summary leaves out of it, less than a tenth off.
_VIDEO_BYTES, _AUDIO_BYTES, _SUBTITLE_BYTES = 480, 390, 210

# Characters of text in a file, all its names and codes together, beyond which each is looked at by itself.
_USUAL_TEXT = 120

Row = tuple[Any, ...]
Kind = tuple[str, str, int, int | None, int | None, int]
"""Type, status and the numbers of video, audio and subtitle streams and covers: the files of a kind share their
columns. None is a number nobody knows."""

_BASIC = (
    *("name", "type", "status", "container", "size_bytes", "duration_seconds", "bitrate_kbps"),
    *("resolution", "coded_resolution"),
)
_SIGNED_BASIC = (*_BASIC, "url", "url_expires")
_UNUSUAL = ("nominal_frame_rate", "variable_frame_rate", "rotation_degrees", "bit_depth", "hdr")
_NOTHING_UNUSUAL = (None,) * len(_UNUSUAL)
_STREAM_COLUMNS = {
    # name of the list: (columns of one stream in an object, the same in a table)
    "video": (
        ("codec", "profile", "level", "frame_rate", *_UNUSUAL),
        ("video_codec", "profile", "level", "frame_rate", *_UNUSUAL),
    ),
    "audio": (
        ("codec", "channels", "sample_rate_hz", "language"),
        ("audio_codec", "audio_channels", "audio_sample_rate_hz", "audio_language"),
    ),
    "subtitles": (("codec", "language"), ("subtitle_codec", "subtitle_language")),
    "cover_art": (("codec", "resolution"), ("cover_codec", "cover_resolution")),
}
_TOLD_WHERE_NONE = ("audio", "subtitles")
_USUAL_PIXELS = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuv444p", "nv12", ""})
# More streams of a kind in one file are counted, not listed.
_MOST_STREAMS = 24
_MOST_FAILURES = 5


class Files(NamedTuple):
    """What was read: ``objects`` and ``tables`` for the summary; roughly the bytes that are left out of them; whether
    all was ``usual``, short plain texts and at most one stream of a kind in a file; and of files that are not Normal
    ``failures: [{name, reason}]`` where the response says why."""

    objects: list[Json]
    tables: list[Json]
    file_count: int
    about_bytes: int
    usual: bool
    failures: list[Json]


def read_files(value: Any, *, include_signed_urls: bool = False) -> Files:
    """FileInfoList, read; elements that are no objects are passed over. With ``include_signed_urls`` every file has
    its ``url`` and, where that says so, ``url_expires``."""
    names = _SIGNED_BASIC if include_signed_urls else _BASIC
    documented = None if include_signed_urls else _documented(value)
    kinds, about_bytes = documented or _any_shape(as_objects(value), include_signed_urls)
    file_count = 0
    objects: list[Json] = []
    tables: list[Json] = []
    for kind, rows in kinds.items():
        file_count += len(rows)
        _, _, videos, audios, subtitles, covers = kind
        streams = (videos + covers) * _VIDEO_BYTES + (audios or 0) * _AUDIO_BYTES + (subtitles or 0) * _SUBTITLE_BYTES
        about_bytes += len(rows) * streams
        if len(rows) < FOLD_FROM:
            objects += [_object(kind, row, names) for row in rows]
        else:
            tables.append(_table(kind, rows, names))
    failures = [] if all(kind[1] == _NORMAL for kind in kinds) else _failures(as_objects(value))
    return Files(objects, tables, file_count, about_bytes, documented is not None, failures)


def _failures(infos: list[Json]) -> list[Json]:
    # A field of the embedded IMS alone: the service does not say why a file cannot be used.
    basics = [as_object(info.get("FileBasicInfo")) for info in infos]
    found = [(label(basic.get("FileName")), label(basic.get("FailReason"), 300)) for basic in basics]
    return [{"name": name, "reason": reason} for name, reason in found if reason][:_MOST_FAILURES]


def duration_of(info: Json) -> float:
    """Seconds of an asset's first file that has any; 0 where none says so."""
    durations = (
        number(as_object(entry.get("FileBasicInfo")).get("Duration")) for entry in as_objects(info.get("FileInfoList"))
    )
    return next((seconds for seconds in durations if seconds), 0.0)


_FILE = itemgetter(
    "FileName", "FileType", "FileStatus", "FormatName", "FileSize", "Duration", "Bitrate", "Width", "Height", "FileUrl"
)
_VIDEO = itemgetter("CodecName", "Profile", "Level", "Fps", "AvgFPS", "Rotate", "Sar", "PixFmt", "CodecTagString")
_DOCUMENTED_VIDEO_FIELDS = 24
_DOCUMENTED_BASIC_FIELDS = 13
_SQUARE = frozenset({"1:1", "0:1", ""})
_UPRIGHT = frozenset({"0", "0.0", ""})
_AUDIO = itemgetter("CodecName", "Channels", "SampleRate", "Lang")
_SUBTITLE = itemgetter("CodecName", "Lang")


def _documented(value: Any) -> tuple[dict[Kind, list[Row]], int] | None:
    """Rows by kind and the bytes of all URLs; None as soon as something is not as documented."""
    try:
        return _straight(value)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _straight(infos: list[Json]) -> tuple[dict[Kind, list[Row]], int]:
    kinds: dict[Kind, list[Row]] = {}
    # Looked at all together in the end: are the words plain, are the digits nothing but digits.
    words: list[str] = []
    digits: list[str] = []
    url_bytes = 0
    for info in infos:
        name, file_type, status, container, size, seconds, rate, width, height, url = _FILE(info["FileBasicInfo"])
        videos = info["VideoStreamInfoList"]
        audios = info["AudioStreamInfoList"]
        subtitles = info["SubtitleStreamInfoList"]
        url_bytes += len(url)
        words += (name, file_type, status, container)
        row: Row
        if videos:
            (video,) = videos
            codec, profile, level, frames, average, turn, ratio, pixels, tag = _VIDEO(video)
            usual = average == frames and turn in _UPRIGHT and ratio in _SQUARE and pixels in _USUAL_PIXELS
            more = len(video) > _DOCUMENTED_VIDEO_FIELDS or len(info["FileBasicInfo"]) > _DOCUMENTED_BASIC_FIELDS
            if not usual or more or tag in DOLBY_TAGS or video["Width"] != width or video["Height"] != height:
                _unusual()
            words += (codec, profile)
            digits += (size, seconds, rate, width, height, frames)
            resolution = f"{width}x{height}" if width and height else _unusual()
            row = (name, file_type, status, container, int(size), float(seconds), float(rate), resolution, None)
            row += (codec, profile, KNOWN_LEVELS[codec, level], float(frames), *_NOTHING_UNUSUAL)
        else:
            if width or height:
                _unusual()
            digits += (size, seconds, rate)
            row = (name, file_type, status, container, int(size), float(seconds), float(rate), None, None)
        if audios:
            (audio,) = audios
            codec, channels, sampling, language = _AUDIO(audio)
            words += (codec, language)
            digits += (channels, sampling)
            row += (codec, int(channels), int(sampling), language)
        if subtitles:
            (subtitle,) = subtitles
            codec, language = _SUBTITLE(subtitle)
            words += (codec, language)
            row += (codec, language)
        none = 0 if videos or audios else None
        kind = (file_type, status, len(videos), len(audios) or none, len(subtitles) or none, 0)
        if kind in kinds:
            kinds[kind].append(row)
        else:
            kinds[kind] = [row]
    text, figures = "".join(words), "".join(digits)
    most = _USUAL_TEXT * len(infos)
    if not is_plain(text) or max(len(text), len(figures)) > most or not figures.replace(".", "").isdecimal():
        raise ValueError
    return kinds, url_bytes


def _unusual() -> str:
    """Sides where there should be none, a picture that is turned, a rate that varies: for the careful reader."""
    raise ValueError


def _any_shape(infos: list[Json], include_signed_urls: bool) -> tuple[dict[Kind, list[Row]], int]:
    """The same rows from whatever is there, cell by cell."""
    kinds: dict[Kind, list[Row]] = {}
    url_bytes = 0
    for info in infos:
        basic = as_object(info.get("FileBasicInfo"))
        audios = as_objects(info.get("AudioStreamInfoList"))
        subtitles = as_objects(info.get("SubtitleStreamInfoList"))
        videos, covers = split_covers(as_objects(info.get("VideoStreamInfoList")), audios)
        # The picture of a cover is none of the file's.
        picture = videos[0] if videos else {}
        shown = None if covers and not videos else displayed_size(basic, picture)
        coded = size_of_picture(picture)
        stretched = shown is not None and coded is not None and sorted(coded) != sorted(shown)
        row: Row = (
            label(basic.get("FileName")),
            label(basic.get("FileType"), 40),
            label(basic.get("FileStatus"), 40),
            label(basic.get("FormatName"), 80),
            whole(basic.get("FileSize")),
            number(basic.get("Duration")),
            number(basic.get("Bitrate")),
            _by(shown),
            _by(coded) if stretched else None,
        )
        url = basic.get("FileUrl")
        if isinstance(url, str):
            url_bytes += len(url)
        if include_signed_urls:
            row += (clean(url), expiry(url)) if isinstance(url, str) else (None, None)
        row += _stream_cells("video", [_video_cells(stream, basic) for stream in videos])
        row += _stream_cells("audio", [_audio_cells(stream) for stream in audios])
        row += _stream_cells("subtitles", [_subtitle_cells(stream) for stream in subtitles])
        row += _stream_cells("cover_art", [_cover_cells(stream) for stream in covers])
        moving = bool(audios) or any(not is_still(stream) for stream in videos)
        kind = (
            row[1],
            row[2],
            len(videos),
            len(audios) if audios or (moving and info.get("AudioStreamInfoList") == []) else None,
            len(subtitles) if subtitles or (moving and info.get("SubtitleStreamInfoList") == []) else None,
            len(covers),
        )
        kinds.setdefault(kind, []).append(row)
    return kinds, url_bytes


def _by(size: Size | None) -> str | None:
    return f"{size[0]}x{size[1]}" if size else None


def _video_cells(stream: Json, basic: Json) -> Row:
    codec = label(stream.get("CodecName"), 40)
    rate, nominal, varies = frame_rates(stream)
    unusual = (nominal, varies, rotation_of(stream) or None, bit_depth(stream), hdr_of(stream, basic))
    return codec, label(stream.get("Profile"), 60), codec_level(codec, stream.get("Level")), rate, *unusual


def _cover_cells(stream: Json) -> Row:
    return label(stream.get("CodecName"), 40), _by(size_of_picture(stream))


def _audio_cells(stream: Json) -> Row:
    codec, language = label(stream.get("CodecName"), 40), label(stream.get("Lang"), 40)
    return codec, whole(stream.get("Channels")), whole(stream.get("SampleRate")), language


def _subtitle_cells(stream: Json) -> Row:
    return label(stream.get("CodecName"), 40), label(stream.get("Lang"), 40)


def _stream_cells(name: str, streams: list[Row]) -> Row:
    """The cells of one stream, none for none, and for several one cell that lists them."""
    if len(streams) < 2:
        return streams[0] if streams else ()
    columns = _STREAM_COLUMNS[name][0]
    listed: list[Json] = [_without_gaps(columns, cells) for cells in streams[:_MOST_STREAMS]]
    if len(streams) > _MOST_STREAMS:
        listed.append({"more_streams": len(streams) - _MOST_STREAMS})
    return (listed,)


def _without_gaps(names: tuple[str, ...], cells: Row) -> Json:
    if all(cells):
        return dict(zip(names, cells, strict=True))
    return {name: cell for name, cell in zip(names, cells, strict=True) if cell or cell == 0}


def _object(kind: Kind, row: Row, names: tuple[str, ...]) -> Json:
    _, status, *counts = kind
    at = len(names)
    result = _without_gaps(names, row[:at])
    if status == _NORMAL:
        del result["status"]
    for count, (name, (columns, _)) in zip(counts, _STREAM_COLUMNS.items(), strict=True):
        if count == 1:
            until = at + len(columns)
            result[name] = [_without_gaps(columns, row[at:until])]
            at = until
        elif count:
            result[name] = row[at]
            at += 1
        elif count == 0 and name in _TOLD_WHERE_NONE:
            result[name] = []
    return result


def _table(kind: Kind, rows: list[Row], names: tuple[str, ...]) -> Json:
    none: Json = {}
    for count, (name, (_, columns)) in zip(kind[2:], _STREAM_COLUMNS.items(), strict=True):
        if count:
            names += columns if count == 1 else (name,)
        elif count == 0 and name in _TOLD_WHERE_NONE:
            none[name] = []
    varying: list[Row] = []
    varying_names: list[str] = []
    shared: Json = {}
    count = len(rows)
    for name, cells in zip(names, zip(*rows, strict=True), strict=True):
        first = cells[0]
        if cells[1] != first or cells.count(first) < count:
            varying_names.append(name)
            varying.append(cells)
        elif first or first == 0:
            shared[name] = first
    if kind[1] == _NORMAL:
        del shared["status"]
    # Where nothing varies the files are still that many.
    listed: list[list[Any]] = [*map(list, zip(*varying, strict=True))] if varying else [[] for _ in rows]
    return {"columns": varying_names, "rows": listed, "in_every_row": shared | none}
