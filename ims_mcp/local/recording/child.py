"""Child processes of the recording: FFmpeg meets strangers' data there, and one that dies takes nothing with it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from typing import Any, TextIO, cast

from ims_mcp.local.isolation import clean_environment, end_with_parent, limit_this_process, neutral_directory

# Six hours of slices of 5 s are named in one line.
_LINE_BYTES = 16 * 1024**2
_END_SECONDS = 2.0


class Child:
    """A module of this package run by an interpreter of its own; it speaks in JSON lines and ends with this process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, module: str, orders: Mapping[str, Any]) -> Child:
        """``python -m module PARENT``, with ``orders`` as the first line of its stdin, which stays open."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            module,
            str(os.getpid()),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=_LINE_BYTES,
            env=clean_environment(os.environ),
            cwd=neutral_directory(),
        )
        assert process.stdin is not None
        with contextlib.suppress(ConnectionError):
            process.stdin.write(json.dumps(orders).encode() + b"\n")
            await process.stdin.drain()
        return cls(process)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def said(self) -> AsyncIterator[dict[str, Any]]:
        """What the child says, until it ends."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            with contextlib.suppress(ValueError):
                said = json.loads(line)
                if isinstance(said, dict):
                    yield cast("dict[str, Any]", said)

    async def end(self) -> None:
        """End it where it still runs, at any moment: nothing it has written is lost by that."""
        stdin = self._process.stdin
        assert stdin is not None
        # The end of its stdin ends it. A signal comes second: sending one may reap the child behind asyncio's back.
        stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), _END_SECONDS)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        with contextlib.suppress(ConnectionError):
            await stdin.wait_closed()


def settle_in() -> tuple[dict[str, Any], TextIO]:
    """What a child does first: its orders, and the stream its JSON lines go to. It ends with its parent from here."""
    # An interrupt at the terminal reaches every process; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    speech = os.fdopen(os.dup(1), "w", buffering=1)
    # Nothing a library prints may land among the JSON lines.
    os.dup2(2, 1)
    end_with_parent(int(sys.argv[1]))
    limit_this_process()
    orders = b""
    while not orders.endswith(b"\n"):
        part = os.read(0, 1)
        if not part:
            os._exit(1)
        orders += part

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 4096):
                pass
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
    return json.loads(orders), speech


def say(speech: TextIO, **said: object) -> None:
    """One JSON line to the parent."""
    print(json.dumps(said), file=speech, flush=True)
