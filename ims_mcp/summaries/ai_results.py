"""What AI analysis found in an asset, read from the smart-tag results into rows, whatever shape they came in.

``StandardSmartTagJob.Results[]`` is ``{Type, Data}`` with Data a JSON string. As documented, times of VideoLabel, ASR
and OCR are seconds, those of NLP milliseconds:

    VideoLabel  {persons: [{name, category, ratio, occurrences: [{from, to, score, position}]}],
                 tags: [{mainTagName, subTagName, occurrences}], classifications: {category1, category2}}
    TextLabel   {tags: [{name, value}]}
    ASR         {details: [{from, to, content}]}
    OCR         {details: [{timestamp, info: [{content, score, position}]}]}
    NLP         {autoChapters: [{start, end, headline, summary}], transcription: {paragraphs: [{words}]},
                 summarization: {paragraphSummary, conversationalSummary, questionsAnsweringSummary},
                 meetingAssistance: {keywords}}

Lists without the object around them, names in capitals, objects around objects of the same name and JSON strings in
place of objects are read as well. What cannot be read is absent from the rows and stands in ``OpenedResults.unknown``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise
from operator import itemgetter
from typing import Any, NamedTuple, cast

from ims_mcp.foreign_text import size_of
from ims_mcp.summaries.smart_tags import (
    OpenedResults,
    find_elements,
    find_field,
    find_object,
    read_end,
    read_start,
    read_text,
)
from ims_mcp.summaries.values import Json, as_object, as_objects, label

# Texts looked at for an excerpt.
_EXCERPTED = 60
# Appearances closer than this are one: the analysis looks at a frame or two a second.
SAME_SCENE_SECONDS = 1.0
_SPAN = itemgetter("from", "to")

Span = list[float]


class Subject(NamedTuple):
    """A person or a label: ``group`` is the person's category or the label's main tag; spans are not rounded."""

    name: str
    group: str
    appearances: int
    seconds: float
    spans: list[Span]


class Line(NamedTuple):
    """Something said or written, from second to second."""

    from_seconds: float | None
    to_seconds: float | None
    text: str


class Chapter(NamedTuple):
    """``summary`` is as it came: :func:`label` it before showing it."""

    from_seconds: float | None
    to_seconds: float | None
    title: str
    summary: Any


@dataclass(frozen=True)
class AiResults:
    """OpenedResults results, read section by section when asked. ``duration_seconds`` of the asset tells seconds from
    milliseconds where a result differs from its documentation; 0 where unknown."""

    opened: OpenedResults
    duration_seconds: float

    def size_of(self, kind: str) -> int:
        """Bytes of the result of one type, as it came."""
        return self.opened.sizes.get(kind, 0)

    @cached_property
    def _nlp(self) -> Json:
        nlp = as_object(self.opened.parts.get("NLP"))
        # The summaries may stand by themselves, in their own object, or in one of the same name inside it.
        return {**nlp, **find_object(nlp, "summarization"), **find_object(nlp, "meetingAssistance")}

    @cached_property
    def chapters(self) -> list[Chapter]:
        """In the order of the result."""
        entries = as_objects(find_field(self._nlp, "autoChapters", "chapters"))
        times = [(read_start(entry), read_end(entry)) for entry in entries]
        scale = self._find_scale(times, documented=1000)
        return [
            Chapter(
                _scale(start, scale),
                _scale(end, scale),
                label(find_field(entry, "headline", "title"), 300),
                find_field(entry, "summary"),
            )
            for entry, (start, end) in zip(entries, times, strict=True)
        ]

    @cached_property
    def people(self) -> list[Subject]:
        """Who is seen, longest first."""
        return self._read_subjects("persons", _name_person)

    @cached_property
    def labels(self) -> list[Subject]:
        """What is seen, longest first."""
        return self._read_subjects("tags", _name_label)

    def _read_subjects(self, field: str, names_of: Callable[[Json], tuple[str, str]]) -> list[Subject]:
        found: list[Subject] = []
        for entry in as_objects(find_field(as_object(self.opened.parts.get("VideoLabel")), field)):
            name, group = names_of(entry)
            occurrences = as_objects(find_field(entry, "occurrences"))
            spans = _join_spans(occurrences, self.duration_seconds)
            if name or spans:
                seconds = round(sum(end - start for start, end in spans), 1)
                found.append(Subject(name, group, len(occurrences), seconds, spans))
        return sorted(found, key=lambda subject: (-subject.seconds, -subject.appearances, subject.name))

    @cached_property
    def classification(self) -> str:
        """``travel / harbour``."""
        found = find_field(as_object(self.opened.parts.get("VideoLabel")), "classifications")
        first = next(iter(as_objects(found)), as_object(found))
        parts = [label(find_field(first, name), 60) for name in ("category1", "category2")]
        return " / ".join(part for part in parts if part)

    @cached_property
    def text_labels(self) -> list[tuple[str, str]]:
        """``(name, value)`` of each."""
        entries = find_elements(self.opened.parts.get("TextLabel"), "tags")
        return [(label(find_field(entry, "name"), 80), label(find_field(entry, "value"), 200)) for entry in entries]

    @cached_property
    def keywords(self) -> list[str]:
        """Of what is said."""
        found = find_field(self._nlp, "keywords")
        return [label(word, 60) for word in cast("list[Any]", found)] if isinstance(found, list) else []

    @cached_property
    def title(self) -> str:
        """Empty where the analysis gave none."""
        return label(find_field(self._nlp, "paragraphTitle"), 300)

    @cached_property
    def summary(self) -> str:
        """The whole text, which may be long."""
        return label(find_field(self._nlp, "paragraphSummary"), 20_000)

    @cached_property
    def speakers(self) -> list[Json]:
        """``{speakerName, summary}`` as they came."""
        return as_objects(find_field(self._nlp, "conversationalSummary"))

    @cached_property
    def questions(self) -> list[Json]:
        """``{question, answer}`` as they came."""
        return as_objects(find_field(self._nlp, "questionsAnsweringSummary"))

    @cached_property
    def transcript(self) -> list[Line]:
        """What is said, from ASR, else from the words in NLP."""
        entries = find_elements(self.opened.parts.get("ASR"), "details")
        if not entries:
            paragraphs = as_objects(find_field(find_object(self._nlp, "transcription"), "paragraphs"))
            entries = [_join_words(paragraph) for paragraph in paragraphs]
            return self._read_lines(entries, documented=1000)
        return self._read_lines(entries, documented=1)

    @cached_property
    def transcript_count(self) -> int:
        """Lines of :attr:`transcript`, without reading them where ASR lists them."""
        return len(find_elements(self.opened.parts.get("ASR"), "details")) or len(self.transcript)

    @cached_property
    def on_screen_text(self) -> list[Line]:
        """Texts in the order they are seen; the same text in the frames that follow is one line."""
        merged: list[Line] = []
        latest: dict[str, int] = {}
        frame_gap = self._frame_gap
        for start, end, text in self._read_lines([*_read_frames(self._frames)], documented=1):
            at = latest.get(text)
            if at is not None and start is not None:
                line = merged[at]
                if line.to_seconds is not None and start - line.to_seconds <= frame_gap:
                    merged[at] = Line(line.from_seconds, end if end is not None else start, text)
                    continue
            latest[text] = len(merged)
            merged.append(Line(start, end if end is not None else start, text))
        return merged

    @cached_property
    def on_screen_count(self) -> int:
        """Texts found, frame by frame, the same one as often as it is seen."""
        found = [frame.get("info") for frame in self._frames]
        if {*map(type, found)} == {list}:
            return sum(map(len, cast("list[list[Any]]", found)))
        return sum(1 if info is None else len(as_objects(info)) for info in found)

    def excerpt(self, kind: str, max_bytes: int) -> str:
        """The first texts of ASR or OCR, as many as ``max_bytes`` hold; each only once."""
        entries = find_elements(self.opened.parts.get(kind), "details")
        spoken = entries or [line._asdict() for line in self.transcript[:_EXCERPTED]]
        found = spoken if kind == "ASR" else _read_frames(entries)
        seen: dict[str, None] = {}
        length = 0
        for entry in islice(found, _EXCERPTED):
            text = label(read_text(entry), max_bytes)
            if text and text not in seen:
                seen[text] = None
                length += size_of(text)
                if length > max_bytes:
                    break
        return label(" ".join(seen), max_bytes)

    @property
    def _frames(self) -> list[Json]:
        return find_elements(self.opened.parts.get("OCR"), "details")

    @cached_property
    def _frame_gap(self) -> float:
        stamps = sorted({stamp for entry in self._frames[:200] if (stamp := read_start(entry)) is not None})
        gaps = [later - earlier for earlier, later in pairwise(stamps)]
        return 1.5 * min(gaps, default=0.0) + SAME_SCENE_SECONDS

    def _read_lines(self, entries: list[Json], *, documented: int) -> list[Line]:
        times = [(read_start(entry), read_end(entry)) for entry in entries]
        scale = self._find_scale(times, documented=documented)
        return [
            Line(_scale(start, scale), _scale(end, scale), label(read_text(entry), 2000))
            for entry, (start, end) in zip(entries, times, strict=True)
        ]

    def _find_scale(self, times: list[tuple[float | None, float | None]], *, documented: int) -> int:
        """1 for seconds, 1000 for milliseconds: the documented unit, unless the asset's duration speaks against it."""
        last = max((time for span in times for time in span if time is not None), default=0.0)
        length = self.duration_seconds
        if not length or not last:
            return documented
        if documented == 1:
            return 1000 if last > 20 * length else 1
        return 1 if last <= 1.1 * length + 1 else 1000


