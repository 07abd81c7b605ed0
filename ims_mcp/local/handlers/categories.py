"""AddCategory, GetCategories, UpdateCategory and DeleteCategory: a tree of three levels, one a type."""

from __future__ import annotations

import sqlite3
from typing import Any

from ims_mcp.local.rpc.call import Call, handles
from ims_mcp.local.rpc.service_errors import RpcFault
from ims_mcp.local.store import Store

MAX_LEVELS = 3
MAX_CHILDREN = 100


class Categories:
    """Each operation is one transaction on media_category. A root's ParentId is -1."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @handles("AddCategory")
    async def _add(self, call: Call) -> dict[str, Any]:
        """Whole."""
        parent_id = _read_parent(call.get_integer("ParentId"))

        def work(connection: sqlite3.Connection) -> dict[str, Any]:
            level, kind = 0, call.get_text("Type") or "default"
            if parent_id is not None:
                parent = _find_row(connection, parent_id)
                level, kind = parent["level"] + 1, call.get_text("Type") or parent["type"]
                if level >= MAX_LEVELS:
                    raise RpcFault("OperationDenied", f"A category can have at most {MAX_LEVELS} levels.")
                if kind != parent["type"]:
                    raise RpcFault("InvalidParameter", f"Type: the parent category is of type {parent['type']}.")
            if _count_children(connection, parent_id, kind) >= MAX_CHILDREN:
                raise RpcFault("OperationDenied", f"A category can have at most {MAX_CHILDREN} sub-categories.")
            added = connection.execute(
                "INSERT INTO media_category (cate_name, parent_id, level, type) VALUES (?, ?, ?, ?)",
                (call.get_text("CateName"), parent_id, level, kind),
            )
            return _describe_category(_find_row(connection, int(added.lastrowid or 0)))

        return {"Category": await self._store.write(work)}

    @handles("GetCategories")
    async def _get(self, call: Call) -> dict[str, Any]:
        """Whole."""
        cate_id = _read_parent(call.get_integer("CateId"))
        number, size = call.get_page()
        order = "ASC" if call.get_text("SortBy") == "CreationTime:Asc" else "DESC"
        query = (
            "SELECT * FROM media_category WHERE parent_id IS ? AND type = ? "  # noqa: S608 - order is one of two
            f"ORDER BY cate_id {order} LIMIT ? OFFSET ?"
        )

        def work(connection: sqlite3.Connection) -> dict[str, Any]:
            category = None if cate_id is None else _find_row(connection, cate_id)
            kind = category["type"] if category is not None else call.get_text("Type") or "default"
            rows = connection.execute(query, (cate_id, kind, size, (number - 1) * size)).fetchall()
            children = [
                {**_describe_category(row), "SubTotal": _count_children(connection, row["cate_id"], kind)}
                for row in rows
            ]
            return {
                "Category": None if category is None else _describe_category(category),
                "SubCategories": {"Category": children},
                "SubTotal": _count_children(connection, cate_id, kind),
            }

        return await self._store.read(work)

    @handles("UpdateCategory")
    async def _update(self, call: Call) -> dict[str, Any]:
        """Whole."""
        return await self._change(call, "UPDATE media_category SET cate_name = ?", call.get_text("CateName"))

    @handles("DeleteCategory")
    async def _delete(self, call: Call) -> dict[str, Any]:
        """Whole."""
        # Sub-categories go and assets lose their category through the tables' foreign keys.
        return await self._change(call, "DELETE FROM media_category")

    async def _change(self, call: Call, statement: str, *values: str | None) -> dict[str, Any]:
        cate_id = call.get_integer("CateId")
        if not await self._store.change(f"{statement} WHERE cate_id = ?", (*values, cate_id)):
            raise _unknown(cate_id)
        return {}


def _read_parent(cate_id: int | None) -> int | None:
    """The documented -1, and anything else below 1, means the root."""
    return cate_id if cate_id is not None and cate_id > 0 else None


def _find_row(connection: sqlite3.Connection, cate_id: int | None) -> sqlite3.Row:
    row = connection.execute("SELECT * FROM media_category WHERE cate_id = ?", (cate_id,)).fetchone()
    if row is None:
        raise _unknown(cate_id)
    return row


def _unknown(cate_id: int | None) -> RpcFault:
    return RpcFault("ResourceNotFound", f"There is no category {cate_id}.")


def _count_children(connection: sqlite3.Connection, parent_id: int | None, kind: str) -> int:
    query = "SELECT COUNT(*) FROM media_category WHERE parent_id IS ? AND type = ?"
    return int(connection.execute(query, (parent_id, kind)).fetchone()[0])


def _describe_category(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "CateId": row["cate_id"],
        "CateName": row["cate_name"],
        "Level": row["level"],
        "ParentId": -1 if row["parent_id"] is None else row["parent_id"],
        "Type": row["type"],
    }
