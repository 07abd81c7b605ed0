"""A process that races for keys: ``python -m tests.shared_store.racer WHERE``, a URL of Redis or a directory.

It says ``ready``, and for each line of JSON ``{"once": KEY}`` or ``{"count": KEY, "times": N}`` answers one: how many
of 50 tasks were first, or that it has counted."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import anyio
import anyio.to_thread

from ims_mcp.file_store import FileStore
from ims_mcp.redis_store import open_redis
from ims_mcp.shared_store import SharedStore


def add_one(value: bytes | None) -> tuple[bytes, int]:
    number = int(value or b"0") + 1
    return str(number).encode(), number


async def race(store: SharedStore, key: str, tasks: int) -> int:
    """How many of so many tasks were told that they are the first."""
    firsts: list[bool] = []

    async def ask() -> None:
        firsts.append(await store.add_once(key, 60))

    async with anyio.create_task_group() as group:
        for _ in range(tasks):
            group.start_soon(ask)
    assert len(firsts) == tasks
    return sum(firsts)


async def count(store: SharedStore, key: str, times: int) -> list[int]:
    """What so many tasks at once were told when each added one."""
    told: list[int] = []

    async def add() -> None:
        told.append(await store.update(key, add_one, 60))

    async with anyio.create_task_group() as group:
        for _ in range(times):
            group.start_soon(add)
    return told


async def main(where: str) -> None:
    store = open_redis(where) if "://" in where else FileStore(Path(where))
    await store.check()
    print("ready", flush=True)
    while line := await anyio.to_thread.run_sync(sys.stdin.readline):
        order = json.loads(line)
        if "once" in order:
            print(json.dumps(await race(store, order["once"], 50)), flush=True)
        else:
            print(json.dumps(await count(store, order["count"], order["times"])), flush=True)
    await store.close()


if __name__ == "__main__":
    anyio.run(main, sys.argv[1])
