"""Operations found by what people say they want done, in English or Chinese.

What people say is data: ``notes/requests/<toolset>.json`` has a summary and everyday requests of every operation. A word
speaks for an operation by how much more often it is said of that operation than of any. It counts as said of an
operation when it is said of the operation itself, of others that do the same (all that delete), of others that concern
the same thing (all of live recording templates) or of its toolset: so the words for deleting one thing find the deletion
of any other. That is a unigram language model with class-based smoothing, here with pairs of neighbouring words too.
"""

from __future__ import annotations

import difflib
import itertools
import json
import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ims_mcp.catalogue import TOOLSETS, Operation, known_names, operations

_WEIGHTS = (0.5, 3.0, 1.25, 0.75)
"""What it counts that a word is said of the operation itself, of others that do the same, that concern the same thing,
of its toolset."""
_PAIR = 0.27
"""What a pair of neighbouring words counts against a word."""
_HEADING, _PURPOSE = 2.0, 0.3
"""How many requests title, name and summary are worth, and the purpose."""
_OFTEN = 0.8
"""Head start of what most people need first."""
_NAMED = 1_000.0
"""Head start of an operation that is named outright."""
_LEAST = 2.0
"""A best fit below this is none."""
_MAX_CHARACTERS, _MAX_TERMS, _MAX_MISSPELT = 2_000, 200, 12

_ADDRESS = re.compile(r"\b(?:https?|rtmps?|srt|oss)://\S+")
_FILE_NAME = re.compile(r"\b[\w-]{1,80}(?=\.[a-z][a-z0-9]{1,4}\b)", re.ASCII)
_QUOTED = re.compile(r"(?<!\w)'[^']{1,60}'(?!\w)|\"[^\"]{1,60}\"|“[^”]{1,60}”|《[^》]{1,60}》")
_UNITS = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")
_NAMES = re.compile(r"[A-Za-z0-9_]{6,64}")
_PARTS = re.compile(r"(?:Batch)?([A-Z][a-z]+)(\w*?)(?:Infos?|Detail)?(?:List|s)?")
_OF_JOBS = re.compile(r"(?:Job|Task|JobList|JobDetail|UploadInfos)$")
_SAME_VERBS = {"Drop": "Delete", "Clear": "Delete", "Query": "Get", "Describe": "Get"}


@dataclass(frozen=True, slots=True)
class Found:
    """An operation that fits a request, and the line that tells it from others."""

    operation: Operation
    summary: str


def search(query: str, *, limit: int = 5, toolset: str | None = None, effect: str | None = None) -> list[Found]:
    """The operations that fit a request best, best first; none where nothing fits.

    ``toolset`` and ``effect`` leave all others out. Any text may be searched for: nothing in it is an operator.
    """
    index = _index()
    scores = index.scores(query)
    best = max(scores.values(), default=0.0)
    scores = {name: score + _OFTEN * (name in index.often) for name, score in scores.items()}
    for name in _named(query):
        best = scores[name] = scores.get(name, 0.0) + _NAMED
    if best < _LEAST:
        return []
    for operation in operations():
        if operation.name in scores and operation.replaced_by:
            # Whoever asks for the old one needs the new one.
            new = operation.replaced_by
            scores[new] = max(scores[operation.name], scores.get(new, 0.0))
    fitting = [
        operation
        for operation in operations()
        if operation.name in scores and toolset in (None, operation.toolset) and effect in (None, operation.effect)
    ]
    fitting.sort(key=lambda each: (-scores[each.name], bool(each.replaced_by), each.name))
    return [Found(operation, index.summaries[operation.name]) for operation in fitting[: max(limit, 0)]]


def requests_of(toolset: str) -> dict[str, Any]:
    """What is asked of a toolset: ``{"GetMediaInfo": {"summary": "...", "en": [...], "zh": [...]}, ...}``.

    ``often`` is true for what most people need first.
    """
    text = files("ims_mcp.catalogue.notes").joinpath("requests", f"{toolset}.json").read_text(encoding="utf-8")
    return json.loads(text)


