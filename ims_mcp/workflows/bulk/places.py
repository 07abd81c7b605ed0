"""Where a job is kept, by its address."""

from __future__ import annotations

from pathlib import Path

from ims_mcp.client.oss.objects import BucketObjects
from ims_mcp.foreign_text import plain
from ims_mcp.workflows.bulk.folder_place import FolderPlace
from ims_mcp.workflows.bulk.oss_place import OssPlace
from ims_mcp.workflows.bulk.place import JobPlace, PlaceError
from ims_mcp.workflows.bulk.target import BulkTarget

_OSS = "oss://"


async def open_place(address: str, target: BulkTarget | None) -> JobPlace:
    """The place at an absolute path, or at ``oss://bucket/prefix`` with the credentials of ``target``. Nothing is
    contacted or made yet. Raises PlaceError."""
    if not address.startswith(_OSS):
        if not (folder := Path(address)).is_absolute():
            raise PlaceError(
                f"{plain(address, 200)!r} is not an absolute path.",
                next_step="Name a folder by its whole path, or oss://bucket/prefix/.",
            )
        return FolderPlace(folder)
    bucket, _, prefix = address.removeprefix(_OSS).partition("/")
    if target is None:
        raise PlaceError(
            f"{plain(address, 200)} cannot be read without an account.",
            next_step="Name the account that has the bucket.",
        )
    runner = target.transfers.runner
    prefix = prefix.strip("/")
    (await runner.storage.locate(bucket, prefix or "-")).require_usable()
    objects = BucketObjects(runner.uploader, runner.storage, bucket)
    return OssPlace(objects, bucket, f"{prefix}/" if prefix else "")
