"""The files of an asset in a summary: one object each where they are few, folded into tables where they are many.

An object: ``{name, type, container, size_bytes, duration_seconds, bitrate_kbps, resolution, video: [{codec, profile,
level, frame_rate}], audio: [{codec, channels, sample_rate_hz, language}], subtitles: [{codec, language}]}``, with
``status`` where it is not Normal. ``resolution`` is the picture as it is shown, with ``coded_resolution`` where its
pixels are not square and ``rotation_degrees`` where it is turned; a stream whose rate varies says ``frame_rate`` on
average and ``nominal_frame_rate``; ``bit_depth`` and ``hdr`` where they are known and not the usual ones. Covers are
``cover_art: [{codec, resolution}]``, no video. An empty ``audio`` or ``subtitles`` means that there is none,
``unknown`` that the response does not tell.

A table: ``{columns, rows, in_every_row}``, the last for the columns whose value all rows share. Nothing an object would
say is missing from a table.

What is made of a stream's values is remembered: the files of an asset, and those of the next, are encoded alike, and
reading some twenty fields of each with care takes longer than ``json.loads`` takes for the body.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from ims_mcp.foreign_text import clean
from ims_mcp.summaries.file_details import DOCUMENTED_FIELDS
from ims_mcp.summaries.pictures import (
    Size,
    is_still,
    read_bit_depth,
    read_displayed_size,
    read_frame_rates,
    read_hdr,
    read_level,
    read_rotation,
    read_size,
    split_covers,
)
from ims_mcp.summaries.values import Json, as_number, as_object, as_objects, as_whole, find_expiry, label

FOLD_FROM = 3
_NORMAL = "Normal"
# Bytes of a stream object as documented; what a summary leaves out of it, less than a tenth off.
_VIDEO_BYTES, _AUDIO_BYTES, _SUBTITLE_BYTES = 480, 390, 210
# The most that a file takes in a summary without its streams, a stream, a table without its rows, and a number: texts
# are cut at 40 to 200 bytes, of which each may be a quote, which JSON writes as two.
_MOST_A_FILE, _MOST_A_STREAM, _MOST_A_TABLE, _MOST_A_NUMBER = 1_100, 700, 2_800, 26
# Longer texts are not remembered: they are a stranger's.
_LONGEST_REMEMBERED = 60

Row = tuple[Any, ...]
Kind = tuple[str, str, int, int | None, int | None, int]
"""Type, status and the numbers of video, audio and subtitle streams and covers: the files of a kind share their
columns. None is a number of no interest, -1 one that nobody knows."""

_BASIC = (
    *("name", "type", "status", "container", "size_bytes", "duration_seconds", "bitrate_kbps"),
    *("resolution", "coded_resolution"),
)
_SIGNED_BASIC = (*_BASIC, "url", "url_expires")
_UNUSUAL = ("nominal_frame_rate", "variable_frame_rate", "rotation_degrees", "bit_depth", "hdr")
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
_UNTOLD = -1
"""In place of a number of streams: the file plays, and the response does not tell."""
_SAID_OF_UNTOLD = "unknown"
_FILE_FIELDS = ("FileType", "FileStatus", "FormatName", "Width", "Height")
_VIDEO_FIELDS = (
    *("CodecName", "Profile", "Level", "Fps", "AvgFPS", "Width", "Height", "Rotate", "Sar", "PixFmt", "CodecTagString"),
    *("BitDepth", "HDR"),
)
_AUDIO_FIELDS = ("CodecName", "Channels", "SampleRate", "Lang")
_SUBTITLE_FIELDS = ("CodecName", "Lang")
_NO_VALUES: Json = dict.fromkeys((*_FILE_FIELDS, *_VIDEO_FIELDS, *_AUDIO_FIELDS))
_FILE_VALUES, _VIDEO_VALUES = itemgetter(*_FILE_FIELDS), itemgetter(*_VIDEO_FIELDS[:-2])
_AUDIO_VALUES, _SUBTITLE_VALUES = itemgetter(*_AUDIO_FIELDS), itemgetter(*_SUBTITLE_FIELDS)
# More streams of a kind in one file are counted, not listed.
_MOST_STREAMS = 24
_MOST_FAILURES = 5


class Files(NamedTuple):
    """What was read: ``objects`` and ``tables`` for the summary; roughly the bytes that are left out of them; the most
    that they take as JSON; and of files that are not Normal ``failures: [{name, reason}]`` where the response says
    why."""

    objects: list[Json]
    tables: list[Json]
    file_count: int
    about_bytes: int
    most_bytes: float
    failures: list[Json]


def read_files(value: Any, *, include_signed_urls: bool = False) -> Files:
    """FileInfoList, read; elements that are no objects are passed over. With ``include_signed_urls`` every file has
    its ``url`` and, where that says so, ``url_expires``."""
    infos = as_objects(value)
    names = _SIGNED_BASIC if include_signed_urls else _BASIC
    kinds: dict[Kind, list[Row]] = {}
    about_bytes = 0
    for info in infos:
        kind, row, url_bytes = _read_row(info, include_signed_urls)
        about_bytes += url_bytes
        if kind in kinds:
            kinds[kind].append(row)
        else:
            kinds[kind] = [row]
    objects: list[Json] = []
    tables: list[Json] = []
    most_bytes = math.inf if include_signed_urls else 0.0
    for kind, rows in kinds.items():
        _, _, videos, audios, subtitles, covers = kind
        audios, subtitles = max(audios or 0, 0), max(subtitles or 0, 0)
        streams = (videos + covers) * _VIDEO_BYTES + audios * _AUDIO_BYTES + subtitles * _SUBTITLE_BYTES
        about_bytes += len(rows) * streams
        if len(rows) < FOLD_FROM:
            objects += [_make_object(kind, row, names) for row in rows]
            most_bytes += len(rows) * (_MOST_A_FILE + _MOST_A_STREAM * (videos + covers + audios + subtitles))
        else:
            table, table_bytes = _make_table(kind, rows, names)
            tables.append(table)
            most_bytes += table_bytes
    failures = [] if {kind[1] for kind in kinds} <= {_NORMAL} else _list_failures(infos)
    return Files(objects, tables, len(infos), about_bytes, most_bytes, failures)


def _list_failures(infos: list[Json]) -> list[Json]:
    # A field of the embedded IMS alone: the service does not say why a file cannot be used.
    basics = [as_object(info.get("FileBasicInfo")) for info in infos]
    found = [(label(basic.get("FileName")), label(basic.get("FailReason"), 300)) for basic in basics]
    return [{"name": name, "reason": reason} for name, reason in found if reason][:_MOST_FAILURES]


def find_duration(info: Json) -> float:
    """Seconds of an asset's first file that has any; 0 where none says so."""
    durations = (
        as_number(as_object(entry.get("FileBasicInfo")).get("Duration"))
        for entry in as_objects(info.get("FileInfoList"))
    )
    return next((seconds for seconds in durations if seconds), 0.0)


