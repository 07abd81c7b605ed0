"""The server as clients start it: a process, JSON-RPC on its stdin and stdout, nothing contacted before a call."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.client.scripted_service import ScriptedService

HANDSHAKE: list[dict[str, Any]] = [
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
]
LIST: dict[str, Any] = {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}}
CALL: dict[str, Any] = {
    "jsonrpc": "2.0",
    "id": 4,
    "method": "tools/call",
    "params": {"name": "get_media_info", "arguments": {"MediaId": "m"}},
}
# Runs the server under an audit hook that writes down what reaches outside: connections, name look-ups, credentials.
WATCHED = """
import sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        print("WATCHED", event, arguments[-1], file=sys.stderr, flush=True)
    elif event == "import" and str(arguments[0]).split(".")[0] in ("alibabacloud_credentials", "oss2", "av"):
        print("WATCHED", event, arguments[0], file=sys.stderr, flush=True)
    elif event == "open" and ".aliyun" in str(arguments[0]):
        print("WATCHED", event, arguments[0], file=sys.stderr, flush=True)
sys.addaudithook(watch)
sys.argv = ["ims-mcp", *sys.argv[1:]]
from ims_mcp.cli import main
raise SystemExit(main())
"""


def talk(
    messages: list[dict[str, Any]],
    *options: str,
    command: list[str] | None = None,
    environment: dict[str, str] | None = None,
) -> tuple[list[dict[str, Any]], str]:
    """Send messages, wait for as many answers as there are ids, close stdin; (answers, stderr). stdout is all JSON."""
    wanted = sum("id" in message for message in messages)
    process = subprocess.Popen(
        command or [sys.executable, "-m", "ims_mcp", "serve", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
        text=True,
    )
    assert process.stdin
    assert process.stdout
    answers: list[dict[str, Any]] = []
    try:
        process.stdin.write("".join(json.dumps(message) + "\n" for message in messages))
        process.stdin.flush()
        while sum("id" in answer for answer in answers) < wanted:
            line = process.stdout.readline()
            assert line, "the server ended before it had answered"
            answers.append(json.loads(line))
        rest, errors = process.communicate(timeout=20)
        assert rest == ""
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait(10)
    return answers, errors


def test_it_starts_lists_and_ends_with_stdin_without_any_credentials(tmp_path: Path) -> None:
    answers, errors = talk([*HANDSHAKE, LIST], environment={"HOME": str(tmp_path)})
    assert answers[0]["result"]["serverInfo"]["name"] == "ims-mcp"
    assert len(answers[1]["result"]["tools"]) == 20
    assert errors == ""


def test_nothing_is_contacted_and_no_credential_looked_up_before_the_first_call(tmp_path: Path) -> None:
    prompts: dict[str, Any] = {"jsonrpc": "2.0", "id": 3, "method": "prompts/list", "params": {}}
    _, errors = talk(
        [*HANDSHAKE, LIST, prompts],
        command=[sys.executable, "-c", WATCHED, "serve"],
        environment={"HOME": str(tmp_path)},
    )
    # The one thing that is looked at is which region the CLI's profile is for.
    watched = [line for line in errors.splitlines() if "WATCHED" in line]
    assert watched == [f"WATCHED open {tmp_path / '.aliyun' / 'config.json'}"]


def test_the_watch_sees_what_a_first_call_does(tmp_path: Path) -> None:
    with ScriptedService() as service:
        answers, errors = talk(
            [*HANDSHAKE, CALL],
            command=[sys.executable, "-c", WATCHED, "serve", "--endpoint", service.url],
            environment={
                "HOME": str(tmp_path),
                "ALIBABA_CLOUD_ACCESS_KEY_ID": "id",
                "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "secret",
            },
        )
    assert "isError" not in answers[1]["result"] or not answers[1]["result"]["isError"], answers[1]
    contacted = [line for line in errors.splitlines() if line.startswith("WATCHED socket.connect")]
    assert contacted
    assert all("127.0.0.1" in line for line in contacted)


def test_a_missing_credential_is_an_error_of_the_call_that_says_how_to_set_one(tmp_path: Path) -> None:
    unset = {name: "" for name in os.environ if name.startswith("ALIBABA_CLOUD_")}
    answers, _ = talk([*HANDSHAKE, CALL], environment={"HOME": str(tmp_path), **unset})
    text = answers[1]["result"]["content"][0]["text"]
    assert answers[1]["result"]["isError"]
    assert "ALIBABA_CLOUD_ACCESS_KEY_ID" in text
    assert "--local" in text


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (("--region", "Shanghai!"), "“Shanghai!” (--region) is not a region id"),
        (("--endpoint", "http://ice.example.com"), "unencrypted"),
        (("--endpoint", "https://a/b?c"), "is not a host"),
        (("--log-level", "loud"), "“loud” is unknown"),
        (("--colour",), "does not know --colour"),
    ],
)
def test_a_setting_that_cannot_be_used_is_said_on_stderr_and_nothing_is_served(
    options: tuple[str, ...], part: str
) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "ims_mcp", "serve", *options], capture_output=True, text=True, timeout=30, check=False
    )
    assert run.returncode in (1, 2)
    assert part in run.stderr
    assert run.stdout == ""
