"""UploadAddress opened: the service sends endpoint, bucket and key as JSON in base64."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, cast

_FIELD = "UploadAddress"


def opened_upload_address(data: dict[str, Any]) -> dict[str, Any]:
    """The response with ``UploadAddress: {Endpoint, Bucket, FileName}``; as it came where it cannot be opened."""
    encoded = data.get(_FIELD)
    if not isinstance(encoded, str):
        return data
    try:
        address = json.loads(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError):
        return data
    return {**data, _FIELD: cast("dict[str, Any]", address)} if isinstance(address, dict) else data
