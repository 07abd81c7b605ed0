"""A pull of one RTMP stream: connects, asks to play, and hands out what the server sends, message by message.

Nothing is held back to look at it first: which tracks a stream has shows in what arrives, whenever it arrives.
"""

from __future__ import annotations

import os
import socket
import ssl
import struct
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, cast
from urllib.parse import urlsplit

from ims_mcp.local.recording.amf import read_values, write_values

AUDIO, VIDEO, DATA = 8, 9, 18
_CHUNK_SIZE, _ABORT, _ACKNOWLEDGEMENT, _CONTROL, _WINDOW = 1, 2, 3, 4, 5
_DATA_AMF3, _COMMAND_AMF3, _COMMAND, _AGGREGATE = 15, 17, 20, 22
_PORTS = {"rtmp": 1935, "rtmps": 443}
_BUFFER_MS = 3000
_MOST_CHANNELS = 64
_HELLO_BYTES = 1536
_EXTENDED = 0xFFFFFF
_BUFFER_LENGTH, _PING, _PONG = 3, 6, 7
_ENDS = frozenset({"NetStream.Play.Stop", "NetStream.Play.UnpublishNotify", "NetStream.Play.Complete"})


class StreamAway(OSError):
    """The server has no such stream, or it has ended, or what it sends is no RTMP."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the stream: the body of an FLV tag. Data is that of AMF0."""

    kind: int
    stamp_ms: int
    body: bytes


@contextmanager
def open_stream(url: str, *, timeout_seconds: float) -> Generator[Iterator[Message]]:
    """What is played at ``url``, until StreamAway or another OSError. ``timeout_seconds``: of silence."""
    parts = urlsplit(url)
    address = (parts.hostname or "", parts.port or _PORTS[parts.scheme])
    with socket.create_connection(address, timeout_seconds) as plain:
        connection = _encrypt(plain, address[0]) if parts.scheme == "rtmps" else plain
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with cast("IO[bytes]", connection.makefile("rb", 1 << 16)) as incoming:
            yield _Player(connection, incoming, url).play()


def _encrypt(plain: socket.socket, host: str) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    # The server is on this machine, where nobody issues certificates.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(plain, server_hostname=host)


def split_path(url: str) -> tuple[str, str]:
    """Application and name of the stream: ``/app/name``, or ``/app/instance/name`` where there is more."""
    parts = urlsplit(url)
    first, *rest = parts.path.lstrip("/").split("/", 2)
    if len(rest) == 2 and ":" not in rest[0]:
        first, rest = f"{first}/{rest[0]}", rest[1:]
    name = "/".join(rest).removesuffix(".flv")
    if name.endswith((".mp4", ".f4v")) and not name.startswith("mp4:"):
        name = f"mp4:{name}"
    return first, f"{name}?{parts.query}" if parts.query else name


@dataclass(slots=True)
class _Channel:
    """The last header of a chunk stream, and what has come of its message."""

    stamp: int = 0
    step: int = 0
    length: int = 0
    kind: int = 0
    is_extended: bool = False
    body: bytearray = field(default_factory=bytearray)


