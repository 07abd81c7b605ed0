"""OSS signature version 4: OSS4-HMAC-SHA256, in the Authorization header or in the query of a signed URL.

Own reading of the published algorithm. CanonicalRequest is the method, the encoded ``/bucket/key`` with its slashes
kept, the encoded query by name, the signed headers as ``name:value`` lines, the names of the additional ones, and
the payload's hash, which OSS only takes as UNSIGNED-PAYLOAD. Its SHA-256 is signed together with the time and the scope
``date/region/oss/aliyun_v4_request``, under a key derived from the secret by that scope.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from ims_mcp.http_date import read_http_date
from ims_mcp.local.oss.errors import OssError, access_denied, invalid_argument
from ims_mcp.local.oss.request import Claim, Request, check_expiry, check_skew
from ims_mcp.local.wire_values import read_whole_number

ALGORITHM = "OSS4-HMAC-SHA256"
_UNSIGNED = "UNSIGNED-PAYLOAD"
_MAX_EXPIRES_SECONDS = 604_800
_TIME = "%Y%m%dT%H%M%SZ"
_ALWAYS_SIGNED = ("content-type", "content-md5")
_EC_OF_WRONG_SCOPE = {"region": "0002-00000226", "product": "0002-00000227"}
WrongScope = Callable[[str], OssError]
"""What to say of a region or product that is another's."""


def read_header_claim(request: Request, authorization: str, region: str, now: float) -> Claim:
    """From ``Authorization: OSS4-HMAC-SHA256 Credential=…, Signature=…[, AdditionalHeaders=a;b]``."""
    fields: dict[str, str] = {}
    for part in authorization.removeprefix(ALGORITHM).split(","):
        name, _, value = part.strip().partition("=")
        fields[name] = value
    if not fields.get("Credential") or not fields.get("Signature"):
        raise invalid_argument("Authorization", "", f"{ALGORITHM} needs a Credential and a Signature.")
    if request.get_header("x-oss-content-sha256") != _UNSIGNED:
        raise invalid_argument(
            "x-oss-content-sha256",
            request.get_header("x-oss-content-sha256") or "",
            f"The value has to be {_UNSIGNED}.",
        )
    time_text = request.get_header("x-oss-date")
    moment = _read_moment(time_text or "") if time_text is not None else None
    if moment is None:
        # Older clients sign the HTTP date, as it stands in its header.
        time_text = request.get_header("date") or ""
        moment = read_http_date(time_text)
    if moment is None:
        raise access_denied("A signed request needs a valid x-oss-date or Date header.")
    check_skew(moment, now)
    return _make_claim(
        request,
        credential=fields["Credential"],
        signature=fields["Signature"],
        additional=fields.get("AdditionalHeaders", ""),
        token=request.get_header("x-oss-security-token"),
        time_text=time_text or "",
        moment=moment,
        region=region,
        wrong_scope=lambda what: invalid_argument(
            "Credential",
            fields["Credential"],
            f"Invalid signing {what} in Authorization header.",
            ec=_EC_OF_WRONG_SCOPE[what],
        ),
    )


def read_query_claim(request: Request, region: str, now: float) -> Claim:
    """From x-oss-credential, x-oss-date, x-oss-expires (seconds) and x-oss-signature in the query."""
    values = {
        name: request.get_parameter(f"x-oss-{name}") or "" for name in ("credential", "date", "expires", "signature")
    }
    if not all(values.values()):
        raise access_denied("A signed URL needs x-oss-credential, x-oss-date, x-oss-expires and x-oss-signature.")
    lifetime_seconds = read_whole_number(values["expires"], 1, _MAX_EXPIRES_SECONDS)
    if lifetime_seconds is None:
        raise invalid_argument("x-oss-expires", values["expires"], f"The value is 1 to {_MAX_EXPIRES_SECONDS} seconds.")
    signed_at = _read_moment(values["date"])
    if signed_at > now:
        check_skew(signed_at, now)
    check_expiry(signed_at + lifetime_seconds, now)
    return _make_claim(
        request,
        credential=values["credential"],
        signature=values["signature"],
        additional=request.get_parameter("x-oss-additional-headers") or "",
        token=request.get_parameter("x-oss-security-token") or request.get_header("x-oss-security-token"),
        time_text=values["date"],
        moment=signed_at,
        region=region,
        wrong_scope=_in_credential(values["credential"]),
    )


