"""The read of a job in short: its result and its state first, what failed, its outputs, its inputs, when; without the
configuration that the caller has given himself.

What the job has made stays whole: a text of JSON that no parameter echoes is the result. Objects that only say where a
file lies become its address, and what is known of a file its measures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from ims_mcp.catalogue import Effect, Operation, ResponseField, operations, values_at
from ims_mcp.summaries.bounds import measure
from ims_mcp.summaries.rows import find_list
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

_JOB_READ = re.compile(r"(Get|Query)\w*(Job|JobDetail|Task)")
_ADDRESS_KEYS = ("OutputUrl", "OutputURL", "InputUrl", "FileUrl", "Url", "URL", "MediaURL", "MediaUrl", "Media")
_PLACE_KEYS = frozenset({"Type", "Biz", "OssFile", "Bucket", "Location", "Object", "Endpoint", *_ADDRESS_KEYS})
_FILE_FACTS = "FileBasicInfo"
_FILE_TEXTS = {"FileName": "name", "FormatName": "format", "FileUrl": "url", "MediaId": "MediaId"}
_STREAMS = {
    "VideoStreamInfoList": ("video_codec", ("CodecName", "Codec_name")),
    "AudioStreamInfoList": ("audio_codec", ("CodecName", "Codec_name")),
}
_LONGEST_INPUT = 300
# Of more entries than these those that passed a moderation are left out.
_FEW_ENTRIES = 3
_VERDICT_DEPTH = 4
_REASON_RANK = 2
"""Of :func:`rank_of_job`: what stands behind is not said again of a part where it is said of the job."""
_MOST_ENTRIES = 20
_DEEPEST = 8

Fields = Mapping[str, ResponseField]


def is_job_read(operation: Operation) -> bool:
    """Whether the operation answers with one job and what came of it."""
    return (
        operation.effect is Effect.READ
        and _JOB_READ.fullmatch(operation.name) is not None
        and find_list(operation) is None
    )


def list_result_fields(operation: Operation) -> list[tuple[str, str]]:
    """What the operations that this one is the reader of name as their result: name in our answer, path in its."""
    found: dict[str, str] = {}
    for each in operations():
        poll = each.poll
        if poll is None or poll.result is None:
            continue
        if (poll.result.operation or poll.operation) == operation.name:
            for name, path in poll.result.fields:
                found.setdefault(name, path)
    return list(found.items())


def read_job(operation: Operation, data: Json, result_fields: Sequence[tuple[str, str]] = ()) -> tuple[Json, list[str]]:
    """The short form of a presented answer, and the names of what it leaves out."""
    job, declared, before = _unwrap(data, {field.name: field for field in operation.response})
    reader = _JobReader(job)
    shown: Json = {}
    for name, path in result_fields:
        values = [reader.shorten(path.rpartition(".")[2].replace("[]", ""), value) for value in values_at(data, path)]
        if values := [value for value in values if not is_empty(value)]:
            shown[name] = values[0] if len(values) == 1 else values[:_MOST_ENTRIES]
    told = {path for name, path in result_fields if name in shown}
    for name in sorted(job, key=rank_of_job):
        path = f"{before}{name}"
        if path in told or name in shown:
            continue
        value = reader.read_field(name, job[name], declared.get(name), 0)
        if not is_empty(value):
            shown[MEASURES[name][0] if name in MEASURES else name] = value
    return shown, list(reader.left_out)


def _unwrap(data: Json, known: Fields) -> tuple[Json, Fields, str]:
    """The job itself, below the objects that hold nothing else, with what is declared of it and the path to it."""
    path = ""
    for _ in range(3):
        entries = [(name, value) for name, value in data.items() if not is_envelope(name, value)]
        if len(entries) != 1 or not isinstance(entries[0][1], dict):
            break
        name, inner = entries[0]
        field = known.get(name)
        known = {each.name: each for each in field.fields} if field else {}
        data, path = cast("Json", inner), f"{path}{name}."
    return data, known, path


class _JobReader:
    """One reading of one answer; remembers what it leaves out."""

    def __init__(self, job: Json) -> None:
        self._job = job
        self.left_out: dict[str, None] = {}

    def read_field(self, name: str, value: Any, field: ResponseField | None, depth: int) -> Any:
        """The field in short; None where it says nothing, repeats what is said of the job or is left out."""
        if is_empty(value) or is_envelope(name, value):
            return None
        if depth and self._job.get(name) == value and rank_of_job(name) > _REASON_RANK:
            return None
        if is_picture(name) or (is_echoed(name) and not self._is_short_input(name, value)):
            self.left_out[name] = None
            return None
        if isinstance(value, dict | list) and field is not None and field.kind == "string":
            return cast("Any", value)
        return self.shorten(name, value, field, depth)

    def _is_short_input(self, name: str, value: Any) -> bool:
        """What the job was made from is worth a line, whatever else is said of it."""
        return name.startswith("Input") and measure(value, _LONGEST_INPUT) <= _LONGEST_INPUT

    def shorten(self, name: str, value: Any, field: ResponseField | None = None, depth: int = 0) -> Any:
        """A value in short: an address or the facts of a file where that is what an object says."""
        if depth > _DEEPEST:
            return value
        if isinstance(value, list):
            elements = cast("list[Any]", value)
            telling = [each for each in elements if not _has_passed(each)] if len(elements) > _FEW_ENTRIES else elements
            items = field.items if field else None
            read = [self.shorten(name, each, items, depth + 1) for each in telling[:_MOST_ENTRIES]]
            if len(elements) > len(read):
                self.left_out[name] = None
            return [each for each in read if not is_empty(each)]
        if not isinstance(value, dict):
            return type_scalar(name, value)
        fields = cast("Json", value)
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
                self.left_out[key] = None
        return file


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
