"""`--auth oauth`: a resource server by the MCP specification. Tokens of one issuer for this server are checked here;
they are never passed on, kept or logged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import jwt
import jwt.exceptions
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ims_mcp.foreign_text import plain
from ims_mcp.server.http.bearer import Challenges, Unavailable, read_bearer
from ims_mcp.server.http.callers import ALL_SCOPES, READ_SCOPE, SCOPES, Caller
from ims_mcp.server.http.jwks import (
    ALGORITHMS,
    FETCH_SECONDS,
    MOST_BYTES,
    Fetch,
    KeySet,
    NoKeys,
    SigningKey,
    is_fit_url,
)
from ims_mcp.settings import SettingsError, shown_address

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection, Request

LEEWAY_SECONDS = 60
METADATA_PATH = "/.well-known/oauth-protected-resource"
_LONGEST_SUBJECT = 255
# RFC 9068; issuers that do not follow it write JWT or nothing. What is meant for other purposes has other types.
_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
_CROSS_ORIGIN = {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, OPTIONS",
    "access-control-allow-headers": "mcp-protocol-version",
    "access-control-max-age": "3600",
}


@dataclass(frozen=True, slots=True)
class OAuthRules:
    """What an access token has to say. ``audience``: whom the issuer says it is for, mostly this server's own address.
    ``resource``: that address as clients call it, with its path; None where it is the audience.

    A claim may be named by a path: ``realm_access.roles``.
    """

    issuer: str
    audience: str
    jwks_url: str | None = None
    subject_claim: str = "sub"
    scope_claim: str = "scope"
    resource: str | None = None

    def __post_init__(self) -> None:
        """Raises SettingsError for what cannot be used."""
        if not self.audience or self.audience != plain(self.audience, _LONGEST_SUBJECT):
            raise SettingsError(
                "--audience cannot be used.", next_step="Give what the issuer writes into aud, on one line."
            )
        if self.resource is None and not is_fit_url(self.audience):
            raise SettingsError(
                f"--audience {shown_address(self.audience)} cannot be used as the address that clients call.",
                next_step="Name that address with --resource, such as https://ims.example.com/mcp; http is for "
                "loopback.",
            )
        urls = (("issuer", self.issuer), ("resource", self.resource), ("jwks", self.jwks_url))
        for option, url in (*urls, *((("audience", self.audience),) if self.resource is None else ())):
            if url is None:
                continue
            if not is_fit_url(url) or (option != "jwks" and urlsplit(url).query):
                raise SettingsError(
                    f"--{option} {shown_address(url)} cannot be used.",
                    next_step="Give a whole https:// address without user, query and fragment; http is for loopback.",
                )
        for option, claim in (("subject-claim", self.subject_claim), ("scope-claim", self.scope_claim)):
            if not claim or claim != plain(claim, 100):
                raise SettingsError(f"--{option} is no name of a claim.", next_step="Name one such as sub or scope.")

    @property
    def resource_url(self) -> str:
        """The address clients call."""
        return self.resource or self.audience

    @property
    def metadata_url(self) -> str:
        """RFC 9728, section 3.1: the well-known part goes between host and path."""
        parts = urlsplit(self.resource_url)
        return f"{parts.scheme}://{parts.netloc}{METADATA_PATH}{parts.path.rstrip('/')}"


async def _fetch_by_default(url: str) -> dict[str, Any]:
    from ims_mcp.client.json_document import fetch_json_object  # heavy, so imported late

    return await fetch_json_object(url, timeout_seconds=FETCH_SECONDS, max_bytes=MOST_BYTES)


class OAuthGate:
    """Lets in who shows a token that the issuer signed for this server."""

    def __init__(self, rules: OAuthRules, keys: KeySet | None = None, *, fetch: Fetch = _fetch_by_default) -> None:
        self._rules = rules
        self._keys = keys or KeySet(rules.issuer, rules.jwks_url, fetch=fetch)
        self.challenges = Challenges(rules.metadata_url, frozenset({READ_SCOPE}))

    async def admit(self, connection: HTTPConnection) -> Caller:
        """Raises Unauthorized; its subclass Unavailable as long as there are no keys to check a token with."""
        try:
            token = read_bearer(connection, self.challenges)
            kid, algorithm = self._read_header(token)
            keys = await self._keys.find(kid, algorithm)
            claims = self._check(token, algorithm, keys)
        except NoKeys as error:
            raise Unavailable(self.challenges.write(), error.explain(), retry_after_seconds=5) from None
        return Caller(self._read_subject(claims), self._read_scopes(claims), claims)

    def _read_header(self, token: str) -> tuple[str | None, str]:
        """Which key and algorithm the token says it is signed with."""
        try:
            header = jwt.get_unverified_header(token)
        except jwt.exceptions.PyJWTError:
            raise self.challenges.refuse("The token is not a signed JWT.") from None
        kid, algorithm, kind = (cast("object", header.get(name)) for name in ("kid", "alg", "typ"))
        if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
            raise self.challenges.refuse(f"The token is not signed by any of {', '.join(ALGORITHMS)}.")
        if kind is not None and (not isinstance(kind, str) or kind.lower() not in _TYPES):
            raise self.challenges.refuse("The JWT is of a type that is not an access token's.")
        if not isinstance(kid, str | None):
            raise self.challenges.refuse("The token is not a signed JWT.")
        return kid, algorithm

    def _check(self, token: str, algorithm: str, keys: list[SigningKey]) -> Mapping[str, Any]:
        """The claims, once signature, issuer, audience and times are right."""
        description = "The token is signed with a key that the issuer does not have."
        for key in keys:
            try:
                return jwt.decode(
                    token,
                    key.key,
                    algorithms=[algorithm],
                    audience=self._rules.audience,
                    issuer=self._rules.issuer,
                    leeway=LEEWAY_SECONDS,
                    options={"require": ["exp", "iss", "aud"], "enforce_minimum_key_length": True},
                )
            except jwt.exceptions.InvalidSignatureError:
                description = _describe(jwt.exceptions.InvalidSignatureError())
            except jwt.exceptions.PyJWTError as error:
                raise self.challenges.refuse(_describe(error)) from None
        raise self.challenges.refuse(description)

    def _read_subject(self, claims: Mapping[str, Any]) -> str:
        subject = read_claim(claims, self._rules.subject_claim)
        if not isinstance(subject, str) or not subject or subject != plain(subject, _LONGEST_SUBJECT):
            raise self.challenges.refuse(f"The token names nobody in its claim {self._rules.subject_claim}.")
        return subject

    def _read_scopes(self, claims: Mapping[str, Any]) -> frozenset[str]:
        """Those of this server, from a text with blanks between them or a list, as issuers write both."""
        granted = read_claim(claims, self._rules.scope_claim)
        given = cast("list[Any]", granted) if isinstance(granted, list) else [granted]
        return ALL_SCOPES & {name for text in given if isinstance(text, str) for name in text.split()}


def read_claim(claims: Mapping[str, Any], name: str) -> Any:
    """The claim of this very name, else what lies at this path; None where there is neither. Names of claims are often
    addresses, with dots of their own."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        if not isinstance(found, Mapping):
            return None
        found = cast("Mapping[str, Any]", found).get(part)
    return found


