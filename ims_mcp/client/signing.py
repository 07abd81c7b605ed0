"""ACS3-HMAC-SHA256 as an httpx2.Auth, on the official signer. Importing this module imports the official signer.

Import it off the event loop: the signer's module takes about 0.2 s.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Callable, Generator
from urllib.parse import parse_qsl, urlencode

import httpx2 as httpx
from alibabacloud_tea_openapi.utils import Utils

from ims_mcp.client.credentials import Credential
from ims_mcp.client.foreign_logs import silence

silence()

ALGORITHM = "ACS3-HMAC-SHA256"
_EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()


def new_nonce() -> str:
    """32 characters no other request will use: the service accepts each once."""
    return uuid.uuid4().hex


def timestamp(seconds: float) -> str:
    """Epoch seconds as the service wants a time: UTC, ISO 8601, whole seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


class _Signable:
    """The four things the official signer reads from a request."""

    __slots__ = ("headers", "method", "pathname", "query")

    def __init__(self, method: str, query: dict[str, str], headers: dict[str, str]) -> None:
        self.method = method
        self.pathname = "/"
        self.query = query
        self.headers = headers


class Acs3Auth(httpx.Auth):
    """Signs host, content-type and every x-acs-* header, with a nonce of its own each time it is applied.

    Path and query are those of the request's ``target`` extension. ``now`` gives the service's time in epoch seconds.
    """

    def __init__(self, credential: Credential, *, now: Callable[[], float] = time.time) -> None:
        self._credential = credential
        self._now = now

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        credential = self._credential
        body_digest = hashlib.sha256(request.content).hexdigest() if request.content else _EMPTY_SHA256
        added = {
            "x-acs-date": timestamp(self._now()),
            "x-acs-signature-nonce": new_nonce(),
            "x-acs-content-sha256": body_digest,
        }
        if credential.security_token:
            added["x-acs-accesskey-id"] = credential.access_key_id
            added["x-acs-security-token"] = credential.security_token
        # Headers a proxy may rewrite (user-agent, accept) stay out of the signature.
        signed = {
            name.decode("ascii").lower(): value.decode("ascii")
            for name, value in request.headers.raw
            if name.lower() in (b"host", b"content-type") or name.lower().startswith(b"x-acs-")
        }
        _, _, query = request.extensions["target"].decode("ascii").partition("?")
        added["authorization"] = str(
            Utils.get_authorization(
                _Signable(request.method, dict(parse_qsl(query, keep_blank_values=True)), signed | added),
                ALGORITHM,
                body_digest,
                credential.access_key_id,
                credential.access_key_secret,
            )
        )
        # In one go: setting them one by one looks through all the others each time.
        request.headers = httpx.Headers(
            [*request.headers.raw, *((name.encode("ascii"), value.encode("ascii")) for name, value in added.items())]
        )
        yield request


class AnonymousAuth(httpx.Auth):
    """What the three operations that need no account carry in place of a signature."""

    def __init__(self, *, now: Callable[[], float] = time.time) -> None:
        self._now = now

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        added = urlencode(
            {
                "Action": request.headers["x-acs-action"],
                "Version": request.headers["x-acs-version"],
                "Format": "json",
                "Timestamp": timestamp(self._now()),
                "SignatureNonce": new_nonce(),
            }
        )
        target: bytes = request.extensions["target"]
        request.extensions["target"] = target + (b"&" if b"?" in target else b"?") + added.encode("ascii")
        yield request
