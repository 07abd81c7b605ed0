"""Where a text that is too long is cut, and how long it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_mcp.foreign_text import clean
from ims_mcp.summaries.text import about_size, shorten, size_of


@pytest.mark.parametrize(
    ("text", "max_bytes", "short"),
    [
        ("fits", 4, "fits"),
        ("hello big wide world", 18, "hello big wide…"),
        ("unbroken" * 5, 20, "unbrokenunbrokenu…"),
        ("港口的一天很长", 13, "港口的…"),
        ("flags 🇩🇪🇫🇷", 17, "flags 🇩🇪…"),
        ("flags 🇩🇪🇫🇷", 19, "flags 🇩🇪…"),
        ("kin 👨\u200d👩\u200d👧", 20, "kin…"),
        ("thumb 👍🏽 up", 13, "thumb…"),
        ("cafe\u0301 noir", 7, "caf…"),
        ("x", 0, ""),
    ],
)
def test_shorten_cuts_where_a_reader_would(text: str, max_bytes: int, short: str) -> None:
    assert shorten(text, max_bytes) == short


@given(st.text(), st.integers(0, 60))
def test_shortened_text_fits_and_is_a_beginning(text: str, max_bytes: int) -> None:
    text = clean(text)
    short = shorten(text, max_bytes)
    assert len(short.encode()) <= max_bytes
    assert short == text or text.startswith(short.removesuffix("…"))


@given(st.text())
def test_size_of_counts_utf8_bytes(text: str) -> None:
    assert size_of(text) == len(text.encode("utf-8", "surrogatepass"))


def test_about_size_of_a_long_text_is_judged_by_its_beginning() -> None:
    assert about_size("港口" * 10_000) == 60_000
    assert about_size("a" * 10_000) == 10_000
