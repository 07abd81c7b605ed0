"""The parameters that are this server's and not the service's, in snake_case, as rows of a table like any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ims_mcp.catalogue import Effect, Operation, Parameter
from ims_mcp.settings import MAX_WAIT_SECONDS
from ims_mcp.workflows.behaviours import find_behaviour
from ims_mcp.workflows.behaviours.behaviour import ServerArguments

WAIT_SECONDS = Parameter(
    "wait_seconds",
    "number",
    text="Wait for its end: default 0, at most 45.",
    minimum=0,
    maximum=int(MAX_WAIT_SECONDS),
    cut=True,
)
_QUERY = Parameter("query", "string", text="JMESPath")
_SIGNED_URLS = Parameter("include_signed_urls", "boolean", text="Show URLs with their signatures.")
_CREDENTIALS = Parameter("include_credentials", "boolean", text="Show keys and tokens.")


def list_server_parameters(operation: Operation, *, list_query: bool = False) -> tuple[Parameter, ...]:
    """The rows this server adds to the operation's own table.

    ``query`` is taken everywhere. It is listed for reads, and with ``list_query`` for writes as well: what a write
    answers is short, and among 400 tools every line counts.
    """
    rows = [*find_behaviour(operation).parameters]
    if operation.signed_addresses:
        rows.append(_SIGNED_URLS)
    if operation.secret_fields:
        rows.append(_CREDENTIALS)
    if operation.poll is not None:
        rows.append(WAIT_SECONDS)
    listed = list_query or operation.effect is Effect.READ
    return (*rows, _QUERY if listed else replace(_QUERY, hidden=True))


def complete_table(operation: Operation, *, list_query: bool = False) -> Operation:
    """The operation with this server's own parameters added: what a caller's arguments are checked against."""
    return replace(
        operation, parameters=(*operation.parameters, *list_server_parameters(operation, list_query=list_query))
    )


def split_arguments(operation: Operation, checked: Mapping[str, Any]) -> tuple[dict[str, Any], ServerArguments]:
    """Arguments checked against :func:`complete_table`: the service's, and this server's."""
    arguments = dict(checked)
    special = {row.name for row in find_behaviour(operation).parameters}
    general = {row.name for row in (WAIT_SECONDS, _QUERY, _SIGNED_URLS, _CREDENTIALS)} - special
    return arguments, ServerArguments(
        **{name: arguments.pop(name) for name in general & checked.keys()},
        special={name: arguments.pop(name) for name in special & checked.keys()},
    )
