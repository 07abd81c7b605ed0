"""How much anybody may have under way, what who wants more is told, and how the server ends."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import Any, Literal

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from ims_mcp.http_protocol import BoundedProtocol
from ims_mcp.server.http import serving
from ims_mcp.server.http.bounds import BODY_BYTES, HEADER_BYTES, Bounds, make_protocol
from tests.client.scripted_service import Answer, ScriptedService
from tests.http.served import MODERN, OLDER, WAIT_SECONDS, NameGate, Served, call, headers_of, served
from tests.server.connected import ERAS

READ = ("get_media_info", {"MediaId": "a" * 32})
Era = Literal["legacy", "2026-07-28"]


async def wait_for(condition: Callable[[], bool]) -> None:
    with anyio.fail_after(WAIT_SECONDS):
        while not condition():  # noqa: ASYNC110 - of a thread, or of what has no event
            await anyio.sleep(0.01)


def holding(service: ScriptedService, count: int) -> Callable[[], bool]:
    return lambda: service.count == count


def check_busy(answer: httpx2.Response, status: int) -> None:
    error = answer.json()["error"]
    assert answer.status_code == status
    assert error["data"]["reason"] == "rate_limited"
    assert answer.headers["retry-after"] == str(error["data"]["retry_after_seconds"])
    assert "Call again" in error["message"]


@pytest.mark.anyio
async def test_one_caller_and_all_together_have_so_many_calls_under_way_and_no_more() -> None:
    bounds = Bounds(max_calls=3, max_calls_per_caller=2)
    with ScriptedService(usual=Answer(fault="silent")) as service:
        async with served(service.url, gate=NameGate(), bounds=bounds) as to:
            async with anyio.create_task_group() as group:
                for count, caller in enumerate(("ann", "ann", "bob"), 1):
                    group.start_soon(lambda caller=caller: call(to.url, *READ, caller=caller))
                    await wait_for(holding(service, count))
                    if count == 2:
                        check_busy(await call(to.url, *READ, caller="ann"), 429)
                check_busy(await call(to.url, *READ, caller="cat"), 503)
                assert to.app.calls.count == 3
                group.cancel_scope.cancel()
            await wait_for(lambda: to.app.calls.count == 0)
            service.usual = Answer()
            assert (await call(to.url, *READ, caller="ann")).status_code == 200


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_a_client_reads_why_its_call_was_refused(era: Era) -> None:
    with ScriptedService(usual=Answer(fault="silent")) as service:
        async with (
            served(service.url, bounds=Bounds(max_calls_per_caller=1)) as to,
            Client(to.url, mode=era) as client,
            anyio.create_task_group() as group,
        ):
            group.start_soon(lambda: call(to.url, *READ))
            await wait_for(holding(service, 1))
            with pytest.raises(MCPError) as refused:
                await client.call_tool(*READ)
            assert refused.value.error.data == {"reason": "rate_limited", "retry_after_seconds": 1}
            group.cancel_scope.cancel()


@pytest.mark.anyio
@pytest.mark.parametrize("era", [MODERN, OLDER])
async def test_the_call_of_a_client_that_goes_away_ends(era: str) -> None:
    with ScriptedService(usual=Answer(fault="silent")) as service:
        async with served(service.url) as to:
            async with anyio.create_task_group() as group:
                group.start_soon(lambda: call(to.url, *READ, era=era))
                await wait_for(holding(service, 1))
                group.cancel_scope.cancel()
            await wait_for(lambda: to.app.calls.count == 0)
            await wait_for(lambda: service.open_connections == 0)


def head(to: Served, length: str, *more: str) -> bytes:
    lines = [f"Host: 127.0.0.1:{to.port}", *(f"{n}: {v}" for n, v in headers_of("tools/list").items()), length, *more]
    return "\r\n".join(["POST /mcp HTTP/1.1", *lines, "", ""]).encode()


async def exchange(to: Served, *pieces: bytes) -> tuple[int, bytes]:
    """Send pieces as far as they are taken; status and the rest of what came until the other side ended it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", to.port)
    with anyio.fail_after(WAIT_SECONDS):
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
        except ConnectionError:
            pass
        line = await reader.readline()
        rest = await reader.read(65_536)
        writer.close()
    return int(line.split()[1]), rest


@pytest.mark.anyio
async def test_a_large_body_is_refused_whether_it_is_announced_or_not() -> None:
    block = bytes(1_000_000)
    async with served() as to:
        announced = await exchange(to, head(to, "Content-Length: 50000000", "Expect: 100-continue"))
        sent = await exchange(to, head(to, "Content-Length: 50000000"), *[block] * 50)
        chunk = b"f4240\r\n" + block + b"\r\n"
        chunked = await exchange(to, head(to, "Transfer-Encoding: chunked"), *[chunk] * 6, b"0\r\n\r\n")
        for status, rest in (announced, sent, chunked):
            assert status == 413
            assert str(BODY_BYTES).encode() in rest
        assert (await call(to.url, "describe_operation", {"operation": "GetMediaInfo"})).status_code == 200


