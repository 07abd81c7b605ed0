"""How a file is cut into parts, and each of them as the body of a request: read, counted and checked as it leaves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ims_mcp.client.oss.source import Source
from ims_mcp.crc64 import crc64

MIB = 1024**2
MAX_PARTS = 10_000
SMALLEST_PART_BYTES = 100 * 1024
LARGEST_PART_BYTES = 5 * 1024 * MIB
# What is sent again after a failure stays small, and a request for every 8 MiB costs nothing that can be measured.
USUAL_PART_BYTES = 8 * MIB
MAX_OBJECT_BYTES = MAX_PARTS * LARGEST_PART_BYTES
# All that is in memory of a part at a time.
CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class PartPlan:
    """How files are sent: from the threshold on in parts of this size (larger beyond 10,000 parts)."""

    threads: int
    multipart_threshold_bytes: int
    part_bytes: int


@dataclass(frozen=True, slots=True)
class Part:
    """``number`` counts from 1."""

    number: int
    offset: int
    size: int


def choose_part_bytes(size_bytes: int, preferred_bytes: int = USUAL_PART_BYTES) -> int:
    """The preferred size, or as many whole MiB as it takes to stay within 10,000 parts."""
    least = -(-size_bytes // MAX_PARTS)
    return max(preferred_bytes, SMALLEST_PART_BYTES, -(-least // MIB) * MIB if least > preferred_bytes else 0)


def cut_into_parts(size_bytes: int, part_bytes: int) -> Iterator[Part]:
    """The parts in their order; only the last may be smaller."""
    for index, offset in enumerate(range(0, size_bytes, part_bytes)):
        yield Part(index + 1, offset, min(part_bytes, size_bytes - offset))


class ByteCounter:
    """The bytes of one upload: written by its threads, looked at by whoever shows progress, whenever that is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[int, int] = {}
        self._most = 0
        self.bytes_confirmed = 0
        """In parts that OSS has."""

    def set_sent(self, number: int, size_bytes: int) -> None:
        """The connection has taken this much of a part so far; sent again, it begins at nothing."""
        with self._lock:
            self._under_way[number] = size_bytes

    def confirm(self, number: int, size_bytes: int) -> None:
        """OSS has the part."""
        with self._lock:
            self._under_way.pop(number, None)
            self.bytes_confirmed += size_bytes

    @property
    def bytes_sent(self) -> int:
        """Never less than the last time, also when a part is sent again."""
        with self._lock:
            self._most = max(self._most, self.bytes_confirmed + sum(self._under_way.values()))
            return self._most


class PartBody:
    """A part of the source. Iterated once for each time it is sent, inside ``source.keep_open()``.

    Has neither ``read`` nor ``seek``: oss2 and requests would then wrap it and read 8 KiB at a time.
    """

    def __init__(self, source: Source, part: Part, check: Callable[[], None], counter: ByteCounter | None) -> None:
        self._source = source
        self._part = part
        self._check = check
        self._counter = counter
        self.crc64 = 0
        """Of the last time."""

    @property
    def len(self) -> int:
        """Bytes; the name under which requests looks for a length."""
        return self._part.size

    def __iter__(self) -> Iterator[bytes]:
        """Raises what ``check`` raises, SourceChanged and SourceRefused."""
        self.crc64 = 0
        at = 0
        self._count(at)
        while at < self._part.size:
            self._check()
            data = self._source.read(min(CHUNK_BYTES, self._part.size - at), self._part.offset + at)
            self.crc64 = crc64(self.crc64, data)
            at += len(data)
            if at == self._part.size:
                # Before the last bytes leave: OSS then never has the whole of something that is wrong.
                self._source.check_unchanged()
            yield data
            self._count(at)

    def _count(self, sent_bytes: int) -> None:
        if self._counter is not None:
            self._counter.set_sent(self._part.number, sent_bytes)
