"""Small pictures for clients that show them: prompts and resources. As data: nothing is loaded.

Tools have none, which would be bytes of every model's context; nor has the server, which since 2026-07-28 tells who it
is in every answer.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

from mcp_types import Icon

# Paths in a square of 24.
_PATHS = {
    "asset": "M3 5h18v14H3zM10 9v6l5-3z",
    "text": "M4 5h16v2H4zM4 11h16v2H4zM4 17h10v2H4z",
    "record_stream": "M12 4a8 8 0 100 16 8 8 0 000-16zm0 5a3 3 0 110 6 3 3 0 010-6z",
    "upload_and_publish": "M12 3l6 7h-4v6h-4v-6H6zM4 18h16v3H4z",
    "attach_rendition": "M3 6h11v9H3zM10 9h11v9H10z",
    "register_and_inspect": "M10 4a6 6 0 104 11l5 5 2-2-5-5a6 6 0 00-6-9zm0 2a4 4 0 110 8 4 4 0 010-8z",
}


@lru_cache(maxsize=32)
def make_icon(name: str) -> Icon:
    """The picture of that name, as SVG in a data address; that of an asset where there is none."""
    shape = f'<path fill="%23ff6a00" fill-rule="evenodd" d="{_PATHS.get(name, _PATHS["asset"])}"/>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">{shape}</svg>'
    return Icon(src=f"data:image/svg+xml,{quote(svg, safe='%/:=')}", mime_type="image/svg+xml", sizes=["any"])
