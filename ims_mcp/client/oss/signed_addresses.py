"""Signed addresses of objects that lie beside one whose address the service gave, made with the account's credential.

Importing it imports oss2 (0.3 s): it is imported in a thread, by the first playlist.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from ims_mcp.client.credentials import Credential
from ims_mcp.client.oss.place import ObjectPlace
from ims_mcp.logs import silence_libraries

oss2: Any = importlib.import_module("oss2")  # by name: it has no types

silence_libraries()


def sign_addresses(
    place: ObjectPlace, keys: Sequence[str], credential: Credential, seconds: int, now: Callable[[], float]
) -> list[str]:
    """An address for each of ``keys`` in the bucket of ``place``, that anybody may GET for so many seconds.

    ``now`` is the service's time. Signed with V4 where the endpoint names its region. Nothing is sent.
    """
    provider = oss2.credentials.StaticCredentialsProvider(
        credential.access_key_id, credential.access_key_secret, credential.security_token or ""
    )
    signer = (_SignerV4 if place.region else _SignerV1)(provider)
    signer.now = now
    bucket = oss2.Bucket(
        signer, place.endpoint, place.bucket, region=place.region or None, is_verify_object_strict=False
    )
    try:
        return [str(bucket.sign_url("GET", key, seconds, slash_safe=True)) for key in keys]
    finally:
        bucket.session.session.close()


class _SignerV1(oss2.ProviderAuth):
    """As its base signs, but by the service's time: oss2 asks this machine's clock, which can be wrong."""

    now: Callable[[], float]

    def _sign_url(self, req: Any, bucket_name: str, key: str, expires: int) -> str:
        base: Any = super()
        return base._sign_url(req, bucket_name, key, expires + round(self.now() - time.time()))


class _SignerV4(oss2.ProviderAuthV4):
    """The same for the newer way of signing."""

    now: Callable[[], float]

    def _sign_url(self, req: Any, bucket_name: str, key: str, expires: int, in_additional_headers: Any = None) -> str:
        del in_additional_headers
        credentials: Any = self.credentials_provider.get_credentials()
        if token := credentials.get_security_token():
            req.params["x-oss-security-token"] = token
        moment = datetime.fromtimestamp(self.now(), UTC).strftime("%Y%m%dT%H%M%SZ")
        scope = self._ProviderAuthV4__get_scope(moment[:8], req)
        req.params["x-oss-date"] = moment
        req.params["x-oss-expires"] = str(expires)
        req.params["x-oss-signature-version"] = "OSS4-HMAC-SHA256"
        req.params["x-oss-credential"] = f"{credentials.get_access_key_id()}/{scope}"
        req.params["x-oss-signature"] = self._ProviderAuthV4__make_signature(
            req, bucket_name, key, None, credentials, moment
        )
        query = (oss2.auth._param_to_quoted_query(name, value) for name, value in req.params.items())
        return f"{req.url}?{'&'.join(query)}"
