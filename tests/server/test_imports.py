"""What a server does not use it does not load."""

from __future__ import annotations

import subprocess
import sys

UNUSED = (
    "PIL",
    "av",
    "ims_mcp.approvals",
    "ims_mcp.local.app",
    "ims_mcp.pages",
    "ims_mcp.server.http",
    "ims_mcp.server.viewer",
    "ims_mcp.workflows.look.look",
    "ims_mcp.workflows.tickets.desk",
    "ims_mcp.workflows.viewing",
    "oss2",
    "redis",
    "rich",
)


def test_a_server_on_stdio_loads_nothing_of_pages_pictures_and_apps() -> None:
    code = (
        "import sys; from ims_mcp.cli import serve; from ims_mcp.cli.connection import connect; import anyio\n"
        "from ims_mcp.server.build import ImsServer; from ims_mcp.settings import Settings\n"
        "async def run():\n"
        "    async with connect(Settings(), {}) as to:\n"
        "        ImsServer(Settings(), to.client, to.transfers, pages=serve.StdioPages(lambda: []))\n"
        "anyio.run(run); print(*sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    loaded = ended.stdout.split()
    assert "ims_mcp.server.look_tools" in loaded
    assert [name for name in loaded if name in UNUSED or name.startswith(tuple(f"{each}." for each in UNUSED))] == []
