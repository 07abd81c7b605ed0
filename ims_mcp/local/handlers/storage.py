"""GetStorageList, GetDefaultStorageLocation and SetDefaultStorageLocation: which buckets IMS writes to."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from ims_mcp.local.rpc.call import Call, handles
from ims_mcp.local.rpc.service_errors import RpcFault, unsupported
from ims_mcp.local.store import Store
from ims_mcp.local.wire_values import write_utc

SCHEMA = """
CREATE TABLE IF NOT EXISTS media_storage (
    bucket TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    is_default INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
);
"""
DEFAULT_BUCKET = "local-media"
OWN_BUCKET = "user_oss_bucket"
_STORAGE_TYPES = frozenset({OWN_BUCKET, "vod_oss_bucket"})
_STATUSES = frozenset({"Normal", "notExist"})
_APP_ID = "app-1000000"
_SELECT = "SELECT *, bucket IN (SELECT name FROM buckets) AS present FROM media_storage"


class Storage:
    """Each operation is one transaction on media_storage. A bucket that was deleted since has status notExist."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def ensure_default(self) -> None:
        """A new library has the bucket local-media as its default storage."""

        def work(connection: sqlite3.Connection) -> None:
            if connection.execute("SELECT 1 FROM media_storage").fetchone() is None:
                _make_default(connection, DEFAULT_BUCKET, "/", int(self._clock()))

        await self._store.write(work)

    @handles("GetStorageList")
    async def _list(self, call: Call) -> dict[str, Any]:
        """Every bucket that has been the default; the VOD storage is not among them."""
        rows = await self._store.fetch(f"{_SELECT} ORDER BY created_at, bucket")
        storages = [
            {
                "AppId": _APP_ID,
                "StorageLocation": row["bucket"],
                "StorageType": OWN_BUCKET,
                "Path": row["path"],
                "Status": _read_status(row),
                "DefaultStorage": bool(row["is_default"]),
                "EditingTempFileStorage": bool(row["is_default"]),
                "CreationTime": write_utc(row["created_at"]),
                "ModifiedTime": write_utc(row["modified_at"]),
            }
            for row in rows
        ]
        wanted = {
            "AppId": call.get_text("AppId"),
            "Status": call.get_known("Status", _STATUSES),
            "StorageType": call.get_known("StorageType", _STORAGE_TYPES),
        }
        return {
            "StorageInfoList": [
                storage for storage in storages if all(value in (None, storage[name]) for name, value in wanted.items())
            ]
        }

    @handles("GetDefaultStorageLocation")
    async def _get_default(self, call: Call) -> dict[str, Any]:
        """Whole."""
        del call
        row = (await self._store.fetch(f"{_SELECT} WHERE is_default"))[0]
        return {"Bucket": row["bucket"], "Path": row["path"], "StorageType": OWN_BUCKET, "Status": _read_status(row)}

    @handles("SetDefaultStorageLocation")
    async def _set_default(self, call: Call) -> dict[str, Any]:
        """Not to the VOD storage."""
        bucket = call.require_text("Bucket")
        if call.get_text("StorageType") not in (None, OWN_BUCKET):
            raise unsupported(f"VOD storage: StorageType has to be {OWN_BUCKET}")

        def work(connection: sqlite3.Connection) -> None:
            if connection.execute("SELECT 1 FROM buckets WHERE name = ?", (bucket,)).fetchone() is None:
                raise RpcFault("ResourceNotFound", f"There is no bucket {bucket}.")
            _make_default(connection, bucket, call.get_text("Path") or "/", int(self._clock()))

        await self._store.write(work)
        return {"Success": True}


def _make_default(connection: sqlite3.Connection, bucket: str, path: str, now: int) -> None:
    connection.execute("UPDATE media_storage SET is_default = 0, modified_at = ? WHERE is_default", (now,))
    connection.execute(
        "INSERT INTO media_storage (bucket, path, is_default, created_at, modified_at) VALUES (?, ?, 1, ?, ?) "
        "ON CONFLICT (bucket) DO UPDATE SET path = excluded.path, is_default = 1, modified_at = excluded.modified_at",
        (bucket, path, now, now),
    )


def _read_status(row: sqlite3.Row) -> str:
    return "Normal" if row["present"] else "notExist"
