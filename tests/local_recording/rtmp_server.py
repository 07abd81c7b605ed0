"""A small RTMP server on loopback: passes one publisher's stream to those who play it, and misbehaves on request.

What it knows of RTMP: the plain handshake, chunks of any size in both directions, connect, createStream, publish and
play. A player gets the metadata, the codec headers and everything since the last keyframe.
"""

from __future__ import annotations

import asyncio
import struct
import threading
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, cast

_CHUNK_SIZE, _ACKNOWLEDGE, _AUDIO, _VIDEO, _DATA, _COMMAND = 1, 5, 8, 9, 18, 20
_OUT_CHUNK_BYTES = 60_000


def write_amf(*values: Any) -> bytes:
    """Values as a message holds them."""
    out = b""
    for value in values:
        if isinstance(value, bool):
            out += b"\x01" + bytes([value])
        elif isinstance(value, int | float):
            out += b"\x00" + struct.pack(">d", value)
        elif isinstance(value, str):
            out += b"\x02" + struct.pack(">H", len(value.encode())) + value.encode()
        elif isinstance(value, dict):
            fields = cast("dict[str, Any]", value)
            pairs = (struct.pack(">H", len(name)) + name.encode() + write_amf(held) for name, held in fields.items())
            out += b"\x03" + b"".join(pairs) + b"\x00\x00\x09"
        else:
            out += b"\x05"
    return out


def _amf_words(data: bytes) -> list[str | float]:
    """The strings and numbers before the first thing of another kind, None passed over."""
    words: list[str | float] = []
    while data:
        if data[0] == 0:
            words.append(struct.unpack(">d", data[1:9])[0])
            data = data[9:]
        elif data[0] == 2:
            length = struct.unpack(">H", data[1:3])[0]
            words.append(data[3 : 3 + length].decode())
            data = data[3 + length :]
        elif data[0] == 5:
            data = data[1:]
        else:
            break
    return words


@dataclass(slots=True)
class _Stream:
    """What is published under one name."""

    metadata: tuple[int, int, bytes] | None = None
    headers: dict[int, tuple[int, int, bytes]] = field(default_factory=dict[int, tuple[int, int, bytes]])
    since_keyframe: list[tuple[int, int, bytes]] = field(default_factory=list[tuple[int, int, bytes]])
    is_live: bool = False
    players: set[_Peer] = field(default_factory=set["_Peer"])

    def take(self, kind: int, stamp: int, body: bytes) -> None:
        message = (kind, stamp, body)
        if kind == _DATA:
            self.metadata = message
        elif len(body) > 1 and body[1] == 0 and (kind == _VIDEO or body[0] >> 4 == 10):
            self.headers[kind] = message
        else:
            if kind == _VIDEO and body[0] >> 4 == 1:
                self.since_keyframe.clear()
            self.since_keyframe.append(message)
        for player in self.players:
            player.send(kind, body, stamp=stamp, stream=1, channel=kind)


