"""How long a text is in UTF-8, and where a reader would cut one that is too long."""

from __future__ import annotations

import re
import unicodedata

from ims_mcp.foreign_text import ELLIPSIS

_MARKS = ("Mn", "Mc", "Me")
_WORD_END = re.compile(r"[\s,.;:!?)\]}…、。，；：！？）】」』]")
# A cluster of combining marks longer than this is an attack on the eye, not a letter.
_LONGEST_CLUSTER = 16
_SAMPLE = 2048


def size_of(text: str) -> int:
    """Bytes of ``text`` in UTF-8, without making the bytes where it is ASCII."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def about_size(text: str) -> int:
    """:func:`size_of` of a long text, judged by its beginning."""
    if text.isascii() or len(text) < 2 * _SAMPLE:
        return size_of(text)
    return len(text) * size_of(text[:_SAMPLE]) // _SAMPLE


def shorten(text: str, max_bytes: int) -> str:
    """``text``, or its start with an ellipsis, in at most ``max_bytes`` bytes of UTF-8.

    Cut after a word where one ends in the last quarter of what fits, else between two characters a reader sees as two
    (never inside a surrogate pair, an emoji sequence, a flag or a letter with its marks).
    """
    if len(text) * 4 <= max_bytes or size_of(text) <= max_bytes:
        return text
    room = max_bytes - len(ELLIPSIS.encode())
    if room <= 0:
        return ""
    # A character takes a byte at least: nothing behind text[:room] can fit.
    fits = len(text[:room].encode("utf-8", "ignore")[:room].decode("utf-8", "ignore"))
    cut = _between_clusters(text, fits)
    for end in range(cut, cut - cut // 4, -1):
        if _WORD_END.match(text, end) or (end and _WORD_END.match(text, end - 1)):
            cut = end
            break
    return text[:cut].rstrip() + ELLIPSIS


def _between_clusters(text: str, cut: int) -> int:
    for end in range(cut, max(cut - _LONGEST_CLUSTER, 0), -1):
        if not _joins(text, end):
            return end
    return cut


def _joins(text: str, cut: int) -> bool:
    """Whether the characters on both sides of ``cut`` belong to one visible character."""
    if cut >= len(text):
        return False
    after, before = text[cut], text[cut - 1]
    if after in "\u200d\ufe0f\u20e3" or before == "\u200d" or "\U0001f3fb" <= after <= "\U0001f3ff":
        return True
    if _is_regional(after) and _is_regional(before):
        run = 1
        while run < cut and _is_regional(text[cut - run - 1]):
            run += 1
        return run % 2 == 1
    return unicodedata.category(after) in _MARKS


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
