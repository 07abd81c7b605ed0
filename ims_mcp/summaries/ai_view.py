"""AI results as a model reads them: a digest inside a summary, and every section in full, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

from ims_mcp.foreign_text import clean, shorten
from ims_mcp.summaries.ai_results import AiResults, Span, Subject
from ims_mcp.summaries.bounds import size_bytes
from ims_mcp.summaries.media_files import find_duration
from ims_mcp.summaries.omissions import AROUND_BYTES, DETAILED, describe_omitted, finish_page, read_head
from ims_mcp.summaries.smart_tags import OpenedResults, find_field, open_results
from ims_mcp.summaries.values import Json, as_object, find_expiry, label

Cells = list[Any]
_SPANS_A_ROW = 120
_TEXT_A_ROW = 1500
_TIMED = ("from_seconds", "to_seconds", "text")


def _split_texts(results: AiResults) -> Iterable[Cells]:
    parts = (("title", results.title), ("classification", results.classification), ("summary", results.summary))
    for part, text in parts:
        yield from ([part, text[first : first + _TEXT_A_ROW]] for first in range(0, len(text), _TEXT_A_ROW))


def _split_spans(subjects: list[Subject]) -> Iterable[Cells]:
    """A person or label seen very often goes on in more rows."""
    for name, group, appearances, seconds, spans in subjects:
        for first in range(0, max(len(spans), 1), _SPANS_A_ROW):
            yield [name, group, appearances, seconds, _round_spans(spans[first : first + _SPANS_A_ROW])]


def _pair(entries: list[Json], first: tuple[str, ...], second: str) -> Iterable[Cells]:
    for entry in entries:
        yield [label(find_field(entry, *first), 600), label(find_field(entry, second), 2000)]


# Columns and rows of each.
_SECTIONS: dict[str, tuple[tuple[str, ...], Callable[[AiResults], Iterable[Cells]]]] = {
    "summary": (("part", "text"), _split_texts),
    "chapters": (
        ("from_seconds", "to_seconds", "title", "summary"),
        lambda results: ([*chapter[:3], label(chapter.summary, 2000)] for chapter in results.chapters),
    ),
    "people": (("name", "category", "appearances", "seconds", "spans"), lambda results: _split_spans(results.people)),
    "labels": (("name", "group", "appearances", "seconds", "spans"), lambda results: _split_spans(results.labels)),
    "text_labels": (("name", "value"), lambda results: map(list, results.text_labels)),
    "keywords": (("keyword",), lambda results: ([word] for word in results.keywords)),
    "speakers": (
        ("speaker", "summary"),
        lambda results: _pair(results.speakers, ("speakerName", "speakerId"), "summary"),
    ),
    "questions": (("question", "answer"), lambda results: _pair(results.questions, ("question",), "answer")),
    "transcript": (_TIMED, lambda results: map(list, results.transcript)),
    "on_screen_text": (_TIMED, lambda results: map(list, results.on_screen_text)),
    "other": (("type", "query", "about_bytes"), lambda results: map(list, results.opened.unknown)),
}
AI_SECTIONS = tuple(_SECTIONS)


def _count_sections(results: AiResults) -> dict[str, int]:
    """How much there is of every section, without reading all of it."""
    listed = ("chapters", "people", "labels", "text_labels", "keywords", "speakers", "questions")
    found = {name: len(getattr(results, name)) for name in listed}
    found |= {"transcript": results.transcript_count, "on_screen_text": results.on_screen_count}
    found["other"] = len(results.opened.unknown)
    return {name: count for name, count in found.items() if count}


def _take_page(results: AiResults, name: str | None, page: int, room: int) -> tuple[Json, int]:
    """The sections that fall on ``page``, each ``{columns, rows}``, and the number of pages of ``room`` bytes.

    Without a section the pages go through all of them, shortest kind of reading first.
    """
    pages = 1
    left = room
    shown: Json = {}
    for wanted in (name,) if name else AI_SECTIONS:
        columns, read = _SECTIONS[wanted]
        fresh = True
        for row in read(results):
            cost = size_bytes(row) + 1
            heading = len(wanted) + size_bytes(columns) + 28 if fresh else 0
            if cost + heading > left and left < room:
                pages += 1
                left, heading = room, len(wanted) + size_bytes(columns) + 28
            left -= cost + heading
            fresh = False
            if pages == page:
                shown.setdefault(wanted, {"columns": [*columns], "rows": []})["rows"].append(row)
    return shown, pages


def page_ai(
    info: Json, call: Json, page: int, section: str | None, *, include_signed_urls: bool, max_bytes: int
) -> Json:
    """``{media_id, title, status, ai: {status, …, counts, SECTION: {columns, rows}}, page, pages, left_out}``."""
    head, arguments = read_head(info, call)
    rough = as_object(info.get("AiRoughData"))
    job = as_object(rough.get("StandardSmartTagJob"))
    states = (("status", rough.get("Status")), ("category", rough.get("AiCategory")))
    jobs = (("smart_tag_status", job.get("Status")), ("job_id", job.get("AiJobId")))
    found: Json = {name: label(state, 80) for name, state in (*states, *jobs) if state}
    for name, url in (("result_url", rough.get("Result")), ("smart_tag_result_url", job.get("ResultUrl"))):
        if isinstance(url, str) and "://" in url[:12]:
            found[name] = clean(url[:4000]) if include_signed_urls else label(url, 1000)
            if include_signed_urls and (end := find_expiry(url)):
                found[f"{name}_expires"] = end
    opened = open_results(job)
    rest: list[Json] = []
    if opened is None:
        asked = {**arguments, "ReturnDetailedInfo": {DETAILED: True}}
        if job.get("ResultUrl") or job.get("Status") == "AnalyzeSuccess":
            rest.append(describe_omitted("AI results: not in this response", None, asked, view="ai"))
        opened = OpenedResults({}, {}, [])
    results = AiResults(opened, find_duration(info))
    found["counts"] = _count_sections(results)
    room = max(max_bytes - AROUND_BYTES - size_bytes(found), 600)
    rows, pages = _take_page(results, section, page, room)
    changes: Json = {"view": "ai", "ai_section": section} if section else {"view": "ai"}
    return finish_page({**head, "ai": {**found, **rows}}, rest, page, pages, arguments, max_bytes, **changes)


def digest_ai(results: AiResults, room: int, arguments: Json) -> tuple[Json, list[Json]]:
    """What a summary says of the results in about ``room`` bytes, and the entries of what it leaves out.

    ``arguments`` are those of the call that got the response; every entry holds them, changed to what gets the rest.
    """
    number = _count_sections(results)
    rest = _list_omitted(results, number, arguments)
    found: Json = {
        "classification": results.classification,
        "title": shorten(results.title, 150),
        "summary": "",
        "keywords": _take_fitting(results.keywords, 140),
        "chapters": None,
        "people": None,
        "labels": None,
        "text_labels": _take_fitting(
            [*dict.fromkeys(": ".join(filter(None, pair)) for pair in results.text_labels)], 140
        ),
        "questions": number.get("questions"),
        "speakers": number.get("speakers"),
        "transcript": _make_excerpt(results, "ASR", "lines", results.transcript_count),
        "on_screen_text": _make_excerpt(results, "OCR", "texts", results.on_screen_count),
    }
    # What is left is shared; what one does not use goes to the next.
    room = max(room - size_bytes(rest) - size_bytes(found), 1000)
    found["chapters"] = _list_chapters(results, room * 6 // 10)
    room -= size_bytes(found["chapters"])
    found["people"] = _list_subjects(results.people, "category", room * 4 // 10)
    room -= size_bytes(found["people"])
    found["labels"] = _list_subjects(results.labels, "group", room * 6 // 10)
    room -= size_bytes(found["labels"])
    found["summary"] = shorten(results.summary, max(min(room - 50, 900), 120))
    return {name: value for name, value in found.items() if value}, rest


def _list_omitted(results: AiResults, number: dict[str, int], arguments: Json) -> list[Json]:
    def entry(name: str, what: str, about_bytes: int) -> Json:
        return describe_omitted(what, about_bytes, arguments, view="ai", ai_section=name)

    rest: list[Json] = []
    appearing = sum(len(subject.spans) for subject in chain(results.people, results.labels)) or 1
    for name, what, kind in (
        ("chapters", "chapters with summaries", "NLP"),
        ("people", "people, every appearance", "VideoLabel"),
        ("labels", "labels, every appearance", "VideoLabel"),
        ("transcript", "transcript", "ASR"),
        ("on_screen_text", "on-screen text", "OCR"),
    ):
        if name in number:
            size = results.size_of(kind)
            if kind == "VideoLabel":
                subjects = results.people if name == "people" else results.labels
                size = size * sum(len(subject.spans) for subject in subjects) // appearing
            elif name == "chapters":
                size = size_bytes(results.chapters)
            rest.append(entry(name, what, size))
    if any(name in number for name in ("speakers", "questions", "keywords", "text_labels")) or results.summary:
        rest.append(
            describe_omitted(
                "all AI results, with questions and speakers", results.size_of("NLP"), arguments, view="ai"
            )
        )
    if results.opened.unknown:
        size = sum(unread.about_bytes for unread in results.opened.unknown)
        kinds = shorten(", ".join(sorted({unread.kind for unread in results.opened.unknown})), 120)
        rest.append(entry("other", f"results not understood: {kinds}", size))
    return rest


def _list_chapters(results: AiResults, room: int) -> Json | None:
    """All chapters if titles of a dozen characters do it, else the first ones; times in whole seconds."""
    chapters = results.chapters
    if not chapters:
        return None
    title_bytes = max(30, min(120, (room - 80) // len(chapters) - 18))
    rows = [[_round(start), _round(end), shorten(title, title_bytes)] for start, end, title, _ in chapters]
    return _make_table(len(chapters), ("from_seconds", "to_seconds", "title"), _take_fitting(rows, room - 80))


def _list_subjects(subjects: list[Subject], group: str, room: int) -> Json | None:
    if not subjects:
        return None
    rows = (
        [shorten(name, 60), shorten(of, 40), appearances, seconds, _round_spans(spans[:3])]
        for name, of, appearances, seconds, spans in subjects
    )
    return _make_table(
        len(subjects), ("name", group, "appearances", "seconds", "first_spans"), _take_fitting(rows, room - 100)
    )


def _make_table(count: int, columns: tuple[str, ...], rows: list[Any]) -> Json:
    return {"count": count, "columns": [*columns], "rows": rows}


def _make_excerpt(results: AiResults, kind: str, unit: str, count: int) -> Json | None:
    return {unit: count, "excerpt": results.excerpt(kind, 150)} if count else None


def _take_fitting(rows: Iterable[Any], room: int) -> list[Any]:
    kept: list[Any] = []
    for row in rows:
        room -= size_bytes(row) + 1
        if room < 0:
            break
        kept.append(row)
    return kept


def _round(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)


def _round_spans(spans: list[Span]) -> list[Span]:
    return [[round(start, 1), round(end, 1)] for start, end in spans]
