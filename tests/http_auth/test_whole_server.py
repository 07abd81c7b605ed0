"""The real server behind the real gates: what official clients with a token may do, and that it goes nowhere else."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Literal

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from ims_mcp.catalogue import Effect
from ims_mcp.server.build import ImsServer
from ims_mcp.server.http.oauth import OAuthGate, OAuthRules
from ims_mcp.server.reach import Reach
from tests.client.scripted_service import ScriptedService
from tests.http.served import MODERN, OLDER, Served, call, served
from tests.http_auth.issuer import AUDIENCE, Issuer

pytestmark = pytest.mark.anyio
ERAS: tuple[Literal["legacy", "2026-07-28"], ...] = ("legacy", "2026-07-28")
PAUSE = {"operation": "UpdatePipeline", "operation_arguments": {"PipelineId": "a", "Status": "Paused"}}


@asynccontextmanager
async def connect(to: Served, token: str, era: Literal["legacy", "2026-07-28"]) -> AsyncGenerator[Client]:
    headers = {"authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(to.url, http_client=http), mode=era) as client,
    ):
        yield client


@pytest.mark.parametrize("era", ERAS)
async def test_a_client_calls_with_the_issuers_token_which_goes_no_further(
    era: Literal["legacy", "2026-07-28"], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "ims_mcp")
    with Issuer() as issuer, ScriptedService() as service:
        gate, token = OAuthGate(OAuthRules(issuer.url, AUDIENCE)), issuer.sign(scope="ims:read")
        async with served(service.url, gate=gate) as to, connect(to, token, era) as client:
            answer = await client.call_tool("get_media_info", {"MediaId": "4aabe1804a6771ef9748f6f7d6496301"})
            assert not answer.is_error
        assert service.count == 1
        sent = service.arrived[0]
        assert token.split(".")[2] not in f"{sent.headers}{sent.query}{sent.body!r}{caplog.text}"
        assert not any("authorization" in arrived.headers for arrived in issuer.service.arrived)


@pytest.mark.parametrize("era", [OLDER, MODERN])
async def test_a_call_beyond_the_scopes_is_a_403_that_says_what_to_ask_for_and_sends_nothing(era: str) -> None:
    with Issuer() as issuer, ScriptedService() as service:
        gate, token = OAuthGate(OAuthRules(issuer.url, AUDIENCE)), issuer.sign(scope="ims:read ims:write")
        async with served(service.url, gate=gate) as to:
            for tool, arguments in (("call_write_operation", PAUSE), ("delete_media_infos", {"MediaIds": "a"})):
                refused = await call(to.url, tool, arguments, era=era, caller=token)
                assert refused.status_code == 403
                assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]
                assert refused.json()["error"]["data"]["needed"] == ["ims:destructive"]
            assert (await call(to.url, "get_media_info", {}, era=era)).status_code == 401
        assert service.count == 0


async def test_what_a_look_at_the_body_misses_is_refused_by_the_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_read(self: ImsServer, name: str, arguments: object, reach: Reach | None = None) -> Effect:
        return Effect.READ

    monkeypatch.setattr(ImsServer, "find_effect", find_read)
    with Issuer() as issuer, ScriptedService() as service:
        gate, token = OAuthGate(OAuthRules(issuer.url, AUDIENCE)), issuer.sign(scope="ims:read ims:write")
        async with served(service.url, gate=gate) as to:
            for era in (OLDER, MODERN):
                answer = await call(to.url, "call_write_operation", PAUSE, era=era, caller=token)
                assert "a token with the scope ims:destructive is needed" in answer.text
        assert service.count == 0
