"""The keys that an issuer signs its tokens with: found, fetched, kept, and fetched again when one is unknown."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlsplit

import anyio
import jwt

from ims_mcp.errors import ConnectionFailed, ImsError
from ims_mcp.foreign_text import plain
from ims_mcp.loopback import is_loopback

logger = logging.getLogger("ims_mcp.server.http.jwks")

FETCH_SECONDS = 5.0
REFRESH_SECONDS = 10.0
"""For finding the address of the keys and fetching them."""
MOST_BYTES = 512 * 1024
MOST_KEYS = 100
FRESH_SECONDS = 600.0
"""So long the keys count as they are: one that the issuer withdraws is refused after it."""
AGAIN_SECONDS = 30.0
"""Between two fetches, whatever tokens ask for."""
FIRST_AGAIN_SECONDS = 5.0
"""Between two fetches as long as there are no keys at all."""
STALE_SECONDS = 24 * 3600.0
"""So long keys are kept that cannot be fetched again. An issuer that is away this long withdraws its keys."""

# By what signs: no HMAC, whose key a verifier would have to know, and no "none".
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
_FITTING: Final = {("RSA", None): ("RS256", "PS256"), ("EC", "P-256"): ("ES256",), ("OKP", "Ed25519"): ("EdDSA",)}
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_RSA_BITS: Final = 2048

Fetch = Callable[[str], Awaitable[dict[str, Any]]]
"""Gets the JSON object at an address. Raises ConnectionFailed."""


class NoKeys(ImsError):
    """The issuer's keys cannot be had now."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One public key for one algorithm. ``kid`` is None where the issuer gives it no name."""

    kid: str | None
    algorithm: str
    key: jwt.PyJWK


