"""The addresses of the resources of an asset: ``ims://media/ID`` and parts of it below.

Where a caller has several accounts or regions, the query names them as tools do: ``?account=east&region=cn-beijing``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from ims_mcp.server.reach import ACCOUNT, REGION

PARTS: Final = ("", "full", "subtitles", "transcript")
FROM: Final = "from_seconds"
"""Where the lines of subtitles and transcripts begin."""
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class MediaUri:
    """One of them, read; ``named`` has account and region where they are given."""

    media_id: str
    part: str
    named: Mapping[str, str]
    from_seconds: float = 0.0


def write_media_uri(media_id: str, named: Mapping[str, str], part: str = "", **more: str) -> str:
    """The address of an asset, or of a part of it; empty for what is no id."""
    if not _ID.fullmatch(media_id):
        return ""
    query = urlencode({**named, **more}, quote_via=quote)
    return f"ims://media/{media_id}{f'/{part}' if part else ''}{f'?{query}' if query else ''}"


def read_media_uri(uri: str) -> MediaUri | None:
    """None for what is no such address."""
    if len(uri) > _LONGEST or not uri.isprintable():
        return None
    try:
        parts = urlsplit(uri)
        query = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        start = float(query.pop(FROM, "0"))
    except ValueError:
        return None
    media_id, slash, part = unquote(parts.path).removeprefix("/").partition("/")
    is_known = parts.scheme == "ims" and parts.netloc == "media" and part in PARTS and set(query) <= {ACCOUNT, REGION}
    if (
        not is_known
        or bool(slash) != bool(part)
        or parts.fragment
        or not _ID.fullmatch(media_id)
        or not 0 <= start < 1e9
    ):
        return None
    return MediaUri(media_id, part, query, start)
