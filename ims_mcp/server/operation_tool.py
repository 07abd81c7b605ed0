"""An operation of IMS as an MCP tool: guarded, called, waited for, and shaped into what the model reads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

from mcp.server.mcpserver import Context
from mcp_types import InputRequiredResult
from pydantic import PrivateAttr

from ims_mcp.catalogue import Operation
from ims_mcp.client.ims import ImsClient
from ims_mcp.server.confirmation import confirmed
from ims_mcp.server.output_schemas import output_schema
from ims_mcp.server.table_tool import Answer, TableTool, progress_of
from ims_mcp.workflows.operation_call import OwnArguments, run_operation
from ims_mcp.workflows.own_parameters import own_parameters


class OperationTool(TableTool):
    """Serves one operation; its table is the operation's own plus this server's parameters."""

    _operation: Operation = PrivateAttr()
    _client: ImsClient = PrivateAttr()

    @classmethod
    def of(cls, operation: Operation, client: ImsClient) -> Self:
        """The tool of one operation."""
        table = replace(operation, parameters=(*operation.parameters, *own_parameters(operation)))
        tool = cls.described(table, output_schema(operation))
        tool._operation, tool._client = operation, client
        return tool

    async def answer(self, arguments: dict[str, Any], context: Context[Any, Any]) -> Answer:
        own = OwnArguments.taken_from(arguments)
        asked = False
        if self._client.needs_confirmation(self._operation, arguments):
            answer = await confirmed(context, self._operation, arguments)
            if isinstance(answer, InputRequiredResult):
                return answer
            asked = True
        return await run_operation(
            self._client, self._operation, arguments, own, confirmed=asked, progress=progress_of(context)
        )
