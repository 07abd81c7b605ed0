"""A tool whose arguments are a parameter table: its published schema, its checks, and one boundary for errors."""

from __future__ import annotations

from typing import Any, Self

import anyio
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase, FuncMetadata
from mcp.shared.exceptions import MCPError
from mcp_types import InputRequiredResult, ToolAnnotations
from pydantic import PrivateAttr

from ims_mcp.catalogue import Effect, Operation
from ims_mcp.catalogue.check import check
from ims_mcp.catalogue.listed_schema import MAX_BYTES, listed_schema
from ims_mcp.catalogue.schema import rule_text
from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import plain
from ims_mcp.server.failures import explained, incident, success
from ims_mcp.server.wait_policy import longest_wait_seconds
from ims_mcp.workflows.waiting import Progress

LONGEST_PROGRESS = 300
"""Characters of a progress message: one line beside a spinner."""
Answer = dict[str, Any] | InputRequiredResult


class TableTool(Tool):
    """Base of the tools for operations and for workflows: a child says what a checked call answers."""

    _table: Operation = PrivateAttr()
    _max_wait_seconds: float | None = PrivateAttr(default=None)

    @classmethod
    def described(
        cls, table: Operation, output_schema: dict[str, Any] | None = None, *, max_schema_bytes: float = MAX_BYTES
    ) -> Self:
        """A tool that is named, described and annotated from its table; a larger schema is folded."""
        tool = cls(
            fn=_never_called,
            name=table.tool_name,
            title=table.title,
            description=" ".join(
                filter(None, [table.purpose, *(rule_text(rule) for rule in table.rules), table.costs])
            ),
            parameters=listed_schema(table, max_schema_bytes),
            fn_metadata=FuncMetadata(arg_model=ArgModelBase, output_schema=output_schema),
            is_async=True,
            context_kwarg=None,
            annotations=effect_annotations(table),
        )
        tool._table = table
        return tool

    def wait_at_most(self, seconds: float | None) -> None:
        """What the user allows any call to wait; None leaves it to what is known of the client."""
        self._max_wait_seconds = seconds

    def longest_wait_seconds(self, context: Context[Any, Any]) -> float:
        """Seconds that this call may take."""
        return longest_wait_seconds(context, self._max_wait_seconds)

    async def checked(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments against the table. Raises InvalidArguments."""
        return check(self._table, arguments)

    async def answer(self, arguments: dict[str, Any], context: Context[Any, Any]) -> Answer:
        """The result of a call with checked arguments, or the question to be asked first. Raises ImsError."""
        raise NotImplementedError

    async def run(self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False) -> Any:
        """The call's result, success or failure, as a CallToolResult; or the question it has to ask first."""
        try:
            result = await self.answer(await self.checked(arguments), context)
        except ImsError as error:
            return explained(error)
        except MCPError:
            raise
        except Exception as error:
            return incident(self.name, error)
        if isinstance(result, InputRequiredResult):
            return result
        return success(result)


def effect_annotations(table: Operation) -> ToolAnnotations:
    """All four hints, from the table's effect. A conditionally destructive operation counts as destructive."""
    destructive = table.effect is Effect.DESTRUCTIVE or bool(table.destructive_when)
    return ToolAnnotations(
        read_only_hint=table.effect is Effect.READ,
        destructive_hint=destructive,
        idempotent_hint=table.idempotent,
        open_world_hint=True,
    )


def progress_of(context: Context[Any, Any]) -> Progress:
    """Progress of a workflow as MCP progress of this call."""

    async def report(done: float, total: float, message: str) -> None:
        # A progress message must not delay the work it reports.
        with anyio.move_on_after(1):
            await context.report_progress(done, total, plain(message, LONGEST_PROGRESS))

    return report


async def _never_called() -> None:
    raise NotImplementedError("TableTool.run answers every call itself")
