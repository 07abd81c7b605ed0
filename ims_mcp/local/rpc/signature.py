"""The local IMS's own reading of ACS3-HMAC-SHA256, and of nothing else: who sent this request, untampered and once?

Written from the description of the algorithm, not from the official signer that clients use, so that the two check
each other.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote

from ims_mcp.local.identity import CredentialRejection, Identities, Identity
from ims_mcp.local.rpc.service_errors import RpcFault
from ims_mcp.local.wire_values import read_utc, write_utc

ALGORITHM = "ACS3-HMAC-SHA256"
MAX_SKEW_SECONDS = 15 * 60
_REMEMBERED_NONCES = 100_000
_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} +Credential=(?P<key>[^,]+), *SignedHeaders=(?P<headers>[^,]+), "
    r"*Signature=(?P<signature>[0-9a-fA-F]+)"
)


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request as it was signed: ``query`` decoded and in order, ``headers`` with lower-case names, body whole."""

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    headers: Sequence[tuple[str, str]]
    body: bytes

    def get_header(self, name: str) -> str | None:
        """By lower-case name."""
        return next((value for header, value in self.headers if header == name), None)


def compute_signature(request: SignedRequest, signed_headers: Sequence[str], secret: str) -> str:
    """The signature the request must carry, in lower-case hex, for the list of headers that were signed."""
    escaped = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in request.query)
    headers: list[str] = []
    for name in sorted(signed_headers):
        values = sorted(value.strip() for header, value in request.headers if header == name)
        headers.append(f"{name}:{','.join(values)}\n")
    canonical = "\n".join(
        (
            request.method,
            request.path or "/",
            "&".join(f"{name}={value}" for name, value in escaped),
            "".join(headers),
            ";".join(sorted(signed_headers)),
            hashlib.sha256(request.body).hexdigest(),
        )
    )
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()


class SignatureCheck:
    """Finds the sender of a request. The latest 100,000 nonces are remembered, in memory, while their date would do."""

    def __init__(self, identities: Identities, clock: Callable[[], float]) -> None:
        self._identities = identities
        self._clock = clock
        self._nonces: dict[tuple[str, str], float] = {}

    async def find_sender(self, request: SignedRequest) -> Identity:
        """The identity whose key signed the request. Raises RpcFault with the platform's code for what is wrong."""
        authorization = _AUTHORIZATION.fullmatch((request.get_header("authorization") or "").strip())
        if authorization is None:
            raise RpcFault("IncompleteSignature", f"The Authorization header is missing or not of {ALGORITHM}.")
        signed_headers = authorization["headers"].lower().split(";")
        self._check_coverage(request, signed_headers)
        self._check_date(request)
        identity = await self._identities.find(authorization["key"])
        if identity is None:
            raise RpcFault("InvalidAccessKeyId.NotFound", f"The AccessKey {authorization['key']!r} does not exist.")
        self._check_token(request, identity)
        self._check_signature(request, signed_headers, authorization["signature"], identity)
        self._check_nonce(request, identity)
        return identity

    def _check_coverage(self, request: SignedRequest, signed_headers: list[str]) -> None:
        sent = {name for name, _ in request.headers}
        needed = {"host", *(name for name in sent if name.startswith("x-acs-"))}
        needed |= {"x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce"}
        if left_out := sorted(needed - set(signed_headers)):
            raise RpcFault("IncompleteSignature", f"These headers have to be sent and signed: {', '.join(left_out)}.")
        if absent := sorted(set(signed_headers) - sent):
            raise RpcFault("IncompleteSignature", f"Signed but not sent: {', '.join(absent)}.")

    def _check_date(self, request: SignedRequest) -> None:
        date = request.get_header("x-acs-date") or ""
        try:
            moment = read_utc(date)
        except ValueError:
            raise RpcFault(
                "InvalidParameter", f"x-acs-date {date!r} is not of the form 2026-01-31T08:00:00Z."
            ) from None
        now = self._clock()
        if abs(now - moment) > MAX_SKEW_SECONDS:
            raise RpcFault(
                "InvalidTimeStamp.Expired",
                f"x-acs-date {date} is more than 15 minutes away from the time here, {write_utc(now)}.",
            )

    def _check_token(self, request: SignedRequest, identity: Identity) -> None:
        token = request.get_header("x-acs-security-token")
        match identity.reject(token, self._clock()):
            case None:
                pass
            case CredentialRejection.UNKNOWN if token is None:
                raise RpcFault("MissingSecurityToken", "A temporary key needs its security token with every call.")
            case CredentialRejection.UNKNOWN | CredentialRejection.WRONG_TOKEN:
                raise RpcFault(
                    "InvalidSecurityToken.MismatchWithAccessKey", "The security token does not belong to this key."
                )
            case CredentialRejection.EXPIRED:
                raise RpcFault("InvalidSecurityToken.Expired", "The temporary credentials have expired.")
        if identity.scope is not None:
            raise RpcFault("Forbidden", f"These temporary credentials are good for the bucket {identity.scope.bucket}.")

    def _check_signature(
        self, request: SignedRequest, signed_headers: list[str], signature: str, identity: Identity
    ) -> None:
        body_hash = request.get_header("x-acs-content-sha256")
        if body_hash is not None and body_hash.lower() != hashlib.sha256(request.body).hexdigest():
            raise RpcFault("SignatureDoesNotMatch", "x-acs-content-sha256 is not the hash of the body that arrived.")
        if not hmac.compare_digest(compute_signature(request, signed_headers, identity.secret), signature.lower()):
            raise RpcFault("SignatureDoesNotMatch", "The signature was not made with this key's secret for this call.")

    def _check_nonce(self, request: SignedRequest, identity: Identity) -> None:
        now = self._clock()
        nonce = (identity.access_key_id, request.get_header("x-acs-signature-nonce") or "")
        if self._nonces.pop(nonce, 0.0) > now:
            self._nonces[nonce] = now + 2 * MAX_SKEW_SECONDS
            raise RpcFault("SignatureNonceUsed", "This x-acs-signature-nonce was used before.")
        # Insertion order is order of expiry as long as the clock runs forward: forget from the front.
        for old, expires_at in list(islice(self._nonces.items(), 2)):
            if expires_at <= now or len(self._nonces) >= _REMEMBERED_NONCES:
                del self._nonces[old]
        # A date may lie 15 minutes ahead: it is accepted for twice the skew.
        self._nonces[nonce] = now + 2 * MAX_SKEW_SECONDS
