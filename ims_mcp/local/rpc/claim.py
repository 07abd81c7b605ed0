"""A request as it was signed, and what its signature claims, whichever algorithm made it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ims_mcp.local.rpc.service_errors import RpcFault

_NO_PAIRS: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """``query`` and ``form`` (a form body) decoded and in order, ``headers`` with lower-case names, body whole."""

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    headers: Sequence[tuple[str, str]]
    body: bytes
    form: Sequence[tuple[str, str]] = field(default=_NO_PAIRS)

    def get_header(self, name: str) -> str | None:
        """By lower-case name."""
        return next((value for header, value in self.headers if header == name), None)

    def get_parameter(self, name: str) -> str | None:
        """The first of this name, in the query or else in the form."""
        return next((value for key, value in (*self.query, *self.form) if key == name), None)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who says to have signed, and when. ``sign`` gives what the signature should be under a secret."""

    access_key_id: str
    security_token: str | None
    nonce: str
    signed_at: float
    """Epoch seconds, as the request says."""
    signature: str
    sign: Callable[[str], str]
    mismatch: str
    """What to say where the two differ."""


def incomplete(problem: str) -> RpcFault:
    """The signature lacks something; ``problem`` is a whole sentence."""
    return RpcFault("IncompleteSignature", problem)