def read_form_claim(fields: Mapping[str, str], region: str, now: float) -> Claim:
    """From x-oss-credential, x-oss-date and x-oss-signature in a form: its policy is what is signed."""
    credential, time_text = fields.get("x-oss-credential", ""), fields.get("x-oss-date", "")
    signed_at = _read_moment(time_text)
    if signed_at > now:
        check_skew(signed_at, now)
    check_expiry(signed_at + _MAX_EXPIRES_SECONDS, now)
    access_key_id, scope = _split_credential(credential, signed_at, region, _in_credential(credential))
    policy = fields.get("policy", "")
    return Claim(
        access_key_id,
        fields.get("x-oss-security-token"),
        fields.get("x-oss-signature", ""),
        policy,
        lambda secret: _sign(secret, scope, policy),
    )


def _in_credential(credential: str) -> WrongScope:
    return lambda what: invalid_argument("Credential", credential, f"The signing {what} in credential is invalid.")


def _make_claim(
    request: Request,
    *,
    credential: str,
    signature: str,
    additional: str,
    token: str | None,
    time_text: str,
    moment: float,
    region: str,
    wrong_scope: WrongScope,
) -> Claim:
    access_key_id, scope = _split_credential(credential, moment, region, wrong_scope)
    names = sorted({name for name in additional.lower().split(";") if name})
    for name in names:
        if name not in request.headers:
            raise invalid_argument("AdditionalHeaders", name, "The request has no header of a name that was signed.")
    canonical = _write_canonical_request(request, names)
    text = "\n".join([ALGORITHM, time_text, "/".join(scope), hashlib.sha256(canonical).hexdigest()])

    shown = f"{text}\n{canonical.decode('utf-8', 'replace')}"
    return Claim(access_key_id, token, signature, shown, lambda secret: _sign(secret, scope, text))


def _split_credential(credential: str, moment: float, region: str, wrong_scope: WrongScope) -> tuple[str, list[str]]:
    """The key id, and the scope that the signing key is derived by."""
    access_key_id, *scope = credential.rsplit("/", 4)
    day = datetime.fromtimestamp(moment, UTC).strftime("%Y%m%d")
    if len(scope) != 4 or scope[3] != "aliyun_v4_request" or scope[0] != day:
        raise invalid_argument(
            "Credential",
            credential,
            "The credential reads AccessKeyId/date of x-oss-date/region/oss/aliyun_v4_request.",
        )
    if scope[2] != "oss":
        raise wrong_scope("product")
    if scope[1] != region:
        raise wrong_scope("region")
    return access_key_id, scope


def _sign(secret: str, scope: Sequence[str], text: str) -> str:
    key = f"aliyun_v4{secret}".encode()
    for step in (*scope, text):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return key.hex()


def _write_canonical_request(request: Request, additional: list[str]) -> bytes:
    resource = "/" if request.bucket is None else f"/{request.bucket}/{request.key or ''}"
    query = sorted(
        (encode_percent(name), encode_percent(value)) for name, value in request.query if name != "x-oss-signature"
    )
    signed = sorted(
        (name, value.strip(" \t"))
        for name, value in request.headers.items()
        if name.startswith("x-oss-") or name in _ALWAYS_SIGNED or name in additional
    )
    before = [
        request.method,
        quote(resource, safe="/-_.~"),
        "&".join(f"{name}={value}" if value else name for name, value in query),
    ]
    after = [";".join(additional), request.get_header("x-oss-content-sha256") or _UNSIGNED]
    # Headers are the bytes that travelled (Latin-1 text here); the rest is ASCII by now.
    headers = "".join(f"{name}:{value}\n" for name, value in signed).encode("latin-1")
    return "\n".join(before).encode() + b"\n" + headers + b"\n" + "\n".join(after).encode("latin-1")


def encode_percent(text: str) -> str:
    """Percent-encoded as the canonical query wants it: all but A-Z a-z 0-9 - _ . ~."""
    return quote(text, safe="-_.~")


def _read_moment(time_text: str) -> float:
    try:
        return datetime.strptime(time_text, _TIME).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise invalid_argument("x-oss-date", time_text, "The time reads 20240131T235959Z.") from None
