"""The call a result proposes to make next, with arguments that can be used as they are shown, or why there is none."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from ims_mcp.catalogue import Operation, UnknownOperation, get_operation
from ims_mcp.catalogue.published_names import published_name
from ims_mcp.foreign_text import plain
from ims_mcp.summaries.bounds import size_bytes
from ims_mcp.summaries.shaping import present_ours

LONGEST_BYTES = 2500
OTHER_NAME = "your client may list the tool under a longer name"
"""Clients put the server's name before a tool's, each in its own way: mcp__ims__x, ims-x, ims_x."""
WRAPPED = published_name("arguments")
"""Where the tools for operations without one of their own take the operation's arguments."""
_LONGEST_NAME = 60


def next_call(tool: str, arguments: dict[str, Any], why: str) -> dict[str, Any]:
    """A call of one of this server's tools, by the name the server gives it."""
    return {"tool": tool, "arguments": arguments, "why": f"{why} ({OTHER_NAME})"}


def call_as_listed(
    operation: Operation, arguments: dict[str, Any], listed: Container[str] | None
) -> tuple[str, dict[str, Any]]:
    """Tool and arguments of a call as the reader can make it: of the operation's own tool, or of the tool for
    operations of its effect. ``listed`` are the tools the reader has, None for all."""
    if listed is None or operation.tool_name in listed:
        return operation.tool_name, arguments
    return f"call_{operation.effect}_operation", {"operation": operation.name, WRAPPED: arguments}


def with_listed_call(told: dict[str, Any], listed: Container[str]) -> dict[str, Any]:
    """An answer of a workflow whose next call names an operation's tool, where the reader may not have that tool."""
    proposed = told.get("next_call")
    try:
        operation = None if proposed is None else get_operation(proposed["tool"])
    except UnknownOperation:
        operation = None  # a tool that is always held
    if proposed is None or operation is None:
        return told
    tool, arguments = call_as_listed(operation, proposed["arguments"], listed)
    return {**told, "next_call": {**proposed, "tool": tool, "arguments": arguments}}


def propose(tool: str, arguments: dict[str, Any], why: str) -> dict[str, Any]:
    """``{"next_call": {tool, arguments, why}}``, or ``{"next_call_problem": …}`` where a reader could not make that
    call.

    Tokens and ids in it are the service's words: one that is too long to be passed on, or that would have to be
    cleaned or hidden before it is shown, would not work.
    """
    call = next_call(tool, arguments, why)
    if size_bytes(call) <= LONGEST_BYTES and present_ours(arguments) == arguments:
        return {"next_call": call}
    inner: dict[str, Any] = arguments[WRAPPED] if "operation" in arguments and WRAPPED in arguments else arguments
    name, value = max(inner.items(), key=lambda entry: _trouble(entry[1]), default=("it", ""))
    flaw = f"{size_bytes(value):,} bytes long" if size_bytes(value) > LONGEST_BYTES // 4 else "not fit to be shown"
    what = plain(name, _LONGEST_NAME)
    return {"next_call_problem": f"The next call would be {tool} ({why}), but its {what} is {flaw}."}


def _trouble(value: Any) -> tuple[bool, int]:
    return present_ours({"": value}) != {"": value}, size_bytes(value)
