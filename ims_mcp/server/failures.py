"""The one boundary where errors become what a model reads."""

from __future__ import annotations

import json
import logging
import uuid
from typing import Any

from mcp_types import CallToolResult, TextContent

from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import clean, plain, shorten

LONGEST_BYTES = 16 * 1024
"""Of an error's text."""
logger = logging.getLogger("ims_mcp.server")

_SHOWN_CHARACTERS = 60


def quote_name(name: str) -> str:
    """A name that a client made up, as an error repeats it: short, printable, on one line."""
    return repr(plain(name, _SHOWN_CHARACTERS))


def failure(text: str) -> CallToolResult:
    """An error result; everything is in the text, since clients drop structured content on errors.

    Whoever wrote the text has cleaned what it quotes; this is the last look at it, and makes it encodable.
    """
    text = shorten(clean(text), LONGEST_BYTES)
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


def success(result: dict[str, Any]) -> CallToolResult:
    """A result, the same facts twice: some clients show a model only the text, others only the structured content."""
    text = json.dumps(result, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        # Half a character, as a file name or a client's own words may hold, would end the connection.
        text = text.encode("utf-8", "replace").decode()
        result = json.loads(text)
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=result)


def explained(error: ImsError) -> CallToolResult:
    """An error this project raised on purpose."""
    return failure(error.explain())


def incident(tool_name: str, error: Exception) -> CallToolResult:
    """A bug: its trace goes to the log under an id, and only the id to the model."""
    incident_id = uuid.uuid4().hex[:12]
    logger.error("unexpected error", extra={"tool": tool_name, "incident": incident_id}, exc_info=error)
    return failure(
        f"{tool_name} failed inside this server, which is a bug in it, not in your call (incident {incident_id}). "
        "Nothing is known about whether the service acted; look before calling again. The server's stderr log has "
        "the details under that incident."
    )