def _read_row(info: Json, include_signed_urls: bool) -> tuple[Kind, Row, int]:
    """One file: its kind, its cells and behind them the objects of its streams, and the bytes of its URL."""
    basic = as_object(info.get("FileBasicInfo"))
    get = basic.get
    try:
        kind, words, sizes, cells, shown = _recall(*_take_values(basic, info))
    except (KeyError, TypeError, ValueError):
        kind, words, sizes, cells, shown = _read_encoding(*_take_values_with_care(basic, info))
    url = get("FileUrl")
    if include_signed_urls:
        sizes += (clean(url), find_expiry(url)) if isinstance(url, str) else (None, None)
    numbers = as_whole(get("FileSize")), as_number(get("Duration")), as_number(get("Bitrate"))
    row = (label(get("FileName")), *words, *numbers, *sizes, *cells, shown)
    return kind, row, len(url) if isinstance(url, str) else 0


Values = tuple[Row, tuple[Row, ...], tuple[Row, ...] | None, tuple[Row, ...] | None]
"""What a file says of itself, of its video, audio and subtitle streams; None where it does not say whether there are
any."""


def _take_values(basic: Json, info: Json) -> Values:
    """Raises KeyError or TypeError where something is not as documented."""
    return (
        _FILE_VALUES(basic),
        tuple([_take_video_values(stream, basic) for stream in info["VideoStreamInfoList"]]),
        tuple(map(_AUDIO_VALUES, info["AudioStreamInfoList"])),
        tuple(map(_SUBTITLE_VALUES, info["SubtitleStreamInfoList"])),
    )


