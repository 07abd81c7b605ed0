"""AMF0, the notation of RTMP's commands and of a stream's metadata: written, and read as far as it can be."""

from __future__ import annotations

import struct
from typing import Any, cast

_DEEPEST = 8


class Malformed(ValueError):
    """Bytes that are no AMF0."""


def write_values(*values: Any) -> bytes:
    """Numbers, texts, booleans, None and flat objects, one behind the other."""
    written = b""
    for value in values:
        match value:
            case bool():
                written += b"\x01" + bytes([value])
            case int() | float():
                written += b"\x00" + struct.pack(">d", value)
            case str():
                written += b"\x02" + _write_text(value)
            case dict():
                fields = cast("dict[str, Any]", value)
                pairs = b"".join(_write_text(name) + write_values(held) for name, held in fields.items())
                written += b"\x03" + pairs + b"\x00\x00\x09"
            case _:
                written += b"\x05"
    return written


def read_values(data: bytes) -> list[Any]:
    """The values up to the end, or up to the first that is none."""
    reader = _Reader(data)
    values: list[Any] = []
    try:
        while reader.at < len(data):
            values.append(reader.read_value(0))
    except (Malformed, struct.error, UnicodeDecodeError):
        pass
    return values


def _write_text(text: str) -> bytes:
    encoded = text.encode("utf-8")
    return struct.pack(">H", len(encoded)) + encoded


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.at = 0

    def read_value(self, depth: int) -> Any:
        if depth > _DEEPEST:
            raise Malformed
        match self._take(1)[0]:
            case 0x00:
                return struct.unpack(">d", self._take(8))[0]
            case 0x01:
                return self._take(1) != b"\x00"
            case 0x02:
                return self._read_text(2)
            case 0x0C | 0x0F:
                return self._read_text(4)
            case 0x03:
                return self._read_object(depth)
            case 0x08:
                self._take(4)
                return self._read_object(depth)
            case 0x0A:
                count = int.from_bytes(self._take(4), "big")
                return [self.read_value(depth + 1) for _ in range(min(count, len(self._data)))]
            case 0x0B:
                return struct.unpack(">d", self._take(10)[:8])[0]
            case 0x05 | 0x06:
                return None
            case _:
                raise Malformed

    def _read_object(self, depth: int) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        while self._data[self.at : self.at + 3] != b"\x00\x00\x09":
            name = self._read_text(2)
            fields[name] = self.read_value(depth + 1)
        self.at += 3
        return fields

    def _read_text(self, length_bytes: int) -> str:
        return self._take(int.from_bytes(self._take(length_bytes), "big")).decode("utf-8", errors="replace")

    def _take(self, count: int) -> bytes:
        taken = self._data[self.at : self.at + count]
        if len(taken) < count:
            raise Malformed
        self.at += count
        return taken
