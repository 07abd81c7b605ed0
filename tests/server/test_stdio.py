"""The server as clients start it: a process, JSON-RPC on its stdin and stdout, nothing contacted before a call."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import pytest

from ims_mcp.errors import LocalImsError
from tests.client.scripted_service import Answer, ScriptedService
from tests.local_ims.server import running_ims, wait_for
from tests.server.piped import INITIALIZE, KEYS, WAIT_SECONDS, heed_ctrl_c, piped

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
        rest, errors = process.communicate(timeout=60)
        assert rest == ""
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait(60)
    return answers, errors


def test_it_starts_lists_and_ends_with_stdin_without_any_credentials(tmp_path: Path) -> None:
    answers, errors = talk([*HANDSHAKE, LIST], environment={"HOME": str(tmp_path)})
    assert answers[0]["result"]["serverInfo"]["name"] == "ims-mcp"
    assert len(answers[1]["result"]["tools"]) == 23
    assert errors == ""


def test_nothing_is_contacted_and_no_credential_looked_up_before_the_first_call(tmp_path: Path) -> None:
    prompts: dict[str, Any] = {"jsonrpc": "2.0", "id": 3, "method": "prompts/list", "params": {}}
    _, errors = talk(
        [*HANDSHAKE, LIST, prompts],
        command=[sys.executable, "-c", WATCHED, "serve"],
        environment={"HOME": str(tmp_path)},
    )
    assert "WATCHED" not in errors


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
        [sys.executable, "-m", "ims_mcp", "serve", *options], capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode in (1, 2)
    assert part in run.stderr
    assert run.stdout == ""


def test_what_is_still_open_when_stdin_ends_is_answered(tmp_path: Path) -> None:
    with (
        ScriptedService(usual=Answer(delay_seconds=0.5)) as service,
        piped(tmp_path, "--endpoint", service.url) as server,
    ):
        server.listen()
        server.greet()
        server.call("first", "get_media_info", {"MediaId": "m"})  # which loads what a call needs
        assert server.answer()["id"] == "first"
        for number in range(50):
            server.request(number, "tools/list")
        server.call("slow", "get_media_info", {"MediaId": "m"})
        server.stdin.close()
        answers = {answer["id"]: answer for answer in server.rest()}
        assert server.ended() == (0, "")
    assert set(answers) == {*range(50), "slow"}
    assert all("result" in answer for answer in answers.values()), answers["slow"]


def test_a_last_message_without_a_line_end_is_answered(tmp_path: Path) -> None:
    with piped(tmp_path) as server:
        server.listen()
        server.greet()
        server.stdin.write(b'{"jsonrpc":"2.0","id":1,"method":"ping"}')
        server.stdin.close()
        assert server.rest() == [{"jsonrpc": "2.0", "id": 1, "result": {}}]
        assert server.ended() == (0, "")


@pytest.mark.parametrize("begun", [b"", b"\n", b'{"jsonrpc":"2.0","id":1,"meth'], ids=["nothing", "a blank", "half"])
def test_a_stdin_that_ends_early_ends_it_in_order(begun: bytes, tmp_path: Path) -> None:
    with piped(tmp_path) as server:
        server.listen()
        server.stdin.write(begun)
        server.stdin.close()
        assert server.ended()[0] == 0
        assert [message for message in server.rest() if "result" in message] == []


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("register_media_info", {"InputURL": "oss://bucket/a.mp4", "wait_seconds": 40}),
        (
            "call_write_operation",
            {"operation": "RegisterMediaInfo", "arguments": {"InputURL": "oss://b/a.mp4", "wait_seconds": 40}},
        ),
        ("wait_for_job", {"operation": "RegisterMediaInfo", "ids": {"MediaId": "m"}}),
    ],
)
def test_a_call_that_waits_is_broken_off_when_stdin_ends(tool: str, arguments: dict[str, Any], tmp_path: Path) -> None:
    pending = Answer(body={"MediaId": "m", "MediaInfo": {"MediaBasicInfo": {"MediaId": "m", "Status": "Preparing"}}})
    with ScriptedService(usual=pending) as service, piped(tmp_path, "--endpoint", service.url) as server:
        server.listen()
        server.greet()
        server.request(1, "tools/call", {"name": tool, "arguments": arguments, "_meta": {"progressToken": 1}})
        assert server.answer()["method"] == "notifications/progress"
        server.stdin.close()
        [answer] = [message for message in server.rest() if "id" in message]
        assert server.ended()[0] == 0
    assert answer["error"]["message"] == "Connection closed"


def is_full(pipe: IO[bytes]) -> bool:
    """Whether as much waits in a pipe as fits."""
    assert sys.platform == "linux"
    import fcntl
    import termios

    waiting = fcntl.ioctl(pipe, termios.FIONREAD, bytes(4))
    return int.from_bytes(waiting, sys.byteorder) > fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ) - 4096


@pytest.mark.skipif(sys.platform != "linux", reason="what waits in a pipe is counted as Linux does")
def test_requests_are_read_only_as_fast_as_answers_are_and_an_unread_server_ends_with_stdin(tmp_path: Path) -> None:
    # Long, so that little of it fits into the pipe; 26 KB an answer, so that a few hundred are enough.
    request = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": {"padding": "x" * 8000}}}
    line = json.dumps(request).encode() + b"\n"
    with piped(tmp_path) as server:
        server.send({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": INITIALIZE})
        assert server.stdout.readline()  # it has come up; from here on nobody listens
        os.set_blocking(server.stdin.fileno(), False)
        sent = left = 0
        while sent < 2000 and (select.select([], [server.stdin], [], 2)[1] or not is_full(server.stdout)):
            left = left or len(line)
            with suppress(BlockingIOError):
                left -= os.write(server.stdin.fileno(), line[-left:])
            sent += not left
        assert 500 < sent < 2000
        server.stdin.close()
        assert server.process.wait(WAIT_SECONDS) == 0


def test_nothing_but_the_protocol_can_reach_its_pipes(tmp_path: Path) -> None:
    noisy = (
        "import os, subprocess, sys\n"
        "from ims_mcp.server.build import ImsServer\n"
        "quiet = ImsServer.list_tools\n"
        "async def loud(self, context, params):\n"
        "    print('noise', flush=True)\n"
        "    subprocess.run([sys.executable, '-c', 'import sys; print(sys.stdin.read() or 0)'])\n"
        "    return await quiet(self, context, params)\n"
        "ImsServer.list_tools = loud\n"
        "from ims_mcp.cli import main\n"
        "raise SystemExit(main())\n"
    )
    with piped(tmp_path, command=[sys.executable, "-c", noisy]) as server:
        server.listen()
        server.greet()
        server.request(1, "tools/list")
        assert server.answer()["id"] == 1
        code, errors = server.end()
    assert code == 0
    assert "noise" in errors


@pytest.mark.parametrize(
    "how", ["close", pytest.param("signal", marks=pytest.mark.skipif(sys.platform == "win32", reason="POSIX"))]
)
def test_transfers_hear_of_the_end_before_their_calls_are_broken_off(how: str, tmp_path: Path) -> None:
    watched = (
        "import anyio, sys\n"
        "from ims_mcp.workflows.transfers.manager import TransferManager\n"
        "def say(word): print(word, file=sys.stderr, flush=True)\n"
        "async def upload(self, *_, **__):\n"
        "    say('begun')\n"
        "    try: await anyio.sleep_forever()\n"
        "    finally: say('broken off')\n"
        "TransferManager.upload, TransferManager.end = upload, lambda self: say('end')\n"
        "from ims_mcp.cli import main\n"
        "raise SystemExit(main())\n"
    )
    with piped(tmp_path, command=[sys.executable, "-c", watched]) as server:
        server.listen()
        server.greet()
        server.call(1, "upload_media", {"path": "/a.mp4"})
        assert server.stderr.readline() == b"begun\n"
        code, errors = server.end() if how == "close" else server.signalled(signal.SIGTERM)
    assert (code, errors.split("\n")) == (0, ["end", "broken off", ""])


def test_a_client_that_has_gone_ends_it_with_one_line(tmp_path: Path) -> None:
    with piped(tmp_path) as server:
        server.stdout.close()
        server.send({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INITIALIZE})
        code, errors = server.ended()
    assert code == 0
    assert errors.splitlines() == ["ims-mcp serve has ended: its client no longer reads stdout (Broken pipe)."]


@pytest.mark.skipif(sys.platform != "linux", reason="file names in any bytes")
def test_an_answer_with_a_name_that_is_not_utf8_arrives_and_the_server_goes_on(tmp_path: Path) -> None:
    named = os.fsdecode(os.fsencode(tmp_path) + b"/\xca\xd3\xc6\xb5")  # in GBK
    Path(named).mkdir()
    with piped(tmp_path, "--upload-dir", named) as server:
        server.listen()
        server.greet()
        server.call(1, "upload_media", {"path": str(tmp_path / "elsewhere.mp4")})
        assert server.answer()["result"]["isError"]
        server.request(2, "ping")
        assert server.answer()["id"] == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 0), ("SIGHUP", 0)])
def test_one_signal_ends_it_whatever_is_under_way(name: str, code: int, tmp_path: Path) -> None:
    with ScriptedService(usual=Answer(fault="silent")) as service, piped(tmp_path, "--endpoint", service.url) as server:
        server.listen()
        server.greet()
        server.call(1, "get_media_info", {"MediaId": "m"})
        assert service.wait_until(lambda its: its.count == 1, WAIT_SECONDS)
        assert server.signalled(getattr(signal, name)) == (code, "")
        assert [answer["error"]["message"] for answer in server.rest()] == ["Connection closed"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_takes_the_embedded_ims_along_and_a_second_one_does_not_wait_for_it(tmp_path: Path) -> None:
    assert sys.platform != "win32"
    data = tmp_path / "data"
    with piped(tmp_path, "--local", "--data-dir", str(data)) as server:
        server.listen()
        server.greet()
        server.call(1, "list_media_basic_infos", {})
        assert "result" in server.answer()
        ims = json.loads((data / "endpoint.json").read_text())["pid"]
        os.kill(ims, signal.SIGSTOP)  # it cannot end, so the server waits for it
        try:
            server.call(2, "list_media_basic_infos", {})
            server.request(3, "ping")
            assert server.answer()["id"] == 3
            server.process.send_signal(signal.SIGINT)
            assert server.answer()["error"]["message"] == "Connection closed"  # the first Ctrl-C has been heard
            server.process.send_signal(signal.SIGINT)
            assert server.process.wait(WAIT_SECONDS) == 130
        finally:
            os.kill(ims, signal.SIGCONT)  # fails where the server has waited, and killed it in the end
        wait_for(lambda: None if (data / "endpoint.json").exists() else True)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("end", ["stdin", "SIGTERM", "SIGHUP", "SIGKILL"])
@pytest.mark.parametrize(
    "while_it",
    [pytest.param("starts", marks=pytest.mark.slow), pytest.param("is idle", marks=pytest.mark.slow), "works"],
)
def test_however_it_ends_the_embedded_ims_goes_with_it(end: str, while_it: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with piped(tmp_path, "--local", "--data-dir", str(data)) as server:
        server.listen()
        server.greet()
        server.call(1, "list_media_basic_infos", {})
        if while_it == "starts":
            wait_for(lambda: True if (data / "lock").exists() else None)
        else:
            assert "result" in server.answer()
        if while_it == "works":
            for number in range(20):
                server.call(f"busy {number}", "register_media_info", {"InputURL": f"oss://local-media/{number}.mp4"})
        code, _ = server.end() if end == "stdin" else server.signalled(getattr(signal, end))
    assert code == (-signal.SIGKILL if end == "SIGKILL" else 0)

    def is_free() -> bool | None:
        with suppress(LocalImsError), running_ims(data):
            return True
        return None

    wait_for(is_free)


def test_a_cancelled_call_is_not_answered_and_the_next_one_is(tmp_path: Path) -> None:
    with ScriptedService(usual=Answer(fault="silent")) as service, piped(tmp_path, "--endpoint", service.url) as server:
        server.listen()
        server.greet()
        server.call(1, "get_media_info", {"MediaId": "m"})
        assert service.wait_until(lambda its: its.count == 1, WAIT_SECONDS)
        server.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}})
        server.request(2, "ping")
        assert server.answer()["id"] == 2
        server.stdin.close()
        assert server.rest() == []


def test_progress_is_told_to_who_asked_for_it_and_to_nobody_else(tmp_path: Path) -> None:
    done = Answer(body={"MediaId": "m", "MediaInfo": {"MediaBasicInfo": {"MediaId": "m", "Status": "Normal"}}})
    call = {"name": "wait_for_job", "arguments": {"operation": "RegisterMediaInfo", "ids": {"MediaId": "m"}}}
    with ScriptedService(usual=done) as service, piped(tmp_path, "--endpoint", service.url) as server:
        server.listen()
        server.greet()
        server.request("quiet", "tools/call", call)
        assert server.answer()["id"] == "quiet"
        server.request("told", "tools/call", {**call, "_meta": {"progressToken": "mine"}})
        told = server.answer()
        assert (told["method"], told["params"]["progressToken"]) == ("notifications/progress", "mine")
        assert "id" in server.answer()
        assert server.end()[0] == 0
        assert server.rest() == []


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals of POSIX")
class TestOnATerminal:
    """stdin is a terminal, where a person has typed the command."""

    @staticmethod
    def begin(home: Path, *options: str) -> tuple[subprocess.Popen[bytes], int]:
        assert sys.platform != "win32"
        import fcntl
        import termios

        heed_ctrl_c()
        ours, theirs = os.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "ims_mcp", *options],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **KEYS, "HOME": str(home)},
            start_new_session=True,
            # So that Ctrl-C there is a signal here.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509
        )
        os.close(theirs)
        return process, ours

    def test_it_says_what_it_is_and_one_ctrl_c_ends_it(self, tmp_path: Path) -> None:
        process, keys = self.begin(tmp_path, "serve", "--local")
        assert process.stdout and process.stderr
        said = [process.stderr.readline().decode() for _ in range(4)]
        assert "speaks MCP on stdin and stdout: it waits for a client program" in said[0]
        entry = json.loads(said[2])["mcpServers"]["ims"]
        assert Path(entry["command"]).is_absolute()
        assert entry["args"][-2:] == ["serve", "--local"]
        assert "Ctrl-C ends it" in said[3]
        os.write(keys, b"\n")
        os.write(keys, b"\x03")
        printed, errors = process.communicate(timeout=WAIT_SECONDS)
        os.close(keys)
        assert (process.returncode, printed) == (130, b"")
        assert errors == b"ims-mcp serve has ended. It was waiting for an MCP client to write to its stdin.\n"

    def test_it_says_which_calls_it_was_waiting_for(self, tmp_path: Path) -> None:
        with ScriptedService(usual=Answer(fault="silent")) as service:
            process, keys = self.begin(tmp_path, "serve", "--endpoint", service.url)
            assert process.stdout
            for message in [*HANDSHAKE, CALL]:
                os.write(keys, json.dumps(message).encode() + b"\n")
            assert service.wait_until(lambda its: its.count == 1, WAIT_SECONDS)
            os.write(keys, b"\x03")
            _, errors = process.communicate(timeout=WAIT_SECONDS)
            os.close(keys)
        assert process.returncode == 130
        assert errors.decode().splitlines()[-1].endswith("It was waiting for a call to end: get_media_info.")

    def test_a_client_program_is_told_nothing(self, tmp_path: Path) -> None:
        with piped(tmp_path) as server:
            assert server.end() == (0, "")
