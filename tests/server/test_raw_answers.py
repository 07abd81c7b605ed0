"""What a client of the 2025 era may answer to a question beside what the protocol allows: never a yes, never a bug."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import KEYS
from tests.client.scripted_service import ScriptedService
from tests.server.piped import Piped, piped
from tests.server.test_incoming import META
from tests.server.test_stdio import HANDSHAKE

ASKING: dict[str, Any] = {**HANDSHAKE[0], "params": {**HANDSHAKE[0]["params"], "capabilities": {"elicitation": {}}}}
ANSWERS: list[dict[str, Any]] = [
    {"error": {"code": -32603, "message": "no dialogs here"}},
    {"error": {"code": -32601, "message": "Method not found"}},
    {"result": {}},
    {"result": {"action": "yes"}},
    {"result": {"action": "accept"}},
    {"result": {"action": "accept", "content": None}},
    {"result": {"action": "accept", "content": "yes"}},
    {"result": {"action": "accept", "content": [True]}},
    {"result": {"action": "accept", "content": {"confirm": {"confirm": True}}}},
    {"result": {"action": "accept", "content": {"confirm": "false"}}},
    {"result": {"action": "decline", "content": {"confirm": True}}},
    {"result": {"action": "cancel"}},
]


class Wire:
    """JSON-RPC, a line a message."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin
        assert process.stdout
        self._stdin, self._stdout = process.stdin, process.stdout

    def send(self, message: dict[str, Any]) -> None:
        self._stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        self._stdin.flush()

    def receive(self, what: str) -> dict[str, Any]:
        """The next message with this member or of this method."""
        for line in self._stdout:
            message = json.loads(line)
            if what in message or message.get("method") == what:
                return message
        raise AssertionError("the server ended")


def test_whatever_is_answered_in_place_of_a_yes_the_text_says_that_nothing_was_sent(tmp_path: Path) -> None:
    with ScriptedService() as service:
        command = [sys.executable, "-m", "ims_mcp", "serve", "--endpoint", service.url]
        environment = {**os.environ, "HOME": str(tmp_path), **KEYS}
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environment) as process:
            try:
                wire = Wire(process)
                for message in (ASKING, HANDSHAKE[1]):
                    wire.send(message)
                wire.receive("result")
                for number, answer in enumerate(ANSWERS):
                    call = {"name": "delete_media_infos", "arguments": {"MediaIds": "m"}}
                    wire.send({"id": 100 + number, "method": "tools/call", "params": call})
                    question = wire.receive("elicitation/create")
                    wire.send({"id": question["id"], **answer})
                    told = wire.receive("result")["result"]
                    assert told["isError"] is True
                    text = told["content"][0]["text"]
                    assert "DeleteMediaInfos was not sent" in text, (answer, text)
                    assert "Nothing was sent" in text
                    assert "bug" not in text
            finally:
                process.kill()
        assert "DeleteMediaInfos" not in {request.action for request in service.arrived}


CANNOT_ASK: list[dict[str, Any]] = [
    {},
    {"elicitation": {"url": {}}},
    {"sampling": {}},
    {"experimental": {"elicitation": {}}},
]


CALL: dict[str, Any] = {"name": "delete_media_infos", "arguments": {"MediaIds": "m"}}
YES = {"inputResponses": {"confirm": {"action": "accept", "content": {"confirm": True}}}}
TRIES: list[dict[str, Any]] = [{}, YES, {**YES, "requestState": "v1.forged"}]


def check_refused(server: Piped, params: dict[str, Any]) -> None:
    server.request(1, "tools/call", params)
    told = server.answer()
    assert told["id"] == 1
    assert "error" in told or told["result"]["isError"] is True, told


@pytest.mark.parametrize("capabilities", CANNOT_ASK, ids=str)
def test_a_client_of_2025_that_has_no_form_to_show_is_refused_unasked(
    capabilities: dict[str, Any], tmp_path: Path
) -> None:
    with ScriptedService() as service, piped(tmp_path, "--endpoint", service.url) as server:
        server.listen()
        server.greet(**capabilities)
        for more in TRIES:
            check_refused(server, {**CALL, **more})
        assert service.count == 0


def test_a_client_of_2026_that_has_no_form_to_show_is_refused_unasked(tmp_path: Path) -> None:
    with ScriptedService() as service, piped(tmp_path, "--endpoint", service.url) as server:
        server.listen()
        for capabilities in CANNOT_ASK:
            meta = {**META, "io.modelcontextprotocol/clientCapabilities": capabilities}
            for more in TRIES:
                check_refused(server, {**CALL, **more, "_meta": meta})
        assert service.count == 0
