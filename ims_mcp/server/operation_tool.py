"""An operation of IMS as an MCP tool: schema from its table, validation, call, wait, and what the model reads."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Self

import anyio
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase, FuncMetadata
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, InputRequiredResult, TextContent, ToolAnnotations
from pydantic import PrivateAttr

from ims_mcp.catalogue import Effect, Operation
from ims_mcp.catalogue.check import check
from ims_mcp.catalogue.schema import input_schema, rule_text
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ImsError
from ims_mcp.server.confirmation import confirmed
from ims_mcp.server.failures import explained, incident
from ims_mcp.server.output_schemas import output_schema
from ims_mcp.workflows.operation_call import OwnArguments, run_operation
from ims_mcp.workflows.own_parameters import own_parameters
from ims_mcp.workflows.waiting import Progress


class OperationTool(Tool):
    """Serves one operation. Built with :meth:`of`; :meth:`run` is the road of every call."""

    _operation: Operation = PrivateAttr()
    _table: Operation = PrivateAttr()  # the operation with this server's own parameters added
    _client: ImsClient = PrivateAttr()

    @classmethod
    def of(cls, operation: Operation, client: ImsClient) -> Self:
        """The tool of one operation: its own table plus this server's parameters, described and annotated from it."""
        table = replace(operation, parameters=(*operation.parameters, *own_parameters(operation)))
        tool = cls(
            fn=_never_called,
            name=operation.tool_name,
            title=operation.title,
            description=" ".join([operation.purpose, *(rule_text(rule) for rule in operation.rules)]),
            parameters=input_schema(table),
            fn_metadata=FuncMetadata(arg_model=ArgModelBase, output_schema=output_schema(operation)),
            is_async=True,
            context_kwarg=None,
            annotations=effect_annotations(operation),
        )
        tool._operation, tool._table, tool._client = operation, table, client
        return tool

    async def run(self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False) -> Any:
        """The call's result, success or failure, as a CallToolResult; or the question it has to ask first."""
        try:
            return await self._answer(arguments, context)
        except ImsError as error:
            return explained(error)
        except MCPError:
            raise
        except Exception as error:
            return incident(self.name, error)

    async def _answer(
        self, arguments: dict[str, Any], context: Context[Any, Any]
    ) -> CallToolResult | InputRequiredResult:
        given = check(self._table, arguments)
        own = OwnArguments.taken_from(given)
        asked = False
        if self._client.needs_confirmation(self._operation, given):
            answer = await confirmed(context, self._operation, given)
            if isinstance(answer, InputRequiredResult):
                return answer
            asked = True
        result = await run_operation(
            self._client, self._operation, given, own, confirmed=asked, progress=_progress(context)
        )
        text = json.dumps(result, ensure_ascii=False, separators=(",", ":"))
        return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=result)


def effect_annotations(operation: Operation) -> ToolAnnotations:
    """All four hints, from the table's effect. A conditionally destructive operation counts as destructive."""
    destructive = operation.effect is Effect.DESTRUCTIVE or operation.destructive_when is not None
    return ToolAnnotations(
        read_only_hint=operation.effect is Effect.READ,
        destructive_hint=destructive,
        idempotent_hint=operation.idempotent,
        open_world_hint=True,
    )


def _progress(context: Context[Any, Any]) -> Progress:
    async def report(done: float, total: float, message: str) -> None:
        # A progress message must not delay the work it reports.
        with anyio.move_on_after(1):
            await context.report_progress(done, total, message)

    return report


async def _never_called() -> None:
    raise NotImplementedError("OperationTool.run answers every call itself")
