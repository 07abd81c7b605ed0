"""run_script before a scripted service: an MCP client on the real server, whose sandbox is the real one."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from mcp import Client

from ims_mcp.settings import Settings
from tests.client.scripted_service import Answer, Arrived, ScriptedService
from tests.server.connected import connected, content_of, text_of

SETTINGS = replace(Settings(), toolsets=("core", "script"))


def answering(answers: Mapping[str, Answer | Callable[[Arrived], Answer]]) -> Callable[[Arrived], Answer]:
    """What a service answers to each operation; to any other one an empty success."""

    def answer(arrived: Arrived) -> Answer:
        known = answers.get(arrived.action, Answer())
        return known if isinstance(known, Answer) else known(arrived)

    return answer


def read_parameters(arrived: Arrived) -> dict[str, str]:
    """The parameters of a call, wherever they travelled."""
    return arrived.query | (arrived.form if arrived.body else {})


@asynccontextmanager
async def scripting(
    answers: Mapping[str, Answer | Callable[[Arrived], Answer]] | None = None,
    *,
    settings: Settings = SETTINGS,
    **options: Any,
) -> AsyncGenerator[tuple[Client, ScriptedService]]:
    """A client of a server that has run_script, and the service that its scripts call."""
    with ScriptedService(usual=answering(answers or {})) as service:
        async with connected(service.url, settings=settings, **options) as client:
            yield client, service


async def run(client: Client, code: str, **arguments: Any) -> dict[str, Any]:
    """The answer of run_script."""
    return content_of(await client.call_tool("run_script", {"code": code, **arguments}))


async def refuse(client: Client, code: str) -> str:
    """What says why a script is not run."""
    result = await client.call_tool("run_script", {"code": code})
    assert result.is_error
    return text_of(result)


def quote(text: str) -> str:
    """As Python writes it."""
    return json.dumps(text)
