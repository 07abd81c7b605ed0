"""The operations on whole objects: put, append, get, head, copy, delete."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote_to_bytes

import anyio.to_thread

from ims_mcp.local.oss.blobs import Blob
from ims_mcp.local.oss.bucket_requests import choose_encoder, read_bucket_creation
from ims_mcp.local.oss.caller import Caller
from ims_mcp.local.oss.conditions import check_conditions, read_byte_range
from ims_mcp.local.oss.deletion import read_deletion
from ims_mcp.local.oss.documents import encode_url, tag, wrap, write_iso_time
from ims_mcp.local.oss.errors import OssError, invalid_argument, no_such_key
from ims_mcp.local.oss.object_headers import (
    describe,
    describe_copy,
    name_checksums,
    name_object,
    read_overrides,
    refuse_write_conditions,
)
from ims_mcp.local.oss.objects import Objects, StoredObject, check_bucket, encode_key
from ims_mcp.local.oss.reply import FileSlice, Reply, make_passive, offer_gzip, reply_with_xml, write_http_date
from ims_mcp.local.oss.request import Request
from ims_mcp.local.wire_values import MOST, read_whole_number

OnStored = Callable[[str, str], Awaitable[None]]

MAX_PUT_BYTES = 5 * 1024**3
_MAX_DELETE_BODY_BYTES = 2 * 1024**2
# A file can be unlinked between looking it up and opening it, when its object is replaced: look again.
_OPEN_TRIES = 5


class ObjectRequests:
    """Each method answers one operation; it may raise OssError. ``on_stored`` is told of every complete object."""

    def __init__(self, objects: Objects, on_stored: OnStored) -> None:
        self._objects = objects
        self._on_stored = on_stored

    async def put(self, request: Request, _caller: Caller) -> Reply:
        """Without callbacks; at most 5 GiB. Storage class and server-side encryption are named and have no effect."""
        bucket, key = read_target(request)
        refuse_write_conditions(request)
        description = describe(request)
        forbid = forbids_overwrite(request)
        if forbid and await self._objects.stat(bucket, key) is not None:
            raise OssError("FileAlreadyExists", "The object exists and may not be overwritten.")
        blob = await receive_blob(request, self._objects)
        stored = await self._objects.put_blob(bucket, key, blob, description, forbid_overwrite=forbid)
        await self._on_stored(bucket, key)
        checksums = {**name_checksums(stored.etag, blob), "content-md5": blob.content_md5}
        return Reply(headers={**checksums, **description.encryption})

    async def append(self, request: Request, _caller: Caller) -> Reply:
        """Whole; what it makes can be copied as well, into a normal object."""
        bucket, key = read_target(request)
        text = request.get_parameter("position") or ""
        position = read_whole_number(text, 0, MOST)
        if position is None:
            raise invalid_argument("position", text, "The position is where the object ends, in bytes.")
        # Headers count with the first append only, and so do their errors. The ACL counts with each.
        there = await self._objects.stat(bucket, key)
        if there is None and position:
            await check_bucket_exists(self._objects, bucket)
        description = describe(request) if there is None else there.description
        blob = await receive_blob(request, self._objects)
        stored = await self._objects.append(bucket, key, position, blob, description)
        acl = request.get_header("x-oss-object-acl")
        if there is not None and acl is not None:
            await self._objects.change_description(bucket, key, lambda changed: replace(changed, acl=acl))
        await self._on_stored(bucket, key)
        next_position = {"x-oss-next-append-position": str(stored.size_bytes)}
        checksums = {**name_checksums(stored.etag, stored.blob), "content-md5": blob.content_md5}
        return Reply(headers={**checksums, **next_position, **stored.description.encryption})

    async def get(self, request: Request, caller: Caller) -> Reply:
        """Whole: conditions, one range, response headers, texts in gzip; what a browser would run is an attachment."""
        stored, file = await self._open(caller, *read_target(request))
        try:
            check_conditions(request, stored)
            headers = make_passive({**name_object(stored), **read_overrides(request)})
            found = _read_range(request, stored) if request.method == "GET" else None
            start, length = found or (0, stored.size_bytes)
            if found is not None:
                headers["content-range"] = f"bytes {start}-{start + length - 1}/{stored.size_bytes}"
        except BaseException:
            file.close()
            raise
        reply = Reply(200 if found is None else 206, headers, file=FileSlice(file, start, length))
        return reply if found is not None else offer_gzip(reply, request.get_header("accept-encoding"))

    async def head(self, request: Request, caller: Caller) -> Reply:
        """Whole, with conditions."""
        return await self.get(request, caller)

    async def get_meta(self, request: Request, _caller: Caller) -> Reply:
        """Whole: size, ETag and time only, by HEAD or GET."""
        stored = await find_object(self._objects, *read_target(request))
        check_conditions(request, stored)
        headers = {"last-modified": write_http_date(stored.modified), **name_checksums(stored.etag, stored.blob)}
        if request.method == "HEAD":
            headers["content-length"] = str(stored.size_bytes)
        return Reply(headers=headers)

    async def copy(self, request: Request, caller: Caller) -> Reply:
        """Whole, with conditions, metadata and tags; there are no versions."""
        bucket, key = read_target(request)
        source = await find_copy_source(request, caller, self._objects)
        in_place = (source.bucket, source.key) == (bucket, key)
        description = describe_copy(request, source.description, in_place=in_place)
        forbid = forbids_overwrite(request)
        if in_place and not forbid:
            found = await self._objects.change_description(bucket, key, lambda _: description, touches=True)
            if found is None:
                raise no_such_key(key)
            stored = found
        else:
            blob, kind, etag = await self._duplicate(source)
            stored = await self._objects.put_blob(
                bucket, key, blob, description, kind=kind, etag=etag, forbid_overwrite=forbid
            )
        await self._on_stored(bucket, key)
        result = wrap(
            "CopyObjectResult", tag("ETag", f'"{stored.etag}"'), tag("LastModified", write_iso_time(stored.modified))
        )
        return reply_with_xml(result, {**name_checksums(stored.etag, stored.blob), **description.encryption})

    async def delete(self, request: Request, _caller: Caller) -> Reply:
        """Whole."""
        bucket, key = read_target(request)
        if not await self._objects.delete(bucket, key):
            await check_bucket_exists(self._objects, bucket)
        return Reply(204)

    async def delete_many(self, request: Request, caller: Caller) -> Reply:
        """Up to 1,000 keys, quietly or not."""
        bucket = check_bucket(request.bucket or "")
        body = await request.body.read(_MAX_DELETE_BODY_BYTES)
        check_digest(request, hashlib.md5(body, usedforsecurity=False).digest())
        keys, quiet = read_deletion(body)
        # The Java client asks by header.
        encode = choose_encoder(request, request.get_header("encoding-type"))
        for key in keys:
            caller.require("oss:DeleteObject", bucket, key)
        await check_bucket_exists(self._objects, bucket)
        await self._objects.delete_all(bucket, keys)
        if quiet:
            return Reply()
        encoding = [tag("EncodingType", "url")] if encode is encode_url else []
        return reply_with_xml(
            wrap("DeleteResult", *encoding, *(wrap("Deleted", tag("Key", encode(key))) for key in keys))
        )

    async def _open(self, caller: Caller, bucket: str, key: str) -> tuple[StoredObject, BinaryIO]:
        """An object, and its open file; of a symbolic link the target's data, as far as the caller may read it.

        SymlinkTargetNotExist, InvalidTargetType (a link to a link).
        """
        stored, file = await open_object(self._objects, bucket, key)
        if stored.kind != "Symlink":
            return stored, file
        file.close()
        name = stored.description.link_target
        caller.require("oss:GetObject", bucket, name)
        try:
            target, file = await open_object(self._objects, bucket, name)
        except OssError as error:
            if error.code != "NoSuchKey":
                raise
            raise OssError("SymlinkTargetNotExist", "The symlink target object does not exist") from None
        if target.kind == "Symlink":
            file.close()
            raise OssError("InvalidTargetType", "The target of a symbolic link is one itself.")
        description = replace(stored.description, storage_class=target.description.storage_class)
        modified = max(stored.modified, target.modified)
        return replace(target, kind="Symlink", modified=modified, description=description), file

    async def _duplicate(self, source: StoredObject) -> tuple[Blob, str, str]:
        """A second blob of the source's data, and the kind and the ETag of the object that it makes."""
        blobs = self._objects.blobs
        try:
            if source.kind == "Appendable":
                # Not a second name of the file, which grows on.
                blob = await blobs.copy(source.path, 0, source.size_bytes)
                return blob, "Normal", blob.etag
            return await blobs.duplicate(source.blob), source.kind, source.etag
        except FileNotFoundError:
            raise no_such_key(source.key) from None


