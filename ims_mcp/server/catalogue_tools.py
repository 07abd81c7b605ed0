"""The catalogue tools: find an operation by what it does, read its table, and call any of them by its effect."""

from __future__ import annotations

from collections.abc import Container
from typing import Any, Self

from mcp.server.mcpserver import Context
from pydantic import PrivateAttr

from ims_mcp.catalogue import TOOLSETS, AskWhen, Effect, Operation, Parameter, get_operation
from ims_mcp.catalogue.describe import description
from ims_mcp.catalogue.search import Found, search
from ims_mcp.client.ims import ImsClient
from ims_mcp.errors import ImsError
from ims_mcp.foreign_text import shorten
from ims_mcp.server.confirmation import Confirmations
from ims_mcp.server.failures import quote_name
from ims_mcp.server.operation_tool import answered
from ims_mcp.server.table_tool import Answer, TableTool
from ims_mcp.summaries.bounds import fit
from ims_mcp.summaries.shaping import MAX_BYTES
from ims_mcp.workflows.operation_call import checked_arguments
from ims_mcp.workflows.own_parameters import own_parameters

_PURPOSE_CHARACTERS = 220
_OPERATION = Parameter("operation", "string", required=True, text="Such as SubmitTranscodeJob.")
_ARGUMENTS = Parameter("arguments", "object", text="As describe_operation lists them; query and wait_seconds too.")

SEARCH_OPERATIONS = Operation(
    name="SearchOperations",
    toolset="catalogue",
    title="Find an operation",
    purpose=(
        "Find the operations of IMS that do what you describe, among all 400: transcoding, editing, AI analysis, live "
        "channels, packaging, DRM, avatars, voice agents and more. Say it in plain English or Chinese. Returns name, "
        "purpose, effect and required parameters, best first."
    ),
    effect=Effect.READ,
    idempotent=True,
    parameters=(
        Parameter(
            "query", "string", required=True, text="What is to be done: cut a video into clips.", max_characters=500
        ),
        Parameter("limit", "integer", text="Default 5.", minimum=1, maximum=20),
        Parameter("toolset", "string", text="Only this toolset.", hints=tuple(TOOLSETS)),
    ),
)
DESCRIBE_OPERATION = Operation(
    name="DescribeOperation",
    toolset="catalogue",
    title="Read an operation's table",
    purpose=(
        "The whole parameter table of one operation, with an example call, what comes back, what to look at afterwards "
        "and the address of its documentation. Read it before calling an operation that has no tool of its own."
    ),
    effect=Effect.READ,
    idempotent=True,
    parameters=(_OPERATION,),
)


class SearchTool(TableTool):
    """Serves :data:`SEARCH_OPERATIONS`."""

    _listed: Container[str] = PrivateAttr()

    @classmethod
    def of(cls, listed: Container[str]) -> Self:
        tool = cls.described(SEARCH_OPERATIONS)
        tool._listed = listed
        return tool

    async def answer(self, arguments: dict[str, Any], context: Context[Any, Any]) -> Answer:
        toolset = arguments.get("toolset")
        if toolset is not None and toolset not in TOOLSETS:
            raise ImsError(
                f"There is no toolset {quote_name(toolset)}.", next_step=f"There are: {', '.join(TOOLSETS)}."
            )
        found = search(arguments["query"], limit=arguments.get("limit", 5), toolset=toolset)
        if not found:
            return {"operations": [], "hint": "Nothing fits. Use other words, or name a toolset to see what it has."}
        return {"operations": [self._line(hit) for hit in found]}

    def _line(self, hit: Found) -> dict[str, Any]:
        operation = hit.operation
        call_with = operation.tool_name if operation.tool_name in self._listed else f"call_{operation.effect}_operation"
        return {
            "operation": operation.name,
            "purpose": shorten(operation.purpose, _PURPOSE_CHARACTERS),
            "effect": str(operation.effect),
            "required": [row.name for row in operation.parameters if row.required],
            "call_with": call_with,
        }


class DescribeTool(TableTool):
    """Serves :data:`DESCRIBE_OPERATION`."""

    @classmethod
    def of(cls) -> Self:
        return cls.described(DESCRIBE_OPERATION)

    async def answer(self, arguments: dict[str, Any], context: Context[Any, Any]) -> Answer:
        # Bounded, not shaped: nothing in it comes from the service, and a field called Password is no password here.
        operation = get_operation(arguments["operation"])
        also = {row.name: row.text for row in own_parameters(operation)}
        return fit(description(operation) | {"takes_also": also}, MAX_BYTES)


class CallTool(TableTool):
    """Calls any operation of one effect, by the same checks, guards, retries and shaping as a tool of its own."""

    _effect: Effect = PrivateAttr()
    _client: ImsClient = PrivateAttr()
    _confirmations: Confirmations = PrivateAttr()
    _listed: Container[str] = PrivateAttr()

    @classmethod
    def of(cls, effect: Effect, client: ImsClient, confirmations: Confirmations, listed: Container[str]) -> Self:
        tool = cls.described(_call_table(effect))
        tool._effect, tool._client, tool._listed = effect, client, listed
        tool._confirmations = confirmations
        return tool

    async def answer(self, arguments: dict[str, Any], context: Context[Any, Any]) -> Answer:
        operation = get_operation(arguments["operation"])
        if operation.effect is not self._effect:
            raise ImsError(
                f"{operation.name} was not sent: it is a {operation.effect} operation.",
                next_step=f"Call it with call_{operation.effect}_operation.",
            )
        given = await checked_arguments(self._client, operation, arguments.get("arguments") or {})
        longest = self.longest_wait_seconds(context)
        return await answered(
            self._client,
            self._confirmations,
            operation,
            given,
            context,
            self._listed,
            longest_seconds=longest,
            by_its_own_tool=False,
        )


def _call_table(effect: Effect) -> Operation:
    which = {
        Effect.READ: "that only reads. Nothing is changed",
        Effect.WRITE: "that changes something. Never sent again blindly when its outcome is unknown",
        Effect.DESTRUCTIVE: "that deletes, replaces, interrupts, orders or calls people. The user is asked first",
    }[effect]
    return Operation(
        name=f"Call{effect.value.title()}Operation",
        toolset="catalogue",
        title=f"Call a {effect} operation",
        purpose=f"Call any operation of IMS {which}. Find it with search_operations, read it with describe_operation.",
        effect=effect,
        idempotent=effect is Effect.READ,
        # For some arguments a write is asked about as well: as the operation's own table says.
        destructive_when=(AskWhen("may replace something"),) if effect is Effect.WRITE else (),
        parameters=(_OPERATION, _ARGUMENTS),
    )


def catalogue_tools(client: ImsClient, confirmations: Confirmations, listed: Container[str]) -> list[TableTool]:
    """The five tools; ``listed`` are the names of the operations that have a tool of their own."""
    return [
        SearchTool.of(listed),
        DescribeTool.of(),
        *(CallTool.of(effect, client, confirmations, listed) for effect in Effect),
    ]