class KeySet:
    """The keys of one issuer, fetched when the first token comes. ``clock`` is monotonic."""

    def __init__(
        self, issuer: str, jwks_url: str | None = None, *, fetch: Fetch, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._issuer, self._jwks_url = issuer, jwks_url
        self._found_url: str | None = None
        self._fetch, self._clock = fetch, clock
        self._keys: tuple[SigningKey, ...] = ()
        self._fetched_at = -STALE_SECONDS
        self._tried_at: float | None = None
        self._fetching = anyio.Lock()

    async def find(self, kid: str | None, algorithm: str) -> list[SigningKey]:
        """The keys that may have signed a token of this header; none where the issuer has none such.

        Without a ``kid`` the issuer's only key for the algorithm does. Raises NoKeys.
        """
        now = self._clock()
        if not self._has_keys(now):
            await self._refresh()
        elif now - self._fetched_at > FRESH_SECONDS and not self._fetching.locked():
            # One caller waits for it; the others go on with the keys there are.
            await self._refresh()
        if not self._has_keys(self._clock()):
            raise NoKeys("The issuer's keys cannot be had now.", next_step="Try again in some seconds.")
        found = self._select(kid, algorithm)
        if not found and kid is not None:
            await self._refresh()
            found = self._select(kid, algorithm)
        return found

    def _select(self, kid: str | None, algorithm: str) -> list[SigningKey]:
        fitting = [key for key in self._keys if key.algorithm == algorithm]
        if kid is None:
            return fitting if len(fitting) == 1 else []
        return [key for key in fitting if key.kid == kid]

    def _has_keys(self, now: float) -> bool:
        return bool(self._keys) and now - self._fetched_at < STALE_SECONDS

    async def _refresh(self) -> None:
        """Fetch the keys unless that was done or tried a moment ago; those there are stay where it fails."""
        asked_at = self._clock()
        async with self._fetching:
            now = self._clock()
            if self._tried_at is not None:
                pause = AGAIN_SECONDS if self._has_keys(now) else FIRST_AGAIN_SECONDS
                if now - self._tried_at < pause or self._tried_at >= asked_at:
                    return
            try:
                with anyio.fail_after(REFRESH_SECONDS):
                    keys = await self._fetch_keys()
            except (ImsError, TimeoutError) as error:
                self._found_url = None  # perhaps it has moved
                logger.warning(
                    "the keys of the issuer of tokens cannot be fetched: %s",
                    error.explain() if isinstance(error, ImsError) else f"no answer within {REFRESH_SECONDS:g} s",
                    extra={"issuer": self._issuer, "keys_kept": len(self._keys)},
                )
            else:
                self._keys, self._fetched_at = keys, self._clock()
            # After it: a fetch that is slow is not begun anew by all who waited for it.
            self._tried_at = self._clock()

    async def _fetch_keys(self) -> tuple[SigningKey, ...]:
        """Raises ConnectionFailed and NoKeys."""
        url = self._jwks_url or self._found_url or await _discover(self._issuer, self._fetch)
        if self._jwks_url is None:
            self._found_url = url
        keys = read_keys(await self._fetch(url))
        if not keys:
            raise NoKeys("The issuer's key set has no key that can be used here.")
        return keys


async def _discover(issuer: str, fetch: Fetch) -> str:
    """``jwks_uri`` of the issuer's metadata (RFC 8414, OpenID Connect Discovery). Raises ConnectionFailed, NoKeys."""
    failed: ConnectionFailed | None = None
    for url in list_metadata_urls(issuer):
        try:
            metadata = await fetch(url)
        except ConnectionFailed as error:
            failed = failed or error
            continue
        if metadata.get("issuer") != issuer:
            raise NoKeys(
                f"The metadata at {plain(url, 200)} is of the issuer “{plain(str(metadata.get('issuer')), 200)}”.",
                next_step="Give --issuer exactly as the issuer writes itself, its last slash too.",
            )
        found = metadata.get("jwks_uri")
        if not isinstance(found, str) or not is_fit_url(found, loopback=_is_on_loopback(issuer)):
            raise NoKeys(f"The metadata at {plain(url, 200)} names no https address of keys.", next_step="Give --jwks.")
        return found
    assert failed is not None
    raise failed


def list_metadata_urls(issuer: str) -> list[str]:
    """Where an issuer's metadata may be, in the order of the MCP specification."""
    parts = urlsplit(issuer)
    host, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    urls = [
        f"{host}/.well-known/oauth-authorization-server{path}",
        f"{host}/.well-known/openid-configuration{path}",
        f"{host}{path}/.well-known/openid-configuration",
    ]
    return list(dict.fromkeys(urls))


def is_fit_url(url: str, *, loopback: bool = True) -> bool:
    """Whether ``url`` is https, or http on loopback where that is allowed; without a user or a fragment."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.fragment or not url.isascii() or not url.isprintable():
        return False
    if " " in url or len(url) > 2_000:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and loopback and is_loopback(host))


def _is_on_loopback(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname or "")


def read_keys(document: Mapping[str, Any]) -> tuple[SigningKey, ...]:
    """The public keys of a key set that sign by :data:`ALGORITHMS`. Others are passed over, and told of where they
    should not be there: a private key that was published is anybody's."""
    listed = document.get("keys")
    keys: list[SigningKey] = []
    for entry in cast("list[Any]", listed)[:MOST_KEYS] if isinstance(listed, list) else []:
        if not isinstance(entry, dict):
            continue
        jwk = cast("dict[str, Any]", entry)
        if not _PRIVATE.isdisjoint(jwk):
            logger.error("the issuer of tokens publishes a secret key, which is not used; it has to be replaced there")
            continue
        keys += _read_key(jwk)
    return tuple(keys)


def _read_key(jwk: dict[str, Any]) -> list[SigningKey]:
    kty, kid, stated = jwk.get("kty"), jwk.get("kid"), jwk.get("alg")
    crv = None if kty == "RSA" else jwk.get("crv")
    operations = jwk.get("key_ops", ["verify"])
    if jwk.get("use", "sig") != "sig" or not isinstance(operations, list) or "verify" not in operations:
        return []
    if not isinstance(kid, str | None) or not isinstance(kty, str) or not isinstance(crv, str | None):
        return []
    stated = "EdDSA" if stated == "Ed25519" else stated  # its name since RFC 9864
    found: list[SigningKey] = []
    for algorithm in _FITTING.get((kty, crv), ()):
        if stated is not None and stated != algorithm:
            continue
        try:
            key = jwt.PyJWK(jwk, algorithm)
        # The library's texts hold the key, and it lets errors of others through.
        except Exception:
            logger.warning("a key of the issuer of tokens cannot be read", extra={"algorithm": algorithm})
            continue
        if kty == "RSA" and key.key.key_size < _RSA_BITS:
            logger.warning("a key of the issuer of tokens is too short and not used", extra={"least_bits": _RSA_BITS})
            continue
        found.append(SigningKey(kid, algorithm, key))
    return found
