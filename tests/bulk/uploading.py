"""Works on a job of uploads until it is done, to be killed: ``python -m tests.bulk.uploading PLACE ENDPOINT HOME``.

Its files are below ``HOME/files``, its state directory is ``HOME/state``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import anyio

from ims_mcp.workflows.bulk.acts import choose_act
from ims_mcp.workflows.bulk.folder_place import FolderPlace
from ims_mcp.workflows.bulk.job import JOB, BulkJob
from ims_mcp.workflows.bulk.place import JobPlace
from ims_mcp.workflows.bulk.shard import run_shard
from ims_mcp.workflows.bulk.target import BulkTarget
from ims_mcp.workflows.bulk.watch import ControlWatch
from tests.bulk.planned import planned_target


async def work(job: BulkJob, place: JobPlace, target: BulkTarget) -> None:
    """All shards, one after the other."""
    act = choose_act(job, target)
    async with ControlWatch(place) as watch:
        for number in range(job.shard_count):
            await run_shard(job, place, number, act, watch, lanes=8)


async def main(place: JobPlace, endpoint: str, home: Path) -> None:
    job = BulkJob.decode(await place.read(JOB) or b"")
    async with planned_target(endpoint, home=home / "state", folders=(home / "files",)) as target:
        await work(job, place, target)


if __name__ == "__main__":
    anyio.run(main, FolderPlace(Path(sys.argv[1])), sys.argv[2], Path(sys.argv[3]))
