"""The REST interface of OSS as a raw ASGI application: from a request to its operation, from an error to its body.

``docs/embedded-ims.md`` says what it does, what it refuses by name, and what it accepts without effect.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import unquote

from ims_mcp.local.admission import find_host_refusal, find_page_refusal, read_origin
from ims_mcp.local.disk import is_disk_full
from ims_mcp.local.identity import Identities
from ims_mcp.local.oss.attribute_requests import AttributeRequests
from ims_mcp.local.oss.bucket_requests import BucketRequests
from ims_mcp.local.oss.caller import NOBODY, Caller, authenticate
from ims_mcp.local.oss.cors import CorsRules
from ims_mcp.local.oss.cors_requests import CorsRequests
from ims_mcp.local.oss.errors import OssError, access_denied, no_such_bucket, no_such_key
from ims_mcp.local.oss.form_upload import FormUploads, is_form
from ims_mcp.local.oss.link_requests import LinkRequests
from ims_mcp.local.oss.multipart_requests import MultipartRequests
from ims_mcp.local.oss.object_requests import ObjectRequests, OnStored
from ims_mcp.local.oss.objects import Objects
from ims_mcp.local.oss.reply import Reply, reply_with_error, send_reply
from ims_mcp.local.oss.request import Request, Scope, Send, read_request
from ims_mcp.local.oss.unsupported import find_unsupported
from ims_mcp.request_body import BodyTooLarge, ClientGone, Receive, RequestBody

_log = logging.getLogger(__name__)

Target = Literal["service", "bucket", "object"]
Handler = Callable[[Request, Caller], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: chosen by method, target and the sub-resource or header that marks it."""

    name: str
    """As OSS calls it."""
    methods: tuple[str, ...]
    target: Target
    handler: Handler
    """The first paragraph of its docstring says how far it goes; ``docs/embedded-ims.md`` shows it."""
    parameters: tuple[str, ...] = ()
    header: str | None = None
    action: str | None = ""
    """The RAM action a caller needs on the target, where it is not called as the operation is.

    None where the handler asks for each key.
    """
    signed: bool = True
    """Whether a signature is needed; a form has one in it, and the handler looks at that."""
    form: bool = False
    for_pages: bool = True
    """Whether a page of another origin may do it at all, where the CORS rules of the bucket let it in."""

    def fits(self, request: Request) -> bool:
        """Whether a request has all that marks the operation."""
        return (
            request.method in self.methods
            and _find_target(request) == self.target
            and all(request.has(name) for name in self.parameters)
            and (self.header is None or request.get_header(self.header) is not None)
            and is_form(request) == self.form
        )


@dataclass(frozen=True, slots=True)
class Page:
    """The web page that made a browser send a request, if one did."""

    origin: str | None = None
    is_foreign: bool = False
    """Whether only the CORS rules of the bucket let it in."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the rules tell its browser, with every answer."""


# What a request may be refused with before it is known who sends it; that the bucket is missing goes before.
_UNPROVED = frozenset(
    ("AccessDenied", "InvalidAccessKeyId", "InvalidSecurityToken", "SecurityTokenExpired", "SignatureDoesNotMatch")
)
# Headers that ask for something we do not have, and the values that ask for nothing.
_REFUSED_HEADERS = {
    "x-oss-callback": (),
    "x-oss-object-acl": ("private", "default"),
}
# As they were once allowed: nobody can make one now, and some may still ask for one.
_OLD_BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]")
_NO_OBJECTS = ("live", "vod")
"""Sub-resources of a key that is no object's: the name of a live channel."""


