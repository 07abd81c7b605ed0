"""The ASGI application: who may come in, in which order that is found out, and the SDK's Streamable HTTP behind it."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Any, cast

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp_types import PARSE_ERROR
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ims_mcp.call_origin import current_claims, current_subject
from ims_mcp.foreign_text import plain
from ims_mcp.request_body import BodyTooLarge, ClientGone, RequestBody
from ims_mcp.server.allowed_effects import allowed_effects
from ims_mcp.server.app_clients import declared_before
from ims_mcp.server.build import ImsServer
from ims_mcp.server.http.bearer import Unavailable
from ims_mcp.server.http.bounds import BODY_BYTES, DRAINED_BYTES, Bounds, RunningCalls, refuse_body
from ims_mcp.server.http.callers import Caller, Unauthorized, current_caller
from ims_mcp.server.http.declared import SESSION_HEADER, has_declared_apps, remember_declared
from ims_mcp.server.http.gates import ChosenGate
from ims_mcp.server.http.header_credentials import HeaderCredentials, without_credentials
from ims_mcp.server.http.narrowing import PATH, PATHS, narrow
from ims_mcp.server.http.pages import PAGES
from ims_mcp.server.http.refusals import Refusal, refuse_for_now
from ims_mcp.server.http.rules import AddressRules
from ims_mcp.server.http.scopes import find_needed_scopes, list_allowed_effects, refuse_for_scope
from ims_mcp.server.reach import Reach, current_reach
from ims_mcp.shared_store import StoreUnavailable

_BROWSERS = "\0pages"
_READ_BY_PAGES = ("WWW-Authenticate", "Retry-After", "Mcp-Protocol-Version", SESSION_HEADER)


class McpApp:
    """Each request for itself: there are no sessions, so any replica can answer.

    Looked at in this order: size as announced, health, Host and Origin, path, credential, calls under way, body,
    scope; then the SDK. Nothing of a body is read before its sender is known.
    """

    def __init__(
        self,
        server: ImsServer,
        chosen: ChosenGate,
        addresses: AddressRules,
        bounds: Bounds | None = None,
        carried: HeaderCredentials | None = None,
        pages: ASGIApp | None = None,
    ) -> None:
        """``pages`` are those for people, below :data:`PAGES`."""
        self._server = server
        self._manager = StreamableHTTPSessionManager(server, stateless=True, max_request_body_size=BODY_BYTES)
        self._chosen = chosen
        self._addresses = addresses
        self._carried = carried or HeaderCredentials()
        self._pages = pages
        self.calls = RunningCalls(bounds or Bounds())
        # Pages of origins that are not allowed have been refused before: what is left may read the answer.
        self._behind_addresses: ASGIApp = CORSMiddleware(
            self._answer,
            allow_origins=["*"],
            allow_methods=["POST"],
            allow_headers=["*"],
            expose_headers=_READ_BY_PAGES,
        )

    @asynccontextmanager
    async def run(self) -> AsyncGenerator[None]:
        """Requests are answered inside; what still runs at its end is cancelled."""
        async with self._manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        connection = HTTPConnection(scope)
        body = RequestBody.of(scope["headers"], receive, scope["method"])
        try:
            _check_announced_size(connection)
            page = await self._find_health(scope)
            if page is None and self._pages is not None and scope["path"].startswith(PAGES):
                await self._addresses.check_host(connection)
                page = self._answer_page
            if page is None:
                await self._addresses.check(connection)
        except Refusal as refusal:
            await _refuse(refusal, body, scope, receive, send)
        else:
            await (page or self._behind_addresses)(scope, receive, send)

    async def _find_health(self, scope: Scope) -> ASGIApp | None:
        """Asked by whatever keeps this process running, under any name."""
        if scope["path"] not in ("/healthz", "/readyz"):
            return None
        if scope["method"] not in ("GET", "HEAD"):
            raise Refusal(405, "Ask with GET.", headers={"Allow": "GET, HEAD"})
        if scope["path"] == "/readyz" and self.calls.is_draining:
            return PlainTextResponse("draining\n", 503)
        if scope["path"] == "/readyz":
            try:
                await self._server.store.check()
            except StoreUnavailable:
                # What needs it is refused; taking all replicas out of service would refuse the reads as well.
                return PlainTextResponse("ok, redis away\n")
        return PlainTextResponse("ok\n")

    async def _answer_page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What people's browsers ask for, together as much as one caller may have."""
        assert self._pages is not None
        try:
            with self.calls.enter(_BROWSERS):
                await self._pages(scope, receive, send)
        except Refusal as refusal:
            await refusal.answer()(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A request under a name that is this server's."""
        for route in self._chosen.routes:
            match, inner = route.matches(scope)
            if match is not Match.NONE:
                await route.handle({**scope, **inner}, receive, send)
                return
        body = RequestBody.of(scope["headers"], receive, scope["method"])
        with ExitStack() as stack:
            try:
                connection = HTTPConnection(scope)
                caller = await self._admit(connection)
                stack.enter_context(self.calls.enter(caller.subject))
                content = await body.read(BODY_BYTES)
                current_subject.set(caller.subject)
                current_claims.set(caller.claims)
                reach = await self._find_reach(caller, connection)
                message = _parse(content)
                await self._check_scope(caller, reach, message)
            except BodyTooLarge:
                await _refuse(refuse_body(), body, scope, receive, send)
            except Refusal as refusal:
                await _refuse(refusal, body, scope, receive, send)
            except ClientGone:
                return
            else:
                # In the task of this request, and those it starts.
                current_caller.set(caller)
                allowed_effects.set(list_allowed_effects(caller))
                current_reach.set(reach)
                declared_before.set(has_declared_apps(connection))
                answered = remember_declared(message, send)
                await self._manager.handle_request(without_credentials(scope), _replay(content, receive), answered)

    async def _admit(self, connection: HTTPConnection) -> Caller:
        scope = connection.scope
        if scope["path"] not in PATHS:
            raise Refusal(404, f"There is nothing here. MCP is served at {PATH}.")
        if scope["method"] != "POST":
            raise Refusal(
                405,
                "There are no sessions to listen to or to end: send each message with POST.",
                headers={"Allow": "POST"},
            )
        try:
            return await self._chosen.gate.admit(connection)
        except Unavailable as unknown:
            raise refuse_for_now(503, unknown.description, unknown.retry_after_seconds) from unknown
        except Unauthorized as unknown:
            raise Refusal(401, unknown.description, headers={"WWW-Authenticate": unknown.challenge}) from unknown

    async def _find_reach(self, caller: Caller, connection: HTTPConnection) -> Reach:
        reach = self._carried.find_reach(connection, self._server.alone)
        if reach is None:
            reach = await self._server.find_reach(caller.subject, caller.claims)
        if not reach.accesses:
            raise Refusal(
                403,
                f"Nothing is granted to “{plain(caller.subject, 100)}”. Whoever runs the server grants accounts, in "
                "its configuration file.",
                data={"reason": "no_account"},
            )
        return narrow(reach, connection)

    async def _check_scope(self, caller: Caller, reach: Reach, message: dict[str, Any]) -> None:
        needed = find_needed_scopes(message, partial(self._server.find_effect, reach=reach))
        refused = refuse_for_scope(caller, needed, self._chosen.challenges)
        if refused is not None:
            await self._server.observe_refusal(message, reach)
            headers = {"WWW-Authenticate": refused.challenge}
            raise Refusal(403, refused.message, data=refused.data, headers=headers)


def _check_announced_size(connection: HTTPConnection) -> None:
    if int(connection.headers.get("content-length", "0")) > BODY_BYTES:  # h11 lets nothing through but digits
        raise refuse_body()


async def _refuse(refusal: Refusal, body: RequestBody, scope: Scope, receive: Receive, send: Send) -> None:
    with suppress(ClientGone):
        if not await body.drain(DRAINED_BYTES):
            refusal.headers["Connection"] = "close"
        await refusal.answer()(scope, receive, send)


def _parse(content: bytes) -> dict[str, Any]:
    """One message. What this parser cannot read does not get to another one: they might differ about what it is."""
    try:
        message = json.loads(content.decode())
    except (ValueError, RecursionError):
        raise Refusal(400, "The body is no JSON.", code=PARSE_ERROR) from None
    if not isinstance(message, dict):
        raise Refusal(400, "The body has to be one JSON-RPC message: an object.")
    return cast("dict[str, Any]", message)


def _replay(content: bytes, receive: Receive) -> Receive:
    """The body as it was read, and after it what the connection says: that its client has gone."""
    waiting: list[Message] = [{"type": "http.request", "body": content, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay
