"""An operation of IMS as an MCP tool: checked, confirmed, called, waited for, and shaped into what the model reads."""

from __future__ import annotations

import math
from collections.abc import Container
from typing import Any, Self

from mcp.server.mcpserver import Context
from pydantic import PrivateAttr

from ims_mcp.catalogue import Operation
from ims_mcp.catalogue.listed_schema import MAX_BYTES
from ims_mcp.client.ims import ImsClient
from ims_mcp.server.confirmation import Confirmations
from ims_mcp.server.table_tool import Answer, TableTool, progress_of
from ims_mcp.server.toolsets import core_operations
from ims_mcp.workflows.behaviours import OperationCall, behaviour_of
from ims_mcp.workflows.operation_call import check_arguments, run_operation
from ims_mcp.workflows.server_parameters import split_arguments, whole_table


class OperationTool(TableTool):
    """Serves one operation; its table is the operation's own plus this server's parameters."""

    _operation: Operation = PrivateAttr()
    _client: ImsClient = PrivateAttr()
    _confirmations: Confirmations = PrivateAttr()
    _listed: Container[str] = PrivateAttr()

    @classmethod
    def of(cls, operation: Operation, client: ImsClient, confirmations: Confirmations, listed: Container[str]) -> Self:
        """The tool of one operation; ``listed`` are the tools that a next call may name."""
        # What people meet first is listed whole; among 400 the deepest objects have to be folded.
        is_core = operation in core_operations()
        most = math.inf if is_core else MAX_BYTES
        table = whole_table(operation, list_query=is_core)
        tool = cls.described(table, behaviour_of(operation).output_schema(operation), max_schema_bytes=most)
        tool._operation, tool._client, tool._listed = operation, client, listed
        tool._confirmations = confirmations
        return tool

    async def checked(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return await check_arguments(self._client, self._operation, arguments)

    async def answer(self, arguments: dict[str, Any], context: Context[Any, Any]) -> Answer:
        longest = self.longest_wait_seconds(context)
        return await answered(
            self._client,
            self._confirmations,
            self._operation,
            arguments,
            context,
            self._listed,
            longest_seconds=longest,
        )


async def answered(
    client: ImsClient,
    confirmations: Confirmations,
    operation: Operation,
    checked: dict[str, Any],
    context: Context[Any, Any],
    listed: Container[str],
    *,
    longest_seconds: float,
    by_its_own_tool: bool = True,
) -> Answer:
    """The result of calling ``operation`` with arguments that have been checked, or the question to be asked first.

    ``longest_seconds``: what the call may take where it waits for a job.
    """
    arguments, own = split_arguments(operation, checked)
    asked = False
    if client.needs_confirmation(operation, arguments):
        question = await confirmations.ask(context, operation, arguments)
        if question is not None:
            return question
        asked = True
    call = OperationCall(client, operation, arguments, own, asked, listed, by_its_own_tool)
    return await run_operation(call, progress=progress_of(context), longest_seconds=longest_seconds)
