"""What one call of a tool does, known before it is made: for whoever decides who may make it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, cast

from mcp_types import Tool

from ims_mcp.catalogue import Effect, Operation, find_operation
from ims_mcp.catalogue.check import check
from ims_mcp.catalogue.published_names import publish_name
from ims_mcp.errors import InvalidArguments
from ims_mcp.server.toolsets import read_effect
from ims_mcp.workflows.server_parameters import complete_table

_CALLS = {f"call_{effect}_operation": effect for effect in Effect}
_AT_LEAST = {"look_at_media": Effect.READ, "run_script": Effect.READ, "bulk_start": Effect.WRITE}
"""What whoever may do this may call; what else a call of it would do is checked where it is made."""


def find_call_effect(tool: Tool, operation: Operation | None, arguments: Mapping[str, Any]) -> Effect:
    """The effect of this very call, by its arguments as they came: of ``operation``, whose tool it is, of the one that
    ``call_..._operation`` is given, or of a workflow tool. A call that will be refused for its operation counts as what
    its tool is for."""
    effect = _CALLS.get(tool.name)
    if tool.name in _AT_LEAST:
        return _AT_LEAST[tool.name]
    if effect is None:
        return Effect(read_effect(tool)) if operation is None else _find_effect(operation, arguments)
    operation, given = find_named_call(tool.name, arguments)
    if operation is None or operation.effect is not effect or given is None:
        return effect
    return _find_effect(operation, given)


def find_named_call(tool_name: str, arguments: Mapping[str, Any]) -> tuple[Operation | None, Mapping[str, Any] | None]:
    """The operation that ``call_..._operation`` is given, and its arguments as they came; None for what there is not,
    or cannot be read."""
    name = arguments.get("operation")
    operation = find_operation(name) if tool_name in _CALLS and isinstance(name, str) else None
    given = _document(arguments, ["arguments"]).get("arguments")
    if isinstance(given, str):  # as the tool's own check takes it
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            return operation, None
    return operation, cast("Mapping[str, Any]", given) if isinstance(given, dict) else {}


def document_names(operation: Operation, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Arguments as they came, under the names that the service has for them."""
    return _document(arguments, [row.name for row in operation.parameters])


def _find_effect(operation: Operation, arguments: Mapping[str, Any]) -> Effect:
    documented = document_names(operation, arguments)
    effect = operation.effect_of(documented)
    if effect is Effect.DESTRUCTIVE or not operation.destructive_when:
        return effect
    # Looked at again as it will be sent. What does not pass the check, for a title in place of an id, counts as it is.
    with suppress(InvalidArguments):
        return operation.effect_of(check(complete_table(operation), documented))
    return effect


def _document(arguments: Mapping[str, Any], names: Iterable[str]) -> Mapping[str, Any]:
    """Under the documented names what came under those that tools publish. Given both ways a call is refused."""
    published = {publish_name(name): name for name in names}
    return {published.get(name, name): value for name, value in arguments.items()}