class OssRest:
    """The ASGI application. ``on_stored(bucket, key)`` is awaited when an object is complete, before the answer.

    Host names decide between virtual-hosted and path style, see :func:`~ims_mcp.local.oss.request.find_bucket_in_host`.
    """

    def __init__(
        self,
        objects: Objects,
        identities: Identities,
        *,
        region: str,
        clock: Callable[[], float] = time.time,
        on_stored: OnStored | None = None,
    ) -> None:
        self._identities = identities
        self._region = region
        self._clock = clock
        self._on_stored = on_stored
        self._objects = objects
        self._cors = CorsRules(objects.store)
        files = ObjectRequests(objects, self._tell)
        self.routes = _list_routes(
            BucketRequests(objects, self._cors, region),
            CorsRequests(objects, self._cors),
            files,
            MultipartRequests(objects, self._tell),
            AttributeRequests(objects),
            LinkRequests(objects, self._tell),
            FormUploads(self._put_form, identities, region=region, clock=clock),
        )
        self._put = files.put

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"OSS speaks HTTP, not {scope['type']}")
        request_id = secrets.token_hex(12).upper()
        try:
            reply = await self._make_reply(scope, receive, request_id)
            await send_reply(reply, send, receive, request_id=request_id, method=scope["method"])
        except ClientGone:
            _log.debug("%s the client went away", request_id)

    async def _make_reply(self, scope: Scope, receive: Receive, request_id: str) -> Reply:
        request: Request | None = None
        page = Page()
        try:
            _check_host(scope)
            request = read_request(scope, receive)
            page = await self._admit_page(scope, request)
            reply = await self._answer(request, page)
        except ClientGone:
            raise
        except Exception as problem:
            error = _convert_error(problem, request_id)
            # Also where the request could not be read, or its Host is what it is refused for.
            host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
            reply = reply_with_error(error, request_id=request_id, host=host, method=scope["method"])
            if error.ec is not None:
                reply = replace(reply, headers={**reply.headers, "x-oss-ec": error.ec})
        reply = _share(reply, page.headers)
        try:
            # A request that could not be read has a body all the same.
            body = RequestBody.of(scope["headers"], receive, scope["method"]) if request is None else request.body
            is_ended = await body.drain()
        except BaseException:
            reply.close()
            raise
        return reply if is_ended else replace(reply, headers={**reply.headers, "connection": "close"})

    async def _admit_page(self, scope: Scope, request: Request) -> Page:
        """What the CORS rules say to the page that makes a browser send this. AccessDenied where they do not fit."""
        if request.method == "OPTIONS":
            return Page()  # asks what the rules say, and is told so or refused
        refused = find_page_refusal(scope["headers"])
        cors = await self._cors.find_for(request)
        origin = read_origin(scope["headers"])
        rule = None if cors is None or origin is None else cors.find_rule(origin, request.method)
        if cors is None and _reads_by_address(request):
            # What a page has been given an address of, it may show, and where nobody has made rules, read.
            return Page(origin, refused is not None, {} if origin is None else {"access-control-allow-origin": "*"})
        if refused and rule is None:
            raise access_denied(f"{refused} No CORS rule of the bucket lets this one in: PutBucketCors makes one.")
        headers = {} if rule is None or origin is None else rule.name_allowed(origin)
        if cors is not None and (cors.varies or headers.get("access-control-allow-origin", "*") != "*"):
            headers["vary"] = "Origin"
        return Page(origin, refused is not None, headers)

    async def _answer(self, request: Request, page: Page) -> Reply:
        route = next((one for one in self.routes if not one.signed and one.fits(request)), None)
        caller = NOBODY
        try:
            if route is None:
                caller = await authenticate(request, self._identities, region=self._region, now=self._clock())
                route = await self._find_route(request, caller)
                await self._check_page(request, page, route)
                if route.action is not None:
                    caller.require(f"oss:{route.action or route.name}", request.bucket, request.key)
            return await route.handler(request, caller)
        except OssError as error:
            if (error.code in _UNPROVED and caller is NOBODY and await self._is_missing(request)) or (
                error.code == "InvalidBucketName" and _has_old_name(request)
            ):
                raise no_such_bucket(request.bucket or "") from None
            if route is not None:
                error.narrow_to(route.name)
            raise

    async def _is_missing(self, request: Request) -> bool:
        """Whether a request is for a bucket that is not there, and does not make it."""
        if request.bucket is None or not _OLD_BUCKET_NAME.fullmatch(request.bucket):
            return False
        if request.method == "PUT" and request.key is None and not any(name != "acl" for name, _ in request.query):
            return False
        return not await self._objects.store.fetch("SELECT 1 FROM buckets WHERE name = ?", (request.bucket,))

    async def _check_page(self, request: Request, page: Page, route: Route) -> None:
        """AccessDenied where a page that only CORS lets in would reach beyond the bucket's rules."""
        if not page.is_foreign:
            return
        if not route.for_pages:
            raise access_denied("Pages of other origins may not do this, whatever the CORS rules of the bucket say.")
        if (source := request.get_header("x-oss-copy-source")) is not None:
            bucket = unquote(source.removeprefix("/").partition("?")[0].partition("/")[0])
            cors = await self._cors.find(bucket)
            if cors is None or cors.find_rule(page.origin or "", "GET") is None:
                raise access_denied("The CORS rules of the source's bucket do not let this page read there.")

    async def _put_form(self, put: Request, caller: Caller) -> Reply:
        _check_headers(put)
        return await self._put(put, caller)

    async def _find_route(self, request: Request, caller: Caller) -> Route:
        fitting = [route for route in self.routes if route.signed and route.fits(request)]
        known = {name for route in fitting for name in route.parameters}
        for name, value in request.query:
            if (name, value) == ("versionId", "null"):
                continue  # the version that every object has where there are none
            wanted = None if name in known else find_unsupported(_find_target(request), request.method, name)
            if wanted is not None:
                await self._check_existence(request, caller, is_object=name not in _NO_OBJECTS)
                raise OssError(
                    "NotImplemented", f"The local OSS has no {wanted} for {request.method} on this resource."
                )
        _check_headers(request)
        if not fitting:
            raise OssError("MethodNotAllowed", f"{request.method} is not allowed on this resource.")
        # The most specific one: it names most of what the request has.
        return max(fitting, key=lambda route: (len(route.parameters), route.header is not None))

    async def _check_existence(self, request: Request, caller: Caller, *, is_object: bool) -> None:
        """NoSuchBucket and NoSuchKey come before what is not done: clients tell by them what is there."""
        if request.bucket is None or caller.identity.policy is not None:
            return
        if not await self._objects.store.fetch("SELECT 1 FROM buckets WHERE name = ?", (request.bucket,)):
            raise no_such_bucket(request.bucket)
        if request.key is None or not is_object or request.method not in ("GET", "HEAD", "DELETE"):
            return
        if await self._objects.stat(request.bucket, request.key) is None:
            raise no_such_key(request.key)

    async def _tell(self, bucket: str, key: str) -> None:
        if self._on_stored is not None:
            try:
                await self._on_stored(bucket, key)
            except Exception:
                # The object is stored whatever becomes of it afterwards: the client hears so.
                _log.exception("the object was stored, but what follows it failed")


