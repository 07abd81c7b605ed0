"""A query on a response as it comes from the service."""

from __future__ import annotations

from typing import Any

from ims_mcp.summaries.metered_jmespath import QueryLimits
from ims_mcp.summaries.query import pick
from ims_mcp.summaries.shaping import present


def select(data: dict[str, Any], query: str, *, limits: QueryLimits | None = None) -> dict[str, Any]:
    """What the query picks from the whole response, presented as a reader sees it."""
    return pick([present(data)], query, limits=limits)
