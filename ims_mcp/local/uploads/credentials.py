"""UploadAddress and UploadAuth: where one file goes, and a temporary credential that is good for that key only."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

from ims_mcp.local.identity import Identities, Scope
from ims_mcp.local.media_library.addresses import ObjectAddress
from ims_mcp.local.timestamps import utc_text

# What an upload consists of, in one piece or in parts; reading is no part of it, not even of the own key.
ACTIONS = ("oss:PutObject", "oss:AbortMultipartUpload", "oss:ListParts")


class UploadCredentials:
    """Every grant is a credential of its own: a new one takes nothing away from those before it."""

    def __init__(
        self, identities: Identities, endpoint: Callable[[], str], *, region: str, lifetime_seconds: float
    ) -> None:
        self._identities = identities
        self._endpoint = endpoint
        self._region = region
        self._lifetime_seconds = lifetime_seconds

    async def grant(self, address: ObjectAddress) -> dict[str, str]:
        """Both fields of an answer, each JSON in base64.

        UploadAddress: {Endpoint, Bucket, FileName}. UploadAuth: {AccessKeyId, AccessKeySecret, SecurityToken,
        Expiration (seconds, as text), ExpireUTCTime, Region}.
        """
        scope = Scope(address.bucket, address.key, key_is_prefix=False, actions=ACTIONS)
        identity = await self._identities.mint(seconds=self._lifetime_seconds, scope=scope)
        place = {"Endpoint": self._endpoint(), "Bucket": address.bucket, "FileName": address.key}
        credential = {
            "AccessKeyId": identity.access_key_id,
            "AccessKeySecret": identity.secret,
            "SecurityToken": identity.security_token or "",
            "Expiration": str(int(self._lifetime_seconds)),
            "ExpireUTCTime": utc_text(identity.expires_at or 0.0),
            "Region": self._region,
        }
        return {"UploadAddress": _encoded(place), "UploadAuth": _encoded(credential)}


def _encoded(fields: dict[str, str]) -> str:
    return base64.b64encode(json.dumps(fields, separators=(",", ":")).encode("ascii")).decode("ascii")
