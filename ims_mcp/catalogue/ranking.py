"""The index of all operations in memory, and how well one of them answers a request.

SQLite's full text finds the candidates; their order is made of what share of the request an operation covers, how much
of its own title is asked for, its likest search phrase, the doing that both speak of, and what people mean when they
do not say it.
"""

from __future__ import annotations

import math
import re
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ims_mcp.catalogue.families import family_words
from ims_mcp.catalogue.intents import agreement, done, wanted
from ims_mcp.catalogue.operation import Operation, snake_case
from ims_mcp.catalogue.spelling import corrected, vocabulary
from ims_mcp.catalogue.terms import Alternatives, is_concept, known_stems, terms

# All numbers here were found by trying: tests/catalogue/requests.json and requests kept apart from it.
# How much the full-text rank counts a match by where it is: title, words, purpose, parameter names.
_COLUMNS = (4.0, 5.0, 1.5, 0.3)
# How much of its weight a term of the request carries by where it is found.
_IN_TITLE, _IN_WORDS, _IN_PURPOSE, _IN_PARAMETERS = 1.0, 0.95, 0.35, 0.15
_COVERAGE, _HEADING, _PHRASE, _INTENT, _FULL_TEXT, _PRIOR = 8.0, 3.6, 5.2, 3.6, 2.0, 0.6
# Terms that tell less than their rarity promises, and how much a concept, or a word as written, can tell at most.
_WEAK = {"kmany": 1.0, "kjob": 1.0, "kfile": 1.0, "klibrary": 1.6}
_RAREST, _PLAIN, _ONLY_IN_PURPOSES = 4.2, 2.6, 2.0
# Special things are meant only where they are named: what an operation about them loses otherwise.
_UNASKED = {
    "ktemplate": 0.8,
    "kextract": 0.6,
    "klive": 0.6,
    "kgroup": 0.5,
    "kmany": 0.5,
    "kproject": 0.5,
    "kyike": 0.5,
    "kfailover": 0.4,
    "krobot": 0.4,
    "kindex": 0.3,
    "kfile": 0.2,
}
# Who names the one means the other.
_IMPLIED = {"kstream": "klive"}
# What is met first wins where two operations fit alike.
_PRIORS: tuple[tuple[str, float], ...] = (
    (r"(Register|Get|Update)MediaInfo$|ListMediaBasicInfos|DeleteMediaInfos|GetPlayInfo|UploadMediaByURL", 1.0),
    (r"SubmitMediaConvertJob|SubmitMediaProducingJob|SubmitSnapshotJob|SubmitSmarttagJob|SubmitASRJob", 0.6),
    (r"SearchMedia$|DescribeMeterImsSummary|ListCustomTemplates", 0.6),
    (r".*(Yike|RtcRobot|Ipc|AiRtc|PublicMedia|IProduction)", -1.0),
    (r"Batch|SubmitScene|SubmitScreen|GetVideoList|DescribePlayList|CreateAudit", -0.7),
    (r"Drop|Delete|Clear", -0.3),
    (r"List\w*Jobs$", -0.2),
)
_CANDIDATES = 150
# So many words that no operation knows describe what is to be seen, when something is looked for.
_MANY_UNKNOWN = 2
_OTHER_OPERATIONS = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One operation as the ranking sees it."""

    places: dict[str, float]
    """Term -> what the best place it stands in counts."""
    heading: frozenset[str]
    """Terms of title and name."""
    phrases: tuple[tuple[Alternatives, ...], ...]
    """Title and search words."""
    kinds: frozenset[str]
    prior: float


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it is understood."""

    terms: tuple[Alternatives, ...]
    """What it is about, as far as some operation knows it."""
    wants: dict[str, float]
    """What is to be done, as ``intents.wanted`` says it."""


