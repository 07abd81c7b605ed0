"""The embedded IMS as other commands start and find it: whose code it runs, what it sees, which keys it has."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import anyio
import pytest

from ims_mcp.cli.embedded import EmbeddedIms
from ims_mcp.client.credentials import Credential
from ims_mcp.errors import LocalImsError
from ims_mcp.local.endpoint_file import Announcement, read_announcement, write_announcement
from ims_mcp.local.isolation import clean_environment as environment_of_a_child
from ims_mcp.local.media.clip import make_clip
from ims_mcp.settings import Settings
from tests.cli.running import clean_environment, run, without_measuring
from tests.local_ims.server import RunningIms, ims_process, oss2, running_ims, wait_for

IMS_MCP = str(Path(sysconfig.get_path("scripts")) / "ims-mcp")
SECRETS = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI5tRecognisable",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "RecognisableSecret",
    "ALIBABA_CLOUD_SECURITY_TOKEN": "RecognisableToken",
    "OSS_ACCESS_KEY_SECRET": "RecognisableOss",
    "AWS_SECRET_ACCESS_KEY": "RecognisableAws",
    "HTTPS_PROXY": "http://user:RecognisableProxy@127.0.0.1:9",
    "GITHUB_TOKEN": "RecognisableGit",
}
REPOSITORY = Path(__file__).resolve().parents[2]
linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
posix = pytest.mark.skipif(os.name != "posix", reason="owners and rights of POSIX")


@pytest.fixture
def hostile(tmp_path: Path) -> tuple[Path, Path]:
    """A directory whose modules are called as some of the embedded IMS's are, and the file they write to when run."""
    directory, written = tmp_path / "project", tmp_path / "owned"
    directory.mkdir()
    code = f"import pathlib\npathlib.Path({str(written)!r}).open('a').write(__name__ + '\\n')\n"
    for name in ("sqlite3", "uvicorn", "av", "starlette", "h11", "sitecustomize", "usercustomize"):
        (directory / f"{name}.py").write_text(code)
    for name in ("multiprocessing", "concurrent"):
        (directory / name).mkdir()
        (directory / name / "__init__.py").write_text(code)
    return directory, written


def descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [found for child in map(int, children) for found in (child, *descendants(child))]


def variables(pid: int) -> str:
    """The environment a process was started with."""
    return Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")


