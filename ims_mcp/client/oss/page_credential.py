"""With what addresses are signed that a web page gets, on this machine.

The embedded IMS has a key pair that everybody knows: its signature says nothing of who wrote an address, so its OSS
shows pages of other origins only what a temporary credential has signed. One that may read, and nothing else.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from ims_mcp.client.answers import CallContext, Reply
from ims_mcp.client.credentials import Credential
from ims_mcp.client.ims import ImsClient
from ims_mcp.client.retry import Attempt
from ims_mcp.client.wire import EncodedRequest

_STS_VERSION = "2015-04-01"
_SECONDS = 4 * 3600
_READS = {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "oss:GetObject", "Resource": "*"}]}
_ROLE = {"RoleArn": "acs:ram::1000000000000000:role/viewer", "RoleSessionName": "viewer"}
_ANSWER_SECONDS = 5.0


@dataclass(slots=True)
class _Borrowed:
    """The last one, for the service at ``endpoint``."""

    endpoint: str = ""
    credential: Credential | None = None
    ends_at: float = 0.0


async def find_page_credential(client: ImsClient, endpoint: str, own: Credential, seconds: int) -> Credential:
    """One for the embedded IMS at ``endpoint`` that is good for so many seconds; ``own`` where it gives none."""
    held = client.keep(_Borrowed, _Borrowed)
    now = client.service_clock.now()
    if held.credential is None or held.endpoint != endpoint or held.ends_at - now < seconds:
        answer = await _assume(client, endpoint, own)
        given: Any = answer.get("Credentials")
        if not isinstance(given, dict):
            return own
        parts = [str(given.get(name, "")) for name in ("AccessKeyId", "AccessKeySecret", "SecurityToken")]  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - raw JSON
        held.endpoint, held.credential = endpoint, Credential(parts[0], parts[1], parts[2])
        held.ends_at = _read_moment(given.get("Expiration"))  # pyright: ignore[reportUnknownMemberType] - raw JSON
    return held.credential


async def _assume(client: ImsClient, endpoint: str, own: Credential) -> dict[str, Any]:
    """The answer of AssumeRole, or an empty one."""
    parameters = {**_ROLE, "DurationSeconds": str(_SECONDS), "Policy": json.dumps(_READS)}
    query = urlencode(parameters, quote_via=quote, safe="~")
    request = EncodedRequest("AssumeRole", "POST", query, parameters, version=_STS_VERSION)
    context = CallContext("AssumeRole", urlsplit(endpoint).netloc, secrets=own.secrets, key_id=own.access_key_id)
    transport = await client.open_transport(endpoint)
    outcome = await transport.send(
        endpoint,
        request,
        own,
        context,
        now=client.service_clock.now(),
        attempt=Attempt(),
        connect_seconds=_ANSWER_SECONDS,
        silence_seconds=_ANSWER_SECONDS,
    )
    return outcome.data if isinstance(outcome, Reply) else {}


def _read_moment(text: Any) -> float:
    try:
        return datetime.fromisoformat(str(text)).timestamp()
    except ValueError:
        return time.time()
