"""What a browser may show of an object, and what it may only save: nothing stored here runs in this server's origin."""

from __future__ import annotations

import re
from collections.abc import Mapping

PASSIVE: Mapping[str, str] = {"x-content-type-options": "nosniff", "content-security-policy": "sandbox"}
"""Sent with every answer: a type is taken as it is said, and no script runs."""

# Whatever else a type may be (HTML, SVG, scripts, PDF), a browser saves it. No plus: video/x+xml is XML to a browser.
_SHOWN = re.compile(
    r"(video|audio|font|image(?!/svg))/[a-z0-9][a-z0-9.-]*"
    r"|text/(plain|vtt|csv)|application/(octet-stream|json|x-subrip|(vnd\.apple\.|x-)mpegurl)"
)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_ATTACHMENT = re.compile(r"\s*attachment\s*(;.*)?", re.IGNORECASE | re.DOTALL)


def passive(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of an object's data, as an attachment unless its Content-Type is one that only shows or plays.

    A file name that Content-Disposition gives is kept. Programs take no notice of that header; OSS, too, sets it for
    pages that are read under its own host names.
    """
    if _is_shown(headers.get("content-type", "")):
        return dict(headers)
    disposition = headers.get("content-disposition", "")
    if not _ATTACHMENT.fullmatch(disposition):
        _, semicolon, parameters = disposition.partition(";")
        disposition = f"attachment{semicolon}{parameters}"
    return {**headers, "content-disposition": disposition}


def _is_shown(content_type: str) -> bool:
    # Of several types, as a comma makes them, browsers take the last.
    if "," in _QUOTED.sub("", content_type):
        return False
    return _SHOWN.fullmatch(content_type.partition(";")[0].strip().lower()) is not None