def _take_values_with_care(basic: Json, info: Json) -> Values:
    basic = _NO_VALUES | basic
    listed = [info.get(f"{kind}StreamInfoList") for kind in ("Video", "Audio", "Subtitle")]
    videos, audios, subtitles = ([_NO_VALUES | stream for stream in as_objects(streams)] for streams in listed)
    return (
        _FILE_VALUES(basic),
        tuple([_take_video_values(stream, basic) for stream in videos]),
        tuple(map(_AUDIO_VALUES, audios)) or (() if listed[1] == [] else None),
        tuple(map(_SUBTITLE_VALUES, subtitles)) or (() if listed[2] == [] else None),
    )


def _take_video_values(stream: Json, basic: Json) -> Row:
    """Those of :data:`_VIDEO_FIELDS`; the last two are told by fields that nobody documented."""
    if DOCUMENTED_FIELDS.issuperset(stream) and DOCUMENTED_FIELDS.issuperset(basic):
        return _VIDEO_VALUES(stream)
    return (*_VIDEO_VALUES(stream), stream.get("BitDepth"), read_hdr(stream, basic))


Encoding = tuple[Kind, Row, Row, Row, Json]
"""A file's kind, its cells of words, of the size of the picture and of its streams, and these as objects, which all
files of this encoding share: not to be changed."""


@lru_cache(maxsize=1024)
def _recall(*values: Any) -> Encoding:
    """:func:`_read_encoding`, remembered. Raises ValueError for values that are too much to keep, or no texts: these
    could be taken for others (1 equals True)."""
    file, *streams = values
    for value in chain(file, *chain(*streams)):
        if value is not None and (type(value) is not str or len(value) > _LONGEST_REMEMBERED):
            raise ValueError
    return _read_encoding(*values)


def _read_encoding(
    file: Row, videos: tuple[Row, ...], audios: tuple[Row, ...] | None, subtitles: tuple[Row, ...] | None
) -> Encoding:
    """Whatever the values are: those of :data:`_FILE_FIELDS` and so on."""
    basic: Json = dict(zip(_FILE_FIELDS, file, strict=True))
    pictures: list[Json] = [dict(zip(_VIDEO_FIELDS, values, strict=False)) for values in videos]
    films, covers = split_covers(pictures, has_sound=bool(audios))
    # The picture of a cover is none of the file's.
    picture = films[0] if films else {}
    shown = None if covers and not films else read_displayed_size(basic, picture)
    coded = read_size(picture)
    is_stretched = shown is not None and coded is not None and sorted(coded) != sorted(shown)
    words = (label(basic["FileType"], 40), label(basic["FileStatus"], 40), label(basic["FormatName"], 80))
    streams: list[list[Row]] = [
        [_make_video_cells(film, basic) for film in films],
        [_make_audio_cells(*values) for values in audios or ()],
        [(label(codec, 40), label(lang, 40)) for codec, lang in subtitles or ()],
        [(label(cover["CodecName"], 40), _write_size(read_size(cover))) for cover in covers],
    ]
    # A file of sound or moving pictures says by an empty list that it has none of the others.
    plays = bool(audios) or not all(map(is_still, films))
    kind = (
        *words[:2],
        len(films),
        _count_streams(audios, plays),
        _count_streams(subtitles, plays),
        len(covers),
    )
    objects: Json = {}
    cells: Row = ()
    for count, found, (name, (columns, _)) in zip(kind[2:], streams, _STREAM_COLUMNS.items(), strict=True):
        listed: list[Json] = [_name_cells(columns, each) for each in found[:_MOST_STREAMS]]
        if len(found) > _MOST_STREAMS:
            listed.append({"more_streams": len(found) - _MOST_STREAMS})
        if found or (count == 0 and name in _TOLD_WHERE_NONE):
            objects[name] = listed
        elif count == _UNTOLD:
            objects[name] = _SAID_OF_UNTOLD
        # The cells of one stream, none for none, and for several one cell that lists them.
        cells += found[0] if len(found) == 1 else (listed,) if found else ()
    return kind, words, (_write_size(shown), _write_size(coded) if is_stretched else None), cells, objects


