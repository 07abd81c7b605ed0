"""Which Hosts, Origins, paths and methods are answered, and how the others are told."""

from __future__ import annotations

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from ims_mcp.server.http.rules import AddressRules
from ims_mcp.settings import SettingsError
from tests.client.scripted_service import ScriptedService
from tests.http.served import MODERN, OLDER, NameGate, call, headers_of, message, served

LIST = message("tools/list")


async def post(url: str, **headers: str) -> httpx2.Response:
    async with httpx2.AsyncClient() as client:
        return await client.post(url, content=LIST, headers=headers_of("tools/list") | headers)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:{port}", 200),
        ("127.0.0.1", 200),
        ("LOCALHOST:{port}", 200),
        ("[::1]:{port}", 200),
        ("mcp.example.com", 200),
        ("MCP.example.com:8443", 200),
        ("fixed.example.com:444", 200),
        ("fixed.example.com", 421),
        ("fixed.example.com:445", 421),
        ("evil.example", 421),
        ("127.0.0.1.evil.example:{port}", 421),
        ("localhost.evil.example", 421),
        ("mcp.example.com.evil.example", 421),
        ("", 421),
    ],
)
async def test_the_host_has_to_be_one_of_this_servers_names(host: str, status: int) -> None:
    async with served(hosts=["mcp.example.com", "Fixed.example.com:444"]) as to:
        answer = await post(to.url, Host=host.format(port=to.port))
        assert answer.status_code == status
        if status != 200:
            assert "--allowed-host" in answer.json()["error"]["message"]
            # Whoever keeps the process running asks it by its address.
            async with httpx2.AsyncClient() as client:
                assert (await client.get(f"{to.base}/healthz", headers={"Host": host})).status_code == 200


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:6274", 200),
        ("http://127.0.0.1", 200),
        ("https://app.example.com", 200),
        ("HTTPS://App.Example.Com", 200),
        ("https://app.example.com:8443", 403),
        ("http://app.example.com", 403),
        ("https://evil.example", 403),
        ("http://localhost.evil.example", 403),
        ("null", 403),
    ],
)
async def test_the_origin_has_to_be_allowed_and_may_then_read_the_answer(origin: str, status: int) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    wanted = "authorization,content-type,mcp-method,mcp-protocol-version"
    async with served(origins=["https://app.example.com/"]) as to:
        answer = await post(to.url, Origin=origin)
        async with httpx2.AsyncClient() as client:
            preflight = await client.options(to.url, headers=asked | {"Access-Control-Request-Headers": wanted})
    assert (answer.status_code, preflight.status_code) == (status, status)
    assert ("access-control-allow-origin" in answer.headers) is (status == 200)
    if status == 200:
        assert preflight.headers["access-control-allow-headers"] == wanted
    else:
        assert "--allowed-origin" in answer.json()["error"]["message"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("POST", "/", 404),
        ("POST", "/mcp/", 404),
        ("POST", "/mcp/x", 404),
        ("GET", "/mcp", 405),
        ("DELETE", "/mcp", 405),
        ("OPTIONS", "/mcp", 405),
        ("POST", "/healthz", 405),
        ("GET", "/healthz", 200),
        ("HEAD", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("GET", "/openapi.json", 404),
    ],
)
async def test_there_is_nothing_else(method: str, path: str, status: int) -> None:
    async with served() as to, httpx2.AsyncClient() as client:
        answer = await client.request(method, httpx2.URL(to.base, raw_path=path.encode()))
    assert answer.status_code == status
    assert ("allow" in answer.headers) is (status == 405)


@pytest.mark.anyio
async def test_who_shows_no_credential_is_told_where_to_get_one() -> None:
    async def page(request: Request) -> PlainTextResponse:
        return PlainTextResponse("here")

    async with (
        served(gate=NameGate(), routes=[Route("/.well-known/x", page)]) as to,
        httpx2.AsyncClient() as client,
    ):
        answer = await post(to.url)
        told = await client.get(f"{to.base}/.well-known/x")
        foreign = await client.get(f"{to.base}/.well-known/x", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="test"')
    assert answer.json()["error"]["message"] == "Say who you are."
    assert (told.text, foreign.status_code) == ("here", 421)


@pytest.mark.anyio
async def test_a_message_that_needs_another_scope_does_not_get_to_the_tool() -> None:
    with ScriptedService() as service:
        async with served(service.url, gate=NameGate()) as to:
            for era in (MODERN, OLDER):
                write = ("register_media_info", {"InputURL": "oss://b/k"})
                refused = await call(to.url, *write, era=era, caller="ann/ims:read")
                assert refused.status_code == 403
                assert refused.json()["error"]["data"]["needed"] == ["ims:write"]
                assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]
                assert (await call(to.url, *write, era=era, caller="ann/ims:write")).status_code == 200
    assert service.count == 2


def test_other_machines_need_a_name_to_call_it_by() -> None:
    with pytest.raises(SettingsError, match="under which names") as refused:
        AddressRules("0.0.0.0")
    assert "--allowed-host" in refused.value.explain()
    AddressRules("192.0.2.7")
    AddressRules("0.0.0.0", ["mcp.example.com"])


@pytest.mark.parametrize("host", ["", "*", "https://mcp.example.com", "mcp.example.com/mcp", "a b", "a:b"])
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(SettingsError, match="is not a host"):
        AddressRules("127.0.0.1", [host])


@pytest.mark.parametrize("origin", ["", "*", "app.example.com", "https://*", "https://app.example.com/page", "null"])
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(SettingsError, match="is not an origin"):
        AddressRules("127.0.0.1", [], [origin])
