"""Jobs as they are written down before they are started, without a source."""

from __future__ import annotations

import json
from pathlib import Path

from ims_mcp.workflows.bulk.job import (
    CONTROL,
    JOB,
    OUTCOMES,
    ROWS,
    SHARD_ROWS,
    BulkJob,
    Control,
    Kind,
    Outcome,
    Row,
    name_shard,
)


def write_job(folder: Path, rows: int, *, job_id: str = "job-1", shard_rows: int = SHARD_ROWS) -> BulkJob:
    """A registration of so many addresses."""
    job = BulkJob(job_id, Kind.REGISTER, "RegisterMediaInfo", rows, "made for a test", 0.0, shard_rows=shard_rows)
    (folder / ROWS).mkdir(parents=True)
    for shard in range(job.shard_count):
        numbers = range(shard * shard_rows, min(rows, (shard + 1) * shard_rows))
        lines = [Row(each, each + 1, {"InputURL": f"oss://bucket/{each}.mp4"}).encode() for each in numbers]
        (folder / name_shard(ROWS, shard)).write_bytes(b"".join(lines))
    write_control(folder, Control())
    (folder / JOB).write_bytes(job.encode())
    return job


def write_control(folder: Path, control: Control) -> None:
    part = folder / f"{CONTROL}.new"
    part.write_bytes(control.encode())
    part.replace(folder / CONTROL)


def read_outcomes(folder: Path) -> dict[int, Outcome]:
    """The last of each row."""
    found: dict[int, Outcome] = {}
    for file in sorted((folder / OUTCOMES).glob("*.jsonl")) if (folder / OUTCOMES).exists() else []:
        for line in file.read_bytes().splitlines():
            try:
                outcome = Outcome.decode(line)
            except ValueError:
                assert json.dumps(line.decode("ascii", "replace"))  # a line that was broken off
                continue
            found[outcome.row] = outcome
    return found
