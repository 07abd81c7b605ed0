"""A gate behind a real socket: uvicorn in a thread, and one route that says who calls."""

from __future__ import annotations

import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import httpx2 as httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from ims_mcp.server.http.bearer import Unavailable
from ims_mcp.server.http.callers import Caller, Gate, Unauthorized
from tests.client.scripted_service import unused_port


@contextmanager
def serve_gate(gate: Gate, routes: Sequence[BaseRoute] = ()) -> Generator[httpx.Client]:
    """A client of the server; ``/mcp`` answers with the caller's name and scopes, as the real application refuses."""

    async def tell(request: Request) -> JSONResponse:
        try:
            caller = await gate.admit(request)
        except Unauthorized as refused:
            status = 503 if isinstance(refused, Unavailable) else 401
            return JSONResponse({"error": refused.description}, status, {"www-authenticate": refused.challenge})
        return JSONResponse({"subject": caller.subject, "scopes": sorted(caller.scopes)})

    app = Starlette(routes=[Route("/mcp", tell, methods=["GET", "POST"]), *routes])
    port = unused_port()
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_config=None, lifespan="off", h11_max_incomplete_event_size=4 * 2**20
    )
    server = uvicorn.Server(config)
    listening = threading.Event()
    startup = server.startup

    async def start(*arguments: object, **more: object) -> None:
        await startup(*arguments, **more)  # pyright: ignore[reportArgumentType]
        listening.set()

    server.startup = start  # pyright: ignore[reportAttributeAccessIssue]
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        assert listening.wait(60)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(60)


async def admit(gate: Gate, token: str | None = None, *, headers: Sequence[tuple[str, str]] = ()) -> Caller:
    """The gate by itself. ``token`` is sent as clients send it."""
    shown = [("authorization", f"Bearer {token}")] if token is not None else []
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in (*shown, *headers)]
    return await gate.admit(HTTPConnection({"type": "http", "headers": raw, "query_string": b"", "path": "/mcp"}))
