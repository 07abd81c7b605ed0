"""The Match of SearchMedia, read: which conditions an asset has to meet, by the vendor's description of the syntax.

    Match  = part {" and " part}
    part   = comparison | "(" part {" and " part} ")" | "(" part {" or " part} ")"
    comparison = field == 'value'            the value itself
               | field = 'text'              the text, at most 60 characters, stands somewhere in it
               | field in ('a','b')          one of several values
               | field = ('1','2')           between two numbers; [ and ] count the bound in, an empty bound is none

Values stand in single or double quotes, numbers may stand without. There is no escape: a value holds no quote of its
own kind. Names and the words between are taken in any case, as the vendor's own examples write them.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from typing import Literal

Comparison = Literal["exact", "fuzzy", "any", "range"]
LONGEST_FUZZY = 60
LONGEST_MATCH = 10_000
_MOST_COMPARISONS = 100
_DEEPEST = 10
FIELDS: dict[str, tuple[Comparison, ...]] = {
    "title": ("fuzzy",),
    "description": ("fuzzy",),
    "tagList": ("any",),
    "mediaId": ("exact",),
    "cateId": ("exact",),
    "status": ("exact", "any"),
    "utcCreate": ("range",),
    "utcModified": ("range",),
    "fileInfo.storageLocation": ("exact", "any"),
    "ocrInfo.tracks.content": ("fuzzy",),
    "aiLabelInfo.category": ("exact",),
    "aiLabelInfo.label_id": ("exact",),
    "mediaType": ("exact", "any"),
}
"""The fields there are, and how each may be compared."""
_WRITTEN = {"exact": "== 'value'", "fuzzy": "= 'text'", "any": "in ('a','b')", "range": "= ('1','2')"}
_NAMES = {name.lower(): name for name in FIELDS}
_TOKEN = re.compile(
    r"\s*+(?:(?P<text>'[^']*'|\"[^\"]*\")|(?P<word>[A-Za-z_][\w.]*|-?\d+)|(?P<mark>==|[=()\[\],])|(?P<other>\S))",
    re.ASCII,
)


class MatchError(ValueError):
    """The text is no Match; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison. ``values``: what is compared with; of a range the two bounds, which may be empty."""

    field: str
    how: Comparison
    values: tuple[str, ...]
    includes: tuple[bool, bool] = (True, True)
    """Whether the bounds of a range count in."""


@dataclass(frozen=True, slots=True)
class Group:
    """Several conditions, all of which (``and``) or one of which (``or``) has to be met."""

    joined_by: Literal["and", "or"]
    parts: tuple[Condition, ...]


Condition = Compared | Group


def parse_match(text: str) -> Condition:
    """The condition that ``text`` writes. Raises MatchError for anything else."""
    if len(text) > LONGEST_MATCH:
        raise MatchError(f"is longer than {LONGEST_MATCH:,} characters")
    return _Parser(_split(text)).parse()


def list_compared(condition: Condition) -> list[Compared]:
    """Every comparison in it, in order."""
    if isinstance(condition, Compared):
        return [condition]
    return [each for part in condition.parts for each in list_compared(part)]


def _split(text: str) -> list[str]:
    """The words, marks and quoted values, each as it is written."""
    tokens: list[str] = []
    # Blanks at the end belong to no token, and would be looked through again from each of them.
    for found in _TOKEN.finditer(text.rstrip(string.whitespace)):
        if found["other"]:
            raise MatchError(f"{found['other']!r} at character {found.start('other') + 1} has no meaning there")
        tokens.append(found[0].strip() if not found["text"] else found["text"])
    return tokens


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._next = 0
        self._compared = 0

    def parse(self) -> Condition:
        if not self._tokens:
            raise MatchError("holds no condition")
        condition = self._read_group(0)
        if self._next < len(self._tokens):
            raise MatchError(f"{self._tokens[self._next]} is one too many")
        return condition

    def _read_group(self, depth: int) -> Condition:
        if depth > _DEEPEST:
            raise MatchError(f"has parentheses more than {_DEEPEST} deep")
        parts = [self._read_part(depth)]
        joined_by: Literal["and", "or"] | None = None
        while (word := self._peek().lower()) in ("and", "or"):
            self._next += 1
            joiner: Literal["and", "or"] = "or" if word == "or" else "and"
            if joiner == "or" and depth == 0:
                raise MatchError("or stands in parentheses only: (title = 'a' or title = 'b')")
            if joined_by not in (None, joiner):
                raise MatchError("and and or need parentheses between them")
            joined_by = joiner
            parts.append(self._read_part(depth))
        return parts[0] if joined_by is None else Group(joined_by, tuple(parts))

    def _read_part(self, depth: int) -> Condition:
        if self._peek() == "(":
            self._next += 1
            group = self._read_group(depth + 1)
            self._expect(")")
            return group
        return self._read_comparison()

    def _read_comparison(self) -> Compared:
        self._compared += 1
        if self._compared > _MOST_COMPARISONS:
            raise MatchError(f"has more than {_MOST_COMPARISONS} comparisons")
        written = self._take("a field")
        name = _NAMES.get(written.lower())
        if name is None:
            raise MatchError(f"there is no field {written}; there are {', '.join(FIELDS)}")
        operator = self._take(f"==, = or in after {name}").lower()
        if operator == "==":
            return self._make(name, "exact", (self._read_value(),))
        if operator == "in":
            return self._make(name, "any", self._read_list())
        if operator != "=":
            raise MatchError(f"{operator} after {name} is not ==, = or in")
        if self._peek() in ("(", "["):
            return self._read_range(name)
        return self._make(name, "fuzzy", (self._read_value(),))

    def _read_list(self) -> tuple[str, ...]:
        self._expect("(")
        values = [self._read_value()]
        while self._peek() == ",":
            self._next += 1
            values.append(self._read_value())
        self._expect(")")
        return tuple(values)

    def _read_range(self, name: str) -> Compared:
        opening = self._take("a bound")
        low = self._read_bound()
        self._expect(",")
        high = self._read_bound()
        closing = self._take("the end of the range")
        if closing not in (")", "]"):
            raise MatchError(f"the range of {name} ends with {closing} and not with ) or ]")
        if not low and not high:
            raise MatchError(f"the range of {name} has no bound")
        return self._make(name, "range", (low, high), (opening == "[", closing == "]"))

    def _read_bound(self) -> str:
        return "" if self._peek() in (",", ")", "]") else self._read_value(may_be_empty=True)

    def _make(
        self, name: str, how: Comparison, values: tuple[str, ...], includes: tuple[bool, bool] = (True, True)
    ) -> Compared:
        if how not in FIELDS[name]:
            forms = " or ".join(f"{name} {_WRITTEN[each]}" for each in FIELDS[name])
            raise MatchError(f"{name} is compared as {forms}")
        if how == "fuzzy" and len(values[0]) > LONGEST_FUZZY:
            raise MatchError(f"the text for {name} is longer than {LONGEST_FUZZY} characters")
        return Compared(name, how, values, includes)

    def _read_value(self, *, may_be_empty: bool = False) -> str:
        token = self._take("a value")
        if token[0] in "'\"":
            if len(token) == 2 and not may_be_empty:
                raise MatchError("a value is empty")
            return token[1:-1]
        if not token.lstrip("-").isdigit():
            raise MatchError(f"{token} stands where a value in quotes should")
        return token

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _take(self, what: str) -> str:
        token = self._peek()
        if not token:
            raise MatchError(f"ends where {what} should stand")
        self._next += 1
        return token

    def _expect(self, mark: str) -> None:
        token = self._take(mark)
        if token != mark:
            raise MatchError(f"{token} stands where {mark} should")
