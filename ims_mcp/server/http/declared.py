"""What a client of the older protocol has said of itself, where no session remembers it.

Such a client declares once, in its initialize, that it shows apps. The answer gives it a session id that says so, and
the client sends that with each request: any replica can read it, and none keeps anything. It proves nothing and gives
nothing: every client may declare what it likes.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import HTTPConnection
from starlette.types import Message, Send

from ims_mcp.server.app_clients import declares_apps
from ims_mcp.summaries.values import as_object

SESSION_HEADER: Final = "Mcp-Session-Id"
_SHOWS_APPS = "apps-"


def has_declared_apps(connection: HTTPConnection) -> bool:
    """Whether the client has been given such an id."""
    return connection.headers.get(SESSION_HEADER, "").startswith(_SHOWS_APPS)


def remember_declared(message: Mapping[str, Any], send: Send) -> Send:
    """``send`` with the id in the answer, where ``message`` is the initialize of a client that shows apps."""
    capabilities = as_object(as_object(message.get("params")).get("capabilities"))
    if message.get("method") != "initialize" or not declares_apps(capabilities.get("extensions")):
        return send
    header = (SESSION_HEADER.lower().encode(), f"{_SHOWS_APPS}{uuid.uuid4().hex}".encode())

    async def send_with_id(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            message = {**message, "headers": [*message.get("headers", ()), header]}
        await send(message)

    return send_with_id
