"""Mild misspellings of known English words put right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from ims_mcp.catalogue.stems import latin_words, normalised, stem

_SHORTEST = 5
_ALIKE = 0.8
_MOST_WORDS = 12
"""Words looked at in one request: the rest of a long text is left as it is."""

Vocabulary = Mapping[str, tuple[str, ...]]
"""Stems by their first letter."""


def vocabulary(stems: Iterable[str]) -> Vocabulary:
    """Known stems, prepared for :func:`corrected`."""
    found: dict[str, list[str]] = {}
    for word in sorted(set(stems)):
        if word:
            found.setdefault(word[0], []).append(word)
    return {letter: tuple(words) for letter, words in found.items()}


def corrected(text: str, known: Vocabulary) -> str:
    """The text with unknown words replaced by the known stem they are most like, where one is like enough."""
    text = normalised(text)
    left = _MOST_WORDS
    for word in dict.fromkeys(latin_words(text)):
        near = known.get(word[0], ())
        if len(word) < _SHORTEST or not word.isalpha() or stem(word) in near:
            continue
        if not left:
            break
        left -= 1
        sought = stem(word)
        close = [other for other in near if abs(len(other) - len(sought)) <= 1 and len(other) >= _SHORTEST - 2]
        match = difflib.get_close_matches(sought, close, n=1, cutoff=_ALIKE)
        if match:
            text = text.replace(word, match[0])
    return text
