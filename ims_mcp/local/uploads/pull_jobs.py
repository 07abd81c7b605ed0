"""Pull jobs: files that are to be fetched from an address, how far they are, and how they ended."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from ims_mcp.local.media_library import steps
from ims_mcp.local.media_library.addresses import ObjectAddress
from ims_mcp.local.media_library.asset_library import Registration
from ims_mcp.local.media_library.assets import (
    NORMAL,
    PENDING,
    PREPARE_FAIL,
    SELECT_FILES,
    UPLOAD_FAIL,
    UPLOADING,
    read_file_row,
)
from ims_mcp.local.store import Columns, Store, insert_row, update_row
from ims_mcp.local.uploads import sessions

SCHEMA = """
CREATE TABLE IF NOT EXISTS media_pull (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL UNIQUE,
    media_id TEXT NOT NULL,
    file_id INTEGER NOT NULL,
    url TEXT NOT NULL,
    source_bucket TEXT,
    source_key TEXT,
    status TEXT NOT NULL,
    size_bytes INTEGER,
    error_code TEXT,
    error_message TEXT,
    user_data TEXT,
    created_at INTEGER NOT NULL,
    completed_at INTEGER
);
CREATE INDEX IF NOT EXISTS media_pull_url ON media_pull (url);
CREATE INDEX IF NOT EXISTS media_pull_open ON media_pull (sequence) WHERE completed_at IS NULL;
"""
# As documented for GetUrlUploadInfos.
MAX_SHOWN = 100


class PullStatus(StrEnum):
    """The documented states that occur here, in their order. UPLOADING lasts until the file has been probed."""

    PENDING = "PENDING"
    DOWNLOADING = "DOWNLOADING"
    UPLOADING = "UPLOADING"
    SUCCESS = "SUCCESS"
    DOWNLOAD_FAIL = "DOWNLOAD_FAIL"
    UPLOAD_FAIL = "UPLOAD_FAIL"


@dataclass(frozen=True, slots=True)
class PullJob:
    """``source`` is set where the address names an object in the local OSS. Times are epoch seconds."""

    job_id: str
    media_id: str
    file_id: int
    url: str
    source: ObjectAddress | None
    status: PullStatus
    size_bytes: int | None
    error_code: str | None
    error_message: str | None
    user_data: str | None
    created_at: int
    completed_at: int | None


@dataclass(frozen=True, slots=True)
class PullRequest:
    """One file to be pulled to ``address``. ``columns`` are those of its asset, or of its stream."""

    url: str
    source: ObjectAddress | None
    address: ObjectAddress
    columns: Columns


class PullJobs:
    """Every method is one transaction; what it returns is committed."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def add_assets(self, requests: Sequence[PullRequest]) -> list[PullJob]:
        """A new asset and a job for each, or none at all. RpcFault as steps.insert_asset raises it."""
        now = int(self._clock())

        def work(connection: sqlite3.Connection) -> list[PullJob]:
            insert = partial(sessions.insert_asset, connection, now=now, pulled=True)
            return [
                _insert(connection, request, insert(request.address, columns=request.columns), now)
                for request in requests
            ]

        return await self._store.write(work)

    async def add_stream(self, media_id: str, request: PullRequest, quality: Columns) -> PullJob:
        """A new stream of an asset and its job. RpcFault: ResourceNotFound."""
        now = int(self._clock())

        def work(connection: sqlite3.Connection) -> PullJob:
            opened = sessions.insert_stream(
                connection, media_id, request.address, now, request.columns, quality, pulled=True
            )
            return _insert(connection, request, opened, now)

        return await self._store.write(work)

    async def find_by_ids(self, job_ids: Sequence[str]) -> list[PullJob]:
        """Those that exist, the newest first."""
        return await self._select(f"job_id IN ({_make_marks(job_ids)})", job_ids)

    async def find_by_urls(self, urls: Sequence[str]) -> list[PullJob]:
        """The jobs of these addresses, the newest first, at most MAX_SHOWN."""
        return await self._select(f"url IN ({_make_marks(urls)})", urls)

    async def list_resumable(self) -> list[PullJob]:
        """The jobs a former process did not end, the oldest first; those that still have to fetch begin anew."""

        def work(connection: sqlite3.Connection) -> list[PullJob]:
            connection.execute(
                "UPDATE media_pull SET status = ?, size_bytes = NULL WHERE completed_at IS NULL "
                "AND file_id IN (SELECT file_id FROM media_file WHERE status = ?)",
                (PullStatus.PENDING, UPLOADING),
            )
            rows = connection.execute("SELECT * FROM media_pull WHERE completed_at IS NULL ORDER BY sequence")
            return [_read_job(row) for row in rows]

        return await self._store.write(work)

    async def find_destination(self, job: PullJob) -> ObjectAddress | None:
        """Where the file has to go; None where it has come already, or the asset is gone."""
        query = f"{SELECT_FILES} WHERE f.file_id = ? AND f.status = ?"
        rows = await self._store.fetch(query, (job.file_id, UPLOADING))
        return read_file_row(rows[0]).address if rows else None

    async def advance(self, job: PullJob, status: PullStatus, *, size_bytes: int | None = None) -> None:
        """``size_bytes``: the size of the file, as far as it is known by now."""
        changes: dict[str, str | int] = {"status": status}
        if size_bytes is not None:
            changes["size_bytes"] = size_bytes
        await self._store.write(lambda connection: update_row(connection, "media_pull", changes, "job_id", job.job_id))

    async def fail(self, job: PullJob, status: PullStatus, code: str, message: str) -> None:
        """The job ends, and what it was to bring: a stream is UploadFail, an asset PrepareFail."""
        now = int(self._clock())

        def work(connection: sqlite3.Connection) -> None:
            _end(connection, job, now, status, code, message)
            query = f"{SELECT_FILES} WHERE f.file_id = ? AND f.status = ?"
            row = connection.execute(query, (job.file_id, UPLOADING)).fetchone()
            if row is not None:
                failed = {"status": UPLOAD_FAIL, "fail_reason": message}
                steps.record_outcome(
                    connection, read_file_row(row), now, failed, {"status": PREPARE_FAIL, "fail_reason": message}
                )

        await self._store.write_end(work)

    async def conclude(self, job: PullJob) -> None:
        """End a job whose file has come, as probing the file ended."""
        now = int(self._clock())

        def work(connection: sqlite3.Connection) -> None:
            row = connection.execute(f"{SELECT_FILES} WHERE f.file_id = ?", (job.file_id,)).fetchone()
            if row is None:
                gone = "The media asset was deleted before its file was there."
                _end(connection, job, now, PullStatus.UPLOAD_FAIL, "MediaDeleted", gone)
                return
            file = read_file_row(row)
            if file.status == NORMAL:
                _end(connection, job, now, PullStatus.SUCCESS)
            elif file.status not in (PENDING, UPLOADING):
                _end(connection, job, now, PullStatus.UPLOAD_FAIL, "UnreadableMedia", file.fail_reason)

        await self._store.write_end(work)

    async def _select(self, condition: str, values: Sequence[str]) -> list[PullJob]:
        query = f"SELECT * FROM media_pull WHERE {condition} ORDER BY sequence DESC LIMIT {MAX_SHOWN}"  # noqa: S608 - only placeholders
        return list(map(_read_job, await self._store.fetch(query, values)))


