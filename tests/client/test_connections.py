"""Connections that cannot be made, are shared, wait their turn, or were closed meanwhile."""

from __future__ import annotations

import socket
import threading

import anyio
import anyio.to_thread
import pytest

from ims_mcp.catalogue.operation import Operation
from ims_mcp.client import transport
from ims_mcp.errors import ConnectionFailed
from ims_mcp.settings import checked_endpoint
from tests.client.conftest import MakeClient, Run, Tls, Waits
from tests.client.operations import DESTRUCTIVE, NO_ARGUMENTS, READ, TOKEN_WRITE, WRITE
from tests.client.scripted_service import REQUEST_ID, Answer, ScriptedService, unused_port


def test_a_connection_that_cannot_be_made_is_tried_three_times_for_every_operation(
    make_client: MakeClient, waits: Waits
) -> None:
    port = unused_port()
    for operation in (READ, WRITE, TOKEN_WRITE, DESTRUCTIVE):

        async def refused(operation: Operation = operation) -> None:
            async def endpoint() -> str:
                return f"http://127.0.0.1:{port}"

            waits.seconds.clear()
            async with make_client(endpoint) as client:
                with pytest.raises(ConnectionFailed, match="was not sent: no connection") as caught:
                    await client.call(operation, {}, confirmed=True)
            assert not caught.value.maybe_done
            assert waits.seconds == [0.5, 1.0]

        anyio.run(refused)


def test_a_write_is_sent_once_the_service_can_be_reached(make_client: MakeClient) -> None:
    service = ScriptedService()
    service.port = unused_port()

    async def start_meanwhile(seconds: float) -> None:
        service.__enter__()

    async def main() -> None:
        async with make_client(service.endpoint, sleep=start_meanwhile) as client:
            # The URL is known before the service listens.
            reply = await client.call(WRITE, {})
            assert reply.request_id == REQUEST_ID

    try:
        anyio.run(main)
    finally:
        service.__exit__(None, None, None)
    assert service.count == 1


def test_a_certificate_nobody_vouches_for_is_a_connection_never_made(make_client: MakeClient, tls: Tls) -> None:
    async def main() -> None:
        with ScriptedService(tls=tls.server) as service:
            async with make_client(service.endpoint) as client:
                with pytest.raises(ConnectionFailed, match="an authority that this machine does not know") as caught:
                    await client.call(WRITE, {})
            assert service.count == 0
            assert not caught.value.maybe_done
            assert "SSL_CERT_FILE" in caught.value.next_step

    anyio.run(main)


def test_a_connection_the_server_closed_while_it_was_idle_is_not_used(make_client: MakeClient) -> None:
    async def main() -> None:
        with ScriptedService() as service:
            async with make_client(service.endpoint) as client:
                await client.call(WRITE, {})
                service.close_idle_connections()
                await anyio.to_thread.run_sync(lambda: service.wait_until(lambda it: it.open_connections == 0))
                await client.call(WRITE, {})
            assert service.count == 2
            assert service.connections == 2

    anyio.run(main)


def test_an_answer_that_is_too_large_is_not_read_to_its_end(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MAX_BODY_BYTES", 10_000)
    outcome = run(READ, Answer(body={"RequestId": REQUEST_ID, "Data": "x" * 20_000}))
    assert outcome.service.count == 1
    assert "larger than" in str(outcome.error)


def test_64_calls_at_once_share_the_pool_and_use_it_again(make_client: MakeClient, tls: Tls) -> None:
    async def main() -> None:
        with ScriptedService(tls=tls.server, together=64) as service:
            async with make_client(service.endpoint, ssl_context=tls.client) as client:
                for _ in range(3):
                    async with anyio.create_task_group() as group:
                        for _ in range(64):
                            group.start_soon(client.call, READ, NO_ARGUMENTS)
            assert service.count == 3 * 64
            assert service.connections == service.most_at_once == 64

    anyio.run(main)


def test_more_calls_than_connections_wait_their_turn(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "MAX_CONNECTIONS", 4)

    async def main() -> None:
        with ScriptedService(together=4) as service:
            async with make_client(service.endpoint) as client, anyio.create_task_group() as group:
                for _ in range(16):
                    group.start_soon(client.call, READ, NO_ARGUMENTS)
            assert service.count == 16
            assert service.connections == service.most_at_once == 4

    anyio.run(main)


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="a machine without IPv6")
def test_an_endpoint_may_be_an_ipv6_address(make_client: MakeClient) -> None:
    async def main() -> None:
        with ScriptedService(host="::1") as service:
            assert checked_endpoint(service.url) == service.url
            async with make_client(service.endpoint) as client:
                await client.call(READ, {"MediaId": "m"})
            assert [arrived.headers["host"] for arrived in service.arrived] == [f"[::1]:{service.port}"]

    anyio.run(main)


def test_opening_the_client_contacts_nobody(make_client: MakeClient) -> None:
    async def main() -> None:
        with ScriptedService() as service:
            async with make_client(service.endpoint):
                pass
            assert service.connections == 0

    before = threading.active_count()
    anyio.run(main)
    assert threading.active_count() <= before + 1


def test_a_closed_client_cannot_be_called(make_client: MakeClient) -> None:
    async def main() -> None:
        with ScriptedService() as service:
            async with make_client(service.endpoint) as client:
                await client.call(READ, {})
            with pytest.raises(RuntimeError, match="closed"):
                await client.call(READ, {})

    anyio.run(main)
