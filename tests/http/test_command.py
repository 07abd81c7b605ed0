"""``ims-mcp serve --http``: what it says, what it refuses, how it ends, and what stdio does not pay for it."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from ims_mcp.server.http.question_state import KEY_VARIABLE
from ims_mcp.settings import ENVIRONMENT
from tests.cli.running import KEYS, clean_environment, run
from tests.http.served import KEY, headers_of, message
from tests.server.connected import content_of

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@contextmanager
def started(
    home: Path, *words: str, stdout: Any = None, **environment: str
) -> Generator[tuple[str, subprocess.Popen[str], IO[str]]]:
    """A process that serves: its address, itself, and the rest of what it says."""
    command = [sys.executable, "-m", "ims_mcp", "serve", "--http", "--port", "0", *words]
    env = clean_environment(home, **environment)
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, env=env, stdin=nothing, stdout=stdout, stderr=pipe, text=True) as process:
        try:
            assert process.stderr is not None
            said = process.stderr.readline()
            found = re.search(r"http://[0-9.]+:\d+/mcp", said)
            assert found is not None, said + process.stderr.read()
            entry = json.loads(process.stderr.readline())["mcpServers"]["ims"]
            assert entry["type"] == "http"
            assert entry["url"] == ("https://mcp.example.com/mcp" if "mcp.example.com" in words else found[0])
            assert ("Authorization" in entry.get("headers", {})) is ("tokens" in words)
            yield found[0], process, process.stderr
        finally:
            process.kill()


@POSIX
@pytest.mark.anyio
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_serves_the_embedded_ims_until_it_is_asked_to_end(tmp_path: Path, number: signal.Signals) -> None:
    with started(tmp_path, "--local") as (url, process, said):
        async with Client(url) as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            assert not {"upload_media", "upload_stream"} & set(names)
            assert {"create_upload", "transfer_status", "cancel_transfer"} <= set(names)
            assert "upload_media" not in (client.instructions or "upload_media")
            assert content_of(await client.call_tool("find_media", {"text": "x"}))
            assert content_of(await client.call_tool("transfer_status", {}))["transfers"] == []
        process.send_signal(number)
        assert process.wait(60) == 0
        assert said.read() == "ims-mcp serve takes no more calls and ends when those that run have been answered.\n"


@POSIX
@pytest.mark.anyio
async def test_other_machines_are_let_in_by_their_tokens(tmp_path: Path) -> None:
    file = str(tmp_path / "tokens")
    token = run("token", "add", "ann", "--scopes", "ims:read", "--tokens", file, home=tmp_path).stdout.strip()
    words = ("--local", "--host", "0.0.0.0", "--allowed-host", "mcp.example.com", "--auth", "tokens", "--tokens", file)
    with started(tmp_path, *words) as (listening, process, said):
        url = listening.replace("0.0.0.0", "127.0.0.1")
        headers = {"Host": "mcp.example.com"}
        assert httpx2.post(url, headers=headers, content=b"{}").status_code == 401
        headers["Authorization"] = f"Bearer {token}"
        async with (
            httpx2.AsyncClient(headers=headers, timeout=60) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            assert content_of(await client.call_tool("find_media", {"text": "x"}))
            with pytest.raises(MCPError, match="ims:destructive"):
                await client.call_tool("delete_media_infos", {"MediaIds": "a" * 32})
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert token not in said.read()


@POSIX
def test_a_second_ctrl_c_ends_it_as_it_stands(tmp_path: Path) -> None:
    with started(tmp_path, "--endpoint", "http://127.0.0.1:9", **KEYS) as (url, process, said):
        body = message("tools/call", {"name": "get_media_info", "arguments": {"MediaId": "a" * 32}})
        # The headers are enough to be a call, and the body does not come.
        head = {**headers_of("tools/call"), "Content-Length": str(len(body))}
        host, _, port = url.removeprefix("http://").removesuffix("/mcp").partition(":")
        with socket.create_connection((host, int(port)), timeout=60) as made:
            lines = [f"Host: {host}:{port}", *(f"{name}: {value}" for name, value in head.items())]
            made.sendall("\r\n".join(["POST /mcp HTTP/1.1", *lines, "", ""]).encode())
            assert httpx2.get(url.replace("/mcp", "/readyz")).status_code == 200
            process.send_signal(signal.SIGINT)
            assert said.readline()
            assert httpx2.get(url.replace("/mcp", "/readyz")).status_code == 503
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 130


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--host", "0.0.0.0", "--allowed-host", "mcp.example.com"], "nothing says who may call"),
        (["--host", "0.0.0.0", "--auth", "none"], "--auth none lets in whoever"),
        (["--host", "mcp.example.com"], "can be reached from other machines"),
        (["--upload-dir", "."], "--upload-dir cannot be used with --http"),
        (["--upload-dir", "/no/such"], "--upload-dir cannot be used with --http"),
        (["--max-upload-bytes", "9", "--state-dir", "x"], "--max-upload-bytes, --state-dir cannot be used"),
        (["--allowed-host", "https://x"], "is not a host"),
        (["--allowed-origin", "x"], "is not an origin"),
        (["--tokens", "x"], "--tokens means nothing with --auth none, the default. Add --auth tokens in its place"),
        (["--issuer", "https://x.example"], "the default. Add --auth oauth in its place, or leave --issuer out."),
        (
            [
                "--host",
                "192.0.2.1",
                "--auth",
                "oauth",
                "--issuer",
                "https://x.example",
                "--audience",
                "https://x.example",
            ],
            "192.0.2.1 is no address of this machine",
        ),
        (["--redis", "http://127.0.0.1"], "The Redis address “http://127.0.0.1” cannot be used"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(words: list[str], told: str, tmp_path: Path) -> None:
    done = run("serve", "--http", *words, home=tmp_path)
    assert done.returncode == 1
    assert told in done.stderr


def test_variables_are_refused_as_options_are(tmp_path: Path) -> None:
    for variable, option in (("UPLOAD_DIRS", "--upload-dir"), ("STATE_DIR", "--state-dir")):
        done = run("serve", "--http", home=tmp_path, **{f"IMS_MCP_{variable}": str(tmp_path)})
        assert (done.returncode, option in done.stderr) == (1, True)


def test_a_redis_is_refused_on_stdio_and_its_password_not_shown(tmp_path: Path) -> None:
    done = run("serve", home=tmp_path, IMS_MCP_REDIS_URL="redis://:HiddenPassword1@127.0.0.1:1")
    assert done.returncode == 1
    assert "IMS_MCP_REDIS_URL is set, and a server on stdio has one client" in done.stderr
    assert "Hidden" not in done.stderr


def test_a_server_starts_while_its_redis_is_away(tmp_path: Path) -> None:
    words = ("--redis", "redis://:HiddenPassword1@127.0.0.1:9/0")
    with started(tmp_path, *words, IMS_MCP_STATE_KEY=KEY) as (url, process, said):
        assert httpx2.get(url.replace("/mcp", "/readyz")).text == "ok, redis away\n"
        process.terminate()
        assert process.wait(60) == (0 if sys.platform != "win32" else 1)
        assert "HiddenPassword1" not in said.read()


def test_several_replicas_without_a_key_are_warned_of_at_once(tmp_path: Path) -> None:
    done = run(
        "serve", "--http", "--redis", "redis://127.0.0.1:9/0", "--host", "192.0.2.1", "--auth", "none", home=tmp_path
    )
    assert KEY_VARIABLE not in done.stderr  # what is wrong comes first
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("serve", "--http", "--redis", "redis://127.0.0.1:9/0", "--port", port, home=tmp_path)
    assert (
        f"{KEY_VARIABLE} is not set: the user's answer to a question is taken by the replica that asked" in done.stderr
    )


@pytest.mark.parametrize("words", [["http"], ["--transport", "streamable-http"]])
def test_how_other_servers_are_told_of_http_leads_to_the_option(words: list[str], tmp_path: Path) -> None:
    done = run("serve", *words, home=tmp_path)
    assert done.returncode == 2
    assert "add --http to serve over HTTP" in done.stderr


def test_a_bad_state_key_is_refused_and_not_shown(tmp_path: Path) -> None:
    done = run("serve", "--http", "--port", "0", home=tmp_path, IMS_MCP_STATE_KEY="recognisable")
    assert done.returncode == 1
    assert "IMS_MCP_STATE_KEY" in done.stderr
    assert "recognisable" not in done.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("serve", "--http", "--port", port, home=tmp_path)
    assert done.returncode == 1
    assert f"Port {port} of 127.0.0.1 cannot be used" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["--port", "1"],
        ["--host", "127.0.0.1"],
        ["--max-calls", "3"],
        ["--allowed-host", "x"],
        ["--auth", "none"],
        ["--redis", "x"],
    ],
)
def test_what_is_for_http_only_says_so(words: list[str], tmp_path: Path) -> None:
    done = run("serve", *words, home=tmp_path)
    assert done.returncode == 2
    assert f"{words[0]} is for serving over HTTP: add --http." in done.stderr


@pytest.mark.parametrize("words", [["--max-calls", "0"], ["--max-calls-per-caller", "x"], ["--port", "65536"]])
def test_bounds_are_numbers(words: list[str], tmp_path: Path) -> None:
    assert run("serve", "--http", *words, home=tmp_path).returncode == 2


def read_page(name: str = "http.md") -> str:
    return (Path(__file__).resolve().parents[2] / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["http.md", "audit-and-traces.md"])
def test_a_page_names_options_and_variables_that_there_are(name: str, tmp_path: Path) -> None:
    page = read_page(name)
    helps = [run(*words, "--help", home=tmp_path).stdout for words in (["serve"], ["token", "add"])]
    helps.append((Path(__file__).resolve().parents[2] / "examples" / "over_http.py").read_text(encoding="utf-8"))
    elsewhere = {"--transport", "--header", "--help", "--port", "--save", "--appendonly", "--daemonize"}
    assert set(re.findall(r"--[a-z][a-z-]+", page)) - elsewhere <= set(re.findall(r"--[a-z][a-z-]+", " ".join(helps)))
    # The token is the clients' own.
    known = {*ENVIRONMENT, KEY_VARIABLE, "IMS_MCP_TOKEN"}
    assert set(re.findall(r"IMS_MCP_[A-Z_]+", page)) <= known


@POSIX
def test_the_ten_minutes_are_true_as_far_as_one_process_goes(tmp_path: Path) -> None:
    """The commands of the steps from the tokens on, as they stand, but for the programs of others and the ports."""
    page = read_page()
    steps = re.findall(r"```bash\n(.*?)```", page.partition("## Clients")[0], re.DOTALL)
    tokens, accounts = (step.replace("~", "$HOME") for step in steps[3:5])
    program = f'ims-mcp() {{ {shlex.quote(sys.executable)} -m ims_mcp "$@"; }}\n'
    environment = steps[5][steps[5].index("cat >") : steps[5].index("for port")].replace("~", "$HOME")
    script = "set -e\n" + program + tokens + accounts + environment + "ims-mcp config check; echo $IMS_MCP_REDIS_URL"
    done = subprocess.run(
        ["bash", "-c", script], env=clean_environment(tmp_path), capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr.count("It is shown this once")) == (0, 2), done.stderr
    assert "archive  cn-shanghai  an embedded IMS of its own" in done.stdout
    assert done.stdout.endswith("redis://127.0.0.1:6379/0\n")
    assert len(re.findall(r"^imsmcp_", done.stdout, re.MULTILINE)) == 2


def test_stdio_imports_nothing_of_it() -> None:
    """What the SDK imports by itself it imports anyway."""
    code = "import sys, {module}; print(*sorted(m for m in sys.modules if m.split('.')[0] in {names}))"
    names = ("starlette", "uvicorn", "h11", "jwt", "redis")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    def modules(module: str) -> set[str]:
        command = [sys.executable, "-c", code.format(module=module, names=(*names, "ims_mcp"))]
        return set(subprocess.run(command, capture_output=True, text=True, check=True, env=env).stdout.split())

    ours, sdk = modules("ims_mcp.cli.serve"), modules("mcp.server.lowlevel")
    assert not [name for name in ours if name.startswith(("ims_mcp.server.http", "ims_mcp.http_protocol"))]
    foreign = {name for name in ours - sdk if not name.startswith("ims_mcp")}
    assert foreign == set()
