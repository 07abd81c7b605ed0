"""``ims-mcp serve`` as clients start it, spoken to over its pipes, so that it can be killed and its log be read."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

from tests.transfers.setting import Setting

WAIT_SECONDS = 60.0


class Served:
    """One server process. Calls are numbered; answers may come in any order."""

    def __init__(self, setting: Setting, log: Path, options: tuple[str, ...], environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "ims_mcp", "serve", "--local", "--log-level", "debug"]
        command += ["--data-dir", str(setting.ims.data_dir), "--state-dir", str(setting.state)]
        command += ["--upload-dir", str(setting.files), *options]
        self.log = log
        self._log_file = log.open("wb")
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log_file,
            env={**os.environ, "HOME": str(setting.home), **environment},
        )
        self.said: list[str] = []
        """Every line that came."""
        self._numbers = iter(range(1, 10_000))
        self._answers: dict[int, queue.Queue[dict[str, Any]]] = {}
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        initialize = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
        self._answer(self._request("initialize", initialize))
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def begin(self, tool: str, /, **arguments: Any) -> int:
        """Send a call, asking for progress; the number of the request."""
        number = next(self._numbers)
        return self._request(
            "tools/call", {"name": tool, "arguments": arguments, "_meta": {"progressToken": number}}, number
        )

    def result(self, number: int) -> dict[str, Any]:
        """Of a call that went well."""
        answer = self._answer(number)["result"]
        assert not answer.get("isError"), answer["content"]
        return cast("dict[str, Any]", answer["structuredContent"])

    def call(self, tool: str, /, **arguments: Any) -> dict[str, Any]:
        return self.result(self.begin(tool, **arguments))

    def refused(self, tool: str, /, **arguments: Any) -> str:
        """The text of a call that failed, as it should."""
        answer = self._answer(self.begin(tool, **arguments))["result"]
        assert answer.get("isError"), answer
        return str(answer["content"][0]["text"])

    def cancel(self, number: int) -> None:
        self._send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": number}})

    def stop(self, how: str) -> None:
        """``kill``, ``terminate``, or ``close`` its stdin, as a client that ends does; returns when it has ended."""
        assert self._process.stdin is not None
        match how:
            case "kill":
                self._process.kill()
            case "terminate":
                self._process.send_signal(signal.SIGTERM)
            case _:
                self._process.stdin.close()
        self._process.wait(WAIT_SECONDS)

    def end(self) -> None:
        self._process.kill()
        self._process.wait(WAIT_SECONDS)
        self._reader.join(WAIT_SECONDS)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
        self._log_file.close()

    def _request(self, method: str, params: dict[str, Any], number: int | None = None) -> int:
        number = number or next(self._numbers)
        self._answers[number] = queue.Queue()
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        return number

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        self._process.stdin.flush()

    def _answer(self, number: int) -> dict[str, Any]:
        try:
            return self._answers[number].get(timeout=WAIT_SECONDS)
        except queue.Empty:
            raise AssertionError(f"no answer within {WAIT_SECONDS} s: {self.log.read_text()[-2000:]}") from None

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(line.decode())
            message = json.loads(line)
            if message.get("id") in self._answers and "method" not in message:
                self._answers[message["id"]].put(message)


@contextmanager
def served(setting: Setting, *options: str, **environment: str) -> Generator[Served]:
    """A server process on the setting's embedded IMS; killed on the way out if it still runs."""
    number = len(list(setting.home.glob("server-*.log")))
    process = Served(setting, setting.home / f"server-{number}.log", options, environment)
    try:
        yield process
    finally:
        process.end()
