"""GetMediaInfo: four views of an asset, whose left-out parts say how to get them."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from ims_mcp.catalogue import Operation, Parameter, get_operation
from ims_mcp.summaries.ai_view import AI_SECTIONS
from ims_mcp.summaries.bounds import size_bytes
from ims_mcp.summaries.media_info import OUTPUT_SCHEMA, VIEWS, media_info_view
from ims_mcp.summaries.values import as_objects
from ims_mcp.workflows.behaviours.behaviour import OperationBehaviour, OperationCall
from ims_mcp.workflows.next_call import propose_operation

_NAMING_BYTES = 2 * 1024
"""What naming the tool of every part that a view leaves out may take."""
_AI_CONTENT = {"AiRoughData.StandardSmartTagJob": True}
_VIEWS_WITH_AI = ("summary", "ai")


class GetMediaInfo(OperationBehaviour):
    """An asset in one of four views."""

    parameters = (
        Parameter("view", "string", text="Default summary.", choices=VIEWS),
        Parameter("page", "integer", text="Of view files or ai, from 1.", minimum=1, maximum=100_000),
        Parameter("ai_section", "string", text="Part of view ai.", choices=AI_SECTIONS),
    )

    def describe_output(self, operation: Operation) -> dict[str, Any]:
        """Of the summary; the other views have the same fields."""
        return OUTPUT_SCHEMA

    def suggest_query(self, operation: Operation) -> str:
        """Of the summary."""
        return "files[].resolution"

    def prepare(self, call: OperationCall) -> Mapping[str, Any]:
        """AI results themselves for the views that show them, unless the caller has said: the address of a result file
        is of no use to a model. A query reads the view as well."""
        if call.own.special.get("view", "summary") in _VIEWS_WITH_AI:
            return {"ReturnDetailedInfo": _AI_CONTENT, **call.arguments}
        return call.arguments

    def shorten(self, call: OperationCall, presented: dict[str, Any]) -> dict[str, Any]:
        """The view, for a query: what is presented already is read once more, which changes nothing in it."""
        return media_info_view(presented, **self._read_options(call), call={**call.arguments})

    def show(self, call: OperationCall, data: dict[str, Any], added: dict[str, Any], max_bytes: int) -> dict[str, Any]:
        """One view, in which the reader of another tool finds the tool of every part that is left out."""
        options = self._read_options(call)
        arguments = {**call.arguments, **({"include_signed_urls": True} if call.own.include_signed_urls else {})}
        room = max_bytes - size_bytes(added)
        if call.by_its_own_tool:
            return media_info_view(data, **options, call=arguments, max_bytes=room) | added
        return view_elsewhere(data, **options, call=arguments, listed=call.listed, max_bytes=room) | added

    def _read_options(self, call: OperationCall) -> dict[str, Any]:
        return {**call.own.special, "include_signed_urls": call.own.include_signed_urls}


def view_elsewhere(
    data: dict[str, Any], *, call: dict[str, Any], listed: Container[str] | None, max_bytes: int, **options: Any
) -> dict[str, Any]:
    """A view of an asset in the answer of another tool than its own: every part it has left out says which tool gets it
    with which arguments. ``listed``: the operations' tools that the reader has, None for all."""
    view = media_info_view(data, call=call, max_bytes=max_bytes - _NAMING_BYTES, **options)
    if "left_out" not in view:
        return view
    operation = get_operation("GetMediaInfo")
    named: list[dict[str, Any]] = []
    for entry in as_objects(view["left_out"]):
        call = propose_operation(operation, entry["arguments"], "", listed).get("next_call", {})
        named.append({**entry, "tool": call["tool"], "arguments": call["arguments"]} if call else entry)
    return {**view, "left_out": named}
