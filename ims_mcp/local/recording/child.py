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
from dataclasses import dataclass
from typing import Any, TextIO, cast

from ims_mcp.local.isolation import clean_environment, end_with_parent, limit_this_process, neutral_directory

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
    segments: list[tuple[str, int, int]]
    """Path, run and position in ms of each."""
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
            cwd=neutral_directory(),
        )
        assert process.stdin is not None
        with contextlib.suppress(ConnectionError):
            process.stdin.write(json.dumps(config).encode() + b"\n")
            await process.stdin.drain()
        return cls(process)

    async def receive(self) -> AsyncIterator[dict[str, Any]]:
        """The messages of the child, until it ends."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            with contextlib.suppress(ValueError):
                message = json.loads(line)
                if isinstance(message, dict):
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


def init_child() -> tuple[dict[str, Any], TextIO]:
    """What a child does first: its config, and the stream its messages go to. It ends with its parent from here."""
    # An interrupt at the terminal reaches every process; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    messages = os.fdopen(os.dup(1), "w", buffering=1)
    # Nothing a library prints may land among the JSON lines.
    os.dup2(2, 1)
    end_with_parent(int(sys.argv[1]))
    limit_this_process()
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
    return json.loads(config), messages


def send(stream: TextIO, **message: object) -> None:
    """One JSON line to the parent."""
    print(json.dumps(message), file=stream, flush=True)
