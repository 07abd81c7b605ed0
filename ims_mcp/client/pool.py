"""One pool of connections for every client of this process: what tenants share, and all they share."""

from __future__ import annotations

import ssl
from types import TracebackType
from typing import TYPE_CHECKING, Self

import anyio
import anyio.to_thread

if TYPE_CHECKING:  # imported at the first call, in a thread
    from ims_mcp.client.transport import ConnectionConfig, Transport


class ConnectionPool:
    """Async context manager; nothing is opened before the first call. Connections carry nothing of whoever used them:
    each request is signed for itself. ``ssl_context`` is for certificate authorities of one's own."""

    def __init__(self, ssl_context: ssl.SSLContext | None = None) -> None:
        self._ssl_context = ssl_context
        self._transports: dict[ConnectionConfig, Transport] = {}
        self._by_endpoint: dict[str, Transport] = {}
        self._opening = anyio.Lock()
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        transports, self._transports = list(self._transports.values()), {}
        self._by_endpoint.clear()
        for transport in transports:
            await transport.aclose()

    async def open(self, endpoint: str) -> Transport:
        """Connections to ``endpoint``: those there are to all that is reached in the same way."""
        if (known := self._by_endpoint.get(endpoint)) is not None:
            return known
        async with self._opening:
            if self._closed:
                raise RuntimeError("this pool of connections is closed")
            if endpoint not in self._by_endpoint:
                self._by_endpoint[endpoint] = await anyio.to_thread.run_sync(
                    self._make_transport, endpoint, abandon_on_cancel=True
                )
            return self._by_endpoint[endpoint]

    def _make_transport(self, endpoint: str) -> Transport:
        """0.3 s of imports and certificates, for a worker thread."""
        from ims_mcp.client.transport import Transport, read_connection_config  # heavy, so imported late

        config = read_connection_config(endpoint, self._ssl_context)
        if config.ssl_context is not None:
            self._ssl_context = config.ssl_context
        return self._transports.setdefault(config, Transport(config))
