"""The least an MCP server can be: one tool on stdin and stdout. What its start costs, the SDK costs."""

from __future__ import annotations

from mcp.server.mcpserver import MCPServer

server: MCPServer[None] = MCPServer("bare", log_level="WARNING")


@server.tool()
def greet(name: str) -> str:
    """Greet somebody by name."""
    return f"Hello, {name}."


if __name__ == "__main__":
    server.run("stdio")
