"""The VOD storage of the local IMS: one bucket, in the three regions that have it, and the names of files in it."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from urllib.parse import quote

from ims_mcp.local.media_library.addresses import ObjectAddress
from ims_mcp.local.rpc.service_errors import RpcFault

VOD_BUCKET = f"outin-{uuid.uuid5(uuid.NAMESPACE_OID, 'ims-mcp local VOD storage').hex}"
"""Named as the service names its own buckets; the same one in every data directory."""
UPLOAD_REGIONS = ("cn-shanghai", "cn-beijing", "cn-shenzhen")


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
