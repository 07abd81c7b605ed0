"""Find assets by words and by what they are: over SearchMedia where the account has it, else over the lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

import anyio

from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import InvalidArguments, Problem, ServiceError
from ims_mcp.foreign_text import plain
from ims_mcp.summaries.shaping import present_ours
from ims_mcp.summaries.values import Json
from ims_mcp.workflows.categories import find_categories, name_categories
from ims_mcp.workflows.found_media import FoundMedia, write_rows
from ims_mcp.workflows.media_lanes import Budget, Lane, Lanes, ListLane, SearchLane, SearchUnavailable, is_unavailable
from ims_mcp.workflows.media_wish import Wish, read_wish
from ims_mcp.workflows.next_call import propose

DEFAULT_LIMIT, MOST_ROWS = 10, 50
MOST_PAGES, MOST_RANKED_PAGES = 10, 4
"""Of the service, for one call: 500 assets of a search, 1,000 of a list. What fits best need not be the best of all."""
LONGEST_SECONDS = 20.0
_SORTED_BY = {
    **dict.fromkeys(("newest", "oldest"), ("created", "created")),
    **dict.fromkeys(("longest", "shortest"), ("seconds", "seconds")),
    "largest": ("size", "bytes"),
}
"""Sort -> what an asset is sorted by, and the column that shows it."""
_HOW_LEFT_OUT = {"tags": "BatchGetMediaInfos with show_fields MediaTags", "category": "GetMediaInfo"}
"""Column -> the call that brings it."""
_VIDEO_AND_AUDIO = ("video", "audio")
_BY_SEARCH, _BY_LIST = "search", "list"
_PAGE = re.compile(
    r"(?P<way>search|list)-(?P<digest>[0-9a-f]{8})-(?P<skip>\d{1,6})-(?P<window>\d{1,6})-(?P<found>\d{1,9})-(?P<at>.*)"
)
_POSITIONS = {_BY_SEARCH: re.compile(r"\d{1,6}(\|\d{1,6})?"), _BY_LIST: re.compile(r"\d{0,6}:.*")}


@dataclass(frozen=True, slots=True)
class _Page:
    """Where a call goes on: which way, from which positions, and of a window of ``window`` assets (0: as many as there
    is time for) that was sorted here how many were shown. ``found``: by the calls before."""

    way: str
    positions: tuple[str, ...] = ()
    skip: int = 0
    window: int = 0
    found: int = 0

    def write(self, wish: Wish) -> str:
        return f"{self.way}-{wish.digest()}-{self.skip}-{self.window}-{self.found}-{'|'.join(self.positions)}"


@dataclass(slots=True)
class _Look:
    """What one look brought."""

    way: str
    rows: list[FoundMedia]
    total: int | None
    at_least: int
    looked_at: int
    """So many assets, where these are not all of ``of``; else 0."""
    of: int | None
    following: _Page | None
    problem: str = ""
    cut_ties: int = 0
    """So many more are known to have the same value of what is sorted by as the last row."""


class MediaFinder:
    """One to a process: it remembers whether SearchMedia serves the account."""

    def __init__(self, client: ImsClient, *, clock: Callable[[], float] = anyio.current_time) -> None:
        self._client = client
        self._clock = clock
        self._refused = ""
        """The code with which SearchMedia was refused for good; empty while it is not known to be."""

    async def find(self, arguments: Mapping[str, Any], *, longest_seconds: float = LONGEST_SECONDS) -> Json:
        """``{total | total_at_least, assets: [row], looked_at, note, next_call}``, and where nothing is found
        ``searched`` and ``hint``.

        Raises InvalidArguments for values that say nothing, ImsError where there is no such category or a call fails.
        """
        read_wish(arguments, ())  # what is wrong is said before anything is asked
        categories = await self._find_categories(arguments.get("category"))
        wish = read_wish(arguments, categories)
        limit = int(arguments.get("limit", DEFAULT_LIMIT))
        page = _read_page(arguments.get("page"), wish)
        seconds = min(longest_seconds, LONGEST_SECONDS)
        notes = [f"too many words, without {', '.join(wish.unused)}"] if wish.unused else list[str]()
        if page is None:
            look = await self._look_first(wish, limit, seconds, notes)
        else:
            look = await self._look(page, wish, limit, seconds)
        names = await name_categories(self._client, [row.category_id for row in look.rows if not row.category])
        look.rows = [
            row if row.category else replace(row, category=names.get(row.category_id, "")) for row in look.rows
        ]
        return self._describe(look, wish, arguments, notes)

    async def look_up(self, text: str, limit: int) -> tuple[list[FoundMedia], bool]:
        """The assets that have all these words, the best first; and whether these are all. Raises as :meth:`find`."""
        look = await self._look_first(read_wish({"text": text}, ()), limit, LONGEST_SECONDS, [])
        return look.rows, look.following is None

    async def _look_first(self, wish: Wish, limit: int, seconds: float, notes: list[str]) -> _Look:
        """By search, and where that is not to be had or finds no words, in the lists."""
        # SearchMedia knows video, audio and pictures only, and of equal times it mixes pictures and videos its own way.
        is_only_sorted = wish.is_by_time and not (wish.words or wish.categories or wish.needs_files)
        if wish.media_type == "text" or is_only_sorted:
            try:
                return await self._look(_Page(_BY_LIST), wish, limit, seconds)
            except ServiceError as error:
                if wish.media_type == "text" or not is_unavailable(error):
                    raise
        refused = self._refused
        if not refused:
            try:
                look = await self._look(_Page(_BY_SEARCH), wish, limit, seconds)
            except SearchUnavailable as error:
                refused = error.code
            else:
                if look.rows or look.following or not wish.words:
                    return look
                notes.append("SearchMedia finds nothing; looked through the lists for file names and parts of tags")
        if refused:
            notes.append(f"SearchMedia is not to be had here ({plain(refused, 60)}): looked through the lists")
        look = await self._look(_Page(_BY_LIST), wish, limit, seconds)
        if refused and not refused.startswith(("InvalidParameter", "MissingParameter")):
            # The lists were answered: it is the search that this account lacks.
            self._refused = refused
        return look

    async def _look(self, page: _Page, wish: Wish, limit: int, seconds: float) -> _Look:
        lanes = self._make_lanes(page, wish)
        is_ranked = wish.sort == "relevance" and page.way == _BY_SEARCH
        budget = Budget(MOST_RANKED_PAGES if is_ranked else MOST_PAGES, seconds, self._clock, lanes=len(lanes))
        stream = Lanes(lanes, budget, oldest_first=wish.sort == "oldest")
        fits = wish.fits_file if page.way == _BY_SEARCH else wish.fits
        if wish.is_by_time:
            return await _walk(stream, page, wish, limit, fits)
        return await _sort_window(stream, page, wish, limit, fits)

    def _make_lanes(self, page: _Page, wish: Wish) -> list[Lane]:
        if page.way == _BY_LIST:
            return [ListLane(self._client, wish, page.positions[0] if page.positions else "")]
        types = [(wish.media_type,)] if wish.media_type else [_VIDEO_AND_AUDIO, ("image",)]
        if wish.has_duration:
            types = [each for each in types if each != ("image",)] or types[:1]
        positions = page.positions or ("",) * len(types)
        return [SearchLane(self._client, wish, *each) for each in zip(types, positions, strict=False)]

    def _describe(self, look: _Look, wish: Wish, arguments: Mapping[str, Any], notes: list[str]) -> Json:
        answer: Json = {"total": look.total} if look.total is not None else {"total_at_least": look.at_least}
        answer["assets"], left_out = write_rows(look.rows, wish.folded)
        if look.looked_at:
            answer["looked_at"] = (
                f"{look.looked_at:,} of {look.of:,} assets" if look.of else f"{look.looked_at:,} assets"
            )
        if left_out:
            how = ", ".join(_HOW_LEFT_OUT[name] for name in left_out)
            answer["left_out"] = {"fields": left_out, "how": f"{how}, or a smaller limit"}
        if look.cut_ties:
            notes.append(f"cut inside a tie: {look.cut_ties:,}+ more have the same {_SORTED_BY[wish.sort][1]}")
        if look.problem:
            notes.append(look.problem)
        if look.rows and all(media.has_inside_words(wish.folded) for media in look.rows):
            notes.append("these hold the words only inside longer ones; titles and tags may be in another language")
        if not look.rows:
            answer |= _explain_nothing(look, wish, arguments)
        if notes:
            answer["note"] = "; ".join(notes)
        if look.following is not None:
            going_on = {**arguments, "page": look.following.write(wish)}
            why = "the next page" if look.rows else "nothing so far: goes on from there"
            answer |= propose("find_media", going_on, why)
        return present_ours(answer)

    async def _find_categories(self, wanted: Any) -> tuple[int, ...]:
        """The ids that a category's id, name or path stands for."""
        text = str(wanted or "").strip()
        if not text:
            return ()
        if text.isdecimal() and len(text) < 19:
            return (int(text),)
        return tuple(each.category_id for each in await find_categories(self._client, text))


