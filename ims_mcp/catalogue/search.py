"""Words in English or Chinese to operations, best first: what is meant, and what is to be done with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ims_mcp.catalogue import Operation, get_operation, known_names, operations
from ims_mcp.catalogue.intents import doing_words
from ims_mcp.catalogue.operation import snake_case
from ims_mcp.catalogue.stems import latin_words, normalised, stem, without_names

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
    """The operations that fit ``query`` best, best first; empty where no word of it is known. A verb alone ("register",
    删除) finds what does so, what most people need first.

    ``toolset`` and ``effect`` leave out all other operations. Any text may be searched for: nothing in it is an
    operator, and what is beyond a request's length is not read.
    """
    ranking = _ranking()
    named = _named(query)
    request = ranking.read(without_names(query))
    if not request.terms:
        request = ranking.read(query)
    is_verb = not (request.terms or named) and bool(request.wants) and _is_one_word(query)
    if not (request.terms or named or is_verb):
        return []
    everything = is_verb or (bool(toolset or effect) and bool(request.terms))
    found: list[Found] = []
    for name, full_text in {
        **ranking.candidates(request.terms, everything=everything),
        **dict.fromkeys(named, 1.0),
    }.items():
        operation = get_operation(name)
        if (toolset and operation.toolset != toolset) or (effect and operation.effect != effect):
            continue
        # Of a verb the very word counts: register finds what registers before what adds.
        is_said = is_verb and not _words(query).isdisjoint(_words(f"{operation.title} {snake_case(name)}"))
        score = ranking.score(name, float(is_said) or full_text, request) + (_NAMED if name in named else 0.0)
        if score > 0 or not is_verb:
            found.append(Found(operation, score))
    found.sort(key=lambda hit: (-hit.score, len(hit.operation.name), hit.operation.name))
    return found[: max(limit, 0)]


def _is_one_word(query: str) -> bool:
    """Whether it is a single verb; one of Chinese has two characters at most."""
    said = normalised(query).strip()
    return len(said) <= 2 or stem(said) in doing_words()


def _words(text: str) -> frozenset[str]:
    return frozenset(map(stem, latin_words(normalised(text))))


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
