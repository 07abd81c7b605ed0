"""The operations on whole objects: put, get, head, copy, delete."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote_to_bytes

import anyio.to_thread

from ims_mcp.local.oss.blobs import Blob
from ims_mcp.local.oss.bucket_requests import choose_encoder, read_bucket_creation
from ims_mcp.local.oss.caller import Caller
from ims_mcp.local.oss.conditions import check_conditions, read_byte_range
from ims_mcp.local.oss.documents import find_children, parse, read_child_text, tag, wrap, write_iso_time
from ims_mcp.local.oss.errors import OssError, invalid_argument, no_such_key
from ims_mcp.local.oss.objects import DEFAULT_CONTENT_TYPE, Description, Objects, StoredObject, check_bucket, encode_key
from ims_mcp.local.oss.reply import FileSlice, Reply, make_passive, reply_with_xml, write_http_date
from ims_mcp.local.oss.request import Request
from ims_mcp.local.wire_values import read_whole_number

OnStored = Callable[[str, str], Awaitable[None]]

MAX_PUT_BYTES = 5 * 1024**3
_MAX_DELETE_BODY_BYTES = 2 * 1024**2
_KEPT_HEADERS = ("cache-control", "content-disposition", "content-encoding", "content-language", "expires")
_OVERRIDES = ("content-type", *_KEPT_HEADERS)
# A file can be unlinked between looking it up and opening it, when its object is replaced: look again.
_OPEN_TRIES = 5


class ObjectRequests:
    """Each method answers one operation; it may raise OssError. ``on_stored`` is told of every complete object."""

    def __init__(self, objects: Objects, on_stored: OnStored) -> None:
        self._objects = objects
        self._on_stored = on_stored

    async def put(self, request: Request, _caller: Caller) -> Reply:
        """Without ACLs, tags and callbacks; at most 5 GiB."""
        bucket, key = read_target(request)
        forbid = forbids_overwrite(request)
        if forbid and await self._objects.stat(bucket, key) is not None:
            raise OssError("FileAlreadyExists", "The object exists and may not be overwritten.")
        blob = await receive_blob(request, self._objects)
        stored = await self._objects.put_blob(bucket, key, blob, describe(request), forbid_overwrite=forbid)
        await self._on_stored(bucket, key)
        return Reply(headers={**name_checksums(stored.etag, stored.blob), "content-md5": stored.content_md5 or ""})

    async def get(self, request: Request, _caller: Caller) -> Reply:
        """Whole, with conditions, one range and response headers; what a browser would run comes as an attachment."""
        stored, file = await open_object(self._objects, *read_target(request))
        try:
            check_conditions(request, stored)
            headers = make_passive({**_describe_object(stored), **self._read_overrides(request)})
            found = _read_range(request, stored) if request.method == "GET" else None
            start, length = found or (0, stored.size_bytes)
            if found is not None:
                headers["content-range"] = f"bytes {start}-{start + length - 1}/{stored.size_bytes}"
        except BaseException:
            file.close()
            raise
        return Reply(200 if found is None else 206, headers, file=FileSlice(file, start, length))

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
        """Whole, with conditions and metadata; there are no versions."""
        bucket, key = read_target(request)
        directive = (request.get_header("x-oss-metadata-directive") or "COPY").upper()
        if directive not in ("COPY", "REPLACE"):
            raise invalid_argument("x-oss-metadata-directive", directive, "The value is COPY or REPLACE.")
        source = await find_copy_source(request, caller, self._objects)
        blob = await self._duplicate(source)
        stored = await self._objects.put_blob(
            bucket,
            key,
            blob,
            source.description if directive == "COPY" else describe(request),
            kind=source.kind,
            etag=source.etag,
            forbid_overwrite=forbids_overwrite(request),
        )
        await self._on_stored(bucket, key)
        result = wrap(
            "CopyObjectResult", tag("ETag", f'"{stored.etag}"'), tag("LastModified", write_iso_time(stored.modified))
        )
        return reply_with_xml(result, name_checksums(stored.etag, stored.blob))

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
        root = parse(body, "Delete")
        keys = [read_child_text(one, "Key") for one in find_children(root, "Object", at_least=1, at_most=1000)]
        encode = choose_encoder(request)
        for key in keys:
            caller.require("oss:DeleteObject", bucket, key)
        await check_bucket_exists(self._objects, bucket)
        await self._objects.delete_all(bucket, keys)
        if (root.findtext("Quiet") or "").lower() == "true":
            return Reply()
        encoding = [tag("EncodingType", "url")] if request.has("encoding-type") else []
        return reply_with_xml(
            wrap("DeleteResult", *encoding, *(wrap("Deleted", tag("Key", encode(key))) for key in keys))
        )

    async def _duplicate(self, source: StoredObject) -> Blob:
        try:
            return await self._objects.blobs.duplicate(source.blob)
        except FileNotFoundError:
            raise no_such_key(source.key) from None

    def _read_overrides(self, request: Request) -> dict[str, str]:
        given = {name: request.get_parameter(f"response-{name}") for name in _OVERRIDES}
        for name, value in given.items():
            if value and (not value.isprintable() or not value.isascii() or value != value.strip()):
                raise invalid_argument(f"response-{name}", value, "The value cannot be sent in a header.")
        return {name: value for name, value in given.items() if value}


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
        raise OssError("InvalidDigest", "Content-MD5 is not the MD5 of the body that arrived.")


def describe(request: Request) -> Description:
    """What the headers of a put say of the object."""
    return Description(
        content_type=request.get_header("content-type") or DEFAULT_CONTENT_TYPE,
        headers={name: request.headers[name] for name in _KEPT_HEADERS if name in request.headers},
        metadata=request.user,
    )


def name_checksums(etag: str, blob: Blob) -> dict[str, str]:
    """The headers that say what was stored."""
    return {"etag": f'"{etag}"', "x-oss-hash-crc64ecma": str(blob.crc64)}


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
    bucket, key = check_bucket(_unquote(bucket)), _unquote(key)
    caller.require("oss:GetObject", bucket, key)
    stored = await find_object(objects, bucket, key)
    check_conditions(request, stored, "x-oss-copy-source-if-")
    return stored


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


def _unquote(header_text: str) -> str:
    # Some clients leave the UTF-8 bytes of a source as they are.
    try:
        return unquote_to_bytes(header_text.encode("latin-1")).decode("utf-8")
    except UnicodeDecodeError:
        raise OssError("InvalidObjectName", "The name of the source is not valid UTF-8.") from None


def _read_digest(request: Request) -> bytes | None:
    header = request.get_header("content-md5")
    if header is None:
        return None
    try:
        digest = base64.b64decode(header, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != 16:
        raise OssError("InvalidDigest", "Content-MD5 is not the base64 of an MD5.")
    return digest


def _read_range(request: Request, stored: StoredObject) -> tuple[int, int] | None:
    standard = request.get_header("x-oss-range-behavior") == "standard"
    return read_byte_range(request.get_header("range"), stored.size_bytes, standard=standard)


def _describe_object(stored: StoredObject) -> dict[str, str]:
    md5 = {} if stored.content_md5 is None else {"content-md5": stored.content_md5}
    return {
        "content-type": stored.description.content_type,
        "accept-ranges": "bytes",
        "last-modified": write_http_date(stored.modified),
        "x-oss-object-type": stored.kind,
        "x-oss-storage-class": "Standard",
        **name_checksums(stored.etag, stored.blob),
        **md5,
        **stored.description.headers,
        **{f"x-oss-meta-{name}": value for name, value in stored.description.metadata.items()},
    }
