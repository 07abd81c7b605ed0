"""What the requests library sends over: by the way of all others, and by no other that it would find by itself.

Importing it imports requests.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

import requests
import requests.adapters

from ims_mcp.client.outbound import Route


class OutboundSession(requests.Session):
    """Takes nothing from the user's surroundings, and follows no redirect.

    requests would put a password from ~/.netrc in place of the signature, and send what the request carries along to
    wherever a redirect leads.
    """

    def __init__(self, adapter: OutboundAdapter) -> None:
        super().__init__()
        self.trust_env = False
        for scheme in ("http://", "https://"):
            self.mount(scheme, adapter)

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


class OutboundAdapter(requests.adapters.HTTPAdapter):
    """Takes proxy and certificates from whom it is told to; both may be asked for at every request."""

    def __init__(
        self, find_route: Callable[[str], Route], make_ssl_context: Callable[[], ssl.SSLContext], **sizes: Any
    ) -> None:
        self._find_route = find_route
        self._make_ssl_context = make_ssl_context
        super().__init__(**sizes)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        proxy = self._find_route(str(request.url)).proxy
        kwargs["proxies"] = {} if proxy is None else {"http": proxy, "https": proxy}
        return super().send(request, *args, **kwargs)

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        if host["scheme"] == "https":
            pool["ssl_context"] = self._make_ssl_context()
        return host, pool

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> Any:
        if proxy.startswith("https:"):  # it proves itself by the same authorities
            proxy_kwargs["proxy_ssl_context"] = self._make_ssl_context()
        return super().proxy_manager_for(proxy, **proxy_kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """The context decides; what is added here would widen the circle of authorities."""
