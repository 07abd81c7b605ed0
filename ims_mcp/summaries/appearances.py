"""Who and what is seen in a video, and when: VideoLabel's persons and tags."""

from __future__ import annotations

from operator import itemgetter
from typing import Any, NamedTuple, cast

from ims_mcp.summaries.ai_fields import end_of, field_of, start_of
from ims_mcp.summaries.values import Json, as_object, as_objects, label

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
