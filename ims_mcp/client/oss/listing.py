"""What lies below a prefix of a bucket, page by page."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from ims_mcp.client.oss.errors import OssFailure, explain_not_listed
from ims_mcp.client.oss.target import OwnStorage
from ims_mcp.client.oss.uploader import OssUploader

if TYPE_CHECKING:  # it imports oss2, which is loaded by the first request
    from ims_mcp.client.oss.oss_client import SignedBucket

PAGE_OBJECTS = 1000
_ANY_KEY = "-"


@dataclass(frozen=True, slots=True)
class ListedObject:
    """One that is whole."""

    key: str
    size_bytes: int


async def list_objects(
    uploader: OssUploader, storage: OwnStorage, bucket: str, prefix: str
) -> AsyncGenerator[list[ListedObject]]:
    """All objects whose keys begin with ``prefix``, in the order of OSS, up to 1,000 at a time. Raises UploadError."""
    target = replace((await storage.locate(bucket, _ANY_KEY)).require_usable(), keeps_existing=False)
    async with uploader.open_client(target, storage.get_credential) as oss:
        token = ""
        while True:

            def ask(signed: SignedBucket, token: str) -> tuple[list[ListedObject], str]:
                found, following = signed.list_objects(prefix, token, PAGE_OBJECTS)
                return [ListedObject(key, size) for key, size in found], following

            try:
                page, token = await oss.ask("the list of objects", partial(ask, token=token))
            except OssFailure as failure:
                raise explain_not_listed(failure, bucket, prefix) from None
            yield page
            if not token:
                return
