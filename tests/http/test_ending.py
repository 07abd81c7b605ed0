"""Who has connected when a server ends is answered: what is broken off may have been carried out, for all they know."""

from __future__ import annotations

import asyncio
import socket

import anyio
import pytest
import uvicorn
from starlette.responses import PlainTextResponse

from ims_mcp.http_protocol import BoundedProtocol, SilentServer, listen
from ims_mcp.server.http import serving
from ims_mcp.settings import SettingsError
from tests.http.served import WAIT_SECONDS, headers_of, message, served

pytestmark = pytest.mark.anyio


async def is_refused(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return True
    writer.close()
    return False


async def test_who_connected_before_it_stopped_listening_hears_that_others_have_to_be_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(serving, "_LAST_SECONDS", WAIT_SECONDS)
    async with served() as to:
        reader, writer = await asyncio.open_connection("127.0.0.1", to.port)
        to.stop.set()
        with anyio.fail_after(WAIT_SECONDS):
            while not await is_refused(to.port):  # noqa: ASYNC110 - of a port
                await anyio.sleep(0.01)
            body = message("tools/list")
            lines = [f"Host: 127.0.0.1:{to.port}", *(f"{n}: {v}" for n, v in headers_of("tools/list").items())]
            head = "\r\n".join(["POST /mcp HTTP/1.1", *lines, f"Content-Length: {len(body)}", "", ""])
            writer.write(head.encode() + body)
            assert (await reader.readline()).split()[1] == b"503"
            writer.close()
            await to.serving


async def test_an_end_does_not_wait_for_those_who_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_LAST_SECONDS", 0.2)
    async with served() as to:
        _, writer = await asyncio.open_connection("127.0.0.1", to.port)
        to.stop.set()
        await asyncio.wait_for(to.serving, WAIT_SECONDS)
        writer.close()


@pytest.mark.parametrize("turns", range(4))
async def test_a_connection_that_has_come_and_was_not_taken_yet_is_served(turns: int) -> None:
    listener = listen("127.0.0.1", 0, SettingsError)
    config = uvicorn.Config(
        PlainTextResponse("served"), http=BoundedProtocol, log_config=None, lifespan="off", ws="none"
    )
    server = SilentServer(config)
    serving_task = asyncio.create_task(server.serve(sockets=[listener]))
    with anyio.fail_after(WAIT_SECONDS):
        while not server.started:  # noqa: ASYNC110 - it has no event
            await anyio.sleep(0.01)
        made = socket.create_connection(listener.getsockname()[:2], WAIT_SECONDS)
        # Without a turn of the loop only the system has taken the connection; after a few it has its protocol.
        for _ in range(turns):
            await asyncio.sleep(0)
        await server.stop_listening(listener)
        with made:
            made.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert (await asyncio.to_thread(made.recv, 100)).startswith(b"HTTP/1.1 200")
        server.should_exit = True
        await serving_task
