"""The host of MCP Apps that tests and people look at the viewer in: its page, and the sandbox, of another origin.

By itself, beside a server that allows its origin (``ims-mcp serve --http --local --allowed-origin
http://127.0.0.1:8480``): ``python -m tests.browser.reference_host http://127.0.0.1:8000/mcp``.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

PAGES = Path(__file__).parent / "pages"
PORT = 8480
# Of the host alone: the library that checks its messages tries to compile.
HOST_POLICY = (
    "default-src 'self' 'unsafe-inline' http://127.0.0.1:* http://localhost:*; script-src 'unsafe-inline' 'unsafe-eval'"
)


def write_policy(csp: dict[str, Any]) -> str:
    """The content policy of an app that asked for ``csp``: what the specification gives by default, without eval and
    without event handlers in attributes, and nothing but what was asked for."""
    resources = " ".join(csp.get("resourceDomains", ()))
    connections = " ".join(csp.get("connectDomains", ())) or "'none'"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'unsafe-inline'",
            "script-src-attr 'none'",
            "style-src 'unsafe-inline'",
            f"img-src data: {resources}",
            f"media-src data: {resources}",
            f"connect-src {connections}",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """The two pages; nothing else is there."""
        address = urlsplit(self.path)
        if address.path == "/":
            self._answer("host.html", HOST_POLICY)
        elif address.path == "/sandbox.html":
            asked = parse_qs(address.query).get("csp", ["{}"])[0]
            self._answer("sandbox.html", write_policy(json.loads(asked)))
        else:
            self.send_response(204 if address.path == "/favicon.ico" else 404)
            self.end_headers()

    def _answer(self, name: str, policy: str) -> None:
        body = (PAGES / name).read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is told."""


@contextmanager
def serve_host(port: int = 0) -> Generator[str]:
    """The address of the host's page, as long as it is served."""
    server = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="reference-host")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


if __name__ == "__main__":
    with serve_host(PORT) as address:
        print(f"{address}/?server={quote(sys.argv[1], safe='')}  (end with Ctrl-C)")
        threading.Event().wait()
