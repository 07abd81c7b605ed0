"""What tests of sources, dry runs and uploads stand on: a target, all rows of a plan, the rows of a job."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio

from ims_mcp.cli.connection import open_connection
from ims_mcp.client.credentials import Credential
from ims_mcp.settings import Settings
from ims_mcp.workflows.bulk.job import ROWS, BulkJob, Kind, Row, name_shard
from ims_mcp.workflows.bulk.place import JobPlace
from ims_mcp.workflows.bulk.plan import Plan
from ims_mcp.workflows.bulk.row_check import Judged
from ims_mcp.workflows.bulk.rows import PlannedRows
from ims_mcp.workflows.bulk.sources.manifest import ManifestFile
from ims_mcp.workflows.bulk.sources.raw import Source
from ims_mcp.workflows.bulk.target import BulkTarget
from tests.fixed_credentials import FixedCredentials

NOWHERE = "http://127.0.0.1:9"


@asynccontextmanager
async def planned_target(
    endpoint: str = NOWHERE, *, home: Path | None = None, folders: tuple[Path, ...] = (), **settings: Any
) -> AsyncGenerator[BulkTarget]:
    """Of an IMS at ``endpoint``; ``home`` is the state directory, ``folders`` are those that files may come from."""

    async def fixed() -> str:
        return endpoint

    async def sleep(seconds: float) -> None:
        await anyio.sleep(0 if endpoint == NOWHERE else seconds)

    if home is not None:
        settings["state_dir"] = home
    chosen = Settings(upload_dirs=folders, **settings)
    credentials = FixedCredentials(Credential("local", "local", None))
    async with open_connection(chosen, fixed, fixed, credentials, sleep=sleep) as to:
        yield BulkTarget(to.client, to.transfers)


async def read_all(source: Source, kind: Kind = Kind.REGISTER, **plan: Any) -> list[Judged]:
    """Every row of a source that needs no service."""
    async with planned_target() as target:
        return await read_plan(Plan(kind, source, **plan), target)


async def read_plan(plan: Plan, target: BulkTarget) -> list[Judged]:
    return [row async for batch in PlannedRows(plan, target).read() for row in batch]


async def read_text(path: Path, text: str | bytes, kind: Kind = Kind.REGISTER, **plan: Any) -> list[Judged]:
    """Every row of a manifest of this content."""
    return await read_all(ManifestFile(write(path, text)), kind, **plan)


def write(path: Path, text: str | bytes) -> Path:
    """The file, with this content now."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def list_good(rows: list[Judged]) -> list[Mapping[str, Any]]:
    return [row.arguments for row in rows if row.is_good]


def list_bad(rows: list[Judged]) -> list[tuple[int, str, str]]:
    return [(row.line, row.problem_class, row.problem) for row in rows if not row.is_good]


async def read_job_rows(job: BulkJob, place: JobPlace) -> list[Row]:
    found: list[Row] = []
    for number in range(job.shard_count):
        written = await place.read(name_shard(ROWS, number))
        assert written is not None
        found += [Row.decode(line) for line in written.splitlines()]
    return found
