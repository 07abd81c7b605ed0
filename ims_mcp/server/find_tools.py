"""find_media: the tool that finds an asset by words and by what it is."""

from __future__ import annotations

from typing import Any

from ims_mcp.catalogue import Effect, Operation, Parameter
from ims_mcp.server.tool import TableTool, ToolRequest
from ims_mcp.summaries.bounds import fit
from ims_mcp.summaries.shaping import MAX_BYTES
from ims_mcp.workflows.find_media import DEFAULT_LIMIT, MOST_ROWS, MediaFinder
from ims_mcp.workflows.media_filters import FILTERS
from ims_mcp.workflows.media_wish import SORTS

FIND_MEDIA = Operation(
    name="FindMedia",
    toolset="media_library",
    title="Find assets",
    purpose=(
        "Find assets by words in title, description, tags or file name, and by filters (bounds included). Best first."
    ),
    effect=Effect.READ,
    idempotent=True,
    parameters=(
        *FILTERS,
        Parameter("sort", "string", choices=SORTS),
        Parameter(
            "limit",
            "integer",
            text=f"Default {DEFAULT_LIMIT}, 1 to {MOST_ROWS}.",
            minimum=1,
            maximum=MOST_ROWS,
            cut=True,
        ),
        Parameter("page", "string", text="From next_call."),
    ),
)
SEARCHES = ("SearchMedia", "ListMediaBasicInfos")
"""The library may be searched by whoever may call one of these."""
_OUTPUT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "total": {"type": "integer"},
        "assets": {"type": "array", "items": {"type": "object"}},
    },
}


def make_find_tool() -> TableTool:
    """Serves :data:`FIND_MEDIA`."""

    async def answer(arguments: dict[str, Any], request: ToolRequest) -> dict[str, Any]:
        client = request.client
        request.target.require_any(SEARCHES, Effect.READ)
        finder = client.keep(MediaFinder, lambda: MediaFinder(client))
        found = await finder.find(arguments, longest_seconds=request.longest_wait_seconds)
        return fit(found, MAX_BYTES, query_prefix=None)

    return TableTool(FIND_MEDIA, answer, output_schema=_OUTPUT)
