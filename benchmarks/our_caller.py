"""Our side of the calls: an ImsClient that makes as many GetMediaInfo calls as it is told and says how long they took.

``python -m benchmarks.our_caller ENDPOINT``; it says ``{"ready": true}``, then each line on stdin is
``{"count": N, "at_once": N}`` and is answered by ``{"seconds": N}``.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator

import anyio
import anyio.to_thread

from benchmarks.child import ACCESS_KEY_ID, ACCESS_KEY_SECRET
from ims_mcp.catalogue import get_operation
from ims_mcp.client.credentials import Credential
from ims_mcp.client.ims import ImsClient
from tests.bodies.media_info import MEDIA_ID
from tests.fixed_credentials import FixedCredentials

OPERATION = get_operation("GetMediaInfo")


async def _calls(client: ImsClient, count: int, at_once: int) -> float:
    """Seconds that ``count`` calls take with ``at_once`` of them under way."""
    tickets = iter(range(count))

    async def worker(tickets: Iterator[int]) -> None:
        for _ in tickets:
            await client.call(OPERATION, {"MediaId": MEDIA_ID})

    began = time.perf_counter()
    async with anyio.create_task_group() as group:
        for _ in range(at_once):
            group.start_soon(worker, tickets)
    return time.perf_counter() - began


async def _serve(url: str) -> None:
    async def endpoint() -> str:
        return url

    credentials = FixedCredentials(Credential(ACCESS_KEY_ID, ACCESS_KEY_SECRET))
    async with ImsClient(endpoint, credentials) as client:
        print(json.dumps({"ready": True}), flush=True)
        while line := await anyio.to_thread.run_sync(sys.stdin.readline):
            told = json.loads(line)
            # Connections are opened before the clock runs, here as on the other side.
            await _calls(client, 2 * told["at_once"], told["at_once"])
            print(json.dumps({"seconds": await _calls(client, told["count"], told["at_once"])}), flush=True)


if __name__ == "__main__":
    anyio.run(_serve, sys.argv[1])
