"""What `ims-mcp demo` prints is for a person: a line for each fact, none of them long."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ims_mcp.cli.demo_telling import format_result, wrap_call
from tests.cli.pseudo_terminal import see
from tests.cli.running import run_process

RESULT = {
    "RequestId": "848E0B4E",
    "media_id": "10260109ee2a4e628b92372bd537c62c",
    "tags": ["demo", "test pattern"],
    "wait": {"outcome": "succeeded", "status": "Normal", "seconds": 2.81},
    "files": [
        {
            "name": "film.mp4",
            "size_bytes": 886371,
            "video": [{"codec": "h264", "profile": "Constrained Baseline", "frame_rate": 25.0}],
            "has_cover": False,
            "note": "word " * 20,
        }
    ],
    "result": [["http://bucket.example/" + "a" * 120, 9.98], ["x", None]],
    "left_out": [{"what": "the rest"}],
    "next_call": {"tool": "get_media_info", "arguments": {"MediaId": "1"}, "why": "ready: read what it holds"},
}


def test_a_result_is_shown_as_facts() -> None:
    assert format_result(RESULT) == [
        "  media_id: 10260109ee2a4e628b92372bd537c62c",
        "  tags: demo, test pattern",
        "  wait: outcome succeeded, status Normal, seconds 2.81",
        "  files:",
        "    - name: film.mp4",
        "      size_bytes: 886,371",
        "      video: codec h264, profile Constrained Baseline, frame_rate 25.0",
        "      has_cover: False",
        "      note: " + "word " * 20,
        "  result:",
        "    - http://bucket.example/" + "a" * 120 + ", 9.98",
        "    - x, None",
        "  (next: get_media_info, ready: read what it holds)",
    ]


def test_a_call_is_shown_whole_on_lines_that_fit() -> None:
    arguments = {"InputURL": "oss://local-media/demo/film.mp4", "Title": "a title of several words", "wait_seconds": 30}
    shown = wrap_call("register_media_info", {**arguments, "UserData": {"made_by": "ims-mcp demo"}})
    assert max(map(len, shown)) <= 110
    assert len(shown) == 2
    assert shown[0].startswith('> register_media_info {"InputURL": "oss://local-media/demo/film.mp4", "Title": ')
    assert shown[1].endswith('"ims-mcp demo"}}')


@pytest.mark.slow
def test_the_demo_runs_to_its_end(tmp_path: Path) -> None:
    ended = run_process("demo", home=tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "!!" not in ended.stdout


@pytest.mark.slow
def test_the_demo_as_json_is_one_document_with_every_step(tmp_path: Path) -> None:
    ended = run_process("demo", "--json", home=tmp_path)
    told = json.loads(ended.stdout)
    assert (ended.returncode, told["problems"]) == (0, [])
    assert [step["tool"] for step in told["steps"]].count("register_media_info") == 2
    assert told["bytes"]["read"] < told["bytes"]["raw"]


@pytest.mark.slow
def test_at_a_terminal_the_demo_is_a_story_of_two_screens_with_frames_of_the_film(tmp_path: Path) -> None:
    seen = see(tmp_path, "demo", patience_seconds=240.0)
    assert (seen.code, seen.terminal.unknown) == (0, []), seen.text
    assert seen.terminal.shows_cursor
    lines = seen.text.splitlines()
    first, second = (next(at for at, line in enumerate(lines) if f"ims-mcp demo {n}/2" in line) for n in (1, 2))
    assert (first, second) <= (0, 23)
    assert len(lines) - second <= 23, "with the prompt below it"
    for words in ("asked   Register the clip", "called  register_media_info", "read    Test pattern", "bytes   ██"):
        assert any(line.startswith(words) for line in lines[:second]), words
    assert any(line.startswith("✓ Everything is as it should be") for line in lines[second:])
    cells = [cell for line in (*seen.terminal.above, *seen.terminal.lines) for cell in line if cell.text == "▀"]
    assert len(cells) == 3 * 22 * 6
    # Bars of a test pattern.
    assert len({cell.colour for cell in cells}) > 20
