"""Words in English or Chinese to operations, best first: what is meant, and what is to be done with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ims_mcp.catalogue import Operation, get_operation, known_names, operations
from ims_mcp.catalogue.stems import without_names

if TYPE_CHECKING:
    from ims_mcp.catalogue.ranking import Ranking

_NAMED = 100.0
"""What naming an operation outright counts: more than anything else together."""
_LONGEST_NAMING = 2_000


@dataclass(frozen=True, slots=True)
class Found:
    """One hit; a higher ``score`` is a better one, comparable within one search only."""

    operation: Operation
    score: float


def search(query: str, *, limit: int = 5, toolset: str | None = None, effect: str | None = None) -> list[Found]:
    """The operations that fit ``query`` best, best first; empty where no word of it is known.

    ``toolset`` and ``effect`` leave out all other operations. Any text may be searched for: nothing in it is an
    operator, and what is beyond a request's length is not read.
    """
    ranking = _ranking()
    named = _named(query)
    request = ranking.read(without_names(query))
    if not request.terms:
        request = ranking.read(query)
    if not request.terms and not named:
        return []
    filtered = bool(toolset or effect)
    found: list[Found] = []
    for name, full_text in {
        **ranking.candidates(request.terms, everything=filtered),
        **dict.fromkeys(named, 1.0),
    }.items():
        operation = get_operation(name)
        if (toolset and operation.toolset != toolset) or (effect and operation.effect != effect):
            continue
        score = ranking.score(name, full_text, request) + (_NAMED if name in named else 0.0)
        found.append(Found(operation, score))
    found.sort(key=lambda hit: (-hit.score, len(hit.operation.name), hit.operation.name))
    return found[: max(limit, 0)]


def _named(query: str) -> frozenset[str]:
    """Operations that the request names, as GetMediaInfo or get_media_info."""
    words = set(re.findall(r"[A-Za-z0-9_]{6,64}", query[:_LONGEST_NAMING]))
    return frozenset(_names().get(word.replace("_", "").lower(), "") for word in words) - {""}


@cache
def _names() -> dict[str, str]:
    return {name.lower(): name for name in known_names()}


@cache
def _ranking() -> Ranking:
    """Built at the first search, which takes a tenth of a second, then only read."""
    # Imported here: a server that is never asked to search starts without reading the word lists.
    from ims_mcp.catalogue.ranking import Ranking

    return Ranking(operations())
