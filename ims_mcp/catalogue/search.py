"""Words in English or Chinese to operations, ranked: SQLite's full-text index, everyday synonyms, and the verb meant.

The index is built in memory at the first search and then only read.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from dataclasses import dataclass
from functools import cache

from ims_mcp.catalogue import Operation, get_operation, operations
from ims_mcp.catalogue.operation import snake_case
from ims_mcp.catalogue.synonyms import STOP_WORDS, SYNONYMS, VERBS

# How much a match counts by where it is: name, title, search words, purpose, parameter names.
_WEIGHTS = (5.0, 6.0, 9.0, 2.0, 0.5)
_VERB_BONUS = 4.0
_COVERAGE_BONUS = 10.0
_CANDIDATES = 60
_CHINESE = re.compile(r"[\u3400-\u9fff]+")
_LATIN = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Found:
    """One hit; a higher ``score`` is a better one, comparable within one search only."""

    operation: Operation
    score: float


def search(query: str, *, limit: int = 5, toolset: str | None = None, effect: str | None = None) -> list[Found]:
    """The operations that fit ``query`` best, best first; empty where no word of it is known."""
    terms = _terms(query)
    if not terms:
        return []
    index = _index()
    wanted_verbs = _verbs(query)
    groups = [_group(term) for term in terms]
    expression = " OR ".join(f'"{word}"' for group in groups for word in sorted(group))
    found: list[Found] = []
    for name, rank in index.rows(expression):
        operation = get_operation(name)
        if (toolset and operation.toolset != toolset) or (effect and operation.effect != effect):
            continue
        words = index.words[name]
        covered = sum(1.0 for group in groups if group & words) / len(groups)
        verb = _VERB_BONUS if wanted_verbs & index.verbs[name] else 0.0
        found.append(Found(operation, -rank + verb + _COVERAGE_BONUS * covered))
    found.sort(key=lambda hit: (-hit.score, len(hit.operation.name), hit.operation.name))
    return found[:limit]


def _terms(text: str) -> list[str]:
    """The words of a text: English ones by their stem, Chinese ones as pairs of characters."""
    lowered = text.lower()
    terms = [_stem(word) for word in _LATIN.findall(lowered) if word not in STOP_WORDS]
    for run in _CHINESE.findall(lowered):
        terms += [run[at : at + 2] for at in range(len(run) - 1)] or [run]
    return list(dict.fromkeys(terms))


def _stem(word: str) -> str:
    """A light stem, the same for index and query: plural and the commonest endings of verbs."""
    for ending, kept in (("ies", "y"), ("ing", ""), ("ings", ""), ("ed", ""), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            stem = word.removesuffix(ending) + kept
            # running -> run, clipped -> clip
            return stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "sle" else stem.rstrip("e")
    return word.rstrip("e") if len(word) > 3 else word


@cache
def _synonyms() -> dict[str, frozenset[str]]:
    """Term -> all terms that mean the same."""
    table: dict[str, set[str]] = {}
    for group in SYNONYMS:
        terms = {term for phrase in group for term in _terms(phrase) if len(_terms(phrase)) == 1}
        for term in terms:
            table.setdefault(term, set()).update(terms)
    return {term: frozenset(same) for term, same in table.items()}


def _group(term: str) -> frozenset[str]:
    return _synonyms().get(term, frozenset()) | {term}


def _verbs(text: str) -> frozenset[str]:
    """The kinds of doing a request speaks of: list, get, create ..."""
    lowered = f" {' '.join(_LATIN.findall(text.lower()))} "
    return frozenset(
        kind
        for kind, phrases in VERBS.items()
        for phrase in phrases
        if (f" {phrase} " in lowered if phrase.isascii() else phrase in text)
    )


class _Index:
    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        self._lock = threading.Lock()
        self._connection.execute(
            "CREATE VIRTUAL TABLE operations USING fts5(id UNINDEXED, name, title, words, purpose, parameters)"
        )
        self.words: dict[str, frozenset[str]] = {}
        self.verbs: dict[str, frozenset[str]] = {}
        for operation in operations():
            self._add(operation)
        self._connection.commit()

    def _add(self, operation: Operation) -> None:
        name = snake_case(operation.name).replace("_", " ")
        parts = [
            _terms(name),
            _terms(operation.title),
            _terms(" ".join(operation.words)),
            _terms(operation.purpose),
            _terms(" ".join(snake_case(row.name).replace("_", " ") for row in operation.parameters)),
        ]
        self._connection.execute(
            "INSERT INTO operations VALUES (?, ?, ?, ?, ?, ?)", (operation.name, *(" ".join(part) for part in parts))
        )
        self.words[operation.name] = frozenset(parts[0] + parts[1] + parts[2])
        self.verbs[operation.name] = _verbs(name.partition(" ")[0]) | _verbs(operation.title.partition(" ")[0])

    def rows(self, expression: str) -> list[tuple[str, float]]:
        weights = ", ".join(str(weight) for weight in (0.0, *_WEIGHTS))
        with self._lock:
            cursor = self._connection.execute(
                f"SELECT id, bm25(operations, {weights}) AS rank FROM operations "  # noqa: S608 - constants only
                "WHERE operations MATCH ? ORDER BY rank LIMIT ?",
                (expression, _CANDIDATES),
            )
            return [(str(name), float(rank)) for name, rank in cursor]


@cache
def _index() -> _Index:
    return _Index()
