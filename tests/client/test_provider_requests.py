"""Requests for credentials take the way of all others, through the installed official library."""

from __future__ import annotations

import ssl
import time
from pathlib import Path
from typing import Any

import anyio
import pytest
import trustme

from ims_mcp.client.credentials import Credential, ProviderChain
from ims_mcp.errors import CredentialsError
from tests.client.conftest import KEY_ID, SECRET, TOKEN
from tests.client.scripted_service import Answer, ScriptedService, unused_port
from tests.client.test_credentials import uri_answer, write_cli_profile
from tests.client.test_proxy import ConnectProxy

SIGN_IN_HOST = "signin.example"


def test_loopback_is_asked_directly_whatever_proxy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_port()}")
    with ScriptedService(usual=uri_answer(3600)) as service:
        environ = {"HOME": str(tmp_path), "ALIBABA_CLOUD_CREDENTIALS_URI": f"{service.url}/keys"}
        assert anyio.run(ProviderChain(environ).get) == Credential(KEY_ID, SECRET, TOKEN)


def test_the_metadata_service_is_asked_directly_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, connections: list[Any]
) -> None:
    with ScriptedService() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        with pytest.raises(CredentialsError, match="the metadata service of ECS could not be reached"):
            anyio.run(ProviderChain({"HOME": str(tmp_path)}, ecs_role="role").get)
        assert proxy.count == 0
    assert {address[0] for address in connections} == {"100.100.100.200"}


def test_a_redirection_is_not_followed(tmp_path: Path) -> None:
    with ScriptedService(usual=uri_answer(3600)) as elsewhere:
        with ScriptedService(usual=Answer(307, b"", {"location": f"{elsewhere.url}/keys"})) as service:
            environ = {"HOME": str(tmp_path), "ALIBABA_CLOUD_CREDENTIALS_URI": f"{service.url}/keys"}
            with pytest.raises(CredentialsError, match="the address answered HTTP 307"):
                anyio.run(ProviderChain(environ).get)
        assert elsewhere.count == 0


def write_sso_profile(home: Path) -> dict[str, str]:
    write_cli_profile(
        home,
        {
            "name": "sso",
            "mode": "CloudSSO",
            "cloud_sso_sign_in_url": f"https://{SIGN_IN_HOST}:443/start",
            "cloud_sso_account_id": "1",
            "cloud_sso_access_config": "ac",
            "access_token": TOKEN,
            "cloud_sso_access_token_expire": int(time.time()) + 3600,
        },
    )
    return {"HOME": str(home)}


@pytest.mark.parametrize("known", [True, False], ids=["known authority", "unknown authority"])
def test_a_login_service_is_asked_by_the_proxy_and_believed_by_the_authorities_of_all_requests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(SIGN_IN_HOST).configure_cert(server)
    (authority if known else trustme.CA()).cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    answer = {
        "CloudCredential": {
            "AccessKeyId": KEY_ID,
            "AccessKeySecret": SECRET,
            "SecurityToken": TOKEN,
            "Expiration": "2099-01-01T00:00:00Z",
        }
    }
    environ = write_sso_profile(tmp_path)

    async def main() -> None:
        with ScriptedService(usual=Answer(body=answer), tls=server) as service:
            async with ConnectProxy(service.port).running() as proxy:
                monkeypatch.setenv("https_proxy", proxy.url)
                chain = ProviderChain(environ)
                if known:
                    assert await chain.get() == Credential(KEY_ID, SECRET, TOKEN)
                else:
                    with pytest.raises(CredentialsError, match="its certificate is not accepted; SSL_CERT_FILE"):
                        await chain.get()
                    assert service.count == 0
                assert set(proxy.asked_for) == {f"{SIGN_IN_HOST}:443"}

    anyio.run(main)


def test_a_proxy_that_cannot_be_used_is_named_as_for_every_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://user:RecognisablePassword@127.0.0.1:port")
    with pytest.raises(CredentialsError, match="https_proxy names a proxy that cannot be used") as caught:
        anyio.run(ProviderChain(write_sso_profile(tmp_path)).get)
    assert "RecognisablePassword" not in caught.value.explain()
