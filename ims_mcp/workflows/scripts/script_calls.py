"""What a script uses of the module ``ims``, read from its text: names, and calls with their arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard

MODULE = "ims"


@dataclass(frozen=True, slots=True)
class UsedName:
    """A name of the module, where it stands first."""

    name: str
    line: int


@dataclass(frozen=True, slots=True)
class ScriptCall:
    """One call of a function of the module."""

    name: str
    node: ast.Call


def find_used_names(tree: ast.Module) -> list[UsedName]:
    """Every name that is taken from ``ims``, by attribute or by import, in the order of their lines."""
    found = [*_find_imported(tree), *(UsedName(node.attr, node.lineno) for node in find_attributes(tree))]
    first: dict[str, UsedName] = {}
    for each in sorted(found, key=lambda used: used.line):
        first.setdefault(each.name, each)
    return list(first.values())


def find_attributes(tree: ast.Module) -> list[ast.Attribute]:
    """Every place where a name is taken from the module by attribute."""
    modules, _ = _find_imports(tree)
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules
    ]


def find_calls(tree: ast.Module) -> list[ScriptCall]:
    """Every call of such a name; one that is handed on first is none."""
    modules, functions = _find_imports(tree)
    calls: list[ScriptCall] = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if owner in modules:
                calls.append(ScriptCall(name, node))
            case ast.Name(id=name) if name in functions:
                calls.append(ScriptCall(functions[name], node))
            case _:
                pass
    return calls


def _find_imports(tree: ast.Module) -> tuple[set[str], dict[str, str]]:
    """What the module is called in the script, and its names by what they are called there. Its own name is there
    without an import, too: the sandbox has it."""
    modules = {MODULE}
    functions: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.asname or alias.name for alias in node.names if alias.name == MODULE}
        elif _is_from_module(node):
            functions |= {alias.asname or alias.name: alias.name for alias in node.names}
    return modules, functions


def _find_imported(tree: ast.Module) -> Iterator[UsedName]:
    for node in ast.walk(tree):
        if _is_from_module(node):
            yield from (UsedName(alias.name, node.lineno) for alias in node.names if alias.name != "*")


def _is_from_module(node: ast.AST) -> TypeGuard[ast.ImportFrom]:
    return isinstance(node, ast.ImportFrom) and node.module == MODULE and node.level == 0
