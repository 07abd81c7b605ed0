"""Assets found by a Match: its condition as SQL, the order, and pages counted from the front."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ims_mcp.local.media_library import steps
from ims_mcp.local.media_library.assets import (
    INIT,
    NORMAL,
    PREPARE_FAIL,
    PREPARING,
    SELECT_FILES,
    Asset,
    MediaFile,
    read_asset_row,
    read_file_row,
)
from ims_mcp.local.media_library.match_syntax import Compared, Condition, MatchError, list_compared
from ims_mcp.local.media_library.text_index import TextIndex
from ims_mcp.local.store import Store
from ims_mcp.local.wire_values import read_whole_number

STATUSES = dict(enumerate((INIT, PREPARING, PREPARE_FAIL, NORMAL)))
STATUSES_OF_OTHERS = frozenset({10, 12, 13, 14, 15, 16, 17, 18})
"""Further numbers on the page (uploading, transcoding, censoring, deleted): no asset here is in such a state."""
MEDIA_TYPES = ("video", "audio", "image")
SORT_FIELDS = {"utccreate": "a.created_at", "utcmodified": "a.modified_at"}
_COLUMNS = {"utcCreate": "a.created_at", "utcModified": "a.modified_at", "mediaType": "a.media_type"}
_NEVER = "0"


@dataclass(frozen=True, slots=True)
class FoundPage:
    """One page of a search, with the files of each asset by its id."""

    assets: list[Asset]
    files: dict[str, list[MediaFile]]
    total: int


class AssetSearch:
    """Searches the library; what was committed before a search is found by it, or not found any more."""

    def __init__(self, store: Store, region: str, index: TextIndex | None = None) -> None:
        self._store = store
        self._region = region
        self._index = index or TextIndex()

    async def open(self) -> None:
        """Index everything that is not indexed yet; once, before the first search."""
        await self._store.write(self._index.open)
        await self._catch_up()

    async def find(self, condition: Condition | None, *, order: Sequence[str], offset: int, limit: int) -> FoundPage:
        """Assets that meet the condition, videos only where it does not say which type. ``order``: terms of SQL.

        Raises MatchError for a condition that compares with an impossible value.
        """
        compared = [] if condition is None else list_compared(condition)
        where, values = ("1", []) if condition is None else self._write(condition)
        _check_media_types(compared)
        if all(each.field != "mediaType" for each in compared):
            where = f"({where}) AND a.media_type = 'video'"
        # Of equals the one made last is the newer one, in either direction: as the list has them.
        last = "ASC" if order and order[0].endswith(" ASC") else "DESC"
        tail = f"ORDER BY {', '.join([*order, f'a.sequence {last}'])} LIMIT {limit} OFFSET {offset}"
        await self._catch_up()

        def work(connection: sqlite3.Connection) -> FoundPage:
            counted = f"SELECT COUNT(*) FROM media_asset a WHERE a.deleted_at IS NULL AND ({where})"  # noqa: S608 - ours
            total = int(connection.execute(counted, values).fetchone()[0])
            assets = [read_asset_row(row) for row in steps.select_assets(connection, f"({where})", values, tail)]
            files: dict[str, list[MediaFile]] = {asset.media_id: [] for asset in assets}
            query = f"{SELECT_FILES} WHERE f.media_id IN ({','.join('?' * len(files))}) ORDER BY f.file_id"
            for row in connection.execute(query, tuple(files)):
                files[row["media_id"]].append(read_file_row(row))
            return FoundPage(assets, files, total)

        return await self._store.read(work)

    async def _catch_up(self) -> None:
        while await self._store.read(self._index.is_behind):
            await self._store.write(self._index.catch_up)

    def _write(self, condition: Condition) -> tuple[str, list[Any]]:
        """SQL on a row ``a`` of media_asset, and the values of its placeholders."""
        if isinstance(condition, Compared):
            return self._write_compared(condition)
        written = [self._write(part) for part in condition.parts]
        where = f" {condition.joined_by.upper()} ".join(f"({sql})" for sql, _ in written)
        return where, [value for _, values in written for value in values]

    def _write_compared(self, compared: Compared) -> tuple[str, list[Any]]:
        name, values = compared.field, compared.values
        match name:
            case "title" | "description":
                sql, value = self._index.write_condition(name, values[0])
                return sql, [value]
            case "tagList":
                # Tags hold no comma. A list, since SQLite takes no thousand expressions joined by OR.
                tags = [tag for tag in dict.fromkeys(values) if "," not in tag]
                if not tags:
                    return _NEVER, []
                listed = f"(VALUES {','.join(['(?)'] * len(tags))})"
                test = "instr(',' || a.media_tags || ',', ',' || column1 || ',') > 0"
                return f"EXISTS (SELECT 1 FROM {listed} WHERE {test})", tags  # noqa: S608 - ours
            case "mediaId":
                return "a.media_id = ?", [values[0]]
            case "cateId":
                return "a.cate_id = ?", [_read_number(name, values[0])]
            case "status":
                numbers = [_read_number(name, value) for value in values]
                known = [*STATUSES, *sorted(STATUSES_OF_OTHERS)]
                if unknown := [number for number in numbers if number not in known]:
                    raise MatchError(f"status {unknown[0]} does not exist; there are {', '.join(map(str, known))}")
                found = [STATUSES[number] for number in numbers if number in STATUSES]
                return f"a.status IN ({','.join('?' * len(found))})", found
            case "mediaType":
                return f"a.media_type IN ({','.join('?' * len(values))})", list(values)
            case "utcCreate" | "utcModified":
                return _write_range(compared)
            case "fileInfo.storageLocation":
                return ("1" if self._region in values else _NEVER), []
            case _:
                # What an analysis would have found; nothing is analysed here.
                return _NEVER, []


def _check_media_types(compared: Sequence[Compared]) -> None:
    types = {value for each in compared if each.field == "mediaType" for value in each.values}
    if unknown := sorted(types - {*MEDIA_TYPES}):
        raise MatchError(f"mediaType {unknown[0]} does not exist; there are {', '.join(MEDIA_TYPES)}")
    if "image" in types and len(types) > 1:
        raise MatchError("images cannot be searched together with video and audio")


def _write_range(compared: Compared) -> tuple[str, list[Any]]:
    """Times are milliseconds in a Match and whole seconds in the table."""
    tests: list[str] = []
    numbers: list[int] = []
    for bound, included, mark in zip(compared.values, compared.includes, (">", "<"), strict=True):
        if bound:
            tests.append(f"{_COLUMNS[compared.field]} * 1000 {mark}{'=' if included else ''} ?")
            numbers.append(_read_number(compared.field, bound))
    return " AND ".join(tests), numbers


def _read_number(name: str, text: str) -> int:
    number = read_whole_number(text)
    if number is None:
        raise MatchError(f"{name} is compared with whole numbers, and {text!r} is none")
    return number
