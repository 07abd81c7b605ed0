"""The results of a StandardSmartTagJob, opened: one part of JSON for each type."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from ims_mcp.summaries.json_strings import open_json
from ims_mcp.summaries.text import about_size
from ims_mcp.summaries.values import Json, as_object, label

RESULTS_PATH = "MediaInfo.AiRoughData.StandardSmartTagJob.Results"
_KNOWN_TYPES = ("NLP", "TextLabel", "VideoLabel", "ASR", "OCR")


class Unread(NamedTuple):
    """A result that no reader knows: where it is in the response, and its size."""

    kind: str
    path: str
    about_bytes: int


class Opened(NamedTuple):
    """Results as they came: Data opened and its bytes by Type, and what could not be opened or has no reader."""

    parts: dict[str, Any]
    sizes: dict[str, int]
    unknown: list[Unread]


def open_results(job: Json) -> Opened | None:
    """The results of a StandardSmartTagJob; None where it holds none (analysis under way, or returned by URL)."""
    results = job.get("Results")
    if not isinstance(results, list) or not results:
        return None
    opened = Opened({}, {}, [])
    for index, result in enumerate(cast("list[Any]", results)):
        entry = as_object(result)
        kind, data = label(entry.get("Type"), 40), entry.get("Data")
        size = about_size(data) if isinstance(data, str) else 0
        part = open_json(data) if isinstance(data, str) else data
        if kind in _KNOWN_TYPES and kind not in opened.parts and isinstance(part, dict | list):
            opened.parts[kind], opened.sizes[kind] = cast("Any", part), size
        else:
            opened.unknown.append(Unread(kind or "unnamed", f"{RESULTS_PATH}[{index}].Data", size))
    return opened