async def _walk(stream: Lanes, page: _Page, wish: Wish, limit: int, fits: Callable[[FoundMedia], bool]) -> _Look:
    """The next assets that fit, in the service's own order."""
    rows: list[FoundMedia] = []
    while len(rows) < limit and (media := await stream.take()) is not None:
        if fits(media):
            rows.append(media)
    found = page.found + len(rows)
    following = None if stream.ended else _Page(page.way, tuple(stream.position), found=found)
    total = _know_total(stream, page, wish, found)
    looked_at = stream.looked_at if total is None else 0
    ties = (
        sum(media.created == rows[-1].created and fits(media) for media in stream.waiting) if len(rows) == limit else 0
    )
    return _Look(page.way, rows, total, found, looked_at, stream.total, following, stream.problem, ties)


async def _sort_window(stream: Lanes, page: _Page, wish: Wish, limit: int, fits: Callable[[FoundMedia], bool]) -> _Look:
    """Assets in an order that the service does not know: of as many as one call can read, or of all that there are."""
    began = tuple(stream.position)
    fitting: list[FoundMedia] = []
    while not (page.window and stream.looked_at >= page.window) and (media := await stream.take()) is not None:
        if fits(media):
            fitting.append(media)
    ordered = wish.order(fitting)
    rows = ordered[page.skip : page.skip + limit]
    shown = page.skip + len(rows)
    found = page.found + len(fitting)
    following: _Page | None = None
    if shown < len(fitting):
        following = _Page(page.way, began, shown, stream.looked_at, page.found)
    elif not stream.ended:
        following = _Page(page.way, tuple(stream.position), found=found)
    total = _know_total(stream, page, wish, found)
    looked_at = 0 if stream.ended and not page.found else stream.looked_at
    ties = 0
    if rows and (sorted_by := _SORTED_BY.get(wish.sort)):
        read = attrgetter(sorted_by[0])
        ties = sum(read(media) == read(rows[-1]) for media in ordered[shown:])
    return _Look(page.way, rows, total, found, looked_at, stream.total, following, stream.problem, ties)


