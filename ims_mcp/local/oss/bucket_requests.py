"""The operations on the service and on buckets: create, describe, delete, and list what is in them."""

from __future__ import annotations

import base64
import binascii
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import unquote

from ims_mcp.local.oss.bucket_settings import (
    RESOURCE_GROUP,
    BucketSettings,
    check_resource_group,
    find_settings,
    keep_settings,
    read_settings,
)
from ims_mcp.local.oss.caller import Caller
from ims_mcp.local.oss.cors import CorsRules
from ims_mcp.local.oss.description import DEFAULT_STORAGE_CLASS, STORAGE_CLASS_COLUMN
from ims_mcp.local.oss.documents import encode_url, parse, tag, wrap, write_iso_time
from ims_mcp.local.oss.errors import OssError, invalid_argument, no_such_bucket
from ims_mcp.local.oss.listing import Page, list_page
from ims_mcp.local.oss.objects import Objects, add_bucket, check_bucket
from ims_mcp.local.oss.reply import Reply, reply_with_xml
from ims_mcp.local.oss.request import Request

Encoder = Callable[[str], str]

OWNER = wrap("Owner", tag("ID", "local"), tag("DisplayName", "local"))
MAX_PAGE = 1000
_SMALL_BODY_BYTES = 64 * 1024
_LISTED = f"key, kind, size_bytes, etag, modified, {STORAGE_CLASS_COLUMN} AS storage_class"
_SEALED = re.compile(r"[A-Za-z0-9_-]+")
_PART_OF_NAME = re.compile(r"[a-z0-9-]*")
# Source: the pages of the two error codes.
_EC_OF_PART = {"prefix": "0017-00000290", "marker": "0017-00000291"}
_PRIVATE = "private"
_GROUP = "x-oss-resource-group-id"
_ACLS = (_PRIVATE, "public-read", "public-read-write", "authenticated-read")
_OTHER_CLASSES = ("InfrequentAccess", "Archive", "ColdArchive", "DeepColdArchive")
_STAT_OF_CLASS = ("Storage", "RealStorage", "ObjectCount")
_SWITCHES = ("AccessMonitor", "CrossRegionReplication", "TransferAcceleration")


