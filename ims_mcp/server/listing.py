"""What tools/list costs: the list as it goes over the wire, each tool's share of it, and its effect."""

from __future__ import annotations

from mcp_types import ListToolsResult, Tool


def as_sent(listed: list[Tool]) -> str:
    """The tools/list result as JSON text."""
    return ListToolsResult(tools=listed).model_dump_json(by_alias=True, exclude_none=True)


def effect_of(tool: Tool) -> str:
    """read, write or destructive, as its annotations say."""
    hints = tool.annotations
    if hints is None or hints.read_only_hint:
        return "read"
    return "destructive" if hints.destructive_hint else "write"


def size_bytes(tool: Tool) -> int:
    """One tool's bytes in it."""
    return len(tool.model_dump_json(by_alias=True, exclude_none=True).encode())
