"""Telling NotifyUrl what a recording does: JSON posted to this machine, tried again while nobody takes it.

The body's layout is a choice of this project, in the envelope the documents show for other events.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import logging
import socket
import ssl
import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Self
from urllib.parse import urlsplit

from ims_mcp.local.background import BackgroundTasks
from ims_mcp.local.media_library.addresses import drop_query
from ims_mcp.local.wire_values import write_utc
from ims_mcp.loopback import is_loopback

USER_ID = 1_000_000_000_000_000
"""The account all of this belongs to; no account of Alibaba Cloud has this number."""
MAX_ADDRESSES = 100
"""To how many addresses something may wait to be posted."""
MAX_WAITING = 1000
"""How much may wait for one address."""
_POST_SECONDS = 5.0
_WAIT_SECONDS = (1.0, 4.0, 16.0)
_AT_ONCE = 8
_log = logging.getLogger(__name__)


def make_numeric(url: str) -> str:
    """``url`` with 127.0.0.1 in place of ``localhost``: whoever connects to it looks nothing up."""
    parts = urlsplit(url)
    if (parts.hostname or "") != "localhost":
        return url
    port = "" if parts.port is None else f":{parts.port}"
    return parts._replace(netloc=f"127.0.0.1{port}").geturl()


class Callbacks:
    """Posts in the background and in order for each address; leaving the context gives up what nobody took yet.

    An address holds a task while something waits for it, and no longer.
    """

    def __init__(self, clock: Callable[[], float], *, wait_seconds: tuple[float, ...] = _WAIT_SECONDS) -> None:
        """``wait_seconds``: how long it waits before each further try."""
        self._clock = clock
        self._wait_seconds = wait_seconds
        self._waiting: dict[str, deque[bytes]] = {}
        self._tasks = BackgroundTasks()
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="ims-callback")

    @property
    def addresses(self) -> int:
        """How many addresses something waits for."""
        return len(self._waiting)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._tasks.stop()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def send(self, url: str | None, event: str, body: Mapping[str, Any]) -> None:
        """Post ``{EventType, UserId, EventTime, MessageBody}``. Returns at once."""
        if url is None:
            return
        if not _is_here(url):
            _log.warning("%s is not told of %s: the local IMS contacts this machine only", drop_query(url), event)
            return
        waiting = self._waiting.get(url)
        if len(self._waiting if waiting is None else waiting) >= (MAX_ADDRESSES if waiting is None else MAX_WAITING):
            _log.warning("%s is not told of %s: too much is waiting to be posted", drop_query(url), event)
            return
        if waiting is None:
            waiting = self._waiting[url] = deque()
            self._tasks.start(self._post_all(url, waiting), f"telling {drop_query(url)}")
        message = {"EventType": event, "UserId": USER_ID, "EventTime": write_utc(self._clock()), "MessageBody": body}
        waiting.append(json.dumps(message).encode())

    async def _post_all(self, url: str, waiting: deque[bytes]) -> None:
        loop = asyncio.get_running_loop()
        try:
            while waiting:
                for wait_seconds in (*self._wait_seconds, None):
                    problem = await loop.run_in_executor(self._threads, _post, url, waiting[0])
                    if problem is None:
                        break
                    if wait_seconds is None:
                        _log.warning("%s did not take a callback: %s", drop_query(url), problem)
                    else:
                        await asyncio.sleep(wait_seconds)
                waiting.popleft()
        finally:
            del self._waiting[url]


def _post(url: str, body: bytes) -> str | None:
    """Why it was not taken; None where it was."""
    try:
        parts = urlsplit(make_numeric(url))
        address = parts.hostname or ""
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                address, parts.port or 443, timeout=_POST_SECONDS, context=context
            )
        else:
            connection = http.client.HTTPConnection(address, parts.port or 80, timeout=_POST_SECONDS)
        # The time-out above is one for each read: an answer may come a byte at a time.
        end = threading.Timer(2 * _POST_SECONDS, _cut, (connection,))
        end.daemon = True
        end.start()
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", target, body, {"Host": urlsplit(url).netloc, "Content-Type": "application/json"})
            status = connection.getresponse().status
        finally:
            end.cancel()
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        return type(error).__name__
    return None if 200 <= status < 300 else f"HTTP {status}"


def _cut(connection: http.client.HTTPConnection) -> None:
    opened: Any = connection.sock
    if opened is not None:
        with suppress(OSError):
            socket.socket.shutdown(opened, socket.SHUT_RDWR)


def _is_here(url: str) -> bool:
    try:
        return is_loopback(urlsplit(url).hostname or "")
    except ValueError:
        return False
