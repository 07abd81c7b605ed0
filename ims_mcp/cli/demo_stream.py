"""The live stream that the demo records: an FLV clip, sent at the speed it plays by a small RTMP server on loopback.

What it knows of RTMP: the plain handshake, chunks of any size, and the commands connect, createStream and play.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

_SET_CHUNK_SIZE, _ACKNOWLEDGEMENT_WINDOW, _COMMAND = 1, 5, 20
_CHUNK_BYTES = 60_000


@asynccontextmanager
async def serve_stream(flv: bytes) -> AsyncGenerator[str]:
    """The address of a stream that begins when it is first asked for, and then is gone; ``flv`` is a whole file."""
    stream = _Stream(flv)
    async with await asyncio.start_server(stream.serve, "127.0.0.1", 0) as server:
        yield f"rtmp://127.0.0.1:{server.sockets[0].getsockname()[1]}/live/demo"


class _Stream:
    def __init__(self, flv: bytes) -> None:
        self._flv = flv
        self._is_over = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            hello = await reader.readexactly(1537)
            writer.write(b"\x03" + bytes(1536) + hello[1:])
            await reader.readexactly(1536)
            async for name, number in _read_commands(reader):
                if name == b"connect":
                    _send(writer, 2, _ACKNOWLEDGEMENT_WINDOW, struct.pack(">I", 5_000_000))
                    _send(writer, 2, _SET_CHUNK_SIZE, struct.pack(">I", _CHUNK_BYTES))
                    server = b"\x03" + _write_text(b"fmsVer", b"FMS/3,0,1,123") + _END
                    answer = server + _write_status(b"NetConnection.Connect.Success")
                    _send(writer, 3, _COMMAND, _call(b"_result", number) + answer)
                elif name == b"createStream":
                    _send(writer, 3, _COMMAND, _call(b"_result", number) + b"\x05" + _write_number(1))
                elif name == b"play":
                    code = b"NetStream.Play.StreamNotFound" if self._is_over else b"NetStream.Play.Start"
                    _send(writer, 5, _COMMAND, _call(b"onStatus", 0) + b"\x05" + _write_status(code), stream=1)
                    if not self._is_over:
                        self._is_over = True
                        await self._play(writer)
                    break
        writer.close()

    async def _play(self, writer: asyncio.StreamWriter) -> None:
        now = asyncio.get_running_loop().time
        began = now()
        for kind, stamp_ms, body in _read_tags(self._flv):
            await asyncio.sleep(began + stamp_ms / 1000 - now())
            _send(writer, kind, kind, body, stamp_ms=stamp_ms, stream=1)
            await writer.drain()


def _read_tags(flv: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Kind, time stamp and body of every tag: an RTMP message is the same three."""
    at = 13
    while at + 11 <= len(flv):
        size = int.from_bytes(flv[at + 1 : at + 4], "big")
        stamp_ms = int.from_bytes(flv[at + 7 : at + 8] + flv[at + 4 : at + 7], "big")
        yield flv[at], stamp_ms, flv[at + 11 : at + 11 + size]
        at += 11 + size + 4


async def _read_commands(reader: asyncio.StreamReader) -> AsyncIterator[tuple[bytes, float]]:
    """Name and number of each command; everything else that a player says is passed over."""
    read, chunk_bytes = reader.readexactly, 128
    lengths, kinds, bodies = dict[int, int](), dict[int, int](), dict[int, bytes]()
    while True:
        first = (await read(1))[0]
        form, channel = first >> 6, first & 0x3F
        if form < 3:
            stamp = await read(3)
            if form < 2:
                lengths[channel], kinds[channel] = int.from_bytes(await read(3), "big"), (await read(1))[0]
            if form == 0:
                await read(4)
            if stamp == b"\xff\xff\xff":
                await read(4)
        held = bodies.get(channel, b"")
        held += await read(min(chunk_bytes, lengths[channel] - len(held)))
        bodies[channel] = held
        if len(held) == lengths[channel]:
            body = bodies.pop(channel)
            if kinds[channel] == _SET_CHUNK_SIZE:
                chunk_bytes = int.from_bytes(body, "big")
            elif kinds[channel] == _COMMAND:
                end = 3 + int.from_bytes(body[1:3], "big")
                yield body[3:end], struct.unpack(">d", body[end + 1 : end + 9])[0]


def _send(
    writer: asyncio.StreamWriter, channel: int, kind: int, body: bytes, *, stamp_ms: int = 0, stream: int = 0
) -> None:
    head = bytes([channel]) + stamp_ms.to_bytes(3, "big") + len(body).to_bytes(3, "big") + bytes([kind])
    writer.write(head + struct.pack("<I", stream) + body[:_CHUNK_BYTES])
    for start in range(_CHUNK_BYTES, len(body), _CHUNK_BYTES):
        writer.write(bytes([0xC0 | channel]) + body[start : start + _CHUNK_BYTES])


# AMF0, as far as the answers need it.
_END = b"\x00\x00\x09"


def _write_number(value: float) -> bytes:
    return b"\x00" + struct.pack(">d", value)


def _call(name: bytes, number: float) -> bytes:
    return b"\x02" + struct.pack(">H", len(name)) + name + _write_number(number)


def _write_text(name: bytes, value: bytes) -> bytes:
    """A field of an object."""
    return struct.pack(">H", len(name)) + name + b"\x02" + struct.pack(">H", len(value)) + value


def _write_status(code: bytes) -> bytes:
    level = b"error" if code.endswith(b"NotFound") else b"status"
    return (
        b"\x03" + _write_text(b"level", level) + _write_text(b"code", code) + _write_text(b"description", code) + _END
    )