def _count_streams(streams: tuple[Row, ...] | None, plays: bool) -> int | None:
    if streams:
        return len(streams)
    if not plays:
        return None
    return _UNTOLD if streams is None else 0


def _write_size(size: Size | None) -> str | None:
    return f"{size[0]}x{size[1]}" if size else None


def _make_video_cells(stream: Json, basic: Json) -> Row:
    codec = label(stream["CodecName"], 40)
    rate, nominal, varies = read_frame_rates(stream)
    unusual = (nominal, varies, read_rotation(stream) or None, read_bit_depth(stream), read_hdr(stream, basic))
    return codec, label(stream["Profile"], 60), read_level(codec, stream["Level"]), rate, *unusual


def _make_audio_cells(codec: Any, channels: Any, sample_rate: Any, language: Any) -> Row:
    return label(codec, 40), as_whole(channels), as_whole(sample_rate), label(language, 40)


def _name_cells(names: tuple[str, ...], cells: Row) -> Json:
    return {name: cell for name, cell in zip(names, cells, strict=True) if cell or cell == 0}


def _make_object(kind: Kind, row: Row, names: tuple[str, ...]) -> Json:
    result = _name_cells(names, row[: len(names)]) | row[-1]
    if kind[1] == _NORMAL:
        del result["status"]
    return result


def _make_table(kind: Kind, rows: list[Row], names: tuple[str, ...]) -> tuple[Json, float]:
    """The table, and the most that it takes as JSON."""
    none: Json = {}
    for count, (name, (_, columns)) in zip(kind[2:], _STREAM_COLUMNS.items(), strict=True):
        if count == _UNTOLD:
            none[name] = _SAID_OF_UNTOLD
        elif count:
            names += columns if count == 1 else (name,)
        elif count == 0 and name in _TOLD_WHERE_NONE:
            none[name] = []
    varying: list[Row] = []
    varying_names: list[str] = []
    shared: Json = {}
    most_bytes = float(_MOST_A_TABLE)
    count = len(rows)
    for name, cells in zip(names, zip(*rows, strict=True), strict=False):
        first = cells[0]
        if cells[1] != first or cells.count(first) < count:
            most_bytes += _bound_bytes(cells)
            varying_names.append(name)
            varying.append(cells)
        elif first or first == 0:
            shared[name] = first
    if kind[1] == _NORMAL:
        del shared["status"]
    # Where nothing varies the files are still that many.
    listed: list[list[Any]] = [*map(list, zip(*varying, strict=True))] if varying else [[] for _ in rows]
    return {"columns": varying_names, "rows": listed, "in_every_row": shared | none}, most_bytes


def _bound_bytes(cells: Row) -> float:
    """What the cells of a column take at most as JSON; of lists that is not said."""
    if isinstance(cells[0], list):
        return math.inf
    # A character takes four bytes, a quote two.
    texts = "" if isinstance(cells[0], int | float) else "".join([cell for cell in cells if isinstance(cell, str)])
    return 4 * len(texts) + _MOST_A_NUMBER * len(cells)
