"""The transport: every framing of HTTP/1.1, and connections used again only when that is safe."""

from __future__ import annotations

import gzip
import json

import anyio
import anyio.to_thread
import pytest

from ims_mcp.catalogue.operation import Operation
from ims_mcp.client import transport as transport_module
from ims_mcp.client.credentials import Credential, FixedCredentials
from ims_mcp.errors import ConnectionFailed
from tests.client.conftest import MakeClient, Tls
from tests.client.operations import NO_ARGUMENTS, READ, WRITE
from tests.client.scripted_service import REQUEST_ID, Answer, ScriptedService

BODY = json.dumps({"RequestId": REQUEST_ID, "Text": "é" * 100}).encode()


def head(*lines: str, version: str = "1.1", status: int = 200) -> bytes:
    return "\r\n".join([f"HTTP/{version} {status} OK", "content-type: application/json", *lines, "", ""]).encode()


def chunked(body: bytes, size: int) -> bytes:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


FRAMINGS = {
    "length": Answer(raw=head(f"content-length: {len(BODY)}") + BODY),
    "chunks": Answer(raw=head("transfer-encoding: chunked") + chunked(BODY, 17)),
    "until the end": Answer(raw=head("connection: close") + BODY, then_close=True),
    "HTTP/1.0": Answer(raw=head(f"content-length: {len(BODY)}", version="1.0") + BODY, then_close=True),
    "interim answers first": Answer(
        raw=b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"
        + head(f"content-length: {len(BODY)}")
        + BODY
    ),
    "gzip": Answer(
        raw=head("content-encoding: gzip", f"content-length: {len(gzip.compress(BODY))}") + gzip.compress(BODY)
    ),
}
KEPT = {"length", "chunks", "interim answers first", "gzip"}


@pytest.mark.parametrize("framing", FRAMINGS)
def test_every_framing_is_read_and_kept_alive_where_it_can_be(make_client: MakeClient, framing: str) -> None:
    async def main() -> None:
        with ScriptedService(usual=FRAMINGS[framing]) as service:
            async with make_client(service.endpoint) as client:
                for _ in range(3):
                    reply = await client.call(READ, {})
                    assert reply.data == json.loads(BODY)
                    assert reply.size_bytes == len(BODY)
            assert service.count == 3
            assert service.connections == (1 if framing in KEPT else 3)

    anyio.run(main)


@pytest.mark.parametrize(
    "raw",
    [
        head("content-length: 10") + b"12345",
        head("transfer-encoding: chunked") + b"5\r\n123",
        head("content-length: ten") + b"1234567890",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"\x00" * 100,
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 300_000,
    ],
    ids=["short body", "short chunk", "no number", "another protocol", "cut-off head", "zeros", "endless head"],
)
def test_what_is_not_http_is_a_failed_connection(make_client: MakeClient, raw: bytes) -> None:
    async def main() -> None:
        with ScriptedService(usual=Answer(raw=raw, then_close=True)) as service:
            async with make_client(service.endpoint) as client:
                with pytest.raises(ConnectionFailed, match="no whole answer came"):
                    await client.call(READ, {})
            assert service.count == 3

    anyio.run(main)


def test_bytes_nobody_asked_for_end_the_connection(make_client: MakeClient) -> None:
    whole = head(f"content-length: {len(BODY)}") + BODY

    async def main() -> None:
        with ScriptedService(Answer(raw=whole + whole)) as service:
            async with make_client(service.endpoint) as client:
                await client.call(READ, {})
                reply = await client.call(READ, {})
                assert reply.data == {"RequestId": REQUEST_ID}, "the second answer is not the first one's rest"
            assert service.connections == 2

    anyio.run(main)


def test_bytes_nobody_asked_for_end_an_encrypted_connection_too(make_client: MakeClient, tls: Tls) -> None:
    lines = ["content-length: 2", f"x-padding: {'x' * 16_384}"]
    surplus = len(head(*lines)) + 2 - 16_384
    # The most that TLS puts into one piece: what follows is decrypted only when it is read.
    whole = head("content-length: 2", f"x-padding: {'x' * (16_384 - surplus)}") + b"{}"

    async def main() -> None:
        with ScriptedService(Answer(raw=whole + whole), tls=tls.server) as service:
            async with make_client(service.endpoint, ssl_context=tls.client) as client:
                assert (await client.call(READ, {})).data == {}
                assert (await client.call(READ, {})).data == {"RequestId": REQUEST_ID}
            assert service.connections == 2

    anyio.run(main)


