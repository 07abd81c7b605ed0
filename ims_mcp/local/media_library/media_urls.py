"""The addresses the local IMS hands out for objects in the local OSS."""

from __future__ import annotations

from collections.abc import Callable

from ims_mcp.local.identity import Identity
from ims_mcp.local.media_library.addresses import ObjectAddress
from ims_mcp.local.oss.signature_v1 import signed_url


class MediaUrls:
    """Signs with the IMS's own key pair, for the endpoint it listens on now: stored state holds no port."""

    def __init__(self, owner: Identity, endpoint: Callable[[], str], clock: Callable[[], float]) -> None:
        self._owner = owner
        self._endpoint = endpoint
        self._clock = clock

    def signed(self, address: ObjectAddress, lifetime_seconds: int) -> str:
        """A path-style URL anybody can GET until it expires."""
        expires = int(self._clock()) + lifetime_seconds
        return signed_url(self._endpoint(), address.bucket, address.key, self._owner, expires=expires)
