"""Telling NotifyUrl what a recording does: JSON posted to this machine, tried again while nobody takes it.

The body's layout is a choice of this project, in the envelope the documents show for other events.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import logging
import ssl
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from ims_mcp.local.timestamps import utc_text
from ims_mcp.loopback import is_loopback

USER_ID = 1_000_000_000_000_000
"""The account all of this belongs to; no account of Alibaba Cloud has this number."""
_POST_SECONDS = 5.0
_WAIT_SECONDS = (1.0, 4.0, 16.0)
_log = logging.getLogger(__name__)


def loopback_address(host: str) -> str | None:
    """The numeric address of a host that is this machine; None for any other. Nothing is looked up."""
    if not is_loopback(host):
        return None
    return "127.0.0.1" if host.lower() == "localhost" else host


class Callbacks:
    """Posts in the background and in order for each address; leaving the context gives up what nobody took yet."""

    def __init__(self, clock: Callable[[], float], *, wait_seconds: tuple[float, ...] = _WAIT_SECONDS) -> None:
        """``wait_seconds``: how long it waits before each further try."""
        self._clock = clock
        self._wait_seconds = wait_seconds
        self._queues: dict[str, asyncio.Queue[bytes]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def send(self, url: str | None, event: str, body: Mapping[str, Any]) -> None:
        """Post ``{EventType, UserId, EventTime, MessageBody}``. Returns at once."""
        if url is None:
            return
        if loopback_address(urlsplit(url).hostname or "") is None:
            _log.warning("%s is not told of %s: the local IMS contacts this machine only", _shown(url), event)
            return
        message = {"EventType": event, "UserId": USER_ID, "EventTime": utc_text(self._clock()), "MessageBody": body}
        if url not in self._queues:
            self._queues[url] = asyncio.Queue()
            self._tasks.append(asyncio.create_task(self._post_all(url, self._queues[url])))
        self._queues[url].put_nowait(json.dumps(message).encode())

    async def _post_all(self, url: str, queue: asyncio.Queue[bytes]) -> None:
        while True:
            body = await queue.get()
            for wait_seconds in (*self._wait_seconds, None):
                problem = await asyncio.to_thread(_post, url, body)
                if problem is None:
                    break
                if wait_seconds is None:
                    _log.warning("%s did not take a callback: %s", _shown(url), problem)
                else:
                    await asyncio.sleep(wait_seconds)


def _post(url: str, body: bytes) -> str | None:
    """Why it was not taken; None where it was."""
    parts = urlsplit(url)
    address = loopback_address(parts.hostname or "")
    try:
        if address is None:
            return "not on this machine"
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                address, parts.port or 443, timeout=_POST_SECONDS, context=context
            )
        else:
            connection = http.client.HTTPConnection(address, parts.port or 80, timeout=_POST_SECONDS)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", target, body, {"Host": parts.netloc, "Content-Type": "application/json"})
            status = connection.getresponse().status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        return type(error).__name__
    return None if 200 <= status < 300 else f"HTTP {status}"


def _shown(url: str) -> str:
    return url.partition("?")[0]
