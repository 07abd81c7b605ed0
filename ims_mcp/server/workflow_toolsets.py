"""Tools that are no operations and are not everybody's: made, and paid for, where their toolset is named."""

from __future__ import annotations

from ims_mcp.server.confirmation import Confirmations
from ims_mcp.server.tool import TableTool
from ims_mcp.settings import Settings
from ims_mcp.shared_store import SharedStore


def make_workflow_tools(settings: Settings, confirmations: Confirmations, store: SharedStore) -> list[TableTool]:
    """Those of :data:`ims_mcp.catalogue.named_toolsets.WORKFLOW_TOOLSETS` that were chosen."""
    tools: list[TableTool] = []
    if "script" in settings.toolsets:
        from ims_mcp.server.script_tools import make_script_tools

        tools += make_script_tools(settings, confirmations)
    if "bulk" in settings.toolsets:
        from ims_mcp.server.bulk_tools import make_bulk_tools

        tools += make_bulk_tools(settings, confirmations, store)
    return tools
