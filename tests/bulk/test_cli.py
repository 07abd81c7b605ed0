"""`ims-mcp bulk`: looked at first, then asked, then done; stopped by Ctrl-C and gone on with, each row once."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ims_mcp.local.media.clip import make_clip
from tests.cli.pseudo_terminal import look, see
from tests.cli.running import KEYS, clean_environment, run
from tests.client.scripted_service import Answer, ScriptedService, refusal
from tests.local_ims.server import RunningIms, running_ims


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    with ScriptedService(usual=Answer(body={"RequestId": "r", "MediaId": "m", "MediaInfos": []})) as running:
        yield running


@pytest.fixture(scope="module")
def ims(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningIms]:
    with running_ims(tmp_path_factory.mktemp("ims") / "data") as running:
        yield running


def options(tmp_path: Path, service: ScriptedService | RunningIms) -> tuple[str, ...]:
    state = ("--state-dir", str(tmp_path / "state"))
    if isinstance(service, RunningIms):
        return ("--local", "--data-dir", str(service.data_dir), *state)
    return ("--endpoint", service.url, *state)


def write_rows(tmp_path: Path, count: int, column: str = "InputURL", value: str = "oss://b/{}.mp4") -> str:
    path = tmp_path / "rows.csv"
    path.write_text("\n".join([column, *(value.format(number) for number in range(count))]), encoding="utf-8")
    return str(path)


def sent(service: ScriptedService, action: str) -> list[dict[str, str]]:
    return [request.query for request in service.arrived if request.action == action]


def find_job(said: str) -> str:
    return re.findall(r"b-[0-9a-f]{12}", said)[0]


def test_rows_of_a_file_are_registered_and_reported(service: ScriptedService, tmp_path: Path) -> None:
    rows = write_rows(tmp_path, 30)
    ended = run(
        *("bulk", "register", rows, "--template", '{"MediaTags": "hr"}', "--yes", *options(tmp_path, service)),
        home=tmp_path,
        **KEYS,
    )
    assert ended.returncode == 0, ended.stderr
    lines = ended.stdout.splitlines()
    assert lines[0] == f"RegisterMediaInfo: {rows}"
    assert "  rows: 30" in lines
    job_id = find_job(ended.stdout)
    assert f"{job_id}: 30 of 30 rows" in lines
    report = tmp_path / "state" / "bulk" / job_id / "report.csv"
    assert f"  report: {report}" in lines
    with report.open(encoding="utf-8", newline="") as file:
        assert [(row["line"], row["state"]) for row in csv.DictReader(file)][:2] == [("2", "done"), ("3", "done")]
    assert sorted(query["InputURL"] for query in sent(service, "RegisterMediaInfo")) == sorted(
        f"oss://b/{number}.mp4" for number in range(30)
    )
    assert {query["MediaTags"] for query in sent(service, "RegisterMediaInfo")} == {"hr"}


def test_a_dry_run_names_lines_and_sends_nothing_that_writes(service: ScriptedService, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("InputURL,Titel\noss://b/1.mp4,x\nftp://x,y\n", encoding="utf-8")
    words = ("bulk", "register", str(path), "--dry-run", *options(tmp_path, service))
    ended = run(*words, home=tmp_path, **KEYS)
    assert ended.returncode in (1, 2)
    assert "did you mean Title?" in ended.stdout + ended.stderr
    path.write_text("InputURL,Title\noss://b/1.mp4,x\nftp://x,y\n", encoding="utf-8")
    ended = run(*words, home=tmp_path, **KEYS)
    assert ended.returncode == 1
    assert "line 3" in ended.stdout
    told = json.loads(run(*words, "--json", home=tmp_path, **KEYS).stdout)
    assert (told["rows"], told["bad_rows"]) == (1, 1)
    assert not sent(service, "RegisterMediaInfo")
    assert not (tmp_path / "state" / "bulk").exists()


@pytest.mark.parametrize(
    ("yes", "part"),
    [
        ((), "nobody is there to be asked"),
        (("--yes",), "--yes without a number does not name the 300 rows"),
        (("--yes", "299"), "--yes 299 does not name the 300 rows"),
    ],
)
def test_without_a_terminal_a_deletion_needs_its_very_count(
    yes: tuple[str, ...], part: str, service: ScriptedService, tmp_path: Path
) -> None:
    rows = write_rows(tmp_path, 300, "MediaIds", "{:032x}")
    ended = run("bulk", "delete", rows, *yes, *options(tmp_path, service), home=tmp_path, **KEYS)
    assert ended.returncode == 1
    assert part in ended.stderr
    assert "--yes 300" in ended.stderr
    assert not sent(service, "DeleteMediaInfos")
    if not yes:
        ended = run("bulk", "delete", rows, "--yes", "300", *options(tmp_path, service), home=tmp_path, **KEYS)
        assert ended.returncode == 0, ended.stderr
        assert len(sent(service, "DeleteMediaInfos")) == 300


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
@pytest.mark.parametrize(("typed", "is_done"), [("12", True), ("y", False), ("yes", False), ("11", False), ("", False)])
def test_at_a_terminal_only_the_typed_count_is_a_yes(
    typed: str, is_done: bool, service: ScriptedService, tmp_path: Path
) -> None:
    assert sys.platform != "win32"
    import pty

    rows = write_rows(tmp_path, 12, "MediaIds", "{:032x}")
    ours, theirs = pty.openpty()
    try:
        os.write(ours, f"{typed}\n".encode())
        ended = subprocess.run(
            [sys.executable, "-m", "ims_mcp", "bulk", "delete", rows, *options(tmp_path, service)],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=theirs,
            env=clean_environment(tmp_path, **KEYS, LANG="zh_CN.UTF-8"),
            timeout=60,
            check=False,
        )
        said = os.read(ours, 65_536).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert "共 12 行，每行调用一次" in said
    assert "调用：DeleteMediaInfos，共 12 次" in said
    assert said.count("- MediaIds") == 5
    assert "Type 12 to do it:" in said
    assert (ended.returncode, len(sent(service, "DeleteMediaInfos"))) == ((0, 12) if is_done else (1, 0))


@pytest.mark.skipif(sys.platform == "win32", reason="a signal of POSIX")
def test_ctrl_c_stops_a_job_and_the_command_that_is_told_goes_on(service: ScriptedService, tmp_path: Path) -> None:
    rows = write_rows(tmp_path, 300)
    service.usual = lambda request: (
        refusal(404, "MediaNotFound")
        if request.query.get("InputURL") == "oss://b/1.mp4" or request.action == "GetMediaInfo"
        else Answer(body={"RequestId": "r", "MediaId": "m"})
    )
    words = ("bulk", "register", rows, "--yes", "--rate", "60", *options(tmp_path, service))

    def is_under_way(text: str) -> bool:
        bar = next((line for line in text.splitlines() if "━" in line), "")
        return bool(re.search(r"\d+% +\d+/300 +\d+/s +\d", bar)) and "1 MediaNotFound" in text

    stopped = see(tmp_path, *words, columns=110, interrupt=is_under_way)
    assert stopped.code == 130, stopped.text
    assert stopped.terminal.shows_cursor
    assert "Ctrl-C again ends it at once" in stopped.text
    done = len(sent(service, "RegisterMediaInfo"))
    assert 0 < done < 300
    (command,) = re.findall(r"ims-mcp (bulk resume b-[0-9a-f]{12} .*)", " ".join(stopped.text.split()))
    gone_on = see(tmp_path, *command.split()[:3], "--rate", "1000", *options(tmp_path, service), columns=110)
    assert gone_on.code == 1, gone_on.text
    assert "299 done" in gone_on.text
    assert "1 MediaNotFound" in gone_on.text
    addresses = [query["InputURL"] for query in sent(service, "RegisterMediaInfo")]
    assert len(set(addresses)) == 300
    assert len(addresses) == 300


@pytest.mark.skipif(sys.platform == "win32", reason="a signal of POSIX")
def test_a_second_ctrl_c_ends_at_once(service: ScriptedService, tmp_path: Path) -> None:
    service.usual = Answer(fault="silent")
    rows = write_rows(tmp_path, 20, "MediaId", "m{}")
    process = subprocess.Popen(
        [sys.executable, "-m", "ims_mcp", "bulk", "update", rows, "--yes", *options(tmp_path, service)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=clean_environment(tmp_path, **KEYS),
    )
    try:
        assert process.stderr is not None
        assert service.wait_until(lambda it: bool(sent(it, "UpdateMediaInfo")), 60)
        process.send_signal(signal.SIGINT)
        assert any("Ctrl-C again ends it at once" in line for line in process.stderr)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    finally:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


@pytest.mark.skipif(sys.platform == "win32", reason="a signal of POSIX")
def test_a_second_start_says_that_it_runs_and_where(service: ScriptedService, tmp_path: Path) -> None:
    rows = write_rows(tmp_path, 200)
    first = subprocess.Popen(
        [
            *(sys.executable, "-m", "ims_mcp", "bulk", "register", rows, "--yes", "--rate", "10"),
            *options(tmp_path, service),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean_environment(tmp_path, **KEYS),
    )
    try:
        assert service.wait_until(lambda it: bool(sent(it, "RegisterMediaInfo")), 60)
        (kept,) = (path for path in (tmp_path / "state" / "bulk").iterdir() if path.is_dir())
        again = run("bulk", "resume", kept.name, *options(tmp_path, service), home=tmp_path, **KEYS)
        assert again.returncode == 1
        assert f"The job {kept.name} runs already: process {first.pid} on " in again.stderr
        listed = run("bulk", "list", *options(tmp_path, service), home=tmp_path, **KEYS)
        assert re.search(rf"{kept.name}  started  200 rows", listed.stdout)
        assert run("bulk", "rate", kept.name, "20", *options(tmp_path, service), home=tmp_path, **KEYS).returncode == 0
        assert run("bulk", "stop", kept.name, *options(tmp_path, service), home=tmp_path, **KEYS).returncode == 0
        out, errors = first.communicate(timeout=60)
    finally:
        first.kill()
        first.wait()
    assert first.returncode == 1
    assert "bulk resume" in errors
    assert kept.name in out
    told = json.loads(
        run("bulk", "status", kept.name, "--json", *options(tmp_path, service), home=tmp_path, **KEYS).stdout
    )
    assert told["state"] == "stopped"
    assert told["counts"]["done"] == len(sent(service, "RegisterMediaInfo")) < 200


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("register", "nowhere.csv"), "'nowhere.csv' does not exist"),
        (("register", "."), "is a folder, and bulk register has no use"),
        (("submit", "{rows}"), "operation: missing"),
        (("register", "{rows}", "--template", "{{"), "--template: is not valid JSON"),
        (("register", "{rows}", "--rate", "fast"), "rate: 'fast' is not a number of rows a second"),
        (("register", "{rows}", "--yes", "--lanes", "-3"), "'-3' is not a number from 1 to 64"),
        (("register", "{rows}", "--account", "a"), "--account names an account of a configuration file"),
        (("register", "{rows}", "--yes", "--read-only"), "read-only mode"),
        (("register", "{rows}"), "nobody is there to be asked"),
        (("status", "b-000000000000"), "There is no job 'b-000000000000'"),
    ],
)
def test_what_is_no_job_is_said_and_nothing_is_written(
    words: tuple[str, ...], part: str, service: ScriptedService, tmp_path: Path
) -> None:
    rows = write_rows(tmp_path, 2)
    named = [word.replace("{rows}", rows) for word in words]
    ended = run("bulk", *named, *options(tmp_path, service), home=tmp_path, **KEYS)
    assert ended.returncode in (1, 2)
    assert part in ended.stderr
    assert not sent(service, "RegisterMediaInfo")
    assert not (tmp_path / "state" / "bulk").exists()


def test_a_folder_becomes_assets_on_the_embedded_ims(ims: RunningIms, tmp_path: Path) -> None:
    folder = tmp_path / "films" / "夜间"
    folder.mkdir(parents=True)
    clip = make_clip(tmp_path / "clip.mp4", seconds=1, width=160, height=90).read_bytes()
    for number in range(4):
        (folder / f"{number}.mp4").write_bytes(clip + bytes([number]))
    words = (
        "bulk",
        "upload",
        str(tmp_path / "films"),
        "--template",
        '{"Title": "{stem}", "MediaTags": "bulk"}',
        "--yes",
    )
    seen = look(tmp_path, *words, *options(tmp_path, ims), columns=100)
    assert (seen.code, seen.terminal.unknown) == (0, []), seen.text
    assert "4 done" in seen.text
    assets = ims.call("ListMediaBasicInfos", MaxResults="20")["MediaInfos"]
    assert sorted(each["MediaBasicInfo"]["Title"] for each in assets) == ["0", "1", "2", "3"]
    assert not [*(tmp_path / "state" / "transfers").rglob("t-*")]


def test_a_job_is_kept_where_it_is_said_and_found_there(ims: RunningIms, tmp_path: Path) -> None:
    for number in range(2):
        ims.put(f"kept/{number}.mp4", b"x")
    words = ("bulk", "register", "oss://local-media/kept/", "--out", "oss://local-media/jobs/", "--yes", "--json")
    ended = run(*words, *options(tmp_path, ims), home=tmp_path)
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["place"] == f"oss://local-media/jobs/{told['job_id']}/"
    assert told["counts"] | {"rows": 2, "done": 2, "left": 0} == told["counts"]
    for name in (told["place"], told["job_id"]):
        shown = run("bulk", "report", name, "--json", *options(tmp_path, ims), home=tmp_path)
        assert json.loads(shown.stdout)["state"] == "done"


def test_a_job_of_another_service_is_not_gone_on_with(
    ims: RunningIms, service: ScriptedService, tmp_path: Path
) -> None:
    ended = run(
        *("bulk", "register", write_rows(tmp_path, 1), "--yes", *options(tmp_path, service)), home=tmp_path, **KEYS
    )
    job_id = find_job(ended.stdout)
    refused = run("bulk", "resume", job_id, "--retry", "all", *options(tmp_path, ims), home=tmp_path)
    assert refused.returncode == 1
    assert f"it was made for {service.url}, and this is the embedded IMS in" in refused.stderr
