"""Where a task is worked on: the tools, by their names and texts alone, with every call and byte counted."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import anyio
from mcp import Client
from mcp.client.session import ClientRequestContext
from mcp_types import ElicitRequestParams, ElicitResult

from ims_mcp.settings import Settings
from tests.server.connected import LOCAL, connected, text_of

READING_SECONDS = 0.6
"""What a user needs at least for a question."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call as the assistant made it, and what it read."""

    tool: str
    arguments: dict[str, Any]
    text: str
    failed: bool

    @property
    def size_bytes(self) -> int:
        """Of what was read."""
        return len(self.text.encode())

    @property
    def written_bytes(self) -> int:
        """Of what was written: a script is longer than what a tool is called with."""
        return len(json.dumps(self.arguments, ensure_ascii=False).encode())


@dataclass(slots=True)
class Desk:
    """The tools of one server, used by one assistant for one task."""

    client: Client
    calls: list[ToolCall] = field(default_factory=list[ToolCall])
    questions: list[str] = field(default_factory=list[str])
    """What the user was asked before a call."""

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured answer of a call that went well; AssertionError with its text where it did not."""
        made = await self.use(tool, arguments)
        assert not made.failed, made.text
        return cast("dict[str, Any]", json.loads(made.text))

    async def use(self, tool: str, arguments: dict[str, Any]) -> ToolCall:
        """A call of any outcome."""
        result = await self.client.call_tool(tool, arguments)
        made = ToolCall(tool, arguments, text_of(result), bool(result.is_error))
        self.calls.append(made)
        return made

    async def find(self, query: str, operation: str) -> dict[str, Any]:
        """Search in the user's words; the hit for ``operation``, which has to be among the first five."""
        found = (await self.call("search_operations", query=query))["operations"]
        hits = {hit["operation"]: hit for hit in found}
        assert operation in hits, f"{query!r} finds {list(hits)}"
        return hits[operation]

    async def run(self, operation: str, effect: str = "read", **arguments: Any) -> dict[str, Any]:
        """Call an operation that has no tool of its own."""
        return await self.call(f"call_{effect}_operation", operation=operation, operation_arguments=arguments)

    async def follow(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Make the call that an answer proposes."""
        proposed = answer["next_call"]
        return await self.call(proposed["tool"], **proposed["arguments"])


@asynccontextmanager
async def open_desk(
    endpoint: str,
    state_dir: Path,
    upload_dir: Path,
    *,
    agree: Callable[[str], bool],
    toolsets: tuple[str, ...] = ("core",),
) -> AsyncGenerator[Desk]:
    """A desk over the IMS at ``endpoint``. ``agree`` is the user: asked with the text of a question, it says yes or no.

    The server's transfers live in ``state_dir``, files may be sent from ``upload_dir``.
    """
    desks: list[Desk] = []

    async def ask(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        desks[0].questions.append(params.message)
        if agree(params.message):
            return ElicitResult(action="accept", content={"confirm": True})
        # A no that comes at once is taken for the client's own, and would not be reported as the user's.
        await anyio.sleep(READING_SECONDS)
        return ElicitResult(action="decline")

    settings = Settings(upload_dirs=(upload_dir,), state_dir=state_dir, toolsets=toolsets)
    async with connected(endpoint, credential=LOCAL, settings=settings, era="auto", elicitation=ask) as client:
        desks.append(Desk(client))
        yield desks[0]
