"""The bearer token of a request (RFC 6750), and the challenge (WWW-Authenticate) to a request without a good one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ims_mcp.server.http.callers import SCOPES, Unauthorized

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

MOST_CHARACTERS = 16_384
"""Of a token: those of large companies, which list groups, stay below 10,000."""
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
# RFC 6750, section 2.3, and what people call it by themselves.
_QUERY_NAMES = frozenset({"access_token", "token"})
_UNQUOTED = re.compile(r"[^ !#-\[\]-~]")


class Unavailable(Unauthorized):
    """Who calls cannot be found out now, for no fault of the token: to be answered with 503 and Retry-After.

    Whoever does not tell it from `Unauthorized` refuses the request all the same.
    """

    def __init__(self, challenge: str, description: str, *, retry_after_seconds: int) -> None:
        super().__init__(challenge, description)
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True)
class Challenges:
    """Writes challenges. ``resource_metadata``: where clients read which issuer gives tokens; empty where none does.
    ``first_scopes``: what a client should ask that issuer for as long as no call needs more."""

    resource_metadata: str = ""
    first_scopes: frozenset[str] = frozenset()

    def write(self, error: str = "", description: str = "", scopes: Iterable[str] = ()) -> str:
        """``Bearer realm="ims-mcp", error="invalid_token", ...``; no ``error`` where no token was shown."""
        fields = {
            "realm": "ims-mcp",
            "error": error,
            "error_description": description,
            "scope": " ".join(sorted(frozenset(scopes) or self.first_scopes, key=SCOPES.index)),
            "resource_metadata": self.resource_metadata,
        }
        return "Bearer " + ", ".join(f'{name}="{_UNQUOTED.sub("", text)}"' for name, text in fields.items() if text)

    def refuse(self, description: str, error: str = "invalid_token") -> Unauthorized:
        """To be raised for a token that is not good."""
        return Unauthorized(self.write(error, description), description)


def read_bearer(connection: HTTPConnection, challenges: Challenges) -> str:
    """The token of the one Authorization header. Raises Unauthorized, which never repeats what was sent."""
    if not _QUERY_NAMES.isdisjoint(name.lower() for name in connection.query_params):
        raise challenges.refuse(
            "A token in the URL is not taken, since URLs are written into logs: have it revoked, and send the new one "
            "in the header Authorization.",
            "invalid_request",
        )
    given = connection.headers.getlist("authorization")
    if not given:
        raise Unauthorized(challenges.write(), "Send a token in the header Authorization: Bearer TOKEN.")
    if len(given) > 1:
        raise challenges.refuse("There is more than one header Authorization.", "invalid_request")
    scheme, _, token = given[0].strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer":
        raise Unauthorized(challenges.write(), "Send a token in the header Authorization, with the scheme Bearer.")
    if len(token) > MOST_CHARACTERS:
        raise challenges.refuse(f"The token has more than {MOST_CHARACTERS:,} characters.")
    if not _TOKEN.fullmatch(token):
        raise challenges.refuse("What follows Bearer is not one token.", "invalid_request")
    return token
