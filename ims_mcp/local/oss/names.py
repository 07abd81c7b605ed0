"""Which names buckets and objects may have."""

from __future__ import annotations

import re

from ims_mcp.local.oss.errors import OssError

MAX_KEY_BYTES = 1023
BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


def check_bucket(name: str) -> str:
    """The name itself; InvalidBucketName unless 3 to 63 of a-z, 0-9 and inner hyphens."""
    if not BUCKET_NAME.fullmatch(name):
        raise OssError("InvalidBucketName", "The bucket name is not valid.", BucketName=name)
    return name


def key_bytes(key: str) -> bytes:
    """The key in UTF-8, as it is stored and ordered. InvalidObjectName: empty, over 1023 bytes, a leading / or \\."""
    try:
        encoded = key.encode("utf-8")
    except UnicodeEncodeError:
        raise OssError("InvalidObjectName", "The object name is not valid UTF-8.") from None
    if not encoded or len(encoded) > MAX_KEY_BYTES or encoded[:1] in (b"/", b"\\"):
        raise OssError("InvalidObjectName", "The object name is not valid.", ObjectName=key)
    return encoded
