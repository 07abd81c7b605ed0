"""The catalogue tools: find an operation by what it does, and read its table."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from ims_mcp.catalogue import TOOLSETS, Effect, Operation, Parameter, get_operation, operations
from ims_mcp.catalogue.describe import describe, describe_part
from ims_mcp.catalogue.describe_parameter import describe_parameter
from ims_mcp.catalogue.search import search
from ims_mcp.errors import ImsError
from ims_mcp.server.operation_tools import OPERATION
from ims_mcp.server.search_hits import describe_hits
from ims_mcp.server.tool import Answer, TableTool, ToolRequest, declare, quote_name
from ims_mcp.summaries.bounds import fit
from ims_mcp.summaries.shaping import MAX_BYTES
from ims_mcp.workflows.server_parameters import list_server_parameters

SEARCH_OPERATIONS = Operation(
    name="SearchOperations",
    toolset="catalogue",
    title="Find an operation",
    purpose=(
        "Find the operations of IMS that do what you describe, among all 400: transcoding, editing, AI analysis, live "
        "channels, packaging, DRM, avatars, voice agents and more. Say it in plain English or Chinese. Best first: its "
        "summary, the tool to call it with, an example and what else can be set, often enough to call."
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
        "What to give one operation, with an example call, what comes back and where its result is: where "
        "search_operations leaves something open. What is folded in a deep one is named in more."
    ),
    effect=Effect.READ,
    idempotent=True,
    parameters=(
        OPERATION,
        Parameter("parameter", "string", text="Only this one, whole: Timeline.VideoTracks."),
        Parameter("part", "string", text="Only this part, whole.", choices=("parameters", "returns")),
    ),
)

_WELL_KNOWN = frozenset({"query", "show_fields", "wait_seconds"})
"""Parameters of this server that the tools' own texts or ``afterwards`` tell of."""


def make_search_tool(on_search: Callable[[str], None]) -> TableTool:
    """Serves :data:`SEARCH_OPERATIONS`; ``on_search`` hears every query."""

    async def answer(arguments: dict[str, Any], request: ToolRequest) -> Answer:
        on_search(arguments["query"])
        toolset = arguments.get("toolset")
        if toolset is not None and toolset not in TOOLSETS:
            raise ImsError(
                f"There is no toolset {quote_name(toolset)}.", next_step=f"There are: {', '.join(TOOLSETS)}."
            )
        found = search(arguments["query"], limit=arguments.get("limit", 5), toolset=toolset, may_be=request.may_call)
        if not found:
            names = ", ".join(operation.name for operation in operations(toolset)) if toolset else ""
            other = f". {toolset} has: {names}." if toolset else ", or name a toolset to see what it has."
            return {"operations": [], "hint": f"Nothing fits. Use other words{other}"}
        return {"operations": describe_hits(found, request.listed, arguments["query"])}

    return TableTool(SEARCH_OPERATIONS, answer, output_schema=declare(operations="array"), is_called=False)


def make_describe_tool() -> TableTool:
    """Serves :data:`DESCRIBE_OPERATION`."""

    async def answer(arguments: dict[str, Any], request: ToolRequest) -> Answer:
        # Bounded, not shaped: nothing in it comes from the service, and a field called Password is no password here.
        operation = get_operation(arguments["operation"])
        if arguments.get("parameter"):
            return describe_parameter(operation, arguments["parameter"])
        if arguments.get("part"):
            return fit(describe_part(operation, arguments["part"], _list_own(operation)), MAX_BYTES)
        return _describe_operation(operation)

    return TableTool(
        DESCRIBE_OPERATION, answer, output_schema=declare(parameters="object", example="object"), is_called=False
    )


@cache
def _describe_operation(operation: Operation) -> dict[str, Any]:
    """Kept, since folding a large table until it fits takes 20 to 50 ms. Not to be changed."""
    return describe(operation, {name: text for name, text in _list_own(operation).items() if name not in _WELL_KNOWN})


def _list_own(operation: Operation) -> dict[str, str]:
    """This server's own parameters with their texts."""
    return {row.name: row.text for row in list_server_parameters(operation) if not row.hidden}
