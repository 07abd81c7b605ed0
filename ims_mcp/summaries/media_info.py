"""GetMediaInfo's response in four views: a typed summary, the files, the AI results, and everything.

All views are JSON objects that :data:`OUTPUT_SCHEMA` describes, none larger than ``max_bytes`` of compact JSON.
Whatever is not of the documented shape is passed over, never an error.
"""

from __future__ import annotations

from typing import Any, Literal

from ims_mcp.summaries.ai_view import page_ai
from ims_mcp.summaries.asset_summary import summarize
from ims_mcp.summaries.file_details import page_files
from ims_mcp.summaries.shaping import MAX_BYTES, shape
from ims_mcp.summaries.values import as_object

View = Literal["summary", "files", "ai", "full"]
VIEWS: tuple[View, ...] = ("summary", "files", "ai", "full")

OUTPUT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "media_id": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "files": {"type": "array", "items": {"type": "object"}},
        "file_tables": {
            "type": "array",
            "items": {"type": "object"},
        },
        "ai": {"type": "object"},
        "left_out": {
            "type": "array",
            "items": {"type": "object"},
        },
        "page": {"type": "integer"},
        "pages": {"type": "integer"},
    },
}


def media_info_view(
    data: dict[str, Any],
    *,
    view: View = "summary",
    page: int = 1,
    ai_section: str | None = None,
    include_signed_urls: bool = False,
    call: dict[str, Any],
    max_bytes: int = MAX_BYTES,
) -> dict[str, Any]:
    """What a model should read of a GetMediaInfo response.

    ``data`` is the parsed body, ``call`` the arguments of the get_media_info call it answers: what a view leaves out
    is listed in ``left_out: [{what, about_bytes, arguments}]`` with complete arguments. ``page`` counts from 1 and is
    for ``files`` and ``ai``, which say ``pages``; ``ai_section`` is one of AI_SECTIONS.
    """
    info = data.get("MediaInfo")
    if view == "full" or not isinstance(info, dict):
        # Our own names would be taken for what the schema says they are; the service has none of them.
        return shape(
            {name: value for name, value in data.items() if name not in OUTPUT_SCHEMA["properties"]},
            include_signed_urls=include_signed_urls,
            max_bytes=max_bytes,
        )
    asset = as_object(info)
    if view == "files":
        return page_files(asset, call, page, include_signed_urls=include_signed_urls, max_bytes=max_bytes)
    if view == "ai":
        return page_ai(asset, call, page, ai_section, include_signed_urls=include_signed_urls, max_bytes=max_bytes)
    return summarize(asset, call, include_signed_urls=include_signed_urls, max_bytes=max_bytes)
