"""A small MCP server whose async tool calls the synchronous official SDK, as known servers do: one call at a time.

``python -m benchmarks.blocking_server ENDPOINT FILE``; its event loop's lateness goes into FILE.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import anyio
from alibabacloud_ice20201109 import models
from alibabacloud_ice20201109.client import Client
from alibabacloud_tea_openapi.models import Config
from mcp.server.mcpserver import MCPServer

from benchmarks.lateness import lateness_into


def build(endpoint: str) -> MCPServer[None]:
    """The server; what it returns is the SDK's model as a dictionary."""
    config = Config(
        access_key_id=os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"],
        access_key_secret=os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
        endpoint=endpoint.partition("://")[2],
        region_id="cn-shanghai",
    )
    client: Any = Client(config)
    server: MCPServer[None] = MCPServer("blocking", log_level="WARNING")

    @server.tool()
    async def get_media_info(MediaId: str) -> dict[str, Any]:  # noqa: N803 - the service's own name
        """Read a media asset."""
        answer: Any = client.get_media_info(models.GetMediaInfoRequest(media_id=MediaId))
        return answer.body.to_map()

    return server


async def _serve(endpoint: str, samples: Path) -> None:
    async with lateness_into(samples):
        await build(endpoint).run_stdio_async()


if __name__ == "__main__":
    anyio.run(_serve, sys.argv[1], Path(sys.argv[2]))
