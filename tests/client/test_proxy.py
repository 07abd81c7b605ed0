"""Proxies of the environment are used, except for loopback; a proxy that refuses is a connection never made."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
import pytest

from ims_mcp.client.outbound import find_route
from ims_mcp.errors import ConnectionFailed, DeadlineExceeded
from tests.client.conftest import MakeClient, Tls
from tests.client.operations import WRITE
from tests.client.scripted_service import Answer, ScriptedService, refusal
from tests.client.socks_proxy import pump

HOST = "ice.cn-nowhere.example"


@dataclass
class ConnectProxy:
    """Tunnels every CONNECT to one port of this machine, or answers it with ``refusal_line``; empty: with nothing."""

    target_port: int
    refusal_line: bytes | None = None
    asked_for: list[str] = field(default_factory=list[str])
    url: str = ""

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[ConnectProxy]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.asked_for.append(head.split(b" ")[1].decode())
            if self.refusal_line == b"":
                await reader.read()
                return
            if self.refusal_line is not None:
                writer.write(self.refusal_line + b"\r\ncontent-length: 0\r\n\r\n")
                return
            there, back = await asyncio.open_connection("127.0.0.1", self.target_port)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            async with anyio.create_task_group() as group:
                group.start_soon(pump, reader, back)
                group.start_soon(pump, there, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def endpoint() -> str:
    return f"https://{HOST}"


@pytest.fixture
def named_tls(tls: Tls) -> Tls:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.authority.issue_cert(HOST).configure_cert(server)
    return Tls(server, tls.client, tls.authority)


def test_a_call_goes_through_the_proxy_of_the_environment(
    make_client: MakeClient, named_tls: Tls, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        with ScriptedService(refusal(429, "Throttling.Api"), tls=named_tls.server) as service:
            async with ConnectProxy(service.port).running() as proxy:
                monkeypatch.setenv("HTTPS_PROXY", proxy.url)
                async with make_client(endpoint, ssl_context=named_tls.client) as client:
                    await client.call(WRITE, {"MediaId": "a b"})
                assert proxy.asked_for == [f"{HOST}:443"]
                assert service.count == 2
                assert service.arrived[0].query == {"MediaId": "a b"}
                assert service.arrived[0].headers["host"] == HOST

    anyio.run(main)


def test_a_proxy_that_wants_a_password_is_told_and_asked_once(
    make_client: MakeClient, named_tls: Tls, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with ConnectProxy(0, refusal_line=b"HTTP/1.1 407 Proxy Authentication Required").running() as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
            async with make_client(endpoint, ssl_context=named_tls.client) as client:
                with pytest.raises(ConnectionFailed, match="of HTTPS_PROXY wants a user and a password") as caught:
                    await client.call(WRITE, {})
            assert not caught.value.maybe_done
            assert len(proxy.asked_for) == 1

    anyio.run(main)


@pytest.mark.parametrize("refusal_line", [b"", None], ids=["the proxy is silent", "the service is silent"])
def test_behind_a_proxy_it_is_known_whether_a_write_was_sent(
    make_client: MakeClient, named_tls: Tls, monkeypatch: pytest.MonkeyPatch, refusal_line: bytes | None
) -> None:
    async def main() -> None:
        with ScriptedService(usual=Answer(fault="silent"), tls=named_tls.server) as service:
            async with ConnectProxy(service.port, refusal_line).running() as proxy:
                monkeypatch.setenv("HTTPS_PROXY", proxy.url)
                async with make_client(endpoint, ssl_context=named_tls.client) as client:
                    for seconds in (0.4, 3, 15):  # a busy machine may need long to get as far as it gets
                        with pytest.raises(DeadlineExceeded) as caught:
                            await client.call(WRITE, {}, timeout_seconds=seconds)
                        if service.count if refusal_line is None else proxy.asked_for:
                            break
                assert caught.value.maybe_done is (refusal_line is None)
                assert service.count == (1 if refusal_line is None else 0)

    anyio.run(main)


def test_a_loopback_endpoint_needs_no_proxy(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)

    async def main() -> None:
        with ScriptedService() as service:
            async with make_client(service.endpoint) as client:
                await client.call(WRITE, {})
            assert service.count == 1

    anyio.run(main)


def test_no_proxy_is_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "internal.example")
    assert find_route(f"https://{HOST}").proxy == "http://127.0.0.1:1"
    for direct in ("https://ice.internal.example", "https://127.0.0.1:8443", "https://127.8.8.8", "http://[::1]:80"):
        assert find_route(direct).proxy is None