def _reads_by_address(request: Request) -> bool:
    """Whether it is a GET or HEAD of an object by an address that a temporary credential signed; its signature is
    checked later. What a lasting key pair signed proves nothing of a page: everybody knows it."""
    has_token = any(request.has(name) for name in ("security-token", "x-oss-security-token"))
    return request.method in ("GET", "HEAD") and request.key is not None and has_token


def _check_host(scope: Scope) -> None:
    if refused := find_host_refusal(scope["headers"]):
        raise access_denied(refused)


def _has_old_name(request: Request) -> bool:
    """Whether a request looks for a bucket with a name that was allowed once: there is none here."""
    return request.method in ("GET", "HEAD", "DELETE") and _OLD_BUCKET_NAME.fullmatch(request.bucket or "") is not None


def _check_headers(request: Request) -> None:
    for name, allowed in _REFUSED_HEADERS.items():
        if (value := request.get_header(name)) is not None and value not in allowed:
            raise OssError("NotImplemented", f"The local OSS has no {name}: {value[:50]!r}.")


def _share(reply: Reply, headers: Mapping[str, str]) -> Reply:
    """With what the CORS rules tell a browser."""
    if not headers:
        return reply
    several = [one["vary"] for one in (reply.headers, headers) if "vary" in one]
    vary = {"vary": ", ".join(several)} if several else {}
    return replace(reply, headers={**reply.headers, **headers, **vary})


def _convert_error(problem: Exception, request_id: str) -> OssError:
    if isinstance(problem, OssError):
        _log.debug("%s %s", request_id, problem.code)
        return problem
    if isinstance(problem, BodyTooLarge):
        return OssError("EntityTooLarge", str(problem))
    if is_disk_full(problem):
        _log.error("%s the disk is full", request_id)
        return OssError("InternalError", "The disk of the local OSS is full.")
    _log.error("%s failed", request_id, exc_info=problem)
    return OssError("InternalError", "The local OSS failed; its log says more under this request id.")


def _find_target(request: Request) -> Target:
    if request.bucket is None:
        return "service"
    return "bucket" if request.key is None else "object"


