"""Conditions on a read: If-Match and its like, and byte ranges."""

from __future__ import annotations

import re

from ims_mcp.http_date import read_http_date
from ims_mcp.local.oss.errors import OssError
from ims_mcp.local.oss.objects import StoredObject
from ims_mcp.local.oss.reply import write_http_date
from ims_mcp.local.oss.request import Request
from ims_mcp.local.wire_values import MOST, read_whole_number

_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)


def check_conditions(request: Request, stored: StoredObject, prefix: str = "if-") -> None:
    """PreconditionFailed (412) or NotModified (304). ``prefix`` is x-oss-copy-source-if- for the source of a copy."""
    etag = stored.etag.lower()
    modified = int(stored.modified)
    wanted = request.get_header(f"{prefix}match")
    unwanted = request.get_header(f"{prefix}none-match")
    # HTTP: a date that is none does not count.
    unmodified_since = read_http_date(request.get_header(f"{prefix}unmodified-since"))
    modified_since = read_http_date(request.get_header(f"{prefix}modified-since"))
    if wanted is not None and not _is_named(wanted, etag):
        raise _fail("If-Match")
    if unmodified_since is not None and modified > unmodified_since:
        raise _fail("If-Unmodified-Since")
    if (unwanted is not None and _is_named(unwanted, etag)) or (
        modified_since is not None and modified <= modified_since
    ):
        # The details of a 304 are its headers: it has no body.
        headers = {"etag": f'"{stored.etag}"', "last-modified": write_http_date(stored.modified)}
        raise OssError("NotModified", "The object has not changed.", **headers)


def _fail(condition: str) -> OssError:
    # Clients put the two together: "... did not hold. (condition: If-Match)"
    message = "At least one of the pre-conditions you specified did not hold."
    return OssError("PreconditionFailed", message, Condition=condition)


def read_byte_range(text: str | None, size_bytes: int, *, standard: bool = False) -> tuple[int, int] | None:
    """(start, length) of a Range header; None where it does not apply and the whole object is meant.

    OSS ignores a range that is malformed or reaches beyond the object, unless the request asks for the ``standard``
    behaviour (x-oss-range-behavior): then the end is clipped, and a start beyond the end is InvalidRange. The last 0
    bytes always are. Of several ranges the first counts.
    """
    if text is None:
        return None
    match = _RANGE.fullmatch(text.partition(",")[0].strip())
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        length = _read_position(match[2])
        if not length:
            raise _begin_beyond(size_bytes)
        if standard:
            length = min(length, size_bytes)
        start, end = size_bytes - length, size_bytes - 1
    else:
        start, end = _read_position(match[1]), _read_position(match[2]) if match[2] else size_bytes - 1
        if match[2] and end < start:
            return None
        if standard:
            end = min(end, size_bytes - 1)
    if 0 <= start <= end < size_bytes:
        return start, end - start + 1
    if standard:
        raise _begin_beyond(size_bytes)
    return None


def _begin_beyond(size_bytes: int) -> OssError:
    message = "The requested range cannot be satisfied: it begins beyond the end of the object."
    return OssError("InvalidRange", message, ActualObjectSize=str(size_bytes))


def _is_named(header: str, etag: str) -> bool:
    """Whether an If-Match header names this (lower-case) ETag."""
    return any(one.strip().strip('"').lower() in (etag, "*") for one in header.split(","))


def _read_position(digits: str) -> int:
    # A number no object can reach is as good as the largest.
    found = read_whole_number(digits)
    return MOST if found is None else found
