"""An HTTP server to pull from: files, and everything that can go wrong with a source."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import trustme

Answer = Callable[["Exchange"], None]


class Exchange(BaseHTTPRequestHandler):
    """One request; an answer writes to it."""

    server: Source  # pyright: ignore[reportIncompatibleVariableOverride] - narrower than the standard library says

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        answer = self.server.answers.get(self.path.partition("?")[0])
        with suppress(BrokenPipeError, ConnectionResetError):
            if answer is None:
                self.send_error(404)
            else:
                answer(self)

    def log_message(self, format: str, *args: Any) -> None:
        del format, args

    def head(self, status: int, **headers: str) -> None:
        """``Content_Length`` for Content-Length."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()


class Source(ThreadingHTTPServer):
    """``answers`` by path, ``asked``: what came. A stalled answer goes on when ``go_on`` is set."""

    daemon_threads = False
    block_on_close = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Exchange)
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.go_on = threading.Event()
        self.scheme = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}"

    def file(self, path: str, content: bytes) -> str:
        """Serve ``content`` at ``path``; returns the address."""

        def answer(exchange: Exchange) -> None:
            exchange.head(200, Content_Length=str(len(content)))
            exchange.wfile.write(content)

        return self.at(path, answer)

    def at(self, path: str, answer: Answer) -> str:
        self.answers[path] = answer
        return self.url + path

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away, or trusts no certificate, is what some tests are about."""

    def stalling(self, path: str, content: bytes) -> str:
        """Half of ``content``, and the rest when ``go_on`` is set."""

        def answer(exchange: Exchange) -> None:
            exchange.head(200, Content_Length=str(len(content)))
            half = len(content) // 2
            exchange.wfile.write(content[:half])
            exchange.wfile.flush()
            self.go_on.wait(30)
            exchange.wfile.write(content[half:])

        return self.at(path, answer)


@contextmanager
def serving(certificate: trustme.LeafCert | None = None) -> Generator[Source]:
    """Running until it is left; with a certificate it speaks TLS, at the same ``url`` but https."""
    source = Source()
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        source.socket = context.wrap_socket(source.socket, server_side=True)
        source.scheme = "https"
    thread = threading.Thread(target=source.serve_forever, kwargs={"poll_interval": 0.02}, name="source")
    thread.start()
    try:
        yield source
    finally:
        source.go_on.set()
        source.shutdown()
        thread.join()
        source.server_close()
