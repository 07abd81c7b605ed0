"""What tools/list costs: the list as it goes over the wire, and each tool's share of it."""

from __future__ import annotations

from mcp_types import ListToolsResult, Tool


def as_sent(listed: list[Tool]) -> str:
    """The tools/list result as JSON text."""
    return ListToolsResult(tools=listed).model_dump_json(by_alias=True, exclude_none=True)


def size_bytes(tool: Tool) -> int:
    """One tool's bytes in it."""
    return len(tool.model_dump_json(by_alias=True, exclude_none=True).encode())
