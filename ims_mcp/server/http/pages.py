"""Pages for people: files as they are, and what their scripts ask for, as JSON. Everything but the page's own script is
kept out: other origins, frames, forms, and whatever a stranger's text could load."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain
from ims_mcp.pages import read_page_file
from ims_mcp.request_body import BodyTooLarge, ClientGone, RequestBody

PAGES = "/pages/"
"""All paths of pages begin so. A page is /pages/NAME, its files /pages/files/NAME, what it asks for /pages/api/NAME."""
MOST_BODY_BYTES = 64 * 1024
_TYPES = {"html": "text/html", "js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
_DRAINED_BYTES = 1024 * 1024


class PageRefusal(ImsError):
    """What a page is told in place of an answer; ``data`` is for its script."""

    def __init__(
        self, status: int, message: str, *, next_step: str = "", data: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message, next_step=next_step)
        self.status = status
        self.data = dict(data or {})


AnswerPage = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]
"""From the object a page's script has sent to the one it gets. Raises ImsError. Whoever asks proves in it what they may
do: pages have no cookies."""


@dataclass(frozen=True, slots=True)
class PageSet:
    """What belongs together: pages and their files, all of :mod:`ims_mcp.pages`, and what their scripts may ask for."""

    pages: tuple[str, ...]
    """``upload`` is the file upload.html, at /pages/upload."""
    files: tuple[str, ...]
    answers: Mapping[str, AnswerPage]
    connects_to: tuple[str, ...] = ()
    """Where scripts may send to beside this server, as sources of a content security policy."""


class PageApp:
    """The ASGI application of some page sets."""

    def __init__(self, sets: Sequence[PageSet], find_origin: Callable[[], str]) -> None:
        """``find_origin`` says under which scheme, host and port browsers find the pages: what is sent to the answers
        from anywhere else is refused."""
        self._find_origin = find_origin
        self._files = {f"{name}.html": f"{PAGES}{name}" for each in sets for name in each.pages}
        self._files |= {name: f"{PAGES}files/{name}" for each in sets for name in each.files}
        self._by_path = {path: name for name, path in self._files.items()}
        self._answers = {f"{PAGES}api/{name}": answer for each in sets for name, answer in each.answers.items()}
        self._connects = " ".join(dict.fromkeys(source for each in sets for source in each.connects_to))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        connection = HTTPConnection(scope)
        body = RequestBody.of(scope["headers"], receive, scope["method"])
        try:
            response = await self._respond(connection, scope["method"], body)
            if not await body.drain(_DRAINED_BYTES):
                response.headers["Connection"] = "close"
        except ClientGone:
            return
        response.headers.update(self._protect())
        await response(scope, receive, send)

    async def _respond(self, connection: HTTPConnection, method: str, body: RequestBody) -> Response:
        path = connection.scope["path"]
        if path in self._by_path:
            if method not in ("GET", "HEAD"):
                return _answer_json({"error": "Ask with GET."}, 405, {"Allow": "GET, HEAD"})
            return _answer_file(self._by_path[path], connection)
        if path not in self._answers:
            return _answer_json({"error": "There is no such page."}, 404)
        if method != "POST":
            return _answer_json({"error": "Ask with POST."}, 405, {"Allow": "POST"})
        try:
            self._check_sender(connection)
            given = _parse(await body.read(MOST_BODY_BYTES))
            return _answer_json(await self._answers[path](given))
        except BodyTooLarge:
            return _answer_json({"error": f"At most {MOST_BODY_BYTES} bytes."}, 413)
        except PageRefusal as refused:
            told = {"error": str(refused), "next_step": refused.next_step, **refused.data}
            return _answer_json(told, refused.status)
        except ImsError as error:
            return _answer_json({"error": str(error), "next_step": error.next_step}, 400)

    def _check_sender(self, connection: HTTPConnection) -> None:
        """A browser says where a request comes from, and no page elsewhere can make it lie."""
        headers = connection.headers
        origins = [origin.lower() for origin in headers.getlist("origin")]
        own = self._find_origin().lower()
        if not own or origins != [own]:  # a server that nobody knows an address of has none
            raise PageRefusal(403, f"“{plain(', '.join(origins), 100)}” is not where this page is.")
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise PageRefusal(403, "Only the page itself may ask this.")
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise PageRefusal(415, "Send application/json.")

    def _protect(self) -> dict[str, str]:
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            f"connect-src 'self' {self._connects}; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
        )
        return {
            "Content-Security-Policy": policy.replace(" ;", ";"),
            "X-Frame-Options": "DENY",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
            "X-Robots-Tag": "noindex, nofollow",
        }


def _answer_file(name: str, connection: HTTPConnection) -> Response:
    content = read_page_file(name)
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if connection.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=_TYPES[name.rpartition(".")[2]])


def _answer_json(content: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    body = json.dumps(content, ensure_ascii=True)
    return Response(body, status, {"Cache-Control": "no-store", **(headers or {})}, media_type="application/json")


def _parse(content: bytes) -> dict[str, Any]:
    try:
        given = json.loads(content.decode())
    except (ValueError, RecursionError):
        raise PageRefusal(400, "The body is no JSON.") from None
    if not isinstance(given, dict):
        raise PageRefusal(400, "The body has to be an object.")
    return cast("dict[str, Any]", given)
