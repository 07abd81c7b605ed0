"""The tools of this server as one caller sees them: which are listed, which are there, and what they take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mcp_types import Tool

from ims_mcp.catalogue import Effect, Operation, get_operation
from ims_mcp.catalogue.named_toolsets import WORKFLOW_TOOLSETS
from ims_mcp.server.find_tools import SEARCHES
from ims_mcp.server.look_tools import LOOK_AT_MEDIA, READS
from ims_mcp.server.operation_tools import OperationTools
from ims_mcp.server.reach import ACCOUNT, REGION, Access, Reach
from ims_mcp.server.tool import TableTool
from ims_mcp.server.toolsets import choose_listed, choose_operations, read_effect
from ims_mcp.server.transfer_rows import UPLOADS
from ims_mcp.settings import Settings

MOST_TOOLS = 128
"""What OpenAI's API and VS Code take in one request."""
_KEPT_LISTS = 256
_CALLS = {f"call_{effect}_operation": effect for effect in Effect}
_TOOLSETS = {name: toolset for toolset, names in WORKFLOW_TOOLSETS.items() for name in names}
"""Of those tools that belong to one and are no operations."""
_STAND_FOR = {
    "find_media": SEARCHES,
    LOOK_AT_MEDIA.tool_name: READS,
    "upload_media": UPLOADS["media"],
    "upload_stream": UPLOADS["stream"],
    "create_upload": (*UPLOADS["media"], *UPLOADS["stream"]),
}
"""Tools that may be used by whoever may call one of these operations."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What one caller has. What is held but not listed says why it is refused."""

    listed: list[Tool]
    held: Mapping[str, TableTool]
    operations: Mapping[str, Operation]
    """Those that have a tool of their own, by its name."""


class ToolBox:
    """Makes each tool once."""

    def __init__(self, settings: Settings, maker: OperationTools, others: Iterable[TableTool]) -> None:
        """``others`` are no operations' tools. Raises SettingsError for toolsets and tools there are not."""
        self._settings = settings
        self._maker = maker
        self._others = {tool.name: tool for tool in others}
        self._of_operations: dict[str, TableTool] = {}
        self._chosen = choose_operations(settings)
        self._names = choose_listed(settings, {**self._chosen, **self._others})
        self._kept: dict[Any, Tools] = {}

    def choose(self, reach: Reach) -> Tools:
        """What a caller with this reach has. The same reach has the same tools."""
        kept = self._kept.get(reach.key)
        if kept is None:
            if len(self._kept) >= _KEPT_LISTS:
                self._kept.clear()
            kept = self._kept[reach.key] = self._make(reach)
        return kept

    def _make(self, reach: Reach) -> Tools:
        operations = self._choose_operations(reach)
        own = {name: self._find(operation) for name, operation in operations.items()} | self._others
        listed = [
            add_place(self._list(tool, reach), reach, is_called=tool.is_called)
            for name, tool in own.items()
            if (name in self._names or (name not in self._chosen and name in operations))
            and self._may_be_used(tool, operations.get(name), reach)
        ]
        # A client that has read another list is told why, by the tool.
        others = {name: self._find(operation) for name, operation in self._chosen.items() if name not in own}
        return Tools(listed, own | others, operations)

    def _choose_operations(self, reach: Reach) -> dict[str, Operation]:
        """The server's choice; where the caller is confined to a few, those."""
        if reach.toolsets is not None:
            return choose_operations(replace(self._settings, toolsets=reach.toolsets, tools=()))
        rights = [right for access in reach.accesses for right in access.rights.each]
        if not rights or any(right.operations is None for right in rights):
            return self._chosen
        granted = sorted({name for right in rights for name in right.operations or ()})
        if len(granted) + len(self._others) > MOST_TOOLS:
            return {name: each for name, each in self._chosen.items() if each.name in granted}
        operations = map(get_operation, granted)
        return {each.tool_name: each for each in operations if each.tool_name not in self._settings.exclude_tools}

    def _find(self, operation: Operation) -> TableTool:
        name = operation.tool_name
        if name not in self._of_operations:
            self._of_operations[name] = self._maker.make_operation_tool(operation)
        return self._of_operations[name]

    def _list(self, tool: TableTool, reach: Reach) -> Tool:
        is_for_readers = self._settings.read_only or not reach.permits_effect(Effect.WRITE)
        return tool.listed_to_readers if is_for_readers else tool.listed

    def _may_be_used(self, tool: TableTool, operation: Operation | None, reach: Reach) -> bool:
        effect = read_effect(self._list(tool, reach))
        if reach.toolsets is not None and (toolset := _TOOLSETS.get(tool.name)) and toolset not in reach.toolsets:
            return False
        if self._settings.read_only and effect != "read":
            return False
        if operation is not None:
            return reach.permits(operation, operation.effect)
        if tool.name in _CALLS:
            return reach.permits_effect(_CALLS[tool.name])
        if tool.name in _STAND_FOR:
            return any(map(reach.may_call, map(get_operation, _STAND_FOR[tool.name])))
        return effect == "read" or reach.permits_effect(Effect.WRITE)


def add_place(listed: Tool, reach: Reach, *, is_called: bool) -> Tool:
    """The tool with account and region among its parameters, where its caller has a choice."""
    rows: dict[str, Any] = {}
    if len(reach.accesses) > 1:
        rows[ACCOUNT] = {
            "type": "string",
            "enum": [access.account for access in reach.accesses],
            "description": f"Account: {'; '.join(map(_describe_access, reach.accesses))}.",
        }
    if any(len(access.regions) > 1 for access in reach.accesses):
        usual = "; ".join(f"{access.account} {', '.join(access.regions)}" for access in reach.accesses)
        regions = {"type": "string", "enum": list(reach.regions)}
        rows[REGION] = regions | {"description": f"Region, by default an account's first: {usual}."}
    if not rows:
        return listed
    schema = dict(listed.input_schema)
    schema["properties"] = rows | dict(schema.get("properties", {}))
    if ACCOUNT in rows and is_called:
        schema["required"] = [ACCOUNT, *schema.get("required", [])]
    return listed.model_copy(update={"input_schema": schema})


def _describe_access(access: Access) -> str:
    bucket = f", bucket {access.bucket}" if access.bucket else ""
    return f"{access.account} (reads only{bucket})" if _reads_only(access) else f"{access.account}{bucket}"


def _reads_only(access: Access) -> bool:
    return not any(right.effects - {Effect.READ} for right in access.rights.each)