@pytest.mark.anyio
async def test_the_body_of_nobody_is_not_kept() -> None:
    async with served(gate=NameGate()) as to:
        status, _ = await exchange(to, head(to, "Content-Length: 4000000"), bytes(4_000_000))
        assert status == 401
        status, _ = await exchange(to, head(to, "Content-Length: 4000000", "Expect: 100-continue"))
        assert status == 401


@pytest.mark.anyio
@pytest.mark.parametrize(
    "sent", [b"", b"{", b"[]", b"nul", b"\xff", b'"x"', b"[" * 100_000, b'{"id": ' + b"9" * 5000 + b"}"]
)
async def test_what_is_no_message_is_told_so(sent: bytes) -> None:
    async with served() as to, httpx2.AsyncClient() as client:
        for era in (MODERN, OLDER):
            answer = await client.post(to.url, content=sent, headers=headers_of("tools/list", era=era))
            assert answer.status_code == 400
            assert answer.json()["error"]["code"] in (-32700, -32600)


@pytest.mark.anyio
async def test_headers_have_an_end() -> None:
    async with served() as to:
        status, _ = await exchange(to, head(to, "Content-Length: 0", f"X-Long: {'x' * HEADER_BYTES}"))
        assert 400 <= status < 500
        for sent in (b"POST /mcp HTTP/1.1\r\n\r\n", *(head(to, f"Content-Length: {n}") for n in ("9" * 30, "-1", "x"))):
            status, _ = await exchange(to, sent)
            assert status == 400


@pytest.mark.anyio
async def test_a_thousand_connections_that_say_nothing_keep_nobody_out() -> None:
    bounds = Bounds(max_calls=20)
    async with served(bounds=bounds) as to:
        with ExitStack() as stack:
            for _ in range(1_000):
                made = stack.enter_context(closing(socket.socket()))
                made.setblocking(False)
                with anyio.fail_after(WAIT_SECONDS):
                    await asyncio.get_running_loop().sock_connect(made, ("127.0.0.1", to.port))
            assert (await call(to.url, "describe_operation", {"operation": "GetMediaInfo"})).status_code == 200


def test_a_connection_that_says_nothing_is_closed_within_half_a_minute() -> None:
    timeouts = make_protocol(Bounds()).timeouts
    assert timeouts == replace(BoundedProtocol.timeouts, connections=512)
    assert timeouts.header_seconds <= 30


@pytest.mark.anyio
@pytest.mark.parametrize("era", [MODERN, OLDER])
async def test_who_ends_answers_what_runs_and_takes_no_more(era: str) -> None:
    answers: list[httpx2.Response] = []

    async def send(to: Served) -> None:
        answers.append(await call(to.url, *READ, era=era))

    with ScriptedService(together=2) as service:
        async with served(service.url) as to, httpx2.AsyncClient() as client, anyio.create_task_group() as group:
            group.start_soon(send, to)
            await wait_for(holding(service, 1))
            assert (await client.get(f"{to.base}/readyz")).status_code == 200
            to.stop.set()
            await wait_for(lambda: to.app.calls.is_draining)
            check_busy(await call(to.url, *READ, era=era), 503)
            assert (await client.get(f"{to.base}/readyz")).status_code == 503
            assert (await client.get(f"{to.base}/healthz")).status_code == 200
            assert not to.serving.done()
            async with httpx2.AsyncClient() as other:  # lets the service answer
                await other.get(service.url)
            await asyncio.wait_for(to.serving, WAIT_SECONDS)
    assert [answer.status_code for answer in answers] == [200]
    assert read_result(answers[0])["content"]


def read_result(answer: httpx2.Response) -> dict[str, Any]:
    """Of JSON, or of the last event of a stream."""
    lines = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith(("data: ", "{"))]
    return json.loads(lines[-1])["result"]


@pytest.mark.anyio
async def test_what_does_not_end_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "DRAIN_SECONDS", 0.1)
    monkeypatch.setattr(serving, "_CLOSING_SECONDS", 0.1)
    with ScriptedService(usual=Answer(fault="silent")) as service:
        async with served(service.url) as to, anyio.create_task_group() as group:
            for era in (MODERN, OLDER):

                async def send(era: str = era) -> None:
                    with pytest.raises(httpx2.HTTPError):
                        (await call(to.url, *READ, era=era)).raise_for_status()

                group.start_soon(send)
            await wait_for(holding(service, 2))
            to.stop.set()
            await asyncio.wait_for(to.serving, WAIT_SECONDS)
