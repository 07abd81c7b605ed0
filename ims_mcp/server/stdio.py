"""MCP on stdin and stdout: a thread that reads, a thread that writes, and between them a session of the SDK's.

It stands in for the SDK's own transport, which drops lines it cannot read, keeps any amount of answers that nobody
reads, cannot be interrupted while it reads, and forgets requests that are still open when stdin ends.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import json
import logging
import math
import os
import select
import sys
import threading
from collections import deque
from collections.abc import Callable, Container
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, cast

import anyio
from mcp.server.lowlevel import Server
from mcp.shared.message import ServerMessageMetadata, SessionMessage
from mcp_types import JSONRPCError, JSONRPCMessage, JSONRPCRequest, JSONRPCResponse, RequestId

from ims_mcp.server.incoming import LineSplitter, RefusedLine, read_message

QUIET_SECONDS = 2.0
"""Once stdin has ended: how long after the last request or answer open requests may still be answered. Clients give a
server 2 s from closing its stdin before they end it."""
DRAIN_SECONDS = 30.0
"""How long answers that keep coming are waited for at most."""
FULL_BYTES = 16 * 1024 * 1024
"""Answers that nobody has read; from here on no further request is."""
_PIECE_BYTES = 64 * 1024
_LOOK_SECONDS = 0.5
_MOST_LOGGED = 20

logger = logging.getLogger("ims_mcp.server.stdio")


@dataclass(frozen=True, slots=True)
class _Open:
    """A request without an answer."""

    name: str
    waits: bool


@dataclass
class StdioTransport:
    """One client on stdin and stdout. Its fields say what was going on when it ended."""

    on_end: Callable[[], None] = lambda: None
    """To be called before requests are broken off because the client, or the server, ends."""
    spoken: bool = False
    """Whether the client has sent anything."""
    gone: OSError | None = None
    """Why nothing can be written any more, once the client has closed its end of stdout."""
    _open: dict[RequestId, list[_Open]] = field(default_factory=dict[RequestId, "list[_Open]"])

    @property
    def under_way(self) -> list[str]:
        """The tools or methods of the requests that have no answer yet."""
        return [request.name for requests in self._open.values() for request in requests]

    async def run(self, server: Server[Any], waiting_tools: Container[str] = ()) -> None:
        """Serve until stdin ends and what is open is answered, stdout breaks, or the caller's scope is cancelled.

        ``waiting_tools`` wait for something unless told otherwise; a call that waits is broken off when stdin ends.
        From here on file descriptor 0 is empty and 1 is stderr, so that nothing but this reads or writes the protocol.
        """
        stdin, stdout = _take_descriptors()
        self._waiting_tools = waiting_tools
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self._settled = asyncio.Event()
        self._last = -math.inf
        self._refusals = 0
        self._outbox = _Outbox(stdout, self._loop, self._give_up)
        to_session, from_client = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        self._to_session = to_session
        # Daemons: a read or a write that never returns does not keep the process from ending.
        threading.Thread(target=self._read, args=(stdin,), name="stdin", daemon=True).start()
        threading.Thread(target=self._outbox.write, name="stdout", daemon=True).start()
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._close_at_the_end)
                await server.run(from_client, _Answers(self), server.create_initialization_options())
                tasks.cancel_scope.cancel()
        finally:
            with anyio.CancelScope(shield=True):
                await self._outbox.flush(QUIET_SECONDS if self._ended.is_set() else QUIET_SECONDS / 4)

    async def _close_at_the_end(self) -> None:
        await self._ended.wait()
        if self.gone is None:
            await self._drain()
        self.on_end()
        self._to_session.close()  # the session cancels what is still open now

    async def _drain(self) -> None:
        """Until every request that does not wait is answered, or no answer has come for a while."""
        at_most = self._loop.time() + DRAIN_SECONDS
        while self.gone is None and not all(each.waits for requests in self._open.values() for each in requests):
            seconds = min(self._last + QUIET_SECONDS, at_most) - self._loop.time()
            if seconds <= 0:
                return
            self._settled.clear()
            with anyio.move_on_after(seconds):
                await self._settled.wait()

    # On the reading thread.

    def _read(self, stdin: int) -> None:
        lines = LineSplitter()
        try:
            while piece := _read_piece(stdin):
                if not self._pass_on(lines.feed(piece), stdin):
                    break
            else:
                self._pass_on([lines.end()], stdin)
        except (RuntimeError, concurrent.futures.CancelledError, anyio.ClosedResourceError, anyio.BrokenResourceError):
            pass  # the session, or its event loop, has ended
        except Exception:
            logger.exception("stdin cannot be read any more")
        finally:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._ended.set)

    def _pass_on(self, lines: list[bytes | RefusedLine], stdin: int) -> bool:
        """Hand the lines to the session; False where nobody is left to read the answers."""
        read = [line if isinstance(line, RefusedLine) else read_message(line) for line in lines]
        messages = deque(message for message in read if message is not None)
        while messages:
            # Requests are taken only as fast as their answers are read.
            while not self._outbox.wait_for_room(_LOOK_SECONDS):
                if _is_hung_up(stdin):
                    return False
            taking = self._take(messages)
            try:
                taken = asyncio.run_coroutine_threadsafe(taking, self._loop)
            except RuntimeError:
                taking.close()
                raise
            taken.result()
        return True

    # On the event loop.

    async def _take(self, messages: deque[JSONRPCMessage | RefusedLine]) -> None:
        """Those that there is room for, in their order."""
        self.spoken = True
        while messages and self._outbox.has_room:
            message = messages.popleft()
            if isinstance(message, RefusedLine):
                self._refuse(message)
                continue
            metadata = None
            if isinstance(message, JSONRPCRequest):
                metadata = ServerMessageMetadata(on_request_unanswered=self._remember(message))
            await self._to_session.send(SessionMessage(message, metadata))

    def _remember(self, request: JSONRPCRequest) -> Callable[[], Any]:
        opened = _Open(request.method, waits=False)
        params = request.params or {}
        if request.method == "tools/call" and isinstance(name := params.get("name"), str):
            seconds = _find_wait_seconds(params.get("arguments"))
            opened = _Open(name, waits=name in self._waiting_tools if seconds is None else seconds > 0)
        self._open.setdefault(request.id, []).append(opened)
        self._last = self._loop.time()

        async def unanswered() -> None:
            self._settle(request.id)

        return unanswered

    def _settle(self, identity: RequestId | None) -> None:
        if identity is None or identity not in self._open:
            return
        self._open[identity].pop(0)
        if not self._open[identity]:
            del self._open[identity]
        self._last = self._loop.time()
        self._settled.set()

    def _refuse(self, line: RefusedLine) -> None:
        self._refusals += 1
        # A few lines: where nobody reads stderr, many would stop the server.
        if self._refusals <= _MOST_LOGGED:
            last = " Further ones are not logged." if self._refusals == _MOST_LOGGED else ""
            logger.warning("a line on stdin was refused: %s%s", line.reason, last)
        for identity in line.ids:
            error = {"code": line.code, "message": line.reason}
            self._outbox.put(json.dumps({"jsonrpc": "2.0", "id": identity, "error": error}).encode())

    def send(self, message: JSONRPCMessage) -> None:
        """Write a message; it never waits, the reading of further requests does."""
        if self.gone is not None:
            raise anyio.BrokenResourceError
        self._outbox.put(_encode(message))
        if isinstance(message, JSONRPCResponse | JSONRPCError):
            self._settle(message.id)

    def _give_up(self, error: OSError) -> None:
        self.gone = error
        self._ended.set()
        self._settled.set()


class _Answers:
    """The session's side of stdout, the SDK's ``WriteStream``. Nothing is to be closed: the transport flushes it."""

    def __init__(self, transport: StdioTransport) -> None:
        self._transport = transport

    async def send(self, item: SessionMessage, /) -> None:
        self._transport.send(item.message)

    async def aclose(self) -> None:
        pass

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc_val: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        pass


class _Outbox:
    """Lines on their way to stdout. Everything is taken; :attr:`has_room` says whether more should be asked for."""

    def __init__(self, stdout: int, loop: asyncio.AbstractEventLoop, on_broken: Callable[[OSError], None]) -> None:
        self._stdout = stdout
        self._loop = loop
        self._on_broken = on_broken
        self._lines: deque[bytes] = deque()
        self._bytes = 0
        self._changed = threading.Condition()
        self._is_broken = False
        self._flushing: asyncio.Event | None = None

    @property
    def has_room(self) -> bool:
        return self._bytes < FULL_BYTES or self._is_broken

    def wait_for_room(self, seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.has_room, seconds)

    def put(self, line: bytes) -> None:
        with self._changed:
            if not self._is_broken:
                self._lines.append(line + b"\n")
                self._bytes += len(line) + 1
                self._changed.notify_all()

    async def flush(self, quiet_seconds: float) -> None:
        """Until all is written, or nothing was for ``quiet_seconds``."""
        self._flushing = moved = asyncio.Event()
        while self._bytes and not self._is_broken:
            moved.clear()
            with anyio.move_on_after(quiet_seconds) as waited:
                await moved.wait()
            if waited.cancelled_caught:
                return

    def write(self) -> None:
        """Write for as long as the process lives; a thread of its own."""
        try:
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: self._lines)
                    ready = bytearray()
                    while self._lines and len(ready) < _PIECE_BYTES:
                        ready += self._lines.popleft()
                left = memoryview(ready)
                while left:
                    count = _write_piece(self._stdout, left[:_PIECE_BYTES])
                    left = left[count:]
                    with self._changed:
                        self._bytes -= count
                        self._changed.notify_all()
                    self._tell_flush()
        except OSError as error:
            with self._changed:
                self._is_broken = True
                self._lines.clear()
                self._changed.notify_all()
            self._tell(self._on_broken, error)
            self._tell_flush()

    def _tell_flush(self) -> None:
        if self._flushing is not None:
            self._tell(self._flushing.set)

    def _tell(self, call: Callable[..., None], *arguments: object) -> None:
        with suppress(RuntimeError):  # the event loop has ended
            self._loop.call_soon_threadsafe(call, *arguments)


def _find_wait_seconds(arguments: object) -> float | None:
    """What a call says of how long it waits, its own arguments or those of the operation it calls."""
    if not isinstance(arguments, dict):
        return None
    given = cast("dict[str, object]", arguments)
    seconds = given.get("wait_seconds")
    if isinstance(seconds, int | float):
        return seconds
    inner = [_find_wait_seconds(value) for value in given.values()]
    return next((seconds for seconds in inner if seconds is not None), None)


def _encode(message: JSONRPCMessage) -> bytes:
    try:
        return message.model_dump_json(by_alias=True, exclude_unset=True).encode()
    except ValueError:
        # A file name that is not UTF-8, say. An answer with a question mark in it is better than none.
        content = message.model_dump(by_alias=True, exclude_unset=True)
        return json.dumps(content, ensure_ascii=False, default=str).encode("utf-8", "replace")


def _take_descriptors() -> tuple[int, int]:
    """stdin and stdout under other numbers that no child inherits; 0 becomes empty and 1 becomes stderr."""
    stdin, stdout = os.dup(0), os.dup(1)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    os.dup2(2, 1)
    if sys.platform == "win32":
        from mcp.os.win32.utilities import rebind_std_handle_to_fd

        rebind_std_handle_to_fd(0)
        rebind_std_handle_to_fd(1)
    return stdin, stdout


def _read_piece(stdin: int) -> bytes:
    """What there is, empty at the end."""
    while True:
        try:
            return os.read(stdin, _PIECE_BYTES)
        except BlockingIOError:  # whoever shares it has made it non-blocking
            select.select([stdin], [], [])
        except OSError:
            return b""


def _write_piece(stdout: int, piece: memoryview) -> int:
    while True:
        try:
            return os.write(stdout, piece)
        except BlockingIOError:
            select.select([], [stdout], [])


def _is_hung_up(stdin: int) -> bool:
    """Whether the other end is closed, though there may be something left to read. Windows cannot say."""
    if sys.platform == "win32":
        return False
    poll = select.poll()
    poll.register(stdin, 0)
    return any(event & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, event in poll.poll(0))
