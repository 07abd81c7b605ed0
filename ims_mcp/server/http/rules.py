"""Which Hosts and Origins are answered, so that no web page reaches this server under another name (DNS rebinding)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mcp.server.transport_security import TransportSecurityMiddleware, TransportSecuritySettings
from starlette.requests import HTTPConnection, Request

from ims_mcp.foreign_text import plain
from ims_mcp.loopback import is_loopback
from ims_mcp.server.http.refusals import Refusal
from ims_mcp.settings import SettingsError

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - what is listened on, not a default
_THIS_MACHINE = ("127.0.0.1", "localhost", "[::1]")
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9_-][a-z0-9._-]*)(?P<port>:[0-9]{1,5}|:\*)?")
_ORIGIN = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)(?P<host>.+)")


class AddressRules:
    """The Hosts that were named, and this machine's; the Origins that were named, and on loopback this machine's."""

    def __init__(self, host: str, hosts: Sequence[str] = (), origins: Sequence[str] = ()) -> None:
        """``host`` is where the server listens. Raises SettingsError for what is no host or origin, and where nobody
        but this machine could reach the server under a name that it takes."""
        local = is_loopback(host)
        if host not in EVERYWHERE:
            hosts = [*hosts, f"[{host}]" if ":" in host else host]
        if not hosts:
            raise SettingsError(
                f"Nothing says under which names clients reach this server on {plain(host, 100)}.",
                next_step="Name the host of its address with --allowed-host, such as mcp.example.com; repeatable.",
            )
        allowed = [spelling for each in (*_THIS_MACHINE, *hosts) for spelling in _spell_host(each)]
        pages = [f"http://{each}" for each in _THIS_MACHINE] if local else []
        self._check = TransportSecurityMiddleware(
            TransportSecuritySettings(
                allowed_hosts=allowed,
                allowed_origins=[spelling for each in (*pages, *origins) for spelling in _spell_origin(each)],
            )
        )

    async def check(self, connection: HTTPConnection) -> None:
        """Raises Refusal: 421 for the Host, 403 for the Origin."""
        for origin in connection.headers.getlist("origin") or [""]:
            await self._check_pair(connection, origin)

    async def check_host(self, connection: HTTPConnection) -> None:
        """The Host alone: pages of this server's own look at the Origin by themselves. Raises Refusal: 421."""
        await self._check_pair(connection, "")

    async def _check_pair(self, connection: HTTPConnection, origin: str) -> None:
        host = connection.headers.get("host", "")
        # Names of hosts have no case, and a browser is not the only one that writes them.
        headers = [(b"host", host.lower().encode("latin-1")), (b"origin", origin.lower().encode("latin-1"))]
        answer = await self._check.validate_request(Request({"type": "http", "headers": headers}))
        if answer is None:
            return
        if answer.status_code == 403:
            text = f"Web pages of {_quote(origin)} may not call this server. --allowed-origin lets them."
        else:
            text = f"This server does not answer under the name {_quote(host)}. --allowed-host names others."
        raise Refusal(answer.status_code, text)


def _spell_host(text: str) -> list[str]:
    """As it is compared: without a port it is meant with any."""
    found = _HOST.fullmatch(text.strip().lower())
    if found is None:
        raise SettingsError(
            f"The allowed host {_quote(text)} is not a host.",
            next_step="Give it as clients do: mcp.example.com, mcp.example.com:8443 or [::1].",
        )
    return [found[0]] if found["port"] else [found["name"], f"{found['name']}:*"]


def _spell_origin(text: str) -> list[str]:
    parts = _ORIGIN.fullmatch(text.strip().lower().removesuffix("/"))
    if parts is None or _HOST.fullmatch(parts["host"]) is None:
        raise SettingsError(
            f"The allowed origin {_quote(text)} is not an origin.",
            next_step="Give scheme, host and port as browsers do: https://app.example.com or http://localhost:6274.",
        )
    # A browser leaves out the port that the scheme has anyway: for it the port says which page it is.
    return [parts[0]] if not is_loopback(parts["host"]) else [parts[0], f"{parts[0]}:*"]


def _quote(text: str) -> str:
    return f"“{plain(text, 100)}”"
