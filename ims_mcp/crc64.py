"""CRC-64 as OSS uses it: ECMA-182, reflected (CRC-64/XZ)."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Any

_ENGINE: Any = importlib.import_module("anycrc").Model("CRC64-XZ")  # by name: it has no types


def crc64(crc: int, data: bytes) -> int:
    """The CRC of what came before, of which ``crc`` is that, and ``data``. The CRC of nothing is 0."""
    return _ENGINE.calc(data, crc)


def combine_crc64(pieces: Iterable[tuple[int, int]]) -> int:
    """The CRC of the pieces in a row, each given as (its CRC, its length in bytes)."""
    crc = 0
    for piece, length_bytes in pieces:
        crc = _ENGINE.combine(crc, piece, length_bytes)
    return crc
