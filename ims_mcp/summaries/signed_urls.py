"""Signed URLs: a link whose query is the right to fetch it. Recognised, shown without the query, or with its expiry.

Known signatures: OSS V1 (``Expires``, ``OSSAccessKeyId``, ``Signature``, ``security-token``), OSS V4
(``x-oss-signature`` and its companions), their S3 twins, and ``auth_key`` of CDN, VOD and live domains. The other CDN
schemes put the signature into the path, where nothing tells it from a name.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

_NAMES = (
    r"OSSAccessKeyId|AWSAccessKeyId|AccessKeyId|Signature|security-token|auth_key|"
    r"x-(?:oss|amz)-(?:signature|credential|security-token|algorithm|signature-version|date|expires)"
)
# The character before a name may itself be escaped: %26 in a URL inside a URL, \u0026 and &amp; in JSON and HTML.
_KEY = re.compile(rf"(?:(?<![A-Za-z0-9_-])|(?<=%26)|(?<=%3F)|(?<=\\u0026))(?:{_NAMES})(?:=|%3D)", re.IGNORECASE)
_QUERY_START = re.compile(r"\?|%3F", re.IGNORECASE)
# What can follow a URL in running text: a URL holds none of these unescaped.
_PIECE = re.compile(r"[^\s\"'<>\\^`{|}，。；）]+")
_LONGEST_QUERY = 8000
_USER = re.compile(r"(?<=://)[^/?#@\s]*@")


def is_signed(text: str) -> bool:
    """Whether a signature's parameter is named anywhere in ``text``."""
    folded = text.lower()
    # One of these is in every text _KEY can match, and looking for them is far quicker than the expression is.
    return (
        "signature" in folded
        or "accesskeyid" in folded
        or "security-token" in folded
        or "auth_key" in folded
        or "x-oss-" in folded
        or "x-amz-" in folded
    ) and _KEY.search(text) is not None


def without_signature(text: str) -> str:
    """``text``, a URL or any text with URLs in it, with the whole query of every signed one left off.

    A query that signs nothing (``?x-oss-process=…``) stays. A name and password before the host go as well.
    """
    if "://" in text and "@" in text:
        text = _USER.sub("", text)
    if not is_signed(text):
        return text
    # JSON in a string writes & as \u0026 at times; as one piece with its URL it is found by the same rule.
    return _PIECE.sub(_unsigned_piece, text.replace("\\u0026", "&"))


def _unsigned_piece(match: re.Match[str]) -> str:
    piece = match[0]
    key = _KEY.search(piece)
    if key is None:
        return piece
    start = _QUERY_START.search(piece)
    return piece[: min(start.start() if start else len(piece), key.start())]


def expiry(url: str) -> str:
    """When a signed URL stops working, as ISO 8601 in UTC; empty where its query does not say.

    ``auth_key`` carries a time too, but whether it is the end or the start of validity is a setting of the domain.
    """
    query = url.partition("?")[2][:_LONGEST_QUERY]
    fields = {name.lower(): value for name, value in parse_qsl(query)}
    try:
        if "expires" in fields:
            end = datetime.fromtimestamp(int(fields["expires"]), UTC)
        else:
            family = "x-oss-" if "x-oss-date" in fields else "x-amz-"
            start = datetime.strptime(fields[family + "date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            end = start + timedelta(seconds=int(fields[family + "expires"]))
    except (KeyError, ValueError, OverflowError, OSError):
        return ""
    return end.strftime("%Y-%m-%dT%H:%M:%SZ")