def _scale(time: float | None, scale: int) -> float | None:
    return None if time is None else round(time / scale, 3)


def _read_frames(frames: Iterable[Json]) -> Iterable[Json]:
    """The texts of OCR's frames one by one, each with its frame's time; what is no frame is a text itself."""
    for frame in frames:
        if "info" in frame:
            yield from ({"timestamp": frame.get("timestamp"), **found} for found in as_objects(frame["info"]))
        else:
            yield frame


def _join_words(paragraph: Json) -> Json:
    words = as_objects(find_field(paragraph, "words"))
    text = "".join(label(read_text(word), 200) for word in words)
    times: Json = {"from": read_start(words[0]), "to": read_end(words[-1])} if words else {}
    return {**times, "content": text}


def _name_person(entry: Json) -> tuple[str, str]:
    return label(find_field(entry, "name"), 80), label(find_field(entry, "category"), 60)


def _name_label(entry: Json) -> tuple[str, str]:
    main = label(find_field(entry, "mainTagName", "category"), 60)
    own = label(find_field(entry, "subTagName", "name", "tagName"), 80)
    return (own, main) if own else (main, "")


def _join_spans(occurrences: list[Json], duration_seconds: float) -> list[Span]:
    """When something is seen: sorted, what touches joined, in seconds."""
    try:
        found = sorted(cast("list[tuple[float, float]]", [*map(_SPAN, occurrences)]))
        # Adding raises where one is no number, and a NaN or a huge one shows in the sum.
        usual = abs(sum(map(sum, found))) < 1e12
    except (KeyError, TypeError):
        found, usual = [], False
    if not usual:
        pairs = [(read_start(occurrence), read_end(occurrence)) for occurrence in occurrences]
        found = sorted((start, start if end is None else end) for start, end in pairs if start is not None)
    if found and duration_seconds and found[-1][0] > 20 * duration_seconds:
        found = [(start / 1000, end / 1000) for start, end in found]
    joined: list[Span] = []
    last = -1.0
    for start, end in found:
        if joined and start <= last + SAME_SCENE_SECONDS:
            if end > last:
                joined[-1][1] = last = end
        else:
            last = end if end > start else start
            joined.append([start, last])
    return joined
