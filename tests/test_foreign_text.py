"""Text from strangers: what is stripped, what is hidden, what stays."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_mcp.foreign_text import clean, excerpt, plain, quotable, shorten, size_of
from ims_mcp.secrets import HIDDEN, without_secrets


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("as it is", "as it is"),
        ("  two  spaces\tand\r\nlines ", "two spaces and lines"),
        ("\x1b[31mred\x07\x00", "[31mred"),
        ("safe\u202eevil\u2066\u2069\u200f", "safeevil"),
        ("in\u200bvis\u2060ib\ufeffle\u00ad\u3164\u115f\u2800", "invisible"),
        ("tag\U000e0041\U000e0042 selector\ufe0f\U000e0100", "tag selector"),
        ("half a pair \ud800 private \ue000", "half a pair private"),
        ("媒资 é 日本語 العربية 😀", "媒资 é 日本語 العربية 😀"),
    ],
)
def test_plain_text_keeps_words_and_drops_what_cannot_be_seen(text: str, expected: str) -> None:
    assert plain(text) == expected


def test_plain_text_is_bounded_without_looking_at_everything() -> None:
    assert plain("x" * 600) == "x" * 500 + "…"
    assert plain("\u200b" * 50_000_000, 10) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://a.example/x.mp4?Signature=s&Expires=1 is bad", "https://a.example/x.mp4?… is bad"),
        ("rtmp://h/a?auth_key=1-2-3", "rtmp://h/a?…"),
        ("Signature=abc%2F, rest", f"Signature={HIDDEN}, rest"),
        ('{"SecurityToken": "CAIS..", "a": 1}', f'{{"SecurityToken": "{HIDDEN}", "a": 1}}'),
        ("AccessKeyId: LTAI5t", f"AccessKeyId: {HIDDEN}"),
        ("Authorization: ACS3-HMAC-SHA256 Credential=LTAI", f"Authorization: {HIDDEN}"),
        ("digest " + "0a" * 32, f"digest {HIDDEN}"),
        ("MediaId 4aabe1804a6771ef9748f6f7d6496301", "MediaId 4aabe1804a6771ef9748f6f7d6496301"),
        ("the sec-ret-0 word", f"the {HIDDEN} word"),
        ("oss://local-media/none.mp4", "oss://local-media/none.mp4"),
    ],
)
def test_secrets_are_left_out(text: str, expected: str) -> None:
    assert without_secrets(text, ["sec-ret-0", "local", ""]) == expected


def test_an_invisible_character_does_not_save_a_secret() -> None:
    assert quotable("my se\u200bcr\u2060et-key", ["secret-key"]) == f"my {HIDDEN}"


def test_a_secret_is_not_cut_in_two() -> None:
    text = "x" * 490 + "secret-key" * 1000
    assert "sec" not in quotable(text, ["secret-key"], 495)


def test_an_excerpt_of_a_page_is_its_title_and_words() -> None:
    page = (
        b"<!doctype html><html><head><title>Not\nfound</title><style>p{}</style></head><body><p>nginx</p></body></html>"
    )
    assert excerpt(page) == "Not found nginx"
    assert excerpt(b"\xff\xfe\x00 bytes") == "bytes"
    assert len(excerpt(b"<p>" + b"word " * 1000)) <= 161


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
        ("keycap 1\ufe0f\u20e3 stays", "keycap 1\ufe0f\u20e3 stays"),
        ("next\x85line\x0bfeed\x0c", "next\nline\nfeed\n"),
        ("braille\u2800blank", "brailleblank"),
        ("hieroglyph\U00013430 controls\U00013438", "hieroglyph controls"),
        ("private \ue000\U000f0000\U0010fffd planes", "private  planes"),
        ("unassigned \U00050000\U000dfffd planes", "unassigned  planes"),
        ("no\ufdd0 characters\uffff\U0001fffe", "no characters"),
        ("C1 \x9b31m\x90", "C1 31m"),
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


def test_no_character_that_controls_formats_or_is_nobodys_stays_in_either_form() -> None:
    def must_go(character: str) -> bool:
        category = unicodedata.category(character)
        is_invisible = category in ("Cc", "Cf", "Cs", "Co") and character not in "\n\t"
        return is_invisible or (category == "Cn" and ord(character) >= 0x40000)

    gone = list(filter(must_go, map(chr, range(sys.maxunicode + 1))))
    text = "a".join(["", *gone, ""])
    assert len(gone) > 500_000
    assert clean(text).replace("\n", "") == plain(text, len(text)).replace(" ", "") == "a" * (len(gone) + 1)


@pytest.mark.parametrize("mark", ["\u0301", "\u0e31", "\u064b", "\u20dd", "\U0001e8d0"])
def test_marks_that_pile_up_are_fewer_afterwards(mark: str) -> None:
    assert clean(f"a{mark * 5000}b") == f"a{mark * 8}b"
    assert clean("a" + f"{mark}\u200b" * 5000) == f"a{mark * 8}"


@pytest.mark.parametrize("text", ["Tiếng Việt", "שָׁלוֹם", "กำลังบันทึก", "हिन्दी में", "བསྒྲུབས", "العَرَبِيَّة", "é\u0323\u0302"])
def test_marks_that_letters_need_stay(text: str) -> None:
    assert clean(text) == text
    assert clean(unicodedata.normalize("NFD", text)) == unicodedata.normalize("NFD", text)


@given(st.text(), st.integers(1, 50))
def test_plain_text_is_one_short_printable_line(text: str, limit: int) -> None:
    shown = plain(text, limit)
    assert len(shown) <= limit + 1
    assert "\n" not in shown
    assert "\t" not in shown
    shown.encode()


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
