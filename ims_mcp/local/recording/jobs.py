"""Recording jobs in the store: what was asked for, the template as it was then, and how far it has come."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ims_mcp.local.recording.templates import Template
from ims_mcp.local.rpc.service_errors import RpcFault
from ims_mcp.local.store import Store, insert_row

SCHEMA = """
CREATE TABLE IF NOT EXISTS live_record_job (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    output_type TEXT NOT NULL,
    bucket TEXT NOT NULL,
    endpoint TEXT,
    notify_url TEXT,
    template TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS live_record_fault (
    job_id TEXT PRIMARY KEY REFERENCES live_record_job (job_id),
    reason TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS live_record_file_fault (
    job_id TEXT NOT NULL REFERENCES live_record_job (job_id),
    format TEXT NOT NULL,
    number INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (job_id, format, number)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS live_record_job_by_time ON live_record_job (created_at);
"""


_FILE_REASONS = """
    SELECT job_id, group_concat(reason, ' ') AS file_reasons
    FROM (SELECT DISTINCT job_id, reason FROM live_record_file_fault) GROUP BY job_id
"""
_JOBS = f"live_record_job LEFT JOIN live_record_fault USING (job_id) LEFT JOIN ({_FILE_REASONS}) USING (job_id)"
_SELECT = f"SELECT * FROM {_JOBS}"  # noqa: S608 - fixed words
_MOVE = "UPDATE live_record_job SET status = ? WHERE job_id = ? AND status <> ?"


class JobStatus(StrEnum):
    """There is no status of failure: whatever ends a recording, the job is paused."""

    INITIAL = "initial"
    STARTED = "started"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class RecordJob:
    """A job as it stands. ``created_at`` is in epoch seconds."""

    job_id: str
    name: str
    url: str
    output_type: str
    bucket: str
    endpoint: str | None
    notify_url: str | None
    template: Template
    """As it was when the job was submitted."""
    status: JobStatus
    created_at: float
    fail_reason: str | None
    """Why it ended before its stream did."""
    file_reasons: str | None
    """Why some of its files are missing, or parts of them."""


@dataclass(frozen=True, slots=True)
class Page:
    """A window of creation times (epoch seconds, the end not in it), a page from 1 and an order."""

    start: float | None
    end: float | None
    number: int
    size: int
    descending: bool


class RecordJobs:
    """Every method is one transaction; what it returns is committed."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def add(self, template: Template, **asked: str | None) -> RecordJob:
        """A job in status initial. ``asked``: name, url, output_type, bucket, endpoint and notify_url."""
        job_id = str(uuid.uuid4())
        row = {
            **asked,
            "job_id": job_id,
            "template": template.to_json(),
            "status": JobStatus.INITIAL,
            "created_at": self._clock(),
        }
        await self._store.write(lambda connection: insert_row(connection, "live_record_job", row))
        return await self.get(job_id)

    async def get(self, job_id: str) -> RecordJob:
        """RpcFault (ResourceNotFound) for an unknown id."""
        found = await self.find(job_id)
        if found is None:
            raise RpcFault("ResourceNotFound", f"There is no recording job {job_id}.")
        return found

    async def find(self, job_id: str) -> RecordJob | None:
        """None for an unknown id."""
        return next(map(_read_job, await self._store.fetch(f"{_SELECT} WHERE job_id = ?", (job_id,))), None)

    async def list_open(self) -> list[RecordJob]:
        """Those that are initial or started, the oldest first."""
        rows = await self._store.fetch(f"{_SELECT} WHERE status <> ? ORDER BY sequence", (JobStatus.PAUSED,))
        return list(map(_read_job, rows))

    async def move(self, job_id: str, status: JobStatus) -> bool:
        """Whether that was a change."""
        return bool(await self._store.change(_MOVE, (status, job_id, status)))

    async def end(self, job_id: str, reason: str | None) -> bool:
        """Paused from now on, for ``reason`` where its stream did not end by itself. Whether that was a change."""

        def work(connection: sqlite3.Connection) -> bool:
            changed = connection.execute(_MOVE, (JobStatus.PAUSED, job_id, JobStatus.PAUSED)).rowcount
            if reason is not None:
                connection.execute("INSERT OR REPLACE INTO live_record_fault VALUES (?, ?)", (job_id, reason))
            return bool(changed)

        return await self._store.write_end(work)

    async def list(self, page: Page, *, keyword: str | None, status: str | None) -> tuple[list[RecordJob], int]:
        """One page, and how many jobs there are on all. ``keyword`` is a part of the id or the name."""
        conditions, values = make_window_conditions(page)
        if status is not None:
            conditions.append("status = ?")
            values.append(status)
        if keyword is not None:
            conditions.append("(instr(lower(job_id), ?) OR instr(lower(name), ?))")
            values += [keyword.lower()] * 2
        rows, total = await self._store.read(
            lambda connection: select_page(connection, _JOBS, page, conditions, values)
        )
        return [_read_job(row) for row in rows], total


def make_window_conditions(page: Page) -> tuple[list[str], list[Any]]:
    """The page's window as conditions and their values."""
    conditions, values = ["1"], list[Any]()
    if page.start is not None:
        conditions.append("created_at >= ?")
        values.append(page.start)
    if page.end is not None:
        conditions.append("created_at < ?")
        values.append(page.end)
    return conditions, values


def select_page(
    connection: sqlite3.Connection, table: str, page: Page, conditions: Sequence[str], values: Sequence[Any]
) -> tuple[list[sqlite3.Row], int]:
    """The rows of one page in order of creation, and how many there are on all pages."""
    where = f"FROM {table} WHERE {' AND '.join(conditions)}"
    total = int(connection.execute(f"SELECT COUNT(*) {where}", values).fetchone()[0])
    order = "DESC" if page.descending else "ASC"
    skipped = (page.number - 1) * page.size
    rows = connection.execute(
        f"SELECT * {where} ORDER BY created_at {order}, sequence {order} LIMIT ? OFFSET ?",
        (*values, page.size, skipped),
    ).fetchall()
    return rows, total


def _read_job(row: sqlite3.Row) -> RecordJob:
    columns: dict[str, Any] = dict(row)
    del columns["sequence"]
    columns["fail_reason"] = columns.pop("reason")
    columns["template"] = Template.from_json(columns["template"])
    columns["status"] = JobStatus(columns["status"])
    return RecordJob(**columns)