def _list_routes(
    buckets: BucketRequests,
    cors: CorsRequests,
    objects: ObjectRequests,
    multipart: MultipartRequests,
    attributes: AttributeRequests,
    links: LinkRequests,
    forms: FormUploads,
) -> tuple[Route, ...]:
    put, get, post, delete = ("PUT",), ("GET",), ("POST",), ("DELETE",)
    part = ("uploadId", "partNumber")
    copy = "x-oss-copy-source"
    return (
        Route("ListBuckets", get, "service", buckets.list_buckets),
        Route("DescribeRegions", get, "service", buckets.describe_regions, ("regions",)),
        Route("PutBucket", put, "bucket", buckets.put_bucket, for_pages=False),
        Route("DeleteBucket", delete, "bucket", buckets.delete_bucket, for_pages=False),
        Route("GetBucketAcl", get, "bucket", buckets.get_bucket_acl, ("acl",)),
        Route("PutBucketAcl", put, "bucket", buckets.put_bucket_acl, ("acl",), for_pages=False),
        Route("GetBucketCors", get, "bucket", cors.get_bucket_cors, ("cors",)),
        Route("PutBucketCors", put, "bucket", cors.put_bucket_cors, ("cors",), for_pages=False),
        Route("DeleteBucketCors", delete, "bucket", cors.delete_bucket_cors, ("cors",), for_pages=False),
        Route("OptionObject", ("OPTIONS",), "object", cors.option_object, signed=False),
        Route("OptionObject", ("OPTIONS",), "bucket", cors.option_object, signed=False),
        Route("PostObject", post, "bucket", forms.post_object, signed=False, form=True),
        Route("GetBucketInfo", get, "bucket", buckets.get_bucket_info, ("bucketInfo",)),
        Route("GetBucketMeta", ("HEAD",), "bucket", buckets.head_bucket, action="GetBucketInfo"),
        Route("GetBucketStat", get, "bucket", buckets.get_bucket_stat, ("stat",)),
        Route("GetBucketVersioning", get, "bucket", buckets.get_bucket_versioning, ("versioning",)),
        Route("ListLiveChannel", get, "bucket", buckets.list_live_channels, ("live",)),
        Route("GetBucketResourceGroup", get, "bucket", buckets.get_resource_group, ("resourceGroup",)),
        Route("PutBucketResourceGroup", put, "bucket", buckets.put_resource_group, ("resourceGroup",)),
        Route("GetBucketLocation", get, "bucket", buckets.get_bucket_location, ("location",)),
        Route("ListObjects", get, "bucket", buckets.list_objects),
        Route("ListObjectsV2", get, "bucket", buckets.list_objects_v2, ("list-type",), action="ListObjects"),
        Route("ListObjectVersions", get, "bucket", buckets.list_versions, ("versions",)),
        Route("ListMultipartUploads", get, "bucket", multipart.list_uploads, ("uploads",)),
        Route("DeleteMultipleObjects", post, "bucket", objects.delete_many, ("delete",), action=None),
        Route("PutObject", put, "object", objects.put),
        Route("AppendObject", post, "object", objects.append, ("append", "position"), action="PutObject"),
        Route("CopyObject", put, "object", objects.copy, header=copy, action="PutObject"),
        Route("GetObject", get, "object", objects.get),
        Route("HeadObject", ("HEAD",), "object", objects.head, action="GetObject"),
        Route("GetObjectMeta", ("GET", "HEAD"), "object", objects.get_meta, ("objectMeta",), action="GetObject"),
        Route("DeleteObject", delete, "object", objects.delete),
        Route("PutSymlink", put, "object", links.put_link, ("symlink",), action="PutObject"),
        Route("GetSymlink", get, "object", links.get_link, ("symlink",), action="GetObject"),
        Route("GetObjectTagging", get, "object", attributes.get_tags, ("tagging",)),
        Route("PutObjectTagging", put, "object", attributes.put_tags, ("tagging",)),
        Route("DeleteObjectTagging", delete, "object", attributes.delete_tags, ("tagging",)),
        Route("GetObjectAcl", get, "object", attributes.get_acl, ("acl",)),
        Route("PutObjectAcl", put, "object", attributes.put_acl, ("acl",)),
        Route("InitiateMultipartUpload", post, "object", multipart.begin, ("uploads",), action="PutObject"),
        Route("UploadPart", put, "object", multipart.put_part, part, action="PutObject"),
        Route("UploadPartCopy", put, "object", multipart.copy_part, part, copy, action="PutObject"),
        Route("CompleteMultipartUpload", post, "object", multipart.complete, ("uploadId",), action="PutObject"),
        Route("AbortMultipartUpload", delete, "object", multipart.abort, ("uploadId",)),
        Route("ListParts", get, "object", multipart.list_parts, ("uploadId",)),
    )
