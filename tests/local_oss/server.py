"""An OSS server for tests: in a thread of this process, or as a program of its own that can be killed."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

import uvicorn

from ims_mcp.local import identity
from ims_mcp.local.identity import Identities
from ims_mcp.local.oss.object_requests import OnStored
from ims_mcp.local.oss.objects import SCHEMA, Objects
from ims_mcp.local.oss.rest import OssRest
from ims_mcp.local.store import Store

REGION = "cn-shanghai"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parts:
    server: uvicorn.Server
    objects: Objects
    identities: Identities
    loop: asyncio.AbstractEventLoop


@asynccontextmanager
async def parts(
    data_dir: Path, *, on_stored: OnStored | None = None, clock: Callable[[], float] = time.time, port: int = 0
) -> AsyncGenerator[Parts]:
    """Everything but the running server."""
    async with Store(data_dir, schema=SCHEMA + identity.SCHEMA) as store:
        objects = Objects(store, data_dir)
        await objects.sweep()
        identities = Identities(store, {"local": "local"}, clock=clock)
        app = OssRest(objects, identities, region=REGION, on_stored=on_stored, clock=clock)
        config = uvicorn.Config(
            app,  # pyright: ignore[reportArgumentType] - uvicorn's types name its own message classes
            host="127.0.0.1",
            port=port,
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=2,
        )
        yield Parts(uvicorn.Server(config), objects, identities, asyncio.get_running_loop())


class OssThread:
    """The server in a thread; :meth:`call` runs a coroutine beside it."""

    def __init__(
        self, data_dir: Path, *, on_stored: OnStored | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self.data_dir = data_dir
        self._on_stored = on_stored
        self._clock = clock
        self._parts: Parts | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="oss")

    def __enter__(self) -> Self:
        self._thread.start()
        deadline = time.monotonic() + 10
        while self._parts is None or not self._parts.server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise RuntimeError("the OSS server did not start")
            time.sleep(0.005)
        return self

    def __exit__(self, *_: object) -> None:
        self.parts.server.should_exit = True
        self._thread.join(60)

    @property
    def parts(self) -> Parts:
        assert self._parts is not None
        return self._parts

    @property
    def port(self) -> int:
        return int(self.parts.server.servers[0].sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.parts.loop).result(30)

    def blob_files(self) -> list[str]:
        return sorted(entry.name for entry in (self.data_dir / "objects").iterdir())

    async def _serve(self) -> None:
        async with parts(self.data_dir, on_stored=self._on_stored, clock=self._clock) as made:
            self._parts = made
            await made.server.serve()


async def main(data_dir: Path) -> None:
    async with parts(data_dir) as made:
        serving = asyncio.create_task(made.server.serve())
        while not made.server.started:  # noqa: ASYNC110 - uvicorn has a flag and no event
            await asyncio.sleep(0.005)
        print(made.server.servers[0].sockets[0].getsockname()[1], flush=True)
        await serving


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
