"""Every request is signed as the service reads ACS3-HMAC-SHA256, checked with a second reading of the algorithm."""

from __future__ import annotations

import hashlib
import hmac
import re
from urllib.parse import quote

import anyio
import pytest

from ims_mcp.catalogue import get_operation
from ims_mcp.client.credentials import Credential
from tests.client.conftest import CREDENTIAL, NOW, TEMPORARY, MakeClient, Tls
from tests.client.operations import ANONYMOUS, READ, from_facts
from tests.client.scripted_service import Arrived, ScriptedService, refusal
from tests.fixed_credentials import FixedCredentials

AUTHORIZATION = re.compile(r"ACS3-HMAC-SHA256 Credential=(\S+),SignedHeaders=(\S+),Signature=([0-9a-f]{64})")


def computed_signature(request: Arrived, signed_headers: list[str], secret: str) -> str:
    """The signature as the algorithm's description has it, from what arrived."""

    def encoded(text: str) -> str:
        return quote(text, safe="-_.~")

    query = "&".join(f"{encoded(name)}={encoded(value)}" for name, value in sorted(request.query.items()))
    headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in signed_headers)
    digest = hashlib.sha256(request.body).hexdigest()
    canonical = "\n".join([request.method, request.path, query, headers, ";".join(signed_headers), digest])
    to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()


def assert_signed(request: Arrived, credential: Credential) -> None:
    found = AUTHORIZATION.fullmatch(request.headers["authorization"])
    assert found is not None
    signed_headers = found[2].split(";")
    assert found[1] == credential.access_key_id
    assert found[3] == computed_signature(request, signed_headers, credential.access_key_secret)
    must = {name for name in request.headers if name == "host" or name.startswith("x-acs-")}
    must |= {"content-type"} & set(request.headers)
    assert set(signed_headers) == must
    assert request.headers["x-acs-content-sha256"] == hashlib.sha256(request.body).hexdigest()


@pytest.mark.parametrize("credential", [CREDENTIAL, TEMPORARY], ids=["lasting", "temporary"])
@pytest.mark.parametrize("name", ["GetMediaInfo", "SubmitLiveRecordJob", "GetStorageList"])
def test_the_signature_is_what_the_algorithm_gives(name: str, credential: Credential, make_client: MakeClient) -> None:
    arguments = {
        "GetMediaInfo": {"InputURL": "https://example.com/a b+c~*'é中.mp4?x=1&y=%20", "OutputType": ""},
        "SubmitLiveRecordJob": {
            "Name": "名 +",
            "TemplateId": "t",
            "StreamInput": {"Type": "rtmp", "Url": "rtmp://h/a"},
            "RecordOutput": {"Type": "oss", "Bucket": "b"},
        },
        "GetStorageList": {},
    }[name]

    async def main() -> None:
        with ScriptedService() as service:
            async with make_client(service.endpoint, FixedCredentials(credential)) as client:
                await client.call(from_facts(name), arguments)
            assert_signed(service.arrived[0], credential)

    anyio.run(main)


def test_a_signed_request_over_https_arrives_whole(make_client: MakeClient, tls: Tls) -> None:
    async def main() -> None:
        with ScriptedService(tls=tls.server) as service:
            async with make_client(service.endpoint, ssl_context=tls.client) as client:
                reply = await client.call(get_operation("GetMediaInfo"), {"MediaId": "x"})
            assert_signed(service.arrived[0], CREDENTIAL)
            assert reply.request_id
            assert reply.data == {"RequestId": reply.request_id}

    anyio.run(main)


def test_temporary_credentials_send_their_token(make_client: MakeClient) -> None:
    async def main() -> None:
        with ScriptedService() as service:
            async with make_client(service.endpoint, FixedCredentials(TEMPORARY)) as client:
                await client.call(READ, {})
            headers = service.arrived[0].headers
            assert headers["x-acs-security-token"] == TEMPORARY.security_token
            assert headers["x-acs-accesskey-id"] == TEMPORARY.access_key_id

    anyio.run(main)


def test_every_try_has_a_nonce_of_its_own_and_the_injected_time(make_client: MakeClient) -> None:
    async def main() -> None:
        with ScriptedService(refusal(503, "ServiceUnAvailable"), refusal(503, "ServiceUnAvailable")) as service:
            async with make_client(service.endpoint) as client:
                await client.call(READ, {})
            nonces = [request.headers["x-acs-signature-nonce"] for request in service.arrived]
            assert len(nonces) == len(set(nonces)) == 3
            assert {len(nonce) for nonce in nonces} == {32}
            assert {request.headers["x-acs-date"] for request in service.arrived} == {"2025-11-20T08:00:00Z"}
            for request in service.arrived:
                assert_signed(request, CREDENTIAL)

    assert NOW == 1_763_625_600.0
    anyio.run(main)


def test_an_anonymous_operation_is_neither_signed_nor_asks_for_credentials(make_client: MakeClient) -> None:
    class NoCredentials:
        async def get(self) -> Credential:
            raise AssertionError("asked for credentials")

        renew = get

        def describe(self) -> str:
            return ""

    async def main() -> None:
        with ScriptedService() as service:
            async with make_client(service.endpoint, NoCredentials()) as client:
                await client.call(ANONYMOUS, {"MediaId": "a b"})
                await client.call(ANONYMOUS, {})
            first, second = service.arrived
            assert "authorization" not in first.headers
            assert first.query == {
                "MediaId": "a b",
                "Action": "GetPublicThing",
                "Version": "2020-11-09",
                "Format": "json",
                "Timestamp": "2025-11-20T08:00:00Z",
                "SignatureNonce": first.query["SignatureNonce"],
            }
            assert second.query["SignatureNonce"] != first.query["SignatureNonce"]

    anyio.run(main)
