"""Which operation lists the things that another one names: where to look for an id that was not found, and where the
ids of a call come from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast

from ims_mcp.catalogue import get_operation, list_known_names, operations
from ims_mcp.catalogue.example import make_example
from ims_mcp.catalogue.operation import Effect, Operation, Parameter, ResponseField

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*")
_NAMING = re.compile(r"(Ids?|Names?|URLs?)$")
_ASSETS = "ListMediaBasicInfos"
_ASSETS_BY_NAME = "find_media, or title:WORDS"
"""What the server makes the id of the asset that alone has these words in its title."""
_OF_ASSETS = ("MediaId", "MediaIds", "InputURL", "InputURLs")
_LIBRARIES_OF_THEIR_OWN = ("yike", "public_media")
_BY_ID = {"CateId": "GetCategories", "MediaMarkIds": "ListMediaMarks", "MediaMarks": "ListMediaMarks"}
"""Where the names do not tell."""
_OPERATION = re.compile(r"[A-Z][A-Za-z0-9]{5,}")
_LISTING = re.compile(r"(List|Search)[A-Z]|(Get|Query|Describe)[A-Za-z0-9]+(s|List)$")
_ID = re.compile(r"Ids?$")
_CALLED = re.compile(r"(Ids?|Names?|Keys?|Code|[Vv]oice)$")
_MAKING = ("Add", "Create", "Insert", "Register", "Set", "Start", "Submit")
"""What begins with these makes a thing; an id that is not told of may be the new thing's."""
_OF_DEFAULTS = {("GetCustomTemplate", "TemplateId")}
"""Operations that show the default one without an id."""
_MOST_SOURCES = 2


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


def find_sources(operation: Operation) -> Mapping[str, str]:
    """Where the ids and names in the example of ``operation`` come from: ``{"TemplateId": "ListSystemTemplates or
    ListCustomTemplates"}``.

    What a parameter's text names goes first, where that lists things with such a field. Any other id comes from the
    list of the things the operation is about, or from the one that is called by its own thing.
    """
    found: dict[str, str] = {}
    for row in _walk_given(operation.parameters, make_example(operation)):
        sources = _find_sources_of(operation, row)
        if sources and row.name not in found:
            is_asset = sources == [_ASSETS] and row.name in ("MediaId", "MediaIds")
            found[row.name] = _ASSETS_BY_NAME if is_asset else " or ".join(sources[:_MOST_SOURCES])
    return found


def _find_sources_of(operation: Operation, row: Parameter) -> list[str]:
    if not _CALLED.search(row.name):
        return []
    text = " ".join([row.text, row.items.text if row.items is not None else ""])
    named = [name for name in dict.fromkeys(_OPERATION.findall(text)) if name in list_known_names()]
    told = [name for name in named if name != operation.name and _tells(get_operation(name), row.name)]
    if told or not _ID.search(row.name):
        return [name + _find_condition(text, name) for name in told]
    if row.name in _OF_ASSETS:
        listing = "" if named else find_listing(operation, row.name)
    elif row.name == find_id(operation):
        listing = "" if operation.name.startswith(_MAKING) else find_listing(operation, row.name)
    else:
        listing = _find_only_list(operation, row.name)
    is_known = listing not in ("", operation.name) and lists(get_operation(listing), row.name)
    return [listing] if is_known else []


def _tells(operation: Operation, name: str) -> bool:
    """Whether it lists such ids or names, or has the default of each type: ``GetCustomTemplate with Type 2``."""
    return lists(operation, name) or (operation.name, name) in _OF_DEFAULTS


def _find_condition(text: str, name: str) -> str:
    """How a text says that the operation is to be called: `` with Type 2``."""
    found = re.search(rf"{name}( with [A-Z]\w+ [\w,]*\w)", text)
    return found[1] if found else ""


def _find_only_list(operation: Operation, name: str) -> str:
    """The one list of the toolset that is called by the thing of an id: the list of entities has each EntityId."""
    thing = _ID.sub("", name).removesuffix("y")
    if operation.name.startswith(_MAKING) and thing in operation.name:
        return ""
    found = [each.name for each in operations(operation.toolset) if thing in each.name and lists(each, name)]
    return found[0] if len(found) == 1 else ""


def lists(operation: Operation, name: str) -> bool:
    """Whether it lists things, for somebody who does not know this id or name of any, and says it of each: ``MediaIds``
    are what has a ``MediaId``."""
    one = name.removesuffix("s")
    if operation.effect is not Effect.READ or not _LISTING.match(operation.name):
        return False
    return all(_lists(operation, each) for each in (one, f"{one}s")) and one.casefold() in _list_fields(operation.name)


@cache
def _list_fields(operation: str) -> frozenset[str]:
    return frozenset(name.casefold() for name in _walk_listed(get_operation(operation).response, is_listed=False))


def _walk_listed(fields: tuple[ResponseField, ...], *, is_listed: bool) -> Iterator[str]:
    """The names of all fields in the elements of lists."""
    for field in fields:
        if is_listed:
            yield field.name
        yield from _walk_listed(field.fields, is_listed=is_listed)
        if field.items is not None:
            yield from _walk_listed(field.items.fields, is_listed=True)


def _walk_given(rows: tuple[Parameter, ...], given: Any) -> Iterator[Parameter]:
    """The rows of the parameters and fields that ``given`` has, in its order."""
    for value in cast("list[Any]", given) if isinstance(given, list) else [given]:
        if not isinstance(value, Mapping):
            continue
        for name, inner in cast("Mapping[str, Any]", value).items():
            row = next((each for each in rows if each.name == name), None)
            if row is not None:
                yield row
                while row.items is not None:
                    row = row.items
                yield from _walk_given((*row.fields, *(each for case in row.cases for each in case.fields)), inner)
