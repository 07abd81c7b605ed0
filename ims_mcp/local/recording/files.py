"""Recorded files in the store: one row for each mp4, flv and HLS index that lies in the local OSS."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ims_mcp.local.media_library.addresses import ObjectAddress
from ims_mcp.local.recording.jobs import Page, RecordJob, paged, window
from ims_mcp.local.store import Store

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
"""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file whose objects are stored."""

    format: str
    number: int
    address: ObjectAddress
    slice_keys: tuple[str, ...]
    started_at: float
    ended_at: float
    duration_seconds: float
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class RecordFile:
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


class RecordFiles:
    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def add(self, job: RecordJob, file: NewFile) -> RecordFile:
        values = (
            str(uuid.uuid4()),
            job.job_id,
            job.name,
            job.url,
            job.output_type,
            job.endpoint,
            file.format,
            file.number,
            file.address.bucket,
            file.address.key,
            json.dumps(file.slice_keys),
            file.started_at,
            file.ended_at,
            file.duration_seconds,
            file.width,
            file.height,
            self._clock(),
        )
        query = (
            "INSERT INTO live_record_file (record_id, job_id, job_name, stream_url, output_type, endpoint, format, "
            "number, bucket, object_key, slice_keys, started_at, ended_at, duration_seconds, width, height, "
            "created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *"
        )
        return _file(await self._store.write(lambda connection: connection.execute(query, values).fetchone()))

    async def numbers(self, job_id: str) -> frozenset[tuple[str, int]]:
        """Format and number of every file of the job there is, or was before it was deleted."""
        query = "SELECT format, number FROM live_record_file WHERE job_id = ?"
        rows = await self._store.read(lambda connection: connection.execute(query, (job_id,)).fetchall())
        return frozenset((row["format"], row["number"]) for row in rows)

    async def list(self, page: Page, *, job_ids: Sequence[str], format_: str | None) -> tuple[list[RecordFile], int]:
        """One page, and how many files there are on all."""
        conditions, values = window(page)
        conditions.append("deleted_at IS NULL")
        if job_ids:
            conditions.append(f"job_id IN ({','.join('?' * len(job_ids))})")
            values += job_ids
        if format_ is not None:
            conditions.append("format = ?")
            values.append(format_)
        rows, total = await self._store.read(
            lambda connection: paged(connection, "live_record_file", page, conditions, values)
        )
        return [_file(row) for row in rows], total

    async def delete(self, record_id: str) -> RecordFile | None:
        """What was deleted; None for an unknown id. The objects stay."""
        query = "UPDATE live_record_file SET deleted_at = ? WHERE record_id = ? AND deleted_at IS NULL RETURNING *"
        values = (self._clock(), record_id)
        row = await self._store.write(lambda connection: connection.execute(query, values).fetchone())
        return None if row is None else _file(row)


def _file(row: sqlite3.Row) -> RecordFile:
    return RecordFile(
        record_id=row["record_id"],
        job_id=row["job_id"],
        job_name=row["job_name"],
        stream_url=row["stream_url"],
        output_type=row["output_type"],
        endpoint=row["endpoint"],
        format=row["format"],
        address=ObjectAddress(row["bucket"], row["object_key"]),
        slice_keys=tuple(json.loads(row["slice_keys"])),
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        duration_seconds=row["duration_seconds"],
        width=row["width"],
        height=row["height"],
        created_at=row["created_at"],
    )
