"""A tool whose arguments are a parameter table: how it is listed, its checks, and the one boundary where errors become
what a model reads."""

from __future__ import annotations

import json
import logging
import math
import uuid
from collections.abc import Awaitable, Callable, Container, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import anyio
from mcp.server import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ImageContent,
    InputRequiredResult,
    TextContent,
    Tool,
    ToolAnnotations,
)

from ims_mcp.catalogue import Effect, Operation
from ims_mcp.catalogue.check import check
from ims_mcp.catalogue.listed_schema import listed_purpose, listed_schema
from ims_mcp.catalogue.schema import rule_text
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ImsError, TryLater
from ims_mcp.foreign_text import clean, plain, shorten
from ims_mcp.server.reach import Target
from ims_mcp.server.wait_policy import decide_longest_wait
from ims_mcp.summaries.bounds import compact

LONGEST_PROGRESS = 300
"""Characters of a progress message: one line beside a spinner."""
LONGEST_BYTES = 16 * 1024
"""Of an error's text."""
_SHOWN_CHARACTERS = 60

logger = logging.getLogger("ims_mcp.server")


@dataclass(frozen=True, slots=True)
class ToolRequest:
    """A tools/call as its tool sees it, beside the arguments."""

    context: ServerRequestContext[Any]
    params: CallToolRequestParams
    max_wait_seconds: float | None
    """What the user allows any call to wait; None leaves it to what is known of the client."""
    target: Target
    listed: Container[str] = ()
    """The operations' tools that the caller has, which a next call may name."""
    may_call: Callable[[Operation], bool] | None = None
    """Whether a caller who has not everything has this."""
    find_target_again: Callable[[], Awaitable[Target]] | None = None
    """Where the call goes by what its caller has now: a question may have been open for long."""
    held: Mapping[str, TableTool] = field(default_factory=dict[str, "TableTool"])
    """The caller's tools, for one that calls others."""

    @property
    def client(self) -> ImsClient:
        """Of the account and region this call is for."""
        return self.target.client

    @property
    def longest_wait_seconds(self) -> float:
        """Seconds that this call may take."""
        return decide_longest_wait(self.context, self.max_wait_seconds)

    async def report_progress(self, done: float, total: float, message: str) -> None:
        """Progress of a workflow as MCP progress of this call."""
        # A progress message must not delay the work it reports.
        with anyio.move_on_after(1):
            await self.context.session.report_progress(done, total, plain(message, LONGEST_PROGRESS))


Answer = dict[str, Any] | InputRequiredResult
"""A result, or the question to be asked first."""


@dataclass(frozen=True, slots=True)
class WithPictures:
    """A result with pictures. It is text alone beside them: clients that are given structured content too (Claude Code,
    Codex, opencode) show a model nothing else, and no picture."""

    facts: dict[str, Any]
    pictures: list[ImageContent]


Check = Callable[[Mapping[str, Any], ToolRequest], Awaitable[dict[str, Any]]]


class TableTool:
    """Named, described and annotated from its table. ``answer`` gets checked arguments and raises ImsError."""

    def __init__(
        self,
        table: Operation,
        answer: Callable[[dict[str, Any], ToolRequest], Awaitable[Answer | WithPictures]],
        *,
        check: Check | None = None,
        output_schema: dict[str, Any] | None = None,
        whole: bool = True,
        is_called: bool = True,
        shows_pictures: bool = False,
        for_readers: Operation | None = None,
    ) -> None:
        """``check`` stands in for the check against the table. One that is not listed ``whole`` is shortened to what
        400 of them have room for. One that is not ``is_called`` calls nothing: it is for all accounts alike.
        One that ``shows_pictures`` declares no output: it has no structured one. ``for_readers`` is the table where
        nothing but reads may be called, if the tool does less there."""
        self.is_called = is_called
        self.table = table
        self._answer = answer
        self._check = check
        self.name = table.tool_name

        def write_listed(table: Operation) -> Tool:
            purpose = table.purpose if whole else listed_purpose(table.purpose)
            return Tool(
                name=table.tool_name,
                title=table.title,
                description=" ".join(filter(None, [purpose, *map(rule_text, table.rules), table.costs])),
                input_schema=listed_schema(table, math.inf) if whole else listed_schema(table),
                output_schema=None if shows_pictures else output_schema or {"type": "object"},
                annotations=_annotate(table),
            )

        self.listed = write_listed(table)
        self.listed_to_readers = self.listed if for_readers is None else write_listed(for_readers)

    async def answer(self, arguments: Mapping[str, Any], request: ToolRequest) -> Answer | WithPictures:
        """What it answers to arguments that are not checked yet. Raises ImsError."""
        checked = check(self.table, arguments) if self._check is None else await self._check(arguments, request)
        return await self._answer(checked, request)

    async def run(self, arguments: dict[str, Any], request: ToolRequest) -> CallToolResult | InputRequiredResult:
        """The call's result, success or failure, or the question it has to ask first. Raises MCPError only."""
        try:
            result = await self.answer(arguments, request)
        except TryLater as error:
            told = {"reason": "rate_limited", "retry_after_seconds": error.retry_after_seconds}
            return write_failure(error.explain(), told)
        except ImsError as error:
            return write_failure(error.explain())
        except MCPError:
            raise
        except Exception as error:
            return _report_bug(self.name, error)
        if isinstance(result, InputRequiredResult):
            return result
        if isinstance(result, WithPictures):
            told = write_result(name_place(result.facts, request.target.named))
            return CallToolResult(content=[*told.content, *result.pictures])
        return write_result(name_place(result, request.target.named))


