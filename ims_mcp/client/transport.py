"""The pooled HTTP client: one signed request out, one whole answer back. Importing it imports httpx2 and the signer.

Import it off the event loop, at the first call.
"""

from __future__ import annotations

import ssl
import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, cast

import httpx2 as httpx

from ims_mcp import __version__
from ims_mcp.catalogue import get_api_version
from ims_mcp.client.answers import (
    MAX_BODY_BYTES,
    CallContext,
    Reply,
    read_answer,
    report_no_answer,
    report_not_sent,
    report_too_large,
)
from ims_mcp.client.credentials import Credential
from ims_mcp.client.outbound import Route, explain_no_connection, find_route, make_ssl_context
from ims_mcp.client.retry import Attempt, Failure
from ims_mcp.client.signing import sign_request, write_anonymous_query
from ims_mcp.client.wire import FORM_TYPE, EncodedRequest

# 64 tool calls at once and room for polling beside them.
MAX_CONNECTIONS = 128
# Shorter than any server keeps an idle connection (60 s and more), so that the race in which the server closes a
# connection just as a request is written to it is all but excluded: a write that meets it could not be sent again.
KEEPALIVE_SECONDS = 15.0
CONNECT_SECONDS = 5.0


def _list_failures() -> tuple[type[Exception], ...]:
    """What the HTTP client raises: httpx2's errors, and those it lets through of TLS in use and of SOCKS."""
    try:
        from socksio import SOCKSError  # only with the extra "socks"
    except ImportError:
        return (httpx.HTTPError, ssl.SSLError)
    return (httpx.HTTPError, ssl.SSLError, SOCKSError)


FAILURES = _list_failures()


@dataclass(frozen=True, slots=True)
class ConnectionConfig:
    """How this machine reaches an endpoint. ``ssl_context`` is None where the endpoint is not encrypted."""

    ssl_context: ssl.SSLContext | None
    route: Route


def read_connection_config(endpoint: str, ssl_context: ssl.SSLContext | None = None) -> ConnectionConfig:
    """The certificate authorities (or those given) and the proxy for an endpoint.

    Reads files and may look up names: call it off the event loop. Raises ConnectionFailed where a variable of the
    environment names a proxy or a file that cannot be used.
    """
    if ssl_context is None and endpoint.startswith("https:"):
        ssl_context = make_ssl_context()
    return ConnectionConfig(ssl_context, find_route(endpoint))


