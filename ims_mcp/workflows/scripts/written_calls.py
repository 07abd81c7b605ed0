"""The arguments that stand written out in a script, against the tables, before anything of it runs.

A type checker knows that a text is a text; the table knows which values it may have, what is inside of a structure and
what has to be given together. Of what the script works out as it runs nothing is said: its call is checked then.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Any

from ims_mcp.catalogue import Operation, find_operation
from ims_mcp.catalogue.check import check
from ims_mcp.errors import InvalidArguments, Problem
from ims_mcp.workflows.named_assets import PREFIX
from ims_mcp.workflows.scripts.script_calls import ScriptCall, find_calls
from ims_mcp.workflows.scripts.script_problem import MOST_PROBLEMS, ScriptProblem
from ims_mcp.workflows.scripts.stubs import list_script_parameters

_LATER = "worked-out-as-the-script-runs"
"""Stands in the place of such a value."""


def check_written(tree: ast.Module, tools: Mapping[str, Operation] = MappingProxyType({})) -> list[ScriptProblem]:
    """What the tables refuse of the script's calls, those of workflow tools among them, in the order of their lines;
    looked for until there are ``MOST_PROBLEMS`` and more."""
    problems: list[ScriptProblem] = []
    for call in find_calls(tree):
        if len(problems) >= MOST_PROBLEMS:
            break
        if (tool := tools.get(call.name)) is not None:
            problems += _check_call(tool, call)
        elif (operation := find_operation(call.name)) is not None and call.name == operation.tool_name:
            problems += _check_call(_make_table(operation), call)
    return sorted(problems, key=lambda problem: problem.line)


@cache
def _make_table(operation: Operation) -> Operation:
    """With what a script may give."""
    return replace(operation, parameters=list_script_parameters(operation))


def _check_call(table: Operation, call: ScriptCall) -> list[ScriptProblem]:
    if call.node.args:
        first = table.parameters[0].name if table.parameters else "Name"
        text = f"{table.tool_name} takes its arguments by name: {table.tool_name}({first}=…)."
        return [ScriptProblem(call.node.lineno, text)]
    reader = _Reader()
    arguments = {keyword.arg: reader.read(keyword.value, keyword.arg) for keyword in call.node.keywords if keyword.arg}
    is_whole = len(arguments) == len(call.node.keywords)
    try:
        check(table, arguments)
    except InvalidArguments as error:
        return [
            ScriptProblem(
                reader.find_line(problem.path, call.node.lineno), f"{table.tool_name}: {_shorten_missing(problem)}"
            )
            for problem in error.problems
            if reader.is_certain(problem, is_whole=is_whole)
        ]
    return []


def _shorten_missing(problem: Problem) -> str:
    """A missing argument by its name alone: what it is for can be asked for."""
    return f"{problem.path} is missing" if problem.text.startswith("missing") else str(problem)


class _Reader:
    """Reads values from a script's text, and where in it each stands."""

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}
        self._later: set[str] = set()
        self._open: set[str] = set()
        """Objects that get more than is written."""

    def read(self, node: ast.expr, path: str) -> Any:
        """The value at ``path``, which is written as the table's checks write it."""
        self._lines[path] = node.lineno
        match node:
            case ast.Constant(value=str() as text) if text.startswith(PREFIX):
                return self._leave(path)
            case ast.Constant(value=str() | int() | float() | None as value):
                return value
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                return -value
            case ast.List(elts=elements) if not any(isinstance(each, ast.Starred) for each in elements):
                return [self.read(each, f"{path}[{index}]") for index, each in enumerate(elements)]
            case ast.Dict():
                return self._read_dict(node, path)
            case _:
                return self._leave(path)

    def _read_dict(self, node: ast.Dict, path: str) -> Any:
        fields: dict[str, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                fields[key.value] = self.read(value, f"{path}.{key.value}")
            else:
                self._open.add(path)
        return fields

    def _leave(self, path: str) -> str:
        self._later.add(path)
        return _LATER

    def find_line(self, path: str, line: int) -> int:
        """Where what is at a path stands, or what it is in."""
        while path and path not in self._lines:
            path = path.rpartition("[" if path.endswith("]") else ".")[0]
        return self._lines.get(path, line)

    def is_certain(self, problem: Problem, *, is_whole: bool) -> bool:
        """Whether it is there whatever the script works out."""
        if _LATER in problem.text or any(_is_within(problem.path, each) for each in self._later):
            return False
        is_lack = problem.path not in self._lines
        if is_lack and (self._open or not is_whole) and not problem.text.startswith("unknown"):
            return False
        return not ((self._later or self._open) and _is_about_all(problem))


def _is_within(path: str, outer: str) -> bool:
    return path == outer or path.startswith((f"{outer}.", f"{outer}["))


def _is_about_all(problem: Problem) -> bool:
    """Whether it is about what lies in a structure, some of which is not known yet."""
    return problem.text.startswith("has nothing in")
