"""Reading the older RPC signature (SignatureVersion 1.0, HMAC-SHA1): everything stands in the parameters.

Own reading of the published algorithm: the method, ``/`` and all parameters of query and form but Signature itself,
sorted and percent-encoded, are signed with the secret and an ampersand.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from urllib.parse import quote

from ims_mcp.local.rpc.claim import Claim, SignedRequest, incomplete
from ims_mcp.local.rpc.service_errors import RpcFault
from ims_mcp.local.wire_values import read_utc

_NEEDED = ("AccessKeyId", "Signature", "SignatureMethod", "SignatureVersion", "SignatureNonce", "Timestamp")
_METHOD, _VERSION = "HMAC-SHA1", "1.0"
# A browser's toISOString, which ali-oss takes, writes milliseconds as well.
_TIMESTAMP = re.compile(r"(?P<seconds>[0-9T:-]+)(\.[0-9]{1,9})?Z")


def carries_parameters(request: SignedRequest) -> bool:
    """Whether the request is signed, or meant to be, in its parameters and not in its Authorization header."""
    return request.get_header("authorization") is None and any(
        request.get_parameter(name) is not None for name in ("Signature", "AccessKeyId", "SignatureMethod")
    )


def read_claim(request: SignedRequest) -> Claim:
    """Raises RpcFault with the platform's code for what is missing or misshapen."""
    if absent := [name for name in _NEEDED if not request.get_parameter(name)]:
        raise incomplete(f"A signature in the parameters needs {', '.join(absent)} as well.")
    for name, known in (("SignatureMethod", _METHOD), ("SignatureVersion", _VERSION)):
        if (value := request.get_parameter(name)) != known:
            raise incomplete(f"{name} {value!r} is not known here: it has to be {known}.")
    signed_text = write_signed_text(request)
    token = request.get_parameter("SecurityToken") or None
    # The text is for whoever debugs a client, and ends up in logs: the token stays out of it.
    shown = signed_text if token is None else signed_text.replace(_encode(_encode(token)), "***")
    return Claim(
        request.get_parameter("AccessKeyId") or "",
        token,
        nonce=request.get_parameter("SignatureNonce") or "",
        signed_at=_read_timestamp(request.get_parameter("Timestamp") or ""),
        signature=request.get_parameter("Signature") or "",
        sign=lambda secret: compute_signature(signed_text, secret),
        # Official clients look for these words and compare what follows with their own.
        mismatch=f"Specified signature is not matched with our calculation. server string to sign is:{shown}",
    )


def write_signed_text(request: SignedRequest) -> str:
    """StringToSign."""
    pairs = sorted(
        (_encode(name), _encode(value)) for name, value in (*request.query, *request.form) if name != "Signature"
    )
    return f"{request.method}&{_encode('/')}&{_encode('&'.join(f'{name}={value}' for name, value in pairs))}"


def compute_signature(signed_text: str, secret: str) -> str:
    """The signature that goes with a StringToSign, in base64."""
    digest = hmac.new(f"{secret}&".encode(), signed_text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode("ascii")


def _encode(text: str) -> str:
    return quote(text, safe="~")


def _read_timestamp(text: str) -> float:
    found = _TIMESTAMP.fullmatch(text)
    try:
        return read_utc(f"{found['seconds']}Z" if found else text)
    except ValueError:
        raise RpcFault(
            "InvalidTimeStamp.Format", f"Timestamp {text!r} is not of the form 2026-01-31T08:00:00Z."
        ) from None
