"""The call an answer proposes: ``next_call: {tool, arguments, why}``."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from ims_mcp.catalogue import Operation, UnknownOperation, get_operation
from ims_mcp.catalogue.published_names import published_name

OTHER_NAME = "your client may list the tool under a longer name"
"""Clients put the server's name before a tool's, each in its own way: mcp__ims__x, ims-x, ims_x."""


def next_call(tool: str, arguments: dict[str, Any], why: str) -> dict[str, Any]:
    """A call of one of this server's tools by the name the server gives it."""
    return {"tool": tool, "arguments": arguments, "why": f"{why} ({OTHER_NAME})"}


def next_operation_call(
    operation: Operation, arguments: dict[str, Any], why: str, listed: Container[str] | None
) -> dict[str, Any]:
    """A call as the reader can make it: of the operation's own tool, or of the tool for operations of its effect.

    ``listed`` are the tools the reader has, None for all.
    """
    if listed is None or operation.tool_name in listed:
        return next_call(operation.tool_name, arguments, why)
    wrapped = {"operation": operation.name, published_name("arguments"): arguments}
    return next_call(f"call_{operation.effect}_operation", wrapped, why)


def with_listed_call(told: dict[str, Any], listed: Container[str]) -> dict[str, Any]:
    """An answer of a workflow whose next call names an operation's tool, where the reader may not have that tool."""
    proposed = told.get("next_call")
    if proposed is None or proposed["tool"] in listed:
        return told
    try:
        operation = get_operation(proposed["tool"])
    except UnknownOperation:
        return told  # a tool that is always held
    why = proposed["why"].removesuffix(f" ({OTHER_NAME})")
    return {**told, "next_call": next_operation_call(operation, proposed["arguments"], why, listed)}
