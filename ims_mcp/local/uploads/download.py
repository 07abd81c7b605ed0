"""One file fetched over HTTP from this machine into a file on disk: bounded in size and time, and stoppable.

The local IMS contacts nothing but loopback: every address, also one that a redirect names, is on 127.0.0.0/8, ::1 or
``localhost``, which is not looked up anywhere.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from ims_mcp.local.disk import DISK_IS_FULL, is_disk_full
from ims_mcp.local.media_library.addresses import drop_query
from ims_mcp.loopback import is_loopback

T = TypeVar("T")
_BLOCK_BYTES = 256 * 1024
_MAX_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_UNRESERVED = "/%:@!$&'()*+,;=~"


class PullFailed(Exception):
    """The file cannot be had. ``code`` is a word for programs; the text names the address without its query."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class PullLimits:
    """``stall_seconds``: how long a source may send nothing; ``total_seconds``: the whole of one pull."""

    max_bytes: int = 5 * 1024**3
    connect_seconds: float = 5.0
    stall_seconds: float = 30.0
    total_seconds: float = 3600.0
    at_once: int = 4


class Download:
    """Runs in a thread: :meth:`run` once. :meth:`stop` may be called from any other, also before it has begun."""

    def __init__(self, url: str, target: Path, limits: PullLimits, on_size: Callable[[int], None]) -> None:
        """``on_size`` hears in that thread how large the file is going to be, where the source says so."""
        self._url = url
        self._target = target
        self._limits = limits
        self._on_size = on_size
        self._stopped = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    def run(self) -> int:
        """Returns the size in bytes. Raises PullFailed."""
        url = self._url
        for _ in range(_MAX_REDIRECTS + 1):
            parts = _split(url)
            shown = f"{parts.scheme}://{parts.netloc}{parts.path}"
            try:
                with self._request(parts) as answer:
                    if answer.status not in _REDIRECTS:
                        return self._save(answer, shown)
                    url = urljoin(url, answer.headers.get("Location", ""))
            except TimeoutError:
                raise PullFailed("SourceTimeout", f"{shown} did not answer, or stopped sending.") from None
            except ConnectionRefusedError:
                raise PullFailed("SourceUnreachable", f"Nothing listens at {parts.netloc}.") from None
            except ssl.SSLError as error:
                raise PullFailed("SourceUnreachable", f"No TLS connection to {parts.netloc}: {error.reason}.") from None
            except (OSError, http.client.HTTPException) as error:
                kind = type(error).__name__
                raise PullFailed("SourceIncomplete", f"The connection to {shown} broke off ({kind}).") from None
        raise PullFailed("SourceRefused", f"{drop_query(self._url)} redirects more than {_MAX_REDIRECTS} times.")

    def stop(self) -> None:
        """End a run that is under way within moments, wherever it waits."""
        with self._lock:
            self._stopped = True
            if self._socket is not None:
                with suppress(OSError):
                    # Not SSLSocket's own: that one takes the TLS state away from under the thread that reads.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    @contextmanager
    def _request(self, parts: SplitResult) -> Generator[http.client.HTTPResponse]:
        secure = parts.scheme == "https"
        host, port = parts.hostname or "", parts.port or (443 if secure else 80)
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(host, port)
        with self._connect(host, port, secure) as opened:
            # Given its socket, the connection looks up no name and asks no proxy.
            connection.sock = opened
            target = quote(parts.path or "/", safe=_UNRESERVED)
            query = f"?{quote(parts.query, safe=_UNRESERVED + '?')}" if parts.query else ""
            connection.request("GET", target + query, headers={"User-Agent": "ims-mcp-local", "Connection": "close"})
            with connection.getresponse() as answer:
                yield answer

    @contextmanager
    def _connect(self, host: str, port: int, secure: bool) -> Generator[socket.socket]:
        opened = _connect(_find_loopback(host), port, self._limits.connect_seconds)
        try:
            opened.settimeout(self._limits.stall_seconds)
            if secure:
                context = ssl.create_default_context()
                opened = context.wrap_socket(opened, server_hostname=host, do_handshake_on_connect=False)
            with self._lock:
                self._socket = opened
                if self._stopped:
                    raise ConnectionAbortedError
            if isinstance(opened, ssl.SSLSocket):
                opened.do_handshake()
            yield opened
        finally:
            with self._lock:
                self._socket = None
            opened.close()

    def _save(self, answer: http.client.HTTPResponse, shown: str) -> int:
        if answer.status != 200:
            code = "SourceNotFound" if answer.status in (404, 410) else "SourceRefused"
            raise PullFailed(code, f"{shown} answers with status {answer.status} {answer.reason}".rstrip() + ".")
        announced = answer.length
        if announced is not None:
            self._check_size(announced, shown)
            self._on_size(announced)
        size_bytes = 0
        with _store(lambda: self._target.open("wb", buffering=0)) as file:
            while block := answer.read1(_BLOCK_BYTES):
                size_bytes += len(block)
                self._check_size(size_bytes, shown)
                _store(partial(_write, file, block))
        if announced is not None and size_bytes != announced:
            raise PullFailed("SourceIncomplete", f"{shown} announced {announced} bytes and sent {size_bytes}.")
        return size_bytes

    def _check_size(self, size_bytes: int, shown: str) -> None:
        limit = self._limits.max_bytes
        if size_bytes > limit:
            raise PullFailed("SourceTooLarge", f"{shown} is larger than {limit} bytes, the most that is pulled.")


def _store(work: Callable[[], T]) -> T:
    """Something that writes to the disk: its OSErrors are told apart from the source's."""
    try:
        return work()
    except OSError as error:
        reason = DISK_IS_FULL if is_disk_full(error) else f"The local IMS cannot store the file: {error.strerror}."
        raise PullFailed("StorageFailed", reason) from None


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise PullFailed("SourceNotAllowed", f"{drop_query(url)} is not a usable address: {error}.") from None
    if parts.scheme not in ("http", "https"):
        raise PullFailed("SourceNotAllowed", f"{drop_query(url)} is not an http or https address.")
    if parts.username is not None:
        raise PullFailed("SourceNotAllowed", "An address with a user name in it is not pulled.")
    return parts


def _find_loopback(host: str) -> tuple[str, ...]:
    """The numeric addresses to try. PullFailed for any host that is not this machine."""
    if is_loopback(host):
        return ("127.0.0.1", "::1") if host.lower() == "localhost" else (host,)
    raise PullFailed(
        "SourceNotAllowed",
        f"The local IMS pulls from this machine only (127.0.0.1, ::1, localhost), not from {host}: "
        "download the file and upload it, or serve it on 127.0.0.1.",
    )


def _connect(addresses: tuple[str, ...], port: int, seconds: float) -> socket.socket:
    """To the first address that takes the connection; the first one's OSError where none does."""
    failures: list[OSError] = []
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=seconds)
        except OSError as failure:
            failures.append(failure)
    raise failures[0]


def _write(file: BinaryIO, block: bytes) -> None:
    view = memoryview(block)
    while view:
        view = view[file.write(view) :]
