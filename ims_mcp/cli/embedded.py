"""The embedded IMS seen from the commands that use it: found where it runs already, started as a child where not."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import urlsplit

from ims_mcp.errors import LocalImsError
from ims_mcp.settings import Settings

START_SECONDS = 20.0
_LOOK_SECONDS = 0.05


def local_key_pair(environ: Mapping[str, str]) -> tuple[str, str]:
    """Access key id and secret of the embedded IMS: ``local``/``local`` unless set."""
    return environ.get("IMS_MCP_LOCAL_KEY_ID") or "local", environ.get("IMS_MCP_LOCAL_KEY_SECRET") or "local"


class EmbeddedIms:
    """Knows the endpoint of the embedded IMS on one data directory.

    Several servers may share a directory: the first starts it, the others find it, and when it goes with its owner
    the next call of another starts it again. Nothing is started before :meth:`endpoint` is first awaited.
    """

    def __init__(self, settings: Settings, environ: Mapping[str, str]) -> None:
        self._settings = settings
        self._environ = dict(environ)
        self._child: Process | None = None
        self._found: dict[str, Any] | None = None
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop_child()

    async def endpoint(self) -> str:
        """``http://127.0.0.1:PORT`` of an embedded IMS that answers. Raises LocalImsError."""
        if self._found is not None and _alive(self._found):
            return str(self._found["endpoint"])
        async with self._lock:
            self._found = await self._running() or await self._started()
            return str(self._found["endpoint"])

    async def _running(self) -> dict[str, Any] | None:
        """What ``endpoint.json`` says, if the one it names answers."""
        found = _read(self._settings.data_dir / "endpoint.json")
        return found if found is not None and _alive(found) and await _answers(str(found["endpoint"])) else None

    async def _started(self) -> dict[str, Any]:
        await self._stop_child()
        command = [sys.executable, "-m", "ims_mcp", "local", "--port", "0", "--exit-with-parent"]
        command += ["--data-dir", str(self._settings.data_dir), "--region", self._settings.region]
        command += ["--log-level", self._settings.log_level]
        # stdin is the leash: it closes when this process ends, however it ends.
        self._child = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=DEVNULL, env=self._environ)
        deadline = asyncio.get_running_loop().time() + START_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            found = await self._running()
            if found is not None:
                return found
            if self._child.returncode is not None and not (self._settings.data_dir / "endpoint.json").exists():
                break
            await asyncio.sleep(_LOOK_SECONDS)
        raise LocalImsError(
            f"The embedded IMS did not start in {self._settings.data_dir}.",
            next_step=(
                "Run `ims-mcp local` in a terminal to see why. It needs the extra: pip install 'ims-mcp[local]'."
            ),
        )

    async def _stop_child(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.stdin is not None:
            child.stdin.close()
        try:
            await asyncio.wait_for(child.wait(), 5)
        except TimeoutError:
            child.kill()
            await child.wait()


def _read(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return cast("dict[str, Any]", content) if isinstance(content, dict) and "endpoint" in content else None


def _alive(found: Mapping[str, Any]) -> bool:
    try:
        os.kill(int(found["pid"]), 0)
    except (KeyError, ValueError, TypeError, ProcessLookupError):
        return False
    except PermissionError:  # it lives, under another user
        return True
    return True


async def _answers(endpoint: str) -> bool:
    """Whether the embedded IMS itself, and not some other program on its old port, answers there."""
    parts = urlsplit(endpoint)
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            try:
                writer.write(f"GET /-/health HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode())
                await writer.drain()
                return b"ims-mcp local" in await reader.read(-1)  # up to the close that was asked for
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
