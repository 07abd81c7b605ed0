"""Parameters whose names a framework keeps for itself, and what they are published as instead."""

from __future__ import annotations

# semantic-kernel, LangChain and others take these two; tests/all_operations/test_lists.py has the whole list.
_PUBLISHED = {"Config": "Configuration", "arguments": "operation_arguments"}


def publish_name(name: str) -> str:
    """What the parameter ``name`` is called in a tool's schema; the name itself where nobody reserves it."""
    return _PUBLISHED.get(name, name)
