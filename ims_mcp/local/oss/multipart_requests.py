"""The operations on multipart uploads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ims_mcp.local.oss.bucket_requests import MAX_PAGE, Encoder, choose_encoder
from ims_mcp.local.oss.caller import Caller
from ims_mcp.local.oss.conditions import read_byte_range
from ims_mcp.local.oss.documents import encode_url, find_children, parse, read_child_text, tag, wrap, write_iso_time
from ims_mcp.local.oss.errors import OssError, invalid_argument, no_such_key
from ims_mcp.local.oss.object_headers import describe, name_checksums, refuse_encryption
from ims_mcp.local.oss.object_requests import (
    OnStored,
    find_copy_source,
    forbids_overwrite,
    read_target,
    receive_blob,
)
from ims_mcp.local.oss.objects import Objects, check_bucket
from ims_mcp.local.oss.reply import Reply, reply_with_xml
from ims_mcp.local.oss.request import Request
from ims_mcp.local.oss.uploads import Part, Upload, Uploads
from ims_mcp.local.wire_values import read_whole_number

MAX_PARTS = 10_000
# 10,000 parts of about 110 bytes each, with room to spare.
_MAX_COMPLETE_BODY_BYTES = 4 * 1024**2
_ENVELOPE = {
    "key": "ClientEncryptionKey",
    "start": "ClientEncryptionStart",
    "cek-alg": "ClientEncryptionCekAlg",
    "wrap-alg": "ClientEncryptionWrapAlg",
    "data-size": "ClientEncryptionDataSize",
    "part-size": "ClientEncryptionPartSize",
}


class MultipartRequests:
    """Each method answers one operation; it may raise OssError. ``on_stored`` is told of every complete object."""

    def __init__(self, objects: Objects, on_stored: OnStored) -> None:
        self._objects = objects
        self._uploads = Uploads(objects)
        self._on_stored = on_stored

    async def begin(self, request: Request, _caller: Caller) -> Reply:
        """Whole."""
        bucket, key = read_target(request)
        if forbids_overwrite(request) and await self._objects.stat(bucket, key) is not None:
            raise OssError("FileAlreadyExists", "The object exists and may not be overwritten.")
        upload = await self._uploads.begin(bucket, key, describe(request))
        return reply_with_xml(
            wrap(
                "InitiateMultipartUploadResult",
                *_describe_upload(upload, choose_encoder(request)),
                tag("UploadId", upload.id),
            ),
            upload.description.encryption,
        )

    async def put_part(self, request: Request, _caller: Caller) -> Reply:
        """Whole."""
        number = _read_part_number(request)
        refuse_encryption(request)
        upload = await self._find_upload(request)
        part = await self._uploads.put_part(upload, number, await receive_blob(request, self._objects))
        checksums = {**name_checksums(part.blob.etag, part.blob), "content-md5": part.blob.content_md5}
        return Reply(headers={**checksums, **upload.description.encryption})

    async def copy_part(self, request: Request, caller: Caller) -> Reply:
        """Whole, with a range and conditions."""
        number = _read_part_number(request)
        refuse_encryption(request)
        upload = await self._find_upload(request)
        source = await find_copy_source(request, caller, self._objects)
        found = read_byte_range(request.get_header("x-oss-copy-source-range"), source.size_bytes)
        try:
            blob = await self._objects.blobs.copy(source.path, *(found or (0, source.size_bytes)))
        except FileNotFoundError:
            raise no_such_key(source.key) from None
        part = await self._uploads.put_part(upload, number, blob)
        result = wrap(
            "CopyPartResult", tag("LastModified", write_iso_time(part.modified)), tag("ETag", f'"{part.blob.etag}"')
        )
        checksums = name_checksums(part.blob.etag, part.blob)
        return reply_with_xml(result, {**checksums, **upload.description.encryption})

    async def list_parts(self, request: Request, _caller: Caller) -> Reply:
        """Whole, with pages."""
        upload = await self._find_upload(request)
        marker = request.get_number("part-number-marker", 0, 0, MAX_PARTS)
        size = request.get_number("max-parts", MAX_PAGE, 1, MAX_PAGE)
        encode = choose_encoder(request)
        parts = await self._uploads.list_parts(upload, after=marker, limit=size + 1)
        truncated, parts = len(parts) > size, parts[:size]
        return reply_with_xml(
            wrap(
                "ListPartsResult",
                *_describe_upload(upload, encode),
                tag("UploadId", upload.id),
                tag("StorageClass", upload.description.storage_class),
                *_describe_envelope(upload),
                tag("PartNumberMarker", marker),
                tag("NextPartNumberMarker", parts[-1].number if parts else ""),
                tag("MaxParts", size),
                tag("IsTruncated", "true" if truncated else "false"),
                *(_describe_part(part) for part in parts),
            )
        )

    async def complete(self, request: Request, _caller: Caller) -> Reply:
        """Whole; x-oss-complete-all as well. Without parts it makes an empty object."""
        refuse_encryption(request)
        upload = await self._find_upload(request)
        encode = choose_encoder(request)
        body = await request.body.read(_MAX_COMPLETE_BODY_BYTES)
        take_all = (request.get_header("x-oss-complete-all") or "").lower() == "yes"
        if take_all and body:
            message = "Should not speficy both complete all header and http body."  # the service's own spelling
            raise invalid_argument("x-oss-complete-all", "yes", message, ec="0042-00000216")
        wanted = None if take_all else _read_wanted_parts(body)
        acl = request.get_header("x-oss-object-acl") or upload.description.acl
        upload = replace(upload, description=replace(upload.description, acl=acl))
        stored = await self._uploads.complete(upload, wanted, forbid_overwrite=forbids_overwrite(request))
        await self._on_stored(stored.bucket, stored.key)
        result = wrap(
            "CompleteMultipartUploadResult",
            *_describe_upload(upload, encode),
            tag("Location", f"{request.bucket_address}/{encode_url(upload.key).replace('~', '%7E')}"),
            tag("ETag", f'"{stored.etag}"'),
        )
        return reply_with_xml(result, {**name_checksums(stored.etag, stored.blob), **stored.description.encryption})

    async def abort(self, request: Request, _caller: Caller) -> Reply:
        """Whole."""
        await self._uploads.abort(await self._find_upload(request))
        return Reply(204)

    async def list_uploads(self, request: Request, _caller: Caller) -> Reply:
        """Whole, with prefix, delimiter and pages."""
        bucket = check_bucket(request.bucket or "")
        prefix, delimiter = request.get_parameter("prefix") or "", request.get_parameter("delimiter") or ""
        key_marker = request.get_parameter("key-marker") or ""
        # Without a key marker the id marker means nothing.
        id_marker = (request.get_parameter("upload-id-marker") or "") if key_marker else ""
        size = request.get_number("max-uploads", MAX_PAGE, 1, MAX_PAGE)
        encode = choose_encoder(request)
        page, uploads = await self._uploads.list_unfinished(
            bucket, prefix=prefix, delimiter=delimiter, key_marker=key_marker, id_marker=id_marker, size=size
        )
        # The last page as well says where it ends.
        last_keys = [upload.key for upload in uploads] + [group.decode() for group in page.prefixes]
        next_key = max(last_keys, key=str.encode, default="") if page.next_marker is None else page.next_marker.decode()
        next_id = uploads[-1].id if uploads and uploads[-1].key == next_key else ""
        return reply_with_xml(
            wrap(
                "ListMultipartUploadsResult",
                tag("Bucket", bucket),
                *([tag("EncodingType", "url")] if encode is encode_url else []),
                tag("KeyMarker", encode(key_marker)),
                tag("UploadIdMarker", id_marker),
                tag("NextKeyMarker", encode(next_key)),
                tag("NextUploadIdMarker", next_id),
                tag("Delimiter", encode(delimiter)),
                tag("Prefix", encode(prefix)),
                tag("MaxUploads", size),
                tag("IsTruncated", "false" if page.next_marker is None else "true"),
                *(
                    wrap(
                        "Upload",
                        tag("Key", encode(upload.key)),
                        tag("UploadId", upload.id),
                        tag("StorageClass", upload.description.storage_class),
                        tag("Initiated", write_iso_time(upload.initiated)),
                    )
                    for upload in uploads
                ),
                *(wrap("CommonPrefixes", tag("Prefix", encode(group.decode()))) for group in page.prefixes),
            )
        )

    async def _find_upload(self, request: Request) -> Upload:
        return await self._uploads.find(*read_target(request), request.get_parameter("uploadId") or "")


def _read_wanted_parts(body: bytes) -> list[tuple[int, str]]:
    wanted: list[tuple[int, str]] = []
    for part in find_children(parse(body, "CompleteMultipartUpload"), "Part", at_least=0, at_most=MAX_PARTS):
        number = read_child_text(part, "PartNumber").strip()
        wanted.append((_check_number(number), read_child_text(part, "ETag")))
    return wanted


def _read_part_number(request: Request) -> int:
    return _check_number(request.get_parameter("partNumber") or "")


def _check_number(number: str) -> int:
    found = read_whole_number(number, 1, MAX_PARTS)
    if found is None:
        raise invalid_argument("partNumber", number, f"A part number is 1 to {MAX_PARTS}.")
    return found


def _describe_upload(upload: Upload, encode: Encoder) -> Iterable[str]:
    if encode is encode_url:
        yield tag("EncodingType", "url")
    yield tag("Bucket", upload.bucket)
    yield tag("Key", encode(upload.key))


def _describe_envelope(upload: Upload) -> Iterable[str]:
    """How a client has encrypted what it uploads: to go on with it, another has to know."""
    for name, element in _ENVELOPE.items():
        value = upload.description.metadata.get(f"client-side-encryption-{name}")
        if value is not None:
            yield tag(element, value)


def _describe_part(part: Part) -> str:
    return wrap(
        "Part",
        tag("PartNumber", part.number),
        tag("LastModified", write_iso_time(part.modified)),
        tag("ETag", f'"{part.blob.etag}"'),
        tag("HashCrc64ecma", part.blob.crc64),
        tag("Size", part.blob.size_bytes),
    )
