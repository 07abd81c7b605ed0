"""Tool calls per second over HTTP on loopback, 64 at once: our server beside the SDK's app with one trivial tool."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.child import ACCESS_KEY_ID, ACCESS_KEY_SECRET, Child, environment
from benchmarks.raw_session import ERAS, META, Era
from benchmarks.rows import Effort, Row, compared, interleaved

AT_LEAST = 0.8
_CALLS = 600
TOOLS: dict[str, tuple[str, dict[str, Any]]] = {
    # Neither asks anything of anybody: ours reads a table.
    "ours": ("describe_operation", {"operation": "GetCategories"}),
    "sdk": ("greet", {"name": "you"}),
}


def rows(effort: Effort) -> list[Row]:
    """One row for each protocol era. What a call of ours costs beyond HTTP, its checks and its answer, is in it."""
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        keys = {"ALIBABA_CLOUD_ACCESS_KEY_ID": ACCESS_KEY_ID, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ACCESS_KEY_SECRET}
        env = environment(Path(directory), **keys)
        children = {whose: stack.enter_context(Child("benchmarks.http_server", whose, env=env)) for whose in TOOLS}
        ports = {whose: int(child.read()["port"]) for whose, child in children.items()}
        return [_row(era, ports, effort) for era in ERAS]


def _row(era: Era, ports: dict[str, int], effort: Effort) -> Row:
    def rate(whose: str) -> Callable[[], float]:
        request, count = write_request(ports[whose], era, *TOOLS[whose]), effort.calls(_CALLS)
        return lambda: count / asyncio.run(send([ports[whose]], request, count, effort.at_once))

    rates = interleaved(effort.turns(2), {whose: rate(whose) for whose in ports})
    return compared(
        f"HTTP calls, {era}, {effort.at_once} at once, beside the SDK's own app",
        *(rates["ours"], rates["sdk"], "/s"),
        at_least=AT_LEAST,
    )


def write_request(port: int, era: Era, tool: str, arguments: dict[str, Any]) -> bytes:
    params: dict[str, Any] = {"name": tool, "arguments": arguments}
    headers = {
        "Host": f"127.0.0.1:{port}",
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": era,
    }
    if era == "2026-07-28":
        params["_meta"] = META
        headers |= {"Mcp-Method": "tools/call", "Mcp-Name": tool}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode()
    lines = [f"{name}: {value}" for name, value in {**headers, "Content-Length": len(body)}.items()]
    return "\r\n".join(["POST /mcp HTTP/1.1", *lines, "", ""]).encode() + body


async def send(ports: Sequence[int], request: bytes, count: int, at_once: int) -> float:
    """Seconds for so many requests on so many connections, divided among the ports; each is answered before the next on
    its own is sent."""
    tickets = iter(range(count))
    streams = [await asyncio.open_connection("127.0.0.1", ports[each % len(ports)]) for each in range(at_once)]

    async def use(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in tickets:
            writer.write(request)
            await _read_answer(reader)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(use(*stream) for stream in streams))
    return time.perf_counter() - began


async def _read_answer(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(f"a call was refused: {head!r}")
    _, found, length = head.partition(b"content-length: ")
    if found:
        await reader.readexactly(int(length.partition(b"\r\n")[0]))
        return
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
    await reader.readline()
