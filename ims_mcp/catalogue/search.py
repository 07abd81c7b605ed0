"""Operations found by what people say they want done, in English or Chinese.

What people say is data: ``notes/requests/<toolset>.json`` has a summary and everyday requests of every operation. A
word speaks for an operation by how much more often it is said of that operation than of any. It counts when it is said
of the operation itself, and also when it is said of others that do the same (all that delete), of others that concern
the same thing (all of live recording templates), of its toolset or of what shares a word of its name (all live ones):
so the words for deleting one thing find the deletion of any other. (The usual name: a unigram language model with
class-based smoothing, here with pairs of neighbouring words.) Where something is asked, what only reads is meant.
"""

from __future__ import annotations

import difflib
import itertools
import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast

from ims_mcp.catalogue import TOOLSETS, Effect, Operation, Parameter, operations

# Chosen on tests/catalogue/requests.json and on requests of the data, each left out once.
_ITSELF, _VERB, _THING, _TOOLSET, _PART = 1.0, 3.0, 1.5, 1.0, 0.5
"""What it counts that a word is said of the operation itself, of what does the same, of what concerns the same thing,
of its toolset, of what has one more word of its name (all live ones, all templates)."""
_SMALL = 400.0
"""Terms added to the size of a family, so that one of two operations does not speak as loud as one of fifty."""
_PAIR = 0.4
"""What a pair of neighbouring words counts; a word counts 1."""
_HEADING, _PURPOSE = 2.0, 0.3
"""How many requests title, name and summary are worth, and the purpose."""
_UNSAID = 0.4
"""What it costs that a request lacks what most requests for an operation say: ``live`` of live snapshots."""
_MOST = 0.3
"""The share of an operation's requests that have to say a word for it to be missed."""
_RARE = 12.0
"""How many more sayings are added to each word's, so that one said once by chance tells little."""
_OFTEN = 1.0
"""Head start of what most people need first."""
_ASKED = 1.5
"""Head start of what only reads where something is asked: ``has my recording finished``."""
_BEGUN = 2.0
"""What what only reads lags behind where something is to be made or begun: ``submit a transcoding job``."""
_NAMED = 1_000.0
"""Head start of an operation that is named outright."""
_CHOSEN = 8.0
"""Head start of an operation that does something with a value that is named: ``VideoDelogo``."""
_PRODUCT = 3.0
"""Head start of an operation with a name of several words in its own that is written as there: ``MediaLive``."""
_MOST_TAKERS = 3
"""A value that more operations take says nothing of which is meant."""
_MAX_CHARACTERS, _MAX_TERMS = 2_000, 200
_MISSPELT_FROM, _MAX_MISSPELT = 5, 12
"""Unknown words of so many letters may be misspelt, and so many of them are put right."""

_ADDRESS = re.compile(r"\b(https?|rtmps?|srt|oss)://\S+")
_FILE_NAME = re.compile(r"\b[\w-]{1,80}(?=\.[a-z][a-z0-9]{1,4}\b)", re.ASCII)
_QUOTED = re.compile(r"(?<!\w)'[^'\n]{1,60}'(?!\w)|\"[^\"\n]{1,60}\"|“[^”\n]{1,60}”|《[^》\n]{1,60}》")
_WORDS = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")
_QUESTION = re.compile(
    r"(?:^|[,.;:?!]\s*)(?:is|are|was|were|has|have|did|does|why|which|what(?:'s)?|where|who|whose|when"
    r"|how (?:is|are|many|much|far|long|did|does))\b"
    r"|(?:吗|没|没有)\s*[?？]?$|哪|什么|多少|几个|是不是|有没有|怎么样|谁|啥"
)
_MAKES = re.compile(r"^(?:submit|start|create|launch|make)\b|^(?:提交|发起|新建|创建|启动|开始)")
_NAMES = re.compile(r"[A-Za-z0-9_]{6,64}")
_INNER_CAPITAL = re.compile(r"[A-Z][a-z0-9]+[A-Z][A-Za-z0-9]+")
_PARTS = re.compile(r"(?:Batch)?([A-Z][a-z]+)(\w*?)(?:Infos?|Detail)?(?:List|s)?")
_OF_JOBS = re.compile(r"(?:Job|Task|JobList|JobDetail|UploadInfos)$")
_LATIN = (
    "a about all an and any are as at be can could did do does for from get give had has have hello hi how i if in is "
    "it its ll me my no not of on or our please re s so t thank thanks that the their them there these they this to us "
    "ve was we were what when where which who why will with would you your"
)
_SAY_NOTHING = frozenset(
    [*_LATIN.split(), *"的了吗呢吧啊呀把给请在是个一这那帮我你您他她它们好谢和也就都能要想么什怎样有"]
)
"""Words that never are a request by themselves. Beside others they count like any word."""
_STEPS = re.compile(
    r"\b(?:and|then|with|from|in which|that)\b|[,;:.!]\s|[，、；。：]|然后|接着|并|再|和|带|用", re.IGNORECASE
)
"""Where one step of a request ends and another begins."""
_FEWEST_WORDS = 2
_MAKING = ("Add", "Create")
_BEGINNING = (*_MAKING, "Start", "Submit")
_NEAR, _SHOWN = 20, 5
"""Among how many hits the steps of a request are looked for, and how many an answer shows."""
_NAME_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+")
_SAME_VERBS = {
    other: verb
    for verb, others in {
        "Create": "Add Insert Register",
        "Delete": "Clear Drop",
        "Get": "Describe Query",
        "Start": "Open Resume",
        "Stop": "Close Forbid",
        "Update": "Alter Refresh Set",
    }.items()
    for other in others.split()
}


