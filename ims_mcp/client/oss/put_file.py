"""One file, put where it belongs, for those who need no progress, no resuming and no result."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ims_mcp.client.credentials import Credential
from ims_mcp.client.oss.part_plan import LARGEST_PART_BYTES
from ims_mcp.client.oss.target import UploadTarget
from ims_mcp.client.oss.uploader import OssUploader


async def put_file(endpoint: str, bucket: str, key: str, source: Path, credential: Credential) -> None:
    """Upload one regular file of up to 5 GiB in one request. Raises UploadError.

    An endpoint with an IP address means path-style addresses.
    """

    async def credentials(*, force: bool = False) -> Credential:
        del force  # there is no other
        return credential

    with tempfile.TemporaryDirectory() as nothing_to_resume:
        uploader = OssUploader(checkpoint_dir=Path(nothing_to_resume), multipart_threshold_bytes=LARGEST_PART_BYTES)
        await uploader.upload(source, UploadTarget(endpoint, bucket, key), credentials, transfer_id="put")
