"""The pooled HTTP client: one signed request out, one whole answer back. Importing it imports httpx2 and the signer.

Import it off the event loop, at the first call.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2 as httpx

from ims_mcp import __version__
from ims_mcp.catalogue import api_version
from ims_mcp.client.answers import MAX_BODY_BYTES, Asked, Reply, no_answer, not_sent, read, too_large
from ims_mcp.client.credentials import Credential
from ims_mcp.client.direct import WHOLE_BODY, AnswerTooLarge, DirectTransport
from ims_mcp.client.outbound import Route, explain_no_connection, route_to
from ims_mcp.client.outbound import ssl_context as read_ssl_context
from ims_mcp.client.retry import Attempt, Failure
from ims_mcp.client.signing import Acs3Auth, AnonymousAuth
from ims_mcp.client.wire import FORM_TYPE, Placed

# 64 tool calls at once and room for polling beside them.
MAX_CONNECTIONS = 128
# Shorter than any server keeps an idle connection (60 s and more), so that the race in which the server closes a
# connection just as a request is written to it is all but excluded: a write that meets it could not be sent again.
KEEPALIVE_SECONDS = 15.0
CONNECT_SECONDS = 5.0
# Raised before a connection stands: the request cannot have reached anyone.
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What this machine says about the way to an endpoint."""

    ssl_context: ssl.SSLContext | None
    """Certificate authorities; None where the way is not encrypted."""
    route: Route

    @property
    def proxy(self) -> str | None:
        return self.route.proxy


def surroundings(endpoint: str, ssl_context: ssl.SSLContext | None = None) -> Surroundings:
    """The certificate authorities (or those given) and the proxy for an endpoint.

    Reads files and may look up names: call it off the event loop. Raises ConnectionFailed where a variable of the
    environment names a proxy or a file that cannot be used.
    """
    if ssl_context is None and endpoint.startswith("https:"):
        ssl_context = read_ssl_context()
    return Surroundings(ssl_context, route_to(endpoint))


def proxied_transport(around: Surroundings, limits: httpx.Limits) -> httpx.AsyncHTTPTransport:
    """httpx2's own transport, which takes nothing from the environment by itself."""
    proxy = None
    if around.proxy is not None:
        # An encrypted proxy proves itself by the same authorities.
        encrypted = around.proxy.startswith("https:")
        proxy = httpx.Proxy(around.proxy, ssl_context=(around.ssl_context or read_ssl_context()) if encrypted else None)
    return httpx.AsyncHTTPTransport(verify=around.ssl_context or True, trust_env=False, limits=limits, proxy=proxy)


