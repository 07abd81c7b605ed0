"""Several calls that are one job for the user. Progress goes through a callable; nothing here knows MCP."""
