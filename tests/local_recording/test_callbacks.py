"""Telling NotifyUrl: in order, to this machine only, and never with more waiting than is bounded."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from contextlib import suppress

import pytest

from ims_mcp.local.recording import callback
from ims_mcp.local.recording.callback import Callbacks, make_numeric
from tests.local_recording.listener import listening


async def until_posted(callbacks: Callbacks) -> None:
    async with asyncio.timeout(20):
        while callbacks.addresses:  # noqa: ASYNC110 - what is waited for happens on a thread
            await asyncio.sleep(0.01)


def test_an_address_holds_a_task_only_while_something_waits_for_it() -> None:
    async def main() -> None:
        with listening() as listener:
            async with Callbacks(time.time, wait_seconds=(0.0, 0.0)) as callbacks:
                before = len(asyncio.all_tasks())
                for number in range(30):
                    callbacks.send(f"{listener.url}&number={number}", "Event", {"Number": number})
                assert callbacks.addresses == 30
                await until_posted(callbacks)
                assert len(asyncio.all_tasks()) == before
                # And it is told again after that.
                callbacks.send(listener.url, "Event", {"Number": "last"})
                await until_posted(callbacks)
        told = [event["MessageBody"]["Number"] for event in listener.told]
        assert sorted(told[:-1]) == list(range(30))
        assert told[-1] == "last"

    asyncio.run(main())


def test_what_waits_is_bounded_for_each_address_and_in_addresses(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(callback, "MAX_WAITING", 5)
    monkeypatch.setattr(callback, "MAX_ADDRESSES", 3)

    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}"
            async with Callbacks(time.time) as callbacks:
                for number in range(100):
                    callbacks.send(f"{url}/one", "Event", {"Number": number})
                    callbacks.send(f"{url}/{number}", "Event", {})
                assert callbacks.addresses == 3

    asyncio.run(main())
    assert caplog.text.count("too much is waiting to be posted") == 95 + 98


def test_an_address_elsewhere_is_never_told() -> None:
    async def main() -> None:
        async with Callbacks(time.time) as callbacks:
            for url in (
                "http://192.0.2.1/x",
                "http://127.evil.example/x",
                "http://localhost.evil.example/x",
                "nothing",
                "http://[::1",
            ):
                callbacks.send(url, "Event", {})
            assert callbacks.addresses == 0

    asyncio.run(main())


def test_an_answer_that_only_drips_does_not_hold_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callback, "_POST_SECONDS", 0.3)

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(json.loads((await reader.readuntil(b"}}")).partition(b"\r\n\r\n")[2]))
        with suppress(ConnectionError):
            while not reader.at_eof():
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.05)  # the drip
        writer.close()
        ended.release()

    seen: list[object] = []
    ended = asyncio.Semaphore(0)

    async def main() -> None:
        async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            async with Callbacks(time.time, wait_seconds=(0.0,)) as callbacks:
                callbacks.send(url, "Event", {"a": "b"})
                await until_posted(callbacks)
            for _ in seen:
                await ended.acquire()
        assert seen[0] == seen[1]
        assert len(seen) == 2

    asyncio.run(main())


@pytest.mark.parametrize(
    ("url", "numeric"),
    [
        ("rtmp://localhost/live/x", "rtmp://127.0.0.1/live/x"),
        ("rtmp://LOCALHOST:1935/live/x?token=a%2Fb", "rtmp://127.0.0.1:1935/live/x?token=a%2Fb"),
        ("rtmp://127.0.0.1:1935/live/localhost", "rtmp://127.0.0.1:1935/live/localhost"),
        ("rtmp://[::1]:1935/live/x", "rtmp://[::1]:1935/live/x"),
    ],
)
def test_a_stream_on_localhost_is_recorded_without_looking_it_up(url: str, numeric: str) -> None:
    assert make_numeric(url) == numeric
