"""One deadline a call, whatever takes the time; a cancelled call stops its request."""

from __future__ import annotations

import socket

import anyio
import anyio.to_thread
import pytest

from ims_mcp.catalogue.operation import Operation
from ims_mcp.client.credentials import ProviderChain
from ims_mcp.errors import ConnectionFailed, DeadlineExceeded
from tests.client.conftest import MakeClient
from tests.client.operations import DESTRUCTIVE, NO_ARGUMENTS, READ, TOKEN_WRITE, WRITE
from tests.client.scripted_service import REQUEST_ID, Answer, ScriptedService
from tests.client.waiting_command import WaitingCommand


@pytest.mark.parametrize(("operation", "tries"), [(READ, 2), (TOKEN_WRITE, 2), (WRITE, 1), (DESTRUCTIVE, 1)])
def test_a_service_that_never_answers_meets_the_deadline(
    make_client: MakeClient, operation: Operation, tries: int
) -> None:
    async def main() -> None:
        with ScriptedService(Answer(), usual=Answer(fault="silent")) as service:
            async with make_client(service.endpoint, jitter=lambda: 0.0) as client:
                await client.call(READ, {})
                with pytest.raises(DeadlineExceeded, match=r"within 3 s") as caught:
                    await client.call(operation, {}, confirmed=True, timeout_seconds=3)
            # A silent connection uses up half the deadline of a call that may be repeated.
            assert service.count == 1 + tries
            assert caught.value.maybe_done is (operation is not READ)

    anyio.run(main)


def test_the_deadline_of_one_call_can_be_set(make_client: MakeClient) -> None:
    async def main() -> None:
        with ScriptedService(usual=Answer(fault="silent")) as service:
            async with make_client(service.endpoint) as client:
                with pytest.raises(DeadlineExceeded, match=r"within 0\.1 s"):
                    await client.call(WRITE, {}, timeout_seconds=0.1)

    anyio.run(main)


def test_an_address_that_swallows_connections_meets_the_deadline_unsent(make_client: MakeClient) -> None:
    with socket.socket() as full:
        # A backlog of nothing that is already taken: further connections hang.
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())

        async def main() -> None:
            async def endpoint() -> str:
                return f"http://127.0.0.1:{full.getsockname()[1]}"

            async with make_client(endpoint, timeout_seconds=2, jitter=lambda: 0.0) as client:
                with pytest.raises(ConnectionFailed) as caught:
                    await client.call(WRITE, {})
            assert not caught.value.maybe_done

        anyio.run(main)
        for filler in fillers:
            filler.close()


def test_slow_credentials_meet_the_deadline_without_blocking_the_loop(
    make_client: MakeClient, command: WaitingCommand
) -> None:
    chain = ProviderChain(command.environ)

    async def main() -> None:
        with ScriptedService() as service:
            async with make_client(service.endpoint, chain, timeout_seconds=3) as client:
                where = r"looking for credentials: CLI profile waiting \(External\)"
                with pytest.raises(DeadlineExceeded, match=where) as caught:
                    await client.call(WRITE, {})
                assert not caught.value.maybe_done
                assert service.count == 0

    anyio.run(main)


def test_a_cancelled_call_stops_its_request(make_client: MakeClient) -> None:
    async def main() -> None:
        with ScriptedService(usual=Answer(fault="silent")) as service:
            async with make_client(service.endpoint) as client:
                async with anyio.create_task_group() as group:
                    group.start_soon(client.call, WRITE, NO_ARGUMENTS)
                    assert await anyio.to_thread.run_sync(lambda: service.wait_until(lambda it: it.count == 1))
                    assert service.open_connections == 1
                    group.cancel_scope.cancel()
                gone = await anyio.to_thread.run_sync(
                    lambda: service.wait_until(lambda it: it.open_connections == 0, 60)
                )
                assert gone, "the service should see the connection end"

    anyio.run(main)


def test_a_cancelled_call_leaves_no_answer_to_the_next(make_client: MakeClient) -> None:
    async def main() -> None:
        late = Answer(body={"RequestId": "late"}, delay_seconds=0.1)
        with ScriptedService(late) as service:
            async with make_client(service.endpoint) as client:
                async with anyio.create_task_group() as group:
                    group.start_soon(client.call, READ, NO_ARGUMENTS)
                    assert await anyio.to_thread.run_sync(lambda: service.wait_until(lambda it: it.count == 1))
                    group.cancel_scope.cancel()
                reply = await client.call(READ, {})
                assert reply.request_id == REQUEST_ID
                assert service.connections == 2

    anyio.run(main)
