"""The operations on what an object has beside data and headers: its tags and its ACL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ims_mcp.local.oss.bucket_requests import OWNER
from ims_mcp.local.oss.caller import Caller
from ims_mcp.local.oss.description import Description
from ims_mcp.local.oss.documents import tag, wrap
from ims_mcp.local.oss.errors import OssError, invalid_argument, no_such_key
from ims_mcp.local.oss.object_requests import check_bucket_exists, find_object, read_target
from ims_mcp.local.oss.objects import Objects
from ims_mcp.local.oss.reply import Reply, reply_with_xml
from ims_mcp.local.oss.request import Request
from ims_mcp.local.oss.tags import read_tagging_document, write_tagging_document

_MAX_TAGGING_BODY_BYTES = 64 * 1024
_ACLS = ("private", "default")


class AttributeRequests:
    """Each method answers one operation; it may raise OssError."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    async def get_tags(self, request: Request, _caller: Caller) -> Reply:
        """Whole."""
        stored = await find_object(self._objects, *read_target(request))
        return reply_with_xml(write_tagging_document(stored.description.tags))

    async def put_tags(self, request: Request, _caller: Caller) -> Reply:
        """Whole."""
        tags = read_tagging_document(await request.body.read(_MAX_TAGGING_BODY_BYTES))
        await self._change(request, lambda description: replace(description, tags=tags))
        return Reply()

    async def delete_tags(self, request: Request, _caller: Caller) -> Reply:
        """Whole."""
        await self._change(request, lambda description: replace(description, tags={}))
        return Reply(204)

    async def get_acl(self, request: Request, _caller: Caller) -> Reply:
        """Whole: private or default, which comes to the same, since every bucket is private."""
        stored = await find_object(self._objects, *read_target(request))
        access = wrap("AccessControlList", tag("Grant", stored.description.acl))
        return reply_with_xml(wrap("AccessControlPolicy", OWNER, access))

    async def put_acl(self, request: Request, _caller: Caller) -> Reply:
        """To private and to default; the public ones are refused."""
        acl = request.get_header("x-oss-object-acl") or ""
        if acl in ("public-read", "public-read-write"):
            raise OssError("NotImplemented", "The local OSS has no public objects: sign a URL to share one.")
        if acl not in _ACLS:
            raise invalid_argument("x-oss-object-acl", acl, "The ACL is private or default.")
        await self._change(request, lambda description: replace(description, acl=acl))
        return Reply()

    async def _change(self, request: Request, change: Callable[[Description], Description]) -> None:
        bucket, key = read_target(request)
        if await self._objects.change_description(bucket, key, change) is None:
            await check_bucket_exists(self._objects, bucket)
            raise no_such_key(key)
