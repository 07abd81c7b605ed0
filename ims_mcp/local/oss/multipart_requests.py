"""The operations on multipart uploads."""

from __future__ import annotations

from collections.abc import Iterable

from ims_mcp.local.oss.bucket_requests import MAX_PAGE, Encoder, encoder
from ims_mcp.local.oss.caller import Caller
from ims_mcp.local.oss.conditions import byte_range
from ims_mcp.local.oss.documents import child_text, children, iso_time, node, parse, text, url_encode
from ims_mcp.local.oss.errors import OssError, invalid_argument, no_such_key
from ims_mcp.local.oss.object_requests import (
    OnStored,
    copy_source,
    describe,
    forbids_overwrite,
    name_checksums,
    receive_blob,
    target,
)
from ims_mcp.local.oss.objects import Objects, check_bucket
from ims_mcp.local.oss.reply import Reply, xml_reply
from ims_mcp.local.oss.request import Request
from ims_mcp.local.oss.uploads import Part, Upload, Uploads
from ims_mcp.local.wire_values import whole_number

MAX_PARTS = 10_000
# 10,000 parts of about 110 bytes each, with room to spare.
_MAX_COMPLETE_BODY_BYTES = 4 * 1024**2


class MultipartRequests:
    """Each method answers one operation; it may raise OssError. ``on_stored`` is told of every complete object."""

    def __init__(self, objects: Objects, on_stored: OnStored) -> None:
        self._objects = objects
        self._uploads = Uploads(objects)
        self._on_stored = on_stored

    async def begin(self, request: Request, _caller: Caller) -> Reply:
        """Whole."""
        bucket, key = target(request)
        if forbids_overwrite(request) and await self._objects.stat(bucket, key) is not None:
            raise OssError("FileAlreadyExists", "The object exists and may not be overwritten.")
        upload = await self._uploads.begin(bucket, key, describe(request))
        return xml_reply(
            node(
                "InitiateMultipartUploadResult",
                *_describe_upload(upload, encoder(request)),
                text("UploadId", upload.id),
            )
        )

    async def put_part(self, request: Request, _caller: Caller) -> Reply:
        """Whole."""
        number = _part_number(request)
        upload = await self._upload(request)
        part = await self._uploads.put_part(upload, number, await receive_blob(request, self._objects))
        return Reply(headers=name_checksums(part.etag, part.blob))

    async def copy_part(self, request: Request, caller: Caller) -> Reply:
        """Whole, with a range and conditions."""
        number = _part_number(request)
        upload = await self._upload(request)
        source = await copy_source(request, caller, self._objects)
        found = byte_range(request.header("x-oss-copy-source-range"), source.size_bytes)
        try:
            blob = await self._objects.blobs.copy(source.path, *(found or (0, source.size_bytes)))
        except FileNotFoundError:
            raise no_such_key(source.key) from None
        part = await self._uploads.put_part(upload, number, blob)
        result = node("CopyPartResult", text("LastModified", iso_time(part.modified)), text("ETag", f'"{part.etag}"'))
        return xml_reply(result, name_checksums(part.etag, part.blob))

    async def list_parts(self, request: Request, _caller: Caller) -> Reply:
        """Whole, with pages."""
        upload = await self._upload(request)
        marker = request.number("part-number-marker", 0, 0, MAX_PARTS)
        size = request.number("max-parts", MAX_PAGE, 1, MAX_PAGE)
        encode = encoder(request)
        parts = await self._uploads.parts(upload, after=marker, limit=size + 1)
        truncated, parts = len(parts) > size, parts[:size]
        return xml_reply(
            node(
                "ListPartsResult",
                *_describe_upload(upload, encode),
                text("UploadId", upload.id),
                text("StorageClass", "Standard"),
                text("PartNumberMarker", marker),
                text("NextPartNumberMarker", parts[-1].number if parts else marker),
                text("MaxParts", size),
                text("IsTruncated", "true" if truncated else "false"),
                *(_describe_part(part) for part in parts),
            )
        )

    async def complete(self, request: Request, _caller: Caller) -> Reply:
        """Whole; x-oss-complete-all as well."""
        upload = await self._upload(request)
        encode = encoder(request)
        body = await request.body.read(_MAX_COMPLETE_BODY_BYTES)
        take_all = (request.header("x-oss-complete-all") or "").lower() == "yes"
        if take_all and body:
            raise invalid_argument("x-oss-complete-all", "yes", "With this header the body has to be empty.")
        wanted = None if take_all else _read_wanted_parts(body)
        stored = await self._uploads.complete(upload, wanted, forbid_overwrite=forbids_overwrite(request))
        await self._on_stored(stored.bucket, stored.key)
        result = node(
            "CompleteMultipartUploadResult",
            *_describe_upload(upload, encode),
            text("Location", f"http://{request.host}/{url_encode(upload.key)}"),
            text("ETag", f'"{stored.etag}"'),
        )
        return xml_reply(result, name_checksums(stored.etag, stored.blob))

    async def abort(self, request: Request, _caller: Caller) -> Reply:
        """Whole."""
        await self._uploads.abort(await self._upload(request))
        return Reply(204)

    async def list_uploads(self, request: Request, _caller: Caller) -> Reply:
        """Whole, with prefix, delimiter and pages."""
        bucket = check_bucket(request.bucket or "")
        prefix, delimiter = request.parameter("prefix") or "", request.parameter("delimiter") or ""
        key_marker = request.parameter("key-marker") or ""
        # Without a key marker the id marker means nothing.
        id_marker = (request.parameter("upload-id-marker") or "") if key_marker else ""
        size = request.number("max-uploads", MAX_PAGE, 1, MAX_PAGE)
        encode = encoder(request)
        page, uploads = await self._uploads.page(
            bucket, prefix=prefix, delimiter=delimiter, key_marker=key_marker, id_marker=id_marker, size=size
        )
        next_key, next_id = "", ""
        if page.next_marker is not None:
            next_key = page.next_marker.decode()
            next_id = uploads[-1].id if uploads and uploads[-1].key == next_key else ""
        return xml_reply(
            node(
                "ListMultipartUploadsResult",
                text("Bucket", bucket),
                *([text("EncodingType", "url")] if encode is url_encode else []),
                text("KeyMarker", encode(key_marker)),
                text("UploadIdMarker", id_marker),
                text("NextKeyMarker", encode(next_key)),
                text("NextUploadIdMarker", next_id),
                text("Delimiter", encode(delimiter)),
                text("Prefix", encode(prefix)),
                text("MaxUploads", size),
                text("IsTruncated", "false" if page.next_marker is None else "true"),
                *(
                    node(
                        "Upload",
                        text("Key", encode(upload.key)),
                        text("UploadId", upload.id),
                        text("StorageClass", "Standard"),
                        text("Initiated", iso_time(upload.initiated)),
                    )
                    for upload in uploads
                ),
                *(node("CommonPrefixes", text("Prefix", encode(group.decode()))) for group in page.prefixes),
            )
        )

    async def _upload(self, request: Request) -> Upload:
        return await self._uploads.find(*target(request), request.parameter("uploadId") or "")


def _read_wanted_parts(body: bytes) -> list[tuple[int, str]]:
    wanted: list[tuple[int, str]] = []
    for part in children(parse(body, "CompleteMultipartUpload"), "Part", at_least=1, at_most=MAX_PARTS):
        number = child_text(part, "PartNumber").strip()
        wanted.append((_checked_number(number), child_text(part, "ETag")))
    return wanted


def _part_number(request: Request) -> int:
    return _checked_number(request.parameter("partNumber") or "")


def _checked_number(number: str) -> int:
    found = whole_number(number, 1, MAX_PARTS)
    if found is None:
        raise invalid_argument("partNumber", number, f"A part number is 1 to {MAX_PARTS}.")
    return found


def _describe_upload(upload: Upload, encode: Encoder) -> Iterable[str]:
    if encode is url_encode:
        yield text("EncodingType", "url")
    yield text("Bucket", upload.bucket)
    yield text("Key", encode(upload.key))


def _describe_part(part: Part) -> str:
    return node(
        "Part",
        text("PartNumber", part.number),
        text("LastModified", iso_time(part.modified)),
        text("ETag", f'"{part.etag}"'),
        text("HashCrc64ecma", part.blob.crc64),
        text("Size", part.blob.size_bytes),
    )
