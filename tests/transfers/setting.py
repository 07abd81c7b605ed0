"""What a test of the upload tools stands on: an embedded IMS behind a proxy, files, and an MCP client or server."""

from __future__ import annotations

import itertools
import json
import struct
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import anyio
from mcp import Client
from mcp_types import CallToolResult

from ims_mcp.client.oss.target import Timeouts
from ims_mcp.client.oss.uploader import OssUploader
from ims_mcp.client.retry import RetryPolicy
from ims_mcp.local.app import LocalIms
from ims_mcp.settings import Settings
from tests.fault_proxy import FaultProxy, Seen, Slow
from tests.local_ims.server import RunningIms, running_ims
from tests.local_oss.clients import oss2
from tests.server.connected import LOCAL, Era, connected, content_of, text_of

KIB = 1024
MIB = 1024 * KIB
PART = 128 * KIB
ALWAYS = 10**9
QUICK = Timeouts(connect_seconds=2.0, stall_seconds=5.0, answer_seconds=5.0, complete_seconds=5.0, clean_up_seconds=2.0)
# Small parts and little patience; everything else is as it is served.
SMALL_PARTS = partial(
    OssUploader,
    part_bytes=PART,
    multipart_threshold_bytes=2 * PART,
    timeouts=QUICK,
    retry=RetryPolicy(max_tries=3, base_seconds=0.01, cap_seconds=0.05),
)
_numbers = itertools.count(1)


class _BehindProxy(LocalIms):
    """Announces a proxy in front of itself, so that addresses in its answers lead there, too."""

    proxy: FaultProxy | None = None

    def announce(self, endpoint: str) -> None:
        self.proxy = FaultProxy(int(endpoint.rpartition(":")[2])).__enter__()
        super().announce(self.proxy.url)


@contextmanager
def ims_behind_proxy(data_dir: Path, **options: Any) -> Generator[tuple[RunningIms, FaultProxy]]:
    """An embedded IMS as ``running_ims`` gives it, and the proxy that ``endpoint.json`` and its answers name."""
    made: list[_BehindProxy] = []

    def make(*arguments: Any, **named: Any) -> LocalIms:
        made.append(_BehindProxy(*arguments, **named))
        return made[0]

    with running_ims(data_dir, make=make, **options) as ims:
        proxy = made[0].proxy
        assert proxy is not None
        try:
            yield ims, proxy
        finally:
            proxy.__exit__()


