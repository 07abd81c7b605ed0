"""AI results as a model reads them: a digest inside a summary, and every section in full, page by page."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

from ims_mcp.foreign_text import clean, shorten
from ims_mcp.summaries.ai_results import AiResults, Appearing, Span
from ims_mcp.summaries.bounds import size_bytes
from ims_mcp.summaries.media_files import duration_of
from ims_mcp.summaries.omissions import AROUND_BYTES, DETAILED, describe_omitted, finish_page, read_head
from ims_mcp.summaries.smart_tags import OpenedResults, field_of, open_results
from ims_mcp.summaries.values import Json, as_object, find_expiry, label

AI_SECTIONS = (
    "summary",
    "chapters",
    "people",
    "labels",
    "text_labels",
    "keywords",
    "speakers",
    "questions",
    "transcript",
    "on_screen_text",
    "other",
)
Cells = list[Any]
_SPANS_A_ROW = 120
_TEXT_A_ROW = 1500


def read_section(results: AiResults, name: str) -> tuple[tuple[str, ...], Iterable[Cells]]:
    """The columns and rows of one of :data:`AI_SECTIONS`. A person or label seen very often goes on in more rows."""
    match name:
        case "summary":
            parts = (("title", results.title), ("classification", results.classification), ("summary", results.summary))
            return ("part", "text"), ([part, piece] for part, text in parts for piece in _pieces(text))
        case "chapters":
            rows = ([start, end, title, label(text, 2000)] for start, end, title, text in results.chapters)
            return ("from_seconds", "to_seconds", "title", "summary"), rows
        case "people":
            return ("name", "category", "appearances", "seconds", "spans"), _appearing_rows(results.people)
        case "labels":
            return ("name", "group", "appearances", "seconds", "spans"), _appearing_rows(results.labels)
        case "text_labels":
            return ("name", "value"), map(list, results.text_labels)
        case "keywords":
            return ("keyword",), ([word] for word in results.keywords)
        case "speakers":
            return ("speaker", "summary"), _pairs(results.speakers, ("speakerName", "speakerId"), ("summary",))
        case "questions":
            return ("question", "answer"), _pairs(results.questions, ("question",), ("answer",))
        case "transcript":
            return ("from_seconds", "to_seconds", "text"), map(list, results.transcript)
        case "on_screen_text":
            return ("from_seconds", "to_seconds", "text"), map(list, results.on_screen_text)
        case _:
            return ("type", "query", "about_bytes"), map(list, results.opened.unknown)


def count_sections(results: AiResults) -> dict[str, int]:
    """How much there is of every section, without reading all of it."""
    found = {
        "chapters": len(results.chapters),
        "people": len(results.people),
        "labels": len(results.labels),
        "text_labels": len(results.text_labels),
        "keywords": len(results.keywords),
        "speakers": len(results.speakers),
        "questions": len(results.questions),
        "transcript": results.transcript_count,
        "on_screen_text": results.on_screen_count,
        "other": len(results.opened.unknown),
    }
    return {name: count for name, count in found.items() if count}


def _take_page(results: AiResults, name: str | None, page: int, room: int) -> tuple[Json, int]:
    """The sections that fall on ``page``, each ``{columns, rows}``, and the number of pages of ``room`` bytes.

    Without a section the pages go through all of them, shortest kind of reading first.
    """
    pages = 1
    left = room
    shown: Json = {}
    for wanted in (name,) if name else AI_SECTIONS:
        columns, rows = read_section(results, wanted)
        fresh = True
        for row in rows:
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


def ai_page(
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
    results = AiResults(opened, duration_of(info))
    found["counts"] = count_sections(results)
    room = max(max_bytes - AROUND_BYTES - size_bytes(found), 600)
    rows, pages = _take_page(results, section, page, room)
    changes: Json = {"view": "ai", "ai_section": section} if section else {"view": "ai"}
    return finish_page({**head, "ai": {**found, **rows}}, rest, page, pages, arguments, max_bytes, **changes)


def digest_ai(results: AiResults, room: int, arguments: Json) -> tuple[Json, list[Json]]:
    """What a summary says of the results in about ``room`` bytes, and the entries of what it leaves out.

    ``arguments`` are those of the call that got the response; every entry holds them, changed to what gets the rest.
    """
    number = count_sections(results)
    rest = _rest(results, number, arguments)
    found: Json = {
        "classification": results.classification,
        "title": shorten(results.title, 150),
        "summary": "",
        "keywords": _fitting(results.keywords, 140),
        "chapters": None,
        "people": None,
        "labels": None,
        "text_labels": _fitting([*dict.fromkeys(": ".join(filter(None, pair)) for pair in results.text_labels)], 140),
        "questions": number.get("questions"),
        "speakers": number.get("speakers"),
        "transcript": _excerpt(results, "ASR", "lines", results.transcript_count),
        "on_screen_text": _excerpt(results, "OCR", "texts", results.on_screen_count),
    }
    # What is left is shared; what one does not use goes to the next.
    room = max(room - size_bytes(rest) - size_bytes(found), 1000)
    found["chapters"] = _chapters(results, room * 6 // 10)
    room -= size_bytes(found["chapters"])
    found["people"] = _who_when(results.people, "category", room * 4 // 10)
    room -= size_bytes(found["people"])
    found["labels"] = _who_when(results.labels, "group", room * 6 // 10)
    room -= size_bytes(found["labels"])
    found["summary"] = shorten(results.summary, max(min(room - 50, 900), 120))
    return {name: value for name, value in found.items() if value}, rest


def _rest(results: AiResults, number: dict[str, int], arguments: Json) -> list[Json]:
    def entry(name: str, what: str, about_bytes: int) -> Json:
        return describe_omitted(what, about_bytes, arguments, view="ai", ai_section=name)

    rest: list[Json] = []
    appearing = sum(len(thing.spans) for thing in chain(results.people, results.labels)) or 1
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
                things = results.people if name == "people" else results.labels
                size = size * sum(len(thing.spans) for thing in things) // appearing
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


def _chapters(results: AiResults, room: int) -> Json | None:
    """All chapters if titles of a dozen characters do it, else the first ones; times in whole seconds."""
    chapters = results.chapters
    if not chapters:
        return None
    title_bytes = max(30, min(120, (room - 80) // len(chapters) - 18))
    rows = [[_brief(start), _brief(end), shorten(title, title_bytes)] for start, end, title, _ in chapters]
    return _counted(len(chapters), ("from_seconds", "to_seconds", "title"), _fitting(rows, room - 80))


def _who_when(things: list[Appearing], group: str, room: int) -> Json | None:
    if not things:
        return None
    rows = (
        [shorten(name, 60), shorten(of, 40), appearances, seconds, _rounded(spans[:3])]
        for name, of, appearances, seconds, spans in things
    )
    return _counted(len(things), ("name", group, "appearances", "seconds", "first_spans"), _fitting(rows, room - 100))


def _counted(count: int, columns: tuple[str, ...], rows: list[Any]) -> Json:
    return {"count": count, "columns": [*columns], "rows": rows}


def _excerpt(results: AiResults, kind: str, unit: str, count: int) -> Json | None:
    return {unit: count, "excerpt": results.excerpt(kind, 150)} if count else None


def _fitting(rows: Iterable[Any], room: int) -> list[Any]:
    kept: list[Any] = []
    for row in rows:
        room -= size_bytes(row) + 1
        if room < 0:
            break
        kept.append(row)
    return kept


def _brief(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)


def _appearing_rows(things: list[Appearing]) -> Iterable[Cells]:
    for name, group, appearances, seconds, spans in things:
        for first in range(0, max(len(spans), 1), _SPANS_A_ROW):
            yield [name, group, appearances, seconds, _rounded(spans[first : first + _SPANS_A_ROW])]


def _pairs(entries: list[Json], first: tuple[str, ...], second: tuple[str, ...]) -> Iterable[Cells]:
    for entry in entries:
        yield [label(field_of(entry, *first), 600), label(field_of(entry, *second), 2000)]


def _rounded(spans: list[Span]) -> list[Span]:
    return [[round(start, 1), round(end, 1)] for start, end in spans]


def _pieces(text: str) -> Iterable[str]:
    for first in range(0, len(text), _TEXT_A_ROW):
        yield text[first : first + _TEXT_A_ROW]
