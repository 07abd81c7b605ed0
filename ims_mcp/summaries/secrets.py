"""Fields whose values are credentials: which they are, and what stands in their place."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterable

HIDDEN = "[hidden: a credential; include_credentials=true shows it]"

# Names in any case and with any separators. Continuation tokens (NextToken, ScrollToken) are none; ClientToken neither.
_NAMES = frozenset(
    {
        "accesskeyid", "accesskeysecret", "accesskey", "secretaccesskey", "secretkey", "secret", "securitytoken",
        "ststoken", "accesstoken", "authtoken", "token", "password", "passphrase", "srtpassphrase", "uploadauth",
        "playauth", "authkey", "authcode", "authinfo", "authorization", "authorizationcode", "appsign", "credential",
        "credentials", "plaintext", "privatekey", "streamkey", "apikey",
    }
)  # fmt: skip
_KEY_PHRASES = (b"AccessKeySecret", b"SecurityToken")


class SecretNames:
    """Which field names hold a credential: the well-known ones and those an operation's table adds."""

    __slots__ = ("_names",)

    def __init__(self, more: Iterable[str] = ()) -> None:
        added = {_folded(name) for name in more}
        self._names = _NAMES | added if added else _NAMES

    def __contains__(self, name: str) -> bool:
        return _folded(name) in self._names


def _folded(name: str) -> str:
    name = name.lower()
    return name if name.isalnum() else "".join(filter(str.isalnum, name))


def is_credential_text(text: str) -> bool:
    """Whether a string under any name is an upload credential: base64 of JSON with a key in it."""
    if not text.startswith("eyJ") or len(text) < 60:
        return False
    try:
        decoded = b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return False
    return any(phrase in decoded for phrase in _KEY_PHRASES)
