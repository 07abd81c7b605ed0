"""Calling look_at_media, and reading what came."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from mcp import Client
from mcp_types import CallToolResult, ImageContent, TextContent


@dataclass(frozen=True, slots=True)
class Look:
    """``facts`` are the text, ``pictures`` the blocks behind it."""

    facts: dict[str, Any]
    pictures: list[bytes]
    result: CallToolResult

    @property
    def rows(self) -> list[dict[str, Any]]:
        return self.facts["pictures"]


async def look(client: Client, **arguments: Any) -> Look:
    """A look that goes well."""
    result = await client.call_tool("look_at_media", arguments)
    assert isinstance(result, CallToolResult)
    assert not result.is_error, result.content
    return read_look(result)


def read_look(result: CallToolResult) -> Look:
    first, *rest = result.content
    assert isinstance(first, TextContent)
    assert all(isinstance(block, ImageContent) for block in rest)
    pictures = [base64.b64decode(block.data) for block in rest if isinstance(block, ImageContent)]
    assert result.structured_content is None
    return Look(json.loads(first.text), pictures, result)


async def failed_look(client: Client, **arguments: Any) -> str:
    """What an answer that is an error says."""
    result = await client.call_tool("look_at_media", arguments)
    assert result.is_error, result.content
    assert len(result.content) == 1
    return result.content[0].text  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType] - a text
