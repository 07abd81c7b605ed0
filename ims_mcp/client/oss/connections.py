"""The connections oss2 sends over: told from outside when to stop, and aware of a stall in either direction.

Importing it imports requests: only :mod:`oss_client` does, at the first upload.
"""

from __future__ import annotations

import io
import socket
import ssl
import struct
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any, cast

import requests
import urllib3.exceptions
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.response import HTTPResponse
from urllib3.util.wait import wait_for_read

from ims_mcp.client.outbound import Route, make_ssl_context
from ims_mcp.client.outbound_session import OutboundAdapter

if sys.platform != "win32":
    import fcntl
    import termios

# A page of 1,000 parts or uploads, with room to spare: nothing that OSS answers an upload with is longer.
MAX_ANSWER_BYTES = 4 * 1024**2
# Over TLS a slice is accepted whole or not at all: small enough that a slow link gets it through before the stall ends.
_SLICE_BYTES = 64 * 1024
_LOOK_SECONDS = 0.25
_LINGER = "hh" if sys.platform == "win32" else "ii"


class Aborted(Exception):
    """The upload was stopped: no byte more leaves."""


class ConnectionRegistry:
    """The open connections of one upload, and the threads that work for it."""

    def __init__(self, stall_seconds: float) -> None:
        self.stall_seconds = stall_seconds
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()
        self._aborted = False
        self._working = 0

    def check(self) -> None:
        """Raises Aborted once the upload was stopped."""
        if self._aborted:
            raise Aborted

    @contextmanager
    def track_work(self) -> Generator[None]:
        """Around whatever a thread does for the upload. Raises Aborted before it begins, or as soon as it can."""
        with self._lock:
            self.check()
            self._working += 1
        try:
            yield
        finally:
            with self._lock:
                self._working -= 1

    @property
    def is_idle(self) -> bool:
        """Whether no thread works for the upload."""
        return self._working == 0

    def add(self, made: socket.socket) -> None:
        """Raises Aborted where the upload was stopped meanwhile."""
        with self._lock:
            self._sockets.add(made)
        if self._aborted:
            _break(made)
            raise Aborted

    def remove(self, made: socket.socket) -> None:
        """It is going to be closed."""
        with self._lock:
            self._sockets.discard(made)

    def abort(self) -> None:
        """Stop everything under way; what still waits in the kernel to be sent is dropped. Never blocks."""
        with self._lock:
            self._aborted = True
            for made in self._sockets:
                _break(made)


class _Guarded(HTTPConnection):
    registry: ConnectionRegistry

    def connect(self) -> None:
        self.registry.check()
        super().connect()
        if self.sock is not None:
            self.registry.add(self.sock)

    def close(self) -> None:
        if self.sock is not None:
            self.registry.remove(self.sock)
        super().close()

    def send(self, data: Any) -> None:
        """Ends with TimeoutError only where not one slice was accepted for as long as a stall may last.

        The library's own way has one deadline for a whole piece of the body, which a slow link does not meet.
        """
        if self.sock is None:
            self.connect()
        made = self.sock
        if made is None:
            raise ConnectionResetError
        made.settimeout(self.registry.stall_seconds)
        rest = memoryview(data)
        while rest:
            self.registry.check()
            rest = rest[made.send(rest[:_SLICE_BYTES]) :]

    def getresponse(self) -> HTTPResponse:
        self._await_answer()
        return super().getresponse()

    def _await_answer(self) -> None:
        """Wait until there is something to read. TimeoutError: silence, though everything sent has arrived.

        What was sent may wait in the kernel for minutes where the link is slow: as long as that gets less, the
        service has nothing to answer yet.
        """
        made = self.sock
        if made is None:
            return
        before, since = -1, time.monotonic()
        while not wait_for_read(made, _LOOK_SECONDS):
            self.registry.check()
            queued = _count_queued_bytes(made)
            limit = self.registry.stall_seconds if queued else self.timeout
            if queued != before:
                before, since = queued, time.monotonic()
            elif limit is not None and time.monotonic() - since >= limit:
                raise TimeoutError
        self.registry.check()


class _GuardedTls(_Guarded, HTTPSConnection):
    pass


class RegisteredAdapter(OutboundAdapter):
    """Opens connections that ``registry`` knows, by one route and with one context, None where nothing is encrypted."""

    def __init__(
        self, registry: ConnectionRegistry, size: int, ssl_context: ssl.SSLContext | None, route: Route
    ) -> None:
        bases = _choose_socks_bases() if (route.proxy or "").startswith("socks") else ((_Guarded,), (_GuardedTls,))
        self._pools = {
            scheme: type("Pool", (pool,), {"ConnectionCls": type("Connection", connection, {"registry": registry})})
            for scheme, pool, connection in zip(
                ("http", "https"), (HTTPConnectionPool, HTTPSConnectionPool), bases, strict=True
            )
        }
        super().__init__(
            lambda _url: route, lambda: ssl_context or make_ssl_context(), pool_connections=4, pool_maxsize=size
        )

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        cast("Any", self.poolmanager).pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **proxy_kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Reads the answer to its end, so that its connection is used again: oss2 leaves short ones unread."""
        response = super().send(request, *args, **kwargs)
        raw: HTTPResponse = response.raw
        try:
            body = raw.read(MAX_ANSWER_BYTES + 1, decode_content=True)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raw.close()
            raise requests.ConnectionError(error, request=request) from None
        if len(body) > MAX_ANSWER_BYTES:
            raw.close()
            raise requests.ConnectionError("The answer is longer than any of OSS.", request=request)
        raw.release_conn()
        response.raw = io.BytesIO(body)
        return response


def _choose_socks_bases() -> tuple[tuple[type, ...], tuple[type, ...]]:
    """What connections over a SOCKS proxy are made of, plain and encrypted."""
    from urllib3.contrib.socks import SOCKSConnection, SOCKSHTTPSConnection  # needs the extra "socks"

    return (_Guarded, SOCKSConnection), (_GuardedTls, SOCKSHTTPSConnection)


def _break(made: socket.socket) -> None:
    """Wake whoever is blocked on the socket. It is not closed here: its number could be another file's by then."""
    with suppress(OSError):
        made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(_LINGER, 1, 0))
    with suppress(OSError):
        # Not the method of an SSLSocket, which takes the encryption away under the thread that uses it.
        socket.socket.shutdown(made, socket.SHUT_RDWR)


def _count_queued_bytes(made: socket.socket) -> int:
    """What the other side has not confirmed yet; 0 where the system does not say."""
    if sys.platform == "win32" or not hasattr(termios, "TIOCOUTQ"):
        return 0
    try:
        return int(struct.unpack("i", fcntl.ioctl(made.fileno(), termios.TIOCOUTQ, b"\0\0\0\0"))[0])
    except (OSError, ValueError):
        return 0
