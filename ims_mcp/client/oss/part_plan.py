"""How a file is cut into the parts of a multipart upload."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MIB = 1024**2
MAX_PARTS = 10_000
SMALLEST_PART_BYTES = 100 * 1024
LARGEST_PART_BYTES = 5 * 1024 * MIB
# What is sent again after a failure stays small, and a request for every 8 MiB costs nothing that can be measured.
USUAL_PART_BYTES = 8 * MIB
MAX_OBJECT_BYTES = MAX_PARTS * LARGEST_PART_BYTES


@dataclass(frozen=True, slots=True)
class Plan:
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


def part_size_for(size_bytes: int, preferred_bytes: int = USUAL_PART_BYTES) -> int:
    """The preferred size, or as many whole MiB as it takes to stay within 10,000 parts."""
    least = -(-size_bytes // MAX_PARTS)
    return max(preferred_bytes, SMALLEST_PART_BYTES, -(-least // MIB) * MIB if least > preferred_bytes else 0)


def parts_of(size_bytes: int, part_bytes: int) -> Iterator[Part]:
    for index, offset in enumerate(range(0, size_bytes, part_bytes)):
        yield Part(index + 1, offset, min(part_bytes, size_bytes - offset))