class BucketRequests:
    """Each method answers one operation; it may raise OssError."""

    def __init__(self, objects: Objects, cors: CorsRules, region: str) -> None:
        self._objects = objects
        self._store = objects.store
        self._cors = cors
        self._region = region

    async def list_buckets(self, request: Request, _caller: Caller) -> Reply:
        """Whole, with pages and by resource group; there is the default group only."""
        prefix, marker = _read_part_of_name(request, "prefix"), _read_part_of_name(request, "marker")
        size = request.get_number("max-keys", 100, 1, MAX_PAGE)
        query = "SELECT * FROM buckets WHERE name > ? AND substr(name, 1, ?) = ? ORDER BY name LIMIT ?"

        def read(connection: sqlite3.Connection) -> list[tuple[str, float, BucketSettings]]:
            rows = connection.execute(query, (marker, len(prefix), prefix, size + 1)).fetchall()
            return [(name, created, find_settings(connection, name)) for name, created in rows]

        found = await self._store.read(read) if _read_group(request) in ("", RESOURCE_GROUP) else []
        truncated, found = len(found) > size, found[:size]
        paging: list[str] = []
        if truncated or any(request.has(name) for name in ("prefix", "marker", "max-keys")):
            paging += [tag("Prefix", prefix), tag("Marker", marker), tag("MaxKeys", size)]
            paging.append(tag("IsTruncated", "true" if truncated else "false"))
        if truncated:
            paging.append(tag("NextMarker", found[-1][0]))
        buckets = (wrap("Bucket", *self._describe(request, *one)) for one in found)
        return reply_with_xml(wrap("ListAllMyBucketsResult", *paging, OWNER, wrap("Buckets", *buckets)))

    async def describe_regions(self, request: Request, _caller: Caller) -> Reply:
        """The one region there is; its endpoints are the one that was called."""
        wanted = request.get_parameter("regions")
        if wanted and wanted != f"oss-{self._region}":
            raise OssError("NoSuchRegion", f"The only region of this OSS is oss-{self._region}.", Region=wanted)
        names = ("InternetEndpoint", "InternalEndpoint", "AccelerateEndpoint")
        endpoints = (tag(name, request.endpoint) for name in names)
        region = wrap("RegionInfo", tag("Region", f"oss-{self._region}"), *endpoints)
        return reply_with_xml(wrap("RegionInfoList", region))

    async def put_bucket(self, request: Request, _caller: Caller) -> Reply:
        """Private buckets of the one region only; storage class and redundancy are named and have no effect."""
        name = check_bucket(request.bucket or "")
        _check_acl(request.get_header("x-oss-acl") or _PRIVATE)
        check_resource_group(_read_group(request))
        settings = read_settings(await request.body.read(_SMALL_BODY_BYTES), self._region)

        def create(connection: sqlite3.Connection) -> None:
            is_new = not connection.execute("SELECT 1 FROM buckets WHERE name = ?", (name,)).fetchone()
            add_bucket(connection, name, self._objects.clock())
            if settings is not None:
                keep_settings(connection, name, settings, is_new=is_new)

        await self._store.write(create)
        return Reply(headers={"location": f"/{name}"})

    async def delete_bucket(self, request: Request, _caller: Caller) -> Reply:
        """Whole."""
        name = check_bucket(request.bucket or "")

        def delete(connection: sqlite3.Connection) -> None:
            for table, what in (("objects", "objects"), ("uploads", "Multipart Uploads")):
                query = f"SELECT 1 FROM {table} WHERE bucket = ? LIMIT 1"  # noqa: S608 - two fixed names
                if connection.execute(query, (name,)).fetchone() is not None:
                    message = f"The bucket has {what}. Please delete them first."
                    raise OssError("BucketNotEmpty", message, BucketName=name)
            if connection.execute("DELETE FROM buckets WHERE name = ?", (name,)).rowcount == 0:
                raise no_such_bucket(name)

        await self._cors.change(delete)
        return Reply(204)

    async def get_bucket_acl(self, request: Request, _caller: Caller) -> Reply:
        """Every bucket is private."""
        await self._read_creation(check_bucket(request.bucket or ""))
        return reply_with_xml(wrap("AccessControlPolicy", OWNER, wrap("AccessControlList", tag("Grant", _PRIVATE))))

    async def put_bucket_acl(self, request: Request, _caller: Caller) -> Reply:
        """To private only; the others are NotImplemented. A bucket that is not there comes into being."""
        name = check_bucket(request.bucket or "")
        # Without one the ACL stays as it is.
        if (acl := request.get_header("x-oss-acl")) is not None:
            _check_acl(acl)
        await self._objects.ensure_bucket(name)
        return Reply()

    async def get_bucket_info(self, request: Request, _caller: Caller) -> Reply:
        """Whole; every bucket is private, and what else it could have is off."""
        name = check_bucket(request.bucket or "")
        created, settings = await self._store.read(
            lambda connection: (read_bucket_creation(connection, name), find_settings(connection, name))
        )
        bucket = (
            *self._describe(request, name, created, settings),
            OWNER,
            wrap("AccessControlList", tag("Grant", _PRIVATE)),
            tag("DataRedundancyType", settings.redundancy),
            tag("Comment", ""),
            *(tag(switch, "Disabled") for switch in _SWITCHES),
            tag("BlockPublicAccess", "true"),
            wrap("BucketPolicy", tag("LogBucket", ""), tag("LogPrefix", "")),
            wrap("ServerSideEncryptionRule", tag("SSEAlgorithm", "None")),
        )
        return reply_with_xml(wrap("BucketInfo", wrap("Bucket", *bucket)))

    async def head_bucket(self, request: Request, _caller: Caller) -> Reply:
        """Whether it is there, and its region."""
        await self._read_creation(check_bucket(request.bucket or ""))
        return Reply(headers={"x-oss-bucket-region": f"oss-{self._region}"})

    async def get_bucket_location(self, request: Request, _caller: Caller) -> Reply:
        """Whole."""
        await self._read_creation(check_bucket(request.bucket or ""))
        return reply_with_xml(tag("LocationConstraint", f"oss-{self._region}"))

    async def get_resource_group(self, request: Request, _caller: Caller) -> Reply:
        """Whole: every bucket is in the default group."""
        await self._read_creation(check_bucket(request.bucket or ""))
        return reply_with_xml(wrap("BucketResourceGroupConfiguration", tag("ResourceGroupId", RESOURCE_GROUP)))

    async def put_resource_group(self, request: Request, _caller: Caller) -> Reply:
        """To the default group only, there is no other."""
        await self._read_creation(check_bucket(request.bucket or ""))
        root = parse(await request.body.read(_SMALL_BODY_BYTES), "BucketResourceGroupConfiguration")
        check_resource_group((root.findtext("ResourceGroupId") or "").strip())
        return Reply()

    async def list_objects(self, request: Request, _caller: Caller) -> Reply:
        """Whole, with prefix, delimiter, pages and encoding-type."""
        marker = request.get_parameter("marker") or ""
        page, common, encode = await self._read_page(request, marker)
        next_marker = () if page.next_marker is None else (tag("NextMarker", encode(page.next_marker.decode())),)
        return reply_with_xml(
            wrap(
                "ListBucketResult",
                *common,
                tag("Marker", encode(marker)),
                *next_marker,
                *_write_contents(page, encode, True),
            )
        )

    async def list_objects_v2(self, request: Request, _caller: Caller) -> Reply:
        """Whole, with prefix, delimiter, pages, owner and encoding-type."""
        token = request.get_parameter("continuation-token") or ""
        start_after = request.get_parameter("start-after") or ""
        page, common, encode = await self._read_page(request, _read_token(token) if token else start_after)
        paging = [tag("StartAfter", encode(start_after))] if start_after else []
        if token:
            paging.append(tag("ContinuationToken", encode(token)))
        if page.next_marker is not None:
            # Nothing in it that encoding-type=url would change: some clients send it back as it came.
            sealed = base64.urlsafe_b64encode(page.next_marker).decode("ascii").rstrip("=")
            paging.append(tag("NextContinuationToken", sealed))
        paging.append(tag("KeyCount", len(page.rows) + len(page.prefixes)))
        owner = (request.get_parameter("fetch-owner") or "").lower() == "true"
        return reply_with_xml(wrap("ListBucketResult", *common, *paging, *_write_contents(page, encode, owner)))

    async def list_versions(self, request: Request, _caller: Caller) -> Reply:
        """Every object has one version, null; with prefix, delimiter, pages and encoding-type."""
        marker = request.get_parameter("key-marker") or ""
        page, common, encode = await self._read_page(request, marker)
        paging = [tag("KeyMarker", encode(marker)), tag("VersionIdMarker", "")]
        if page.next_marker is not None:
            paging += [tag("NextKeyMarker", encode(page.next_marker.decode())), tag("NextVersionIdMarker", "null")]
        versions = _write_contents(page, encode, True, "Version", (tag("VersionId", "null"), tag("IsLatest", "true")))
        return reply_with_xml(wrap("ListVersionsResult", *common, *paging, *versions))

    async def get_bucket_versioning(self, request: Request, _caller: Caller) -> Reply:
        """Never enabled; it cannot be."""
        await self._read_creation(check_bucket(request.bucket or ""))
        return reply_with_xml(wrap("VersioningConfiguration"))

    async def list_live_channels(self, request: Request, _caller: Caller) -> Reply:
        """Always an empty list: there are none here."""
        await self._read_creation(check_bucket(request.bucket or ""))
        asked = [
            tag("Prefix", request.get_parameter("prefix") or ""),
            tag("Marker", request.get_parameter("marker") or ""),
            tag("MaxKeys", request.get_number("max-keys", 100, 1, MAX_PAGE)),
        ]
        return reply_with_xml(wrap("ListLiveChannelResult", *asked, tag("IsTruncated", "false")))

    async def get_bucket_stat(self, request: Request, _caller: Caller) -> Reply:
        """What is stored now, all of it Standard."""
        name = check_bucket(request.bucket or "")

        def count(connection: sqlite3.Connection) -> tuple[int, int, int, int]:
            read_bucket_creation(connection, name)
            query = "SELECT count(*), total(size_bytes), max(modified) FROM objects WHERE bucket = ?"
            objects, size_bytes, modified = connection.execute(query, (name,)).fetchone()
            query = "SELECT count(*) FROM uploads WHERE bucket = ?"
            (uploads,) = connection.execute(query, (name,)).fetchone()
            return objects, int(size_bytes), uploads, int(modified or 0)

        objects, size_bytes, uploads, modified = await self._store.read(count)
        stat = [
            tag("Storage", size_bytes),
            tag("ObjectCount", objects),
            tag("MultipartUploadCount", uploads),
            tag("LiveChannelCount", 0),
            tag("LastModifiedTime", modified),
            tag("StandardStorage", size_bytes),
            tag("StandardObjectCount", objects),
            *(tag(f"{kind}{what}", 0) for kind in _OTHER_CLASSES for what in _STAT_OF_CLASS),
            tag("MultipartPartCount", 0),
            tag("DeleteMarkerCount", 0),
        ]
        return reply_with_xml(wrap("BucketStat", *stat))

    async def _read_page(self, request: Request, marker: str) -> tuple[Page, list[str], Encoder]:
        name = check_bucket(request.bucket or "")
        await self._read_creation(name)
        prefix, delimiter = request.get_parameter("prefix") or "", request.get_parameter("delimiter") or ""
        size = request.get_number("max-keys", 100, 1, MAX_PAGE)
        encode = choose_encoder(request)

        def read(connection: sqlite3.Connection) -> Page:
            def select(start: bytes, inclusive: bool) -> sqlite3.Cursor:
                order = f"SELECT {_LISTED} FROM objects WHERE bucket = ? AND key"  # noqa: S608 - fixed names
                return connection.execute(f"{order} {'>=' if inclusive else '>'} ? ORDER BY key", (name, start))

            return list_page(
                select, prefix=prefix.encode(), delimiter=delimiter.encode(), marker=marker.encode(), size=size
            )

        page = await self._store.read(read)
        common = [
            tag("Name", name),
            tag("Prefix", encode(prefix)),
            tag("MaxKeys", size),
            tag("Delimiter", encode(delimiter)),
            *([tag("EncodingType", "url")] if encode is encode_url else []),
            tag("IsTruncated", "false" if page.next_marker is None else "true"),
        ]
        return page, common, encode

    async def _read_creation(self, name: str) -> float:
        return await self._store.read(lambda connection: read_bucket_creation(connection, name))

    def _describe(self, request: Request, name: str, created: float, settings: BucketSettings) -> tuple[str, ...]:
        return (
            tag("CreationDate", write_iso_time(created)),
            # Clients follow these: they lead back here.
            tag("ExtranetEndpoint", request.endpoint),
            tag("IntranetEndpoint", request.endpoint),
            tag("Location", f"oss-{self._region}"),
            tag("Name", name),
            tag("Region", self._region),
            # A listing of all groups does not say which is whose.
            *([tag("ResourceGroupId", RESOURCE_GROUP)] if request.bucket or request.get_header(_GROUP) else []),
            tag("StorageClass", settings.storage_class),
        )


