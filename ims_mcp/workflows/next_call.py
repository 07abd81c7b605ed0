"""The call an answer proposes: ``next_call: {tool, arguments, why}``, with arguments that work as they are shown."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from ims_mcp.catalogue import Operation
from ims_mcp.catalogue.check import check
from ims_mcp.catalogue.published_names import publish_name
from ims_mcp.errors import InvalidArguments
from ims_mcp.foreign_text import plain
from ims_mcp.summaries.bounds import size_bytes
from ims_mcp.summaries.shaping import present_ours

LONGEST_BYTES = 2500
_LONGEST_NAME = 60
_ARGUMENTS = publish_name("arguments")


def propose(tool: str, arguments: dict[str, Any], why: str) -> dict[str, Any]:
    """``{"next_call": {tool, arguments, why}}``, or ``{"next_call_problem": …}`` where a reader could not make that
    call.

    Tokens and ids in it are the service's words: one that is too long to be passed on, or that would have to be
    cleaned or hidden before it is shown, would not work.
    """
    # Clients put the server's name before a tool's, each in its own way: mcp__ims__x, ims-x, ims_x.
    call = {"tool": tool, "arguments": arguments, "why": f"{why} (your client may list the tool under a longer name)"}
    if size_bytes(call) <= LONGEST_BYTES and present_ours(arguments) == arguments:
        return {"next_call": call}
    inner: dict[str, Any] = arguments[_ARGUMENTS] if {"operation", _ARGUMENTS} <= arguments.keys() else arguments
    name, value = max(inner.items(), key=lambda entry: _measure_trouble(entry[1]), default=("it", ""))
    flaw = f"{size_bytes(value):,} bytes long" if size_bytes(value) > LONGEST_BYTES // 4 else "not fit to be shown"
    what = plain(name, _LONGEST_NAME)
    return {"next_call_problem": f"The next call would be {tool} ({why}), but its {what} is {flaw}."}


def propose_operation(
    operation: Operation, arguments: dict[str, Any], why: str, listed: Container[str] | None
) -> dict[str, Any]:
    """:func:`propose` as the reader can call: the operation's own tool, or the tool for operations of its effect.

    ``listed`` are the tools the reader has, None for all; this server's own arguments may stand among the operation's.
    Empty where the operation would not take its own: what an answer holds need not be an id.
    """
    try:
        check(operation, {name: value for name, value in arguments.items() if operation.parameter(name)})
    except InvalidArguments:
        return {}
    if listed is None or operation.tool_name in listed:
        return propose(operation.tool_name, arguments, why)
    return propose(f"call_{operation.effect}_operation", {"operation": operation.name, _ARGUMENTS: arguments}, why)


def _measure_trouble(value: Any) -> tuple[bool, int]:
    return present_ours({"": value}) != {"": value}, size_bytes(value)
