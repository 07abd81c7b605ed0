"""run_script: Python of a model's that calls IMS many times, in a sandbox, for one answer."""

from __future__ import annotations

from ims_mcp.server.confirmation import Confirmations
from ims_mcp.server.tool import TableTool
from ims_mcp.settings import Settings


def make_script_tools(settings: Settings, confirmations: Confirmations) -> list[TableTool]:
    """The tools of the toolset ``script``."""
    return []