def _make_marks(values: Sequence[str]) -> str:
    return ",".join("?" * len(values))


def _insert(connection: sqlite3.Connection, request: PullRequest, opened: Registration, now: int) -> PullJob:
    row = {
        "job_id": uuid.uuid4().hex,
        "media_id": opened.media_id,
        "file_id": opened.file_id,
        "url": request.url,
        "source_bucket": None if request.source is None else request.source.bucket,
        "source_key": None if request.source is None else request.source.key,
        "status": PullStatus.PENDING,
        "user_data": request.columns.get("user_data"),
        "created_at": now,
    }
    sequence = insert_row(connection, "media_pull", row)
    return _read_job(connection.execute("SELECT * FROM media_pull WHERE sequence = ?", (sequence,)).fetchone())


def _end(
    connection: sqlite3.Connection,
    job: PullJob,
    now: int,
    status: PullStatus,
    code: str | None = None,
    message: str | None = None,
) -> None:
    ended = {"status": status, "error_code": code, "error_message": message, "completed_at": now}
    update_row(connection, "media_pull", ended, "job_id", job.job_id)


def _read_job(row: sqlite3.Row) -> PullJob:
    columns: dict[str, Any] = dict(row)
    del columns["sequence"]
    bucket, key = columns.pop("source_bucket"), columns.pop("source_key")
    columns["source"] = None if bucket is None else ObjectAddress(bucket, key)
    columns["status"] = PullStatus(columns["status"])
    return PullJob(**columns)
