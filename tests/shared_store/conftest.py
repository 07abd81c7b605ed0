"""All stores, by the same tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from ims_mcp.file_store import FileStore
from ims_mcp.redis_store import open_redis
from ims_mcp.shared_store import MemoryStore, SharedStore
from tests.redis_server import RedisServer


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """One that stays; tests name keys of their own."""
    with RedisServer() as server:
        yield server


@pytest.fixture(params=["memory", "files", "redis"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SharedStore]:
    if request.param != "redis":
        yield MemoryStore() if request.param == "memory" else FileStore(tmp_path / "shared")
        return
    server: RedisServer = request.getfixturevalue("redis_server")
    opened = open_redis(server.url)
    yield opened
    await opened.close()