@pytest.mark.parametrize(("operation", "requests"), [(READ, 3), (WRITE, 1)], ids=["read", "write"])
def test_what_is_not_tls_is_a_failed_connection(
    make_client: MakeClient, tls: Tls, operation: Operation, requests: int
) -> None:
    async def main() -> None:
        with ScriptedService(usual=Answer(fault="garbled"), tls=tls.server) as service:
            async with make_client(service.endpoint, ssl_context=tls.client) as client:
                with pytest.raises(ConnectionFailed, match="no whole answer came") as caught:
                    await client.call(operation, {})
            assert caught.value.maybe_done is (operation is WRITE)
            assert service.count == requests

    anyio.run(main)


def test_a_packed_body_is_not_unpacked_beyond_the_limit(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport_module, "MAX_BODY_BYTES", 100_000)
    packed = gzip.compress(b" " * 50_000_000)
    assert len(packed) < 100_000

    async def main() -> None:
        answer = Answer(raw=head("content-encoding: gzip", f"content-length: {len(packed)}") + packed)
        with ScriptedService(usual=answer) as service:
            async with make_client(service.endpoint) as client:
                with pytest.raises(ConnectionFailed, match="larger than"):
                    await client.call(READ, {})

    anyio.run(main)


def test_a_broken_gzip_body_is_a_failed_connection(make_client: MakeClient) -> None:
    async def main() -> None:
        with ScriptedService(usual=Answer(body=b"not gzip", headers={"content-encoding": "gzip"})) as service:
            async with make_client(service.endpoint) as client:
                with pytest.raises(ConnectionFailed):
                    await client.call(READ, {})

    anyio.run(main)


def test_an_idle_connection_is_given_up_after_its_time(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport_module, "KEEPALIVE_SECONDS", 0.0)

    async def main() -> None:
        with ScriptedService() as service:
            async with make_client(service.endpoint) as client:
                await client.call(READ, {})
                await client.call(READ, {})
                assert service.connections == 2
            assert await anyio.to_thread.run_sync(lambda: service.wait_until(lambda it: it.open_connections == 0))

    anyio.run(main)


def test_a_body_beyond_the_limit_ends_the_connection(make_client: MakeClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport_module, "MAX_BODY_BYTES", 1000)

    async def main() -> None:
        with ScriptedService(usual=Answer(body=b"x" * 100_000)) as service:
            async with make_client(service.endpoint) as client:
                with pytest.raises(ConnectionFailed, match="larger than"):
                    await client.call(READ, {})
                assert await anyio.to_thread.run_sync(lambda: service.wait_until(lambda it: it.open_connections == 0))

    anyio.run(main)


def test_a_header_that_is_not_one_is_not_sent(make_client: MakeClient) -> None:
    async def main() -> None:
        credentials = FixedCredentials(Credential("id\r\nx-injected: b", "secret", "token"))
        with ScriptedService() as service:
            async with make_client(service.endpoint, credentials) as client:
                with pytest.raises(ConnectionFailed, match="was not sent") as caught:
                    await client.call(WRITE, {})
            assert not caught.value.maybe_done
            assert service.count == 0

    anyio.run(main)


def test_cancelled_calls_leave_their_connections_to_others(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport_module, "MAX_CONNECTIONS", 4)

    async def main() -> None:
        with ScriptedService(*[Answer(fault="silent")] * 4) as service:
            async with make_client(service.endpoint) as client:
                async with anyio.create_task_group() as group:
                    for _ in range(16):  # four are under way, the others wait for a connection
                        group.start_soon(client.call, WRITE, NO_ARGUMENTS)
                    assert await anyio.to_thread.run_sync(lambda: service.wait_until(lambda it: it.count == 4))
                    group.cancel_scope.cancel()
                for _ in range(8):
                    assert (await client.call(WRITE, {})).request_id == REQUEST_ID
            assert service.count == 4 + 8

    anyio.run(main)
