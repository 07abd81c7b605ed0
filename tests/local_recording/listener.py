"""An HTTP server a recording can tell of itself: it refuses each event once before it takes it."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class _Exchange(BaseHTTPRequestHandler):
    server: Listener  # pyright: ignore[reportIncompatibleVariableOverride] - narrower than the standard library says

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_new = body not in self.server.refused
        if is_new:
            self.server.refused.append(body)
        else:
            self.server.told.append(json.loads(body))
        self.send_response(503 if is_new else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        del format, args


class Listener(ThreadingHTTPServer):
    """``told``: the events it took, in order."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.told: list[dict[str, Any]] = []
        self.refused: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/told?token=1"


@contextmanager
def listening() -> Generator[Listener]:
    """Running until it is left."""
    listener = Listener()
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, name="listener")
    thread.start()
    try:
        yield listener
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()
