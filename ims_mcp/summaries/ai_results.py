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
place of objects are read as well. What cannot be read is absent from the rows and listed by :meth:`unread`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise
from operator import itemgetter
from typing import Any, NamedTuple, cast

from ims_mcp.foreign_text import size_of
from ims_mcp.summaries.smart_tags import OpenedResults, elements_of, end_of, field_of, object_of, start_of, text_of
from ims_mcp.summaries.values import Json, as_object, as_objects, label

# Texts looked at for an excerpt.
_EXCERPTED = 60
# Appearances closer than this are one: the analysis looks at a frame or two a second.
SAME_SCENE_SECONDS = 1.0
_SPAN = itemgetter("from", "to")

Span = list[float]


class Appearing(NamedTuple):
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

    @property
    def parts(self) -> dict[str, Any]:
        return self.opened.parts

    def size_of(self, kind: str) -> int:
        """Bytes of the result of one type, as it came."""
        return self.opened.sizes.get(kind, 0)

    @cached_property
    def _nlp(self) -> Json:
        nlp = as_object(self.parts.get("NLP"))
        # The summaries may stand by themselves, in their own object, or in one of the same name inside it.
        return {**nlp, **object_of(nlp, "summarization"), **object_of(nlp, "meetingAssistance")}

    @cached_property
    def chapters(self) -> list[Chapter]:
        """From when to when, title, and the summary as it came: :func:`label` it before showing it."""
        entries = self._chapter_entries
        times = [(start_of(entry), end_of(entry)) for entry in entries]
        scale = self._scale(times, documented=1000)
        return [
            Chapter(
                _scaled(start, scale),
                _scaled(end, scale),
                label(field_of(entry, "headline", "title"), 300),
                field_of(entry, "summary"),
            )
            for entry, (start, end) in zip(entries, times, strict=True)
        ]

    @cached_property
    def _chapter_entries(self) -> list[Json]:
        return as_objects(field_of(self._nlp, "autoChapters", "chapters"))

    @cached_property
    def people(self) -> list[Appearing]:
        return people_in(self.parts.get("VideoLabel"), self.duration_seconds)

    @cached_property
    def labels(self) -> list[Appearing]:
        return labels_in(self.parts.get("VideoLabel"), self.duration_seconds)

    @cached_property
    def classification(self) -> str:
        found = field_of(as_object(self.parts.get("VideoLabel")), "classifications")
        first = next(iter(as_objects(found)), as_object(found))
        parts = [label(field_of(first, name), 60) for name in ("category1", "category2")]
        return " / ".join(part for part in parts if part)

    @cached_property
    def text_labels(self) -> list[tuple[str, str]]:
        entries = elements_of(self.parts.get("TextLabel"), "tags")
        return [(label(field_of(entry, "name"), 80), label(field_of(entry, "value"), 200)) for entry in entries]

    @cached_property
    def keywords(self) -> list[str]:
        found = field_of(self._nlp, "keywords")
        return [label(word, 60) for word in cast("list[Any]", found)] if isinstance(found, list) else []

    @cached_property
    def title(self) -> str:
        return label(field_of(self._nlp, "paragraphTitle"), 300)

    @cached_property
    def summary(self) -> str:
        return label(field_of(self._nlp, "paragraphSummary"), 20_000)

    @cached_property
    def speakers(self) -> list[Json]:
        """``{speakerName, summary}`` as they came."""
        return as_objects(field_of(self._nlp, "conversationalSummary"))

    @cached_property
    def questions(self) -> list[Json]:
        """``{question, answer}`` as they came."""
        return as_objects(field_of(self._nlp, "questionsAnsweringSummary"))

    @cached_property
    def transcript(self) -> list[Line]:
        entries = elements_of(self.parts.get("ASR"), "details")
        if not entries:
            paragraphs = as_objects(field_of(object_of(self._nlp, "transcription"), "paragraphs"))
            entries = [_sentence(paragraph) for paragraph in paragraphs]
            return self._lines(entries, documented=1000)
        return self._lines(entries, documented=1)

    @cached_property
    def transcript_count(self) -> int:
        return len(elements_of(self.parts.get("ASR"), "details")) or len(self.transcript)

    @cached_property
    def on_screen_text(self) -> list[Line]:
        """Texts in the order they are seen; the same text in the frames that follow is one line."""
        merged: list[Line] = []
        latest: dict[str, int] = {}
        frame_gap = self._frame_gap
        for start, end, text in self._lines([*_written(self._frames)], documented=1):
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
        entries = elements_of(self.parts.get(kind), "details")
        spoken = entries or [line._asdict() for line in self.transcript[:_EXCERPTED]]
        found = spoken if kind == "ASR" else _written(entries)
        seen: dict[str, None] = {}
        length = 0
        for entry in islice(found, _EXCERPTED):
            text = label(text_of(entry), max_bytes)
            if text and text not in seen:
                seen[text] = None
                length += size_of(text)
                if length > max_bytes:
                    break
        return label(" ".join(seen), max_bytes)

    @property
    def _frames(self) -> list[Json]:
        return elements_of(self.parts.get("OCR"), "details")

    @cached_property
    def _frame_gap(self) -> float:
        stamps = sorted({stamp for entry in self._frames[:200] if (stamp := start_of(entry)) is not None})
        gaps = [later - earlier for earlier, later in pairwise(stamps)]
        return 1.5 * min(gaps, default=0.0) + SAME_SCENE_SECONDS

    def _lines(self, entries: list[Json], *, documented: int) -> list[Line]:
        times = [(start_of(entry), end_of(entry)) for entry in entries]
        scale = self._scale(times, documented=documented)
        return [
            Line(_scaled(start, scale), _scaled(end, scale), label(text_of(entry), 2000))
            for entry, (start, end) in zip(entries, times, strict=True)
        ]

    def _scale(self, times: list[tuple[float | None, float | None]], *, documented: int) -> int:
        """1 for seconds, 1000 for milliseconds: the documented unit, unless the asset's duration speaks against it."""
        last = max((time for span in times for time in span if time is not None), default=0.0)
        length = self.duration_seconds
        if not length or not last:
            return documented
        if documented == 1:
            return 1000 if last > 20 * length else 1
        return 1 if last <= 1.1 * length + 1 else 1000


