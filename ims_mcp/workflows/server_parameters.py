"""The parameters that are this server's and not the service's, in snake_case, as rows of a table like any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from ims_mcp.catalogue import Effect, Operation, Parameter
from ims_mcp.settings import MAX_WAIT_SECONDS
from ims_mcp.summaries.short_form import has_short_form
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
_SHOW_FIELDS = Parameter(
    "show_fields",
    "string",
    text="Names of fields to show instead of the usual ones (left_out lists them), or all for the whole answer.",
    comma_list=True,
)
_SIGNED_URLS = Parameter("include_signed_urls", "boolean", text="Keep the signatures of URLs.")
_CREDENTIALS = Parameter("include_credentials", "boolean", text="Show keys and tokens.")
NAMED_ASSETS = "named assets"
"""Beside checked arguments: id -> title of the assets that were named by title. No caller can give it."""
_GENERAL = frozenset(row.name for row in (WAIT_SECONDS, _QUERY, _SHOW_FIELDS, _SIGNED_URLS, _CREDENTIALS))


def list_server_parameters(operation: Operation) -> tuple[Parameter, ...]:
    """The rows this server adds to the operation's own table, as the operation is described on its own.

    A query of what has nothing to select is taken, but hidden.
    """
    rows = [*find_behaviour(operation).parameters]
    if operation.signed_addresses:
        rows.append(_SIGNED_URLS)
    if operation.secret_fields:
        rows.append(_CREDENTIALS)
    if operation.poll is not None:
        rows.append(WAIT_SECONDS)
    if has_short_form(operation):
        rows.append(_SHOW_FIELDS)
    example = find_behaviour(operation).suggest_query(operation)
    where = "on what this call shows, or on the whole response" if operation.effect is Effect.READ else "on the answer"
    return (*rows, replace(_QUERY, text=f"JMESPath {where}: {example}", hidden=example == "@"))


@cache
def complete_table(operation: Operation, *, list_query: bool = False) -> Operation:
    """The operation with this server's own parameters added: what a caller's arguments are checked against.

    In its tool ``query`` is listed for reads: what a write answers is short, and among 400 tools every line counts.
    ``show_fields`` is listed with ``list_query``: every answer that leaves something out names it.
    """
    rows = [_list_row(operation, row, list_query) for row in list_server_parameters(operation)]
    return replace(operation, parameters=(*operation.parameters, *rows))


def _list_row(operation: Operation, row: Parameter, lists_fields: bool) -> Parameter:
    """A row of ours in the few words that a list of tools has room for."""
    if row is _SHOW_FIELDS:
        return replace(row, text="Of left_out, or all.", hidden=not lists_fields)
    if row.name == _QUERY.name:
        example = find_behaviour(operation).suggest_query(operation)
        return replace(row, text=f"JMESPath: {example}", hidden=operation.effect is not Effect.READ)
    return row


def split_arguments(operation: Operation, checked: Mapping[str, Any]) -> tuple[dict[str, Any], ServerArguments]:
    """Arguments checked against :func:`complete_table`: the service's, and this server's."""
    arguments = dict(checked)
    assets = arguments.pop(NAMED_ASSETS, {})
    special = {row.name for row in find_behaviour(operation).parameters}
    general = _GENERAL - special
    return arguments, ServerArguments(
        **{name: arguments.pop(name) for name in general & checked.keys()},
        special={name: arguments.pop(name) for name in special & checked.keys()},
        assets=assets,
    )
