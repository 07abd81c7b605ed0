"""The tools, prompts and resources that MCP's conformance suite calls, mounted beside those of this server."""