class _Player:
    def __init__(self, connection: socket.socket, incoming: IO[bytes], url: str) -> None:
        self._connection = connection
        self._incoming = incoming
        self._url = url
        self._chunk_bytes = 128
        self._window_bytes = 2_500_000
        self._received = 0
        self._acknowledged = 0

    def play(self) -> Iterator[Message]:
        parts = urlsplit(self._url)
        app, name = split_path(self._url)
        self._shake_hands()
        self._command(
            "connect",
            1,
            {
                "app": app,
                "flashVer": "LNX 9,0,124,2",
                "tcUrl": f"{parts.scheme}://{parts.netloc}/{app}",
                "fpad": False,
                "capabilities": 15,
                "audioCodecs": 4071,
                "videoCodecs": 252,
                "videoFunction": 1,
            },
        )
        for kind, stamp, body in self._read_messages():
            if kind in (AUDIO, VIDEO, DATA):
                yield Message(kind, stamp, body)
            elif kind == _DATA_AMF3:
                yield Message(DATA, stamp, body[1:])
            elif kind == _AGGREGATE:
                yield from _split_aggregate(stamp, body)
            elif kind in (_COMMAND, _COMMAND_AMF3):
                self._obey(read_values(body[1:] if kind == _COMMAND_AMF3 else body), name)
            elif kind == _CONTROL and len(body) >= 6 and int.from_bytes(body[:2], "big") == _PING:
                self._send(_CONTROL, struct.pack(">H", _PONG) + body[2:6], channel=2)

    def _shake_hands(self) -> None:
        self._connection.sendall(b"\x03" + bytes(8) + os.urandom(_HELLO_BYTES - 8))
        hello = self._take(1 + _HELLO_BYTES)
        if hello[0] != 3:
            raise StreamAway("no RTMP server")
        self._connection.sendall(hello[1:])
        self._take(_HELLO_BYTES)

    def _obey(self, words: list[Any], name: str) -> None:
        """Go one step on after an answer of the server's."""
        match words:
            case ["_result", 1, *_]:
                self._command("createStream", 2, None)
            case ["_result", 2, _, float(number), *_]:
                stream = int(number)
                self._command("play", 3, None, name, -1000, stream=stream, channel=8)
                self._send(_CONTROL, struct.pack(">HII", _BUFFER_LENGTH, stream, _BUFFER_MS), channel=2)
            case ["_error", 1 | 2 | 3, *_] | ["close", *_]:
                raise StreamAway("refused")
            case ["onStatus", _, _, {"level": "error"}, *_]:
                raise StreamAway("refused")
            case ["onStatus", _, _, {"code": str(code)}, *_] if code in _ENDS:
                raise StreamAway("ended")
            case _:
                pass

    def _command(self, *values: Any, stream: int = 0, channel: int = 3) -> None:
        self._send(_COMMAND, write_values(*values), stream=stream, channel=channel)

    def _send(self, kind: int, body: bytes, *, stream: int = 0, channel: int) -> None:
        head = bytes([channel, 0, 0, 0]) + len(body).to_bytes(3, "big") + bytes([kind]) + struct.pack("<I", stream)
        # Our own chunks stay at the 128 bytes that need no agreement.
        chunks = [body[at : at + 128] for at in range(0, len(body), 128)] or [b""]
        self._connection.sendall(head + bytes([0xC0 | channel]).join(chunks))

    def _read_messages(self) -> Iterator[tuple[int, int, bytes]]:
        channels: dict[int, _Channel] = {}
        while True:
            channel = self._read_header(channels)
            channel.body += self._take(min(self._chunk_bytes, channel.length - len(channel.body)))
            if self._received - self._acknowledged >= self._window_bytes // 2:
                self._acknowledged = self._received
                self._send(_ACKNOWLEDGEMENT, struct.pack(">I", self._received & 0xFFFFFFFF), channel=2)
            if len(channel.body) < channel.length:
                continue
            body = bytes(channel.body)
            channel.body.clear()
            value = int.from_bytes(body[:4], "big")
            if channel.kind == _CHUNK_SIZE:
                self._chunk_bytes = max(1, value & 0x7FFFFFFF)
            elif channel.kind == _ABORT:
                channels.pop(value, None)
            elif channel.kind == _WINDOW:
                self._window_bytes = max(2, value)
            else:
                yield channel.kind, channel.stamp, body

    def _read_header(self, channels: dict[int, _Channel]) -> _Channel:
        first = self._take(1)[0]
        form, number = first >> 6, first & 0x3F
        if number == 0:
            number = 64 + self._take(1)[0]
        elif number == 1:
            number = 64 + int.from_bytes(self._take(2), "little")
        channel = channels.setdefault(number, _Channel())
        if len(channels) > _MOST_CHANNELS:
            raise StreamAway("too many chunk streams")
        begins = not channel.body
        if form < 3:
            step = int.from_bytes(self._take(3), "big")
            if form < 2:
                channel.length = int.from_bytes(self._take(3), "big")
                channel.kind = self._take(1)[0]
            if form == 0:
                self._take(4)
            channel.is_extended = step == _EXTENDED
            if channel.is_extended:
                step = int.from_bytes(self._take(4), "big")
            channel.stamp = (step if form == 0 else channel.stamp + step) & 0xFFFFFFFF
            channel.step = 0 if form == 0 else step
            return channel
        if channel.is_extended:
            self._take(4)
        if begins:
            channel.stamp = (channel.stamp + channel.step) & 0xFFFFFFFF
        return channel

    def _take(self, count: int) -> bytes:
        taken = self._incoming.read(count)
        if len(taken) < count:
            raise StreamAway("the server hung up")
        self._received += count
        return taken


def _split_aggregate(stamp: int, body: bytes) -> Iterator[Message]:
    """The FLV tags of an aggregate message, whose stamps count from its own."""
    at, first = 0, None
    while at + 11 <= len(body):
        kind, length = body[at], int.from_bytes(body[at + 1 : at + 4], "big")
        own = int.from_bytes(body[at + 4 : at + 7], "big") | body[at + 7] << 24
        first = own if first is None else first
        if kind in (AUDIO, VIDEO, DATA):
            yield Message(kind, (stamp + own - first) & 0xFFFFFFFF, body[at + 11 : at + 11 + length])
        at += 11 + length + 4