class _Peer:
    def __init__(self, server: RtmpServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._in_chunk_bytes = 128

    def send(self, kind: int, body: bytes, *, stamp: int = 0, stream: int = 0, channel: int = 3) -> None:
        if self._server.is_stalled:
            return
        short = min(stamp, 0xFFFFFF)
        more = struct.pack(">I", stamp) if short == 0xFFFFFF else b""
        head = bytes([channel]) + short.to_bytes(3, "big") + len(body).to_bytes(3, "big") + bytes([kind])
        self._writer.write(head + struct.pack("<I", stream) + more + body[:_OUT_CHUNK_BYTES])
        for start in range(_OUT_CHUNK_BYTES, len(body), _OUT_CHUNK_BYTES):
            self._writer.write(bytes([0xC0 | channel]) + more + body[start : start + _OUT_CHUNK_BYTES])

    def end(self) -> None:
        self._writer.close()

    async def serve(self) -> None:
        hello = await self._reader.readexactly(1537)
        self._writer.write(b"\x03" + bytes(1536) + hello[1:])
        await self._reader.readexactly(1536)
        stream, publishes = _Stream(), False
        try:
            async for kind, stamp, body in self._messages():
                if kind == _CHUNK_SIZE:
                    self._in_chunk_bytes = struct.unpack(">I", body)[0]
                elif kind == _COMMAND:
                    words = _amf_words(body)
                    if words[0] in ("publish", "play"):
                        stream, publishes = self._server.stream(str(words[2])), words[0] == "publish"
                        stream.is_live |= publishes
                    if not self._answer(words, stream):
                        break
                elif publishes and kind in (_AUDIO, _VIDEO, _DATA):
                    # A publisher's metadata comes wrapped in a call of @setDataFrame.
                    stream.take(kind, stamp, body[16:] if kind == _DATA else body)
                await self._writer.drain()
        finally:
            stream.players.discard(self)
            if publishes and not self._server.keeps_players:
                for player in stream.players:
                    player.end()
                self._server.forget(stream)

    def _answer(self, words: list[str | float], stream: _Stream) -> bool:
        """Whether the connection goes on."""
        match words:
            case ["connect", number, *_]:
                self.send(_ACKNOWLEDGE, struct.pack(">I", 5_000_000), channel=2)
                self.send(_CHUNK_SIZE, struct.pack(">I", _OUT_CHUNK_BYTES), channel=2)
                status = {"level": "status", "code": "NetConnection.Connect.Success", "description": ""}
                self.send(_COMMAND, write_amf("_result", number, {"fmsVer": "FMS/3,0,1,123"}, status))
            case ["createStream", number, *_]:
                self.send(_COMMAND, write_amf("_result", number, None, 1))
            case ["publish", *_]:
                self._status("NetStream.Publish.Start", "status")
            case ["play", _, name, *_] if not stream.is_live:
                self._server.refusals.append(str(name))
                self._status("NetStream.Play.StreamNotFound", "error")
                return False
            case ["play", *_]:
                self._status("NetStream.Play.Start", "status")
                first = [stream.metadata] if stream.metadata else []
                for kind, stamp, body in [*first, *stream.headers.values(), *stream.since_keyframe]:
                    self.send(kind, body, stamp=stamp, stream=1, channel=kind)
                stream.players.add(self)
            case _:
                pass
        return True

    def _status(self, code: str, level: str) -> None:
        said = {"level": level, "code": code, "description": code}
        self.send(_COMMAND, write_amf("onStatus", 0, None, said), stream=1, channel=5)

    async def _messages(self) -> AsyncIterator[tuple[int, int, bytes]]:
        read, heads, bodies = self._reader.readexactly, dict[int, list[int]](), dict[int, bytearray]()
        while True:
            first = (await read(1))[0]
            form, channel = first >> 6, first & 0x3F
            if channel == 0:
                channel = 64 + (await read(1))[0]
            head = heads.setdefault(channel, [0, 0, 0, 0])  # stamp, its step, length, kind
            if form < 3:
                step = int.from_bytes(await read(3), "big")
                if form < 2:
                    head[2], head[3] = int.from_bytes(await read(3), "big"), (await read(1))[0]
                if form == 0:
                    await read(4)
                if step == 0xFFFFFF:
                    step = int.from_bytes(await read(4), "big")
                head[0], head[1] = (step, 0) if form == 0 else (head[0] + step, step)
            elif not bodies.get(channel):
                head[0] += head[1]
            body = bodies.setdefault(channel, bytearray())
            body += await read(min(self._in_chunk_bytes, head[2] - len(body)))
            if len(body) >= head[2]:
                yield head[3], head[0], bytes(bodies.pop(channel))


class RtmpServer:
    """``rtmp://127.0.0.1:PORT/live/NAME``. Runs on a thread with a loop of its own."""

    def __init__(self) -> None:
        self.port = 0
        self.is_stalled = False
        """While it is True players hear nothing, and nobody hangs up."""
        self.keeps_players = False
        """Whether players stay when a publisher goes, and hear the next one over the same connection."""
        self.refusals: list[str] = []
        """The names that were asked for while nobody published them."""
        self._streams: dict[str, _Stream] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def url(self, name: str) -> str:
        """The address to publish ``name`` to and to play it from."""
        return f"rtmp://127.0.0.1:{self.port}/live/{name}"

    def stream(self, name: str) -> _Stream:
        """What is published under a name, or is going to be."""
        return self._streams.setdefault(name.partition("?")[0], _Stream())

    def forget(self, stream: _Stream) -> None:
        """Its publisher has gone."""
        self._streams = {name: held for name, held in self._streams.items() if held is not stream}

    def players(self, name: str) -> int:
        """How many play a stream now."""
        held = self._streams.get(name)
        return 0 if held is None else len(held.players)

    async def serve(self, started: threading.Event, stop: asyncio.Event) -> None:
        """Until ``stop`` is set."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=1 << 20)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await stop.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        peer = _Peer(self, reader, writer)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                await peer.serve()
        finally:
            self._tasks.discard(task)
            writer.close()
            with suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()


@contextmanager
def rtmp_server() -> Generator[RtmpServer]:
    """Running until it is left."""
    server, started = RtmpServer(), threading.Event()
    loops: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def main() -> None:
        stop = asyncio.Event()
        loops.append((asyncio.get_running_loop(), stop))
        await server.serve(started, stop)

    thread = threading.Thread(target=lambda: asyncio.run(main()), name="rtmp-server")
    thread.start()
    if not started.wait(60):
        raise RuntimeError("the RTMP server did not start")
    try:
        yield server
    finally:
        loop, stop = loops[0]
        loop.call_soon_threadsafe(stop.set)
        thread.join(60)
