"""A loopback proxy between an HTTP client and a server that breaks what it is told to break, and remembers the rest.

It stands in front of one server (``proxy.url`` in place of the server's), optionally behind TLS, and answers CONNECT as
a forward proxy does. Everything runs in threads of its own, so that neither the client's event loop nor the server's
is held up by it. Requests need a Content-Length.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO, Self, cast
from urllib.parse import parse_qs, unquote, urlsplit

_CHUNK = 64 * 1024


@dataclass
class Seen:
    """One request, in the order they began."""

    method: str
    path: str
    """Percent-decoded, without the query."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """By lower-case name."""
    length: int
    forwarded: int = 0
    """Bytes of the body that went on to the server."""
    status: int = 0
    """What the client was answered; 0: nothing."""
    fault: Fault | None = None

    @property
    def part(self) -> int:
        """The part number of an UploadPart request, else 0."""
        return int(self.query.get("partNumber", "0")) if self.method == "PUT" else 0

    @property
    def kind(self) -> str:
        """A word for what an upload asks: begin, part, complete, abort, parts, uploads, put, look, delete."""
        has = self.query.__contains__
        match self.method:
            case "POST":
                return "begin" if has("uploads") else "complete"
            case "PUT":
                return "part" if has("partNumber") else "put"
            case "DELETE":
                return "abort" if has("uploadId") else "delete"
            case "GET":
                return "uploads" if has("uploads") else "parts" if has("uploadId") else "get"
            case _:
                return "look"


class Fault:
    """What is done to a request instead of passing it on as it is."""


@dataclass(frozen=True)
class Reset(Fault):
    """A reset to both sides once this much of the body has gone on."""

    after_bytes: int = 0


@dataclass(frozen=True)
class LoseAnswer(Fault):
    """The server gets the request and answers; the client gets a reset."""


@dataclass(frozen=True)
class Answer(Fault):
    """An answer of our own; the server sees nothing. ``early``: without reading the body, then the connection ends."""

    status: int
    code: str = ""
    message: str = "said by the fault proxy"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    early: bool = False


@dataclass(frozen=True)
class CutAnswer(Fault):
    """The answer ends before the length it announces."""


@dataclass(frozen=True)
class Stall(Fault):
    """Nothing more is read once this much of the body has gone on; the connection stays open."""

    after_bytes: int = 0


@dataclass(frozen=True)
class Mute(Fault):
    """The server gets the request; its answer is kept back and the connection stays open."""


@dataclass(frozen=True)
class Delay(Fault):
    """The answer comes so much later."""

    seconds: float


@dataclass(frozen=True)
class Slow(Fault):
    """The body goes on no faster than this."""

    bytes_per_second: float


@dataclass(frozen=True)
class Damage(Fault):
    """One bit of the body is turned on its way."""

    at: int = 0


@dataclass(frozen=True)
class Rewrite(Fault):
    """A header of the answer becomes another; None takes it away."""

    header: str
    value: str | None


@dataclass
class _Rule:
    matches: Callable[[Seen], bool]
    fault: Fault
    times: int


class _Over(Exception):
    """The connection ends here."""


@dataclass
class FaultProxy:
    """Context manager; ``seen`` and the rules may be used at any time."""

    server_port: int
    tls: ssl.SSLContext | None = None
    behind_connect: bool = False
    """TLS begins inside a tunnel that the client asks for with CONNECT."""
    receive_buffer_bytes: int | None = None
    """Small: a stall reaches the sender after fewer bytes."""
    seen: list[Seen] = field(default_factory=list[Seen])
    connects: list[str] = field(default_factory=list[str])
    """The authorities CONNECT asked for."""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[_Rule] = []
        self._sockets: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self.closing = threading.Event()

    def inject(self, fault: Fault, matches: Callable[[Seen], bool] | str, *, times: int = 1) -> None:
        """Do this to the next ``times`` requests that match: a predicate, or a :attr:`Seen.kind`."""

        def fits(seen: Seen) -> bool:
            return seen.kind == matches if isinstance(matches, str) else matches(seen)

        with self._lock:
            self._rules.append(_Rule(fits, fault, times))

    def clear(self) -> None:
        """No more faults for requests that come from now on."""
        with self._lock:
            self._rules.clear()

    def of_kind(self, kind: str) -> list[Seen]:
        return [seen for seen in list(self.seen) if seen.kind == kind]

    @property
    def open_connections(self) -> int:
        """Connections, both sides of each counted."""
        return len(self._sockets)

    def __enter__(self) -> Self:
        self._listener = socket.socket()
        if self.receive_buffer_bytes is not None:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer_bytes)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(64)
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for each in self._sockets:
                with suppress(OSError):
                    socket.socket.shutdown(each, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a thread of the fault proxy did not end"

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name="fault-proxy", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._start(lambda client=client: self._serve(client))

    def _serve(self, client: socket.socket) -> None:
        relay: _Relay | None = None
        try:
            self._keep(client)
            if self.tls is not None and not self.behind_connect:
                client = self._encrypted(client)
            server = socket.create_connection(("127.0.0.1", self.server_port))
            self._keep(server)
            relay = _Relay(self, client, server)
            relay.run()
        except (_Over, OSError, ValueError):
            pass
        finally:
            if relay is not None:
                relay.close()
            self.drop(client)

    def drop(self, made: socket.socket) -> None:
        with self._lock:
            self._sockets.discard(made)
        made.close()

    def _keep(self, made: socket.socket) -> None:
        with self._lock:
            if self.closing.is_set():
                raise _Over
            self._sockets.add(made)

    def _encrypted(self, client: socket.socket) -> socket.socket:
        assert self.tls is not None
        with self._lock:
            self._sockets.discard(client)
        wrapped = self.tls.wrap_socket(client, server_side=True, do_handshake_on_connect=False)
        try:
            self._keep(wrapped)
            wrapped.do_handshake()
        except BaseException:
            self.drop(wrapped)
            raise
        return wrapped

    def tunnel(self, client: socket.socket, authority: str) -> socket.socket:
        """Answer a CONNECT, and be the far end of the tunnel, too."""
        self.connects.append(authority)
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        return self._encrypted(client)

    def judged(self, seen: Seen) -> Fault | None:
        """The fault a request meets, used up by it."""
        with self._lock:
            self.seen.append(seen)
            for rule in self._rules:
                if rule.times and rule.matches(seen):
                    rule.times -= 1
                    seen.fault = rule.fault
                    return rule.fault
        return None

    def wait_closing(self, client: socket.socket) -> None:
        """Until the client or the proxy gives up; what the client still sends is not read."""
        poll = 0.02
        while not self.closing.wait(poll):
            # A broken connection shows as an error or as an end; data that waits is left where it is.
            if _has_ended(client):
                return


class _Relay:
    """One client connection and its connection to the server, request by request."""

    def __init__(self, proxy: FaultProxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._from_client = cast("BinaryIO", client.makefile("rb"))
        self._server = server
        self._from_server = cast("BinaryIO", server.makefile("rb"))

    def run(self) -> None:
        while True:
            self._one()

    def close(self) -> None:
        self._from_client.close()
        self._from_server.close()
        self._proxy.drop(self._client)
        self._proxy.drop(self._server)

    def _one(self) -> None:
        first, headers, raw = _head(self._from_client)
        method, address, _ = first.split(" ")
        if method == "CONNECT":
            self._from_client.close()
            self._client = self._proxy.tunnel(self._client, address)
            self._from_client = cast("BinaryIO", self._client.makefile("rb"))
            return
        parts = urlsplit(address)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        length = int(headers.get("content-length", "0"))
        seen = Seen(method, unquote(parts.path), query, headers, length)
        fault = self._proxy.judged(seen)
        if isinstance(fault, Answer):
            self._answer(seen, fault)
            return
        self._server.sendall(raw)
        self._forward_body(seen, fault)
        first, headers, raw = _head(self._from_server)
        status = int(first.split(" ")[1])
        if isinstance(fault, LoseAnswer):
            self._reset()
        if isinstance(fault, Mute):
            self._proxy.wait_closing(self._client)
            raise _Over
        if isinstance(fault, Delay) and self._proxy.closing.wait(fault.seconds):
            raise _Over
        if isinstance(fault, CutAnswer):
            # The answer to a put has no body of its own.
            self._client.sendall(_rewritten(raw, Rewrite("content-length", "1000")) + b"<Partial")
            raise _Over
        if isinstance(fault, Rewrite):
            raw = _rewritten(raw, fault)
        body = b""
        if method != "HEAD" and status not in (204, 304):
            assert "transfer-encoding" not in headers, "the server's answers have a length"
            body = _exactly(self._from_server, int(headers.get("content-length", "0")))
        seen.status = status
        self._client.sendall(raw + body)
        if headers.get("connection", "").lower() == "close":
            raise _Over

    def _forward_body(self, seen: Seen, fault: Fault | None) -> None:
        began = time.monotonic()
        limit = fault.after_bytes if isinstance(fault, Reset | Stall) else None
        while seen.forwarded < seen.length:
            if limit is not None and seen.forwarded >= limit:
                if isinstance(fault, Reset):
                    self._reset()
                self._proxy.wait_closing(self._client)
                raise _Over
            wanted = min(_CHUNK, seen.length - seen.forwarded)
            if limit is not None:
                wanted = min(wanted, limit - seen.forwarded)
            if isinstance(fault, Slow):
                wanted = min(wanted, 8192)
                ahead = seen.forwarded / fault.bytes_per_second - (time.monotonic() - began)
                if ahead > 0 and self._proxy.closing.wait(ahead):
                    raise _Over
            chunk = self._from_client.read(wanted)
            if not chunk:
                raise _Over
            if isinstance(fault, Damage) and seen.forwarded <= fault.at < seen.forwarded + len(chunk):
                damaged = bytearray(chunk)
                damaged[fault.at - seen.forwarded] ^= 1
                chunk = bytes(damaged)
            self._server.sendall(chunk)
            seen.forwarded += len(chunk)
        if isinstance(fault, Reset):
            self._reset()

    def _answer(self, seen: Seen, answer: Answer) -> None:
        if not answer.early:
            _exactly(self._from_client, seen.length)
        body = answer.body
        if body is None:
            body = (
                f"<?xml version='1.0'?><Error><Code>{answer.code}</Code><Message>{answer.message}</Message>"
                "<RequestId>5C3D9175B6FC201293AD4890</RequestId></Error>"
            ).encode()
        headers = (
            ("content-length", str(len(body))),
            ("x-oss-request-id", "5C3D9175B6FC201293AD4890"),
            *answer.headers,
        )
        head = f"HTTP/1.1 {answer.status} Said\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers)
        seen.status = answer.status
        self._client.sendall(head.encode() + b"\r\n" + (b"" if seen.method == "HEAD" else body))
        if answer.early:
            raise _Over

    def _reset(self) -> None:
        """End both connections with a reset instead of in order."""
        for each in (self._server, self._client):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise _Over


def _head(file: BinaryIO) -> tuple[str, dict[str, str], bytes]:
    """The first line, the headers, and both as they came."""
    lines: list[bytes] = []
    while (line := file.readline(_CHUNK)) not in (b"\r\n", b""):
        lines.append(line)
    if not line:
        raise _Over
    headers: dict[str, str] = {}
    for each in lines[1:]:
        name, _, value = each.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    return lines[0].decode("latin-1").strip(), headers, b"".join([*lines, line])


def _exactly(file: BinaryIO, length: int) -> bytes:
    data = file.read(length) if length else b""
    if len(data) < length:
        raise _Over
    return data


def _rewritten(raw: bytes, fault: Rewrite) -> bytes:
    lines = raw.split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith(fault.header.lower().encode() + b":")]
    if fault.value is not None:
        kept.insert(1, f"{fault.header}: {fault.value}".encode())
    return b"\r\n".join(kept)


def _has_ended(one: socket.socket) -> bool:
    """Whether the peer is gone, reading nothing that may be waiting."""
    information = one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)
    return information[0] != 1  # TCP_ESTABLISHED
