"""The user's own buckets: where OSS is, and with whose credentials."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ims_mcp.client.credentials import Credential, CredentialSource
from ims_mcp.client.oss.target import UploadTarget


class OwnStorage:
    """OSS as the holder of the account reaches it. ``endpoint`` gives scheme and host."""

    def __init__(self, endpoint: Callable[[], Awaitable[str]], credentials: CredentialSource) -> None:
        self._endpoint = endpoint
        self._credentials = credentials

    async def credential(self, *, force: bool = False) -> Credential:
        return await (self._credentials.renew() if force else self._credentials.get())

    async def target(self, bucket: str, key: str) -> UploadTarget:
        """An object of theirs, which is never put in the place of another."""
        return UploadTarget(await self._endpoint(), bucket, key, keeps_existing=True)