def read_target(request: Request) -> tuple[str, str]:
    """The bucket and the key of a request on an object; InvalidBucketName, InvalidObjectName."""
    bucket, key = check_bucket(request.bucket or ""), request.key or ""
    encode_key(key)
    return bucket, key


async def check_bucket_exists(objects: Objects, bucket: str) -> None:
    """NoSuchBucket where there is none."""
    await objects.store.read(lambda connection: read_bucket_creation(connection, bucket))


async def find_object(objects: Objects, bucket: str, key: str) -> StoredObject:
    """NoSuchBucket, NoSuchKey."""
    stored = await objects.stat(bucket, key)
    if stored is None:
        await check_bucket_exists(objects, bucket)
        raise no_such_key(key)
    return stored


async def open_object(objects: Objects, bucket: str, key: str) -> tuple[StoredObject, BinaryIO]:
    """The object and its open file, which goes on to be readable when the object is replaced."""
    for _ in range(_OPEN_TRIES):
        stored = await find_object(objects, bucket, key)
        try:
            return stored, await anyio.to_thread.run_sync(_open, stored.path)
        except FileNotFoundError:
            continue
    raise OssError("InternalError", "The data of the object is missing on disk.")


async def receive_blob(request: Request, objects: Objects) -> Blob:
    """Stream the body of a put to disk; EntityTooLarge, InvalidDigest."""
    announced = request.get_header("content-length")
    if announced is not None and read_whole_number(announced, 0, MAX_PUT_BYTES) is None:
        raise OssError("EntityTooLarge", "One put takes at most 5 GiB: use a multipart upload.")
    _read_digest(request)
    blob = await objects.blobs.receive(request.body.read_chunks(MAX_PUT_BYTES))
    try:
        check_digest(request, blob.md5)
    except OssError:
        await objects.blobs.discard([blob.name])
        raise
    return blob


