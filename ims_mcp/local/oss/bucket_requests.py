"""The operations on the service and on buckets: create, describe, delete, share by CORS, and list what is in them."""

from __future__ import annotations

import base64
import binascii
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from ims_mcp.local.oss.caller import Caller
from ims_mcp.local.oss.cors import CorsRules, read_cors, save_cors
from ims_mcp.local.oss.description import DEFAULT_STORAGE_CLASS, STORAGE_CLASS_COLUMN
from ims_mcp.local.oss.documents import encode_url, tag, wrap, write_iso_time
from ims_mcp.local.oss.errors import OssError, invalid_argument, no_such_bucket
from ims_mcp.local.oss.objects import Objects, check_bucket
from ims_mcp.local.oss.reply import Reply, reply_with_xml
from ims_mcp.local.oss.request import Request

Encoder = Callable[[str], str]

OWNER = wrap("Owner", tag("ID", "local"), tag("DisplayName", "local"))
MAX_PAGE = 1000
_SMALL_BODY_BYTES = 64 * 1024
_LISTED = f"key, kind, size_bytes, etag, modified, {STORAGE_CLASS_COLUMN} AS storage_class"
_SEALED = re.compile(r"[A-Za-z0-9_-]+")
_PRIVATE = "private"
_ACLS = (_PRIVATE, "public-read", "public-read-write")
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
        """Whole, with pages."""
        prefix, marker = request.get_parameter("prefix") or "", request.get_parameter("marker") or ""
        size = request.get_number("max-keys", 100, 1, MAX_PAGE)
        query = "SELECT * FROM buckets WHERE name > ? AND substr(name, 1, ?) = ? ORDER BY name LIMIT ?"
        rows = await self._store.fetch(query, (marker, len(prefix), prefix, size + 1))
        truncated, rows = len(rows) > size, rows[:size]
        paging: list[str] = []
        if truncated or any(request.has(name) for name in ("prefix", "marker", "max-keys")):
            paging += [tag("Prefix", prefix), tag("Marker", marker), tag("MaxKeys", size)]
            paging.append(tag("IsTruncated", "true" if truncated else "false"))
        if truncated:
            paging.append(tag("NextMarker", rows[-1]["name"]))
        buckets = (wrap("Bucket", *self._describe(request, row["name"], row["created"])) for row in rows)
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
        """Private buckets only; storage class and redundancy have no effect."""
        name = check_bucket(request.bucket or "")
        _check_acl(request.get_header("x-oss-acl") or _PRIVATE)
        await request.body.read(_SMALL_BODY_BYTES)  # storage class and redundancy: the local OSS has one of each
        await self._objects.ensure_bucket(name)
        return Reply(headers={"location": f"/{name}"})

    async def delete_bucket(self, request: Request, _caller: Caller) -> Reply:
        """Whole."""
        name = check_bucket(request.bucket or "")

        def delete(connection: sqlite3.Connection) -> None:
            for table in ("objects", "uploads"):
                query = f"SELECT 1 FROM {table} WHERE bucket = ? LIMIT 1"  # noqa: S608 - two fixed names
                if connection.execute(query, (name,)).fetchone() is not None:
                    raise OssError(
                        "BucketNotEmpty", "The bucket has objects. Please delete them first.", BucketName=name
                    )
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
        _check_acl(request.get_header("x-oss-acl") or "")
        await self._objects.ensure_bucket(name)
        return Reply()

    async def put_bucket_cors(self, request: Request, _caller: Caller) -> Reply:
        """Whole; the rules decide what pages of other origins may do in the bucket, and answer OPTIONS."""
        name = check_bucket(request.bucket or "")
        cors = read_cors(await request.body.read(_SMALL_BODY_BYTES))

        def save(connection: sqlite3.Connection) -> None:
            read_bucket_creation(connection, name)
            save_cors(connection, name, cors)

        await self._cors.change(save)
        return Reply()

    async def get_bucket_cors(self, request: Request, _caller: Caller) -> Reply:
        """Whole."""
        name = check_bucket(request.bucket or "")
        await self._read_creation(name)
        cors = await self._cors.find(name)
        if cors is None:
            raise OssError("NoSuchCORSConfiguration", "The CORS Configuration does not exist.", BucketName=name)
        return reply_with_xml(cors.to_xml())

    async def delete_bucket_cors(self, request: Request, _caller: Caller) -> Reply:
        """Whole."""
        name = check_bucket(request.bucket or "")

        def delete(connection: sqlite3.Connection) -> None:
            read_bucket_creation(connection, name)
            connection.execute("DELETE FROM bucket_cors WHERE bucket = ?", (name,))

        await self._cors.change(delete)
        return Reply(204)

    async def option_object(self, request: Request, _caller: Caller) -> Reply:
        """Answered by the CORS rules of the bucket, without a signature."""
        name = check_bucket(request.bucket or "")
        origin = request.get_header("origin")
        method = request.get_header("access-control-request-method")
        if not origin or not method:
            raise OssError("InvalidArgument", "OPTIONS needs Origin and Access-Control-Request-Method.")
        await self._read_creation(name)
        cors = await self._cors.find(name)
        if cors is None:
            raise OssError("AccessForbidden", "CORSResponse: CORS is not enabled for this bucket.")
        sent = request.get_header("access-control-request-headers") or ""
        names = tuple(part.strip() for part in sent.split(",") if part.strip())
        rule = cors.find_rule(origin, method, names)
        if rule is None:
            raise OssError("AccessForbidden", "CORSResponse: No rule of the bucket allows this request.")
        headers = rule.name_allowed(origin) | ({"access-control-allow-headers": ", ".join(names)} if names else {})
        if request.get_header("access-control-request-private-network") == "true":
            headers["access-control-allow-private-network"] = "true"
        return Reply(headers=headers)

    async def get_bucket_info(self, request: Request, _caller: Caller) -> Reply:
        """Whole; every bucket is Standard, LRS and private, and what else it could have is off."""
        name = check_bucket(request.bucket or "")
        created = await self._read_creation(name)
        bucket = (
            *self._describe(request, name, created),
            OWNER,
            wrap("AccessControlList", tag("Grant", _PRIVATE)),
            tag("DataRedundancyType", "LRS"),
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

    def _describe(self, request: Request, name: str, created: float) -> tuple[str, ...]:
        return (
            tag("CreationDate", write_iso_time(created)),
            # Clients follow these: they lead back here.
            tag("ExtranetEndpoint", request.endpoint),
            tag("IntranetEndpoint", request.endpoint),
            tag("Location", f"oss-{self._region}"),
            tag("Name", name),
            tag("Region", self._region),
            tag("ResourceGroupId", "rg-local"),
            tag("StorageClass", "Standard"),
        )


def _check_acl(acl: str) -> None:
    if acl not in _ACLS:
        raise invalid_argument("x-oss-acl", acl, f"The value is one of {', '.join(_ACLS)}.")
    if acl != _PRIVATE:
        raise OssError("NotImplemented", f"The local OSS has no {acl} buckets: sign a URL to share an object.")


def choose_encoder(request: Request) -> Encoder:
    """How names are written in the answer: as they are, or percent-encoded (encoding-type=url)."""
    wanted = request.get_parameter("encoding-type")
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


@dataclass(frozen=True, slots=True)
class Page:
    """``rows`` and ``prefixes`` together are at most the size asked for.

    ``next_marker`` is None on the last page; elsewhere a listing that begins after it goes on without gap or repeat.
    """

    rows: list[sqlite3.Row]
    prefixes: list[bytes]
    next_marker: bytes | None


def list_page(
    select: Callable[[bytes, bool], sqlite3.Cursor], *, prefix: bytes, delimiter: bytes, marker: bytes, size: int
) -> Page:
    """One page of the keys that begin with ``prefix`` and come after ``marker``.

    ``select(start, inclusive)`` opens a cursor over the rows from a key on, in order; it is only stepped as far as
    needed, and opened anew behind each folded group: a group costs one look-up however many keys it has.
    A marker that is itself a folded group (as NextMarker can be) skips the whole group.
    """
    rows: list[sqlite3.Row] = []
    prefixes: list[bytes] = []
    last = marker
    start, inclusive = (marker, False) if marker >= prefix else (prefix, True)
    if delimiter and marker.startswith(prefix) and _find_group(marker, prefix, delimiter) == marker and marker:
        behind = find_key_after(marker)
        if behind is None:
            return Page(rows, prefixes, None)
        start, inclusive = behind, True
    while True:
        group = None
        for row in select(start, inclusive):
            key: bytes = row["key"]
            if not key.startswith(prefix):
                return Page(rows, prefixes, None)
            if len(rows) + len(prefixes) == size:
                return Page(rows, prefixes, last)
            group = _find_group(key, prefix, delimiter)
            if group is not None:
                break
            rows.append(row)
            last = key
        if group is None:
            return Page(rows, prefixes, None)
        prefixes.append(group)
        last = group
        behind = find_key_after(group)
        if behind is None:
            return Page(rows, prefixes, None)
        start, inclusive = behind, True


def find_key_after(prefix: bytes) -> bytes | None:
    """The smallest key that comes after every key with this prefix; None where there is none (all bytes 0xFF)."""
    trimmed = prefix.rstrip(b"\xff")
    return trimmed[:-1] + bytes([trimmed[-1] + 1]) if trimmed else None


def _find_group(key: bytes, prefix: bytes, delimiter: bytes) -> bytes | None:
    """The common prefix that ``key`` is folded into, if any."""
    if not delimiter:
        return None
    end = key.find(delimiter, len(prefix))
    return None if end < 0 else key[: end + len(delimiter)]
