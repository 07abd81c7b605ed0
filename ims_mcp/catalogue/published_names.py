"""The names of parameters that a framework keeps for itself, and what they are published as instead."""

from __future__ import annotations

RESERVED_NAMES = frozenset(
    {
        # semantic-kernel fills parameters of these names with objects of its own.
        *("arguments", "context", "execution_settings", "kernel", "service"),
        # LangChain hands these to a tool, and binds tools as pydantic models, as crewai and mcp-use do.
        *("args", "callbacks", "config", "input", "kwargs", "run_manager", "runtime", "tool_call_id"),
        *("Config", "construct", "copy", "dict", "fields", "from_orm", "json", "parse_file", "parse_obj", "parse_raw"),
        *("schema", "schema_json", "update_forward_refs", "validate"),
        # autogen, Google ADK, fastmcp and the MCP SDK, agno, strands.
        *("cancellation_token", "tool_context", "input_stream", "ctx", "agent", "run_context", "session_state", "team"),
        *("cls", "self"),
    }
)
"""Names that frameworks use for what they add to a call. Also reserved: every name that begins with ``model_``."""

_PUBLISHED = {"Config": "Configuration", "arguments": "operation_arguments"}


def published_name(name: str) -> str:
    """What the parameter ``name`` is called in a tool's schema; the name itself where nobody reserves it."""
    return _PUBLISHED.get(name, name)