def _describe(error: jwt.exceptions.PyJWTError) -> str:
    """In our own words: the library's may quote what it got."""
    match error:
        case jwt.exceptions.ExpiredSignatureError():
            return "The token has expired: get a new one from the issuer."
        case jwt.exceptions.ImmatureSignatureError():
            return "The token is not valid yet."
        case jwt.exceptions.InvalidAudienceError():
            return "The token is for another server: ask the issuer for one with this resource as its audience."
        case jwt.exceptions.InvalidIssuerError():
            return "The token is of another issuer."
        case jwt.exceptions.MissingRequiredClaimError():
            return "The token lacks one of the claims exp, iss and aud."
        case jwt.exceptions.InvalidSignatureError():
            return "The signature of the token is not the issuer's."
        case _:
            return "The token is not a JWT that can be checked."


def list_metadata_routes(rules: OAuthRules) -> list[Route]:
    """Protected resource metadata (RFC 9728): under the path of the resource, under /mcp, and at the root for clients
    that do not read the challenge. Read by web pages too: it says nothing that is not meant for everybody."""
    document = {
        "resource": rules.resource_url,
        "authorization_servers": [rules.issuer],
        "scopes_supported": list(SCOPES),
        "bearer_methods_supported": ["header"],
        "resource_name": "ims-mcp",
    }
    paths = (urlsplit(rules.metadata_url).path, f"{METADATA_PATH}/mcp", METADATA_PATH)
    show = partial(_show_metadata, document)
    return [Route(path, show, methods=["GET", "OPTIONS"]) for path in dict.fromkeys(paths)]


async def _show_metadata(document: dict[str, Any], request: Request) -> Response:
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=_CROSS_ORIGIN)
    return JSONResponse(document, headers={**_CROSS_ORIGIN, "cache-control": "public, max-age=3600"})