def check_digest(request: Request, md5: bytes) -> None:
    """InvalidDigest where a Content-MD5 header was sent and is not the MD5 of what arrived."""
    digest = _read_digest(request)
    if digest is not None and digest != md5:
        raise OssError("InvalidDigest", "The Content-MD5 you specified was invalid: the body that arrived has another.")


def forbids_overwrite(request: Request) -> bool:
    """Whether the client wants no object replaced."""
    return (request.get_header("x-oss-forbid-overwrite") or "").lower() == "true"


async def find_copy_source(request: Request, caller: Caller, objects: Objects) -> StoredObject:
    """The object that x-oss-copy-source names (``/bucket/key``, percent-encoded), if its conditions hold."""
    header = request.get_header("x-oss-copy-source") or ""
    path, _, version = header.removeprefix("/").partition("?")
    bucket, slash, key = path.partition("/")
    if not slash or version:
        raise invalid_argument("x-oss-copy-source", header, "The source reads /bucket/key; there are no versions here.")
    bucket, key = check_bucket(unquote_header(bucket)), unquote_header(key)
    caller.require("oss:GetObject", bucket, key)
    stored = await find_object(objects, bucket, key)
    check_conditions(request, stored, "x-oss-copy-source-if-")
    return stored


def unquote_header(header_text: str) -> str:
    """A key in a header, percent-encoded. InvalidObjectName."""
    # Some clients leave the UTF-8 bytes of a source as they are.
    try:
        return unquote_to_bytes(header_text.encode("latin-1")).decode("utf-8")
    except UnicodeDecodeError:
        raise OssError("InvalidObjectName", "The name in a header is not valid UTF-8.") from None


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


def _read_digest(request: Request) -> bytes | None:
    header = request.get_header("content-md5")
    if header is None:
        return None
    try:
        digest = base64.b64decode(header, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != 16:
        raise OssError("InvalidDigest", "The Content-MD5 you specified was invalid.")
    return digest


def _read_range(request: Request, stored: StoredObject) -> tuple[int, int] | None:
    standard = request.get_header("x-oss-range-behavior") == "standard"
    return read_byte_range(request.get_header("range"), stored.size_bytes, standard=standard)
