"""A server over HTTP, for its calls to be counted: ours as ``ims-mcp serve --http`` runs it, or the SDK's own app.

``python -m benchmarks.http_server ours|sdk``: prints its port, answers each line with what it has used, ends with its
stdin.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time

import uvicorn
from mcp.server.transport_security import TransportSecuritySettings

from benchmarks.bare_server import server as bare
from benchmarks.peak import read_peak_bytes
from ims_mcp.cli.connection import connect
from ims_mcp.http_protocol import listen
from ims_mcp.server.build import ImsServer
from ims_mcp.server.http.app import McpApp
from ims_mcp.server.http.bounds import Bounds
from ims_mcp.server.http.gates import choose_gate
from ims_mcp.server.http.question_state import make_state_security
from ims_mcp.server.http.rules import AddressRules
from ims_mcp.server.http.serving import serve_until
from ims_mcp.settings import SettingsError, read_settings

HOST = "127.0.0.1"


async def _serve(whose: str) -> None:
    stop, loop, listener = asyncio.Event(), asyncio.get_running_loop(), listen(HOST, 0, SettingsError)

    def end_with_stdin() -> None:
        for _ in sys.stdin:
            print(json.dumps({"cpu_seconds": time.process_time(), "peak_bytes": read_peak_bytes()}), flush=True)
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=end_with_stdin, daemon=True).start()

    def ready() -> None:
        print(json.dumps({"port": listener.getsockname()[1]}), flush=True)

    if whose == "ours":
        settings, bounds = read_settings(os.environ), Bounds(max_calls_per_caller=256)
        async with connect(settings, os.environ) as to:
            server = ImsServer(settings, to.client, to.transfers, state_security=make_state_security(None))
            app = McpApp(server, choose_gate("none", host=HOST), AddressRules(HOST), bounds)
            await serve_until(stop, app, listener, bounds, on_ready=ready)
        return
    allowed = TransportSecuritySettings(allowed_hosts=[f"{HOST}:*"])
    app = bare.streamable_http_app(stateless_http=True, transport_security=allowed)
    theirs = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    serving = asyncio.create_task(theirs.serve(sockets=[listener]))
    ready()
    await stop.wait()
    theirs.should_exit = True
    await serving


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
