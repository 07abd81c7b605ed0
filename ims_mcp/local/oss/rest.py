"""The REST interface of OSS as a raw ASGI application: from a request to its operation, from an error to its body.

``docs/embedded-ims.md`` says what it does, what it refuses by name, and what it accepts without effect.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal

from ims_mcp.local.admission import find_refusal
from ims_mcp.local.disk import is_disk_full
from ims_mcp.local.identity import Identities
from ims_mcp.local.oss.attribute_requests import AttributeRequests
from ims_mcp.local.oss.bucket_requests import BucketRequests
from ims_mcp.local.oss.caller import Caller, authenticate
from ims_mcp.local.oss.errors import OssError, access_denied
from ims_mcp.local.oss.link_requests import LinkRequests
from ims_mcp.local.oss.multipart_requests import MultipartRequests
from ims_mcp.local.oss.object_requests import ObjectRequests, OnStored
from ims_mcp.local.oss.objects import Objects
from ims_mcp.local.oss.reply import Reply, reply_with_error, send_reply
from ims_mcp.local.oss.request import Request, Scope, Send, read_request
from ims_mcp.local.oss.signature_v1 import SUBRESOURCES
from ims_mcp.local.request_body import BodyTooLarge, ClientGone, Receive, RequestBody

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

    def fits(self, request: Request) -> bool:
        """Whether a request has all that marks the operation."""
        return (
            request.method in self.methods
            and _find_target(request) == self.target
            and all(request.has(name) for name in self.parameters)
            and (self.header is None or request.get_header(self.header) is not None)
        )


# Sub-resources that only modify an operation; any other that no route names is an operation we do not have.
_MODIFIERS = frozenset(
    name
    for name in SUBRESOURCES
    if name.startswith(("response-", "x-oss-ac-"))
    or name in ("continuation-token", "security-token", "x-oss-request-payer", "x-oss-traffic-limit")
)
# Headers that ask for something we do not have, and the values that ask for nothing.
_REFUSED_HEADERS = {
    "x-oss-callback": (),
    "x-oss-object-acl": ("private", "default"),
}


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
        self.routes = _list_routes(
            BucketRequests(objects, region),
            ObjectRequests(objects, self._tell),
            MultipartRequests(objects, self._tell),
            AttributeRequests(objects),
            LinkRequests(objects, self._tell),
        )

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
        try:
            _check_admission(scope)
            request = read_request(scope, receive)
            reply = await self._answer(request)
        except ClientGone:
            raise
        except Exception as problem:
            error = _convert_error(problem, request_id)
            host = "" if request is None else request.host
            reply = reply_with_error(error, request_id=request_id, host=host, method=scope["method"])
        try:
            # A request that could not be read has a body all the same.
            body = RequestBody.of(scope["headers"], receive, scope["method"]) if request is None else request.body
            is_ended = await body.drain()
        except BaseException:
            reply.close()
            raise
        return reply if is_ended else replace(reply, headers={**reply.headers, "connection": "close"})

    async def _answer(self, request: Request) -> Reply:
        if request.method == "POST" and (request.get_header("content-type") or "").startswith("multipart/form-data"):
            # Before the caller is known: its signature is in the form.
            raise OssError("NotImplemented", "The local OSS has no form uploads: put the object.")
        caller = await authenticate(request, self._identities, region=self._region, now=self._clock())
        route = self._find_route(request)
        if route.action is not None:
            caller.require(f"oss:{route.action or route.name}", request.bucket, request.key)
        return await route.handler(request, caller)

    def _find_route(self, request: Request) -> Route:
        for name, allowed in _REFUSED_HEADERS.items():
            if (value := request.get_header(name)) is not None and value not in allowed:
                raise OssError("NotImplemented", f"The local OSS has no {name}.")
        fitting = [route for route in self.routes if route.fits(request)]
        known = {name for route in fitting for name in route.parameters}
        for name, _ in request.query:
            if name in SUBRESOURCES and name not in _MODIFIERS and name not in known:
                raise OssError("NotImplemented", f"The local OSS has no {name} for {request.method} on this resource.")
        if not fitting:
            raise OssError("MethodNotAllowed", f"{request.method} is not allowed on this resource.")
        # The most specific one: it names most of what the request has.
        return max(fitting, key=lambda route: (len(route.parameters), route.header is not None))

    async def _tell(self, bucket: str, key: str) -> None:
        if self._on_stored is not None:
            try:
                await self._on_stored(bucket, key)
            except Exception:
                # The object is stored whatever becomes of it afterwards: the client hears so.
                _log.exception("the object was stored, but what follows it failed")


def _check_admission(scope: Scope) -> None:
    if refused := find_refusal(scope["headers"]):
        raise access_denied(refused)


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
    objects: ObjectRequests,
    multipart: MultipartRequests,
    attributes: AttributeRequests,
    links: LinkRequests,
) -> tuple[Route, ...]:
    put, get, post, delete = ("PUT",), ("GET",), ("POST",), ("DELETE",)
    part = ("uploadId", "partNumber")
    copy = "x-oss-copy-source"
    return (
        Route("ListBuckets", get, "service", buckets.list_buckets),
        Route("PutBucket", put, "bucket", buckets.put_bucket),
        Route("DeleteBucket", delete, "bucket", buckets.delete_bucket),
        Route("GetBucketInfo", get, "bucket", buckets.get_bucket_info, ("bucketInfo",)),
        Route("GetBucketLocation", get, "bucket", buckets.get_bucket_location, ("location",)),
        Route("ListObjects", get, "bucket", buckets.list_objects),
        Route("ListObjectsV2", get, "bucket", buckets.list_objects_v2, ("list-type",), action="ListObjects"),
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