def _read_group(request: Request) -> str:
    """The resource group that a header names, or an empty text. InvalidArgument."""
    group = request.get_header(_GROUP) or ""
    if group and not group.startswith("rg-"):
        raise invalid_argument(_GROUP, group, "The id of a resource group begins with rg-.", ec="0017-00000138")
    return group


def _read_part_of_name(request: Request, parameter: str) -> str:
    """InvalidArgument for what stands in no bucket's name: official clients ask so whether a name is one."""
    value = request.get_parameter(parameter) or ""
    if not _PART_OF_NAME.fullmatch(value):
        message = "The names of buckets have lower-case letters, digits and hyphens."
        raise invalid_argument(parameter, value, message, ec=_EC_OF_PART[parameter])
    return value


def _check_acl(acl: str) -> None:
    if acl not in _ACLS:
        raise invalid_argument("x-oss-acl", acl, f"The value is one of {', '.join(_ACLS)}.")
    if acl != _PRIVATE:
        raise OssError("NotImplemented", f"The local OSS has no {acl} buckets: sign a URL to share an object.")


def choose_encoder(request: Request, otherwise: str | None = None) -> Encoder:
    """How names are written in the answer: as they are, or percent-encoded (encoding-type=url)."""
    wanted = request.get_parameter("encoding-type") or otherwise
    if wanted == "url":
        return encode_url
    if wanted:
        raise invalid_argument("encoding-type", wanted, "The only encoding type is url.")
    return str


