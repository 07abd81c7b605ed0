"""From what was examined to a job: its rows written shard by shard, and job.json last."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import aclosing, contextmanager
from typing import Any

import anyio.to_thread

from ims_mcp.errors import ImsError
from ims_mcp.workflows.bulk.doubles import hash_text
from ims_mcp.workflows.bulk.examined import Examined
from ims_mcp.workflows.bulk.job import JOB, ROWS, SHARD_ROWS, BulkJob, Row, name_shard
from ims_mcp.workflows.bulk.place import JobPlace, PlaceError
from ims_mcp.workflows.bulk.plan import Plan
from ims_mcp.workflows.bulk.rows import PlannedRows
from ims_mcp.workflows.bulk.sources.raw import SourceError, count_rows
from ims_mcp.workflows.bulk.target import BulkTarget


class JobRefused(ImsError):
    """No job was made, and nothing was sent."""


def make_job_id() -> str:
    """A new one: ``b-0123456789ab``."""
    return f"b-{secrets.token_hex(6)}"


async def make_job(
    plan: Plan,
    examined: Examined,
    place: JobPlace,
    target: BulkTarget,
    *,
    job_id: str = "",
    skip_bad: bool = False,
    subject: str = "",
    claims: Mapping[str, Any] | None = None,
    confirmed: bool = False,
    consent: tuple[str, str] | None = None,
    shard_rows: int = SHARD_ROWS,
    clock: Callable[[], float] = time.time,
) -> BulkJob:
    """The job of exactly the rows that were examined: what has come since is counted and left to another job.
    ``skip_bad``: those with a problem are left out; without it there may be none.

    Raises JobRefused; SourceError where one of the rows is gone or another by now: there is no job then, and the dry
    run has to be made again. ImsError where the place cannot be written to.
    """
    _require_rows(examined, skip_bad)
    with _as_refused():
        is_taken = await place.read(JOB) is not None
    if is_taken:
        raise JobRefused(
            f"There is a job in {place.address} already.", next_step="Resume that one, or name another place."
        )
    rows = PlannedRows(plan, target)
    waiting: list[Row] = []
    count = shards = later = 0
    async with aclosing(rows.read()) as batches:
        async for batch in batches:
            for judged in batch:
                if not judged.is_good:
                    continue
                if count < examined.rows and hash_text(judged.text) == examined.row_hashes[count]:
                    waiting.append(Row(count, judged.line, judged.arguments))
                    count += 1
                else:
                    later += 1
            while len(waiting) >= shard_rows:
                await _write(place, shards, waiting[:shard_rows])
                del waiting[:shard_rows]
                shards += 1
    if count < examined.rows:
        raise SourceError(
            f"{plan.source.describe()} has changed since the dry run (row {count + 1:,} of the {examined.rows:,} then "
            "is not there as it was): no job was made, and nothing was sent.",
            next_step="Make the dry run again, and look at what it says.",
        )
    if waiting:
        await _write(place, shards, waiting)
    job = BulkJob(
        job_id=job_id or make_job_id(),
        kind=plan.kind,
        operation=rows.operation.name,
        total_rows=count,
        source=plan.source.describe(),
        created_at=clock(),
        account=plan.account,
        region=plan.region,
        shard_rows=shard_rows,
        subject=subject,
        claims=dict(claims or {}),
        confirmed=confirmed,
        consent=consent,
        later_rows=later,
    )
    with _as_refused():
        await place.write(JOB, job.encode())
    return job


def _require_rows(examined: Examined, skip_bad: bool) -> None:
    if examined.refusal:
        raise JobRefused(f"Nothing of this job would be sent. {examined.refusal}")
    if not examined.rows:
        raise JobRefused("No row of this job can be sent.", next_step="Correct what the dry run names.")
    if examined.bad_rows and not skip_bad:
        raise JobRefused(
            f"{count_rows(examined.bad_rows)} of this job cannot be sent.",
            next_step="Correct what the dry run names, or say that these rows are to be left out.",
        )


async def _write(place: JobPlace, number: int, rows: list[Row]) -> None:
    content = await anyio.to_thread.run_sync(lambda: b"".join(row.encode() for row in rows))
    with _as_refused():
        await place.write(name_shard(ROWS, number), content)


@contextmanager
def _as_refused() -> Generator[None]:
    """What a place says of a job that there is does not hold yet."""
    try:
        yield
    except PlaceError as error:
        raise JobRefused(
            str(error), next_step="No job was made, and nothing was sent. Start it again with room and rights there."
        ) from error
