"""``ims-mcp serve``: MCP on stdin and stdout."""

from __future__ import annotations

import os

import anyio

from ims_mcp.cli.connection import connection
from ims_mcp.server.build import build_server
from ims_mcp.settings import Settings


def serve(settings: Settings) -> int:
    """Serve until stdin ends."""
    anyio.run(_serve, settings)
    return 0


async def _serve(settings: Settings) -> None:
    async with connection(settings, os.environ) as client:
        await build_server(settings, client).run_stdio_async()
