"""The module ``ims`` of a script as a type checker reads it, written from the parameter tables.

A parameter takes what the table's check takes of that kind: a number for a text, None for what is not given. What is
inside of a structure, and which values a text may have, is looked at in the calls themselves: see
:mod:`ims_mcp.workflows.scripts.written_calls`.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from ims_mcp.catalogue import Operation, Parameter, list_known_names
from ims_mcp.catalogue import get_operation as find_by_any_name
from ims_mcp.catalogue.operation import snake_case
from ims_mcp.workflows.scripts.answer_types import find_answer_types
from ims_mcp.workflows.server_parameters import complete_table

_HEAD = """\
from collections.abc import Mapping
from typing import Any, TypedDict

type Text = str | int | float | None
type Whole = int | float | str | None
type Number = int | float | str | None
type Truth = bool | str | None
type Elements = list[Any] | str | None
type Fields = Mapping[str, Any] | str | None
type Parts = str | int | float | list[Any] | None


class Error(RuntimeError): ...


class NotDone(Error): ...


async def search(words: str) -> list[dict[str, Any]]: ...
async def describe(operation: str, *, parameter: str = ..., part: str = ...) -> dict[str, Any]: ...
"""
_TYPES = {
    "string": "Text",
    "integer": "Whole",
    "number": "Number",
    "boolean": "Truth",
    "array": "Elements",
    "object": "Fields",
}
OWN_NAMES = ("search", "describe", "Error", "NotDone")
"""What the module has beside operations and tools."""
ABOUT_SHOWING = frozenset({"query", "show_fields", "view", "page", "ai_section"})
"""Parameters of ours that choose what a model is shown of an answer: a script has the whole of it."""


def write_stubs(names: Collection[str], tools: Collection[Operation] = ()) -> str:
    """The ``.pyi`` text of ``ims`` with these operations, by their snake_case names, and the tools of these tables.

    All of :func:`list_names` may be written at once, but a checker is as quick as its stubs are short. Raises
    UnknownOperation.
    """
    operations = [find_by_any_name(name) for name in sorted(names)]
    return _HEAD + "".join([*map(_write_operation, operations), *map(_write_tool, tools)])


@cache
def list_names() -> frozenset[str]:
    """The operations' names in a script."""
    return frozenset(map(snake_case, list_known_names()))


@cache
def list_script_parameters(operation: Operation) -> tuple[Parameter, ...]:
    """What a script may give: the operation's own parameters, and those of ours that are not about showing."""
    rows = complete_table(operation).parameters
    own = len(operation.parameters)
    return (*rows[:own], *(row for row in rows[own:] if row.name not in ABOUT_SHOWING))


@cache
def _write_operation(operation: Operation) -> str:
    types = find_answer_types(operation)
    return types.write() + _write_function(operation.tool_name, list_script_parameters(operation), types.name)


def _write_tool(table: Operation) -> str:
    return _write_function(table.tool_name, table.parameters, "dict[str, Any]")


def _write_function(name: str, rows: Collection[Parameter], answer: str) -> str:
    required = [f"{row.name}: {name_type(row)}" for row in rows if row.required]
    optional = [f"{row.name}: {name_type(row)} = ..." for row in rows if not row.required]
    listed = ", ".join(["*", *required, *optional]) if rows else ""
    return f"async def {name}({listed}) -> {answer}: ...\n"


def name_type(row: Parameter) -> str:
    """The type of a parameter, by the stubs' own names."""
    return "Parts" if row.comma_list else _TYPES[row.kind]
