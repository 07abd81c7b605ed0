"""A script as its writer gave it, read and checked as far as its text goes, made ready for the sandbox."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping

from ims_mcp.catalogue import Operation
from ims_mcp.workflows.scripts.diagnostics import describe_unknown, explain
from ims_mcp.workflows.scripts.driving import SandboxedScript, refuse
from ims_mcp.workflows.scripts.key_reads import write_as_subscripts
from ims_mcp.workflows.scripts.missing_python import find_missing
from ims_mcp.workflows.scripts.script_calls import MODULE, find_attributes, find_used_names
from ims_mcp.workflows.scripts.script_problem import MOST_PROBLEMS, ScriptProblem
from ims_mcp.workflows.scripts.stubs import OWN_NAMES, list_names, write_stubs
from ims_mcp.workflows.scripts.written_calls import check_written

FUNCTIONS = ("search", "describe")
"""What the module has beside operations and tools, and can be called."""
_ERRORS = {"Error": "RuntimeError", "NotDone": "NotImplementedError"}
"""A sandbox has the exceptions of Python alone: what stands for ours in it."""
_CHECK_HEAD = "async def _check():\n"
_KEYS_HEAD = "async def _check_keys(_any):\n"
_CHECK_LINES = 1
_SYNTAX_HINTS = {
    "f-string": " Inside of an f-string's braces use the other kind of quotes.",
    "after line continuation": " Lines end with a line end, not with a backslash and an n.",
    "\n```": " Leave out the ``` around the script.",
}


def prepare(code: str, tools: Mapping[str, Operation]) -> SandboxedScript:
    """``code`` made ready; ``tools`` are the tables of the workflow tools that it may call.

    Raises InvalidArguments with every problem that can be seen in its text. What the type checker has to say comes
    later, in the sandbox: see :func:`explain_check`.
    """
    tree = _parse(code)
    used = [each for each in find_used_names(tree) if each.name not in _ERRORS]
    known = {*list_names(), *tools, *OWN_NAMES}
    # What a name is likely to mean takes milliseconds to find.
    unknown = [each for each in used if each.name not in known][:MOST_PROBLEMS]
    problems = [ScriptProblem(each.line, describe_unknown(each.name)) for each in unknown]
    problems += _find_imported_errors(tree) + _find_broken_errors(tree)
    problems += find_missing(tree)
    if problems := problems or check_written(tree, tools):
        raise refuse(problems)
    names = frozenset(each.name for each in used)
    check = _write_check(code)
    keys = write_as_subscripts(code, tree)
    return SandboxedScript(
        code=_name_errors(code, tree),
        check=check if keys is None else check + _write_check(keys, _KEYS_HEAD),
        names=names,
        stubs=write_stubs(names - tools.keys() - {*FUNCTIONS}, [tools[name] for name in sorted(names & tools.keys())]),
        check_lines_before=_CHECK_LINES,
        check_keys_from_line=0 if keys is None else len(check.encode().splitlines()) + 1,
    )


def explain_check(script: SandboxedScript, diagnostics: str) -> list[ScriptProblem]:
    """What the type checker's lines about ``script.check`` mean, by the lines of the script itself."""
    return [
        ScriptProblem(max(problem.line - script.check_lines_before, 1), problem.text)
        for problem in explain(diagnostics, script.check, keys_from_line=script.check_keys_from_line)
    ]


def _parse(code: str) -> ast.Module:
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(code)
    except SyntaxError as error:
        hint = next((hint for part, hint in _SYNTAX_HINTS.items() if part in f"{error.msg}\n{code.lstrip()[:3]}"), "")
        raise refuse([ScriptProblem(error.lineno or 1, f"this is not Python: {error.msg}.{hint}")]) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise refuse([ScriptProblem(1, f"this cannot be read as Python ({type(error).__name__}).")]) from error


def _find_imported_errors(tree: ast.Module) -> list[ScriptProblem]:
    """A script that calls an exception of the module by another name than ``ims.Error``."""
    return [
        ScriptProblem(
            node.lineno,
            f"import {MODULE}, and name what is needed: {MODULE}.{alias.name.replace('*', 'get_media_info')}.",
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == MODULE
        for alias in node.names
        if alias.name in _ERRORS or alias.name == "*"
    ]


def _find_broken_errors(tree: ast.Module) -> list[ScriptProblem]:
    """Names of the module's exceptions with the end of a line in them."""
    return [
        ScriptProblem(node.lineno, f"write {MODULE}.{node.attr} on one line.")
        for node in find_attributes(tree)
        if node.attr in _ERRORS and node.end_lineno != node.lineno
    ]


def _name_errors(code: str, tree: ast.Module) -> str:
    """The script with what stands for ``ims.Error`` in the sandbox; every line stays where it is."""
    lines = code.encode().splitlines(keepends=True)
    found = [node for node in find_attributes(tree) if node.attr in _ERRORS and node.end_lineno == node.lineno]
    for node in sorted(found, key=lambda node: node.col_offset, reverse=True):
        line, name = lines[node.lineno - 1], _ERRORS[node.attr].encode()
        # Inside of a text with values Python 3.11 does not say where a name stands.
        if line[node.col_offset : node.end_col_offset].endswith(f".{node.attr}".encode()):
            lines[node.lineno - 1] = line[: node.col_offset] + name + line[node.end_col_offset :]
    return b"".join(lines).decode()


def _write_check(code: str, head: str = _CHECK_HEAD) -> str:
    """A function that is never called with the script as its body, where ``return`` and ``await`` may stand."""
    body = "".join(f" {line}" for line in code.splitlines(keepends=True))
    return f"{head}{body}\n pass\n"
