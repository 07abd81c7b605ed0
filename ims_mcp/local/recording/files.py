"""Recorded files in the store: one row for each mp4, flv and HLS index that lies in the local OSS."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ims_mcp.local.media_library.addresses import ObjectAddress
from ims_mcp.local.recording.jobs import Page, RecordJob, make_window_conditions, select_page
from ims_mcp.local.store import Store, insert_row

SCHEMA = """
CREATE TABLE IF NOT EXISTS live_record_file (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    record_id TEXT NOT NULL UNIQUE,
    job_id TEXT NOT NULL REFERENCES live_record_job (job_id),
    job_name TEXT NOT NULL,
    stream_url TEXT NOT NULL,
    output_type TEXT NOT NULL,
    endpoint TEXT,
    format TEXT NOT NULL,
    number INTEGER NOT NULL,
    bucket TEXT NOT NULL,
    object_key TEXT NOT NULL,
    slice_keys TEXT NOT NULL,
    started_at REAL NOT NULL,
    ended_at REAL NOT NULL,
    duration_seconds REAL NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    created_at REAL NOT NULL,
    deleted_at REAL,
    UNIQUE (job_id, format, number)
);
CREATE INDEX IF NOT EXISTS live_record_file_by_time ON live_record_file (created_at);
CREATE INDEX IF NOT EXISTS live_record_file_by_key ON live_record_file (bucket, object_key);
"""
_FILES = "live_record_file LEFT JOIN live_record_file_fault USING (job_id, format, number)"


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A file whose objects are stored. Times are epoch seconds."""

    record_id: str
    job_id: str
    job_name: str
    stream_url: str
    output_type: str
    endpoint: str | None
    format: str
    address: ObjectAddress
    """The mp4 or flv, or the index of an HLS recording."""
    slice_keys: tuple[str, ...]
    """In the same bucket."""
    started_at: float
    ended_at: float
    duration_seconds: float
    width: int
    height: int
    created_at: float
    fail_reason: str | None
    """What of the stream it lacks."""


class RecordFiles:
    """Every method is one transaction; what it returns is committed."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def add(
        self, job: RecordJob, address: ObjectAddress, slice_keys: Sequence[str], reason: str, **columns: str | float
    ) -> RecordFile:
        """``reason``: what it lacks. ``columns``: format, number, started_at, ended_at, duration_seconds, width and
        height."""
        row = {
            **columns,
            "record_id": str(uuid.uuid4()),
            "job_id": job.job_id,
            "job_name": job.name,
            "stream_url": job.url,
            "output_type": job.output_type,
            "endpoint": job.endpoint,
            "bucket": address.bucket,
            "object_key": address.key,
            "slice_keys": json.dumps(slice_keys),
            "created_at": self._clock(),
        }

        def work(connection: sqlite3.Connection) -> sqlite3.Row:
            sequence = insert_row(connection, "live_record_file", row)
            if reason:
                fault = {"job_id": job.job_id, "format": row["format"], "number": row["number"], "reason": reason}
                insert_row(connection, "live_record_file_fault", fault)
            query = f"SELECT * FROM {_FILES} WHERE sequence = ?"  # noqa: S608 - fixed words
            return connection.execute(query, (sequence,)).fetchone()

        return _read_file(await self._store.write(work))

    async def list_numbers(self, job_id: str) -> frozenset[tuple[str, int]]:
        """Format and number of every file of the job that is done with: there, deleted or impossible to make."""
        query = (
            "SELECT format, number FROM live_record_file WHERE job_id = ? "
            "UNION SELECT format, number FROM live_record_file_fault WHERE job_id = ?"
        )
        rows = await self._store.fetch(query, (job_id, job_id))
        return frozenset((row["format"], row["number"]) for row in rows)

    async def add_fault(self, job_id: str, format_: str, number: int, reason: str) -> None:
        """Say why there is no file of this number, and never will be."""
        query = "INSERT OR REPLACE INTO live_record_file_fault VALUES (?, ?, ?, ?)"
        await self._store.change(query, (job_id, format_, number, reason))

    async def is_taken(self, bucket: str, key: str, slice_key: str | None) -> bool:
        """Whether a recorded file bears this name, or one has a slice of that name."""
        query = "SELECT 1 FROM live_record_file WHERE bucket = ? AND (object_key = ? OR instr(slice_keys, ?)) LIMIT 1"
        quoted = json.dumps(slice_key or key)
        return bool(await self._store.fetch(query, (bucket, key, quoted)))

    async def list(self, page: Page, *, job_ids: Sequence[str], format_: str | None) -> tuple[list[RecordFile], int]:
        """One page, and how many files there are on all."""
        conditions, values = make_window_conditions(page)
        conditions.append("deleted_at IS NULL")
        if job_ids:
            conditions.append(f"job_id IN ({','.join('?' * len(job_ids))})")
            values += job_ids
        if format_ is not None:
            conditions.append("format = ?")
            values.append(format_)
        rows, total = await self._store.read(
            lambda connection: select_page(connection, _FILES, page, conditions, values)
        )
        return [_read_file(row) for row in rows], total

    async def delete(self, record_id: str) -> RecordFile | None:
        """What was deleted; None for an unknown id. The objects stay."""
        query = "UPDATE live_record_file SET deleted_at = ? WHERE record_id = ? AND deleted_at IS NULL RETURNING *"
        values = (self._clock(), record_id)
        row = await self._store.write(lambda connection: connection.execute(query, values).fetchone())
        return None if row is None else _read_file(row)


def _read_file(row: sqlite3.Row) -> RecordFile:
    columns: dict[str, Any] = dict(row)
    for name in ("sequence", "number", "deleted_at"):
        del columns[name]
    columns["address"] = ObjectAddress(columns.pop("bucket"), columns.pop("object_key"))
    columns["fail_reason"] = columns.pop("reason", None)
    columns["slice_keys"] = tuple(json.loads(columns["slice_keys"]))
    return RecordFile(**columns)
