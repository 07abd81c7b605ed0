"""The CRC of OSS: the engines agree, pieces combine, and a platform without liblzma does not notice."""

from __future__ import annotations

import random

import pytest

from ims_mcp.crc64 import Crc64, combined, crc64, crcmod_crc64, lzma_crc64


@pytest.mark.parametrize("engine", [crc64, crcmod_crc64(), lzma_crc64()])
def test_every_engine_gives_the_published_check_value(engine: Crc64 | None) -> None:
    if engine is None:
        pytest.skip("this Python has no liblzma to load")
    assert engine(0, b"123456789") == 0x995DC9BBDF1939FA
    assert engine(engine(0, b"1234"), b"56789") == 0x995DC9BBDF1939FA
    assert engine(0, b"") == 0


def test_the_crcs_of_pieces_combine_into_that_of_the_whole() -> None:
    numbers = random.Random(11)
    for _ in range(50):
        pieces = [numbers.randbytes(numbers.choice([0, 1, 7, 64, 1000, 100_000])) for _ in range(numbers.randint(0, 6))]
        whole = crc64(0, b"".join(pieces))
        assert combined((crc64(0, piece), len(piece)) for piece in pieces) == whole
