"""An asset by its title: ``title:Lighthouse at dusk`` wherever the id of an asset of the library is taken."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from ims_mcp.catalogue import Effect, Operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ImsError, InvalidArguments, Problem
from ims_mcp.foreign_text import fold, plain
from ims_mcp.summaries.json_strings import open_json
from ims_mcp.summaries.values import label
from ims_mcp.workflows.find_media import MediaFinder
from ims_mcp.workflows.found_media import FoundMedia, stands_in

PREFIX = "title:"
_NAMES = frozenset({"MediaId", "MediaIds", "Media"})
_LIBRARIES_OF_THEIR_OWN = frozenset({"yike", "public_media"})
_BETWEEN = re.compile(r",\s*(?=title:|[0-9a-f]{32}\b)")
_MOST_TITLES = 10
"""In one call."""
_MOST_FOUND, _MOST_SHOWN = 20, 6
_DEEPEST = 40


async def resolve_assets(
    client: ImsClient, operation: Operation, arguments: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The arguments, unchecked, with the id in place of each ``title:…``; and id -> title of what was meant.

    One asset alone has to have this title or file name, or else all these words in it; what is destroyed is named by
    its whole title. Raises InvalidArguments that lists the assets where there are several, ImsError for none.
    """
    given = {name: _open(value, name) for name, value in arguments.items()}
    wanted = dict.fromkeys(_walk(given)) if operation.toolset not in _LIBRARIES_OF_THEIR_OWN else {}
    if not wanted:
        return dict(arguments), {}
    if len(wanted) > _MOST_TITLES:
        problem = f"names {len(wanted):,} assets by title, at most {_MOST_TITLES} are looked up in one call"
        raise InvalidArguments(operation.name, [Problem("MediaId", problem)])
    # Where no answer of the user's would let it through, nothing is looked up either.
    client.guard(operation, given, confirmed=True)
    finder = client.keep(MediaFinder, lambda: MediaFinder(client))
    found = {title: await _find_one(finder, operation, title) for title in wanted}
    replaced = _replace(given, lambda title: found[title].media_id)
    return replaced, {media.media_id: label(media.title, 200) for media in found.values()}


def find_titles(operation: Operation, arguments: Mapping[str, Any]) -> list[str]:
    """The titles that stand in place of ids, for those who look none up."""
    if operation.toolset in _LIBRARIES_OF_THEIR_OWN:
        return []
    return [*_walk({name: _open(value, name) for name, value in arguments.items()})]


async def _find_one(finder: MediaFinder, operation: Operation, title: str) -> FoundMedia:
    shown, wanted = plain(title, 60), fold(title)
    if not wanted:
        raise InvalidArguments(operation.name, [Problem(PREFIX, "names no asset: give its title after it")])
    looked, is_all = await finder.look_up(title, _MOST_FOUND)
    found = list({each.media_id: each for each in looked}.values())
    fitting = [each for each in found if wanted in (fold(each.title), fold(each.file_name))]
    if not fitting and operation.effect is not Effect.DESTRUCTIVE:
        fitting = [each for each in found if _has_words(each, wanted.split())]
        if not is_all and fitting:
            fitting = found
    if len(fitting) == 1:
        return fitting[0]
    listed = ", ".join(f"{each.media_id} {label(each.title, 60)!r}" for each in (fitting or found)[:_MOST_SHOWN])
    if not listed:
        raise ImsError(
            f"{operation.name} was not sent: no asset is called {shown!r}.",
            next_step="find_media looks for other words, also in tags and descriptions; titles may be in another "
            "language.",
        )
    what = "several assets are called so" if fitting else "no asset is called just so"
    next_step = f"Give the id of the one that is meant: {listed}{'' if len(found) <= _MOST_SHOWN else ', …'}."
    raise InvalidArguments(operation.name, [Problem(f"{PREFIX}{shown}", what)], next_step=next_step)


def _has_words(media: FoundMedia, words: list[str]) -> bool:
    """As words of their own, where they are written with letters: ``tea`` is not in ``Autumn teaser``."""
    texts = (fold(media.title), fold(media.file_name))
    return any(all(stands_in(word, text) for word in words) for text in texts)


def _open(value: Any, name: str) -> Any:
    """A structured argument that came as a JSON text, where a title stands in it in the place of an id."""
    opened = open_json(value) if isinstance(value, str) and PREFIX in value else None
    return value if opened is None or next(_walk(opened, name), None) is None else opened


def _walk(value: Any, name: str = "", depth: int = 0) -> Iterator[str]:
    """The titles that stand where an asset's id may."""
    match value:
        case Mapping() if depth < _DEEPEST:
            for key, inner in cast("Mapping[str, Any]", value).items():
                yield from _walk(inner, key, depth + 1)
        case list() if depth < _DEEPEST:
            for inner in cast("list[Any]", value):
                yield from _walk(inner, name, depth + 1)
        case str() if name in _NAMES:
            for part in _split(value, name):
                if part.startswith(PREFIX):
                    yield part.removeprefix(PREFIX).strip()
        case _:
            return


def _replace(value: Any, find_id: Callable[[str], str], name: str = "", depth: int = 0) -> Any:
    match value:
        case Mapping() if depth < _DEEPEST:
            fields = cast("Mapping[str, Any]", value).items()
            return {key: _replace(inner, find_id, key, depth + 1) for key, inner in fields}
        case list() if depth < _DEEPEST:
            return [_replace(inner, find_id, name, depth + 1) for inner in cast("list[Any]", value)]
        case str() if name in _NAMES and PREFIX in value:
            parts = _split(value, name)
            ids = [find_id(each.removeprefix(PREFIX).strip()) if each.startswith(PREFIX) else each for each in parts]
            return ",".join(ids)
        case _:
            return value


def _split(value: str, name: str) -> list[str]:
    """The ids and titles of a comma-separated list; a title may hold commas itself."""
    return [part.strip() for part in _BETWEEN.split(value)] if name == "MediaIds" else [value]
