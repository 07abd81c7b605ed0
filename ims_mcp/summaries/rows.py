"""A list in an answer as compact rows: the columns people ask for, typed, without what is empty in them.

Columns are those of the operation's notes, or chosen by rule: every scalar field that says something, an object where
one scalar in it does, the facts of the first file of an asset. A column keeps the service's own name, so that it goes
back into a call as it is; a measure says its unit (``duration_seconds``, ``size_bytes``, ``bitrate_kbps``), and Width
and Height are one ``resolution``. In the notes a path to a Width shows both, and one that ends in ``[]`` all values.

A value that is the same in three rows or more is said once, in ``in_every_row``. A list of a single row shows what
else is known of it as well, field by field, as long as that is short and no picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from ims_mcp.catalogue import Operation, ResponseField
from ims_mcp.foreign_text import ELLIPSIS, shorten, size_of
from ims_mcp.summaries.bounds import measure
from ims_mcp.summaries.typed_fields import (
    MEASURES,
    is_echoed,
    is_empty,
    is_envelope,
    is_picture,
    is_state,
    join_size,
    rank_column,
    type_scalar,
)
from ims_mcp.summaries.values import Json, as_object, find_expiry

HOISTED = "in_every_row"
MOST_COLUMNS = 10
"""Chosen by rule; the notes may name more."""
_HOIST_FROM = 3
LONGEST_TEXT = 128
"""Bytes of a text in one of several rows: what is longer is cut, which no title is, nor an address or an id."""
_LONGEST_ADDRESS = 1_000
_LONGEST_ALONE = 300
_MOST_ALONE_BYTES = 1_200
"""What a single row shows beside its columns: fields of at most so many bytes, and so many in all."""
_MOST_VALUES = 8
_DEEPEST = 3
# What says little of an object where something else does.
_BESIDE = frozenset({"Type", "Endpoint", "Location"})
METERS = "DescribeMeter"
"""How the operations begin whose durations are billed in units of their own, and whose days are those of Beijing."""
_FILE_LIST = "FileInfoList"
_FILE_FACTS = "FileBasicInfo"
_FACTS = {
    "title": ("Title",),
    "tags": ("MediaTags", "Tags"),
    "category": ("CateName", "Category", "CateId"),
    "type": ("MediaType",),
    "created": ("CreateTime", "CreationTime"),
    "status": ("Status",),
    "duration_seconds": ("Duration",),
    "seconds": ("Duration",),
    "size_bytes": ("FileSize", "Size"),
    "bytes": ("FileSize", "Size"),
    "bitrate_kbps": ("Bitrate",),
}
"""What a fact of an asset is called in our answers, and in the service's: one name is as good as the other to ask with.
"""

Column = tuple[str, tuple[str, ...]]
"""Its name in the answer, and the path to it in an element, ``*`` at the end for all values there."""


@dataclass(frozen=True, slots=True)
class Table:
    """A list as it is shown: ``rows`` whole, the names of the fields that no row shows, and asked-for fields that no
    element has."""

    rows: list[Json]
    left_out: list[str]
    unknown: list[str]


@cache
def find_list(operation: Operation) -> tuple[str, ...] | None:
    """Where the list lies that the operation answers with; None where it answers with a thing that has a state, or
    with several lists.

    It lies at the top, or in an object that holds nothing else but counts: ``Data.JobList``, ``Libs.Lib``.
    """
    if operation.rows is not None:
        return tuple(operation.rows.path.removesuffix("[]").split("."))
    if any(field.items is None and is_state(field.name) for field in operation.response):
        return None
    found: list[tuple[str, ...]] = []
    for field in operation.response:
        if _holds_objects(field):
            found.append((field.name,))
        elif field.fields and all(each.kind != "object" and not _says_of_itself(each) for each in field.fields):
            found += [(field.name, each.name) for each in field.fields if _holds_objects(each)]
    return found[0] if len(found) == 1 else None


def _holds_objects(field: ResponseField) -> bool:
    return field.items is not None and bool(field.items.fields)


def _says_of_itself(field: ResponseField) -> bool:
    return field.items is None and not is_envelope(field.name, None) and "total" not in field.name.lower()


def make_table(
    operation: Operation,
    path: tuple[str, ...],
    elements: list[Json],
    asked: Sequence[str] = (),
    *,
    with_signed_urls: bool = False,
    with_whole_texts: bool = False,
) -> Table:
    """The elements of the list at ``path``, presented already. ``asked``: the fields that a caller wants instead of
    the columns, by name, by path or by column; what tells one row from another leads (:func:`_find_leads`).
    ``with_signed_urls``: addresses that have a query are shown, wherever they lie in an element. ``with_whole_texts``:
    none is cut, for a query to read."""
    chosen = [_split(name, written) for name, written in operation.rows.columns] if operation.rows else []
    columns = [column for column in chosen if any(not is_empty(_read(each, column)) for each in elements)]
    if not columns:
        columns = _choose_columns(path[-1], elements, has_units=not operation.name.startswith(METERS))
    if asked:
        return _make_asked_table(elements, columns, [*chosen, *columns], asked)
    longest = LONGEST_TEXT if len(elements) > 1 else _LONGEST_ALONE
    rows, left_out = _fill_rows(elements, columns, None if with_whole_texts else longest)
    if len(elements) == 1:
        _add_rest(elements[0], rows[0], columns, left_out)
    if with_signed_urls:
        for element, row in zip(elements, rows, strict=True):
            for name, url in _walk_signed_urls(element, 0):
                if url not in row.values():
                    row.setdefault(name, url)
                left_out.pop(name, None)
            row |= {f"{name}_expires": end for name, end in _read_expiries(row)}
    return Table(rows, list(left_out), [])


def _fill_rows(elements: list[Json], columns: list[Column], longest: int | None) -> tuple[list[Json], dict[str, None]]:
    """The rows, and the names of the fields that are cut in them or are in none."""
    shown = _Shown(columns)
    rows: list[Json] = []
    cut: set[str] = set()
    unshown: dict[str, None] = {}
    for element in elements:
        row: Json = {}
        for column in columns:
            deep: list[str] = []
            value = _read(element, column, deep)
            if is_empty(value):
                cut.update(deep)
                continue
            row[column[0]] = short = value if longest is None else shorten_value(value, longest)
            if short != value or deep:
                cut.add(next(name for name in reversed(column[1]) if name != "*"))
        rows.append(row)
        unshown |= {name: None for name, value in _walk_unshown(element, (), shown) if row.get(name) != value}
    return rows, dict.fromkeys(sorted(cut)) | unshown


def hoist(rows: list[Json]) -> tuple[list[Json], Json]:
    """The rows without what all of them say, and that: ``{status: Normal}``. The first column stays in its row."""
    if len(rows) < _HOIST_FROM:
        return rows, {}
    first = rows[0]
    lead = next(iter(first), "")
    shared = {
        name: value
        for name, value in first.items()
        if name != lead and _is_whole_scalar(value) and all(_says_same(row, name, value) for row in rows)
    }
    if not shared:
        return rows, {}
    return [{name: value for name, value in row.items() if name not in shared} for row in rows], shared


def _is_whole_scalar(value: Any) -> bool:
    # Texts that begin alike look the same when they are cut.
    return not isinstance(value, dict | list) and not (isinstance(value, str) and value.endswith(ELLIPSIS))


def _says_same(row: Json, name: str, value: Any) -> bool:
    return name in row and type(row[name]) is type(value) and row[name] == value


def shorten_value(value: Any, longest: int) -> Any:
    """A cell: a text cut, unless it is an address; of a list the first few elements."""
    if isinstance(value, str):
        allowed = _LONGEST_ADDRESS if "://" in value else longest
        return value if len(value) * 4 <= allowed or size_of(value) <= allowed else shorten(value, allowed)
    if isinstance(value, list):
        return [shorten_value(each, longest) for each in cast("list[Any]", value)[:_MOST_VALUES]]
    if isinstance(value, dict):
        return {name: shorten_value(each, longest) for name, each in cast("Json", value).items()}
    return value


def _split(name: str, written: str) -> Column:
    parts = tuple(written.replace("[]", "").split("."))
    return name, (*parts, "*") if written.endswith("[]") else parts


def _read(element: Json, column: Column, deep: list[str] | None = None) -> Any:
    """The first value at the path that says something, typed; all of them where the path ends in ``*``, a text once.
    ``deep``: gets the names of fields that lie too deep to be in it."""
    name, path = column
    takes_all = path[-1] == "*"
    found: list[Any] = []
    for owner, field in _find(element, path[:-1] if takes_all else path):
        value = join_size(owner) if field == "Width" and name == "resolution" else owner[field]
        values = cast("list[Any]", value) if takes_all and isinstance(value, list) else [value]
        for each in values:
            if is_empty(each):
                continue
            cell = _compact(type_scalar(field, each), 0, field, [] if deep is None else deep)
            if not takes_all:
                return cell
            if not is_empty(cell) and (not isinstance(cell, str) or cell not in found):
                found.append(cell)
        # One more than is shown, so that a cut is seen.
        if len(found) > _MOST_VALUES:
            break
    return found[: _MOST_VALUES + 1] or None


def _find(value: Any, path: tuple[str, ...]) -> Iterator[tuple[Json, str]]:
    """The objects that have the last field of the path, with its name; lists on the way are walked through."""
    if isinstance(value, list):
        for element in cast("list[Any]", value):
            yield from _find(element, path)
    elif isinstance(value, dict):
        fields = cast("Json", value)
        if path[0] in fields:
            if len(path) == 1:
                yield fields, path[0]
            else:
                yield from _find(fields[path[0]], path[1:])


def _compact(value: Any, depth: int, name: str, deep: list[str]) -> Any:
    """A cell that is an object or a list, without what is empty in it and without objects that lie too deep, whose
    names ``deep`` gets. Objects count as levels, lists of them do not."""
    if isinstance(value, dict):
        if depth >= _DEEPEST:
            deep.append(name)
            return None
        fields = {
            key: _compact(type_scalar(key, each), depth + 1, key, deep)
            for key, each in cast("Json", value).items()
            if not is_empty(each) and not is_picture(key)
        }
        return {key: each for key, each in fields.items() if not is_empty(each)}
    if isinstance(value, list):
        read: list[Any] = []
        for each in cast("list[Any]", value)[: _MOST_VALUES + 1]:
            short = _compact(each, depth, name, deep)
            # What was empty keeps its place; of what lies too deep none is left that could be taken for empty.
            if not (isinstance(each, dict | list) and each and is_empty(short)):
                read.append(short)
        return read
    return value


def _choose_columns(list_name: str, elements: list[Json], *, has_units: bool) -> list[Column]:
    """The scalars that any element has, in the order people read them in, the first ten."""
    found: dict[tuple[str, ...], str] = {}
    for element in elements:
        for name, path in _walk_columns(element, ()):
            found.setdefault(path, name)
    columns: dict[str, tuple[str, ...]] = {}
    for path, name in found.items():
        width, height = (*path[:-1], "Width"), (*path[:-1], "Height")
        if path in (width, height) and {width, height} <= found.keys():
            columns.setdefault("resolution", width)
        elif name in MEASURES and has_units:
            columns.setdefault(MEASURES[name][0], path)
        else:
            columns.setdefault(name, path)
    ranked = sorted(columns.items(), key=lambda column: rank_column(column[0], list_name, columns))
    return ranked[:MOST_COLUMNS]


def _walk_columns(fields: Json, before: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, value in fields.items():
        path = (*before, name)
        if is_empty(value) or is_picture(name) or is_echoed(name) or name == "RequestId":
            continue
        if isinstance(value, dict):
            inner = cast("Json", value)
            if name.endswith("BasicInfo"):
                yield from (each for each in _walk_columns(inner, path) if len(each[1]) == len(path) + 1)
            elif (only := _find_only_scalar(inner)) is not None:
                yield name, (*path, only)
        elif isinstance(value, list):
            elements = cast("list[Any]", value)
            if name == _FILE_LIST and isinstance(elements[0], dict):
                measured = as_object(as_object(elements[0]).get(_FILE_FACTS))
                for field in ("Duration", "FileSize", "Width", "Height"):
                    if not is_empty(measured.get(field)):
                        yield field, (*path, _FILE_FACTS, field)
            elif not any(isinstance(element, dict | list) for element in elements):
                yield name, (*path, "*")
        else:
            yield name, path


def _find_only_scalar(fields: Json) -> str | None:
    """The one field of an object that says something, and is no object itself."""
    telling = [name for name, value in fields.items() if not is_empty(value) and not is_echoed(name)]
    if len(telling) > 1:
        telling = [name for name in telling if name not in _BESIDE]
    if len(telling) != 1 or isinstance(fields[telling[0]], dict | list):
        return None
    return telling[0]


class _Shown:
    """The paths of what the columns show, and of the objects it lies in."""

    def __init__(self, columns: list[Column]) -> None:
        paths = {path[:-1] if path[-1] == "*" else path for _, path in columns}
        self.paths = paths | {(*path[:-1], "Height") for path in paths if path[-1] == "Width"}
        self.opened = {path[:count] for path in paths for count in range(1, len(path))}


def _walk_unshown(fields: Json, before: tuple[str, ...], shown: _Shown) -> Iterator[tuple[str, Any]]:
    """What no column shows: a scalar, or an object or a list nothing of which is shown, by its name."""
    for name, value in fields.items():
        path = (*before, name)
        if path in shown.paths or is_empty(value) or name == "RequestId":
            continue
        is_opened = path in shown.opened or (not before and name.endswith("BasicInfo"))
        if isinstance(value, dict) and is_opened:
            yield from _walk_unshown(cast("Json", value), path, shown)
        else:
            yield name, value


def _add_rest(element: Json, row: Json, columns: list[Column], left_out: dict[str, None]) -> None:
    """To a single row every further field that is short."""
    room = _MOST_ALONE_BYTES
    for name, value in _walk_unshown(element, (), _Shown(columns)):
        if name in row or is_picture(name):
            continue
        deep: list[str] = []
        short = _compact(type_scalar(name, value), 0, name, deep)
        taken = measure(short, _LONGEST_ALONE) + len(name) + 4
        if taken <= min(room, _LONGEST_ALONE) and not is_empty(short):
            row[name] = short
            room -= taken
            if not deep:
                left_out.pop(name, None)


def _walk_signed_urls(value: Any, depth: int, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if "://" in value and "?" in value:
            yield name, value
    elif isinstance(value, dict) and depth < 2 * _DEEPEST:
        for key, each in cast("Json", value).items():
            if isinstance(each, str) or not is_picture(key):
                yield from _walk_signed_urls(each, depth + 1, key)
    elif isinstance(value, list) and depth < 2 * _DEEPEST:
        for each in cast("list[Any]", value)[:_MOST_VALUES]:
            yield from _walk_signed_urls(each, depth + 1, name)


def _read_expiries(row: Json) -> list[tuple[str, str]]:
    """When the addresses in a row stop working, where they say so."""
    urls = ((name, value) for name, value in row.items() if isinstance(value, str) and "://" in value)
    return [(name, end) for name, url in urls if (end := find_expiry(url))]


def _make_asked_table(elements: list[Json], columns: list[Column], known: list[Column], asked: Sequence[str]) -> Table:
    by_name = {name: (name, path) for name, path in reversed(known)}
    leads = _find_leads(columns, asked)
    rows: list[Json] = []
    found: set[str] = set()
    for element in elements:
        row = {column[0]: value for column in leads if not is_empty(value := _read(element, column))}
        for name in asked:
            value = _read_asked(element, name, by_name)
            if not is_empty(value):
                row[name] = value
                found.add(name)
        rows.append(row)
    return Table(rows, [], [name for name in asked if name not in found])


def _read_asked(element: Json, name: str, columns: dict[str, Column]) -> Any:
    """The whole value of a column, of a field, or of the fact that other lists show under this name."""
    if name in columns:
        deep: list[str] = []
        value = _read(element, columns[name], deep)
        return find_field(element, ".".join(columns[name][1]).removesuffix(".*")) if deep else value
    value = find_field(element, name)
    if not is_empty(value):
        return value
    facts = ((field, find_field(element, field)) for field in _FACTS.get(name, ()))
    return next((type_scalar(field, fact) for field, fact in facts if not is_empty(fact)), None)


def _find_leads(columns: list[Column], asked: Sequence[str]) -> list[Column]:
    """The first column, mostly an id, and what the thing is called where that does not say it."""
    named = [column for column in columns if column[0].lower().endswith(("name", "title"))]
    own = columns[:1] if columns[:1] == named[:1] else columns[:1] + named[:1]
    # Asked for under the service's name it would stand there twice.
    told = {name.rpartition(".")[2] for name in asked}
    return [column for column in own if column[1][-1] not in told]


def find_field(value: Any, name: str) -> Any:
    """A field by its path, or by its name wherever it lies nearest to the top; None where there is none that says
    something."""
    if "." in name:
        path = tuple(name.replace("[]", "").split("."))
        return next((owner[field] for owner, field in _find(value, path) if not is_empty(owner[field])), None)
    level: list[Any] = [value]
    for _ in range(2 * _DEEPEST):
        for each in level:
            if not is_empty(found := as_object(each).get(name)):
                return found
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (cast("Json", each).values() if isinstance(each, dict) else cast("list[Any]", each))
            if isinstance(inner, dict | list)
        ]
    return None
