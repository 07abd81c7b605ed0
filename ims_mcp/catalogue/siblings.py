"""Which operation lists the things that another one names: where to look for an id that was not found."""

from __future__ import annotations

import re

from ims_mcp.catalogue import get_operation, list_known_names
from ims_mcp.catalogue.operation import Effect, Operation

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*")
_NAMING = re.compile(r"(Ids?|Names?|URLs?)$")
_ASSETS = "ListMediaBasicInfos"
_OF_ASSETS = ("MediaId", "MediaIds", "InputURL", "InputURLs")
_LIBRARIES_OF_THEIR_OWN = ("yike", "public_media")
_BY_ID = {"CateId": "GetCategories", "MediaMarkIds": "ListMediaMarks", "MediaMarks": "ListMediaMarks"}
"""Where the names do not tell."""


def find_listing(operation: Operation, name: str = "") -> str:
    """The operation that lists the things ``operation`` names by an id or a name (in ``name``, where that is known);
    empty where none is known.

    Told by the names: UpdatePipeline, GetPipeline and DeletePipeline are about what ListPipelines lists. What takes a
    MediaId is about an asset.
    """
    name = name or find_id(operation)
    if name in _OF_ASSETS and operation.toolset not in _LIBRARIES_OF_THEIR_OWN:
        return _ASSETS
    if name in _BY_ID:
        return _BY_ID[name]
    known = list_known_names()
    words = _WORDS.findall(operation.name)[1:]
    for end in range(len(words), 0, -1):
        thing = "".join(words[:end]).removesuffix("s")
        plurals = (f"{thing}s", thing, f"{thing.removesuffix('y')}ies", f"{thing}List")
        for listing in (f"{verb}{plural}" for verb in ("List", "Query") for plural in plurals):
            if listing in known and _lists(get_operation(listing), name):
                return listing
    return ""


def _lists(operation: Operation, name: str) -> bool:
    """Whether it can be called by somebody who does not know ``name`` yet."""
    row = operation.parameter(name)
    return operation.effect is Effect.READ and (row is None or not row.required)


def find_id(operation: Operation) -> str:
    """The argument that names the thing: the last required one that is called an id, a name or an address, or else the
    first that is."""
    rows = [row for row in operation.parameters if _NAMING.search(row.name)]
    required = [row.name for row in rows if row.required]
    return required[-1] if required else rows[0].name if rows else ""


def suggest_lookup(operation: Operation, name: str = "") -> str:
    """Which id to check, and where to look for the right one. ``name``: the argument, where it is known."""
    name = name or find_id(operation)
    check = f"Check {name}" if name else "Check the id"
    where = find_listing(operation, name)
    return f"{check}; {where} lists what there is." if where else f"{check}."
