"""What a view leaves out, each with its size and the very arguments of the call that gets it."""

from __future__ import annotations

from typing import Any

from ims_mcp.summaries.bounds import size_bytes
from ims_mcp.summaries.values import Json, label

# Arguments that choose what is shown of a response, not which response.
_OURS = ("view", "page", "ai_section", "query", "wait_seconds")
_LONGEST_ARGUMENTS = 600
_LONGEST_ID = 80
DETAILED = "AiRoughData.StandardSmartTagJob"


def repeatable(call: dict[str, Any], media_id: Any) -> Json:
    """The arguments of a call that gets the same response again, shorter where the asset's MediaId, as the response has
    it, does in place of an address."""
    arguments: Json = {name: value for name, value in call.items() if name not in _OURS and value is not None}
    if media_id and media_id == label(media_id, _LONGEST_ID) and "InputURL" in arguments:
        # MediaId takes precedence over InputURL, and its length is known.
        arguments.pop("InputURL")
        arguments = {"MediaId": arguments.pop("MediaId", None) or media_id, **arguments}
    if len(arguments) > 2 and size_bytes(arguments) > _LONGEST_ARGUMENTS:
        arguments = {name: arguments[name] for name in ("MediaId", "InputURL") if name in arguments}
    return arguments


def left_out(what: str, about_bytes: int | None, arguments: Json, **changes: Any) -> Json:
    """``{what, about_bytes, arguments}``; the size is that of the same facts in the response, roughly, and None where
    the response does not hold them."""
    size = {} if about_bytes is None else {"about_bytes": about_bytes}
    return {"what": what, **size, "arguments": {**arguments, **changes}}
