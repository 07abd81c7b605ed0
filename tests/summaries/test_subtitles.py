"""Subtitle files read into cues: each form, what is wrong with real ones, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_mcp.summaries.subtitles import MOST_CUES, Cue, find_language, read_subtitles, write_time

ONE = [Cue(61.5, 63.25, "Hello there")]
ASS = """[Script Info]
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:01:01.50,0:01:03.25,Default,,0,0,0,,{\\b1}Hello\\Nthere
Comment: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,not shown
"""


@pytest.mark.parametrize(
    "content",
    [
        "1\n00:01:01,500 --> 00:01:03,250\nHello\nthere\n",
        "WEBVTT\n\nNOTE x\n\nid\n01:01.500 --> 01:03.250 align:start\n<v Ada><b>Hello</b> there\n",
        "\ufeff1\r\n00:01:01,5 --> 00:01:03,25\r\n  Hello   there\r\n\r\n",
        "00:01:01.500-->00:01:03.250\nHello\u202e there",
        ASS,
    ],
    ids=["srt", "vtt", "windows", "careless", "ass"],
)
def test_each_form_gives_the_same_cue(content: str) -> None:
    for encoded in (content.encode(), content.encode("utf-16"), content.encode("gb18030")):
        if content.isascii() or encoded == content.encode():
            assert read_subtitles(encoded) == ONE


def test_lines_of_a_song_are_shown_until_the_next() -> None:
    assert read_subtitles(b"[ti:x]\n[00:01.00][00:05.50]again\n[00:02.00]once\n") == [
        Cue(1.0, 2.0, "again"),
        Cue(2.0, 5.5, "once"),
        Cue(5.5, 9.5, "again"),
    ]


def test_chinese_files_of_the_past_are_read() -> None:
    content = "1\n00:00:01,000 --> 00:00:02,000\n早上好，港口\n".encode("gb18030")
    assert read_subtitles(content) == [Cue(1.0, 2.0, "早上好，港口")]


def test_cues_without_an_empty_line_between_them_are_two() -> None:
    content = b"1\n00:00:01,000 --> 00:00:02,000\none\n2\n00:00:03,000 --> 00:00:04,000\ntwo\n"
    assert [cue.text for cue in read_subtitles(content)] == ["one", "two"]


def test_markup_and_signatures_are_no_text() -> None:
    content = (
        b"00:01 --> 00:02\n<script>x</script> see http://b.example/k?OSSAccessKeyId=a&Signature=abcdefgh12345678\n"
    )
    (cue,) = read_subtitles(content)
    assert "<" not in cue.text and "abcdefgh" not in cue.text


@given(
    st.binary(max_size=2_000) | st.text(alphabet="0123456789:.,-> \n[]{}\\<>Dialogue", max_size=2_000).map(str.encode)
)
def test_anything_else_gives_cues_in_order_or_none(content: bytes) -> None:
    cues = read_subtitles(content)
    assert [cue.start_seconds for cue in cues] == sorted(cue.start_seconds for cue in cues)
    assert all(cue.text and cue.end_seconds >= cue.start_seconds for cue in cues)


def test_a_file_of_nothing_but_beginnings_is_read_to_its_end() -> None:
    content = b"{" * 200_000 + b"\n<" * 50_000 + b"\n00:00:01,000 --> 00:00:02,000\nx\n\n" * 30_000
    assert len(read_subtitles(content)) == MOST_CUES


def test_names_say_their_language_and_times_are_written_as_players_do() -> None:
    names = {"film.zh-Hans.srt": "zh-Hans", "film_en.vtt": "en", "film.srt": "", "a.b.ass": ""}
    assert {name: find_language(name) for name in names} == names
    assert [write_time(seconds) for seconds in (0, 83.48, 36_000.0004)] == [
        "00:00:00.000",
        "00:01:23.480",
        "10:00:00.000",
    ]
