"""One JSON document of a service beside the cloud (an issuer of tokens), by the same way out as every call.

Importing it imports httpx2.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, cast
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
import httpx2 as httpx

from ims_mcp import __version__
from ims_mcp.client.outbound import explain_no_connection
from ims_mcp.client.transport import FAILURES, describe_failure, make_http_transport, read_connection_config
from ims_mcp.errors import ConnectionFailed
from ims_mcp.foreign_text import quotable


async def fetch_json_object(url: str, *, timeout_seconds: float, max_bytes: int) -> dict[str, Any]:
    """The object at ``url``, which is https, or http on loopback; no redirection is followed.

    Raises ConnectionFailed, whose text holds nothing of the document.
    """
    host = urlsplit(url).netloc
    try:
        with anyio.fail_after(timeout_seconds):
            body = await _fetch(url, host, max_bytes)
    except TimeoutError:
        raise _fail(host, f"gave no whole answer within {timeout_seconds:g} s") from None
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise _fail(host, "answered with what is not JSON") from None
    if not isinstance(document, dict):
        raise _fail(host, "answered with JSON that is not an object")
    return cast("dict[str, Any]", document)


async def _fetch(url: str, host: str, max_bytes: int) -> bytes:
    config = await anyio.to_thread.run_sync(read_connection_config, url, abandon_on_cancel=True)
    transport = make_http_transport(config)
    headers = {
        "host": httpx.URL(url).netloc.decode("ascii"),
        "user-agent": f"ims-mcp/{__version__}",
        "accept": "application/json",
        "accept-encoding": "identity",
        "connection": "close",
    }
    try:
        # Without AsyncClient around it: no redirections, cookies, or logs.
        response = await transport.handle_async_request(httpx.Request("GET", url, headers=headers))
        try:
            if 300 <= response.status_code < 400:
                raise _fail(host, f"answered with a redirection (HTTP {response.status_code}), which is not followed")
            if response.status_code != 200:
                raise _fail(host, f"answered with HTTP {response.status_code}")
            return await _read(response, host, max_bytes)
        finally:
            await response.aclose()
    except (*FAILURES, OSError) as error:
        known = explain_no_connection(error, host, config.route)
        if known is not None:
            raise ConnectionFailed(f"{known.reason}.", maybe_done=False, next_step=known.next_step) from None
        reason = f"{quotable(describe_failure(error), limit=200)}{config.route.by}"
        raise _fail(host, f"could not be asked: {reason}") from None
    finally:
        await transport.aclose()


async def _read(response: httpx.Response, host: str, max_bytes: int) -> bytes:
    body = bytearray()
    stream = cast("AsyncGenerator[bytes]", aiter(cast("httpx.AsyncByteStream", response.stream)))
    async with aclosing(stream) as pieces:
        async for piece in pieces:
            body += piece
            if len(body) > max_bytes:
                raise _fail(host, f"answered with more than {max_bytes:,} bytes")
    return bytes(body)


def _fail(host: str, what: str) -> ConnectionFailed:
    return ConnectionFailed(f"{host} {what}.", maybe_done=False)
