"""Reading ACS3-HMAC-SHA256, which today's SDKs sign with: in the Authorization header, over headers and body.

Written from the description of the algorithm, not from the official signer that clients use, so that the two check
each other.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from urllib.parse import quote

from ims_mcp.local.rpc.claim import Claim, SignedRequest, incomplete
from ims_mcp.local.rpc.service_errors import RpcFault
from ims_mcp.local.wire_values import read_utc

ALGORITHM = "ACS3-HMAC-SHA256"
_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} +Credential=(?P<key>[^,]+), *SignedHeaders=(?P<headers>[^,]+), "
    r"*Signature=(?P<signature>[0-9a-fA-F]+)"
)
_ALWAYS_SIGNED = frozenset({"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce"})


def read_claim(request: SignedRequest) -> Claim:
    """Raises RpcFault with the platform's code for what is missing or misshapen."""
    authorization = _AUTHORIZATION.fullmatch((request.get_header("authorization") or "").strip())
    if authorization is None:
        raise incomplete(f"The Authorization header is missing or not of {ALGORITHM}.")
    signed_headers = authorization["headers"].lower().split(";")
    _check_coverage(request, signed_headers)
    body_hash = request.get_header("x-acs-content-sha256")
    if body_hash is not None and body_hash.lower() != hashlib.sha256(request.body).hexdigest():
        raise RpcFault("SignatureDoesNotMatch", "x-acs-content-sha256 is not the hash of the body that arrived.")
    return Claim(
        authorization["key"],
        request.get_header("x-acs-security-token"),
        nonce=request.get_header("x-acs-signature-nonce") or "",
        signed_at=_read_date(request.get_header("x-acs-date") or ""),
        signature=authorization["signature"].lower(),
        sign=lambda secret: compute_signature(request, signed_headers, secret),
        mismatch="The signature was not made with this key's secret for this call.",
    )


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


def _check_coverage(request: SignedRequest, signed_headers: list[str]) -> None:
    sent = {name for name, _ in request.headers}
    needed = _ALWAYS_SIGNED | {name for name in sent if name.startswith("x-acs-")}
    if left_out := sorted(needed - set(signed_headers)):
        raise incomplete(f"These headers have to be sent and signed: {', '.join(left_out)}.")
    if absent := sorted(set(signed_headers) - sent):
        raise incomplete(f"Signed but not sent: {', '.join(absent)}.")


def _read_date(date: str) -> float:
    try:
        return read_utc(date)
    except ValueError:
        raise RpcFault("InvalidParameter", f"x-acs-date {date!r} is not of the form 2026-01-31T08:00:00Z.") from None
