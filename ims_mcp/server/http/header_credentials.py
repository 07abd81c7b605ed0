"""`--header-credentials`: temporary cloud credentials that a caller brings with a request, for that request only.

They are no token for this server: who calls is found out before, by its own gate. Nothing here keeps or shows them.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Sequence
from dataclasses import replace

from starlette.requests import HTTPConnection
from starlette.types import Scope

from ims_mcp.client.credentials import Credential
from ims_mcp.foreign_text import plain
from ims_mcp.loopback import is_loopback
from ims_mcp.server.http.refusals import Refusal
from ims_mcp.server.reach import Access, Reach, Target
from ims_mcp.settings import SettingsError

NAMES = ("x-ims-access-key-id", "x-ims-access-key-secret", "x-ims-security-token")
_SHOWN = "X-Ims-Access-Key-Id, X-Ims-Access-Key-Secret and X-Ims-Security-Token"
_RAW_NAMES = frozenset(name.encode() for name in NAMES)
_PART = re.compile(r"[!-~]{4,8192}")


class CarriedCredential:
    """A source of the one credential that came with a request."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    async def get(self) -> Credential:
        """It."""
        return self._credential

    async def renew(self) -> Credential:
        """The same: whoever has called brings a new one with the next request."""
        return self._credential

    def describe(self) -> str:
        """Where it came from."""
        return "headers of the request"

    def name_asked(self) -> str:
        """Nobody is asked."""
        return ""


class HeaderCredentials:
    """What becomes of such headers. ``proxies`` are addresses and networks of those whose word that a client came over
    TLS is taken; ``is_taken`` is off unless the option was given, and then bringing any is refused."""

    def __init__(self, proxies: Sequence[str] = (), *, is_taken: bool = False) -> None:
        """Raises SettingsError for what is no address."""
        self._is_taken = is_taken
        self._proxies = [_read_network(each) for each in proxies]

    def find_reach(self, connection: HTTPConnection, alone: Reach) -> Reach | None:
        """What the caller reaches with the credentials they bring: the service of ``alone``, which is the server's own.
        None where there are none.

        Raises Refusal for some that are not taken: not switched on, not encrypted, not temporary, not whole.
        """
        given = {name: connection.headers.getlist(name) for name in NAMES}
        if not any(given.values()):
            return None
        if not self._is_taken:
            raise Refusal(
                400,
                "Cloud credentials in headers are not taken by this server, and were not used. Whoever runs it may "
                "start it with --header-credentials.",
            )
        if not self._came_unseen(connection):
            raise Refusal(
                403,
                "Cloud credentials came over a connection that is not encrypted, and were not used. Whoever listens "
                "has seen them: let them end. Use https; whoever runs the server names its proxy with --trusted-proxy.",
            )
        parts = [values[0].strip() if len(values) == 1 else "" for values in given.values()]
        for name, part in zip(_SHOWN.replace(" and", ",").split(", "), parts, strict=True):
            if not _PART.fullmatch(part):
                raise Refusal(
                    400,
                    f"The header {name} is missing, or is there twice, or is no part of a credential. Send {_SHOWN}, "
                    "as STS gives them: lasting keys are not taken.",
                )
        access, source = (
            Access("", alone.accesses[0].regions[:1]),
            CarriedCredential(Credential(parts[0], parts[1], parts[2])),
        )
        brought = hashlib.sha256(parts[0].encode()).hexdigest()[:16]

        async def open_target(access: Access, region: str) -> Target:
            target = await alone.open(access, region)
            client = target.client.for_credentials(source, brought).for_rights(access.rights)
            return replace(target, client=client, access=access, credentials=brought)

        return Reach((access,), open_target)

    def _came_unseen(self, connection: HTTPConnection) -> bool:
        """Whether nobody between the client and here could read along."""
        if connection.scope.get("scheme") == "https":
            return True
        peer = connection.client.host if connection.client is not None else ""
        schemes = {
            scheme.strip().lower()
            for value in connection.headers.getlist("x-forwarded-proto")
            for scheme in value.split(",")
        }
        if is_loopback(peer):
            return schemes <= {"https"}
        return schemes == {"https"} and self._is_proxy(peer)

    def _is_proxy(self, peer: str) -> bool:
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self._proxies)


def without_credentials(scope: Scope) -> Scope:
    """The request as what comes after sees it."""
    headers = [(name, value) for name, value in scope["headers"] if name.lower() not in _RAW_NAMES]
    return {**scope, "headers": headers}


def _read_network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise SettingsError(
            f"The trusted proxy “{plain(text, 60)}” is no address.",
            next_step="Give an address or a network, such as 10.0.0.7 or 10.0.0.0/24.",
        ) from None