def _know_total(stream: Lanes, page: _Page, wish: Wish, found: int) -> int | None:
    """How many there are; None where that is not known: the service has counted what it filters itself."""
    is_filtered_here = wish.needs_files or (page.way == _BY_LIST and bool(wish.words or wish.categories))
    return found if stream.ended else None if is_filtered_here else stream.total


def _read_page(text: Any, wish: Wish) -> _Page | None:
    """Raises InvalidArguments for what is no page of this search."""
    if text is None:
        return None
    found = _PAGE.fullmatch(str(text))
    if not found or not _POSITIONS[found["way"]].fullmatch(found["at"]):
        raise InvalidArguments("find_media", [Problem("page", "is not one that next_call of find_media has given")])
    if found["digest"] != wish.digest():
        problem = Problem("page", "belongs to a search with other words, filters or another sort: leave it out")
        raise InvalidArguments("find_media", [problem])
    positions = tuple(found["at"].split("|")) if found["way"] == _BY_SEARCH else (found["at"],)
    return _Page(found["way"], positions, int(found["skip"]), int(found["window"]), int(found["found"]))


def _explain_nothing(look: _Look, wish: Wish, arguments: Mapping[str, Any]) -> Json:
    """What was searched, and what might be."""
    where = "title, description and tags" if look.way == _BY_SEARCH else "title, description, tags and file name"
    filters = {name: value for name, value in arguments.items() if name not in ("text", "sort", "limit", "page")}
    searched: Json = {"words": list(wish.words), "in": where} if wish.words else {}
    if filters:
        searched["filters"] = filters
    hints: list[str] = []
    if len(wish.words) > 1:
        hints.append("give fewer words, since each has to be found")
    elif wish.words:
        hints.append("give another word or a part of it")
    if filters:
        hints.append(f"leave out {' or '.join(filters)}")
    if wish.words:
        hints.append(_suggest_language(wish.words))
        hints.append("for what is seen or said in a video call SearchMediaByHybrid")
    return {"searched": searched, "hint": "; ".join(hints) or "there are no assets in this account and region"}


def _suggest_language(words: tuple[str, ...]) -> str:
    """Titles and tags are found in the language they are written in, which need not be that of the words."""
    text = "".join(words)
    if text.isascii():
        return "titles and tags may be in another language: try Chinese words"
    if not any(character.isascii() and character.isalpha() for character in text):
        return "titles and tags may be in another language: try English words"
    return "titles and tags may be in one language only: try English and Chinese words each by themselves"