@dataclass(frozen=True, slots=True)
class Found:
    """An operation that fits a request, and the line that tells it from others."""

    operation: Operation
    summary: str


def search(
    query: str,
    *,
    limit: int = 5,
    toolset: str | None = None,
    effect: str | None = None,
    may_be: Callable[[Operation], bool] | None = None,
) -> list[Found]:
    """The operations that fit a request best, best first; none where nothing fits.

    ``toolset``, ``effect`` and ``may_be`` leave all others out. Any text may be searched for: nothing in it is an
    operator.
    """
    index = _index()
    scores = index.scores(query)
    fitting = [
        hit
        for hit in (entry.found for entry in index.entries if entry.name in scores)
        if toolset in (None, hit.operation.toolset) and effect in (None, hit.operation.effect)
        if may_be is None or may_be(hit.operation)
    ]
    fitting.sort(key=lambda hit: (-scores[hit.operation.name], bool(hit.operation.replaced_by), hit.operation.name))
    return _put_steps_in_order(query, fitting)[: max(limit, 0)]


def _put_steps_in_order(query: str, fitting: list[Found]) -> list[Found]:
    """The hits of a request that names several steps, with its first step before what is done next: a flow is created,
    then has an input, then is started; marks are set, then read. What follows is what the first one's own text names.
    """
    steps = [step for step in _STEPS.split(query[:_MAX_CHARACTERS]) if step.strip()]
    if len(steps) > 1 and len(_words(steps[:1])[0]) < _FEWEST_WORDS:
        # "create and start a channel": the first names its verb only.
        steps[:2] = [" ".join(steps[:2])]
    if len(steps) <= 1 or _QUESTION.search(query[:_MAX_CHARACTERS].strip().lower()):
        return fitting
    first = _find_step(steps[0], fitting[:_NEAR])
    if first is None or not first.operation.name.startswith(_BEGINNING):
        return fitting
    named = _NAMES.findall(f"{first.operation.purpose} {first.operation.then}")
    near = {hit.operation.name: hit for hit in fitting[:_NEAR] if hit.operation.effect is not Effect.READ}
    following = [near[name] for name in dict.fromkeys(named) if name in near and _is_of_same(first, near[name])]
    if not first.operation.name.startswith(_MAKING) or not any(hit in fitting[:_SHOWN] for hit in following):
        if not _is_of_same(first, fitting[0]) or fitting[0].operation.effect is not Effect.READ:
            return fitting
        following = []
    order = [first, *following[: _SHOWN - 2]]
    return [*order, *(hit for hit in fitting if hit not in order)]


def _find_step(step: str, near: list[Found]) -> Found | None:
    """The hit that fits one step of a request best: the one whose thing it names in full, or else by its words."""
    scores = _index().scores(step)
    said = "".join(re.split(r"\bfor\b", step.lower())[0].split())

    def count_named(hit: Found) -> int:
        parts = _NAME_PARTS.findall(hit.operation.name)[1:]
        is_named = hit.operation.name.startswith(_MAKING) and len(parts) > 1 and "".join(parts).lower() in said
        return len(parts) if is_named else 0

    fitting = [hit for hit in near if hit.operation.name in scores]
    best = max(fitting, key=lambda hit: scores[hit.operation.name], default=None)
    if best is None or not best.operation.name.startswith(_MAKING):
        return best
    return max(fitting, key=lambda hit: (count_named(hit), scores[hit.operation.name]))


def _is_of_same(one: Found, other: Found) -> bool:
    """Whether both concern the same thing, or a part of it: MediaConnectFlow, MediaConnectFlowInput."""
    made, changed = (_NAME_PARTS.findall(each.operation.name)[1:] for each in (one, other))
    alike = len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], zip(made, changed, strict=False))))
    return other is not one and (alike >= min(2, len(made)) or "".join(made) in "".join(changed))


