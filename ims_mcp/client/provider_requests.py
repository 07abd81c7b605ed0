"""The requests of the official credential providers, sent by the way of all others.

Their HTTP library, Tea, reads the environment by itself: it knows no NO_PROXY and no SSL_CERT_FILE, leads what is for
loopback through a proxy, and follows redirects with whatever the request carries. What it sends over is replaced here.
Importing it imports requests and Tea.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
import requests.adapters
from Tea.core import TeaCore

from ims_mcp.client.outbound import DIRECT, find_route, make_ssl_context

_METADATA_HOST = "100.100.100.200"


class _Adapter(requests.adapters.HTTPAdapter):
    """Asks for route and authorities at every request: there are few, and hours between them."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        url = str(request.url)
        # The metadata service is this very machine's: no proxy can reach it, nor may one see its keys.
        route = DIRECT if urlsplit(url).hostname == _METADATA_HOST else find_route(url)
        kwargs["proxies"] = {} if route.proxy is None else {"http": route.proxy, "https": route.proxy}
        return super().send(request, *args, **kwargs)

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        if host["scheme"] == "https":
            pool["ssl_context"] = make_ssl_context()
        return host, pool

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        if proxy.startswith("https:"):  # it proves itself by the same authorities
            proxy_kwargs["proxy_ssl_context"] = make_ssl_context()
        return super().proxy_manager_for(proxy, **proxy_kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """The context decides; what is added here would widen the circle of authorities."""


class _Session(requests.Session):
    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter())

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


def lead_providers_out() -> None:
    """From here on the providers' requests take the way of all others. Done once, for the whole process."""
    tea: Any = TeaCore
    if getattr(tea._get_session, "leads_out", False):
        return
    session = _Session()

    def get_session(*_: Any, **__: Any) -> _Session:
        return session

    get_session.leads_out = True  # pyright: ignore[reportFunctionMemberAccess] - so that it is known again
    tea._get_session = staticmethod(get_session)
