"""The results of a StandardSmartTagJob, opened: one part of JSON for each type, and how a field of them is found under
whichever of its names and wrappings it comes."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from ims_mcp.foreign_text import size_of
from ims_mcp.summaries.json_strings import open_json
from ims_mcp.summaries.values import Json, as_number, as_object, as_objects, label

RESULTS_PATH = "MediaInfo.AiRoughData.StandardSmartTagJob.Results"
_SAMPLE = 2048
_KNOWN_TYPES = ("NLP", "TextLabel", "VideoLabel", "ASR", "OCR")


class Unread(NamedTuple):
    """A result that no reader knows: where it is in the response, and its size."""

    kind: str
    path: str
    about_bytes: int


class OpenedResults(NamedTuple):
    """Results as they came: Data opened and its bytes by Type, and what could not be opened or has no reader."""

    parts: dict[str, Any]
    sizes: dict[str, int]
    unknown: list[Unread]


def open_results(job: Json) -> OpenedResults | None:
    """The results of a StandardSmartTagJob; None where it holds none (analysis under way, or returned by URL)."""
    results = job.get("Results")
    if not isinstance(results, list) or not results:
        return None
    opened = OpenedResults({}, {}, [])
    for index, result in enumerate(cast("list[Any]", results)):
        entry = as_object(result)
        kind, data = label(entry.get("Type"), 40), entry.get("Data")
        size = _estimate_bytes(data) if isinstance(data, str) else 0
        part = open_json(data) if isinstance(data, str) else data
        if kind in _KNOWN_TYPES and kind not in opened.parts and isinstance(part, dict | list):
            opened.parts[kind], opened.sizes[kind] = cast("Any", part), size
        else:
            opened.unknown.append(Unread(kind or "unnamed", f"{RESULTS_PATH}[{index}].Data", size))
    return opened


def _estimate_bytes(text: str) -> int:
    """Bytes of a text in UTF-8; of a long one, judged by its beginning."""
    if text.isascii() or len(text) < 2 * _SAMPLE:
        return size_of(text)
    return len(text) * size_of(text[:_SAMPLE]) // _SAMPLE


def find_field(entry: Json, *names: str) -> Any:
    """The first of ``names`` that is there, with a small or a capital first letter; opened where it is a JSON
    string."""
    for name in names:
        for spelled in (name, name[0].upper() + name[1:]):
            value = entry.get(spelled)
            if value is None or value == "":
                continue
            value = as_object(value).get(spelled, value)
            opened = open_json(value) if isinstance(value, str) else None
            return value if opened is None else opened
    return None


def find_object(entry: Json, name: str) -> Json:
    """The object under ``name``, or an empty one."""
    return as_object(find_field(entry, name))


def find_elements(part: Any, name: str) -> list[Json]:
    """The list that a result is, or holds under ``name``, or holds as its only list."""
    if isinstance(part, dict):
        held = cast("Json", part)
        for value in (find_field(held, name), *held.values()):
            if isinstance(value, list):
                return as_objects(cast("list[Any]", value))
        return []
    return as_objects(part)


def read_start(entry: Json) -> float | None:
    """When it begins, in the result's own unit."""
    return as_number(find_field(entry, "from", "start", "timestamp", "beginTime", "startTime"))


def read_end(entry: Json) -> float | None:
    """When it ends, in the result's own unit."""
    return as_number(find_field(entry, "to", "end", "endTime"))


def read_text(entry: Json) -> str:
    """What is said or written."""
    found = find_field(entry, "content", "text")
    return found if isinstance(found, str) else ""
