"""A publisher that sends the tags it is given, as they are: what no muxer would write."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from pathlib import Path

from tests.local_recording.rtmp_server import write_amf

AUDIO, VIDEO = 8, 9
_CHUNK_SIZE, _COMMAND = 1, 20
_CHUNK_BYTES = 60_000
_HELLO_BYTES = 1537

SentTag = tuple[int, int, bytes]
"""Type, time stamp in ms, body."""


def read_tags(path: Path) -> list[SentTag]:
    """Picture and sound of an FLV file."""
    content, at = path.read_bytes(), 13
    tags: list[SentTag] = []
    while at < len(content):
        size = int.from_bytes(content[at + 1 : at + 4], "big")
        stamp = int.from_bytes(content[at + 4 : at + 7], "big") | content[at + 7] << 24
        if content[at] in (AUDIO, VIDEO):
            tags.append((content[at], stamp, content[at + 11 : at + 11 + size]))
        at += 11 + size + 4
    return tags


class TagPublisher:
    """Publishes from its start on; leave it to hang up."""

    def __init__(self, url: str) -> None:
        host, application, name = url.removeprefix("rtmp://").split("/")
        address, _, port = host.partition(":")
        self._socket = socket.create_connection((address, int(port)), timeout=60)
        self._socket.sendall(b"\x03" + bytes(_HELLO_BYTES - 1))
        with self._socket.makefile("rb", buffering=0) as incoming:
            hello = b""
            while len(hello) < 2 * _HELLO_BYTES - 1:
                hello += incoming.read(2 * _HELLO_BYTES - 1 - len(hello)) or b""
            self._socket.sendall(hello[1:_HELLO_BYTES])
            self._send(_CHUNK_SIZE, 0, struct.pack(">I", _CHUNK_BYTES))
            self._send(_COMMAND, 0, write_amf("connect", 1, {"app": application}))
            self._send(_COMMAND, 0, write_amf("createStream", 2, None))
            self._send(_COMMAND, 0, write_amf("publish", 3, None, name, "live"))
            answer = b""
            while b"Publish.Start" not in answer:
                answer += incoming.read(4096) or b""

    def __enter__(self) -> TagPublisher:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, tags: Iterable[SentTag]) -> None:
        for kind, stamp, body in tags:
            self._send(kind, stamp, body)

    def _send(self, kind: int, stamp: int, body: bytes) -> None:
        head = b"\x03" + stamp.to_bytes(3, "big") + len(body).to_bytes(3, "big") + bytes([kind]) + b"\x01\0\0\0"
        chunks = [body[at : at + _CHUNK_BYTES] for at in range(0, len(body), _CHUNK_BYTES)]
        self._socket.sendall(head + b"\xc3".join(chunks))
