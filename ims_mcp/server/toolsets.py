"""Which tools a server lists, chosen at the start, and what the list costs. It never changes while the server runs."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from mcp_types import ListToolsResult, Tool

from ims_mcp.catalogue import Operation, find_operation, list_known_names
from ims_mcp.catalogue.named_toolsets import NAMED_TOOLSETS, list_named
from ims_mcp.catalogue.operation import snake_case
from ims_mcp.foreign_text import plain
from ims_mcp.server.app_clients import VIEW_MEDIA
from ims_mcp.settings import Settings, SettingsError


def choose_operations(settings: Settings) -> dict[str, Operation]:
    """The operations that get a tool of their own, by its name: those of the toolsets in the catalogue's order, then
    those of --tools, none of --exclude-tools. Raises SettingsError for a toolset that there is not."""
    chosen: list[Operation] = []
    for toolset in settings.toolsets:
        if toolset not in NAMED_TOOLSETS:
            raise SettingsError(
                f"There is no toolset {plain(toolset, 60)!r}.", next_step=f"There are: {', '.join(NAMED_TOOLSETS)}."
            )
        chosen += list_named(toolset)
    chosen += filter(None, map(find_operation, settings.tools))
    return {each.tool_name: each for each in chosen if each.tool_name not in settings.exclude_tools}


def choose_listed(settings: Settings, held: Iterable[str]) -> frozenset[str]:
    """The tools to be listed: those that are held, plus --tools, less --exclude-tools.

    Raises SettingsError for a name that no tool has.
    """
    for name in (*settings.tools, *settings.exclude_tools):
        # What this server does not hold may be left out of its list all the same.
        names = {*held, *map(snake_case, list_known_names())}
        names |= {VIEW_MEDIA} if name in settings.exclude_tools else set()
        if name not in names:
            near = difflib.get_close_matches(name, sorted(names), n=1)
            hint = f"Did you mean {near[0]}?" if near else "`ims-mcp tools --toolsets all` lists them."
            raise SettingsError(f"There is no tool {plain(name, 60)!r}.", next_step=hint)
    return (frozenset(held) | frozenset(settings.tools)) - frozenset(settings.exclude_tools)


def write_list(listed: Iterable[Tool]) -> str:
    """The tools/list result as JSON text, as it goes over the wire."""
    return ListToolsResult(tools=[*listed]).model_dump_json(by_alias=True, exclude_none=True)


def measure_listed(tool: Tool) -> int:
    """One tool's bytes in :func:`write_list`."""
    return len(tool.model_dump_json(by_alias=True, exclude_none=True).encode())


def read_effect(tool: Tool) -> str:
    """read, write or destructive, as its annotations say."""
    hints = tool.annotations
    if hints is None or hints.read_only_hint:
        return "read"
    return "destructive" if hints.destructive_hint else "write"