@contextmanager
def local_in(directory: Path, home: Path, *words: str, **more: str) -> Generator[tuple[int, RunningIms, str]]:
    """``ims-mcp local`` typed in ``directory``: its process id, itself, and what it printed."""
    data_dir = home / "data"
    process = subprocess.Popen(
        [IMS_MCP, "local", "--port", "0", "--data-dir", str(data_dir), "--processing-delay", "0", *words],
        cwd=directory,
        env=clean_environment(home, **more),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        printed = "".join(process.stdout.readline() for _ in range(7))
        found = read_announcement(data_dir)
        assert found is not None
        yield process.pid, RunningIms(found.endpoint, data_dir), printed
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.mark.parametrize("python_path", [None, os.pathsep, f".{os.pathsep}./"])
def test_a_server_started_in_a_strangers_project_runs_none_of_its_code_in_the_embedded_ims(
    hostile: tuple[Path, Path], tmp_path: Path, python_path: str | None
) -> None:
    directory, written = hostile
    if python_path is not None:
        # These two are run by every Python that is started so, also by the one that is started first.
        for name in ("sitecustomize", "usercustomize"):
            (directory / f"{name}.py").unlink()
        for name in ("multiprocessing", "concurrent"):
            (directory / name / "__init__.py").unlink()
            (directory / name).rmdir()
    more = {} if python_path is None else {"PYTHONPATH": python_path}
    # The first process takes these from the project where PYTHONPATH says so: that is not ours to stop.
    for name in ("h11", "starlette", "uvicorn") if python_path is not None else ():
        (directory / f"{name}.py").unlink()
    called = subprocess.run(
        [IMS_MCP, "call", "ListMediaBasicInfos", "--local", "--data-dir", str(tmp_path / "data")],
        cwd=directory,
        env=without_measuring(clean_environment(tmp_path, **more)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert called.returncode == 0, called.stderr
    assert not written.exists(), written.read_text()


@linux
@pytest.mark.parametrize("is_typed", [False, True])
def test_neither_it_nor_its_workers_see_credentials_or_the_directory_it_was_started_in(
    hostile: tuple[Path, Path], tmp_path: Path, is_typed: bool
) -> None:
    directory, written = hostile
    clip = make_clip(tmp_path / "clip.mp4", seconds=1, width=160, height=120)

    def work(ims: RunningIms, pid: int, pair: Credential) -> None:
        bucket = oss2.Bucket(oss2.Auth(pair.access_key_id, pair.access_key_secret), ims.endpoint, "local-media")
        bucket.put_object_from_file("clip.mp4", str(clip))
        client = ims.client(pair.access_key_id, pair.access_key_secret)
        from alibabacloud_ice20201109 import models

        media_id = client.register_media_info(
            models.RegisterMediaInfoRequest(input_url="oss://local-media/clip.mp4")
        ).body.media_id

        def status() -> str:
            info = client.get_media_info(models.GetMediaInfoRequest(media_id=media_id)).body.media_info
            return str(info.media_basic_info.status)

        wait_for(lambda: True if status() == "Normal" else None)
        template = client.list_live_record_templates(models.ListLiveRecordTemplatesRequest()).body
        client.submit_live_record_job(
            models.SubmitLiveRecordJobRequest(
                name="nobody",
                stream_input=models.SubmitLiveRecordJobRequestStreamInput(type="rtmp", url="rtmp://localhost:9/a/b"),
                record_output=models.SubmitLiveRecordJobRequestRecordOutput(type="oss", bucket="local-media"),
                template_id=template.record_template_list[0].template_id,
            )
        )
        # The media worker, its helper, and the recorder.
        found = wait_for(lambda: found if len(found := descendants(pid)) >= 3 else None)
        hidden = ["Recognisable"] if pair.access_key_secret == "local" else ["Recognisable", pair.access_key_secret]
        for one in found:
            # One that was forked this moment has yet to become what it is going to be.
            wait_for(lambda one=one: True if not any(word in variables(one) for word in hidden) else None)
            assert Path(f"/proc/{one}/cwd").readlink() == Path("/")
        if not is_typed:
            assert "Recognisable" not in variables(pid)
            assert Path(f"/proc/{pid}/cwd").readlink() == Path("/")

    if is_typed:
        with local_in(directory, tmp_path, **SECRETS) as (pid, ims, _):
            work(ims, pid, Credential("local", "local", None))
    else:

        async def main() -> None:
            settings = Settings(local=True, data_dir=tmp_path / "data")
            async with EmbeddedIms(settings, clean_environment(tmp_path, **SECRETS)) as embedded:
                endpoint, pair = await embedded.endpoint(), await embedded.credential()
                found = read_announcement(settings.data_dir)
                assert found is not None
                await anyio.to_thread.run_sync(work, RunningIms(endpoint, settings.data_dir), found.pid, pair)

        before = Path.cwd()
        os.chdir(directory)
        try:
            anyio.run(main)
        finally:
            os.chdir(before)
    assert not written.exists(), written.read_text()


def test_no_entry_that_means_the_directory_it_was_started_in_reaches_a_child(
    hostile: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory, _ = hostile
    (tmp_path / "link").symlink_to(directory)
    monkeypatch.chdir(directory)
    kept = str(tmp_path / "elsewhere")
    spelled = [".", "", "./", str(directory), f"{directory}/", f"{directory}/../{directory.name}", f"{tmp_path}/link"]
    found = environment_of_a_child(
        {
            "PYTHONPATH": os.pathsep.join([*spelled, kept]),
            "PYTHONPYCACHEPREFIX": "cache",
            "PYTHONUSERBASE": ".",
            "TMPDIR": "tmp",
            "TEMP": kept,
            "LC_TOKEN": "x",
            "IMS_MCP_LOCAL_TOKEN": "x",
            "IMS_MCP_LOCAL_PROCESSING_DELAY": "1",
        }
    )
    assert [entry for entry in found.pop("PYTHONPATH").split(os.pathsep) if entry != str(REPOSITORY)] == [kept]
    assert set(found) == {"TEMP", "IMS_MCP_LOCAL_PROCESSING_DELAY", "PYTHONSAFEPATH", "MALLOC_ARENA_MAX"}


def start(data_dir: Path, environ: dict[str, str], then: Callable[[EmbeddedIms], Any]) -> Any:
    """What ``then`` (a coroutine function) gives while an EmbeddedIms on ``data_dir`` is entered."""

    async def main() -> Any:
        async with EmbeddedIms(Settings(local=True, data_dir=data_dir), environ) as embedded:
            return await then(embedded)

    return anyio.run(main)


async def _pair(embedded: EmbeddedIms) -> tuple[str, str]:
    await embedded.endpoint()
    found = await embedded.credential()
    return found.access_key_id, found.access_key_secret


def test_a_server_that_starts_it_makes_a_key_pair_of_its_own_each_time(tmp_path: Path) -> None:
    pairs = [start(tmp_path / "data", clean_environment(tmp_path), _pair) for _ in range(2)]
    assert len({part for pair in pairs for part in pair}) == 4
    assert all(len(secret) >= 40 for _, secret in pairs)


def test_servers_on_one_directory_share_the_key_pair_of_the_one_that_runs(tmp_path: Path) -> None:
    async def both(first: EmbeddedIms) -> None:
        async with EmbeddedIms(Settings(local=True, data_dir=tmp_path / "data"), {}) as second:
            assert await _pair(first) == await _pair(second)
            assert await first.endpoint() == await second.endpoint()

    start(tmp_path / "data", clean_environment(tmp_path), both)


def test_a_server_uses_the_key_pair_of_an_ims_mcp_local_that_runs(tmp_path: Path) -> None:
    with ims_process(tmp_path / "data"):
        assert start(tmp_path / "data", clean_environment(tmp_path), _pair) == ("local", "local")
        called = run("call", "ListMediaBasicInfos", "--local", "--data-dir", str(tmp_path / "data"), home=tmp_path)
        assert called.returncode == 0, called.stderr


def test_a_key_pair_that_was_chosen_is_used_and_one_that_cannot_be_is_refused(tmp_path: Path) -> None:
    chosen = {"IMS_MCP_LOCAL_KEY_ID": "my-id", "IMS_MCP_LOCAL_KEY_SECRET": "my-secret"}
    assert start(tmp_path / "data", clean_environment(tmp_path, **chosen), _pair) == ("my-id", "my-secret")
    for value in ("a b", "a,b", "ü", "a\nb", "x" * 129):
        with pytest.raises(LocalImsError, match="IMS_MCP_LOCAL_KEY_ID cannot be used"):
            start(tmp_path / "data", {**clean_environment(tmp_path), "IMS_MCP_LOCAL_KEY_ID": value}, _pair)


def test_one_that_was_killed_is_started_again_with_the_next_call(tmp_path: Path) -> None:
    async def kill_and_ask(embedded: EmbeddedIms) -> None:
        first = await _pair(embedded)
        for _ in range(2):
            found = read_announcement(tmp_path / "data")
            assert found is not None
            os.kill(found.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
            endpoint = await embedded.endpoint()
            again = read_announcement(tmp_path / "data")
            assert again is not None
            assert (again.endpoint, again.pid != found.pid) == (endpoint, True)
        assert await _pair(embedded) != first

    start(tmp_path / "data", clean_environment(tmp_path), kill_and_ask)


def test_servers_that_start_at_once_share_one(tmp_path: Path) -> None:
    async def main() -> None:
        found: list[str] = []
        settings = Settings(local=True, data_dir=tmp_path / "data")

        async def ask(embedded: EmbeddedIms) -> None:
            found.append(await embedded.endpoint())

        async with (
            EmbeddedIms(settings, clean_environment(tmp_path)) as one,
            EmbeddedIms(settings, clean_environment(tmp_path)) as two,
            EmbeddedIms(settings, clean_environment(tmp_path)) as three,
            anyio.create_task_group() as group,
        ):
            for embedded in (one, two, three):
                group.start_soon(ask, embedded)
        assert len(found) == 3
        assert len(set(found)) == 1

    anyio.run(main)


@contextmanager
def stranger(answer: dict[str, Any]) -> Generator[tuple[str, list[str]]]:
    """A program that answers as the embedded IMS does, but can prove nothing: its address, and what it is asked for."""
    asked: list[str] = []

    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = json.dumps({"service": "ims-mcp local", "version": "0", "pid": os.getpid(), **answer}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Stranger) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()
            thread.join()


GOOD = Announcement("http://127.0.0.1:1", 1, "id", "secret", "0" * 64)


@pytest.mark.parametrize("answer", [{}, {"proof": ["x"]}, {"proof": "\udc80"}])
def test_a_program_on_a_killed_ones_port_is_not_taken_for_it(tmp_path: Path, answer: dict[str, Any]) -> None:
    data_dir = tmp_path / "data"
    with running_ims(data_dir):
        pass
    with stranger(answer) as (url, asked):
        write_announcement(data_dir, replace(GOOD, endpoint=url, pid=os.getpid()))
        endpoint = start(data_dir, clean_environment(tmp_path), lambda embedded: embedded.endpoint())
        assert endpoint != url
        # It was asked to prove itself and for nothing else.
        assert asked
        assert all(path.startswith("/-/health?nonce=") for path in asked)


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "http://203.0.113.9:80"},
        {"endpoint": "http://127.0.0.1.evil.example:80"},
        {"endpoint": "http://127.0.0.1:80@evil.example"},
        {"endpoint": "http://localhost:80"},
        {"endpoint": "https://127.0.0.1:80"},
        {"endpoint": "http://127.0.0.1:0"},
        {"endpoint": "http://127.0.0.1:65536"},
        {"endpoint": "http://127.0.0.1:80/x"},
        {"endpoint": "http://127.0.0.1"},
        {"endpoint": 5},
        {"pid": "x"},
        {"access_key_secret": ""},
        {"proof_key": None},
    ],
)
def test_an_endpoint_file_that_names_anything_but_a_port_of_this_machine_counts_for_nothing(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    write_announcement(tmp_path, replace(GOOD, endpoint="http://127.0.0.1:80"))
    assert read_announcement(tmp_path) is not None
    content = json.loads((tmp_path / "endpoint.json").read_text())
    (tmp_path / "endpoint.json").write_text(json.dumps(content | change))
    assert read_announcement(tmp_path) is None


def test_an_endpoint_file_that_is_no_file_of_this_users_alone_counts_for_nothing(tmp_path: Path) -> None:
    write_announcement(tmp_path, GOOD)
    path = tmp_path / "endpoint.json"
    for text in ("", "{", "[]", "null", "[" * 20_000, '{"endpoint": "http://127.0.0.1:1"}'):
        path.write_text(text)
        assert read_announcement(tmp_path) is None
    path.unlink()
    if os.name == "posix":
        write_announcement(tmp_path, GOOD)
        path.chmod(0o640)
        assert read_announcement(tmp_path) is None
        path.chmod(0o600)
        assert read_announcement(tmp_path) == GOOD
        path.rename(tmp_path / "elsewhere.json")
        path.symlink_to(tmp_path / "elsewhere.json")
        assert read_announcement(tmp_path) is None
        path.unlink()
        os.mkfifo(path, 0o600)
        assert read_announcement(tmp_path) is None


@posix
def test_an_endpoint_file_of_another_user_counts_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_announcement(tmp_path, GOOD)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert read_announcement(tmp_path) is None


def failure(data_dir: Path, environ: dict[str, str]) -> str:
    with pytest.raises(LocalImsError) as failed:
        start(data_dir, environ, lambda embedded: embedded.endpoint())
    return failed.value.explain()


def test_why_it_did_not_start_is_said_with_a_command_that_shows_it(tmp_path: Path) -> None:
    home = clean_environment(tmp_path)
    occupied = tmp_path / "some files"
    occupied.mkdir()
    (occupied / "thesis.tex").write_text("years of it")
    said = failure(occupied, home)
    assert "holds 'thesis.tex'" in said
    assert f"ims-mcp local --port 0 --data-dir '{occupied}'" in said
    assert "pip install" not in said

    broken = tmp_path / "broken"
    with running_ims(broken):
        pass
    (broken / "ims.sqlite3").write_bytes(b"no database at all" * 100)
    said = failure(broken, home)
    assert "file is not a database" in said
    assert "pip install" not in said

    said = failure(tmp_path / "new", home | {"IMS_MCP_LOCAL_PROCESSING_DELAY": "soon"})
    assert "IMS_MCP_LOCAL_PROCESSING_DELAY “soon”" in said


def test_a_missing_extra_is_what_is_said_where_it_is_the_extra(tmp_path: Path) -> None:
    """A package that cannot be imported, by way of a directory the user has named on PYTHONPATH."""
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "uvicorn.py").write_text("raise ModuleNotFoundError('no', name='uvicorn')\n")
    said = failure(tmp_path / "data", clean_environment(tmp_path, PYTHONPATH=str(tmp_path / "path")))
    assert "needs the Python package uvicorn" in said
    assert "-m pip install '.[local]'" in said


def test_of_a_trace_only_its_last_line_is_said(tmp_path: Path) -> None:
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "argparse.py").write_text("def f(n):\n    return f(n - 1) if n else 1 / 0\nf(20)\n")
    said = failure(tmp_path / "data", clean_environment(tmp_path, PYTHONPATH=str(tmp_path / "path")))
    assert said.startswith("The embedded IMS did not start: ZeroDivisionError: division by zero. To see it start")


def test_the_reason_reaches_a_call_once(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    called = run("call", "ListMediaBasicInfos", "--local", "--data-dir", str(tmp_path / "data"), home=tmp_path)
    assert called.returncode == 1
    assert called.stderr.count("is not a directory") == 1, called.stderr


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--port", "99999"), "99999"),
        (("--port", "-1"), "-1"),
        (("--credential-seconds", "-5"), "--credential-seconds “-5” is not a number of seconds"),
        (("--credential-seconds", "nan"), "--credential-seconds “nan” is not a number of seconds"),
        (("--processing-delay", "inf"), "--processing-delay “inf” is not a number of seconds"),
        (("--processing-delay", "1e9999"), "--processing-delay “1e9999” is not a number of seconds"),
        (("--reconnect-timeout", "0"), "--reconnect-timeout “0” is not a number of seconds"),
    ],
)
def test_numbers_that_make_no_sense_are_refused_in_one_sentence(
    tmp_path: Path, words: tuple[str, ...], part: str
) -> None:
    said = run("local", "--data-dir", str(tmp_path / "data"), *words, home=tmp_path)
    assert said.returncode in (1, 2)
    assert part in said.stderr
    assert "Traceback" not in said.stderr
    assert not (tmp_path / "data").exists()


