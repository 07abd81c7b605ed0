"""The MCP side: operations as tools, prompts, confirmation. The only importer of ``mcp`` beside the demo."""
