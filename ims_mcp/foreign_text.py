"""Text that strangers wrote, made fit to be read: nothing that controls, reorders or hides, no secrets, not too long.

Taken out: control characters, format characters (bidirectional controls, zero-width characters, tags), variation
selectors, fillers and blanks that are drawn as nothing, private and unassigned planes, noncharacters and lone
surrogates: they hide or reorder text, or cannot be encoded. Of marks stacked on one letter the first few stay. Kept:
everything visible, and between emoji the joiner and presentation selector that make one picture of several (so a
family stays a family; a flag spelled in tag characters loses its letters and stays a black flag). A joiner outside of
emoji, as Persian and some Indic spellings use it, is taken out like the rest.

:func:`clean` keeps lines, for results; :func:`plain` makes one short line, for errors, progress, questions and names;
:func:`quotable` is :func:`plain` without secrets, for what a service or a proxy answered. :func:`shorten` cuts what is
clean already to a number of bytes.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable

from ims_mcp.secrets import without_secrets

ELLIPSIS = "…"
# The one table. Line ends are told apart from it; U+FE0F and U+200D depend on their neighbours, see _REMOVED.
_INVISIBLE = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160"
    "\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ue000-\uf8ff"
    "\ufdd0-\ufdef\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001345f"
    "\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U0001fffe\U0001ffff\U0002fffe\U0002ffff"
    "\U0003fffe-\U0010ffff"
)
_PICTURE = "\xa9\xae\u203c\u2049\u2122-\u21aa\u231a-\u23ff\u25aa-\u27bf\u2934-\u2b55\u3030-\u3299\U0001f000-\U0001faff"
_REMOVED = re.compile(
    f"[{_INVISIBLE}]|(?<![{_PICTURE}])\ufe0f(?!\u20e3)|(?<![{_PICTURE}\ufe0f])\u200d|\u200d(?![{_PICTURE}])",
)
_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Blocks that hold marks beside letters; in them a long run is looked at character by character.
_MARK_BLOCKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u1dff\u20d0-\u20ff\u2cef-\u2cf1\u2d7f\u2de0-\u2dff\u302a-\u302f\u3099\u309a"
    "\ua66f-\uabff\ufb1e\ufe20-\ufe2f\U000101fd-\U00016fff\U0001bc9d-\U0001e9ff"
)
_MOST_MARKS = 8
"""Marks on one letter: Tibetan and Hebrew stack five or six, what stacks hundreds covers other lines."""
_STACK = re.compile(f"[{_MARK_BLOCKS}]{{{_MOST_MARKS + 1},}}")
# One set of characters, searched for in a fraction of the time that the alternatives above take.
_SUSPECT = re.compile(f"[{_INVISIBLE}\x0b\x0c\x85\ufe0f\u200d\u2028\u2029{_MARK_BLOCKS}]")
_UNSEEN = re.compile(f"[{_INVISIBLE}\x85\u2028\u2029]")
# What a text may be cut after, and how long a cluster of marks may be before it is an attack on the eye, no letter.
_WORD_END = re.compile(r"[\s,.;:!?)\]}…、。，；：！？）】」』]")
_LONGEST_CLUSTER = 16
_SPACE = re.compile(r"\s+")
_SCRIPT = re.compile(r"<(script|style|head)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_TITLE = re.compile(r"<title\b[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")


def clean(text: str) -> str:
    """``text`` without control, bidirectional and invisible characters; newlines of every kind become ``\\n``."""
    if text.isascii():
        if text.isprintable():
            return text
    elif _SUSPECT.search(text) is None and "\r" not in text:
        return text
    text = _REMOVED.sub("", _LINE_END.sub("\n", text))
    return text if text.isascii() else _STACK.sub(_drop_marks, text)


def plain(text: str, limit: int = 500) -> str:
    """``text`` on one line without characters that control, reorder or hide, at most ``limit`` characters long."""
    if len(text) <= limit and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    # A long body is not looked at whole: what is kept is short.
    text = _SPACE.sub(" ", clean(text[: limit * 20])).strip()
    return text if len(text) <= limit else f"{text[:limit].rstrip()}{ELLIPSIS}"


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


def fold(text: str) -> str:
    """What two texts have in common that differ in case or in the width of their characters."""
    return unicodedata.normalize("NFKC", text).casefold()


def size_of(text: str) -> int:
    """Bytes of ``text`` in UTF-8, without making the bytes where it is ASCII."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


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
    cut = _find_cut(text, fits)
    for end in range(cut, cut - cut // 4, -1):
        if _WORD_END.match(text, end) or (end and _WORD_END.match(text, end - 1)):
            cut = end
            break
    return text[:cut].rstrip() + ELLIPSIS


def escape_unseen(json_text: str) -> str:
    """JSON text with every character that :func:`clean` takes out written as ``\\uXXXX``: nothing is lost or obeyed."""
    return _UNSEEN.sub(escape_json, json_text)


def escape_json(match: re.Match[str]) -> str:
    """One character as JSON writes it in ASCII."""
    return json.dumps(match[0])[1:-1]


def _drop_marks(match: re.Match[str]) -> str:
    kept: list[str] = []
    stacked = 0
    for character in match[0]:
        stacked = stacked + 1 if _is_mark(character) else 0
        if stacked <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def _find_cut(text: str, cut: int) -> int:
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
    return _is_mark(after)


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")
