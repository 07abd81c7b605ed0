"""A server started and asked for its tools by bare lines of JSON-RPC, so that no client's own start is in the time."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any, Literal

from benchmarks.child import ROOT

Era = Literal["2026-07-28", "2025-11-25"]
ERAS: tuple[Era, ...] = ("2026-07-28", "2025-11-25")
_CLIENT = {"name": "benchmark", "version": "1"}
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": _CLIENT,
    "io.modelcontextprotocol/clientCapabilities": {},
}


@dataclass(frozen=True, slots=True)
class Listed:
    """``seconds`` from the start of the process to its tools/list answer, and that answer's result."""

    seconds: float
    result: dict[str, Any]


def list_tools(module: Sequence[str], era: Era, env: dict[str, str]) -> Listed:
    """Start ``python -m *module``, greet it as a client of ``era`` does, list its tools, and end it."""
    began = time.perf_counter()
    command = [sys.executable, "-m", *module]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=env) as process:
        assert process.stdin is not None and process.stdout is not None
        if era == "2026-07-28":
            _ask(process.stdin, process.stdout, 1, "server/discover", {"_meta": META})
            result = _ask(process.stdin, process.stdout, 2, "tools/list", {"_meta": META})
        else:
            greeting = {"protocolVersion": era, "capabilities": {}, "clientInfo": _CLIENT}
            _ask(process.stdin, process.stdout, 1, "initialize", greeting)
            _write(process.stdin, {"method": "notifications/initialized"})
            result = _ask(process.stdin, process.stdout, 2, "tools/list", {})
        return Listed(time.perf_counter() - began, result)


def _ask(stdin: IO[bytes], stdout: IO[bytes], number: int, method: str, params: dict[str, Any]) -> dict[str, Any]:
    _write(stdin, {"id": number, "method": method, "params": params})
    while line := stdout.readline():
        answer = json.loads(line)
        if answer.get("id") == number:
            return answer["result"]
    raise RuntimeError(f"the server ended before it answered {method}")


def _write(stdin: IO[bytes], message: dict[str, Any]) -> None:
    stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
    stdin.flush()
