"""Text from strangers: what is taken out, and where it is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_mcp.foreign_text import clean
from ims_mcp.summaries.text import about_size, shorten, size_of


@pytest.mark.parametrize(
    ("dirty", "cleaned"),
    [
        ("plain", "plain"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("carriage\r\nreturn\rs", "carriage\nreturn\ns"),
        ("line\u2028and\u2029paragraph", "line\nand\nparagraph"),
        ("bell\x07 and escape\x1b[31m", "bell and escape[31m"),
        ("right\u202eto\u2066left\u200f", "righttoleft"),
        ("zero\u200bwidth\ufeff\u2060\u00ad", "zerowidth"),
        ("tag\U000e0041\U000e007f", "tag"),
        ("selector\U000e0100 and \ufe01", "selector and "),
        ("filler\u3164\u115f\uffa0", "filler"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("joined\u200dletters", "joinedletters"),
        ("港口 é ñ", "港口 é ñ"),
        ("family 👨\u200d👩\u200d👧 stays", "family 👨\u200d👩\u200d👧 stays"),
        ("heart ❤\ufe0f stays", "heart ❤\ufe0f stays"),
        ("a\ufe0f goes", "a goes"),
        ("👍\u200d", "👍"),
    ],
)
def test_clean_takes_out_what_hides_and_keeps_what_is_seen(dirty: str, cleaned: str) -> None:
    assert clean(dirty) == cleaned


@given(st.text())
def test_cleaned_text_can_be_encoded_and_cleaning_again_changes_nothing(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert clean(cleaned) == cleaned
    assert not any(ord(character) < 32 and character not in "\n\t" for character in cleaned)


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
