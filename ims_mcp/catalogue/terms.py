"""A text, English or Chinese, as the terms that are searched: concepts where known, else stems and pairs."""

from __future__ import annotations

import re
from functools import cache

from ims_mcp.catalogue.intents import doing_words
from ims_mcp.catalogue.stems import latin_words, normalised, stem
from ims_mcp.catalogue.synonyms import CONCEPTS, STOP_CHINESE, STOP_WORDS

Alternatives = tuple[str, ...]
"""What one word may stand for."""

_RUNS = re.compile(r"[a-z0-9]+(?:[:/'.-][a-z0-9]+)*|[\u3400-\u9fff]+")


def terms(text: str) -> list[Alternatives]:
    """The terms of a text in order, each with all it may stand for; words that say nothing are left out."""
    lowered = normalised(text)
    found: list[Alternatives] = []
    latin: list[str] = []
    for run in _RUNS.findall(lowered):
        if run[0] > "\u3000":
            found += _english(latin)
            latin = []
            found += _chinese(run)
        else:
            latin += latin_words(run)
    return found + _english(latin)


def _english(words: list[str]) -> list[Alternatives]:
    phrases, longest = _lexicon()[0], _lexicon()[1]
    doing = _doing(ascii_words=True)
    stems = [stem(word) for word in words]
    found: list[Alternatives] = []
    at = 0
    while at < len(words):
        for length in range(min(longest, len(words) - at), 0, -1):
            concepts = phrases.get(" ".join(stems[at : at + length]))
            if concepts and not (length == 1 and words[at] in STOP_WORDS):
                found.append(concepts)
                at += length
                break
        else:
            if len(words[at]) > 1 and words[at] not in STOP_WORDS and stems[at] not in doing:
                found.append((stems[at],))
            at += 1
    return found


def _chinese(run: str) -> list[Alternatives]:
    """Longest known word first; what is between known words is read in pairs of characters."""
    words, longest = _lexicon()[2], _lexicon()[3]
    found: list[Alternatives] = []
    unknown = ""
    at = 0
    while at < len(run):
        for length in range(min(longest, len(run) - at), 0, -1):
            word = run[at : at + length]
            if word in words:
                found += _pairs(unknown)
                unknown = ""
                if words[word]:
                    found.append(words[word])
                at += length
                break
        else:
            unknown += run[at]
            at += 1
    return found + _pairs(unknown)


def _pairs(text: str) -> list[Alternatives]:
    return [(text[at : at + 2],) for at in range(len(text) - 1)]


def is_concept(term: str) -> bool:
    """Whether a term stands for a known concept, not for a word as it was written."""
    return term[:1] == "k" and term[1:] in CONCEPTS


def known_stems() -> frozenset[str]:
    """The stems of all English words that mean something here."""
    phrases = " ".join(_lexicon()[0]).split()
    return frozenset([*phrases, *_doing(ascii_words=True), *(stem(word) for word in STOP_WORDS)])


@cache
def _doing(*, ascii_words: bool) -> frozenset[str]:
    """Words of doing, English ones as stems: what they mean is weighed apart."""
    return frozenset(stem(word) if ascii_words else word for word in doing_words() if word.isascii() == ascii_words)


@cache
def _lexicon() -> tuple[dict[str, Alternatives], int, dict[str, Alternatives], int]:
    """English phrases (as stems) and Chinese words to concepts, each with its longest entry."""
    english: dict[str, list[str]] = {}
    chinese: dict[str, list[str]] = {word: [] for word in STOP_CHINESE | _doing(ascii_words=False)}
    for concept, words in CONCEPTS.items():
        for word in words:
            if word[0] > "\u3000" or word[-1] > "\u3000":
                chinese.setdefault(word, []).append(f"k{concept}")
            else:
                english.setdefault(" ".join(stem(part) for part in latin_words(word)), []).append(f"k{concept}")
    phrases = {phrase: tuple(dict.fromkeys(concepts)) for phrase, concepts in english.items()}
    return (
        phrases,
        max(len(phrase.split()) for phrase in phrases),
        {word: tuple(dict.fromkeys(concepts)) for word, concepts in chinese.items()},
        max(map(len, chinese)),
    )
