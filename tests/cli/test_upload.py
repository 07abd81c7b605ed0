"""`ims-mcp upload`: a bar at a terminal, on again after Ctrl-C, and what is said of files that do not arrive."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ims_mcp.local.media.clip import make_clip
from tests.cli.pseudo_terminal import look, see
from tests.cli.running import run
from tests.fault_proxy import FaultProxy
from tests.local_ims.server import RunningIms
from tests.transfers.setting import MIB, Setting, ims_behind_proxy

RATE_AND_TIME = re.compile(r"\d+% +[\d.]+/41\.9 MB +[\d.]+ [kM]B/s +\d\d:\d\d")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=1, width=320, height=180)


@pytest.fixture(scope="module")
def ims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningIms, FaultProxy]]:
    with ims_behind_proxy(tmp_path_factory.mktemp("ims") / "data", processing_delay_seconds=0) as running:
        yield running


@pytest.fixture
def setting(ims: tuple[RunningIms, FaultProxy], clip: Path, tmp_path: Path) -> Iterator[Setting]:
    made = Setting(*ims, tmp_path, clip)
    yield made
    made.fast()


def options(setting: Setting) -> tuple[str, ...]:
    return ("--local", "--data-dir", str(setting.ims.data_dir), "--state-dir", str(setting.state))


def count_writes(setting: Setting) -> int:
    return sum(word != "get" for word in setting.writes())


def test_a_file_becomes_an_asset_and_its_summary_is_shown(setting: Setting) -> None:
    path = setting.video(name="夜间灯塔.mp4")
    seen = look(
        setting.home, "upload", str(path), "--title", "灯塔 [red]at[/] dusk", "--tags", "a,b", *options(setting)
    )
    assert (seen.code, seen.terminal.unknown) == (0, []), seen.text
    lines = seen.text.splitlines()
    assert lines[0].startswith("✓ 夜间灯塔.mp4 · ")
    assert "灯塔 [red]at[/] dusk" in lines
    assert "Normal · video" in lines
    assert any(line.startswith("  picture  320x180 · h264") for line in lines)


def test_a_pipe_gets_a_line_for_each_file_and_json_one_document(setting: Setting) -> None:
    first, second = setting.video(), setting.video()
    ended = run("upload", str(first), str(second), "--to", setting.own("films/"), *options(setting), home=setting.home)
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == [first.name, second.name]
    assert f"object oss://{setting.bucket}/films/{first.name}" in lines[0]
    assert setting.content(f"oss://{setting.bucket}/films/{second.name}") == second.read_bytes()
    again = run("upload", str(first), "--to", setting.own("films/"), "--json", *options(setting), home=setting.home)
    (told,) = json.loads(again.stdout)["uploads"]
    assert told["state"] == "done"
    assert "nothing was sent now" in told["note"]


def test_one_that_fails_is_told_and_the_others_are_sent(setting: Setting) -> None:
    broken = setting.files / "broken.mp4"
    broken.write_bytes(b"no film at all" * 100)
    good = setting.video()
    ended = run("upload", str(broken), str(good), "--json", *options(setting), home=setting.home)
    first, second = json.loads(ended.stdout)["uploads"]
    assert (ended.returncode, first["state"], second["state"]) == (1, "failed", "done")
    assert "cannot use it" in first["problem"]
    assert "cannot use it" in ended.stderr


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("nowhere.mp4",), "'nowhere.mp4' does not exist; nothing was sent"),
        (("{files}",), "is a directory"),
        (("{clip}", "--to", "somewhere"), "--to: 'somewhere' does not fit"),
        (("{clip}", "{clip}", "--title", "x"), "--title: is for one file, and 2 are named"),
        (("{clip}", "--read-only"), "read-only mode"),
        (("{clip}", "--category", "none such"), "none such"),
    ],
)
def test_what_cannot_be_sent_is_said_before_anything_is(words: tuple[str, ...], part: str, setting: Setting) -> None:
    clip = setting.video()
    named = [word.format(files=setting.files, clip=clip) for word in words]
    before = count_writes(setting)
    ended = run("upload", *named, *options(setting), home=setting.home)
    assert ended.returncode in (1, 2)
    assert part in ended.stderr
    assert count_writes(setting) == before


@pytest.mark.skipif(sys.platform == "win32", reason="a signal of POSIX")
def test_after_ctrl_c_the_same_command_goes_on_where_it_stopped(setting: Setting) -> None:
    path = setting.video(40 * MIB, name="long.mp4")
    words = ("upload", path.name, "--to", setting.own(), *options(setting))
    setting.slow(6 * MIB)

    def is_under_way(text: str) -> bool:
        bar = next((line for line in text.splitlines() if line.startswith("long.mp4") and "━" in line), "")
        return len(setting.sent_parts()) > 0 and bool(RATE_AND_TIME.search(bar))

    stopped = see(setting.home, *words, cwd=setting.files, interrupt=is_under_way)
    assert (stopped.code, stopped.terminal.unknown) == (130, []), stopped.text
    assert stopped.terminal.shows_cursor
    (line,) = [line for line in stopped.text.splitlines() if "Interrupted" in line]
    assert re.match(r"Interrupted\. [\d,]+ of 41,943,040 bytes of long\.mp4 have been sent\.", line)
    assert "━" not in stopped.text
    sent = len(setting.sent_parts())
    setting.fast()
    gone_on = see(setting.home, *words, cwd=setting.files)
    assert gone_on.code == 0, gone_on.text
    assert "of them from before" in gone_on.text
    assert len(setting.sent_parts()) - sent < sent + 8
    assert setting.content(f"oss://{setting.bucket}/long.mp4") == path.read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="a signal of POSIX")
def test_json_of_an_upload_that_was_interrupted_is_one_document(setting: Setting) -> None:
    path = setting.video(24 * MIB, name="interrupted.mp4")
    setting.slow(4 * MIB)
    stopped = see(
        setting.home,
        *("upload", str(path), "--to", setting.own(), "--json", *options(setting)),
        interrupt=lambda _: len(setting.sent_parts()) > 0,
        columns=400,
    )
    assert stopped.code == 130
    document = stopped.text[stopped.text.index("{") :]
    (told,) = json.loads(document)["uploads"]
    assert told["state"] == "interrupted"


@pytest.mark.parametrize("columns", [40, 60])
def test_a_bar_fits_a_narrow_terminal(columns: int, setting: Setting) -> None:
    path = setting.video(6 * MIB, name="一个名字很长的文件名字很长的文件.mp4")
    setting.slow(3 * MIB)
    widths: set[int] = set()
    seen = see(
        setting.home,
        *("upload", str(path), *options(setting)),
        columns=columns,
        on_output=lambda _, terminal: widths.add(sum("━" in line for line in terminal.text.splitlines())),
    )
    assert (seen.code, seen.terminal.unknown) == (0, []), seen.text
    assert widths <= {0, 1}, "a bar is one line"
    assert 1 in widths
