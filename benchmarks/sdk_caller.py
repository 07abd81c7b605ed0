"""The official SDK's side of the calls, in the three ways it can be used: one at a time, in threads, async.

``python -m benchmarks.sdk_caller ENDPOINT THREADS``; it is asked as our_caller is, and told the ``way``: sync or async.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from alibabacloud_ice20201109 import models
from alibabacloud_ice20201109.client import Client
from alibabacloud_tea_openapi.models import Config
from darabonba.runtime import RuntimeOptions

from benchmarks.child import ACCESS_KEY_ID, ACCESS_KEY_SECRET
from tests.bodies.media_info import MEDIA_ID

# Its default keeps 40 connections, so that 64 threads would open new ones all the time: it gets as many as it can use.
RUNTIME = RuntimeOptions(max_idle_conns=64)


def _in_threads(client: Any, pool: ThreadPoolExecutor, count: int) -> float:
    def call(_: int) -> None:
        client.get_media_info_with_options(models.GetMediaInfoRequest(media_id=MEDIA_ID), RUNTIME)

    began = time.perf_counter()
    for _ in pool.map(call, range(count)):
        pass
    return time.perf_counter() - began


def _one_by_one(client: Any, count: int) -> float:
    began = time.perf_counter()
    for _ in range(count):
        client.get_media_info(models.GetMediaInfoRequest(media_id=MEDIA_ID))
    return time.perf_counter() - began


async def _async(client: Any, count: int, at_once: int) -> float:
    tickets = iter(range(count))

    async def worker() -> None:
        for _ in tickets:
            await client.get_media_info_async(models.GetMediaInfoRequest(media_id=MEDIA_ID))

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    return time.perf_counter() - began


def main(url: str, threads: int) -> None:
    config = Config(
        access_key_id=ACCESS_KEY_ID,
        access_key_secret=ACCESS_KEY_SECRET,
        endpoint=url.partition("://")[2],
        region_id="cn-shanghai",
    )
    client = Client(config)
    with ThreadPoolExecutor(threads) as pool:
        print(json.dumps({"ready": True}), flush=True)
        for line in sys.stdin:
            told = json.loads(line)
            count, at_once = told["count"], told["at_once"]
            if told["way"] == "async":
                # Nothing to warm: it opens a connection for every call.
                seconds = asyncio.run(_async(client, count, at_once))
            elif at_once == 1:
                _one_by_one(client, 2)
                seconds = _one_by_one(client, count)
            else:
                _in_threads(client, pool, 2 * at_once)
                seconds = _in_threads(client, pool, count)
            print(json.dumps({"seconds": seconds}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
