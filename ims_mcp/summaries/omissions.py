"""What a view of an asset omits, each with its size and the very arguments of the call that gets it; and its pages."""

from __future__ import annotations

from typing import Any

from ims_mcp.summaries.bounds import fit, size_bytes
from ims_mcp.summaries.values import Json, as_object, label

DETAILED = "AiRoughData.StandardSmartTagJob"
AROUND_BYTES = 2_400
"""Kept free on every page for what stands around the items."""
# Arguments that choose what is shown of a response, not which response.
_OURS = ("view", "page", "ai_section", "query", "wait_seconds")
_LONGEST_ARGUMENTS = 600
_LONGEST_ID = 80


def repeat_call(call: dict[str, Any], media_id: Any) -> Json:
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


def describe_omitted(what: str, about_bytes: int | None, arguments: Json, **changes: Any) -> Json:
    """``{what, about_bytes, arguments}``; the size is that of the same facts in the response, roughly, and None where
    the response does not hold them."""
    entry: Json = {"what": what}
    if about_bytes is not None:
        entry["about_bytes"] = about_bytes
    entry["arguments"] = arguments | changes
    return entry


def read_head(info: Json, call: Json) -> tuple[Json, Json]:
    """What stands at the top of every page, ``{media_id, title, status}``, and the arguments that get the response."""
    basic = as_object(info.get("MediaBasicInfo"))
    texts = (("media_id", basic.get("MediaId") or info.get("MediaId"), 80), ("title", basic.get("Title"), 200))
    head: Json = {name: text for name, value, longest in texts if (text := label(value, longest))}
    if status := label(basic.get("Status"), 40):
        head["status"] = status
    return head, repeat_call(call, basic.get("MediaId") or info.get("MediaId"))


def finish_page(
    result: Json, rest: list[Json], page: int, pages: int, arguments: Json, max_bytes: int, **changes: Any
) -> Json:
    """``result`` with ``page``, ``pages`` and what is left out of it in ``rest``; ``changes`` choose the view."""
    if page != pages:
        what = f"page {page + 1} of {pages}" if page < pages else f"there is no page {page}: the last is {pages}"
        rest.insert(0, describe_omitted(what, None, arguments, **changes, page=min(page + 1, pages)))
    result |= {"page": page, "pages": pages}
    if rest:
        result["left_out"] = rest
    return fit(result, max_bytes, query_prefix=None)
