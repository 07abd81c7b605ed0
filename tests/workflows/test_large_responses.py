"""A response of megabytes is made readable beside the event loop, a small one on it; a query always beside it."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from ims_mcp.workflows import operation_call
from ims_mcp.workflows.behaviours import get_media_info
from tests.bodies.media_info import body
from tests.client.scripted_service import Answer, ScriptedService
from tests.server.connected import connected, content_of

SMALL_AND_LARGE = ("page example", "21 files, 120 min of tags")


@pytest.mark.anyio
@pytest.mark.parametrize(("case", "on_the_loop"), [(SMALL_AND_LARGE[0], True), (SMALL_AND_LARGE[1], False)])
@pytest.mark.parametrize("how", [{}, {"view": "full"}])
async def test_only_a_small_response_is_opened_on_the_event_loop(
    case: str, on_the_loop: bool, how: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await _on_the_loop(case, how, monkeypatch) is on_the_loop


@pytest.mark.anyio
@pytest.mark.parametrize("case", SMALL_AND_LARGE)
async def test_no_query_is_evaluated_on_the_event_loop(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not await _on_the_loop(case, {"query": "MediaInfo.MediaBasicInfo.Status"}, monkeypatch)


async def _on_the_loop(case: str, how: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> bool:
    where: list[threading.Thread] = []

    def watched(real: Any) -> Any:
        def call(*arguments: Any, **named: Any) -> Any:
            where.append(threading.current_thread())
            return real(*arguments, **named)

        return call

    monkeypatch.setattr(get_media_info, "media_info_view", watched(get_media_info.media_info_view))
    monkeypatch.setattr(operation_call, "pick", watched(operation_call.pick))
    with ScriptedService(usual=Answer(body=body(case))) as service:
        async with connected(service.url) as client:
            assert content_of(await client.call_tool("get_media_info", {"MediaId": "m", **how}))
    (thread,) = set(where)
    return thread is threading.current_thread()
