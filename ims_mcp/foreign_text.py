"""Text from strangers made fit to be read: no control, bidirectional or invisible characters, no secrets, short."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from ims_mcp.secrets import without_secrets

# Letters and marks by their category, yet drawn as nothing: Hangul fillers, the braille blank, the combining grapheme
# joiner, Khmer inherent vowels, variation selectors (which can smuggle text).
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_DROPPED_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn"}
_SPACE = re.compile(r"\s+")
_SCRIPT = re.compile(r"<(script|style|head)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title\b[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")


def plain(text: str, limit: int = 500) -> str:
    """``text`` on one line without characters that control, reorder or hide, at most ``limit`` characters long."""
    if len(text) <= limit and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    # A long body is not looked at whole: what is kept is short.
    text = _SPACE.sub(" ", text[: limit * 20])
    text = "".join(character for character in text if unicodedata.category(character) not in _DROPPED_CATEGORIES)
    text = _INVISIBLE.sub("", text).strip()
    return text if len(text) <= limit else f"{text[:limit].rstrip()}…"


def quotable(text: str, secrets: Iterable[str] = (), limit: int = 500) -> str:
    """``text`` made :func:`plain`, without secrets. Cleaned first: an invisible character cannot split a secret."""
    # The first cut is far beyond the second, so a secret it cuts in two does not reach the end.
    return plain(without_secrets(plain(text, limit * 8), secrets), limit)


def excerpt(body: bytes, secrets: Iterable[str] = (), limit: int = 160) -> str:
    """A short, safe piece of a body that is not what was expected; of a page, its title and words without the tags."""
    text = body[:65_536].decode("utf-8", "replace")
    if "<" in text[:1000]:
        title = _TITLE.search(text)
        text = f"{title[1] if title else ''} {_TAG.sub(' ', _SCRIPT.sub(' ', text))}"
    return quotable(text.replace("\ufffd", ""), secrets, limit)
