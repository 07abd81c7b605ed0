"""Who sent this request, untampered and once? The one place that decides it, for both signatures of RPC."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from itertools import islice

from ims_mcp.local.identity import CredentialRejection, Identities, Identity
from ims_mcp.local.rpc import signature_acs3, signature_v1
from ims_mcp.local.rpc.claim import Claim, SignedRequest
from ims_mcp.local.rpc.service_errors import RpcFault
from ims_mcp.local.wire_values import write_utc

MAX_SKEW_SECONDS = 15 * 60
_REMEMBERED_NONCES = 100_000


class SignatureCheck:
    """Finds the sender of a request. The latest 100,000 nonces are remembered, in memory, while their date would do."""

    def __init__(self, identities: Identities, clock: Callable[[], float]) -> None:
        self._identities = identities
        self._clock = clock
        self._nonces: dict[tuple[str, str], float] = {}

    async def find_sender(self, request: SignedRequest) -> Identity:
        """The identity whose key signed the request. Raises RpcFault with the platform's code for what is wrong."""
        form = signature_v1 if signature_v1.carries_parameters(request) else signature_acs3
        claim = form.read_claim(request)
        self._check_date(claim)
        identity = await self._identities.find(claim.access_key_id)
        if identity is None:
            raise RpcFault("InvalidAccessKeyId.NotFound", f"The AccessKey {claim.access_key_id!r} does not exist.")
        self._check_token(claim, identity)
        # Bytes: compare_digest refuses text outside ASCII, and a stranger may send any.
        if not hmac.compare_digest(claim.sign(identity.secret).encode(), claim.signature.encode("utf-8", "replace")):
            raise RpcFault("SignatureDoesNotMatch", claim.mismatch)
        self._check_nonce(claim)
        return identity

    def _check_date(self, claim: Claim) -> None:
        now = self._clock()
        if abs(now - claim.signed_at) > MAX_SKEW_SECONDS:
            raise RpcFault(
                "InvalidTimeStamp.Expired",
                f"The call's date {write_utc(claim.signed_at)} is more than 15 minutes away from the time here, "
                f"{write_utc(now)}.",
            )

    def _check_token(self, claim: Claim, identity: Identity) -> None:
        match identity.reject(claim.security_token, self._clock()):
            case None:
                pass
            case CredentialRejection.UNKNOWN if claim.security_token is None:
                raise RpcFault("MissingSecurityToken", "A temporary key needs its security token with every call.")
            case CredentialRejection.UNKNOWN | CredentialRejection.WRONG_TOKEN:
                raise RpcFault(
                    "InvalidSecurityToken.MismatchWithAccessKey", "The security token does not belong to this key."
                )
            case CredentialRejection.EXPIRED:
                raise RpcFault("InvalidSecurityToken.Expired", "The temporary credentials have expired.")

    def _check_nonce(self, claim: Claim) -> None:
        now = self._clock()
        nonce = (claim.access_key_id, claim.nonce)
        if self._nonces.pop(nonce, 0.0) > now:
            self._nonces[nonce] = now + 2 * MAX_SKEW_SECONDS
            raise RpcFault("SignatureNonceUsed", "The signature's nonce was used before.")
        # Insertion order is order of expiry as long as the clock runs forward: forget from the front.
        for old, expires_at in list(islice(self._nonces.items(), 2)):
            if expires_at <= now or len(self._nonces) >= _REMEMBERED_NONCES:
                del self._nonces[old]
        # A date may lie 15 minutes ahead: it is accepted for twice the skew.
        self._nonces[nonce] = now + 2 * MAX_SKEW_SECONDS
