"""What somebody looks for among the assets: read from a call's arguments, written as a Match, tested on an asset."""

from __future__ import annotations

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from ims_mcp.errors import InvalidArguments, Problem
from ims_mcp.foreign_text import fold
from ims_mcp.workflows.found_media import FoundMedia

STATUS_NUMBERS = {"Init": 0, "Preparing": 1, "PrepareFail": 2, "Normal": 3}
"""State -> what SearchMedia calls it."""
SORTS = ("relevance", "newest", "oldest", "longest", "shortest", "largest", "title")
BY_TIME = ("newest", "oldest")
"""The orders that the service sorts by itself."""
_LONGEST_WORD = 60
_MOST_WORDS = 8
_LONGEST_TEXT = 1_000
_FAR_FUTURE = 4_102_444_800
_SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[KMGT]?)(?P<binary>i?)B?", re.IGNORECASE | re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# What a word may hold beside letters and digits; none of it means anything in a Match.
_JOINERS = "_.+#&@-"
_EDGES = "._@&-"
_IDEOGRAPHS = re.compile(
    "[\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


@dataclass(frozen=True, slots=True)
class Wish:
    """Conditions that all have to be met, None and empty where none was given. Times are seconds since 1970; bounds are
    part of their span."""

    words: tuple[str, ...]
    """As they were written; :attr:`folded` are those that texts are looked through for."""
    unused: tuple[str, ...]
    """Words beyond those that one search takes."""
    media_type: str | None
    categories: tuple[int, ...]
    created: tuple[int, int] | None
    seconds: tuple[float, float] | None
    size: tuple[float, float] | None
    status: str | None
    sort: str

    @property
    def folded(self) -> tuple[str, ...]:
        """The words without case."""
        return tuple(map(fold, self.words))

    @property
    def is_by_time(self) -> bool:
        """Whether the service's own order is the wanted one."""
        return self.sort in BY_TIME

    @property
    def needs_files(self) -> bool:
        """Whether something is asked of the file itself, which no search of the service knows."""
        return self.seconds is not None or self.size is not None

    @property
    def has_duration(self) -> bool:
        """Whether only what has a duration can be meant."""
        return self.seconds is not None or self.sort in ("longest", "shortest")

    def digest(self) -> str:
        """A short name of the wish: where a page goes on is good for the same wish only."""
        facts = [self.words, self.media_type, self.categories, self.created, self.seconds, self.size, self.status]
        return hashlib.sha256(json.dumps([*facts, self.sort]).encode()).hexdigest()[:8]

    def write_match(self, types: Sequence[str]) -> str:
        """The Match for these media types. A word is letters, digits and a few marks, so it cannot end its quotes."""
        parts = [f"mediaType in ({_quote_all(types)})" if len(types) > 1 else f"mediaType == '{types[0]}'"]
        for word in self.words:
            spelled = dict.fromkeys((word, word.lower(), word.upper(), word.capitalize()))
            parts.append(f"(title = '{word}' or description = '{word}' or tagList in ({_quote_all(spelled)}))")
        if len(self.categories) == 1:
            parts.append(f"cateId == '{self.categories[0]}'")
        elif self.categories:
            parts.append("(" + " or ".join(f"cateId == '{each}'" for each in self.categories) + ")")
        if self.created is not None:
            first, last = self.created
            parts.append(f"utcCreate = ['{first * 1000}','{last * 1000 + 999}']")
        if self.status is not None:
            parts.append(f"status == '{STATUS_NUMBERS[self.status]}'")
        return " and ".join(parts)

    def fits_file(self, media: FoundMedia) -> bool:
        """Whether the file is as long and as large as wanted."""
        return _is_within(media.seconds, self.seconds) and _is_within(media.size, self.size)

    def fits(self, media: FoundMedia) -> bool:
        """Whether the asset meets all of it but the time of its creation, type and status, which lists filter by."""
        if self.categories and media.category_id not in self.categories:
            return False
        return self.fits_file(media) and media.find_places(self.folded) is not None

    def order(self, found: list[FoundMedia]) -> list[FoundMedia]:
        """The best first; of equals the newest."""
        newest = sorted(found, key=lambda media: -media.created)
        match self.sort:
            case "relevance":
                ranks = {id(media): media.rank(self.folded) for media in newest}
                return sorted(newest, key=lambda media: -ranks[id(media)])
            case "title":
                return sorted(newest, key=lambda media: fold(media.title))
            case "longest":
                return sorted(newest, key=lambda media: -(media.seconds or 0.0))
            case "shortest":
                return sorted(newest, key=lambda media: math.inf if media.seconds is None else media.seconds)
            case "largest":
                return sorted(newest, key=lambda media: -(media.size or 0))
            case _:
                return found


def read_wish(arguments: Mapping[str, Any], categories: Sequence[int]) -> Wish:
    """The wish that checked arguments of find_media say. Raises InvalidArguments with everything that is no date, no
    size, or the wrong way round."""
    problems: list[Problem] = []
    least_size, most_size = (_read_size(name, arguments, problems) for name in ("min_size", "max_size"))
    text = str(arguments.get("text", ""))
    words = split_words(text[:_LONGEST_TEXT])
    if len(text) > _LONGEST_TEXT:
        problems.append(Problem("text", f"has {len(text):,} characters, at most {_LONGEST_TEXT:,} are allowed"))
    elif arguments.get("text") and not words:
        problems.append(Problem("text", "holds no letter or digit to look for"))
    by_default = "relevance" if words else "newest"
    sort = str(arguments.get("sort", by_default))
    wish = Wish(
        words=words[:_MOST_WORDS],
        unused=words[_MOST_WORDS:],
        media_type=arguments.get("media_type"),
        categories=tuple(categories),
        created=_read_times(arguments, problems),
        seconds=_read_span("duration", arguments.get("min_duration"), arguments.get("max_duration"), problems),
        size=_read_span("size", least_size, most_size, problems),
        status=arguments.get("status"),
        sort=by_default if sort == "relevance" else sort,
    )
    if problems:
        raise InvalidArguments("find_media", problems)
    return wish


def split_words(text: str) -> tuple[str, ...]:
    """The words of ``text``: runs of letters and digits with marks such as . and - between them, and
    ideographs apart from other letters, since nobody writes the same blank there as a title has."""
    words: list[str] = []
    for kind, run in groupby(unicodedata.normalize("NFKC", text), _classify):
        word = "".join(run)
        word = word.strip(_EDGES) if kind == "letter" else word
        if kind and any(map(str.isalnum, word)):
            words.append(word[:_LONGEST_WORD])
    return tuple({fold(word): word for word in words}.values())


def _classify(character: str) -> str:
    if _IDEOGRAPHS.match(character):
        return "ideograph"
    is_part = character.isalnum() or character in _JOINERS or unicodedata.category(character).startswith("M")
    return "letter" if is_part else ""


def _quote_all(values: Any) -> str:
    return ",".join(f"'{value}'" for value in values)


def _is_within(value: float | None, span: tuple[float, float] | None) -> bool:
    return span is None or (value is not None and span[0] <= value <= span[1])


def _read_times(arguments: Mapping[str, Any], problems: list[Problem]) -> tuple[int, int] | None:
    first = _read_time("created_after", arguments, problems, is_end=False)
    last = _read_time("created_before", arguments, problems, is_end=True)
    if first is None and last is None:
        return None
    span = (0 if first is None else first, _FAR_FUTURE if last is None else last)
    if span[0] > span[1]:
        problems.append(Problem("created_before", "lies before created_after"))
    return span


def _read_time(name: str, arguments: Mapping[str, Any], problems: list[Problem], *, is_end: bool) -> int | None:
    """Seconds since 1970; a date alone is its whole day in UTC."""
    if name not in arguments:
        return None
    text = str(arguments[name]).strip()
    try:
        moment = datetime.fromisoformat(text)
        if is_end and _DATE.fullmatch(text):
            moment += timedelta(days=1, seconds=-1)
        seconds = int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp())
    except (ValueError, OverflowError):
        problems.append(Problem(name, "has to be a date or a time: 2026-01-31, 2026-01-31T08:00:00Z"))
        return None
    return min(max(seconds, 0), _FAR_FUTURE)


def _read_size(name: str, arguments: Mapping[str, Any], problems: list[Problem]) -> float | None:
    if name not in arguments:
        return None
    found = _SIZE.fullmatch(str(arguments[name]).strip())
    if not found:
        problems.append(Problem(name, "has to be bytes, or a size such as 10MB (10,000,000) or 10MiB (10,485,760)"))
        return None
    base = 1024 if found["binary"] else 1000
    return float(found["number"]) * base ** (" KMGT".index(found["unit"].upper() or " "))


def _read_span(what: str, least: Any, most: Any, problems: list[Problem]) -> tuple[float, float] | None:
    if least is None and most is None:
        return None
    span = (0.0 if least is None else float(least), math.inf if most is None else float(most))
    if span[0] > span[1]:
        problems.append(Problem(f"max_{what}", f"is less than min_{what}"))
    return span
