"""An issuer of tokens on loopback: metadata, a key set that can be changed, and tokens of any kind, good and bad."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from functools import cache
from types import TracebackType
from typing import Any, Self

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from tests.client.scripted_service import Answer, Arrived, ScriptedService

AUDIENCE = "https://ims.example.com/mcp"
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@cache
def make_key(algorithm: str, number: int = 0, bits: int = 2048) -> PrivateKey:
    """The same for the same arguments: an RSA key takes 100 ms."""
    if algorithm in ("RS256", "PS256", "RS512"):
        return rsa.generate_private_key(public_exponent=65537, key_size=bits)
    return ed25519.Ed25519PrivateKey.generate() if algorithm == "EdDSA" else ec.generate_private_key(ec.SECP256R1())


def write_jwk(key: PrivateKey, *, private: bool = False, **more: Any) -> dict[str, Any]:
    """The key as it stands in a key set."""
    shown: Any = key if private else key.public_key()
    kinds: list[tuple[type, Any]] = [(rsa.RSAPrivateKey, RSAAlgorithm), (ec.EllipticCurvePrivateKey, ECAlgorithm)]
    algorithm = next((found for kind, found in kinds if isinstance(key, kind)), OKPAlgorithm)
    written: dict[str, Any] = algorithm.to_jwk(shown, as_dict=True)
    return {**{name: value for name, value in written.items() if name != "key_ops"}, **more}


class Issuer:
    """Context manager. ``jwks`` and ``metadata`` are what it answers, or any Answer; a test changes them."""

    def __init__(self) -> None:
        self.jwks: dict[str, Any] | Answer = {"keys": [write_jwk(make_key("RS256"), kid="first", use="sig")]}
        self.metadata: dict[str, Any] | Answer | None = None
        self.metadata_path = "/.well-known/oauth-authorization-server"
        self.service = ScriptedService(usual=self._answer)

    def __enter__(self) -> Self:
        self.service.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.service.__exit__(kind, error, trace)

    @property
    def url(self) -> str:
        return self.service.url

    @property
    def fetches(self) -> int:
        """How often the key set was asked for."""
        return [arrived.path for arrived in self.service.arrived].count("/keys")

    def _answer(self, request: Arrived) -> Answer:
        metadata = {"issuer": self.url, "jwks_uri": f"{self.url}/keys"} if self.metadata is None else self.metadata
        found = {"/keys": self.jwks, self.metadata_path: metadata}.get(request.path, Answer(404))
        return found if isinstance(found, Answer) else Answer(body=found)

    def claim(self, **more: Any) -> dict[str, Any]:
        """What a good token says; a claim of None is left out."""
        now = int(time.time())
        usual: dict[str, Any] = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "anna",
            "scope": "openid ims:read ims:write",
            "iat": now,
            "exp": now + 600,
        }
        return {name: value for name, value in {**usual, **more}.items() if value is not None}

    def sign(
        self,
        *,
        algorithm: str = "RS256",
        key: PrivateKey | None = None,
        kid: str | None = "first",
        typ: str | None = "at+jwt",
        **claims: Any,
    ) -> str:
        """A token; by default one that is good."""
        headers = {} if kid is None else {"kid": kid}
        return jwt.encode(
            self.claim(**claims), key or make_key(algorithm), algorithm, {**headers, "typ": typ} if typ else headers
        )


def write_by_hand(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    """A token that no library would make."""
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
