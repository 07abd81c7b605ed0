"""A process that works at bulk jobs against a service on loopback, to be killed.

``python -m tests.bulk.worker_process ENDPOINT URL [FOLDER]``: with a folder it starts the job there and ends when that
is done; without, it works until SIGTERM.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import anyio

from benchmarks.child import ACCESS_KEY_ID, ACCESS_KEY_SECRET
from ims_mcp.client.credentials import Credential
from ims_mcp.client.ims import ImsClient
from ims_mcp.client.limiter import Limiter
from ims_mcp.logs import log_to_stderr
from ims_mcp.redis_store import open_redis
from ims_mcp.shared_store import MemoryStore
from ims_mcp.workflows.bulk.chains import is_done
from ims_mcp.workflows.bulk.engine import BulkEngine
from ims_mcp.workflows.bulk.job import CONTROL, JOB, BulkJob, Control
from ims_mcp.workflows.bulk.places import open_place
from ims_mcp.workflows.bulk.target import BulkTarget
from tests.fixed_credentials import FixedCredentials


async def main(endpoint: str, url: str, place: str | None) -> None:
    store = MemoryStore() if url.startswith("memory") else open_redis(url)

    async def find_endpoint() -> str:
        return endpoint

    credentials = FixedCredentials(Credential(ACCESS_KEY_ID, ACCESS_KEY_SECRET))
    async with ImsClient(find_endpoint, credentials, account="main", limiter=Limiter(store)) as client:

        async def find_target(_job: BulkJob) -> BulkTarget:
            return BulkTarget(client, None)  # pyright: ignore[reportArgumentType] - nothing is uploaded

        async with BulkEngine(url, find_target, store) as engine, anyio.create_task_group() as group:
            stop = anyio.Event()
            with suppress(NotImplementedError):  # Windows has no SIGTERM to hear
                asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
            if place is not None:
                group.start_soon(_start_and_wait, engine, place, stop)
            print(json.dumps({"ready": True}), flush=True)
            await engine.work(stop)
            group.cancel_scope.cancel()
    await store.close()
    print(json.dumps({"ended": True, "cpu_seconds": time.process_time()}), flush=True)


async def _start_and_wait(engine: BulkEngine, folder: str, stop: anyio.Event) -> None:
    place = await open_place(folder, None)
    job = BulkJob.decode(await place.read(JOB) or b"")
    control = Control.decode(await place.read(CONTROL) or b"")
    await engine.start(job, str(Path(folder)), control)
    while not await is_done(place, job, control):  # noqa: ASYNC110 - what is on disk tells nobody
        await anyio.sleep(0.2)
    stop.set()


if __name__ == "__main__":
    log_to_stderr("error")  # each throttled call would be a line
    anyio.run(main, sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)
