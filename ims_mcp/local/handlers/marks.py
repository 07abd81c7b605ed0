"""AddMediaMarks, GetMediaMarks, ListMediaMarks, UpdateMediaMarks and DeleteMediaMarks: notes on moments of an asset."""

from __future__ import annotations

import json
import sqlite3
import uuid
from typing import Any

from ims_mcp.local.rpc.call import Call, handles
from ims_mcp.local.rpc.service_errors import RpcFault, invalid, media_not_found, missing
from ims_mcp.local.store import Store

_TIMES = ("MarkStartTime", "MarkEndTime")
_FIELDS = (*_TIMES, "MarkTag", "MarkContent", "MarkStatus")

Mark = dict[str, str]
"""The fields of one mark, times as text in seconds, as the pages' examples have them."""


class Marks:
    """Each operation is one transaction on media_mark; MediaMarks travels as JSON text both ways."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @handles("AddMediaMarks")
    async def _add(self, call: Call) -> dict[str, Any]:
        """Whole."""
        media_id = call.require_text("MediaId")
        marks = [(f"mark-{uuid.uuid4().hex}", fields) for _, fields in _read_elements(call)]

        def work(connection: sqlite3.Connection) -> None:
            _check_asset(connection, media_id)
            connection.executemany(
                "INSERT INTO media_mark (mark_id, media_id, fields) VALUES (?, ?, ?)",
                [(mark_id, media_id, _write_json(_check(fields))) for mark_id, fields in marks],
            )

        await self._store.write(work)
        return {"MediaId": media_id, "MediaMarkIds": ",".join(mark_id for mark_id, _ in marks)}

    @handles("GetMediaMarks")
    async def _get(self, call: Call) -> dict[str, Any]:
        """MediaId and MediaMarkIds are both needed; unknown ids are passed over."""
        media_id, mark_ids = call.require_text("MediaId"), call.get_parts("MediaMarkIds")
        if not mark_ids:
            raise missing("MediaMarkIds")
        marks = await self._list_marks(media_id)
        return {"MediaId": media_id, "MediaMarks": _write_json([mark for mark in marks if mark["MarkId"] in mark_ids])}

    @handles("ListMediaMarks")
    async def _list(self, call: Call) -> dict[str, Any]:
        """Whole."""
        media_id = call.require_text("MediaId")
        return {"MediaId": media_id, "MediaMarks": _write_json(await self._list_marks(media_id))}

    @handles("UpdateMediaMarks")
    async def _update(self, call: Call) -> dict[str, Any]:
        """An element names its mark as MarkId (MediaMarkId is understood as well)."""
        media_id, elements = call.require_text("MediaId"), _read_elements(call)
        for number, (mark_id, _) in enumerate(elements):
            if mark_id is None:
                raise invalid("MediaMarks", f"element {number} names no MarkId")

        def work(connection: sqlite3.Connection) -> None:
            _check_asset(connection, media_id)
            for mark_id, changes in elements:
                row = connection.execute(
                    "SELECT fields FROM media_mark WHERE media_id = ? AND mark_id = ?", (media_id, mark_id)
                ).fetchone()
                if row is None:
                    raise RpcFault("ResourceNotFound", f"The asset {media_id} has no mark {mark_id}.")
                fields = _check({**json.loads(row["fields"]), **changes})
                connection.execute("UPDATE media_mark SET fields = ? WHERE mark_id = ?", (_write_json(fields), mark_id))

        await self._store.write(work)
        return {"MediaId": media_id, "MediaMarkIds": ",".join(str(mark_id) for mark_id, _ in elements)}

    @handles("DeleteMediaMarks")
    async def _delete(self, call: Call) -> dict[str, Any]:
        """Whole."""
        media_id, mark_ids = call.require_text("MediaId"), call.get_parts("MediaMarkIds")

        def work(connection: sqlite3.Connection) -> list[str]:
            _check_asset(connection, media_id)
            present = connection.execute(
                "SELECT mark_id FROM media_mark WHERE media_id = ? ORDER BY sequence", (media_id,)
            ).fetchall()
            # No ids means all of them: so the page says.
            going = [row["mark_id"] for row in present if not mark_ids or row["mark_id"] in mark_ids]
            connection.executemany("DELETE FROM media_mark WHERE mark_id = ?", [(mark_id,) for mark_id in going])
            return going

        return {"MediaId": media_id, "MediaMarkIds": ",".join(await self._store.write(work))}

    async def _list_marks(self, media_id: str) -> list[Mark]:
        def work(connection: sqlite3.Connection) -> list[Mark]:
            _check_asset(connection, media_id)
            rows = connection.execute(
                "SELECT mark_id, fields FROM media_mark WHERE media_id = ? ORDER BY sequence", (media_id,)
            )
            return [{"MarkId": row["mark_id"], **json.loads(row["fields"])} for row in rows]

        return await self._store.read(work)


def _check_asset(connection: sqlite3.Connection, media_id: str) -> None:
    query = "SELECT 1 FROM media_asset WHERE media_id = ? AND deleted_at IS NULL"
    if connection.execute(query, (media_id,)).fetchone() is None:
        raise media_not_found(media_id)


def _read_elements(call: Call) -> list[tuple[str | None, Mark]]:
    """The elements of MediaMarks: (the id it names, its known fields as text)."""
    marks: list[dict[str, Any]] = call.arguments["MediaMarks"]
    if not marks:
        raise invalid("MediaMarks", "has to be a JSON list with at least one mark")
    elements: list[tuple[str | None, Mark]] = []
    for given in marks:
        mark_id = given.get("MarkId") or given.get("MediaMarkId")
        fields = {name: str(given[name]) for name in _FIELDS if given.get(name) is not None}
        elements.append((None if mark_id is None else str(mark_id), fields))
    return elements


def _check(mark: Mark) -> Mark:
    times: list[float] = []
    for name in _TIMES:
        if name in mark:
            try:
                times.append(float(mark[name]))
            except ValueError:
                raise invalid("MediaMarks", f"{name} {mark[name]!r} is not a number of seconds") from None
    # Written so that NaN fails, too.
    if not all(0 <= time < float("inf") for time in times) or times != sorted(times):
        raise invalid("MediaMarks", "a mark has to start at 0 or later and end no sooner than it starts")
    return mark


def _write_json(value: Any) -> str:
    # ASCII: half a surrogate pair is valid in JSON as an escape only, and SQLite takes none.
    return json.dumps(value)