class _Index:
    """How often each term is said of each operation. Read-only once built: safe to use from several threads."""

    def __init__(self) -> None:
        said = {name: entry for toolset in TOOLSETS for name, entry in requests_of(toolset).items()}
        self.often = frozenset(name for name, entry in said.items() if entry.get("often"))
        self.summaries: dict[str, str] = {}
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._families: dict[str, tuple[str, ...]] = {}
        self._sizes: Counter[str] = Counter()
        for operation in operations():
            self._add(operation, said.get(operation.name, {}))
        self._total = sum(self._sizes[name] for name in self._families)
        self._words: defaultdict[str, list[str]] = defaultdict(list)
        for term in self._counts:
            if term.isalpha() and term.isascii():
                self._words[term[0]].append(term)

    def _add(self, operation: Operation, said: Mapping[str, Any]) -> None:
        name = operation.name
        self.summaries[name] = said.get("summary", operation.title)
        families = (name, *_families(operation))
        self._families[name] = families
        texts = [(text, 1.0) for text in (*said.get("en", ()), *said.get("zh", ()))]
        headings = (operation.title, operation.tool_name.replace("_", " "), self.summaries[name])
        texts += [*((text, _HEADING) for text in headings), (operation.purpose, _PURPOSE)]
        size = 0.0
        for text, weight in texts:
            for term in _terms(text):
                self._counts[term][name] += weight  # pyright: ignore[reportArgumentType] - a Counter of numbers
                size += weight
        for family in families:
            self._sizes[family] += size  # pyright: ignore[reportArgumentType]

    def scores(self, query: str) -> dict[str, float]:
        """How well each operation fits, of those that fit at all."""
        scores: defaultdict[str, float] = defaultdict(float)
        for term in self._known_terms(query):
            weight = _PAIR if " " in term else 1.0
            for name, ratio in self._ratios(self._counts[term]):
                scores[name] += weight * math.log1p(ratio)
        return scores

    def _ratios(self, counts: Counter[str]) -> Iterator[tuple[str, float]]:
        """How much more often a term is said of an operation and its families than of all operations."""
        said_of: Counter[str] = Counter()
        for name, count in counts.items():
            for family in self._families[name]:
                said_of[family] += count
        share = sum(counts.values()) / self._total
        ratio = {family: count / self._sizes[family] / share for family, count in said_of.items()}
        for name, families in self._families.items():
            of_all = sum(weight * ratio.get(family, 0.0) for family, weight in zip(families, _WEIGHTS, strict=True))
            if of_all:
                yield name, of_all

    def _known_terms(self, query: str) -> list[str]:
        """The terms of a request that are said of some operation, each once; misspelt words as they were meant."""
        meant: list[str] = []
        tries = _MAX_MISSPELT
        for unit in _units(query):
            if unit not in self._counts and len(unit) >= 5 and unit.isalpha() and tries:
                tries -= 1
                unit = next(iter(difflib.get_close_matches(unit, self._words[unit[0]], n=1, cutoff=0.8)), unit)
            meant.append(unit)
        return [term for term in dict.fromkeys(_with_pairs(meant)) if term in self._counts][:_MAX_TERMS]


@cache
def _index() -> _Index:
    """Built at the first search: a server that is never asked to search reads none of it."""
    return _Index()


def _families(operation: Operation) -> tuple[str, str, str]:
    """What does the same, what concerns the same thing, the toolset: ``BatchGetMediaInfos`` -> Get, Media, ..."""
    parts = _PARTS.fullmatch(operation.name.replace("ies", "y"))
    verb, thing = parts.groups() if parts else ("", operation.name)
    verb = _SAME_VERBS.get(verb, verb)
    if verb == "Get" and _OF_JOBS.search(operation.name):
        verb = "Follow"
    return f"verb {verb}", f"thing {thing}", f"toolset {operation.toolset}"


def _named(query: str) -> list[str]:
    """Operations that a request names, as ``GetMediaInfo`` or ``get_media_info``."""
    words = {word.replace("_", "").lower() for word in _NAMES.findall(query[:_MAX_CHARACTERS])}
    return sorted(name for name in known_names() if name.lower() in words) if words else []


def _terms(text: str) -> list[str]:
    return _with_pairs(_units(text))


def _with_pairs(units: list[str]) -> list[str]:
    return [*units, *map(" ".join, itertools.pairwise(units))]


def _units(text: str) -> list[str]:
    """The words of a text: Latin ones and numbers in small letters, and each Chinese character.

    What is quoted, addresses and the names of files are none: they say nothing of what is to be done.
    """
    text = unicodedata.normalize("NFKC", text[:_MAX_CHARACTERS]).lower().replace("\u2019", "'")
    for names in (_ADDRESS, _FILE_NAME, _QUOTED):
        text = names.sub(" ", text)
    return _UNITS.findall(text)
