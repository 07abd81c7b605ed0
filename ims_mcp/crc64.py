"""CRC-64 as OSS uses it (ECMA-182, reflected): running over data, and combined from the CRCs of pieces.

Choice of engine, measured on one 2-core machine: the liblzma that Python's own ``lzma`` module is linked with has the
same CRC (6.5 GB/s, outside the GIL); crcmod's C extension makes 0.5 GB/s and holds the GIL. So liblzma where it can be
reached, crcmod (which oss2 depends on anyway) elsewhere. Without its C extension crcmod is right, but slow.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
from collections.abc import Callable, Iterable
from typing import Any

# (CRC of what came before, next bytes) -> CRC of both; the CRC of nothing is 0.
Crc64 = Callable[[int, bytes], int]

_REFLECTED = 0xC96C5795D7870F42
_CHECK = 0x995DC9BBDF1939FA  # of b"123456789", published with the polynomial


def lzma_crc64() -> Crc64 | None:
    """The engine in liblzma; None where Python has it linked statically, or not at all."""
    module = importlib.util.find_spec("_lzma")
    if module is None or not module.origin or not module.has_location:
        return None
    try:
        function = ctypes.CDLL(module.origin).lzma_crc64
    except (OSError, AttributeError):
        return None
    function.restype = ctypes.c_uint64
    function.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint64]

    def update(crc: int, data: bytes) -> int:
        return int(function(data, len(data), crc))

    return update if update(0, b"123456789") == _CHECK else None


def crcmod_crc64() -> Crc64:
    """The engine in crcmod."""
    # Imported by name, so that its untyped code is Any: only needed where liblzma is out of reach.
    crcmod: Any = importlib.import_module("crcmod")
    run = crcmod.mkCrcFun(0x142F0E1EBA9EA3693, initCrc=0, rev=True, xorOut=0xFFFFFFFFFFFFFFFF)

    def update(crc: int, data: bytes) -> int:
        return int(run(data, crc))

    return update


def _engine() -> Crc64:
    return lzma_crc64() or crcmod_crc64()


crc64: Crc64 = _engine()


def combined(pieces: Iterable[tuple[int, int]]) -> int:
    """The CRC of the pieces in a row, each given as (its CRC, its length in bytes)."""
    crc = 0
    shifts: dict[int, int] = {}  # parts of an upload share one length
    for piece, length in pieces:
        if length not in shifts:
            shifts[length] = _x_to_the(8 * length)
        crc = _multiplied(shifts[length], crc) ^ piece
    return crc


def _multiplied(left: int, right: int) -> int:
    """Product of two polynomials modulo the CRC's; bit 63 is the constant term, as the CRC is reflected."""
    product = 0
    for bit in range(63, -1, -1):
        if left >> bit & 1:
            product ^= right
        right = right >> 1 ^ (_REFLECTED if right & 1 else 0)
    return product


def _x_to_the(exponent: int) -> int:
    result, square = 1 << 63, 1 << 62
    while exponent:
        if exponent & 1:
            result = _multiplied(square, result)
        square = _multiplied(square, square)
        exponent >>= 1
    return result
