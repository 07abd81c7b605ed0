"""A text made comparable: folded to one form, cut into English words, words cut to their stems."""

from __future__ import annotations

import re
import unicodedata

_LONGEST_TEXT = 2_000
_LONG_NOUN = 9
_ADDRESS = re.compile(r"\b(?:https?|rtmps?|srt|oss)://\S+")
_FILE = re.compile(
    r"\b[\w-]{1,80}\.(?:mp4|mov|mkv|avi|flv|webm|mxf|ts|mp3|wav|m4a|aac|jpg|jpeg|png|xlsx|docx|txt)\b", re.ASCII
)
_QUOTED = re.compile(
    r"(?<!\w)'[^']{1,60}'(?!\w)|\"[^\"]{1,60}\"|\u201c[^\u201d]{1,60}\u201d|\u300a[^\u300b]{1,60}\u300b"
)
_WORDS = re.compile(r"[a-z0-9]+")


def normalised(text: str) -> str:
    """Lower case, full-width forms folded, and no longer than a request can sensibly be."""
    return unicodedata.normalize("NFKC", text[:_LONGEST_TEXT]).lower().replace("\u2019", "'")


def without_names(text: str) -> str:
    """A request without what it quotes: web addresses and file names become words for them, quoted names go."""
    text = _ADDRESS.sub(" url ", normalised(text))
    text = _FILE.sub(" file ", text)
    return _QUOTED.sub(" ", text)


def latin_words(text: str) -> list[str]:
    """The words and numbers of a normalised text that are written in Latin letters."""
    return _WORDS.findall(text)


def stem(word: str) -> str:
    """A light stem, the same for index and query: plural and the commonest endings of verbs."""
    if word.endswith(("ion", "ions")) and len(word.rstrip("s")) >= _LONG_NOUN:
        # transcription -> transcript, moderation -> moderat(e); shorter ones (location, station) mean something else.
        return word.rstrip("s").removesuffix("ion")
    for ending, kept in (("ies", "y"), ("ied", "y"), ("ings", ""), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            cut = word.removesuffix(ending) + kept
            # clipped -> clip
            return cut[:-1] if len(cut) > 3 and cut[-1] == cut[-2] and cut[-1] not in "sle" else cut.rstrip("e")
    return word.rstrip("e") if len(word) > 3 else word
