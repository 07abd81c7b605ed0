"""`ims-mcp record`: a stream is recorded and followed to its end, and can be followed again."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ims_mcp.cli.demo_stream import serve_stream
from ims_mcp.local.media.clip import make_clip
from tests.cli.pseudo_terminal import look, see
from tests.cli.running import run
from tests.client.scripted_service import Answer, Arrived, ScriptedService
from tests.local_ims.server import running_ims

SECONDS = 2


@contextmanager
def streaming(flv: bytes) -> Generator[str]:
    """The address of a stream of a few seconds, from a loop of its own."""
    ready, over, address = threading.Event(), threading.Event(), list[str]()

    async def serve() -> None:
        async with serve_stream(flv) as at:
            address.append(at)
            ready.set()
            await asyncio.to_thread(over.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(60)
    try:
        yield address[0]
    finally:
        over.set()
        thread.join(60)


@pytest.fixture(scope="module")
def flv(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("flv") / "live.flv"
    return make_clip(path, seconds=SECONDS, width=160, height=90, subtitles=False).read_bytes()


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    directory = tmp_path_factory.mktemp("ims") / "data"
    with running_ims(directory, processing_delay_seconds=0, reconnect_timeout_seconds=0.5):
        yield directory


def test_a_stream_is_recorded_and_its_file_is_shown(flv: bytes, data_dir: Path, tmp_path: Path) -> None:
    states: set[str] = set()
    with streaming(flv) as address:
        seen = see(
            tmp_path,
            *("record", address, "--to", "oss://local-media", "--template", "system-mp4"),
            *("--local", "--data-dir", str(data_dir)),
            on_output=lambda _, terminal: states.update(re.findall(r"records|stream has ended", terminal.text)),
        )
    assert (seen.code, seen.terminal.unknown) == (0, []), seen.text
    assert seen.terminal.shows_cursor
    assert "records" in states
    lines = seen.text.splitlines()
    assert lines[0].startswith("succeeded · paused · after")
    assert any("duration 2.0 s" in line for line in lines), seen.text
    job = lines[1].split()[1]
    followed = run("record", "--follow", job, "--json", "--local", "--data-dir", str(data_dir), home=tmp_path)
    (file,) = json.loads(followed.stdout)["result"]["files"]
    assert file["format"] == "mp4"
    piped = run("record", "--follow", job, "--local", "--data-dir", str(data_dir), home=tmp_path)
    assert piped.stdout.splitlines()[0] == f"job {job}, succeeded, paused"
    assert piped.stdout.splitlines()[1].startswith("url http")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ((), "URL: give either the stream"),
        (("rtmp://h/a/s",), "--to: missing"),
        (("rtmp://h/a/s", "--to", "bucket"), "'bucket' is not oss://BUCKET or vod://BUCKET"),
        (("rtmp://h/a/s", "--follow", "j"), "URL: give either the stream"),
        (("rtmp://h/a/s", "--to", "oss://local-media"), "(named 'system-mp4': mp4, system)"),
        (("http://h/a", "--to", "oss://local-media", "--template", "system-mp4"), "URL"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_recorded(
    words: tuple[str, ...], part: str, data_dir: Path, tmp_path: Path
) -> None:
    ended = look(tmp_path, "record", *words, "--local", "--data-dir", str(data_dir))
    assert (ended.code, ended.text) == (2, "")
    said = run("record", *words, "--local", "--data-dir", str(data_dir), home=tmp_path)
    assert part in said.stderr, said.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a signal of POSIX")
def test_ctrl_c_ends_the_watching_and_says_how_it_is_followed(tmp_path: Path) -> None:
    def answer(request: Arrived) -> Answer:
        bodies: dict[str, dict[str, Any]] = {
            "ListLiveRecordTemplates": {"RecordTemplateList": []},
            "SubmitLiveRecordJob": {"JobId": "j-1"},
            "GetLiveRecordJob": {"RecordJob": {"JobId": "j-1", "Status": "started", "Name": "x"}},
            "ListLiveRecordJobs": {"LiveRecordJobs": []},
        }
        return Answer(body={**bodies[request.action], "RequestId": "R"})

    template = "6a122df4-bdd5-59c7-9dc1-2f3037f9357b"
    with ScriptedService(usual=answer) as service:
        seen = see(
            tmp_path,
            *("record", "rtmp://h/live/show", "--to", "oss://my-bucket", "--template", template),
            *("--endpoint", service.url),
            interrupt=lambda text: "records" in text,
        )
    assert (seen.code, seen.terminal.unknown) == (130, []), seen.text
    assert seen.text.replace("\n", "").endswith("To follow it: ims-mcp record --follow j-1")
    assert [request.action for request in service.arrived].count("SubmitLiveRecordJob") == 1
