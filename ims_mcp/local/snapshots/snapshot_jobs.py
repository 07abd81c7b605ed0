"""Snapshot jobs: what was asked for, how far it is, and which objects it has left."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ims_mcp.local.media.picture_jobs import PicturePlan, SheetPlan
from ims_mcp.local.media_library.addresses import ObjectAddress
from ims_mcp.local.store import Store, insert_row, update_row

SCHEMA = """
CREATE TABLE IF NOT EXISTS snapshot_job (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    request TEXT NOT NULL,
    source_bucket TEXT NOT NULL,
    source_key TEXT NOT NULL,
    output_bucket TEXT NOT NULL,
    output_key TEXT NOT NULL,
    keys TEXT NOT NULL DEFAULT '[]',
    count INTEGER,
    code TEXT,
    message TEXT,
    created_at INTEGER NOT NULL,
    finished_at INTEGER
);
CREATE INDEX IF NOT EXISTS snapshot_job_open ON snapshot_job (sequence) WHERE finished_at IS NULL;
"""
INIT, SUCCESS, FAIL = "Init", "Success", "Fail"


@dataclass(frozen=True, slots=True)
class SnapshotJob:
    """``request`` is ``{Name, UserData, Input: {Type, Media}, Output: {Type, Media}, TemplateId, config, PipelineId}``,
    ``config`` what TemplateConfig comes to; ``output`` has {Count} or {TileCount} in its key. Times are epoch seconds.
    """

    sequence: int
    job_id: str
    status: str
    request: dict[str, Any]
    source: ObjectAddress
    output: ObjectAddress
    keys: tuple[str, ...]
    count: int | None
    code: str | None
    message: str | None
    created_at: int
    finished_at: int | None

    @property
    def plan(self) -> PicturePlan:
        """What its worker does."""
        return make_plan(self.request["config"])

    @property
    def addresses(self) -> list[ObjectAddress]:
        """The pictures, in order."""
        return [ObjectAddress(self.output.bucket, key) for key in self.keys]

    def name_key(self, number: int) -> str:
        """Of the picture with this number, from 1."""
        return self.output.key.replace("{Count}", f"{number:05d}").replace("{TileCount}", f"{number:05d}")


class SnapshotJobs:
    """Every method is one transaction; what it returns is committed."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock

    async def add(self, request: dict[str, Any], source: ObjectAddress, output: ObjectAddress) -> SnapshotJob:
        """A new job in status Init."""
        job_id = uuid.uuid4().hex
        row = {
            "job_id": job_id,
            "status": INIT,
            "request": json.dumps(request),
            "source_bucket": source.bucket,
            "source_key": source.key,
            "output_bucket": output.bucket,
            "output_key": output.key,
            "created_at": int(self._clock()),
        }
        await self._store.write(lambda connection: insert_row(connection, "snapshot_job", row))
        found = await self.find(job_id)
        assert found is not None
        return found

    async def find(self, job_id: str) -> SnapshotJob | None:
        """None where there is no such job."""
        rows = await self._store.fetch("SELECT * FROM snapshot_job WHERE job_id = ?", (job_id,))
        return _read_row(rows[0]) if rows else None

    async def list_open(self) -> list[SnapshotJob]:
        """Those a former process did not end."""
        rows = await self._store.fetch("SELECT * FROM snapshot_job WHERE finished_at IS NULL ORDER BY sequence")
        return [_read_row(row) for row in rows]

    async def list_page(
        self,
        *,
        status: str | None,
        job_id: str | None,
        start: int | None,
        end: int | None,
        descending: bool,
        after: int | None,
        limit: int,
    ) -> list[SnapshotJob]:
        """By creation time; ``after`` is the sequence of the last one of the page before."""
        wanted = [
            ("status = ?", status),
            ("job_id = ?", job_id),
            ("created_at >= ?", start),
            ("created_at <= ?", end),
            ("sequence < ?" if descending else "sequence > ?", after),
        ]
        given = [(condition, value) for condition, value in wanted if value is not None]
        where = " AND ".join(condition for condition, _ in given) or "1"
        order = "DESC" if descending else "ASC"
        rows = await self._store.fetch(
            f"SELECT * FROM snapshot_job WHERE {where} ORDER BY sequence {order} LIMIT ?",  # noqa: S608
            (*(value for _, value in given), limit),
        )
        return [_read_row(row) for row in rows]

    async def succeed(self, job: SnapshotJob, count: int, keys: list[str]) -> None:
        """It has left these objects."""
        await self._end(job, {"status": SUCCESS, "count": count, "keys": json.dumps(keys)})

    async def fail(self, job: SnapshotJob, code: str, message: str) -> None:
        """Why it has left none."""
        await self._end(job, {"status": FAIL, "code": code, "message": message})

    async def _end(self, job: SnapshotJob, columns: dict[str, Any]) -> None:
        ended = {**columns, "finished_at": int(self._clock())}
        await self._store.write_end(
            lambda connection: update_row(connection, "snapshot_job", ended, "job_id", job.job_id)
        )


def make_plan(config: dict[str, Any]) -> PicturePlan:
    """What a template's settings, all of them given, mean."""
    sheet = None
    if config["Type"] == "Sprite":
        sprite: dict[str, Any] = config["SpriteSnapshotConfig"]
        sheet = SheetPlan(sprite["Columns"], sprite["Lines"], sprite["Padding"], sprite["Margin"], sprite["Color"])
        config = {**config, "Width": sprite.get("CellWidth"), "Height": sprite.get("CellHeight")}
    return PicturePlan(
        time_seconds=config["Time"] / 1000,
        count=config["Count"],
        interval_seconds=config["Interval"],
        is_exact=config["FrameType"] == "normal",
        width=config.get("Width"),
        height=config.get("Height"),
        sheet=sheet,
    )


def _read_row(row: sqlite3.Row) -> SnapshotJob:
    columns: dict[str, Any] = dict(row)
    columns["request"] = json.loads(columns["request"])
    columns["keys"] = tuple(json.loads(columns["keys"]))
    columns["source"] = ObjectAddress(columns.pop("source_bucket"), columns.pop("source_key"))
    columns["output"] = ObjectAddress(columns.pop("output_bucket"), columns.pop("output_key"))
    return SnapshotJob(**columns)
