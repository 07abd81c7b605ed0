"""Temporary cloud credentials that a caller brings: used for that request, over TLS or loopback, and kept nowhere."""

from __future__ import annotations

import gc
import logging
from typing import Any

import pytest
from starlette.requests import HTTPConnection

from ims_mcp.client.credentials import Credential
from ims_mcp.server.http.header_credentials import HeaderCredentials
from ims_mcp.server.http.refusals import Refusal
from ims_mcp.settings import Settings, SettingsError
from tests.client.scripted_service import Answer, ScriptedService
from tests.http.served import NameGate, call, served

ASK = ("get_media_info", {"MediaId": "a" * 32})
KEY_ID, SECRET, TOKEN = "STS.CarriedKeyId0001", "CarriedSecret0000000000000001", "CarriedToken" * 20
CARRIED = {"X-Ims-Access-Key-Id": KEY_ID, "X-Ims-Access-Key-Secret": SECRET, "X-Ims-Security-Token": TOKEN}
TAKEN = HeaderCredentials(is_taken=True)


@pytest.mark.anyio
async def test_they_sign_the_request_they_came_with_and_no_other(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with ScriptedService(usual=Answer(body={"MediaInfo": {}})) as service:
        async with served(service.url, carried=TAKEN) as to:
            for headers in (CARRIED, {}):
                answer = await call(to.url, *ASK, headers=headers)
                assert answer.status_code == 200
                assert SECRET not in answer.text
    first, second = service.arrived
    assert f"Credential={KEY_ID}," in first.headers["authorization"]
    assert first.headers["x-acs-security-token"] == TOKEN
    assert f"Credential={KEY_ID}," not in second.headers["authorization"]
    assert "x-acs-security-token" not in second.headers
    assert not any(part in caplog.text for part in (KEY_ID, SECRET, TOKEN))
    gc.collect()
    kept = [found for found in gc.get_objects() if isinstance(found, Credential) and found.access_key_id == KEY_ID]
    assert kept == []


@pytest.mark.anyio
async def test_what_is_remembered_of_one_is_not_remembered_for_another() -> None:
    """SearchMedia refused for good is remembered, as of the account that it was refused to."""
    refused = Answer(status=403, body={"Code": "Forbidden.SubscriptionRequired", "Message": "no"})
    with ScriptedService(
        usual=lambda request: refused if request.action == "SearchMedia" else Answer(body={"MediaInfos": []})
    ) as service:
        async with served(service.url, carried=TAKEN) as to:
            for headers in (CARRIED, {**CARRIED, "X-Ims-Access-Key-Id": "STS.Another"}):
                await call(to.url, "find_media", {"text": "lighthouse"}, headers=headers)
    assert [request.action for request in service.arrived].count("SearchMedia") == 2


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("headers", "status", "words"),
    [
        ({**CARRIED, "X-Ims-Security-Token": ""}, 400, "X-Ims-Security-Token is missing"),
        ({"X-Ims-Access-Key-Id": KEY_ID}, 400, "X-Ims-Access-Key-Secret is missing"),
        ({**CARRIED, "X-Ims-Access-Key-Secret": "with a blank"}, 400, "no part of a credential"),
        ({**CARRIED, "X-Forwarded-Proto": "http"}, 403, "not encrypted"),
        ({**CARRIED, "X-Forwarded-Proto": "https, http"}, 403, "not encrypted"),
    ],
)
async def test_what_is_not_whole_temporary_and_unseen_is_refused(
    headers: dict[str, str], status: int, words: str
) -> None:
    with ScriptedService() as service:
        async with served(service.url, carried=TAKEN) as to:
            answer = await call(to.url, *ASK, headers=headers)
    assert (answer.status_code, service.count) == (status, 0)
    assert words in answer.json()["error"]["message"]
    assert SECRET not in answer.text


@pytest.mark.anyio
async def test_without_the_option_they_are_refused_and_not_passed_over() -> None:
    with ScriptedService() as service:
        async with served(service.url) as to:
            answer = await call(to.url, *ASK, headers=CARRIED)
    assert (answer.status_code, service.count) == (400, 0)
    assert "--header-credentials" in answer.json()["error"]["message"]


@pytest.mark.anyio
async def test_they_are_no_token_for_this_server_and_no_way_round_read_only() -> None:
    with ScriptedService() as service:
        async with served(service.url, carried=TAKEN, gate=NameGate(), settings=Settings(read_only=True)) as to:
            assert (await call(to.url, *ASK, headers=CARRIED)).status_code == 401
            write = await call(to.url, "register_media_info", {"InputURL": "oss://b/k"}, caller="ann", headers=CARRIED)
            assert "read-only mode" in write.text
            url = f"{to.url}/readonly"
            narrowed = await call(url, "register_media_info", {"InputURL": "oss://b/k"}, caller="ann", headers=CARRIED)
            assert "read-only mode" in narrowed.text
    assert service.count == 0


def carried_from(peer: str, headers: dict[str, str], proxies: tuple[str, ...] = (), scheme: str = "http") -> int:
    """200, or the status of the refusal."""
    raw = [(name.lower().encode(), value.encode()) for name, value in {**CARRIED, **headers}.items()]
    scope: dict[str, Any] = {"type": "http", "scheme": scheme, "client": (peer, 1), "headers": raw, "path": "/mcp"}

    class _Alone:
        accesses = (type("_Access", (), {"regions": ("cn-shanghai",)}),)

    try:
        found = HeaderCredentials(proxies, is_taken=True).find_reach(HTTPConnection(scope), _Alone())  # pyright: ignore
    except Refusal as refusal:
        return refusal.status
    assert found is not None
    return 200


@pytest.mark.parametrize(
    ("peer", "headers", "proxies", "scheme", "status"),
    [
        ("10.0.0.7", {}, (), "https", 200),
        ("10.0.0.7", {}, (), "http", 403),
        ("10.0.0.7", {"X-Forwarded-Proto": "https"}, (), "http", 403),
        ("10.0.0.7", {"X-Forwarded-Proto": "https"}, ("10.0.0.0/24",), "http", 200),
        ("10.0.0.7", {"X-Forwarded-Proto": "https"}, ("fd00::/8", "10.0.0.7"), "http", 200),
        ("10.0.1.7", {"X-Forwarded-Proto": "https"}, ("10.0.0.0/24",), "http", 403),
        ("10.0.0.7", {}, ("10.0.0.0/24",), "http", 403),
        ("10.0.0.7", {"X-Forwarded-Proto": "http"}, ("10.0.0.0/24",), "http", 403),
        ("::1", {}, (), "http", 200),
        ("127.0.0.1", {"X-Forwarded-Proto": "HTTPS"}, (), "http", 200),
    ],
)
def test_only_tls_and_this_machine_count_as_unseen(
    peer: str, headers: dict[str, str], proxies: tuple[str, ...], scheme: str, status: int
) -> None:
    assert carried_from(peer, headers, proxies, scheme) == status


def test_a_proxy_that_is_no_address_is_refused_at_the_start() -> None:
    with pytest.raises(SettingsError, match=r"proxy\.example"):
        HeaderCredentials(["proxy.example"])