def make_http_transport(config: ConnectionConfig) -> httpx.AsyncHTTPTransport:
    """httpx2's own transport: HTTP/1.1 that sends everything once and takes nothing from the environment by itself."""
    proxy = None
    if config.route.proxy is not None:
        # An encrypted proxy proves itself by the same authorities.
        context = (config.ssl_context or make_ssl_context()) if config.route.is_encrypted else None
        proxy = httpx.Proxy(config.route.proxy, ssl_context=context)
    return httpx.AsyncHTTPTransport(
        # An empty context believes nobody, and takes no time to make.
        verify=config.ssl_context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        trust_env=False,
        limits=httpx.Limits(
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=MAX_CONNECTIONS,
            keepalive_expiry=KEEPALIVE_SECONDS,
        ),
        proxy=proxy,
    )


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address answered; ``body`` is None where it is longer than was asked for."""

    status: int
    body: bytes | None


class Transport:
    """Keeps connections alive for as long as it is open."""

    def __init__(self, config: ConnectionConfig) -> None:
        self.route = config.route
        # httpx2's AsyncClient is not needed around its transport: its redirects, cookies and logs of URLs are what
        # must not happen here.
        self._http = make_http_transport(config)
        self._urls: dict[str, httpx.URL] = {}

    async def aclose(self) -> None:
        """Close all connections, those in use too."""
        await self._http.aclose()

    async def send(
        self,
        endpoint: str,
        encoded: EncodedRequest,
        credential: Credential | None,
        context: CallContext,
        *,
        now: float,
        attempt: Attempt,
        connect_seconds: float,
        silence_seconds: float | None,
    ) -> Reply | Failure:
        """Send ``encoded`` once and read the whole answer. ``now`` is the service's time, ``attempt`` is told when the
        request leaves.

        ``silence_seconds`` is how long the service may say nothing; None leaves that to the caller's deadline.
        """
        request = self._build_request(endpoint, encoded, credential, now)
        request.extensions["trace"] = attempt.trace
        request.extensions["timeout"] = {
            "connect": min(CONNECT_SECONDS, connect_seconds),
            "read": silence_seconds,
            "write": silence_seconds,
            "pool": None,
        }
        try:
            response = await self._http.handle_async_request(request)
            try:
                body = await _read_body(response, MAX_BODY_BYTES)
            finally:
                await response.aclose()
        except FAILURES as error:
            # What the protocol does not allow is noticed just before it would leave.
            if attempt.sent and not isinstance(error, httpx.LocalProtocolError):
                return report_no_answer(context, f"{describe_failure(error)}{self.route.by}")
            known = explain_no_connection(error, context.host, self.route)
            if known is not None:
                return report_not_sent(context, known.reason, known.next_step, final=known.final)
            return report_not_sent(context, f"{describe_failure(error)}{self.route.by}")
        return (
            report_too_large(context)
            if body is None
            else read_answer(context, response.status_code, response.headers, body)
        )

    async def fetch(
        self, origin: str, target: str, *, most_bytes: int, connect_seconds: float, silence_seconds: float
    ) -> Fetched:
        """GET ``target`` (path and query, as they are) of ``origin``, unsigned; redirects are not followed.

        Raises the errors of :data:`FAILURES`.
        """
        url = httpx.URL(f"{origin}/")
        request = httpx.Request(
            "GET",
            url,
            headers={
                "host": url.netloc.decode("ascii"),
                "user-agent": f"ims-mcp/{__version__}",
                "accept-encoding": "identity",
            },
            # Beside the URL, for the same reasons as that of a call.
            extensions={
                "target": target.encode("ascii"),
                "timeout": {
                    "connect": min(CONNECT_SECONDS, connect_seconds),
                    "read": silence_seconds,
                    "write": silence_seconds,
                    "pool": None,
                },
            },
        )
        response = await self._http.handle_async_request(request)
        try:
            announced = response.headers.get("content-length", "")
            is_too_large = announced.isdecimal() and int(announced[:18]) > most_bytes
            body = None if is_too_large else await _read_body(response, most_bytes)
        finally:
            await response.aclose()
        return Fetched(response.status_code, body)

    def _build_request(
        self, endpoint: str, encoded: EncodedRequest, credential: Credential | None, now: float
    ) -> httpx.Request:
        url = self._urls.get(endpoint)
        if url is None:
            url = self._urls[endpoint] = httpx.URL(f"{endpoint}/")
        query = encoded.query
        headers = {
            "host": url.netloc.decode("ascii"),
            "x-acs-version": encoded.version or get_api_version(),
            "x-acs-action": encoded.operation,
        }
        if encoded.is_form:
            headers["content-type"] = FORM_TYPE
        if credential is None:
            added = write_anonymous_query(encoded.operation, now=now)
            query = f"{query}&{added}" if query else added
        else:
            headers |= sign_request(encoded, headers, credential, now=now)
        # Headers that a proxy may rewrite stay out of the signature.
        headers |= {"user-agent": f"ims-mcp/{__version__}", "accept": "application/json", "accept-encoding": "gzip"}
        # The query travels beside the URL: it is not parsed again, and no log or error that names the URL holds it.
        target = f"/?{query}".encode("ascii") if query else b"/"
        return httpx.Request(encoded.method, url, headers=headers, content=encoded.body, extensions={"target": target})


async def _read_body(response: httpx.Response, most_bytes: int) -> bytes | None:
    """The whole body, unpacked; None where it is longer than is read. Raises httpx's errors."""
    body = bytearray()
    async with aclosing(cast("AsyncGenerator[bytes]", aiter(cast("httpx.AsyncByteStream", response.stream)))) as pieces:
        async for piece in pieces:
            body += piece
            if len(body) > most_bytes:
                return None
    if _has_trailing_bytes(response):
        await response.extensions["network_stream"].aclose()
    if response.headers.get("content-encoding", "").lower() not in ("gzip", "x-gzip"):
        return bytes(body)
    unpacker = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        unpacked = unpacker.decompress(body, most_bytes + 1)
    except zlib.error as error:
        raise httpx.DecodingError("the body is not the gzip it is said to be") from error
    return unpacked if len(unpacked) <= most_bytes else None


def _has_trailing_bytes(response: httpx.Response) -> bool:
    """Whether more has come than the answer: httpx2 would take it for the answer to the next request.

    Over TLS it may wait undecrypted, where no look at the socket finds it; so may the word that the service ends.
    Otherwise only the HTTP parser knows, which is reached by no public way; a test holds this one.
    """
    tls: ssl.SSLObject | None = response.extensions["network_stream"].get_extra_info("ssl_object")
    if tls is not None:
        try:
            tls.read(1)
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:
            return True
        else:
            return True
    stream: Any = response.stream
    try:
        return bool(stream._httpcore_stream._stream._connection._h11_state.trailing_data[0])
    except AttributeError:
        return False


def describe_failure(error: Exception) -> str:
    """What happened, in the HTTP client's words; some of its errors have none."""
    usual: dict[type[Exception], str] = {
        httpx.ConnectTimeout: "the connection took too long",
        httpx.ReadTimeout: "the service said nothing for too long",
        httpx.WriteTimeout: "the request could not be written in time",
    }
    # After a colon h11 quotes what it got, which may be anything.
    words = str(error).partition(": ")[0] if isinstance(error, httpx.ProtocolError) else str(error)
    return usual.get(type(error)) or f"{words or 'no reason given'} [{type(error).__name__}]"