def name_place(result: dict[str, Any], named: Mapping[str, str]) -> dict[str, Any]:
    """The calls that a result proposes, as they get to the same account and region."""
    if not named:
        return result
    placed = dict(result)
    if isinstance(call := result.get("next_call"), dict):
        placed["next_call"] = _place(cast("dict[str, Any]", call), named)
    if isinstance(left_out := result.get("left_out"), list):
        placed["left_out"] = [
            _place(cast("dict[str, Any]", entry), named) if isinstance(entry, dict) else entry
            for entry in cast("list[Any]", left_out)
        ]
    return placed


def _place(call: dict[str, Any], named: Mapping[str, str]) -> dict[str, Any]:
    arguments = call.get("arguments")
    return {**call, "arguments": {**arguments, **named}} if isinstance(arguments, dict) else call


def declare(**kinds: str) -> dict[str, Any]:
    """An output schema of these fields and any others. None is required: a query, or a question, answers otherwise."""
    schemas: dict[str, Any] = {
        name: {"type": "array", "items": {"type": "object"}} if kind == "array" else {"type": kind}
        for name, kind in kinds.items()
    }
    return {"type": "object", "properties": schemas}


def _annotate(table: Operation) -> ToolAnnotations:
    """All four hints, from the table's effect. A conditionally destructive operation counts as destructive."""
    return ToolAnnotations(
        read_only_hint=table.effect is Effect.READ,
        destructive_hint=table.effect is Effect.DESTRUCTIVE or bool(table.destructive_when),
        idempotent_hint=table.idempotent,
        open_world_hint=True,
    )


def write_result(result: dict[str, Any]) -> CallToolResult:
    """A result, the same facts twice: some clients show a model only the text, others only the structured content."""
    text = compact(result)
    try:
        text.encode()
    except UnicodeEncodeError:
        # Half a character, as a file name or a client's own words may hold, would end the connection.
        text = text.encode("utf-8", "replace").decode()
        result = json.loads(text)
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=result)


def write_failure(text: str, told: dict[str, Any] | None = None) -> CallToolResult:
    """An error result; everything is in the text, since clients drop structured content on errors. ``told`` is for
    programs: what they can act on without reading.

    Whoever wrote the text has cleaned what it quotes; this is the last look at it, and makes it encodable.
    """
    text = shorten(clean(text), LONGEST_BYTES)
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=told, is_error=True)


def log_bug(what: str, error: Exception) -> str:
    """The id under which the trace of an unexpected error is in the log; only that goes to a client."""
    incident_id = uuid.uuid4().hex[:12]
    logger.error("unexpected error", extra={"tool": what, "incident": incident_id}, exc_info=error)
    return incident_id


def _report_bug(tool_name: str, error: Exception) -> CallToolResult:
    incident_id = log_bug(tool_name, error)
    return write_failure(
        f"{tool_name} failed inside this server, which is a bug in it, not in your call (incident {incident_id}). "
        "Nothing is known about whether the service acted; look before calling again. The server's stderr log has "
        "the details under that incident."
    )


def quote_name(name: str) -> str:
    """A name that a client made up, as an error repeats it: short, printable, on one line."""
    return repr(plain(name, _SHOWN_CHARACTERS))