def read_bucket_creation(connection: sqlite3.Connection, name: str) -> float:
    """When a bucket came into being (epoch seconds); NoSuchBucket."""
    row = connection.execute("SELECT created FROM buckets WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise no_such_bucket(name)
    return float(row["created"])


def _write_contents(
    page: Page, encode: Encoder, with_owner: bool, element: str = "Contents", more: Sequence[str] = ()
) -> Iterator[str]:
    for row in page.rows:
        yield wrap(
            element,
            tag("Key", encode(row["key"].decode("utf-8"))),
            *more,
            tag("LastModified", write_iso_time(row["modified"])),
            tag("ETag", f'"{row["etag"]}"'),
            tag("Type", row["kind"]),
            tag("Size", row["size_bytes"]),
            tag("StorageClass", row["storage_class"] or DEFAULT_STORAGE_CLASS),
            *([OWNER] if with_owner else []),
        )
    for prefix in page.prefixes:
        yield wrap("CommonPrefixes", tag("Prefix", encode(prefix.decode("utf-8"))))


def _read_token(token: str) -> str:
    """The marker inside a continuation token; one may come padded and percent-encoded, as they once were made."""
    sealed = unquote(token).rstrip("=")
    unknown = invalid_argument("continuation-token", token, "The continuation token is not one of ours.")
    if not _SEALED.fullmatch(sealed):
        raise unknown
    try:
        return base64.urlsafe_b64decode((sealed + "=" * (-len(sealed) % 4)).encode()).decode("utf-8")
    except (binascii.Error, ValueError):
        raise unknown from None
