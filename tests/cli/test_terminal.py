"""What a person sees of the commands at a terminal, and that nothing of it reaches a pipe."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from ims_mcp.cli.views.screen import Screen
from tests.cli.pseudo_terminal import PYTHON, dress_environment, look, see
from tests.cli.running import KEYS, run, run_process
from tests.client.scripted_service import Answer, ScriptedService

COLOUR = re.compile(rb"\x1b\[(?:[0-9]+;)*(?:3[0-7]|9[0-7]|38;[25];[0-9;]+)m")
CONTROL = re.compile(rb"\x1b")
CHINESE, ENGLISH = "夜间灯塔的海浪与归来的渔船", "Lighthouse at dusk"
HOSTILE = "[bold red]x[/] [link=http://evil.example]y[/link] :smile: \x1b[2J\x1b]0;owned\x07\x9b31m\u202e\x08 end"


def assets(*titles: str) -> dict[str, Any]:
    rows = [
        {
            "MediaId": f"{number:032x}",
            "MediaBasicInfo": {"MediaId": f"{number:032x}", "Title": title, "Status": "Normal"},
        }
        for number, title in enumerate(titles, 1)
    ]
    return {"RequestId": "R-1", "TotalCount": len(rows), "MediaInfos": rows}


def asset(title: str) -> dict[str, Any]:
    basic = {
        "MediaId": "1" * 32,
        "Title": title,
        "Status": "Normal",
        "MediaType": "video",
        "MediaTags": "demo,海",
        "InputURL": "oss://bucket/film.mp4",
        "CreateTime": "2026-11-27T10:00:00Z",
    }
    file = {
        "FileBasicInfo": {
            "FileName": "film.mp4",
            "FileType": "source_file",
            "FileStatus": "Normal",
            "FormatName": "mov,mp4",
            "FileSize": "886371",
            "Duration": "4.0",
            "Bitrate": "1772.742",
            "Width": "1920",
            "Height": "1080",
        },
        "VideoStreamInfoList": [
            {"CodecName": "h264", "Profile": "High", "Level": "40", "Fps": "25", "Width": "1920", "Height": "1080"}
        ],
        "AudioStreamInfoList": [{"CodecName": "aac", "Channels": "2", "SampleRate": "48000", "Lang": "eng"}],
        "SubtitleStreamInfoList": [],
    }
    return {"RequestId": "R-1", "MediaInfo": {"MediaId": "1" * 32, "MediaBasicInfo": basic, "FileInfoList": [file]}}


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    with ScriptedService(usual=Answer(body=assets(ENGLISH, CHINESE))) as running:
        yield running


def words_of(command: str, service: ScriptedService) -> tuple[str, ...]:
    """A call of each command that ends by itself, against the service."""
    return {
        "search": ("search", "cut", "a", "video"),
        "tools": ("tools",),
        "doctor": ("doctor", "--endpoint", service.url),
        "call": ("call", "ListMediaBasicInfos", "--endpoint", service.url),
    }[command]


COMMANDS = ("search", "tools", "doctor", "call")


@pytest.mark.parametrize("columns", [40, 80, 132])
@pytest.mark.parametrize("command", COMMANDS)
def test_every_line_fits_and_has_colours(command: str, columns: int, service: ScriptedService, tmp_path: Path) -> None:
    seen = look(tmp_path, *words_of(command, service), columns=columns)
    assert (seen.code, seen.terminal.unknown) == (0, [])
    assert COLOUR.search(seen.written)
    lines = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", seen.written).decode().replace("\r", "").splitlines()
    assert max(map(cell_len, lines)) <= columns


def test_search_shows_name_effect_and_summary(service: ScriptedService, tmp_path: Path) -> None:
    seen = look(tmp_path, *words_of("search", service), "--limit", "1")
    assert seen.text.splitlines() == [
        "SubmitMediaProducingJob  write",
        "  Renders ONE edited video from a timeline, project or template: cut, join,",
        "  overlay.",
        "",
        "To call the first:",
        "  ims-mcp call SubmitMediaProducingJob --OutputMediaConfig ...",
    ]


def test_the_summary_of_a_film_is_laid_out_to_be_read(service: ScriptedService, tmp_path: Path) -> None:
    service.usual = Answer(body=asset(CHINESE))
    seen = look(tmp_path, "call", "GetMediaInfo", "--MediaId", "1" * 32, "--endpoint", service.url)
    assert seen.code == 0, seen.text
    assert seen.text.splitlines() == [
        CHINESE,
        "11111111111111111111111111111111 · Normal · video",
        "tags    demo, 海",
        "source  oss://bucket/film.mp4",
        "times   made 2026-11-27T10:00:00Z",
        "",
        "film.mp4 · source · mov · 886 kB · 4.0 s · 1.8 Mbit/s",
        "  picture  1920x1080 · h264 High 4.0 · 25 fps",
        "  sound    aac · 2 channels · 48 kHz · eng",
        "",
        "more: stream details, file URLs (870 B)",
        "  ims-mcp call GetMediaInfo --MediaId 11111111111111111111111111111111 --view",
        "  files",
        "more: the rest of the response (120 B)",
        "  ims-mcp call GetMediaInfo --MediaId 11111111111111111111111111111111 --view",
        "  full",
    ]


def test_rows_stand_below_each_other_whatever_script_they_are_in(service: ScriptedService, tmp_path: Path) -> None:
    templates = [
        {"TemplateId": str(number) * 8, "Name": name, "Type": "custom", "CreateTime": "2026-01-01T00:00:00Z"}
        for number, name in enumerate((CHINESE, ENGLISH, "短"), 1)
    ]
    service.usual = Answer(body={"RecordTemplateList": templates, "RequestId": "R", "TotalCount": 3})
    words = ("call", "ListLiveRecordTemplates", "--endpoint", service.url, "--show-fields", "all")
    seen = look(tmp_path, *words, columns=110)
    shown = ["".join(cell.text or "\0" for cell in line) for line in seen.terminal.lines]
    starts = {found.start() for line in shown if (found := re.search("11111111|22222222|33333333", line))}
    assert seen.code == 0, seen.text
    assert CHINESE in seen.text
    assert len(starts) == 1, seen.text


@pytest.mark.parametrize("columns", [40, 120])
def test_a_title_is_no_markup_and_controls_nothing(columns: int, service: ScriptedService, tmp_path: Path) -> None:
    for body, words in (
        (asset(HOSTILE), ("call", "GetMediaInfo", "--MediaId", "1" * 32)),
        (assets(HOSTILE, ENGLISH), ("call", "ListMediaBasicInfos")),
        ({"Data": {HOSTILE: [{HOSTILE: HOSTILE}]}, "RequestId": HOSTILE}, ("call", "GetCategories")),
    ):
        service.usual = Answer(body=body)
        seen = look(tmp_path, *words, "--endpoint", service.url, columns=columns)
        assert (seen.code, seen.terminal.unknown) == (0, []), seen.text
        whole = "".join(seen.text.split())
        if "Data" not in body:
            assert "[boldred]x[/][link=http://evil.example]y[/link]:smile:" in whole
        assert b"evil.example\x1b" not in seen.written
        assert b"\x1b]" not in seen.written
        assert b"\x1b[2J" not in seen.written


def test_a_screen_takes_nothing_but_words_from_any_text() -> None:
    """Results are cleaned before they come here; this is what stands behind that."""
    out = io.StringIO()
    screen = Screen()
    screen.file = out
    screen.print(screen.grid([(HOSTILE, HOSTILE)]), screen.join([HOSTILE]), screen.flow([HOSTILE]))
    written = out.getvalue()
    assert "[link=http://evil.example]y[/link] :smile:" in "".join(written.splitlines())
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", written)


@pytest.mark.parametrize("command", COMMANDS)
def test_no_colour_where_none_is_wanted(command: str, service: ScriptedService, tmp_path: Path) -> None:
    seen = look(tmp_path, *words_of(command, service), NO_COLOR="1")
    assert not COLOUR.search(seen.written)
    dumb = look(tmp_path, *words_of(command, service), TERM="dumb", COLORTERM="")
    assert not CONTROL.search(dumb.written)
    assert dumb.code == seen.code == 0
    still = re.compile(r"[\d.]+ (ms|s)\b")
    assert still.sub("", dumb.text) == still.sub("", seen.text)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_pipe_gets_plain_text_and_rich_is_not_imported_for_it(
    command: str, service: ScriptedService, tmp_path: Path
) -> None:
    code = (
        "import sys\nfrom ims_mcp.cli import main\ncode = main()\n"
        "loaded = [name for name in sys.modules if name.split('.')[0] == 'rich' or '.cli.views' in name]\n"
        "print(loaded, file=sys.stderr)\n"
        "raise SystemExit(code)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, *words_of(command, service)],
        env=dress_environment(tmp_path),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, b"[]\n")
    assert not CONTROL.search(ended.stdout)
    if command == "call":
        assert json.loads(ended.stdout)["total"] == 2


def test_forced_colours_reach_a_pipe_but_never_the_json_of_a_call(service: ScriptedService, tmp_path: Path) -> None:
    searched = run_process(*words_of("search", service), home=tmp_path, FORCE_COLOR="1", TERM="xterm-256color")
    assert "\x1b[" in searched.stdout
    assert "\x1b[?25l" not in searched.stdout
    called = run_process(*words_of("call", service), home=tmp_path, FORCE_COLOR="1", **KEYS)
    assert json.loads(called.stdout)["total"] == 2


@pytest.mark.skipif(sys.platform == "win32", reason="a reader that has gone is told otherwise on Windows")
def test_a_reader_that_has_gone_ends_coloured_output_as_quietly(service: ScriptedService, tmp_path: Path) -> None:
    for command in ("search", "doctor"):
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as gone:
            ended = subprocess.run(
                [*PYTHON, *words_of(command, service)],
                env=dress_environment(tmp_path, FORCE_COLOR="1"),
                stdout=gone,
                stderr=subprocess.PIPE,
                timeout=60,
                check=False,
            )
        assert (ended.returncode, ended.stderr) == (141, b"")


@pytest.mark.parametrize("command", COMMANDS)
def test_json_is_one_document_also_at_a_terminal(command: str, service: ScriptedService, tmp_path: Path) -> None:
    expected = {"search": "operations", "tools": "tools", "doctor": "findings", "call": "rows"}[command]
    piped = run(*words_of(command, service), "--json", home=tmp_path, **KEYS)
    assert expected in json.loads(piped.stdout), piped.stderr
    seen = look(tmp_path, *words_of(command, service), "--json", columns=200)
    assert not CONTROL.search(seen.written)
    assert json.loads(seen.written)[expected]


def test_the_json_of_a_search_that_finds_nothing_is_one_as_well(tmp_path: Path) -> None:
    ended = run("search", "qqqq", "--json", home=tmp_path)
    assert (ended.returncode, json.loads(ended.stdout)) == (1, {"operations": []})
    assert "fits" in ended.stderr


def test_json_of_a_call_takes_arguments_or_asks_for_json_or_both(service: ScriptedService, tmp_path: Path) -> None:
    for words in (
        ("--json", '{"MaxResults": 2}'),
        ("--json", '{"MaxResults": 2}', "--json"),
        ("--MaxResults", "2", "--json"),
    ):
        called = run("call", "ListMediaBasicInfos", *words, "--endpoint", service.url, home=tmp_path, **KEYS)
        assert json.loads(called.stdout)["total"] == 2, called.stderr
        assert service.arrived[-1].query["MaxResults"] == "2"


@pytest.mark.parametrize("command", COMMANDS)
def test_without_rich_a_terminal_shows_what_a_pipe_gets(command: str, service: ScriptedService, tmp_path: Path) -> None:
    blocked = (
        sys.executable,
        "-c",
        "import sys\nsys.modules['rich'] = None\nfrom ims_mcp.cli import main\nraise SystemExit(main())",
    )
    words = words_of(command, service)
    seen = see(tmp_path, *words, command=blocked, columns=250, lines=200)
    assert seen.code == 0, seen.text
    assert not CONTROL.search(seen.written)
    assert "rich" not in seen.text or command == "doctor"
    if command == "doctor":
        assert "note  terminal     rich is not installed" in seen.text
        assert "'.[terminal]'" in seen.text
        return
    piped = run(*words, home=tmp_path, **KEYS)
    assert seen.text.splitlines() == [line.rstrip() for line in piped.stdout.splitlines()]


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "cp437"])
@pytest.mark.parametrize("columns", [40, 80])
def test_a_console_of_few_characters_shows_what_it_can(
    encoding: str, columns: int, service: ScriptedService, tmp_path: Path
) -> None:
    service.usual = Answer(body=asset(f"{CHINESE} 🎬 naïve"))
    words = ("call", "GetMediaInfo", "--MediaId", "1" * 32, "--endpoint", service.url)
    seen = look(tmp_path, *words, columns=columns, encoding=encoding)
    assert (seen.code, seen.terminal.unknown) == (0, []), seen.text
    seen.written.decode(encoding)
    whole = "".join(seen.text.split())
    assert ("夜间灯塔" if encoding == "gbk" else r"\u591c\u95f4") in whole
    assert r"\U0001f3ac" in whole
    lines = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", seen.written).decode(encoding).replace("\r", "").splitlines()
    assert max(map(cell_len, lines)) <= columns


def test_a_wait_is_a_bar_that_leaves_nothing_behind(service: ScriptedService, tmp_path: Path) -> None:
    def answer(request: Any) -> Answer:
        body = asset(ENGLISH)
        body["MediaInfo"]["MediaBasicInfo"]["Status"] = "Preparing" if service.count < 4 else "Normal"
        return Answer(body={"MediaId": "1" * 32, "RequestId": "R"} if request.action == "RegisterMediaInfo" else body)

    service.usual = answer
    bars: set[str] = set()
    seen = see(
        tmp_path,
        *("call", "RegisterMediaInfo", "--InputURL", "oss://bucket/film.mp4", "--wait-seconds", "20"),
        *("--endpoint", service.url),
        on_output=lambda _, terminal: bars.update(
            line for line in terminal.text.splitlines() if "RegisterMedia" in line
        ),
    )
    assert seen.code == 0, seen.text
    assert any("Preparing" in bar and "━" in bar and "0:00" in bar for bar in bars), bars
    assert seen.text.splitlines()[0].startswith("succeeded · Normal · after")
    assert seen.text.splitlines()[1] == ENGLISH
    assert "━" not in seen.text
    assert seen.terminal.shows_cursor
