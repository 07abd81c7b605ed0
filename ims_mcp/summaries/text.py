"""Text that strangers wrote: what must not reach a model is taken out, what is too long is cut where a reader would.

Taken out: control characters (but for newline and tab), bidirectional controls, zero-width and other invisible
characters, tag characters, supplementary variation selectors and lone surrogates: they hide or reorder text, or cannot
be encoded. Kept: everything visible, and between emoji the joiner and presentation selector that make one picture of
several (so a family stays a family; a flag spelled in tag characters loses its letters and stays a black flag).
A joiner outside of emoji, as Persian and some Indic spellings use it, is taken out like the rest.
"""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200c\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_PICTURE = "\xa9\xae\u203c\u2049\u2122-\u21aa\u231a-\u23ff\u25aa-\u27bf\u2934-\u2b55\u3030-\u3299\U0001f000-\U0001faff"
_REMOVED = re.compile(
    f"[{_INVISIBLE}]|(?<![{_PICTURE}])\ufe0f|(?<![{_PICTURE}\ufe0f])\u200d|\u200d(?![{_PICTURE}])",
)
# One set of characters, searched for in a fraction of the time that the alternatives above take.
_SUSPECT = re.compile(f"[{_INVISIBLE}\ufe0f\u200d\u2028\u2029]")
_LINE_END = re.compile("\r\n?|[\u2028\u2029]")
_MARKS = ("Mn", "Mc", "Me")
_WORD_END = re.compile(r"[\s,.;:!?)\]}…、。，；：！？）】」』]")
# A cluster of combining marks longer than this is an attack on the eye, not a letter.
_LONGEST_CLUSTER = 16
ELLIPSIS = "…"
_SAMPLE = 2048


def clean(text: str) -> str:
    """``text`` without control, bidirectional and invisible characters; newlines of every kind become ``\\n``."""
    if (text.isascii() and text.isprintable()) or _SUSPECT.search(text) is None:
        return text
    return _REMOVED.sub("", _LINE_END.sub("\n", text))


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
