"""A destructive call is confirmed by the user, in both protocol eras, or it is not made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from mcp_types import ElicitResult

from ims_mcp.settings import Settings
from tests.client.scripted_service import Answer, ScriptedService
from tests.server.connected import ERAS, Era, connected, text_of

ASK = Callable[..., Awaitable[ElicitResult]]
DELETE = ("delete_media_infos", {"MediaIds": "a" * 32})
OVERWRITE = ("register_media_info", {"InputURL": "oss://b/k.mp4", "Overwrite": True})


class User:
    """Answers every question the same way and remembers what was asked."""

    def __init__(self, action: Any, content: dict[str, Any] | None = None) -> None:
        self.asked: list[str] = []
        self._answer = ElicitResult(action=action, content=content)

    async def __call__(self, context: Any, params: Any) -> ElicitResult:
        self.asked.append(params.message)
        return self._answer


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(("tool", "arguments"), [DELETE, OVERWRITE])
async def test_a_confirmed_destructive_call_is_sent_once(era: Era, tool: str, arguments: dict[str, Any]) -> None:
    user = User("accept", {"confirm": True})
    with ScriptedService() as service:
        async with connected(service.url, era=era, elicitation=user) as client:
            result = await client.call_tool(tool, arguments)
    assert not result.is_error, text_of(result)
    assert service.count == 1
    assert len(user.asked) == 1
    assert str(next(iter(arguments.values()))) in user.asked[0]


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("user", [User("decline"), User("cancel"), User("accept", {"confirm": False})])
async def test_a_call_the_user_does_not_confirm_is_not_sent(era: Era, user: User) -> None:
    with ScriptedService() as service:
        async with connected(service.url, era=era, elicitation=user) as client:
            result = await client.call_tool(*DELETE)
    assert result.is_error
    assert "did not confirm" in text_of(result)
    assert service.count == 0


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(("tool", "arguments"), [DELETE, OVERWRITE])
async def test_a_client_that_cannot_ask_is_refused_and_told_the_way(
    era: Era, tool: str, arguments: dict[str, Any]
) -> None:
    with ScriptedService() as service:
        async with connected(service.url, era=era) as client:
            result = await client.call_tool(tool, arguments)
    assert result.is_error
    assert "--allow-destructive" in text_of(result)
    assert service.count == 0


@pytest.mark.anyio
async def test_registering_without_overwrite_asks_nobody() -> None:
    with ScriptedService(usual=Answer(body={"MediaId": "m", "RequestId": "r"})) as service:
        async with connected(service.url) as client:
            result = await client.call_tool("register_media_info", {"InputURL": "oss://b/k.mp4", "Overwrite": False})
    assert not result.is_error, text_of(result)
    assert service.count == 1


@pytest.mark.anyio
async def test_allow_destructive_sends_without_asking() -> None:
    user = User("decline")
    with ScriptedService() as service:
        async with connected(service.url, settings=Settings(allow_destructive=True), elicitation=user) as client:
            result = await client.call_tool(*DELETE)
    assert not result.is_error, text_of(result)
    assert (service.count, user.asked) == (1, [])


@pytest.mark.anyio
async def test_read_only_mode_refuses_before_it_asks() -> None:
    user = User("accept", {"confirm": True})
    with ScriptedService() as service:
        async with connected(service.url, settings=Settings(read_only=True), elicitation=user) as client:
            result = await client.call_tool(*DELETE)
    assert "read-only" in text_of(result)
    assert (service.count, user.asked) == (0, [])
