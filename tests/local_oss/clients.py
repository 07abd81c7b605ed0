"""Official clients for tests: oss2 under every signature it has, and its own signer for raw requests."""

from __future__ import annotations

import http.client
import importlib
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any

import requests.adapters

from ims_mcp.local.identity import Identity
from tests.local_oss.server import REGION, OssThread

# oss2 ships no types: it is Any, here, for all tests of this package.
oss2: Any = importlib.import_module("oss2")

SIGNATURES = ("V1", "V4", "STS V1", "STS V4")


def auth(signature: str, identity: Identity) -> Any:
    """The oss2 auth object for one of SIGNATURES."""
    name, secret, token = identity.access_key_id, identity.secret, identity.security_token
    if token is not None:
        return oss2.StsAuth(name, secret, token, auth_version=signature[-2:].lower())
    if signature == "V4":
        return oss2.ProviderAuthV4(oss2.StaticCredentialsProvider(name, secret))
    return oss2.Auth(name, secret)


class Client:
    """oss2 with one signature; its connections are closed with it."""

    def __init__(self, server: OssThread, signature: str, identity: Identity | None = None, **options: Any) -> None:
        if identity is None:
            identities = server.parts.identities
            temporary = signature.startswith("STS")
            identity = server.call(identities.mint(seconds=600)) if temporary else identities.owner
        self.server = server
        self.signature = signature
        self.session: Any = oss2.Session(adapter=options.pop("adapter", None) or Reading())
        self._auth = auth(signature, identity)
        self._options = {"session": self.session, "region": REGION, "connect_timeout": 20, **options}

    def bucket(self, name: str, endpoint: str | None = None) -> Any:
        return oss2.Bucket(self._auth, endpoint or self.server.url, name, **self._options)

    def service(self) -> Any:
        return oss2.Service(self._auth, self.server.url, **self._options)

    def close(self) -> None:
        self.session.session.close()


class Reading(requests.adapters.HTTPAdapter):
    """Reads short answers to their end: oss2 does not, and leaves their connections to the garbage collector."""

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().send(request, *args, **kwargs)
        if request.method != "GET" or response.status_code >= 300:
            _ = response.content
        return response


class Resolving(Reading):
    """Sends every request to one port of this machine, under the Host that its URL names."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        scheme, _, rest = request.url.partition("://")
        host, slash, path = rest.partition("/")
        request.headers["Host"] = host
        request.url = f"{scheme}://127.0.0.1:{self._port}{slash}{path}"
        return super().send(request, *args, **kwargs)


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()


@contextmanager
def connection(server: OssThread) -> Generator[http.client.HTTPConnection]:
    made = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        yield made
    finally:
        made.close()


def raw(
    server: OssThread,
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One plain HTTP request; ``url`` is a path with its query, or a whole URL of the server."""
    with connection(server) as made:
        made.request(method, url.removeprefix(server.url), body=body, headers=dict(headers or {}))
        return Answer(made.getresponse())


def error_of(call: Callable[[], Any]) -> tuple[int, str]:
    """(status, code) of the OSS error that an oss2 call raises."""
    try:
        call()
    except oss2.exceptions.OssError as error:
        return error.status, error.code
    raise AssertionError("no error was raised")


def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until it holds; an AssertionError when it never does."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.005)
