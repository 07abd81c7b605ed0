"""Text from strangers: what is stripped, what is hidden, what stays."""

from __future__ import annotations

import pytest

from ims_mcp.foreign_text import excerpt, plain, quotable
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
