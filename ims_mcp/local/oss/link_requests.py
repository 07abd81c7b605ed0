"""The operations on symbolic links. Who reads a link reads its target: that is where whole objects are read."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from urllib.parse import quote

from ims_mcp.local.oss.caller import Caller
from ims_mcp.local.oss.errors import OssError
from ims_mcp.local.oss.object_headers import describe, name_metadata
from ims_mcp.local.oss.object_requests import (
    OnStored,
    find_object,
    forbids_overwrite,
    read_target,
    unquote_header,
)
from ims_mcp.local.oss.objects import Objects, encode_key
from ims_mcp.local.oss.reply import Reply, write_http_date
from ims_mcp.local.oss.request import Request

_TARGET = "x-oss-symlink-target"


class LinkRequests:
    """Each method answers one operation; it may raise OssError. ``on_stored`` is told of every link."""

    def __init__(self, objects: Objects, on_stored: OnStored) -> None:
        self._objects = objects
        self._on_stored = on_stored

    async def put_link(self, request: Request, _caller: Caller) -> Reply:
        """Whole; IMS takes a link for the empty object that it is, and does not follow it."""
        bucket, key = read_target(request)
        target = unquote_header(request.get_header(_TARGET) or "")
        # The target need not be there: who reads finds out.
        etag = hashlib.md5(encode_key(target), usedforsecurity=False).hexdigest().upper()
        description = replace(describe(request), link_target=target)
        empty = await self._objects.blobs.merge([])
        stored = await self._objects.put_blob(
            bucket,
            key,
            empty,
            description,
            kind="Symlink",
            etag=etag,
            forbid_overwrite=forbids_overwrite(request),
        )
        await self._on_stored(bucket, key)
        return Reply(headers={"etag": f'"{stored.etag}"'})

    async def get_link(self, request: Request, _caller: Caller) -> Reply:
        """Whole."""
        stored = await find_object(self._objects, *read_target(request))
        if stored.kind != "Symlink":
            raise OssError("NotSymlink", "The object is not symlink")
        headers = {
            _TARGET: quote(stored.description.link_target, safe=""),
            "content-type": stored.description.content_type,
            **name_metadata(stored.description),
            "etag": f'"{stored.etag}"',
            "last-modified": write_http_date(stored.modified),
        }
        return Reply(headers=headers)
