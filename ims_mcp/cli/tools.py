"""``ims-mcp tools``: what the server lists, and what it costs a model to read."""

from __future__ import annotations

import os

import anyio

from ims_mcp.cli.connection import connect
from ims_mcp.cli.console import find_screen
from ims_mcp.cli.endings import DONE
from ims_mcp.cli.terminal import print_json
from ims_mcp.server.build import ImsServer
from ims_mcp.server.toolsets import measure_listed, read_effect, write_list
from ims_mcp.settings import Settings


def tools(settings: Settings, *, as_json: bool) -> int:
    """Print the tools/list result as JSON, or one line a tool with its bytes."""
    return anyio.run(_tools, settings, as_json)


async def _tools(settings: Settings, as_json: bool) -> int:
    async with connect(settings, os.environ) as to:
        listed = ImsServer(settings, to.client, to.transfers).listed_tools
    if as_json:
        print_json(write_list(listed))
        return DONE
    total_bytes = len(write_list(listed).encode())
    if (screen := find_screen()) is not None:
        from ims_mcp.cli.views.lists import ToolRow, show_tools

        rows = [ToolRow(measure_listed(tool), read_effect(tool), tool.name, tool.title or "") for tool in listed]
        show_tools(screen, rows, total_bytes)
        return DONE
    for tool in listed:
        effect = read_effect(tool)
        print(f"{measure_listed(tool):>7,} B  {effect:<11}  {tool.name:<24}  {tool.title}")
    print(f"{total_bytes:>7,} B  {len(listed)} tools in tools/list")
    return DONE