class Ranking:
    """Read-only once built; safe to use from several threads."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        self._connection.execute(
            "CREATE VIRTUAL TABLE operations USING fts5(id UNINDEXED, title, words, purpose, parameters)"
        )
        self._entries = {operation.name: self._added(operation) for operation in operations}
        self._connection.commit()
        self._weight = _weights(self._entries.values())
        words = (term for term in self._weight if term.isascii() and term.isalpha())
        self._vocabulary = vocabulary([*known_stems(), *words])
        self._heading = {name: self._sum(entry.heading) for name, entry in self._entries.items()}
        self._phrases = {
            name: [(phrase, sum(map(self._heaviest, phrase))) for phrase in entry.phrases]
            for name, entry in self._entries.items()
        }

    def read(self, text: str) -> Request:
        said = corrected(text, self._vocabulary)
        known = [tuple(term for term in choice if term in self._weight) for choice in terms(said)]
        asked = [choice for choice in known if choice]
        certain = {choice[0] for choice in asked if len(choice) == 1}
        # A word of several meanings has the one that another word of the request says for sure.
        meant = (tuple(term for term in choice if term in certain) or choice for choice in asked)
        unknown = len(known) - len(asked)
        return Request(tuple(dict.fromkeys(meant)), wanted(said, describes=unknown >= _MANY_UNKNOWN))

    def candidates(self, asked: tuple[Alternatives, ...], *, everything: bool = False) -> dict[str, float]:
        """Operations worth scoring, each with its full-text rank from 0 to 1."""
        if not asked:
            return dict.fromkeys(self._entries, 0.0) if everything else {}
        # Terms are letters and digits only, so quoted they are never operators of the query language.
        expression = " OR ".join(f'"{term}"' for term in dict.fromkeys(term for choice in asked for term in choice))
        weights = ", ".join(str(weight) for weight in (0.0, *_COLUMNS))
        with self._lock:
            rows = self._connection.execute(
                f"SELECT id, -bm25(operations, {weights}) AS fit FROM operations "  # noqa: S608 - constants only
                "WHERE operations MATCH ? ORDER BY fit DESC, id LIMIT ?",
                (expression, -1 if everything else _CANDIDATES),
            ).fetchall()
        best = max((fit for _, fit in rows), default=1.0) or 1.0
        return {name: fit / best for name, fit in rows}

    def score(self, name: str, full_text: float, request: Request) -> float:
        """How well an operation answers a request; ``full_text`` is its rank among the candidates."""
        entry, asked = self._entries[name], request.terms
        present = {term for choice in asked for term in choice}
        excused = present | {_IMPLIED.get(term, "") for term in present}
        total = sum(map(self._heaviest, asked))
        covered = sum(self._heaviest(choice) * max(entry.places.get(term, 0.0) for term in choice) for choice in asked)
        likenesses = (self._likeness(phrase, weight, present, total) for phrase, weight in self._phrases[name])
        return (
            _COVERAGE * (covered / total if total else 0.0)
            + _HEADING * (self._sum(entry.heading & present) / self._heading[name] if entry.heading else 0.0)
            + _PHRASE * max(likenesses, default=0.0)
            + _INTENT * agreement(request.wants, entry.kinds)
            + _FULL_TEXT * full_text
            + _PRIOR * entry.prior
            - sum(loss for term, loss in _UNASKED.items() if term in entry.heading and term not in excused)
        )

    def _likeness(self, phrase: tuple[Alternatives, ...], weight: float, present: set[str], total: float) -> float:
        """The share that a search phrase and the request have in common of all they say, from 0 to 1."""
        shared = 0.0
        for choice in phrase:
            for term in choice:
                if term in present:
                    shared += self._weight[term]
                    break
        return shared / (weight + total - min(shared, total)) if shared else 0.0

    def _heaviest(self, choice: Alternatives) -> float:
        return max(self._weight[term] for term in choice)

    def _sum(self, chosen: Iterable[str]) -> float:
        # Sorted, so that the last digits, and with them the order of equals, are the same in every process.
        return sum(self._weight[term] for term in sorted(chosen))

    def _added(self, operation: Operation) -> _Entry:
        phrases = [tuple(terms(text)) for text in (operation.title, *operation.words, *family_words(operation.name))]
        heading = _flat([*phrases[0], *terms(_spaced(operation.name))])
        words = _flat(choice for phrase in phrases[1:] for choice in phrase)
        purpose = _flat(terms(_OTHER_OPERATIONS.sub(" ", operation.purpose)))
        parameters = _flat(terms(" ".join(_spaced(row.name) for row in operation.parameters)))
        columns = (heading, words, purpose, parameters)
        self._connection.execute(
            "INSERT INTO operations VALUES (?, ?, ?, ?, ?)", (operation.name, *(" ".join(column) for column in columns))
        )
        places: dict[str, float] = {}
        for column, counts in zip(columns, (_IN_TITLE, _IN_WORDS, _IN_PURPOSE, _IN_PARAMETERS), strict=True):
            for term in column:
                places.setdefault(term, counts)
        return _Entry(
            places=places,
            heading=frozenset(heading),
            phrases=tuple(dict.fromkeys(phrase for phrase in phrases if phrase)),
            kinds=done(operation.name),
            prior=next((prior for name, prior in _PRIORS if re.match(name, operation.name)), 0.0),
        )


def _weights(entries: Iterable[_Entry]) -> dict[str, float]:
    """What a term tells: the more the fewer operations it belongs to."""
    entries = list(entries)
    belongs = Counter(term for entry in entries for term, place in entry.places.items() if place > _IN_PURPOSE)
    mentioned = (term for entry in entries for term in entry.places)
    return dict.fromkeys(mentioned, _ONLY_IN_PURPOSES) | {
        term: _WEAK.get(term, min(math.log(1 + len(entries) / (1 + count)), _RAREST if is_concept(term) else _PLAIN))
        for term, count in belongs.items()
    }


def _spaced(name: str) -> str:
    return snake_case(name).replace("_", " ")


def _flat(choices: Iterable[Alternatives]) -> list[str]:
    return [term for choice in choices for term in choice]
