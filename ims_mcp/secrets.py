"""What is secret, and what stands in its place: for errors, logs, results and addresses alike."""

from __future__ import annotations

import re
from collections.abc import Iterable

HIDDEN = "[hidden]"
SHORTEST_SECRET = 8
"""A shorter word is not searched for: the embedded IMS's key pair is ``local``/``local``, a word of its own texts."""

_URL_QUERY = re.compile(r"((?:https?|rtmps?|oss)://[^\s?#\"'<>]+)\?[^\s\"'<>]*", re.IGNORECASE)
# Parameters and headers that carry credentials, wherever they stand.
_SECRET_FIELD = re.compile(
    r"((?:access_?key_?(?:id|secret)|security_?token|sts_?token|signature|authorization|credential|upload_?auth"
    r"|oidc_?token|x-acs-security-token)[\"']?\s*[=:]\s*[\"']?)(?:ACS3-HMAC-SHA256\s+)?[^\s\"'&,;<>]+",
    re.IGNORECASE,
)
_HEX_DIGEST = re.compile(r"\b[0-9a-fA-F]{64}\b")


def without_secrets(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` with ``secrets``, digests, credential fields and the queries of URLs left out."""
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
    text = _URL_QUERY.sub(r"\1?…", text)
    text = _SECRET_FIELD.sub(rf"\1{HIDDEN}", text)
    return _HEX_DIGEST.sub(HIDDEN, text)
