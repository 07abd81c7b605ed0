"""bulk_start, bulk_status and bulk_cancel: one operation for many rows, as a job that outlives its call."""

from __future__ import annotations

from ims_mcp.server.confirmation import Confirmations
from ims_mcp.server.tool import TableTool
from ims_mcp.settings import Settings
from ims_mcp.shared_store import SharedStore


def make_bulk_tools(settings: Settings, confirmations: Confirmations, store: SharedStore) -> list[TableTool]:
    """The tools of the toolset ``bulk``."""
    return []
