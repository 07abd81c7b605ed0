"""Our server on stdin and stdout, as ``ims-mcp serve`` builds it, with its event loop's lateness written down.

``python -m benchmarks.measured_server ENDPOINT FILE``
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import anyio

from benchmarks.lateness import lateness_into
from ims_mcp.cli.connection import connect
from ims_mcp.logs import log_to_stderr
from ims_mcp.server.build import ImsServer
from ims_mcp.settings import read_settings


async def _serve(endpoint: str, samples: Path) -> None:
    settings = read_settings(os.environ, endpoint=endpoint)
    log_to_stderr(settings.log_level)
    async with connect(settings, os.environ) as to, lateness_into(samples):
        await ImsServer(settings, to.client, to.transfers).run_stdio()


if __name__ == "__main__":
    anyio.run(_serve, sys.argv[1], Path(sys.argv[2]))
