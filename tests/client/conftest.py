"""What the client's tests share: a credential with recognisable parts, and clients that never really wait."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import pytest
import trustme

from ims_mcp.catalogue.operation import Operation
from ims_mcp.client.answers import Reply
from ims_mcp.client.credentials import Credential, CredentialSource
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ImsError
from tests.client.scripted_service import Script, ScriptedService
from tests.client.waiting_command import WaitingCommand
from tests.fixed_credentials import FixedCredentials

KEY_ID = "LTAI5tRecognisableKeyId"
SECRET = "RecognisableSecretOfTheTest"
TOKEN = "RecognisableSecurityTokenOfTheTest"
CREDENTIAL = Credential(KEY_ID, SECRET)
TEMPORARY = Credential(f"STS.{KEY_ID}", SECRET, TOKEN)
NOW = 1_763_625_600.0  # 2025-11-20T08:00:00Z


@dataclass
class Waits:
    """The waits a client asked for; none of them took any time."""

    seconds: list[float] = field(default_factory=list[float])

    async def sleep(self, seconds: float) -> None:
        self.seconds.append(seconds)


@dataclass(frozen=True)
class Tls:
    """Contexts of a service and of a client that trusts it, and the files behind them."""

    server: ssl.SSLContext
    client: ssl.SSLContext
    authority: trustme.CA


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture(scope="session")
def tls() -> Tls:
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return Tls(server, client, authority)


MakeClient = Callable[..., ImsClient]


@pytest.fixture
def make_client(waits: Waits) -> MakeClient:
    """``make_client(endpoint, credentials=…, …)``: jitter is always 1, the clock stands at NOW, no wait takes time."""

    def make(
        endpoint: Callable[[], Awaitable[str]], credentials: CredentialSource | None = None, **options: Any
    ) -> ImsClient:
        options = {"sleep": waits.sleep, "jitter": lambda: 1.0, "clock": lambda: NOW, "timeout_seconds": 10.0} | options
        return ImsClient(endpoint, credentials or FixedCredentials(CREDENTIAL), **options)

    return make


class Outcome:
    """What a call against a scripted service came to."""

    def __init__(self, result: Reply | ImsError, service: ScriptedService) -> None:
        self.result = result
        self.service = service

    @property
    def reply(self) -> Reply:
        assert isinstance(self.result, Reply), self.result
        return self.result

    @property
    def error(self) -> ImsError:
        assert isinstance(self.result, ImsError), self.result
        return self.result


Run = Callable[..., Outcome]


@pytest.fixture
def run(make_client: MakeClient) -> Run:
    """``run(operation, *script)``: call it once against a service that answers so."""

    def run_once(
        operation: Operation, *script: Script, arguments: dict[str, Any] | None = None, **options: Any
    ) -> Outcome:
        async def main() -> Outcome:
            with ScriptedService(*script[:-1], usual=script[-1] if script else None) as service:
                async with make_client(service.endpoint, **options) as client:
                    try:
                        return Outcome(await client.call(operation, arguments or {}, confirmed=True), service)
                    except ImsError as error:
                        return Outcome(error, service)

        return anyio.run(main)

    return run_once


@pytest.fixture
def command(tmp_path: Path) -> Iterator[WaitingCommand]:
    waiting = WaitingCommand(tmp_path, KEY_ID, SECRET, TOKEN)
    yield waiting
    waiting.release()


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Addresses anything in this process tries to connect to; none but loopback is let through."""
    addresses: list[Any] = []
    connect = socket.socket.connect

    def recorded(self: socket.socket, address: Any) -> None:
        addresses.append(address)
        if address[0] != "127.0.0.1":
            raise OSError("the tests stay on this machine")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", recorded)
    return addresses
