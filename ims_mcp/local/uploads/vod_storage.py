"""The VOD storage of the local IMS: one bucket, the names of files in it, and what a client needs to upload one.

UploadAddress says where one file goes, UploadAuth is a temporary credential that is good for that key only.
"""

from __future__ import annotations

import base64
import json
import secrets
import uuid
from collections.abc import Callable
from urllib.parse import quote

from ims_mcp.local.identity import Identities, Scope
from ims_mcp.local.media_library.addresses import ObjectAddress
from ims_mcp.local.rpc.service_errors import RpcFault
from ims_mcp.local.wire_values import utc_text

VOD_BUCKET = f"outin-{uuid.uuid5(uuid.NAMESPACE_OID, 'ims-mcp local VOD storage').hex}"
"""Named as the service names its own buckets; the same one in every data directory."""
UPLOAD_REGIONS = ("cn-shanghai", "cn-beijing", "cn-shenzhen")
# What an upload consists of, in one piece or in parts; reading is no part of it, not even of the own key.
ACTIONS = ("oss:PutObject", "oss:AbortMultipartUpload", "oss:ListParts")


class VodStorage:
    """Gives every file a place of its own: ``sv/1a2b3c4d-19b1f3c3110/1a2b3c4d-19b1f3c3110.mp4``."""

    def __init__(self, region: str, clock: Callable[[], float]) -> None:
        self._region = region
        self._clock = clock

    def new_address(self, folder: str, extension: str) -> ObjectAddress:
        """An address nothing lies at. RpcFault (OperationDenied) where the region has no VOD storage."""
        if self._region not in UPLOAD_REGIONS:
            raise RpcFault(
                "OperationDenied",
                f"There is no VOD storage in {self._region}: uploads are possible in {', '.join(UPLOAD_REGIONS)}.",
            )
        name = f"{secrets.token_hex(4)}-{int(self._clock() * 1000):x}"
        return ObjectAddress(VOD_BUCKET, f"{folder}/{name}/{name}.{extension}")

    def file_url(self, address: ObjectAddress) -> str:
        """FileURL as the service writes it: a public OSS host and no signature. Nothing of this machine is in it."""
        return f"http://{address.bucket}.oss-{self._region}.aliyuncs.com/{quote(address.key)}"


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
        return {"UploadAddress": _encode(place), "UploadAuth": _encode(credential)}


def _encode(fields: dict[str, str]) -> str:
    return base64.b64encode(json.dumps(fields, separators=(",", ":")).encode("ascii")).decode("ascii")
