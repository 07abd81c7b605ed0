"""Child processes of the recording: FFmpeg meets strangers' data there, and one that dies takes nothing with it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TextIO, cast

from ims_mcp.local.disk import DiskFull, is_disk_full
from ims_mcp.local.isolation import clean_environment, find_neutral_directory, settle_in

UNWRITABLE = frozenset({"speex"})
"""Codecs that come by RTMP and are written into no format: FFmpeg crashes on them."""
# Six hours of slices of 5 s are named in one line.
_LINE_BYTES = 16 * 1024**2
_END_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class RecorderConfig:
    """What a recorder process is told."""

    url: str
    directory: str
    """Of the job: its journal and segments."""
    cycles: dict[str, int]
    """Format -> seconds after which a new file begins."""
    reconnect_timeout_seconds: float
    """How long the stream may be away."""
    time_left_seconds: float
    """What is left of it now."""
    stall_seconds: float
    """A connection that brings nothing for so long is given up."""
    clock_offset_seconds: float
    """The server's clock less this machine's."""


@dataclass(frozen=True, slots=True)
class AssemblerConfig:
    """What an assembler process is told."""

    format: str
    segments: list[tuple[str, int, int, list[str]]]
    """Path, run, position in ms and kinds of tracks of each."""
    directory: str
    """Where the result goes; empty."""
    slice_seconds: int


class Child:
    """A module of this package run by an interpreter of its own; it sends JSON lines and ends with this process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, module: str, config: Mapping[str, Any]) -> Child:
        """``python -m module PARENT``, with ``config`` as the first line of its stdin, which stays open."""
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
            cwd=find_neutral_directory(),
        )
        assert process.stdin is not None
        with contextlib.suppress(ConnectionError):
            process.stdin.write(json.dumps(config).encode() + b"\n")
            await process.stdin.drain()
        return cls(process)

    async def receive(self) -> AsyncIterator[dict[str, Any]]:
        """The messages of the child, until it ends. Raises DiskFull where that is what ended it."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            with contextlib.suppress(ValueError):
                message = json.loads(line)
                if isinstance(message, dict):
                    if message.get("disk_full"):
                        raise DiskFull
                    yield cast("dict[str, Any]", message)

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


def run_child(work: Callable[[dict[str, Any], TextIO], None]) -> None:
    """What a child does: ``work`` gets its config, and the stream its messages go to. It ends with its parent."""
    messages = os.fdopen(os.dup(1), "w", buffering=1)
    settle_in(int(sys.argv[1]))
    config = b""
    while not config.endswith(b"\n"):
        part = os.read(0, 1)
        if not part:
            os._exit(1)
        config += part

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 4096):
                pass
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
    try:
        work(json.loads(config), messages)
    except Exception as error:
        if not is_disk_full(error):
            raise
        send(messages, disk_full=True)


def send(stream: TextIO, **message: object) -> None:
    """One JSON line to the parent."""
    print(json.dumps(message), file=stream, flush=True)
