"""Register one file through the MCP server and print what a model would read of it.

    python examples/inspect_asset.py oss://local-media/film.mp4 --local
    python examples/inspect_asset.py https://bucket.oss-cn-shanghai.aliyuncs.com/film.mp4

Every word after the address goes to ``ims-mcp serve``. A file that is registered already is only inspected.
"""

from __future__ import annotations

import json
import os
import sys

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import CallToolResult, Implementation

ME = Implementation(name="ims-mcp example", version="1")
"""Names a client that waits for answers: the server lets others wait 4 s at most, since many give up after 5."""


def text_of(result: CallToolResult) -> str:
    """What a model reads of a result."""
    return "".join(getattr(block, "text", "") for block in result.content)


async def inspect(address: str, server_options: list[str]) -> int:
    """Print the summary of the asset at ``address``; exit code 1 where there is none."""
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "ims_mcp", "serve", *server_options], env=dict(os.environ)
    )
    async with Client(server, client_info=ME) as client:
        registered = await client.call_tool("register_media_info", {"InputURL": address, "wait_seconds": 40})
        if registered.is_error and "MediaAlreadyExist" not in text_of(registered):
            print(text_of(registered), file=sys.stderr)
            return 1
        summary = await client.call_tool("get_media_info", {"InputURL": address})
        if summary.is_error:
            print(text_of(summary), file=sys.stderr)
            return 1
        print(json.dumps(summary.structured_content, ensure_ascii=False, indent=2))
        return 0


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    return anyio.run(inspect, sys.argv[1], sys.argv[2:])


if __name__ == "__main__":
    raise SystemExit(main())
