"""Operations found by what people say they want done, in English or Chinese.

What people say is data: ``notes/requests/<toolset>.json`` has a summary and everyday requests of every operation. A word
speaks for an operation by how much more often it is said of that operation than of any. It counts when it is said of the
operation itself, and also when it is said of others that do the same (all that delete), of others that concern the same
thing (all of live recording templates) or of its toolset: so the words for deleting one thing find the deletion of any
other. (The usual name is a unigram language model with class-based smoothing; pairs of neighbouring words are added.)
"""

from __future__ import annotations

import difflib
import itertools
import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast

from ims_mcp.catalogue import TOOLSETS, Operation, operations

# Chosen on tests/catalogue/requests.json and on requests of the data, each left out once.
_WEIGHTS = (0.5, 3.0, 1.0, 0.75)
"""What it counts that a word is said of the operation itself, of what does the same, of what concerns the same thing, of
the toolset."""
_SMALL = 500.0
"""Terms that are added to the size of a family, so that one of two operations does not speak as loud as one of fifty."""
_PAIR = 0.3
"""What a pair of neighbouring words counts; a word counts 1."""
_HEADING, _PURPOSE = 2.0, 0.3
"""How many requests title, name and summary are worth, and the purpose."""
_UNSAID = 0.4
"""What it costs that a request lacks what most requests for an operation say: ``live`` of live snapshots."""
_MOST, _FEW = 0.4, 0.2
"""The share of an operation's requests that a word stands in to be missed; on average over all operations at most."""
_RARE = 5.0
"""How many more sayings are added to each word's, so that one said once by chance tells little."""
_OFTEN = 1.0
"""Head start of what most people need first."""
_NAMED = 1_000.0
"""Head start of an operation that is named outright."""
_MAX_CHARACTERS, _MAX_TERMS = 2_000, 200
_MISSPELT_FROM, _MAX_MISSPELT = 5, 12
"""Unknown words of so many letters may be misspelt, and so many of them are put right."""

_ADDRESS = re.compile(r"\b(https?|rtmps?|srt|oss)://\S+")
_FILE_NAME = re.compile(r"\b[\w-]{1,80}(?=\.[a-z][a-z0-9]{1,4}\b)", re.ASCII)
_QUOTED = re.compile(r"(?<!\w)'[^'\n]{1,60}'(?!\w)|\"[^\"\n]{1,60}\"|“[^”\n]{1,60}”|《[^》\n]{1,60}》")
_UNITS = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")
_NAMES = re.compile(r"[A-Za-z0-9_]{6,64}")
_PARTS = re.compile(r"(?:Batch)?([A-Z][a-z]+)(\w*?)(?:Infos?|Detail)?(?:List|s)?")
_OF_JOBS = re.compile(r"(?:Job|Task|JobList|JobDetail|UploadInfos)$")
_SAY_NOTHING = frozenset(
    (
        "a about all an and any are as at be can could did do does for from get give had has have hello hi how i if in is "
        "it its ll me my no not of on or our please re s so t thank thanks that the their them there these they this to "
        "us ve was we were what when where which who why will with would you your "
        "的 了 吗 呢 吧 啊 呀 把 给 请 在 是 个 一 这 那 帮 我 你 您 他 她 它 们 好 谢 和 也 就 都 能 要 想 么 什 怎 样 有 不"
    ).split()
)
"""Words that never are a request by themselves. Beside others they count like any word."""
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
    fitting = [
        (-scores[operation.name], bool(operation.replaced_by), operation.name, operation)
        for operation in index.operations
        if scores[operation.name] and toolset in (None, operation.toolset) and effect in (None, operation.effect)
    ]
    return [Found(row[-1], index.summaries[row[-1].name]) for row in sorted(fitting)[: max(limit, 0)]]


def requests_of(toolset: str) -> dict[str, Any]:
    """What is asked of a toolset: ``{"GetMediaInfo": {"summary": "...", "en": ["...", ...], "zh": [...]}, ...}``."""
    return _read(toolset)


def often_needed() -> frozenset[str]:
    """The names of the operations that most people need before others."""
    return frozenset(_read("often"))


def _read(name: str) -> Any:
    return json.loads(files("ims_mcp.catalogue.notes").joinpath("requests", f"{name}.json").read_text(encoding="utf-8"))


