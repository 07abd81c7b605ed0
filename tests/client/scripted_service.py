"""A loopback HTTP(S) service that answers from a script, and counts and keeps every request that arrives.

It runs on an event loop in a thread of its own, so that blocking clients (the official SDK) can be driven against it
too. Run as a module it serves until it is killed, for measurements: ``python -m tests.client.scripted_service``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import ssl
import struct
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import parse_qsl

REQUEST_ID = "5F2B7C1E-0D5A-4E9A-9C43-1A2B3C4D5E6F"
Fault = Literal["reset", "close", "cut_off", "silent", "garbled"]


@dataclass(frozen=True, slots=True)
class Arrived:
    """One request as it arrived. Header names are in lower case, query and form are decoded."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("ascii"), keep_blank_values=True))

    @property
    def action(self) -> str:
        return self.headers.get("x-acs-action", "")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back. ``fault``: reset or close the connection in its place, cut the body off, say nothing, or
    (with TLS) send what is not encrypted.

    ``raw`` is sent in place of all the rest; with ``then_close`` the connection is closed after it.
    """

    status: int = 200
    body: bytes | Mapping[str, Any] = field(default_factory=lambda: {"RequestId": REQUEST_ID})
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    fault: Fault | None = None
    delay_seconds: float = 0.0
    raw: bytes | None = None
    then_close: bool = False

    def encoded(self) -> bytes:
        if self.raw is not None:
            return self.raw
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        headers = {"content-type": "application/json;charset=utf-8", "date": formatdate(usegmt=True)}
        headers |= {name.lower(): value for name, value in self.headers.items()}
        # A header of value "" is left out, so that a test can take one away.
        lines = [f"{name}: {value}" for name, value in headers.items() if value]
        head = "\r\n".join([f"HTTP/1.1 {self.status} X", *lines, f"content-length: {len(body)}", "", ""])
        whole = head.encode("latin-1") + body
        return whole[: -max(1, len(body) // 2)] if self.fault == "cut_off" else whole


def refusal(
    status: int, code: str, message: str = "no", headers: Mapping[str, str] | None = None, **more: Any
) -> Answer:
    """An error body as the service writes it."""
    body = {"RequestId": REQUEST_ID, "HostId": "ice.example", "Code": code, "Message": message, **more}
    return Answer(status, body, headers or {})


Script = Answer | Callable[[Arrived], Answer]


class ScriptedService:
    """Context manager. Answers come from the script in order, then ``usual`` for ever.

    With ``together`` requests are answered in groups: none before so many of them wait for their answers.
    """

    def __init__(
        self,
        *script: Script,
        usual: Script | None = None,
        tls: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
        together: int = 1,
    ) -> None:
        self.usual: Script = usual or Answer()
        self.arrived: list[Arrived] = []
        self.connections = 0
        self.open_connections = 0
        self.most_at_once = 0
        self._script = deque(script)
        self._tls = tls
        self._host = host
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="scripted-service", daemon=True)
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._changed = threading.Condition()
        self._under_way = 0
        self._together = together
        self._held: list[Callable[[], None]] = []
        self._protocols: set[_Connection] = set()
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(60)

    @property
    def url(self) -> str:
        return (
            f"{'https' if self._tls else 'http'}://{f'[{self._host}]' if ':' in self._host else self._host}:{self.port}"
        )

    async def endpoint(self) -> str:
        """The service as the endpoint of an ImsClient."""
        return self.url

    def script(self, *answers: Script) -> None:
        """Add to the script."""
        self._script.extend(answers)

    @property
    def count(self) -> int:
        """Requests that arrived."""
        return len(self.arrived)

    def wait_until(self, condition: Callable[[ScriptedService], bool], seconds: float = 60.0) -> bool:
        """Wait for something to become true of the service; False where it does not in time. Blocks."""
        with self._changed:
            return self._changed.wait_for(lambda: condition(self), seconds)

    def begin(self, request: Arrived) -> Answer:
        with self._changed:
            self.arrived.append(request)
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
            step = self._script.popleft() if self._script else self.usual
            self._changed.notify_all()
        return step(request) if callable(step) else step

    def answer_in_group(self, answer: Callable[[], None]) -> None:
        """Have ``answer`` called once its group is complete. On the service's own thread."""
        self._held.append(answer)
        if len(self._held) == self._together:
            held, self._held = self._held, []
            for held_answer in held:
                held_answer()

    def end(self) -> None:
        self._under_way -= 1

    def connected(self, connection: _Connection) -> int:
        with self._changed:
            self._protocols.add(connection)
            self.connections += 1
            self.open_connections += 1
            self._changed.notify_all()
            return self.connections

    def disconnected(self, connection: _Connection) -> None:
        with self._changed:
            self._protocols.discard(connection)
            self.open_connections -= 1
            self._changed.notify_all()

    def close_idle_connections(self) -> None:
        """Close every connection from this side, as a server does with idle ones."""

        def close() -> None:
            for connection in list(self._protocols):
                connection.close()

        self._loop.call_soon_threadsafe(close)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        server = await self._loop.create_server(
            lambda: _Connection(self), self._host, self.port, ssl=self._tls, backlog=512
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        # A server closed between accepting a connection and giving it a transport drops the socket unclosed.
        await _let_others_run()
        server.close()
        for connection in list(self._protocols):
            connection.close(abort=True)
        # A TLS handshake under way is a task of asyncio's own; ended, it closes its socket.
        handshakes = asyncio.all_tasks() - {asyncio.current_task()}
        for handshake in handshakes:
            handshake.cancel()
        await asyncio.gather(*handshakes, return_exceptions=True)
        await _let_others_run()  # transports release their sockets


async def _let_others_run() -> None:
    """As many turns of the loop as asyncio needs from an accepted connection to its transport, and more."""
    for _ in range(20):
        await asyncio.sleep(0)


class _Connection(asyncio.Protocol):
    """Just enough HTTP/1.1: requests one after the other, bodies by content-length."""

    def __init__(self, service: ScriptedService) -> None:
        self._service = service
        self._buffer = b""
        self._number = 0
        self._answering: asyncio.TimerHandle | None = None
        self._silent = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._number = self._service.connected(self)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answering is not None or self._silent:
            if self._answering is not None:
                self._answering.cancel()
            self._service.end()
        # asyncio closes the socket after this has returned.
        asyncio.get_running_loop().call_soon(self._service.disconnected, self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        request_line, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        method, target, _ = request_line.split(" ")
        path, _, query = target.partition("?")
        arrived = Arrived(
            method, path, dict(parse_qsl(query, keep_blank_values=True)), headers, rest[:length], self._number
        )
        answer = self._service.begin(arrived)
        if answer.fault == "silent":
            self._silent = True
        elif answer.delay_seconds > 0:
            self._answering = asyncio.get_running_loop().call_later(answer.delay_seconds, self._answer, answer)
        else:
            self._service.answer_in_group(lambda: self._answer(answer))

    def _answer(self, answer: Answer) -> None:
        self._answering = None
        self._service.end()
        assert self._transport is not None
        if answer.fault == "reset":
            sock: socket.socket = self._transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()
            return
        if answer.fault == "garbled":
            os.write(self._transport.get_extra_info("socket").fileno(), answer.encoded())
        elif answer.fault != "close":
            self._transport.write(answer.encoded())
        if answer.fault is not None or answer.then_close:
            self._transport.close()

    def close(self, *, abort: bool = False) -> None:
        if self._transport is not None:
            if abort:
                self._transport.abort()
            else:
                self._transport.close()


def unused_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve one answer for measurements; prints the URL on the first line.")
    parser.add_argument("--certificate", help="PEM file with key and chain: serve HTTPS")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--body", help="file with the answer's body")
    options = parser.parse_args()
    tls = None
    if options.certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(options.certificate)
    body: bytes | dict[str, str] = {"RequestId": REQUEST_ID, "MediaId": "4aabe1804a6771ef9748f6f7d6496301"}
    if options.body:
        with open(options.body, "rb") as file:  # noqa: PTH123 - one read of a file named on the command line
            body = file.read()
    with ScriptedService(usual=Answer(body=body, delay_seconds=options.latency), tls=tls) as service:
        print(service.url, flush=True)
        threading.Event().wait()  # until it is killed


if __name__ == "__main__":
    main()
