"""The requests of the official credential providers, sent by the way of all others.

Their HTTP library, Tea, reads the environment by itself: it knows no NO_PROXY and no SSL_CERT_FILE, leads what is for
loopback through a proxy, and follows redirects with whatever the request carries. What it sends over is replaced here.
Importing it imports requests and Tea.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from Tea.core import TeaCore

from ims_mcp.client.outbound import DIRECT, Route, find_route, make_ssl_context
from ims_mcp.client.outbound_session import OutboundAdapter, OutboundSession

_METADATA_HOST = "100.100.100.200"


def _find_route(url: str) -> Route:
    """The metadata service is this very machine's: no proxy can reach it, nor may one see its keys."""
    return DIRECT if urlsplit(url).hostname == _METADATA_HOST else find_route(url)


def lead_providers_out() -> None:
    """From here on the providers' requests take the way of all others. Done once, for the whole process."""
    tea: Any = TeaCore
    if getattr(tea._get_session, "leads_out", False):
        return
    # Route and authorities are asked for at every request: there are few, and hours between them.
    session = OutboundSession(OutboundAdapter(_find_route, make_ssl_context))

    def get_session(*_: Any, **__: Any) -> OutboundSession:
        return session

    get_session.leads_out = True  # pyright: ignore[reportFunctionMemberAccess] - so that it is known again
    tea._get_session = staticmethod(get_session)
