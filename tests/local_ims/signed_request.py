"""Requests signed by the official signer, which a test may spoil before or after signing, sent as they are."""

from __future__ import annotations

import hashlib
import http.client
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from alibabacloud_tea_openapi.utils import Utils
from darabonba.request import DaraRequest

from tests.local_ims.server import RunningIms


@dataclass
class Sent:
    """What to sign; ``headers`` replace those a client would send."""

    action: str = "GetCategories"
    method: str = "POST"
    query: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    key: tuple[str, str] = ("local", "local")
    path: str = "/"

    def signed(self, host: str) -> dict[str, str]:
        headers = {
            "host": host,
            "x-acs-action": self.action,
            "x-acs-version": "2020-11-09",
            "x-acs-date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "x-acs-signature-nonce": uuid.uuid4().hex,
            "x-acs-content-sha256": hashlib.sha256(self.body).hexdigest(),
            **self.headers,
        }
        if self.body:
            headers.setdefault("content-type", "application/x-www-form-urlencoded")
        request = DaraRequest()
        request.method, request.pathname, request.query, request.headers = self.method, self.path, self.query, headers
        authorization = Utils.get_authorization(
            request, "ACS3-HMAC-SHA256", hashlib.sha256(self.body).hexdigest(), *self.key
        )
        return {**headers, "Authorization": authorization}

    def target(self) -> str:
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: dict[str, Any]


def send(ims: RunningIms, method: str, target: str, headers: dict[str, str], body: bytes = b"") -> Answer:
    connection = http.client.HTTPConnection(ims.host, timeout=60)
    try:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, json.loads(response.read()))
    finally:
        connection.close()


def ask(ims: RunningIms, sent: Sent, **spoilt: str) -> Answer:
    """Send it; ``spoilt`` headers are changed after signing (underscores for hyphens), an empty one is left out."""
    headers = sent.signed(ims.host) | {name.replace("_", "-"): value for name, value in spoilt.items()}
    return send(ims, sent.method, sent.target(), {name: v for name, v in headers.items() if v}, sent.body)
