"""Requests for small objects: read, replaced, made longer, listed. They block, and raise OssFailure.

Importing it imports oss2.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from ims_mcp.client.oss.errors import OssFailure
from ims_mcp.client.oss.oss_client import SignedBucket, oss2

_READ_BYTES = 2 * 1024**2
"""At once: longer answers are not taken."""
_PAGE = 1_000


def read_object(bucket: SignedBucket, key: str) -> bytes | None:
    """All of it, in as many requests as it takes; None where there is none."""
    found, total = b"", _READ_BYTES
    while len(found) < total:
        # A range that ends behind the object's end would bring all of it.
        last = min(len(found) + _READ_BYTES, total) - 1
        try:
            piece, total = _read_piece(bucket, key, len(found), last)
        except OssFailure as failure:
            if failure.code == "NoSuchKey":
                return None
            if failure.code == "InvalidRange":  # of an empty object there is none
                return found
            raise
        if not piece:
            return found
        found += piece
    return found


def put_object(bucket: SignedBucket, key: str, content: bytes) -> None:
    """In place of what is there."""
    headers = {"Content-MD5": _write_md5(content)}
    bucket.send("PUT PutObject", lambda to: to.put_object(key, content, headers=headers))


def append_object(bucket: SignedBucket, key: str, position: int, content: bytes) -> tuple[bool, int]:
    """Whether it was appended, and how long the object is now: at another position nothing is appended."""
    headers = {"Content-MD5": _write_md5(content)}

    def append(to: Any) -> tuple[bool, int]:
        try:
            return True, int(to.append_object(key, position, content, headers=headers).next_position)
        except oss2.exceptions.PositionNotEqualToLength as error:
            return False, int(error.next_position)

    return bucket.send("POST AppendObject", append)


def list_objects(bucket: SignedBucket, prefix: str) -> dict[str, int]:
    """Keys that begin so, in order, with their bytes."""
    found, marker = list_page(bucket, prefix, "")
    while marker:
        page, marker = list_page(bucket, prefix, marker)
        found |= page
    return found


def list_page(bucket: SignedBucket, prefix: str, marker: str) -> tuple[dict[str, int], str]:
    """Up to 1,000 of them, and where the next page begins; empty after the last."""
    page = bucket.send("GET GetBucket", lambda to: to.list_objects(prefix=prefix, marker=marker, max_keys=_PAGE))
    found = {str(each.key): int(each.size) for each in page.object_list}
    return found, str(page.next_marker) if page.is_truncated else ""


class LongObject:
    """An object made of parts, each in memory only while it is sent; before :meth:`complete` there is none."""

    def __init__(self, bucket_key: str) -> None:
        self._key = bucket_key
        self._upload_id = ""
        self._parts: list[Any] = []
        self._may_be_made = False

    def begin(self, bucket: SignedBucket) -> None:
        """Before its first part."""
        begun = bucket.send("POST InitiateMultipartUpload", lambda to: to.init_multipart_upload(self._key))
        self._upload_id = str(begun.upload_id)

    def add(self, bucket: SignedBucket, content: bytes) -> None:
        """The next part: 100 KiB at least, unless it is the last."""
        number, headers = len(self._parts) + 1, {"Content-MD5": _write_md5(content)}
        sent = bucket.send(
            "PUT UploadPart", lambda to: to.upload_part(self._key, self._upload_id, number, content, headers=headers)
        )
        self._parts.append(oss2.models.PartInfo(number, sent.etag))

    def complete(self, bucket: SignedBucket) -> None:
        """In place of what is there."""
        try:
            bucket.send(
                "POST CompleteMultipartUpload",
                lambda to: to.complete_multipart_upload(self._key, self._upload_id, self._parts),
            )
        except OssFailure as failure:
            if failure.is_gone and self._may_be_made:
                return  # an earlier try made it, and its answer was lost
            self._may_be_made = self._may_be_made or failure.uncertain
            raise

    def abort(self, bucket: SignedBucket) -> None:
        """Give back what its parts hold."""
        bucket.send("DELETE AbortMultipartUpload", lambda to: to.abort_multipart_upload(self._key, self._upload_id))


def _read_piece(bucket: SignedBucket, key: str, first: int, last: int) -> tuple[bytes, int]:
    """The bytes from ``first`` to ``last``, and how many the object has."""

    def read(to: Any) -> tuple[bytes, int]:
        answer = to.get_object(key, byte_range=(first, last))
        content = bytes(answer.read())
        total = str(answer.headers.get("content-range", "")).rpartition("/")[2]
        # Without a range in the answer this is all of the object.
        return (content, int(total)) if total.isdigit() else (content[first:], len(content))

    return bucket.send("GET GetObject", read)


def _write_md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode("ascii")
