"""``--audit`` of the command: where it may go, where not, and that a server's end loses nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.audit.written import read_lines
from tests.cli.running import KEYS, clean_environment, run
from tests.client.scripted_service import ScriptedService
from tests.http.served import call
from tests.http.test_command import started
from tests.server.connected import text_of

pytestmark = pytest.mark.anyio
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
MAKE = {"operation": "AddCategory", "operation_arguments": {"CateName": "marked"}}


def test_over_stdio_stdout_is_not_the_audits(tmp_path: Path) -> None:
    done = run("serve", "--audit", "-", home=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "stdout carries MCP here. Name a file with --audit.\n"


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/stdout is a link of Linux")
def test_over_stdio_stdout_by_another_name_is_refused_too(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with out.open("wb") as stdout:
        command = [sys.executable, "-m", "ims_mcp", "serve", "--audit", str(out)]
        env = clean_environment(tmp_path)
        pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
        ended = subprocess.run(command, env=env, stdin=nothing, stdout=stdout, stderr=pipe, timeout=60, check=False)
    assert ended.returncode == 1
    assert b"is stdout, which carries MCP here" in ended.stderr


@pytest.mark.parametrize("words", [["serve"], ["serve", "--http", "--port", "0"]])
def test_a_server_whose_audit_cannot_be_written_does_not_start(tmp_path: Path, words: list[str]) -> None:
    done = run(*words, home=tmp_path, IMS_MCP_AUDIT=str(tmp_path / "missing" / "audit"))
    assert done.returncode == 1
    assert "audit cannot be written to" in done.stderr
    assert "No such file or directory" in done.stderr


async def test_over_stdio_a_call_leaves_its_line_by_the_time_the_server_has_ended(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    with ScriptedService() as service:
        words = ["-m", "ims_mcp", "serve", "--audit", str(path), "--endpoint", service.url]
        env = clean_environment(tmp_path, **KEYS)
        parameters = StdioServerParameters(command=sys.executable, args=words, env=env)
        async with Client(stdio_client(parameters)) as client:
            made = await client.call_tool("call_write_operation", MAKE)
            assert not made.is_error, text_of(made)
    (line,) = read_lines(path)
    assert (line["who"], line["operation"], line["outcome"]) == ("local", "AddCategory", "done")


@POSIX
@pytest.mark.parametrize("target", ["file", "-"])
async def test_over_http_everything_is_written_when_it_is_asked_to_end(tmp_path: Path, target: str) -> None:
    path, calls = tmp_path / "audit.jsonl", 5
    read, write = os.pipe()
    with ScriptedService() as service:
        words = ("--endpoint", service.url, "--audit", "-" if target == "-" else str(path))
        with started(tmp_path, *words, stdout=write, **KEYS) as (url, process, _):
            os.close(write)
            for _ in range(calls):
                assert (await call(url, "call_write_operation", MAKE)).status_code == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
            printed = os.read(read, 65_536)
            os.close(read)
    text = printed if target == "-" else path.read_bytes()
    assert [json.loads(line)["operation"] for line in text.splitlines()] == ["AddCategory"] * calls
    assert printed == (text if target == "-" else b"")
