"""What a bucket is created with: a storage class and a redundancy, which are named and have no effect."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from ims_mcp.local.oss.description import DEFAULT_STORAGE_CLASS, STORAGE_CLASSES
from ims_mcp.local.oss.documents import parse
from ims_mcp.local.oss.errors import OssError, invalid_argument

SCHEMA = """
CREATE TABLE IF NOT EXISTS bucket_settings (
  bucket TEXT PRIMARY KEY REFERENCES buckets (name) ON DELETE CASCADE,
  storage_class TEXT NOT NULL,
  redundancy TEXT NOT NULL
) WITHOUT ROWID;
"""
RESOURCE_GROUP = "rg-default-id"
"""The one there is, by the name that the service gives to it."""
_LRS = "LRS"
_REDUNDANCIES = (_LRS, "ZRS")


@dataclass(frozen=True, slots=True)
class BucketSettings:
    """Of a bucket that came into being by a write: what OSS takes where nothing is said."""

    storage_class: str = DEFAULT_STORAGE_CLASS
    redundancy: str = _LRS


def read_settings(body: bytes, region: str) -> BucketSettings | None:
    """What the body of PutBucket says of these; None where it says nothing.

    MalformedXML, InvalidArgument, and InvalidLocationConstraint for another region than ``region``.
    """
    if not body.strip():
        return None
    root = parse(body, "CreateBucketConfiguration")
    location = (root.findtext("LocationConstraint") or "").strip()
    if location.removeprefix("oss-") not in ("", region):
        raise OssError("InvalidLocationConstraint", "The specified location-constraint is not valid")
    if not any(root.findtext(name) for name in ("StorageClass", "DataRedundancyType")):
        return None
    given = {
        name: (root.findtext(name) or "").strip() or default
        for name, default in (("StorageClass", DEFAULT_STORAGE_CLASS), ("DataRedundancyType", _LRS))
    }
    for name, allowed in (("StorageClass", STORAGE_CLASSES), ("DataRedundancyType", _REDUNDANCIES)):
        if given[name] not in allowed:
            raise invalid_argument(name, given[name], f"The value is one of {', '.join(allowed)}.")
    return BucketSettings(*given.values())


def keep_settings(connection: sqlite3.Connection, bucket: str, settings: BucketSettings, *, is_new: bool) -> None:
    """A second PutBucket changes nothing; BucketAlreadyExists where it wants another storage class."""
    if is_new:
        query = "INSERT INTO bucket_settings VALUES (?, ?, ?)"
        connection.execute(query, (bucket, settings.storage_class, settings.redundancy))
    elif find_settings(connection, bucket).storage_class != settings.storage_class:
        message = "Cannot modify existing bucket's storage class."
        raise OssError("BucketAlreadyExists", message, BucketName=bucket)


def find_settings(connection: sqlite3.Connection, bucket: str) -> BucketSettings:
    """Those that are kept, or the usual ones."""
    query = "SELECT storage_class, redundancy FROM bucket_settings WHERE bucket = ?"
    row = connection.execute(query, (bucket,)).fetchone()
    return BucketSettings() if row is None else BucketSettings(*row)


def check_resource_group(group: str) -> None:
    """ResourceGroupIdPreCheckError for any other than the default one, which an empty id means as well."""
    if group not in ("", RESOURCE_GROUP):
        raise OssError("ResourceGroupIdPreCheckError", "The resource group id precheck error")
