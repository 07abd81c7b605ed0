"""Small objects read by the signed address that the service gave, and addresses signed for what lies beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import anyio.to_thread

from ims_mcp.client.ims import ImsClient
from ims_mcp.client.oss.page_credential import find_page_credential
from ims_mcp.client.oss.place import ObjectPlace

SECONDS = 10.0
"""For one read, connecting included."""


@dataclass(frozen=True, slots=True)
class SignedReads:
    """Of one account: with its credential, over its connections."""

    client: ImsClient

    async def fetch(self, address: str, most_bytes: int) -> bytes:
        """The object's bytes. Raises DownloadFailed: it is not there, does not come, or is longer."""
        return await self.client.download(address, most_bytes=most_bytes, timeout_seconds=SECONDS)

    async def sign(self, place: ObjectPlace, keys: Sequence[str], seconds: int) -> list[str]:
        """An address for each of ``keys``, in the bucket of ``place``. Raises ImsError without a credential."""
        credential = await self.client.find_credential()
        if place.endpoint.startswith("http://"):
            credential = await find_page_credential(self.client, place.endpoint, credential, seconds)
        now = self.client.service_clock.now

        def work() -> list[str]:
            from ims_mcp.client.oss.signed_addresses import sign_addresses  # heavy, so imported late

            return sign_addresses(place, keys, credential, seconds, now)

        return await anyio.to_thread.run_sync(partial(work), abandon_on_cancel=True)
