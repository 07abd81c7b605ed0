"""``ims-mcp bulk``: jobs of many rows at a terminal."""
