"""OSS signature version 1: HMAC-SHA1, in the Authorization header or in the query of a signed URL.

Own reading of the published algorithm. StringToSign is VERB, Content-MD5, Content-Type, Date (or Expires, in a URL),
one per line, then the x-oss- headers by name as ``name:value`` lines, then ``/bucket/key?`` with the sub-resources.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

from ims_mcp.http_date import read_http_date
from ims_mcp.local.identity import Identity
from ims_mcp.local.oss.errors import access_denied, invalid_argument
from ims_mcp.local.oss.request import Claim, Request, check_expiry, check_skew
from ims_mcp.local.wire_values import read_whole_number

# Query parameters that count as part of the resource. Source: the OSS page on header signatures, and what the official
# Python (both), Go (both), PHP and Java clients sign.
SUBRESOURCES = frozenset(
    """
    MetaQuery accessPoint accessPointConfigForObjectProcess accessPointForObjectProcess accessPointPolicy
    accessPointPolicyForObjectProcess acl append asyncFetch bucketArchiveDirectRead bucketInfo callback callback-var
    cleanRestoredObject cloudboxes cname comp continuation-token cors dataPipeline delete encryption endTime group
    httpsConfig img inventory inventoryId legalHold lifecycle link live location logging metaQuery objectInfo objectMeta
    objectWorm overwriteConfig partNumber policy policyStatus position processConfiguration publicAccessBlock qos
    qosInfo qosRequester redundancyTransition referer regionList regions replication replicationLocation
    replicationProgress requestPayment requesterQosInfo resourceGroup resourcePool resourcePoolBuckets resourcePoolInfo
    response-cache-control response-content-disposition response-content-encoding response-content-language
    response-content-type response-expires responseHeader restore retention rtc seal security-token sequential startTime
    stat status style styleName symlink tagging transferAcceleration udf udfApplication udfApplicationLog udfId udfImage
    udfImageDesc udfName uploadId uploads userDefinedLogFieldsConfig versionId versioning versions vip vod vpcip website
    withHashContext worm wormExtend wormId x-oss-ac-forward-allow x-oss-ac-source-ip x-oss-ac-subnet-mask
    x-oss-ac-vpc-id x-oss-access-point-name x-oss-async-process x-oss-delete x-oss-dir x-oss-enable-md5
    x-oss-enable-sha1 x-oss-enable-sha256 x-oss-hash-ctx x-oss-md5-ctx x-oss-process x-oss-redundancy-transition-taskid
    x-oss-rename x-oss-request-payer x-oss-target-redundancy-type x-oss-traffic-limit x-oss-write-get-object-response
    """.split()  # noqa: SIM905 - ninety quoted names would hide what is in the list
)

# The newer clients sign these, the older ones send some of them unsigned: OSS takes both.
_SOMETIMES_SIGNED = frozenset(
    """
    MetaQuery accessPointConfigForObjectProcess accessPointForObjectProcess accessPointPolicyForObjectProcess
    cleanRestoredObject cloudboxes dataPipeline img legalHold objectWorm overwriteConfig policyStatus
    processConfiguration regions responseHeader retention rtc seal udfId userDefinedLogFieldsConfig vip vpcip
    withHashContext x-oss-enable-md5 x-oss-enable-sha1 x-oss-enable-sha256 x-oss-hash-ctx x-oss-md5-ctx
    """.split()  # noqa: SIM905 - as above
)


def read_header_claim(request: Request, authorization: str, now: float) -> Claim:
    """From ``Authorization: OSS id:signature``. AccessDenied without a date, RequestTimeTooSkewed with a far one."""
    access_key_id, colon, signature = authorization.removeprefix("OSS ").strip().rpartition(":")
    if not colon or not access_key_id:
        raise invalid_argument("Authorization", "", "The Authorization header reads: OSS AccessKeyId:Signature.")
    date = request.get_header("x-oss-date") or request.get_header("date") or ""
    sent_at = read_http_date(date)
    if sent_at is None:
        raise access_denied("A signed request needs a valid Date header.")
    check_skew(sent_at, now)
    # Some clients leave the prefix out of the header's name.
    token = request.get_header("x-oss-security-token") or request.get_header("security-token")
    return _make_claim(request, access_key_id, token, signature, date)


def read_query_claim(request: Request, now: float) -> Claim:
    """From OSSAccessKeyId, Expires (epoch seconds) and Signature in the query. AccessDenied once it has expired."""
    access_key_id = request.get_parameter("OSSAccessKeyId")
    expires = request.get_parameter("Expires")
    signature = request.get_parameter("Signature")
    if not access_key_id or not expires or not signature:
        raise access_denied("A signed URL needs OSSAccessKeyId, Expires and Signature, all three.")
    expires_at = read_whole_number(expires)
    if expires_at is None:
        raise access_denied("Expires in a signed URL is a number of seconds since 1970.")
    check_expiry(expires_at, now)
    token = request.get_parameter("security-token") or request.get_header("x-oss-security-token")
    return _make_claim(request, access_key_id, token, signature, expires)


def read_form_claim(fields: Mapping[str, str]) -> Claim:
    """From OSSAccessKeyId, policy and Signature among the fields of a form: the policy is what is signed."""
    policy = fields.get("policy", "")
    return Claim(
        fields.get("ossaccesskeyid", ""),
        fields.get("x-oss-security-token"),
        fields.get("signature", ""),
        policy,
        lambda secret: _compute_signature(secret, policy.encode()),
    )


def sign_url(base_url: str, bucket: str, key: str, identity: Identity, *, expires: int) -> str:
    """A path-style URL anybody may GET until ``expires`` (epoch seconds).

    ``base_url`` is scheme, host and port. A temporary identity's token is part of the URL.
    """
    parameters = {} if identity.security_token is None else {"security-token": identity.security_token}
    resource = f"/{bucket}/{key}" + _write_subresources(list(parameters.items()))
    signature = _compute_signature(identity.secret, f"GET\n\n\n{expires}\n{resource}".encode())
    parameters = {
        "OSSAccessKeyId": identity.access_key_id,
        "Expires": str(expires),
        "Signature": signature,
        **parameters,
    }
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
    # Clients resolve "." and ".." between slashes before they send: such a key keeps its slashes encoded.
    dotted = any(segment in (".", "..") for segment in key.split("/"))
    return f"{base_url.rstrip('/')}/{bucket}/{quote(key, safe='' if dotted else '/')}?{query}"


def _make_claim(request: Request, access_key_id: str, token: str | None, signature: str, date: str) -> Claim:
    oss_headers = sorted(
        (name, value.strip(" \t")) for name, value in request.headers.items() if name.startswith("x-oss-")
    )
    path = "/" if request.bucket is None else f"/{request.bucket}/{request.key or ''}"
    resource = path + _write_subresources(list(request.query))
    lines = [request.method, request.get_header("content-md5") or "", request.get_header("content-type") or "", date]
    head = "\n".join(lines) + "\n" + "".join(f"{name}:{value}\n" for name, value in oss_headers)
    # Headers are the bytes that travelled (Latin-1 text here), the resource is UTF-8.
    signed = head.encode("latin-1") + resource.encode()
    older = [(name, value) for name, value in request.query if name not in _SOMETIMES_SIGNED]
    signed_by_older = head.encode("latin-1") + (path + _write_subresources(older)).encode()

    def sign(secret: str) -> str:
        by_older = _compute_signature(secret, signed_by_older)
        return (
            by_older
            if hmac.compare_digest(by_older.encode(), signature.encode())
            else _compute_signature(secret, signed)
        )

    return Claim(access_key_id, token, signature, head + resource, sign)


def _write_subresources(query: list[tuple[str, str]]) -> str:
    counted = sorted((name, value) for name, value in query if name in SUBRESOURCES)
    text = "&".join(f"{name}={value}" if value else name for name, value in counted)
    return f"?{text}" if text else ""


def _compute_signature(secret: str, text: bytes) -> str:
    return base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha1).digest()).decode("ascii")
