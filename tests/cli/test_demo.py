"""What `ims-mcp demo` prints is for a person: a line for each fact, none of them long."""

from __future__ import annotations

from pathlib import Path

import pytest

from ims_mcp.cli.demo import format_result, wrap_call
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
