"""The temporary credential of an upload into VOD storage, renewed before it runs out."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import anyio

from ims_mcp.catalogue import get_operation
from ims_mcp.client.credentials import Credential
from ims_mcp.client.ims import ImsClient
from ims_mcp.client.oss.target import UploadTarget
from ims_mcp.foreign_text import plain
from ims_mcp.summaries.json_strings import open_base64_json
from ims_mcp.workflows.transfers.store import TransferError

RENEW_BEFORE_SECONDS = 120.0
"""Renewed this long before its end, or in the last fifth of a shorter life."""
_WITHOUT_EXPIRY_SECONDS = 3000.0
_REGION = re.compile(r"[a-z]{2}-[a-z0-9-]{2,30}")


def decode_field(answer: Mapping[str, Any], field: str) -> dict[str, Any]:
    """A field that the service sends as JSON in base64. Raises TransferError where it is none."""
    value = open_base64_json(str(answer.get(field)))
    if value is None:
        raise TransferError(f"The service's {field} cannot be read.", next_step="Try again; if it stays, report it.")
    return value


def read_target(answer: Mapping[str, Any]) -> UploadTarget:
    """Where UploadAddress sends the file."""
    address = decode_field(answer, "UploadAddress")
    endpoint = str(address.get("Endpoint", ""))
    if "://" not in endpoint:
        endpoint = f"https://{endpoint}"
    return UploadTarget(endpoint, str(address.get("Bucket", "")), str(address.get("FileName", "")))


def read_region(answer: Mapping[str, Any]) -> str:
    """The region that UploadAuth is for; empty where it names none."""
    region = str(decode_field(answer, "UploadAuth").get("Region", ""))
    return region if _REGION.fullmatch(region) else ""


async def renew_upload(client: ImsClient, media_id: str, bucket: str, key: str) -> Mapping[str, Any]:
    """What RefreshUploadMedia answers for the upload to this object.

    It knows an asset only: of several uploads to it, it renews one. Raises TransferError where that is another.
    """
    answer = (await client.call(get_operation("RefreshUploadMedia"), {"MediaId": media_id})).data
    target = read_target(answer)
    if (target.bucket, target.key) != (bucket, key):
        raise TransferError(
            f"The service renews the credential of another upload to the asset {plain(media_id, 64)}: this one cannot "
            "go on now.",
            next_step="Once the other upload is done or cancelled, call transfer_status with this transfer's id.",
            resumable=True,
        )
    return answer


class UploadCredentials:
    """Gives the uploader a credential that is good for now; asks RefreshUploadMedia for the next one in time.

    ``answer`` is what CreateUploadMedia, CreateUploadStream or RefreshUploadMedia returned.
    """

    def __init__(
        self,
        client: ImsClient,
        media_id: str,
        answer: Mapping[str, Any],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._media_id = media_id
        self._clock = clock
        self._lock = anyio.Lock()
        self._target = read_target(answer)
        self._take(answer)

    async def __call__(self, *, force: bool = False) -> Credential:
        """The credential; ``force`` where the last one was refused."""
        asked_at = self._clock()
        async with self._lock:
            # Several parts may find it refused at once: one renewal serves them all.
            if (force and self._taken_at < asked_at) or self._clock() >= self._renew_at:
                self._take(await renew_upload(self._client, self._media_id, self._target.bucket, self._target.key))
            return self._credential

    def _take(self, answer: Mapping[str, Any]) -> None:
        auth = decode_field(answer, "UploadAuth")
        try:
            life = float(auth.get("Expiration", ""))
        except (TypeError, ValueError):
            life = _WITHOUT_EXPIRY_SECONDS
        self._credential = Credential(
            str(auth.get("AccessKeyId", "")),
            str(auth.get("AccessKeySecret", "")),
            str(auth.get("SecurityToken", "")),
            ends_at=self._client.service_clock.now() + life,
        )
        self._taken_at = self._clock()
        self._renew_at = self._taken_at + max(life - RENEW_BEFORE_SECONDS, life * 0.8)
