"""However a command ends, it is one sentence on stderr and an exit code, never a traceback."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import pytest

from tests.cli.running import KEYS, clean_environment
from tests.cli.running import run as run_here
from tests.client.scripted_service import Answer, ScriptedService
from tests.server.piped import heed_ctrl_c

PYTHON = (sys.executable, "-m", "ims_mcp")
TITLE = "视频 🎬 naïve \u202e\x9b31m"


def begin(
    home: Path,
    *words: str,
    command: Sequence[str] = PYTHON,
    stdout: int | IO[bytes] = subprocess.PIPE,
    **variables: str,
) -> subprocess.Popen[bytes]:
    heed_ctrl_c()
    return subprocess.Popen(
        [*command, *words],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env=clean_environment(home, **KEYS, **variables),
    )


def run(
    home: Path,
    *words: str,
    command: Sequence[str] = PYTHON,
    stdout: int | IO[bytes] = subprocess.PIPE,
    **variables: str,
) -> tuple[int, str, str]:
    """(exit code, stdout, stderr)"""
    process = begin(home, *words, command=command, stdout=stdout, **variables)
    printed, errors = process.communicate(timeout=60)
    return process.returncode, (printed or b"").decode(), errors.decode()


def say(home: Path, *words: str, **variables: str) -> tuple[int, str, str]:
    """The same of a command in this process."""
    ended = run_here(*words, home=home, **KEYS, **variables)
    return ended.returncode, ended.stdout, ended.stderr


def changed(lines: str) -> tuple[str, ...]:
    """The command with something of the program changed beforehand."""
    return sys.executable, "-c", f"import sys\n{lines}\nfrom ims_mcp.cli import main\nraise SystemExit(main())"


@pytest.fixture
def service() -> Iterator[ScriptedService]:
    with ScriptedService(usual=Answer(body={"MediaInfos": [{"Title": TITLE}], "RequestId": "r"})) as running:
        yield running


@pytest.mark.parametrize(
    "words", [("tools",), ("tools", "--json"), ("search", "cut", "a", "video"), ("doctor",), ("call",)]
)
def test_a_reader_that_has_gone_ends_any_command_quietly(
    words: tuple[str, ...], service: ScriptedService, tmp_path: Path
) -> None:
    if words[0] in ("doctor", "call"):
        words = (*words, *(("ListMediaBasicInfos",) if words == ("call",) else ()), "--endpoint", service.url)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        assert run(tmp_path, *words, stdout=gone) == (141, "", "")


def test_help_for_a_reader_that_has_gone_is_quiet_too(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        assert run(tmp_path, "--help", stdout=gone)[1:] == ("", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_output_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        code, _, errors = run(tmp_path, "tools", stdout=full)
    assert (code, errors) == (1, "ims-mcp tools failed: No space left on device.\n")


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("words", [pytest.param("tools", marks=pytest.mark.slow), "serve", "search cut a video"])
def test_closed_streams_do_no_harm(closed: str, words: str, tmp_path: Path) -> None:
    shell = ("/bin/sh", "-c", f'exec "{sys.executable}" -m ims_mcp {words} {closed}')
    code, _, errors = run(tmp_path, command=shell)
    assert code == 0
    assert errors in ("", "stdout is closed: what this command prints is lost.\n")


@pytest.mark.skipif(sys.platform == "win32", reason="locales of POSIX")
@pytest.mark.parametrize(
    "variables",
    [
        pytest.param({"LC_ALL": "C"}, marks=pytest.mark.slow),
        pytest.param({"LC_ALL": "POSIX"}, marks=pytest.mark.slow),
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "zh_CN.GBK", "TZ": "No/Where"},
    ],
    ids=["C", "POSIX", "C without UTF-8", "GBK"],
)
def test_a_directory_with_a_name_in_any_script_is_used_in_any_locale(variables: dict[str, str], tmp_path: Path) -> None:
    data = tmp_path / "my 数据 of it"
    command = ("env", *(f"{name}={value}" for name, value in variables.items()), *PYTHON)
    call = ("call", "GetCategories", "--local", "--data-dir", str(data))
    code, printed, errors = run(tmp_path, *call, command=command)
    assert (code, errors) == (0, "")
    assert json.loads(printed)["total"] == 0
    assert (data / "ims.sqlite3").exists()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "gbk", "utf-8"])
def test_a_result_is_printed_as_json_whatever_the_console_can_show(
    encoding: str, service: ScriptedService, tmp_path: Path
) -> None:
    process = begin(
        tmp_path, "call", "ListMediaBasicInfos", "--raw", "--endpoint", service.url, PYTHONIOENCODING=encoding
    )
    printed, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, b"")
    text = printed.decode(encoding)
    assert json.loads(text)["MediaInfos"] == [{"Title": TITLE}]
    assert "\u202e" not in text and "\x9b" not in text  # a terminal would obey these
    assert ("视频" in text) == (encoding == "utf-8")


def test_an_error_is_printed_whatever_the_console_can_show(tmp_path: Path) -> None:
    code, printed, errors = run(tmp_path, "call", "视频", PYTHONIOENCODING="ascii")
    assert (code, printed) == (1, "")
    assert "IMS has no operation '\\u89c6\\u9891'" in errors


def test_words_are_printed_whatever_the_console_can_show(tmp_path: Path) -> None:
    lines = "import ims_mcp.cli.search as its\nits.search_command = lambda *_, **__: print('\u89c6\u9891') or 0"
    ended = run(tmp_path, "search", "x", command=changed(lines), PYTHONIOENCODING="ascii")
    assert ended == (0, "\\u89c6\\u9891\n", "")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("local", "--port", "99999"), "'99999' is not a port: 1 to 65535, or 0 for a free one"),
        (("local", "--port=-1"), "'-1' is not a port"),
        (("local", "--port", "http"), "'http' is not a port"),
        (("local", "--port", "9" * 400), "is not a port"),
        (("search", "--limit", "0", "cut"), "'0' is not a number from 1 to 400"),
        (("search", "--limit", "many", "cut"), "'many' is not a number from 1 to 400"),
        (("search",), "required: WORDS"),
        (("serve", "--colour"), "ims-mcp serve does not know --colour; see ims-mcp serve --help."),
        (("paint",), "invalid choice: 'paint'"),
    ],
)
def test_a_command_line_that_is_off_is_said_with_what_would_do(
    words: tuple[str, ...], part: str, tmp_path: Path
) -> None:
    code, printed, errors = say(tmp_path, *words)
    assert (code, printed) == (2, "")
    assert part in errors


def test_doctor_takes_the_options_of_the_server(service: ScriptedService, tmp_path: Path) -> None:
    service.usual = Answer(body={"MediaInfos": [], "TotalCount": 7, "RequestId": "r"})
    options = (
        "--upload-dir",
        str(tmp_path),
        "--toolsets",
        "all",
        "--state-dir",
        str(tmp_path),
        "--max-wait-seconds",
        "4",
    )
    code, printed, errors = say(tmp_path, "doctor", *options, "--endpoint", service.url)
    assert (code, errors) == (0, ""), printed


def test_the_version_is_printed(tmp_path: Path) -> None:
    code, printed, _ = run(tmp_path, "--version")
    assert code == 0
    assert re.fullmatch(r"ims-mcp \d+\.\d+\.\d+\S*\n", printed)


@pytest.mark.parametrize("words", [("demo",), ("local", "--port", "0")])
@pytest.mark.parametrize("package", ["av", "starlette"])
def test_without_the_extra_a_command_says_how_to_install_it(
    words: tuple[str, ...], package: str, tmp_path: Path
) -> None:
    code, _, errors = run(tmp_path, *words, command=changed(f"sys.modules[{package!r}] = None"))
    assert code == 1
    assert "-m pip install '.[local]'" in errors
    assert "Traceback" not in errors
    assert len(errors.splitlines()) == 1


def test_an_older_python_is_told_which_one_is_needed(tmp_path: Path) -> None:
    old = "import sys, runpy\nsys.version_info = (3, 10, 4)\nrunpy.run_module('ims_mcp', run_name='__main__')"
    code, _, errors = run(tmp_path, command=(sys.executable, "-c", old))
    assert code == 1
    assert errors.startswith("ims-mcp needs Python 3.11 or newer; this is ")
    assert "Traceback" not in errors


@pytest.mark.skipif(sys.platform == "win32", reason="paths of POSIX")
def test_the_demo_is_kept_only_where_it_can_be_and_where_nothing_is_lost(tmp_path: Path) -> None:
    code, _, errors = say(tmp_path, "demo", "--keep", "/dev/null/x")
    assert (code, errors) == (1, "ims-mcp demo failed: Not a directory: '/dev/null/x'.\n")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "film.mp4").write_bytes(b"mine")
    code, _, errors = say(tmp_path, "demo", "--keep", str(mine))
    assert code == 1
    assert f"{mine} is not empty" in errors
    assert (mine / "film.mp4").read_bytes() == b"mine"


def test_an_operation_that_does_not_exist_leads_to_near_names_and_to_search(tmp_path: Path) -> None:
    code, printed, errors = say(tmp_path, "call", "GetMediaInf")
    assert (code, printed) == (1, "")
    assert "Did you mean GetMediaInfo" in errors
    assert "`ims-mcp search WORDS`" in errors
    assert "`ims-mcp search WORDS`" in say(tmp_path, "call", "NoSuchOp")[2]


def test_search_prints_two_short_lines_a_hit_and_how_to_call_the_first(tmp_path: Path) -> None:
    code, printed, errors = say(tmp_path, "search", "delete", "assets")
    assert (code, errors) == (0, "")
    *hits, blank, example = printed.splitlines()
    assert len(hits) == 10
    assert max(map(len, hits)) <= 104
    assert hits[0].split() == ["DeleteMediaInfos", "destructive"]
    assert blank == ""
    assert example.startswith("To call the first: ims-mcp call DeleteMediaInfos ")


def test_a_search_without_a_hit_says_so(tmp_path: Path) -> None:
    code, printed, errors = say(tmp_path, "search", "zzzqqq", "xxyy")
    assert (code, printed) == (1, "")
    assert "No operation of IMS fits 'zzzqqq xxyy'" in errors


def test_what_is_set_for_the_server_does_not_stop_a_search(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    ended = say(tmp_path, "search", "cut", IMS_MCP_UPLOAD_DIRS=gone, IMS_MCP_REGION="!", IMS_MCP_READ_ONLY="perhaps")
    assert ended[0] == 0, ended


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_ends_a_call(tmp_path: Path) -> None:
    with ScriptedService(usual=Answer(fault="silent")) as service:
        process = begin(tmp_path, "call", "ListMediaBasicInfos", "--endpoint", service.url)
        assert service.wait_until(lambda its: its.count == 1, 60)
        process.send_signal(signal.SIGINT)
        printed, errors = process.communicate(timeout=60)
    assert (process.returncode, printed, errors) == (130, b"", b"Interrupted.\n")


BROKEN = "import ims_mcp.cli.search as its\ndef search_command(*_, **__): raise {}\nits.search_command = search_command"


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        ("KeyError('MediaId')", 1, r"ims-mcp search failed inside, which is a bug in it: KeyError\('MediaId'\) at .*"),
        ("OSError(13, 'Permission denied', '/x')", 1, r"ims-mcp search failed: Permission denied: '/x'\."),
        ("PermissionError('shut')", 1, r"ims-mcp search failed: PermissionError\."),
        ("ExceptionGroup('', [OSError(28, 'No space left on device')])", 1, r".* failed: No space left on device\."),
        ("BaseExceptionGroup('', [ValueError(), KeyboardInterrupt()])", 130, r"Interrupted\."),
        ("KeyboardInterrupt", 130, r"Interrupted\."),
        ("MemoryError", 1, r"ims-mcp search failed: this machine has too little memory for it\."),
    ],
)
def test_whatever_escapes_a_command_is_one_line(raised: str, code: int, said: str, tmp_path: Path) -> None:
    ended = run(tmp_path, "search", "x", command=changed(BROKEN.format(raised)))
    assert ended[:2] == (code, "")
    assert re.fullmatch(said + "\n", ended[2]), ended[2]


def test_the_whole_trace_is_in_the_log_of_level_debug(tmp_path: Path) -> None:
    broken = changed(BROKEN.format("KeyError('access_key_secret=abcdefghijkl')"))
    quiet = run(tmp_path, "search", "x", command=broken)[2]
    loud = run(tmp_path, "search", "x", "--log-level", "debug", command=broken)[2]
    assert "Traceback" not in quiet
    assert "Please report this line" in quiet
    trace = json.loads(next(line for line in loud.splitlines() if line.startswith("{")))["trace"]
    assert "search_command" in trace
    assert "abcdefghijkl" not in quiet


def test_an_error_repeats_nothing_that_a_terminal_would_obey(tmp_path: Path) -> None:
    code, _, errors = say(tmp_path, "call", "GetMediaInfo", "--Media\x1b[2J\x9bId", "m")
    assert code == 2
    assert "unknown; did you mean MediaId?" in errors
    assert [one for one in errors if not one.isprintable() and one != "\n"] == []
