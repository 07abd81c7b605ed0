"""One field of a job in short: an address instead of the object that says where a file lies, the facts of a file,
numbers as numbers, nothing empty.

What the job has made stays whole: a text of JSON that no parameter echoes is the result. Configuration that the caller
has given himself is left out by name.
"""

from __future__ import annotations

from typing import Any, cast

from ims_mcp.catalogue import ResponseField
from ims_mcp.summaries.bounds import measure, size_bytes
from ims_mcp.summaries.typed_fields import (
    MEASURES,
    is_echoed,
    is_empty,
    is_envelope,
    is_picture,
    join_size,
    rank_of_job,
    type_scalar,
)
from ims_mcp.summaries.values import Json, as_objects

_ADDRESS_KEYS = ("OutputUrl", "OutputURL", "InputUrl", "FileUrl", "Url", "URL", "MediaURL", "MediaUrl", "Media")
_PLACE_KEYS = frozenset({"Type", "Biz", "OssFile", "Bucket", "Location", "Object", "Endpoint", *_ADDRESS_KEYS})
_FILE_FACTS = "FileBasicInfo"
_FILE_TEXTS = {"FileName": "name", "FormatName": "format", "FileUrl": "url", "MediaId": "MediaId"}
_STREAMS = {
    "VideoStreamInfoList": ("video_codec", ("CodecName", "Codec_name")),
    "AudioStreamInfoList": ("audio_codec", ("CodecName", "Codec_name")),
}
_TOLD_OF_FILES = frozenset({*_FILE_TEXTS, *MEASURES, "Width", "Height"})
_LONGEST_INPUT = 300
# Of more entries than these those that passed a moderation are left out.
_FEW_ENTRIES = 3
_VERDICT_DEPTH = 4
_REASON_RANK = 2
"""Of :func:`rank_of_job`: what stands behind is not said again of a part where it is said of the job."""
_MOST_ENTRIES = 20
_DEEPEST = 8


class FieldReader:
    """One reading of the fields of ``job``; remembers what it leaves out. ``is_result``: what is read is what the job
    has brought, of which only moderated parts that passed and the details of streams are left out. ``all_entries``: no
    list is cut for being long."""

    def __init__(self, job: Json, *, is_result: bool = False, all_entries: bool = False) -> None:
        self._job = job
        self._is_result = is_result
        self._all_entries = all_entries or is_result
        self.told: frozenset[str] = frozenset()
        """Addresses that have been shown and are not shown again, but for those of inputs."""
        self.left_out: dict[str, int] = {}
        """Name -> bytes."""

    def leave_out(self, name: str, value: Any) -> None:
        self._count_left_out(name, size_bytes(value))

    def _count_left_out(self, name: str, count: int) -> None:
        self.left_out[name] = self.left_out.get(name, 0) + count

    def _is_told(self, name: str, shown: Any) -> bool:
        return isinstance(shown, str) and shown in self.told and not name.startswith("Input")

    def read_field(self, name: str, value: Any, field: ResponseField | None, depth: int) -> Any:
        """The field in short; None where it says nothing, repeats what has been said or is left out."""
        if is_empty(value):
            return None
        if not self._is_result:
            if is_envelope(name, value):
                return None
            if depth and self._job.get(name) == value and rank_of_job(name) > _REASON_RANK:
                return None
            if is_picture(name) or (is_echoed(name) and not self._is_short_input(name, value)):
                self.leave_out(name, value)
                return None
        if isinstance(value, dict | list) and field is not None and field.kind == "string":
            return cast("Any", value)
        shown = self.shorten(name, value, field, depth)
        return None if self._is_told(name, shown) else shown

    def _is_short_input(self, name: str, value: Any) -> bool:
        """What the job was made from is worth a line, whatever else is said of it."""
        return name.startswith("Input") and measure(value, _LONGEST_INPUT) <= _LONGEST_INPUT

    def shorten(self, name: str, value: Any, field: ResponseField | None = None, depth: int = 0) -> Any:
        """A value in short: an address or the facts of a file where that is what an object says."""
        if depth > _DEEPEST:
            return value
        if isinstance(value, list):
            elements = cast("list[Any]", value)
            telling = drop_passed(elements)
            most = len(telling) if self._all_entries else _MOST_ENTRIES
            items = field.items if field else None
            read = [self.shorten(name, each, items, depth + 1) for each in telling[:most]]
            if len(elements) > len(read):
                self._count_left_out(name, size_bytes(elements) - size_bytes(telling[:most]))
            return [each for each in read if not is_empty(each) and not self._is_told(name, each)]
        if not isinstance(value, dict):
            return type_scalar(name, value)
        fields = cast("Json", value)
        if name == _FILE_FACTS:
            fields = {name: fields}
        if isinstance(fields.get(_FILE_FACTS), dict):
            return self._read_file(fields)
        telling = {key: each for key, each in fields.items() if not is_empty(each)}
        if telling and telling.keys() <= _PLACE_KEYS and (address := _find_address(telling)):
            return address
        known = {each.name: each for each in field.fields} if field else {}
        shown: Json = {}
        for key in sorted(telling, key=rank_of_job):
            each = self.read_field(key, telling[key], known.get(key), depth + 1)
            if not is_empty(each):
                shown[MEASURES[key][0] if key in MEASURES else key] = each
        return shown

    def _read_file(self, fields: Json) -> Json:
        facts = cast("Json", fields[_FILE_FACTS])
        file: Json = {ours: facts[key] for key, ours in _FILE_TEXTS.items() if not is_empty(facts.get(key))}
        for key, (ours, read) in MEASURES.items():
            if (number := read(facts.get(key))) is not None:
                file[ours] = number
        if size := join_size(facts):
            file["resolution"] = size
        for key, (ours, names) in _STREAMS.items():
            for stream in as_objects(fields.get(key))[:1]:
                if codec := next((stream[name] for name in names if not is_empty(stream.get(name))), None):
                    file[ours] = codec
        for key, value in fields.items():
            if key != _FILE_FACTS and not is_empty(value):
                self.leave_out(key, value)
        untold = {key: value for key, value in facts.items() if key not in _TOLD_OF_FILES and not is_empty(value)}
        if untold:
            self.leave_out(_FILE_FACTS, untold)
        return file


def drop_passed(elements: list[Any]) -> list[Any]:
    """Of more than a few parts of what was moderated, those that a reader has to look at."""
    return [each for each in elements if not _has_passed(each)] if len(elements) > _FEW_ENTRIES else elements


def _has_passed(element: Any) -> bool:
    """Whether a part of what was looked at is nothing to look at again: every suggestion on it is to let it pass."""
    found: list[Any] = []
    level: list[Any] = [element]
    for _ in range(_VERDICT_DEPTH):
        objects = as_objects(level)
        found += [each["Suggestion"] for each in objects if "Suggestion" in each]
        inner = [value for each in objects for value in each.values()]
        level = [part for value in inner for part in (cast("list[Any]", value) if isinstance(value, list) else [value])]
    return bool(found) and all(each == "pass" for each in found)


def _find_address(fields: Json) -> str:
    for key in _ADDRESS_KEYS:
        if isinstance(fields.get(key), str) and fields[key]:
            return str(fields[key])
    inner = fields.get("OssFile")
    place = cast("Json", inner) if isinstance(inner, dict) else fields
    bucket, name = place.get("Bucket"), place.get("Object")
    return f"oss://{bucket}/{name}" if isinstance(bucket, str) and isinstance(name, str) else ""
