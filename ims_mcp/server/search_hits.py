"""The hits of a search as an assistant reads them: the first with all that its call needs, the others in short."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import replace
from typing import Any

from ims_mcp.catalogue import Effect, Operation, Parameter
from ims_mcp.catalogue.example import make_example
from ims_mcp.catalogue.folding import count_bytes
from ims_mcp.catalogue.schema import first_sentence
from ims_mcp.catalogue.search import Found
from ims_mcp.catalogue.siblings import find_sources
from ims_mcp.catalogue.uses import fit_to_wish
from ims_mcp.catalogue.usual import tell_usual
from ims_mcp.summaries.paging import NO_FILTERS
from ims_mcp.summaries.rows import find_list

SEARCH_BYTES = 1_000
"""Of an answer of up to five hits."""
EXAMPLE_BYTES = 700
"""Of the example call beside the first hit; what is longer is to be read with describe_operation first."""
MORE_EXAMPLES_BYTES = 180
"""Of an example call beside the second or third hit."""
ALSO_BYTES = 330
"""Of the line that tells what else callers of the first hit set."""
NEXT_ALSO_BYTES = 150
"""Of that line of the second, where the first has none."""
_LEAST_ALSO_BYTES, _AMPLE_BYTES = 90, 240
_EXAMPLE_KEY_BYTES = len(',"example":')
_ALSO_KEY_BYTES = len(',"also":""')
_FEWEST = 3
"""Hits that stay where the first one's example or the line beside it needs the others' room."""
_ORDER = ("operation", "summary", "call_with", "heed", "example", "also", "filters", "ids_from")
FILTER_BYTES = 350
"""Of the filters of a list beside its example, which sets none."""
_MOST_WORDS = 6
_DEFAULT = re.compile(r"[Dd]efault:? ([\w.-]*\w)")


class _Hits:
    """An answer that grows while there is room."""

    def __init__(self, found: Sequence[Found], listed: Container[str]) -> None:
        self.found = found
        self.whole = [_describe_hit(hit, listed) for hit in found]
        self.shown: list[dict[str, Any]] = [{"operation": hit.operation.name} for hit in found]
        self._most = max(SEARCH_BYTES, SEARCH_BYTES * len(found) // 5)

    @property
    def room(self) -> int:
        return self._most - count_bytes({"operations": self.shown})

    def example(self, place: int) -> dict[str, Any]:
        """Of what has no tool of its own, whose parameters its caller has read."""
        is_called = str(self.whole[place]["call_with"]).startswith("call_")
        return make_example(self.found[place].operation) if is_called else {}

    def add(self, place: int, name: str, value: Any = None) -> None:
        """Say this of a hit, of which there may be fewer, where there is room; without ``value``: its own."""
        if place >= len(self.shown) or name in self.shown[place]:
            return
        value = self.whole[place].get(name) if value is None else value
        if value:
            self.shown[place][name] = value
            if self.room < 0:
                del self.shown[place][name]

    def make_room(self, needed: int) -> None:
        """Leave the last hits out, as far as that is enough; :data:`_FEWEST` stay."""
        sizes = [count_bytes(hit) + 1 for hit in self.shown[_FEWEST:]]
        if self.room + sum(sizes) >= needed:
            while self.room < needed:
                self.shown.pop()

    def add_example(self, place: int) -> None:
        if place < len(self.shown) and count_bytes(example := self.example(place)) <= MORE_EXAMPLES_BYTES:
            self.add(place, "example", example)


def describe_hits(found: Sequence[Found], listed: Container[str], wish: str) -> list[dict[str, Any]]:
    """The hits, best first, in :data:`SEARCH_BYTES`: all names, what the first is and how the first two are called; of
    the first its caution, an example call where that is short, where the ids in it come from, the filters of a list or
    else what its callers usually set, what ``wish`` speaks of first; a short example of the second; then what there is
    room for of the others. More than five may take more."""
    found = [replace(hit, operation=fit_to_wish(hit.operation, wish)) for hit in found]
    hits = _Hits(found, listed)
    best = found[0].operation
    hits.shown[0] = hits.whole[0]
    hits.add(1, "call_with")
    hits.add(0, "heed", best.heed)
    if count_bytes(example := hits.example(0)) <= EXAMPLE_BYTES:
        if example:
            hits.make_room(count_bytes(example) + _EXAMPLE_KEY_BYTES)
        hits.add(0, "example", example)
    if "example" not in hits.shown[0]:
        # It has to be described first, or has a tool of its own: then the others may be worth as much.
        for name in ("call_with", "summary"):
            for place in range(1, len(found)):
                hits.add(place, name)
        hits.add(0, "ids_from", find_sources(best))
        return _put_in_order(hits)
    hits.add(0, "ids_from", find_sources(best))
    hits.add(0, "filters", list_filters(best))
    hits.add_example(1)
    if hits.room >= _AMPLE_BYTES:
        hits.add(2, "call_with")
    if "filters" not in hits.shown[0]:
        _add_usual(hits, 0, wish, ALSO_BYTES)
    if "also" not in hits.shown[0] and best.effect is not Effect.READ:
        # The next steps may have more to say.
        _add_usual(hits, 1, wish, NEXT_ALSO_BYTES)
        for place in range(2, min(len(found), 4)):
            hits.add(place, "call_with")
            hits.add_example(place)
    hits.add(2, "call_with")
    hits.add(1, "summary")
    hits.add(3, "call_with")
    hits.add(2, "summary")
    for place in range(4, len(found)):
        hits.add(place, "call_with")
    hits.add_example(2)
    for place in range(3, len(found)):
        hits.add(place, "summary")
    return _put_in_order(hits)


def _add_usual(hits: _Hits, place: int, wish: str, most: int) -> None:
    if place >= len(hits.shown) or "example" not in hits.shown[place]:
        return
    if hits.room < _LEAST_ALSO_BYTES and list(hits.shown[place].get("ids_from", {})) == ["MediaId"]:
        # Everybody knows where assets are listed.
        del hits.shown[place]["ids_from"]
    hits.make_room(_LEAST_ALSO_BYTES)
    room = min(most, hits.room - _ALSO_KEY_BYTES)
    hits.add(place, "also", tell_usual(hits.found[place].operation, room, wish))


def _put_in_order(hits: _Hits) -> list[dict[str, Any]]:
    return [{name: hit[name] for name in _ORDER if name in hit} for hit in hits.shown]


def _describe_hit(hit: Found, listed: Container[str]) -> dict[str, Any]:
    operation = hit.operation
    call_with = operation.tool_name if operation.tool_name in listed else f"call_{operation.effect}_operation"
    return {"operation": operation.name, "summary": hit.summary, "call_with": call_with}


def list_filters(operation: Operation) -> dict[str, str]:
    """The filters that the example of a list could leave out or add, each with its values or what it means, the most
    important ones as far as :data:`FILTER_BYTES` go."""
    filters: dict[str, str] = {}
    if operation.effect is not Effect.READ or find_list(operation) is None:
        return filters
    for row in operation.parameters:
        # An example of nothing but one filter has it for want of something else to show.
        is_set = row.name in operation.example and len(operation.example) > 1
        if row.required or row.hidden or row.unlisted or is_set or NO_FILTERS.search(row.name):
            continue
        told = filters | {row.name: _describe_filter(row)}
        if count_bytes(told) <= FILTER_BYTES:
            filters = told
    return filters


def _describe_filter(row: Parameter) -> str:
    words = row.choices or row.hints
    if not 0 < len(words) <= _MOST_WORDS:
        return first_sentence(row.text)
    default = _DEFAULT.search(row.text)
    return "|".join(words) + (f"; default {default[1]}" if default and default[1] in words else "")