def requests_of(toolset: str) -> dict[str, Any]:
    """What is asked of a toolset: ``{"GetMediaInfo": {"summary": "...", "en": ["...", ...], "zh": [...]}, ...}``."""
    return _read(toolset)


def often_needed() -> frozenset[str]:
    """The names of the operations that most people need before others."""
    return frozenset(_read("often"))


def _read(name: str) -> Any:
    return json.loads(files("ims_mcp.catalogue.notes").joinpath("requests", f"{name}.json").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class _Entry:
    """An operation and what is said of it."""

    name: str
    found: Found
    terms: Mapping[str, float]
    """How often each word and each pair of words is said."""
    families: Mapping[str, float]
    """What the operation counts with, itself among it, and how much that counts."""
    expected: Mapping[str, Mapping[str, float]]
    """By language: the words that most requests say, with the share of them that does."""
    head_start: float


class _Index:
    """All that is said, counted. Only read once it is built, so threads may share it."""

    def __init__(self) -> None:
        said = {name: entry for toolset in TOOLSETS for name, entry in requests_of(toolset).items()}
        often = often_needed()
        self.entries = [_entry(each, said.get(each.name, {}), each.name in often) for each in operations()]
        sizes: dict[str, float] = {}
        for entry in self.entries:
            for family in entry.families:
                sizes[family] = sizes.get(family, 0.0) + sum(entry.terms.values())
        self._total = sum(sizes[entry.name] for entry in self.entries)
        self._members: dict[str, list[str]] = {}
        for entry in self.entries:
            for family in entry.families:
                self._members.setdefault(family, []).append(entry.name)
        self._factors = {
            family: weight / (sizes[family] + (_SMALL if family != entry.name else 0.0))
            for entry in self.entries
            for family, weight in entry.families.items()
        }
        self._takers = _find_takers([entry.found.operation for entry in self.entries])

    def scores(self, query: str) -> dict[str, float]:
        """How well each operation fits, by name; empty where none does."""
        words = self._meant(query)
        named = {word.replace("_", "").lower() for word in _NAMES.findall(query[:_MAX_CHARACTERS])}
        products = set(_INNER_CAPITAL.findall(query[:_MAX_CHARACTERS]))
        scores: dict[str, float] = {}
        if not _SAY_NOTHING.issuperset(words):
            for term in list(dict.fromkeys(_with_pairs(words)))[:_MAX_TERMS]:
                self._add(term, scores)
        said = query[:_MAX_CHARACTERS].strip().lower()
        asked = _ASKED if _QUESTION.search(said) else -_BEGUN if _MAKES.search(said) else 0.0
        language = "zh" if any(word > "\u3000" for word in words) else "en"
        known = frozenset(words)
        for entry in self.entries:
            if entry.name in scores:
                unsaid = (share for word, share in entry.expected[language].items() if word not in known)
                lacking = sum(-math.log(1 - 0.95 * share) for share in unsaid)
                reads = entry.found.operation.effect is Effect.READ
                scores[entry.name] += entry.head_start + asked * reads - _UNSAID * lacking
        for entry in self.entries:
            new = entry.found.operation.replaced_by
            if new and entry.name in scores:
                # Whoever asks for the old one needs the new one.
                scores[new] = max(scores[entry.name], scores.get(new, 0.0))
        for entry in self.entries:
            if entry.name.lower() in named:
                scores[entry.name] = scores.get(entry.name, 0.0) + _NAMED
        for entry in self.entries:
            # MediaLive, MediaConnect: a word of the product's own that stands in the names of its operations.
            if entry.name in scores and any(word in entry.name for word in products):
                scores[entry.name] += _PRODUCT
        for value in named & self._takers.keys():
            for name in self._takers[value]:
                scores[name] = scores.get(name, 0.0) + _CHOSEN
        return scores

    def _add(self, term: str, scores: dict[str, float]) -> None:
        """Add what one word or pair of words tells of each operation, if any says it."""
        said_of: dict[str, float] = {}
        everywhere = _RARE
        for entry in self.entries:
            count = entry.terms.get(term)
            if count:
                everywhere += count
                for family in entry.families:
                    said_of[family] = said_of.get(family, 0.0) + count
        share = everywhere / self._total
        ratios: dict[str, float] = {}
        for family, count in said_of.items():
            # How much more often it is said of the family than of all.
            ratio = count * self._factors[family] / share
            for name in self._members[family]:
                ratios[name] = ratios.get(name, 0.0) + ratio
        weight = _PAIR if " " in term else 1.0
        for name, ratio in ratios.items():
            scores[name] = scores.get(name, 0.0) + weight * math.log1p(ratio)

    def _meant(self, query: str) -> list[str]:
        """The words of a request, misspelt ones as they were meant."""
        words = _words([query])[0]
        long = dict.fromkeys(word for word in words if len(word) >= _MISSPELT_FROM)
        unknown = [word for word in long if not any(word in entry.terms for entry in self.entries)][:_MAX_MISSPELT]
        known = {term for entry in self.entries for term in entry.terms if " " not in term} if unknown else ()
        for word in unknown:
            alike = sorted(term for term in known if term[0] == word[0])
            near = difflib.get_close_matches(word, alike, n=1, cutoff=0.8)
            words = [near[0] if near and each == word else each for each in words]
        return words


@cache
def _index() -> _Index:
    """Built at the first search: a server that is never asked to search reads none of it."""
    return _Index()


def _entry(operation: Operation, said: Mapping[str, Any], often: bool) -> _Entry:
    summary = said.get("summary", operation.title)
    requests = {language: _words(said.get(language, ())) for language in ("en", "zh")}
    every = [words for of_one in requests.values() for words in of_one]
    terms = cast("dict[str, float]", Counter(term for words in every for term in _with_pairs(words)))
    heading = [operation.title, operation.tool_name.replace("_", " "), summary]
    for texts, weight in ((heading, _HEADING), ([operation.purpose], _PURPOSE)):
        for term in (term for words in _words(texts) for term in _with_pairs(words)):
            terms[term] = terms.get(term, 0.0) + weight
    return _Entry(
        name=operation.name,
        found=Found(operation, summary),
        terms=terms,
        families=_families(operation),
        expected={language: _expected(of_one) for language, of_one in requests.items()},
        head_start=_OFTEN if often else 0.0,
    )


def _find_takers(every: Sequence[Operation]) -> dict[str, set[str]]:
    """The names of algorithms and kinds that a parameter can be, with the operations that take them: VideoDelogo."""
    found: dict[str, set[str]] = {}
    for operation in (each for each in every if each.effect is not Effect.READ):
        for value in _walk_choices(operation.parameters):
            if _INNER_CAPITAL.fullmatch(value):
                found.setdefault(value.lower(), set()).add(operation.name)
    return {value: names for value, names in found.items() if len(names) <= _MOST_TAKERS}


def _walk_choices(rows: tuple[Parameter, ...]) -> Iterator[str]:
    """The values that parameters and their fields can have by name."""
    for row in rows:
        yield from (*row.choices, *row.hints)
        fields = (*row.fields, *(field for case in row.cases for field in case.fields))
        yield from _walk_choices((*fields, row.items) if row.items is not None else fields)


def _expected(requests: list[list[str]]) -> dict[str, float]:
    counts = Counter(word for words in requests for word in dict.fromkeys(words) if word not in _SAY_NOTHING)
    return {word: count / len(requests) for word, count in counts.items() if count >= _MOST * len(requests)}


def _families(operation: Operation) -> dict[str, float]:
    """Itself, what does the same, what concerns the same thing, its toolset, what has a word of its name.

    ``BatchGetMediaInfos``, Get, Media, media_library, Get and Media and Info.
    """
    name = operation.name.replace("ies", "y")
    parts = _PARTS.fullmatch(name)
    verb, thing = parts.groups() if parts else ("", name)
    verb = "Stop" if name.endswith("Command") else _SAME_VERBS.get(verb, verb)
    if verb == "Get" and _OF_JOBS.search(name):
        verb = "Follow"
    return {
        operation.name: _ITSELF,
        f"verb {verb}": _VERB,
        f"thing {thing}": _THING,
        f"toolset {operation.toolset}": _TOOLSET,
        **{f"part {part.removesuffix('s')}": _PART for part in _NAME_PARTS.findall(name)[1:]},
    }


def _with_pairs(words: list[str]) -> list[str]:
    return [*words, *map(" ".join, itertools.pairwise(words))]


def _words(texts: Sequence[str]) -> list[list[str]]:
    """The words of each text: Latin ones and numbers in small letters, and each Chinese character.

    Addresses, what is quoted and the names of files are none: they do not say what is to be done.
    """
    if not texts:
        return []
    text = "\n".join(text[:_MAX_CHARACTERS].replace("\n", " ") for text in texts)
    text = unicodedata.normalize("NFKC", text).lower().replace("\u2019", "'")
    text = _QUOTED.sub(" ", _FILE_NAME.sub(" ", _ADDRESS.sub(r" \1 url ", text)))
    return [_WORDS.findall(line) for line in text.split("\n")]
