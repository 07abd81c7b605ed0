"""Who is calling, and what the caller may touch: the one place where both are decided."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from ims_mcp.local.identity import CredentialRejection, Identities, Identity
from ims_mcp.local.oss import signature_v1, signature_v4
from ims_mcp.local.oss.errors import OssError, access_denied, invalid_argument
from ims_mcp.local.oss.request import Claim, Request
from ims_mcp.local.policy import Policy

_V1_QUERY = ("OSSAccessKeyId", "Signature")


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated sender of a request."""

    identity: Identity

    def require(self, action: str, bucket: str | None, key: str | None) -> None:
        """AccessDenied unless the identity may do this (``oss:PutObject``) to the key, or to the bucket itself."""
        resource = "" if bucket is None else bucket if key is None else f"{bucket}/{key}"
        if not self.identity.may(action, resource):
            # Clients look for the service's own sentence.
            raise access_denied(
                f"Access denied by authorizer's policy. The temporary credential does not allow {action} here."
            )


NOBODY = Caller(Identity("", "", policy=Policy(())))
"""The sender of a request that is answered without a signature: may do nothing that is asked for."""


async def authenticate(request: Request, identities: Identities, *, region: str, now: float) -> Caller:
    """The caller that the request's signature proves, or the OssError that says why it proves none."""
    claim = read_claim(request, region=region, now=now)
    if claim is None:
        raise access_denied("Anonymous access is not allowed: sign the request.")
    return await identify(claim, identities, now=now)


async def identify(claim: Claim, identities: Identities, *, now: float) -> Caller:
    """The caller that a signature proves, or the OssError that says why it proves none."""
    identity = await identities.find(claim.access_key_id)
    rejection = CredentialRejection.UNKNOWN if identity is None else identity.reject(claim.security_token or None, now)
    if identity is None or rejection is CredentialRejection.UNKNOWN:
        raise OssError(
            "InvalidAccessKeyId",
            "The OSS Access Key Id you provided does not exist in our records.",
            OSSAccessKeyId=claim.access_key_id,
        )
    if rejection is CredentialRejection.WRONG_TOKEN:
        raise OssError("InvalidSecurityToken", "The security token does not belong to this AccessKey ID.")
    if rejection is CredentialRejection.EXPIRED:
        raise OssError("SecurityTokenExpired", "The security token has expired: ask for a new one.")
    if not hmac.compare_digest(claim.sign(identity.secret).encode(), claim.signature.encode()):
        raise OssError(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your key and signing"
            " method.",
            OSSAccessKeyId=claim.access_key_id,
            StringToSign=_hide_token(claim),
        )
    return Caller(identity)


def read_claim(request: Request, *, region: str, now: float) -> Claim | None:
    """The signature a request carries, in whichever of the four forms; None for an anonymous request."""
    authorization = request.get_header("authorization")
    version = request.get_parameter("x-oss-signature-version")
    in_query = version is not None or any(request.has(name) for name in _V1_QUERY)
    if authorization is not None and in_query:
        raise invalid_argument("Authorization", "", "A request is signed in its header or in its query, not in both.")
    if version == signature_v4.ALGORITHM:
        return signature_v4.read_query_claim(request, region, now)
    if version is not None:
        raise _unknown_version(version)
    if in_query:
        return signature_v1.read_query_claim(request, now)
    if authorization is None:
        return None
    if authorization.startswith("OSS "):
        return signature_v1.read_header_claim(request, authorization, now)
    if authorization.startswith(f"{signature_v4.ALGORITHM} "):
        return signature_v4.read_header_claim(request, authorization, region, now)
    raise _unknown_version(authorization.partition(" ")[0])


def read_form_claim(fields: Mapping[str, str], *, region: str, now: float) -> Claim:
    """The signature that a form carries, in either version. AccessDenied for a form without one."""
    version = fields.get("x-oss-signature-version")
    if version == signature_v4.ALGORITHM:
        return signature_v4.read_form_claim(fields, region, now)
    if version is not None:
        raise _unknown_version(version)
    if not all(fields.get(name) for name in ("policy", "ossaccesskeyid", "signature")):
        raise access_denied("Anonymous access is not allowed: a form needs a policy and its signature.")
    return signature_v1.read_form_claim(fields)


def _unknown_version(name: str) -> OssError:
    return invalid_argument(
        "Authorization",
        name,
        f"Signature version {name} is not known here: sign with V1 (OSS) or V4 (OSS4-HMAC-SHA256).",
    )


def _hide_token(claim: Claim) -> str:
    # The text is for whoever debugs a client, and ends up in logs: the token stays out of it.
    token = claim.security_token
    if not token:
        return claim.signed_text
    return claim.signed_text.replace(token, "***").replace(signature_v4.encode_percent(token), "***")