@dataclass
class Setting:
    """``home`` holds the directory files come from and the state directory."""

    ims: RunningIms
    proxy: FaultProxy
    home: Path
    clip: Path
    bucket: str = field(default_factory=lambda: f"bucket-{next(_numbers)}-of-ours")

    def __post_init__(self) -> None:
        self.files.mkdir(exist_ok=True)

    @property
    def files(self) -> Path:
        return self.home / "files"

    @property
    def state(self) -> Path:
        return self.home / "state"

    def settings(self, **changes: Any) -> Settings:
        usual: dict[str, Any] = {
            "local": True,
            "data_dir": self.ims.data_dir,
            "state_dir": self.state,
            "upload_dirs": (self.files.resolve(),),
        }
        return Settings(**usual | changes)

    @asynccontextmanager
    async def client(self, *, era: Era = "2026-07-28", served: bool = False, **changes: Any) -> AsyncGenerator[Client]:
        """A client of a server in this process; ``served``: with parts and patience as the command has them."""
        async with AsyncExitStack() as stack:
            # How soon a result is looked for, not what is found.
            stack.enter_context(mock.patch("ims_mcp.workflows.waiting.FIRST_PAUSE_SECONDS", 0.03))
            if not served:
                stack.enter_context(mock.patch("ims_mcp.cli.connection.OssUploader", SMALL_PARTS))
            server = connected(self.proxy.url, credential=LOCAL, settings=self.settings(**changes), era=era)
            yield await stack.enter_async_context(server)

    def video(self, size_bytes: int = 0, name: str = "") -> Path:
        """A file that becomes a Normal asset, another one each time, of at least that size."""
        number = next(_numbers)
        path = self.files / (name or f"clip-{number}.mp4")
        path.parent.mkdir(parents=True, exist_ok=True)
        clip = self.clip.read_bytes()
        free = max(size_bytes - len(clip), 16)
        # A box that every reader of MP4 passes over.
        path.write_bytes(clip + struct.pack(">I4sQ", free, b"free", number) + bytes(free - 16))
        return path

    def own(self, prefix: str = "") -> str:
        """The bucket of this test, as a destination."""
        self.make_bucket()
        return f"oss://{self.bucket}/{prefix}"

    def make_bucket(self) -> None:
        self.ims.bucket(self.bucket).create_bucket()

    def slow(self, bytes_per_second: float, kind: str = "part") -> None:
        """Every request of that kind goes on no faster, until :meth:`fast`."""
        self.proxy.inject(Slow(bytes_per_second), kind, times=ALWAYS)

    def fast(self) -> None:
        self.proxy.clear()

    def content(self, address: str) -> bytes | None:
        """Of the object at ``oss://bucket/key``; None where there is none."""
        bucket, _, key = address.removeprefix("oss://").partition("/")
        try:
            return self.ims.bucket(bucket).get_object(key).read()
        except oss2.exceptions.NoSuchKey:
            return None

    def unfinished(self, address: str) -> list[str]:
        """The multipart uploads that OSS still has for that object."""
        bucket, _, key = address.removeprefix("oss://").partition("/")
        found = self.ims.bucket(bucket).list_multipart_uploads(prefix=key).upload_list
        return [upload.upload_id for upload in found]

    def journal(self) -> list[dict[str, Any]]:
        """The record of every transfer, as it is written down."""
        paths = (self.state / "transfers").glob("t-*.json")
        return [json.loads(path.read_text("utf-8").splitlines()[0]) for path in paths]

    def asked(self, action: str) -> int:
        """How often an operation was sent."""
        return sum(_action(seen) == action for seen in list(self.proxy.seen))

    def sent_parts(self) -> list[int]:
        """The parts that OSS took, in the order they were begun."""
        return [seen.part for seen in self.proxy.of_kind("part") if seen.status == 200]

    def writes(self) -> list[str]:
        """Whatever was sent that could have changed something."""
        reads = ("Get", "List", "Describe", "Search", "Batch")
        words = [_action(seen) or seen.kind for seen in list(self.proxy.seen)]
        return [word for word in words if not word.startswith(reads) and word != "look"]


def _action(seen: Seen) -> str:
    """The operation of IMS that a request asks for; empty for a request to OSS."""
    return seen.headers.get("x-acs-action") or seen.query.get("Action", "")


async def call(client: Client, tool: str, /, **arguments: Any) -> dict[str, Any]:
    """The result of a call that went well."""
    return content_of(await client.call_tool(tool, arguments))


async def cancel_once_followed(client: Client, tool: str, /, **arguments: Any) -> None:
    """Make a call, and cancel it as soon as it tells how far the upload is."""
    heard = False
    async with anyio.create_task_group() as tasks:

        async def hear(progress: float, total: float | None, message: str | None) -> None:
            nonlocal heard
            heard = True
            tasks.cancel_scope.cancel()

        await client.call_tool(tool, arguments, progress_callback=hear)
    assert heard


async def refused(client: Client, tool: str, /, **arguments: Any) -> str:
    """The text of a call that failed, as it should."""
    result: CallToolResult = await client.call_tool(tool, arguments)
    assert result.is_error, text_of(result)
    assert "bug" not in text_of(result), text_of(result)
    return text_of(result)


async def until(holds: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until it holds; TimeoutError when it never does."""
    with anyio.fail_after(seconds):
        while not holds():  # noqa: ASYNC110 - what is waited for happens elsewhere
            await anyio.sleep(0.005)
