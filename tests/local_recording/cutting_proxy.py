"""A TCP proxy between a recorder and its server, which cuts connections when it is told to."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress

_FIRST_MEDIA_BYTES = 5_000
"""More than a server sends before it sends the stream."""


class CuttingProxy:
    """Listens on :attr:`port` and takes down when it was connected to a stream."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self.connections: list[tuple[float, float, float]] = []
        """Of each that brought something of a stream: when it began, brought the first of it, and ended; monotonic."""

    def start(self) -> None:
        self._start(self._accept)

    def cut(self) -> None:
        """End every connection there is, without a word."""
        with self._lock:
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            self._open.clear()

    def stop(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join(60)

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, name="cutting-proxy")  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                player, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target_port), 5)
            except OSError:
                return
            with self._lock:
                self._open += [player, server]
            self._start(self._pass_on, player, server, False)
            self._start(self._pass_on, server, player, True)

    def _pass_on(self, source: socket.socket, target: socket.socket, measures: bool) -> None:
        count, began, first, has_media = 0, time.monotonic(), 0.0, False
        with suppress(OSError):
            source.settimeout(None)
            while data := source.recv(1 << 16):
                target.sendall(data)
                count += len(data)
                if count > _FIRST_MEDIA_BYTES and not has_media:
                    has_media, first = True, time.monotonic()
        if measures and has_media:
            with self._lock:
                self.connections.append((began, first, time.monotonic()))
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        if measures:
            source.close()
            target.close()


@contextmanager
def cutting_proxy(target_port: int) -> Generator[CuttingProxy]:
    proxy = CuttingProxy(target_port)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
