"""The CRC of OSS: it has the published check value, runs over data in pieces, and pieces combine."""

from __future__ import annotations

import random

from ims_mcp.crc64 import combine_crc64, crc64


def test_it_gives_the_published_check_value() -> None:
    assert crc64(0, b"123456789") == 0x995DC9BBDF1939FA
    assert crc64(crc64(0, b"1234"), b"56789") == 0x995DC9BBDF1939FA
    assert crc64(0, b"") == 0


def test_the_crcs_of_pieces_combine_into_that_of_the_whole() -> None:
    numbers = random.Random(11)
    for _ in range(50):
        pieces = [numbers.randbytes(numbers.choice([0, 1, 7, 64, 1000, 100_000])) for _ in range(numbers.randint(0, 6))]
        whole = crc64(0, b"".join(pieces))
        assert combine_crc64((crc64(0, piece), len(piece)) for piece in pieces) == whole
