"""The call a result proposes to make next, with arguments that can be used as they are shown, or why there is none."""

from __future__ import annotations

from typing import Any

from ims_mcp.foreign_text import plain
from ims_mcp.summaries.bounds import size_bytes
from ims_mcp.summaries.shaping import present_ours

LONGEST_BYTES = 2500
_LONGEST_NAME = 60


def propose(tool: str, arguments: dict[str, Any], why: str) -> dict[str, Any]:
    """``{"next_call": {tool, arguments, why}}``, or ``{"next_call_problem": …}`` where a reader could not make that
    call.

    Tokens and ids in it are the service's words: one that is too long to be passed on, or that would have to be
    cleaned or hidden before it is shown, would not work.
    """
    call = {"tool": tool, "arguments": arguments, "why": why}
    if size_bytes(call) <= LONGEST_BYTES and present_ours(arguments) == arguments:
        return {"next_call": call}
    inner: dict[str, Any] = (
        arguments["arguments"] if "operation" in arguments and "arguments" in arguments else arguments
    )
    name, value = max(inner.items(), key=lambda entry: _trouble(entry[1]), default=("it", ""))
    flaw = f"{size_bytes(value):,} bytes long" if size_bytes(value) > LONGEST_BYTES // 4 else "not fit to be shown"
    what = plain(name, _LONGEST_NAME)
    return {"next_call_problem": f"The next call would be {tool} ({why}), but its {what} is {flaw}."}


def _trouble(value: Any) -> tuple[bool, int]:
    return present_ours({"": value}) != {"": value}, size_bytes(value)
