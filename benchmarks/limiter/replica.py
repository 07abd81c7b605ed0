"""One replica: ``python -m benchmarks.limiter.replica ENDPOINT REDIS INDEX SECONDS``. Its callers call for so long."""

from __future__ import annotations

import json
import sys
from collections import Counter

import anyio

from benchmarks.child import ACCESS_KEY_ID, ACCESS_KEY_SECRET
from ims_mcp.call_origin import current_subject
from ims_mcp.catalogue import get_operation
from ims_mcp.client.credentials import Credential
from ims_mcp.client.ims import ImsClient
from ims_mcp.client.limiter import Limiter
from ims_mcp.errors import ImsError, RateLimited
from ims_mcp.redis_store import open_redis
from tests.fixed_credentials import FixedCredentials
from tests.limits.simulation import FIVE_CALLERS


async def main(endpoint: str, redis_url: str, index: int, seconds: float) -> None:
    store = open_redis(redis_url)
    operation, outcomes = get_operation("GetMediaInfo"), Counter[str]()

    async def find_endpoint() -> str:
        return endpoint

    async def go_on(client: ImsClient, name: str, pause_seconds: float) -> None:
        current_subject.set(name)
        while True:
            try:
                await client.call(operation, {"MediaId": name})
                outcomes["done"] += 1
            except RateLimited as error:
                outcomes["refused"] += 1
                await anyio.sleep(error.retry_after_seconds)
            except ImsError:
                outcomes["failed"] += 1
            await anyio.sleep(pause_seconds)

    credentials = FixedCredentials(Credential(ACCESS_KEY_ID, ACCESS_KEY_SECRET))
    async with ImsClient(find_endpoint, credentials, account="main", limiter=Limiter(store)) as client:
        with anyio.move_on_after(seconds):
            async with anyio.create_task_group() as group:
                for caller in FIVE_CALLERS:
                    if index in caller.replicas:
                        for _ in range(caller.at_once):
                            group.start_soon(go_on, client, caller.name, caller.pause_seconds)
    await store.close()
    print(json.dumps(outcomes))


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