def test_a_secret_of_the_users_is_named_and_not_printed_and_the_lines_are_fit_for_a_shell(tmp_path: Path) -> None:
    chosen = {"IMS_MCP_LOCAL_KEY_ID": "it's", "IMS_MCP_LOCAL_KEY_SECRET": "$(touch x)'\"".replace(" ", "")}
    with local_in(tmp_path, tmp_path, **chosen) as (_, _, printed):
        assert 'export ALIBABA_CLOUD_ACCESS_KEY_SECRET="$IMS_MCP_LOCAL_KEY_SECRET"' in printed
        assert chosen["IMS_MCP_LOCAL_KEY_SECRET"] not in printed
        if os.name == "posix":
            shown = subprocess.run(
                ["sh", "-c", f'{printed}\nprintf %s "$ALIBABA_CLOUD_ACCESS_KEY_SECRET"'],
                env={**os.environ, **chosen},
                capture_output=True,
                text=True,
                check=True,
            )
            assert shown.stdout == chosen["IMS_MCP_LOCAL_KEY_SECRET"]


def test_typed_in_a_terminal_it_keeps_local_local(tmp_path: Path) -> None:
    with local_in(tmp_path, tmp_path) as (_, ims, printed):
        assert "export ALIBABA_CLOUD_ACCESS_KEY_ID=local\n" in printed
        assert "export ALIBABA_CLOUD_ACCESS_KEY_SECRET=local\n" in printed
        ims.put("a.bin", b"a")
        if os.name == "posix":
            entries = [ims.data_dir, *ims.data_dir.rglob("*")]
            assert {entry.name: oct(entry.lstat().st_mode) for entry in entries if entry.lstat().st_mode & 0o077} == {}