class Transport:
    """Keeps connections alive for as long as it is open. Made on the event loop it is used on.

    ``now`` gives the service's time.
    """

    def __init__(self, around: Surroundings, *, now: Callable[[], float]) -> None:
        self._now = now
        self.route = around.route
        self._headers = {
            "user-agent": f"ims-mcp/{__version__}",
            "accept": "application/json",
            "accept-encoding": "gzip",
            "x-acs-version": api_version(),
        }
        # httpx2's AsyncClient is not needed around its transports: its redirects, cookies and logs of URLs are what
        # must not happen here.
        self._http: httpx.AsyncBaseTransport
        if around.proxy is None:
            self._http = DirectTransport(
                around.ssl_context,
                max_connections=MAX_CONNECTIONS,
                keepalive_seconds=KEEPALIVE_SECONDS,
                max_body_bytes=MAX_BODY_BYTES,
            )
        else:
            limits = httpx.Limits(
                max_connections=MAX_CONNECTIONS,
                max_keepalive_connections=MAX_CONNECTIONS,
                keepalive_expiry=KEEPALIVE_SECONDS,
            )
            self._http = proxied_transport(around, limits)
        self._urls: dict[str, httpx.URL] = {}

    async def aclose(self) -> None:
        await self._http.aclose()

    async def send(
        self,
        endpoint: str,
        placed: Placed,
        credential: Credential | None,
        asked: Asked,
        *,
        attempt: Attempt | None,
        connect_seconds: float,
        silence_seconds: float | None,
    ) -> Reply | Failure:
        """Send ``placed`` once and read the whole answer.

        ``attempt`` is told when the request leaves (leave it out where that changes nothing: it costs time).
        ``silence_seconds`` is how long the service may say nothing; None leaves that to the caller's deadline.
        """
        auth = Acs3Auth(credential, now=self._now) if credential is not None else AnonymousAuth(now=self._now)
        if self.route.proxy is not None and attempt is None:
            attempt = Attempt()  # what breaks off before the tunnel stands was not sent
        request = self._request(endpoint, placed, attempt, connect_seconds, silence_seconds)
        try:
            response = await self._http.handle_async_request(next(auth.auth_flow(request)))
            try:
                body = await _whole_body(response)
            finally:
                await response.aclose()
        except _NEVER_SENT as error:
            return self._not_sent(asked, error)
        except AnswerTooLarge:
            return too_large(asked)
        except httpx.HTTPError as error:
            if attempt is not None and not attempt.sent:
                return self._not_sent(asked, error)
            return no_answer(asked, f"{connection_failure(error)}{self.route.by}")
        return too_large(asked) if body is None else read(asked, response.status_code, response.headers, body)

    def _not_sent(self, asked: Asked, error: httpx.HTTPError) -> Failure:
        known = explain_no_connection(error, asked.host, self.route)
        if known is not None:
            return not_sent(asked, known.reason, known.next_step, final=known.final)
        return not_sent(asked, f"{connection_failure(error)}{self.route.by}")

    def _request(
        self,
        endpoint: str,
        placed: Placed,
        attempt: Attempt | None,
        connect_seconds: float,
        silence_seconds: float | None,
    ) -> httpx.Request:
        headers = {**self._headers, "x-acs-action": placed.operation}
        if placed.is_form:
            headers["content-type"] = FORM_TYPE
        extensions: dict[str, Any] = {
            "timeout": {
                "connect": min(CONNECT_SECONDS, connect_seconds),
                "read": silence_seconds,
                "write": silence_seconds,
                "pool": None,
            }
        }
        if attempt is not None:
            extensions |= {"attempt": attempt, "trace": attempt.trace}
        url = self._urls.get(endpoint)
        if url is None:
            url = self._urls[endpoint] = httpx.URL(f"{endpoint}/")
        # The query travels beside the URL: it is not parsed again, and no log or error that names the URL holds it.
        extensions["target"] = f"/?{placed.query}".encode("ascii") if placed.query else b"/"
        return httpx.Request(placed.method, url, headers=headers, content=placed.body, extensions=extensions)


async def _whole_body(response: httpx.Response) -> bytes | None:
    """The decoded body, None where it is longer than is read."""
    if "content-encoding" not in response.headers and WHOLE_BODY in response.extensions:
        return response.extensions[WHOLE_BODY]
    pieces: list[bytes] = []
    size = 0
    async for piece in response.aiter_bytes():
        size += len(piece)
        if size > MAX_BODY_BYTES:
            return None
        pieces.append(piece)
    return b"".join(pieces)


def connection_failure(error: Exception) -> str:
    """What happened, in the HTTP client's words; some of its errors have none."""
    usual: dict[type[Exception], str] = {
        httpx.ConnectTimeout: "the connection took too long",
        httpx.ReadTimeout: "the service said nothing for too long",
        httpx.WriteTimeout: "the request could not be written in time",
    }
    # After a colon h11 quotes what it got, which may be anything.
    words = str(error).partition(": ")[0] if isinstance(error, httpx.ProtocolError) else str(error)
    return usual.get(type(error)) or f"{words or 'no reason given'} [{type(error).__name__}]"
