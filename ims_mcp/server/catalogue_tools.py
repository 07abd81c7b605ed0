"""The catalogue tools: find an operation by what it does, and read its table."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence
from functools import cache
from typing import Any

from ims_mcp.catalogue import TOOLSETS, Effect, Operation, Parameter, get_operation, operations
from ims_mcp.catalogue.describe import describe, describe_parameter, describe_part
from ims_mcp.catalogue.example import make_example
from ims_mcp.catalogue.folding import count_bytes
from ims_mcp.catalogue.schema import first_sentence
from ims_mcp.catalogue.search import Found, search
from ims_mcp.catalogue.siblings import find_sources
from ims_mcp.errors import ImsError
from ims_mcp.server.operation_tools import OPERATION
from ims_mcp.server.tool import Answer, TableTool, ToolRequest, declare, quote_name
from ims_mcp.summaries.bounds import fit
from ims_mcp.summaries.rows import find_list
from ims_mcp.summaries.shaping import MAX_BYTES
from ims_mcp.workflows.server_parameters import list_server_parameters

SEARCH_BYTES = 1_000
"""Of an answer of up to five hits."""
EXAMPLE_BYTES = 700
"""Of the example call beside the first hit; what is longer is to be read with describe_operation first."""
MORE_EXAMPLES_BYTES = 120
"""Of an example call beside the second or third hit."""
_EXAMPLE_KEY_BYTES = len(',"example":')
FILTER_BYTES = 350
"""Of the filters of a list beside its example, which sets none."""
_MOST_WORDS = 6
_DEFAULT = re.compile(r"[Dd]efault:? ([\w.-]*\w)")
_NO_FILTERS = re.compile(r"Page|Max|Skip|Limit|Sort|Order|Include|NextToken")

SEARCH_OPERATIONS = Operation(
    name="SearchOperations",
    toolset="catalogue",
    title="Find an operation",
    purpose=(
        "Find the operations of IMS that do what you describe, among all 400: transcoding, editing, AI analysis, live "
        "channels, packaging, DRM, avatars, voice agents and more. Say it in plain English or Chinese. Returns name, "
        "summary and the tool to call it with, best first, with example calls of simple ones."
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
        "What to give one operation, with an example call, what comes back and where its result is. Read it before "
        "calling an operation that has no tool of its own. What is folded in a deep one is named in more."
    ),
    effect=Effect.READ,
    idempotent=True,
    parameters=(
        OPERATION,
        Parameter("parameter", "string", text="Only this one, whole: Timeline.VideoTracks."),
        Parameter("part", "string", text="Only this part, whole.", choices=("parameters", "returns")),
    ),
)


def make_search_tool(listed: Container[str], on_search: Callable[[str], None]) -> TableTool:
    """Serves :data:`SEARCH_OPERATIONS`; ``listed`` are the operations' tools that an answer may name, ``on_search``
    hears every query."""

    async def answer(arguments: dict[str, Any], request: ToolRequest) -> Answer:
        on_search(arguments["query"])
        toolset = arguments.get("toolset")
        if toolset is not None and toolset not in TOOLSETS:
            raise ImsError(
                f"There is no toolset {quote_name(toolset)}.", next_step=f"There are: {', '.join(TOOLSETS)}."
            )
        found = search(arguments["query"], limit=arguments.get("limit", 5), toolset=toolset)
        if not found:
            names = ", ".join(operation.name for operation in operations(toolset)) if toolset else ""
            other = f". {toolset} has: {names}." if toolset else ", or name a toolset to see what it has."
            return {"operations": [], "hint": f"Nothing fits. Use other words{other}"}
        return {"operations": _describe_hits(found, listed)}

    return TableTool(SEARCH_OPERATIONS, answer, output_schema=declare(operations="array"))


def _describe_hits(found: Sequence[Found], listed: Container[str]) -> list[dict[str, Any]]:
    """The hits, best first, in :data:`SEARCH_BYTES`: the first with an example call where that is short, what lists the
    ids in it, and the filters of a list; for these the others give up their summaries, then the last ones their tool's
    name. Where there is room the next two have examples as well; for the second's the last two give up their
    summaries. More than five may take more."""
    hits = [_describe_hit(hit.operation, hit.summary, listed) for hit in found]
    room = max(SEARCH_BYTES, SEARCH_BYTES * len(hits) // 5)
    best, example = hits[0], make_example(found[0].operation)
    has_example = _is_called(best) and count_bytes(example) <= EXAMPLE_BYTES
    if has_example:
        best["example"] = example
        if filters := list_filters(found[0].operation):
            best["filters"] = filters
    if sources := find_sources(found[0].operation):
        best["ids_from"] = sources
    summaries = [(hit, "summary") for hit in reversed(hits[1:])]
    ids = (best, "ids_from")
    # Beside an example they are worth the others' summaries, by themselves they take what room there is.
    order = [*summaries, ids, (best, "filters")] if has_example else [ids, *summaries]
    for hit, name in [*order, *((hit, "call_with") for hit in reversed(hits[3:]))]:
        if _count_answer(hits) > room:
            hit.pop(name, None)
    if _count_answer(hits) > room:
        hits = [_describe_hit(hit.operation, hit.summary, listed) for hit in found]
    for place, (hit, other) in enumerate(zip(hits[1:3], found[1:3], strict=True)):
        example = make_example(other.operation)
        if not _is_called(hit) or count_bytes(example) > MORE_EXAMPLES_BYTES:
            continue
        needed = count_bytes(example) + _EXAMPLE_KEY_BYTES
        # The second is often what is meant, the fourth and the fifth are seldom.
        givers = [each for each in reversed(hits[3:]) if "summary" in each] if has_example and place == 0 else []
        if needed > room - _count_answer(hits) + sum(_count_summary(each) for each in givers):
            continue
        for giver in givers:
            if needed > room - _count_answer(hits):
                giver.pop("summary")
        hit["example"] = example
    return hits


def list_filters(operation: Operation) -> dict[str, str]:
    """The filters that the example of a list could leave out or add, each with its values or what it means, the most
    important ones as far as :data:`FILTER_BYTES` go."""
    filters: dict[str, str] = {}
    if operation.effect is not Effect.READ or find_list(operation) is None:
        return filters
    for row in operation.parameters:
        # An example of nothing but one filter has it for want of something else to show.
        is_set = row.name in operation.example and len(operation.example) > 1
        if row.required or row.hidden or row.unlisted or is_set or _NO_FILTERS.search(row.name):
            continue
        told = filters | {row.name: _describe_filter(row)}
        if count_bytes(told) <= FILTER_BYTES:
            filters = told
    return filters


def _describe_filter(row: Parameter) -> str:
    words = row.choices or row.hints
    if not 0 < len(words) <= _MOST_WORDS:
        return first_sentence(row.text)
    default = _DEFAULT.search(row.text)
    return "|".join(words) + (f"; default {default[1]}" if default and default[1] in words else "")


def _is_called(hit: dict[str, Any]) -> bool:
    """Whether it has no tool of its own, whose parameters its caller has read."""
    return str(hit["call_with"]).startswith("call_")


def _count_summary(hit: dict[str, Any]) -> int:
    """What an answer loses with it and its comma."""
    return count_bytes({"summary": hit["summary"]}) - 1


def _count_answer(hits: list[dict[str, Any]]) -> int:
    return count_bytes({"operations": hits})


def _describe_hit(operation: Operation, summary: str, listed: Container[str]) -> dict[str, Any]:
    call_with = operation.tool_name if operation.tool_name in listed else f"call_{operation.effect}_operation"
    return {"operation": operation.name, "summary": summary, "call_with": call_with}


def make_describe_tool() -> TableTool:
    """Serves :data:`DESCRIBE_OPERATION`."""

    async def answer(arguments: dict[str, Any], request: ToolRequest) -> Answer:
        # Bounded, not shaped: nothing in it comes from the service, and a field called Password is no password here.
        operation = get_operation(arguments["operation"])
        if arguments.get("parameter"):
            return describe_parameter(operation, arguments["parameter"])
        if arguments.get("part"):
            return fit(describe_part(operation, arguments["part"]), MAX_BYTES)
        return _describe_operation(operation)

    return TableTool(DESCRIBE_OPERATION, answer, output_schema=declare(parameters="object", example="object"))


@cache
def _describe_operation(operation: Operation) -> dict[str, Any]:
    """Kept, since folding a large table until it fits takes 20 to 50 ms. Not to be changed."""
    return describe(operation, {row.name: row.text for row in list_server_parameters(operation) if not row.hidden})
