"""``ims-mcp serve``: MCP on stdin and stdout."""

from __future__ import annotations

import gc
import logging
import os

import anyio

from ims_mcp.cli.connection import connection
from ims_mcp.server.build import build_server
from ims_mcp.settings import Settings

logger = logging.getLogger("ims_mcp.cli.serve")


def serve(settings: Settings) -> int:
    """Serve until stdin ends. Raises SettingsError where an upload directory cannot be used."""
    settings.check_upload_dirs()
    for warning in settings.warnings:
        logger.warning(warning)
    anyio.run(_serve, settings)
    return 0


async def _serve(settings: Settings) -> None:
    async with connection(settings, os.environ) as to:
        server = build_server(settings, to.client, to.following)
        server.warn_of_too_many_tools()
        # What is loaded by now stays: a full collection over it would hold the event loop for 20 ms at a time.
        gc.freeze()
        await server.run_stdio_async()