class _Index:
    """How often each term is said of each operation. Only read once it is built, so threads may share it."""

    def __init__(self) -> None:
        said = {name: entry for toolset in TOOLSETS for name, entry in requests_of(toolset).items()}
        often = often_needed()
        self.operations = operations()
        self.summaries = {each.name: said.get(each.name, {}).get("summary", each.title) for each in self.operations}
        self._start = [_OFTEN * (each.name in often) for each in self.operations]
        english, chinese = (
            [_units(said.get(each.name, {}).get(language, ())) for each in self.operations] for language in ("en", "zh")
        )
        self._expected = {False: self._expected_words(english), True: self._expected_words(chinese)}
        """By whether a request is Chinese."""
        self._terms = [
            self._terms_of(each, [*en, *zh]) for each, en, zh in zip(self.operations, english, chinese, strict=True)
        ]
        numbers: dict[str, int] = {}
        self._families = [
            tuple(numbers.setdefault(family, len(numbers)) for family in _families(each)) for each in self.operations
        ]
        """The numbers of each operation's families, in the order of _WEIGHTS."""
        sizes = [0.0] * len(numbers)
        for terms, families in zip(self._terms, self._families, strict=True):
            for family in families:
                sizes[family] += sum(terms.values())
        self._factors = [0.0] * len(numbers)
        for families in self._families:
            for family, weight in zip(families, _WEIGHTS, strict=True):
                more = 0.0 if family == families[0] else _SMALL
                self._factors[family] = weight / (sizes[family] + more)
        self._total = sum(sum(terms.values()) for terms in self._terms)

    def _terms_of(self, operation: Operation, requests: list[list[str]]) -> Mapping[str, float]:
        terms = cast("dict[str, float]", Counter(term for words in requests for term in _with_pairs(words)))
        heading = [operation.title, operation.tool_name.replace("_", " "), self.summaries[operation.name]]
        for texts, weight in ((heading, _HEADING), ([operation.purpose], _PURPOSE)):
            for words in _units(texts):
                for term in _with_pairs(words):
                    terms[term] = terms.get(term, 0.0) + weight
        return terms

    def _expected_words(self, requests: list[list[list[str]]]) -> list[dict[str, float]]:
        """For each operation the words that most of its requests say, with what it costs to lack them."""
        counts = [Counter(word for words in each for word in dict.fromkeys(words)) for each in requests]
        few = _FEW * sum(map(len, requests))
        everywhere: Counter[str] = Counter()
        for of_one in counts:
            everywhere.update(of_one)
        return [
            {
                word: -_UNSAID * math.log(1 - 0.95 * count / len(each))
                for word, count in of_one.items()
                if count >= _MOST * len(each) and everywhere[word] < few
            }
            for of_one, each in zip(counts, requests, strict=True)
        ]

    def scores(self, query: str) -> dict[str, float]:
        """How well each operation fits, by name; 0 where it does not."""
        words = self._meant(query)
        named = _named(query)
        scores = [0.0] * len(self.operations)
        if _SAY_NOTHING.issuperset(words):
            words = []
        for term in list(dict.fromkeys(_with_pairs(words)))[:_MAX_TERMS]:
            ratios = self._ratios(term)
            if ratios is None:
                continue
            weight = _PAIR if " " in term else 1.0
            scores = [
                score + weight * math.log1p(ratios[own] + ratios[verb] + ratios[thing] + ratios[toolset])
                for score, (own, verb, thing, toolset) in zip(scores, self._families, strict=True)
            ]
        missed = self._expected[any(word > "\u3000" for word in words)]
        found = {
            each.name: bool(score) * (score + start - sum(cost for word, cost in expected.items() if word not in words))
            for each, score, start, expected in zip(self.operations, scores, self._start, missed, strict=True)
        }
        for each in self.operations:
            if each.replaced_by:
                # Whoever asks for the old one needs the new one.
                found[each.replaced_by] = max(found[each.replaced_by], found[each.name])
        return {name: score + _NAMED * (name.lower() in named) for name, score in found.items()}

    def _ratios(self, term: str) -> list[float] | None:
        """For each family: how much more often a term is said of it than of all operations, weighed."""
        said_of = [0.0] * len(self._factors)
        everywhere = 0.0
        for terms, families in zip(self._terms, self._families, strict=True):
            if term in terms:
                everywhere += terms[term]
                for family in families:
                    said_of[family] += terms[term]
        if not everywhere:
            return None
        share = (everywhere + _RARE) / self._total
        return [count * factor / share for count, factor in zip(said_of, self._factors, strict=True)]

    def _meant(self, query: str) -> list[str]:
        """The words of a request, misspelt ones as they were meant."""
        words = _units([query])[0]
        long = dict.fromkeys(word for word in words if len(word) >= _MISSPELT_FROM)
        unknown = [word for word in long if not any(word in terms for terms in self._terms)][:_MAX_MISSPELT]
        known = {term for terms in self._terms for term in terms if " " not in term} if unknown else ()
        for word in unknown:
            alike = sorted(term for term in known if term[0] == word[0])
            near = difflib.get_close_matches(word, alike, n=1, cutoff=0.8)
            words = [near[0] if near and each == word else each for each in words]
        return words


@cache
def _index() -> _Index:
    """Built at the first search: a server that is never asked to search reads none of it."""
    return _Index()


def _families(operation: Operation) -> tuple[str, ...]:
    """Itself, what does the same, what concerns the same thing, its toolset: ``BatchGetMediaInfos``, Get, Media, ..."""
    parts = _PARTS.fullmatch(operation.name.replace("ies", "y"))
    verb, thing = parts.groups() if parts else ("", operation.name)
    verb = _SAME_VERBS.get(verb, verb)
    if verb == "Get" and _OF_JOBS.search(operation.name):
        verb = "Follow"
    return operation.name, f"verb {verb}", f"thing {thing}", f"toolset {operation.toolset}"


def _named(query: str) -> frozenset[str]:
    """What a request may name outright: ``GetMediaInfo`` and ``get_media_info`` as ``getmediainfo``."""
    return frozenset(word.replace("_", "").lower() for word in _NAMES.findall(query[:_MAX_CHARACTERS]))


def _with_pairs(units: list[str]) -> list[str]:
    return [*units, *map(" ".join, itertools.pairwise(units))]


def _units(texts: Sequence[str]) -> list[list[str]]:
    """The words of each text: Latin ones and numbers in small letters, and each Chinese character.

    Addresses, what is quoted and the names of files are none: they do not say what is to be done.
    """
    if not texts:
        return []
    text = "\n".join(text[:_MAX_CHARACTERS].replace("\n", " ") for text in texts)
    text = unicodedata.normalize("NFKC", text).lower().replace("\u2019", "'")
    text = _QUOTED.sub(" ", _FILE_NAME.sub(" ", _ADDRESS.sub(r" \1 url ", text)))
    return [_UNITS.findall(line) for line in text.split("\n")]
