"""What is known of moments of an asset: marks, chapters, what the AI found, what is said. Every list is bounded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ims_mcp.foreign_text import fold
from ims_mcp.summaries.ai_results import AiResults, Line, Subject
from ims_mcp.summaries.json_strings import open_json
from ims_mcp.summaries.media_files import find_duration
from ims_mcp.summaries.smart_tags import OpenedResults, open_results
from ims_mcp.summaries.values import Json, as_number, as_object, as_objects, label

MOST_ITEMS = 2_000
"""Of one track."""
_MOST_CHAPTERS = 500
_LONGEST_TEXT = 600
_CHAPTER = frozenset({"chapter", "chapters", "章节", "章"})


def read_results(info: Json) -> AiResults:
    """The AI results of MediaInfo; empty ones where there are none."""
    job = as_object(as_object(info.get("AiRoughData")).get("StandardSmartTagJob"))
    return AiResults(open_results(job) or OpenedResults({}, {}, []), find_duration(info))


def list_marks(answer: Json) -> list[Json]:
    """``[{id, start_seconds, end_seconds, title, text}]`` of ListMediaMarks, by time."""
    value: Any = answer.get("MediaMarks")
    rows = as_objects(open_json(value) if isinstance(value, str) else value)
    marks: list[Json] = []
    for row in rows:
        start = as_number(row.get("MarkStartTime"))
        if start is None:
            continue
        mark: Json = {
            "id": label(row.get("MarkId") or row.get("MediaMarkId"), 80),
            "start_seconds": start,
            "end_seconds": as_number(row.get("MarkEndTime")),
            "title": label(row.get("MarkTag"), 200),
            "text": label(row.get("MarkContent"), _LONGEST_TEXT),
        }
        marks.append({name: field for name, field in mark.items() if field is not None and (field or name != "text")})
    return sorted(marks, key=lambda mark: mark["start_seconds"])


def list_chapters(results: AiResults, marks: list[Json]) -> list[Json]:
    """Those that the AI made; without any the marks that are tagged as such."""
    found: list[Json] = [
        {
            "start_seconds": each.from_seconds,
            "end_seconds": each.to_seconds,
            "title": each.title or label(each.summary, 80),
        }
        for each in results.chapters
        if each.from_seconds is not None
    ]
    if not found:
        found = [
            {
                "start_seconds": mark["start_seconds"],
                "end_seconds": mark.get("end_seconds"),
                "title": mark.get("text", ""),
            }
            for mark in marks
            if fold(mark["title"]) in _CHAPTER
        ]
    found = [{name: value for name, value in each.items() if value is not None} for each in found[:_MOST_CHAPTERS]]
    return sorted(found, key=lambda each: each["start_seconds"])


def list_findings(results: AiResults) -> list[Json]:
    """Tracks ``{track, items: [{start_seconds, end_seconds, text}], items_left_out}`` that have anything in them."""
    tracks = {
        "speech": _time_lines(results.transcript),
        "text": _time_lines(results.on_screen_text),
        "person": _time_subjects(results.people),
        "label": _time_subjects(results.labels),
    }
    return [
        {"track": name, "items": items[:MOST_ITEMS], "items_left_out": max(0, len(items) - MOST_ITEMS)}
        for name, items in tracks.items()
        if items
    ]


def list_transcript(results: AiResults) -> list[Json]:
    """What is said, in order: ``[{start_seconds, end_seconds, text}]``, whole."""
    return _time_lines(results.transcript)


def describe_about(results: AiResults) -> Json:
    """What the AI says of the whole: ``{title, summary, classification, keywords, labels}``."""
    about: Json = {
        "title": results.title,
        "summary": label(results.summary, 4_000),
        "classification": results.classification,
        "keywords": results.keywords[:50],
        "labels": [": ".join(filter(None, pair)) for pair in results.text_labels[:50]],
    }
    return {name: value for name, value in about.items() if value}


def _time_lines(lines: Iterable[Line]) -> list[Json]:
    return [
        {"start_seconds": line.from_seconds, "end_seconds": _end(line.from_seconds, line.to_seconds), "text": text}
        for line in lines
        if line.from_seconds is not None and (text := label(line.text, _LONGEST_TEXT))
    ]


def _time_subjects(subjects: Iterable[Subject]) -> list[Json]:
    """Each time that somebody or something is seen; those that are seen longest come first where not all have room."""
    items: list[Json] = [
        {"start_seconds": round(start, 3), "end_seconds": round(end, 3), "text": subject.name or subject.group}
        for subject in subjects
        for start, end in subject.spans
    ]
    return [*sorted(items[:MOST_ITEMS], key=lambda item: item["start_seconds"]), *items[MOST_ITEMS:]]


def _end(start: float, end: float | None) -> float:
    return start if end is None else max(end, start)
