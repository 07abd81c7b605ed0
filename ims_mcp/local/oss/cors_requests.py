"""The operations on the CORS rules of a bucket, and OPTIONS, which they answer."""

from __future__ import annotations

import sqlite3

from ims_mcp.local.oss.bucket_requests import read_bucket_creation
from ims_mcp.local.oss.caller import Caller
from ims_mcp.local.oss.cors import CorsRules, read_cors, save_cors
from ims_mcp.local.oss.errors import OssError
from ims_mcp.local.oss.object_requests import check_bucket_exists
from ims_mcp.local.oss.objects import Objects, check_bucket
from ims_mcp.local.oss.reply import Reply, reply_with_xml
from ims_mcp.local.oss.request import Request

_MAX_BODY_BYTES = 64 * 1024


class CorsRequests:
    """Each method answers one operation; it may raise OssError."""

    def __init__(self, objects: Objects, cors: CorsRules) -> None:
        self._objects = objects
        self._cors = cors

    async def put_bucket_cors(self, request: Request, _caller: Caller) -> Reply:
        """Whole; the rules decide what pages of other origins may do in the bucket, and answer OPTIONS."""
        name = check_bucket(request.bucket or "")
        cors = read_cors(await request.body.read(_MAX_BODY_BYTES))

        def save(connection: sqlite3.Connection) -> None:
            read_bucket_creation(connection, name)
            save_cors(connection, name, cors)

        await self._cors.change(save)
        return Reply()

    async def get_bucket_cors(self, request: Request, _caller: Caller) -> Reply:
        """Whole."""
        name = check_bucket(request.bucket or "")
        await check_bucket_exists(self._objects, name)
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
        await check_bucket_exists(self._objects, name)
        cors = await self._cors.find_for(request)
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
