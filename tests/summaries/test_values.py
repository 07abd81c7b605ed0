"""Values of a response, whatever they are written as."""

from __future__ import annotations

from typing import Any

import pytest

from ims_mcp.summaries.pictures import read_level
from ims_mcp.summaries.values import as_number, as_whole


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("216.206667", 216.206667),
        ("30", 30.0),
        ("24000/1001", 23.976),
        ("25/1", 25.0),
        (5, 5.0),
        (1.5, 1.5),
        (" 7 ", 7.0),
        ("", None),
        ("N/A", None),
        ("0/0", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        (None, None),
        (True, None),
        ([], None),
        ({}, None),
        ("9" * 30, None),
        (float("nan"), None),
        (10**400, None),
    ],
)
def test_number_reads_numbers_and_fractions(value: Any, read: float | None) -> None:
    assert as_number(value) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("30611502", 30611502),
        (3048, 3048),
        ("2.0", 2),
        ("2.5", None),
        ("", None),
        (None, None),
        (True, None),
        ("9" * 40, None),
    ],
)
def test_whole_reads_integers(value: Any, read: int | None) -> None:
    assert as_whole(value) == read


@pytest.mark.parametrize(
    ("codec", "level", "read"),
    [
        ("h264", "30", 3.0),
        ("h264", "41", 4.1),
        ("h264", "9", 1.0),
        ("hevc", "93", 3.1),
        ("hevc", "120", 4.0),
        ("hevc", "153", 5.1),
        ("av1", "8", 4.0),
        ("av1", "13", 5.1),
        ("vvc", "51", 3.1),
        ("vp9", "31", 3.1),
        ("mpeg2video", "8", 8.0),
        ("h264", "-99", None),
        ("h264", "", None),
        ("vp8", None, None),
    ],
)
def test_codec_level_is_the_one_people_write(codec: str, level: Any, read: float | None) -> None:
    assert read_level(codec, level) == read