def test_an_embedded_ims_that_says_nothing_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something listens at the port that endpoint.json names, and never answers."""
    monkeypatch.setattr("ims_mcp.cli.embedded._PROOF_SECONDS", 0.2)
    with running_ims(tmp_path / "data"):
        pass
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        write_announcement(tmp_path / "data", replace(GOOD, endpoint=url))
        endpoint = start(tmp_path / "data", clean_environment(tmp_path), lambda embedded: embedded.endpoint())
        assert endpoint != url


def test_its_own_words_are_not_hidden_as_if_they_were_its_keys(tmp_path: Path) -> None:
    """The documented key pair is local/local: a word that stands in many of its texts."""
    words = ("--local", "--data-dir", str(tmp_path / "data"))
    with ims_process(tmp_path / "data"):
        missing = run("call", "GetMediaInfo", "--InputURL", "oss://local-media/none.mp4", *words, home=tmp_path)
        assert "There is no media asset oss://local-media/none.mp4" in missing.stderr
        unknown = run("call", "ListPublicMediaBasicInfos", *words, home=tmp_path)
        assert "The local IMS does not do ListPublicMediaBasicInfos" in unknown.stderr


def test_its_log_goes_on_to_stderr(tmp_path: Path) -> None:
    words = ("--local", "--data-dir", str(tmp_path / "data"), "--log-level", "info")
    called = run("call", "ListMediaBasicInfos", *words, home=tmp_path)
    assert called.returncode == 0, called.stderr
    assert '"message": "the local IMS listens on http://127.0.0.1:' in called.stderr
