"""``ims-mcp serve`` on three pipes, spoken to in bytes, so that anything at all can be sent and left unread."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

WAIT_SECONDS = 60.0
INITIALIZE: dict[str, Any] = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "test", "version": "1"},
}
KEYS = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI5tRecognisable", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "RecognisableSecret"}


def heed_ctrl_c() -> None:
    """A program that is started by one that ignores Ctrl-C (a shell's background job) ignores it, too."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


class Piped:
    """One server process. Its answers are read by a thread once :meth:`listen` was called."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        heed_ctrl_c()
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("ALIBABA_", "IMS_MCP_"))}
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**clean, **KEYS, **environment},
        )
        assert self.process.stdin and self.process.stdout and self.process.stderr
        self.stdin, self.stdout, self.stderr = self.process.stdin, self.process.stdout, self.process.stderr
        self._answers: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)

    def listen(self) -> None:
        self._listener.start()

    def _listen(self) -> None:
        for line in self.stdout:
            self._answers.put(json.loads(line))
        self._answers.put(None)

    def send(self, *messages: Mapping[str, Any] | bytes) -> None:
        """Messages as JSON, bytes as they are; each on a line of its own."""
        lines = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in messages]
        self.stdin.write(b"".join(line + b"\n" for line in lines))
        self.stdin.flush()

    def request(self, identity: int | str, method: str, params: Mapping[str, Any] | None = None) -> None:
        self.send({"jsonrpc": "2.0", "id": identity, "method": method, "params": params or {}})

    def call(self, identity: int | str, tool: str, arguments: Mapping[str, Any]) -> None:
        self.request(identity, "tools/call", {"name": tool, "arguments": arguments})

    def greet(self, **capabilities: Any) -> None:
        """Shake hands as a client of 2025 does."""
        self.request("hello", "initialize", {**INITIALIZE, "capabilities": capabilities})
        assert self.answer()["id"] == "hello"
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def answer(self) -> dict[str, Any]:
        """The next message that came."""
        answer = self._answers.get(timeout=WAIT_SECONDS)
        assert answer is not None, "the server closed its stdout"
        return answer

    def rest(self) -> list[dict[str, Any]]:
        """Whatever comes until the server closes its stdout."""
        found: list[dict[str, Any]] = []
        while (answer := self._answers.get(timeout=WAIT_SECONDS)) is not None:
            found.append(answer)
        return found

    def end(self) -> tuple[int, str]:
        """Close its stdin, wait for its end; (exit code, stderr)."""
        with suppress(OSError):
            self.stdin.close()
        return self.ended()

    def signalled(self, number: signal.Signals) -> tuple[int, str]:
        """Send a signal, wait for its end; (exit code, stderr)."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> tuple[int, str]:
        # One that does not end is killed, or its reader would wait for ever.
        late = threading.Timer(WAIT_SECONDS, self.process.kill)
        late.start()
        errors = self.stderr.read().decode()
        late.cancel()
        return self.process.wait(WAIT_SECONDS), errors

    def close(self) -> None:
        self.process.kill()
        self.process.wait(WAIT_SECONDS)
        for pipe in (self.stdin, self.stdout, self.stderr):
            with suppress(OSError, ValueError):
                pipe.close()


@contextmanager
def piped(
    home: Path, *options: str, command: Sequence[str] | None = None, environment: Mapping[str, str] | None = None
) -> Generator[Piped]:
    """A server that has not been spoken to; what it says is not read until it is asked to :meth:`Piped.listen`."""
    server = Piped(
        [*(command or (sys.executable, "-m", "ims_mcp")), "serve", *options], {"HOME": str(home), **(environment or {})}
    )
    try:
        yield server
    finally:
        server.close()