def _scaled(time: float | None, scale: int) -> float | None:
    return None if time is None else round(time / scale, 3)


def _written(frames: Iterable[Json]) -> Iterable[Json]:
    """The texts of OCR's frames one by one, each with its frame's time; what is no frame is a text itself."""
    for frame in frames:
        if "info" in frame:
            yield from ({"timestamp": frame.get("timestamp"), **found} for found in as_objects(frame["info"]))
        else:
            yield frame


def _sentence(paragraph: Json) -> Json:
    words = as_objects(field_of(paragraph, "words"))
    text = "".join(label(text_of(word), 200) for word in words)
    times: Json = {"from": start_of(words[0]), "to": end_of(words[-1])} if words else {}
    return {**times, "content": text}


def people_in(video_label: Any, duration_seconds: float) -> list[Appearing]:
    """Those seen longest first."""
    found = as_objects(field_of(as_object(video_label), "persons"))
    return _sorted([_appearing(entry, *_person_names(entry), duration_seconds) for entry in found])


def labels_in(video_label: Any, duration_seconds: float) -> list[Appearing]:
    """Those seen longest first."""
    found = as_objects(field_of(as_object(video_label), "tags"))
    return _sorted([_appearing(entry, *_label_names(entry), duration_seconds) for entry in found])


def _sorted(found: list[Appearing]) -> list[Appearing]:
    named = [thing for thing in found if thing.name or thing.spans]
    return sorted(named, key=lambda thing: (-thing.seconds, -thing.appearances, thing.name))


def _appearing(entry: Json, name: str, group: str, duration_seconds: float) -> Appearing:
    occurrences = as_objects(field_of(entry, "occurrences"))
    spans = _spans(occurrences, duration_seconds)
    seconds = round(sum(end - start for start, end in spans), 1)
    return Appearing(name, group, len(occurrences), seconds, spans)


def _person_names(entry: Json) -> tuple[str, str]:
    return label(field_of(entry, "name"), 80), label(field_of(entry, "category"), 60)


def _label_names(entry: Json) -> tuple[str, str]:
    main = label(field_of(entry, "mainTagName", "category"), 60)
    own = label(field_of(entry, "subTagName", "name", "tagName"), 80)
    return (own, main) if own else (main, "")


def _spans(occurrences: list[Json], duration_seconds: float) -> list[Span]:
    """When something is seen: sorted, what touches joined, in seconds."""
    try:
        found = sorted(cast("list[tuple[float, float]]", [*map(_SPAN, occurrences)]))
        # Adding raises where one is no number, and a NaN or a huge one shows in the sum.
        usual = abs(sum(map(sum, found))) < 1e12
    except (KeyError, TypeError):
        found, usual = [], False
    if not usual:
        pairs = [(start_of(occurrence), end_of(occurrence)) for occurrence in occurrences]
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
