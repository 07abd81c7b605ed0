"""Tools that are no operations and are not everybody's: made, and paid for, where their toolset is named."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ims_mcp.server.confirmation import Confirmations
from ims_mcp.server.reach import Reach
from ims_mcp.server.tool import TableTool
from ims_mcp.settings import Settings
from ims_mcp.shared_store import SharedStore

AtEnd = Callable[[Callable[[], Awaitable[None]]], None]
"""Takes what is to be awaited once the server ends."""
FindReach = Callable[[str, Mapping[str, Any]], Awaitable[Reach]]


def make_workflow_tools(
    settings: Settings,
    confirmations: Confirmations,
    store: SharedStore,
    find_reach: FindReach,
    at_end: AtEnd,
    *,
    is_shared: bool,
) -> list[TableTool]:
    """Those of :data:`ims_mcp.catalogue.named_toolsets.WORKFLOW_TOOLSETS` that were chosen. ``is_shared``: by many
    callers, on other machines."""
    tools: list[TableTool] = []
    if "script" in settings.toolsets:
        from ims_mcp.server.script_tools import make_script_tools

        tools += make_script_tools(settings, confirmations, at_end)
    if "bulk" in settings.toolsets:
        from ims_mcp.server.bulk.desk import BulkDesk
        from ims_mcp.server.bulk.tools import make_bulk_tools

        desk = BulkDesk(settings, store, find_reach, is_shared)
        at_end(desk.end)
        tools += make_bulk_tools(confirmations, desk)
    return tools
