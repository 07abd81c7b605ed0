"""What of Python a script does not have, with what to write instead."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from ims_mcp.workflows.scripts.script_problem import MOST_PROBLEMS, ScriptProblem

MODULES = (
    *("asyncio", "base64", "collections", "copy", "csv", "dataclasses", "datetime", "decimal", "functools", "hashlib"),
    *("itertools", "json", "math", "random", "re", "time", "typing"),
)
"""Of Python's own, those that a script has use for."""
CHECKER_LACKS = frozenset({"filter", "format", "hasattr", "map"})
"""Functions that the sandbox has, and its type checker does not know."""
NAMES = {
    "callable": "",
    "dir": "",
    "getattr": "write the name out, or take a key of a dict.",
    "globals": "",
    "issubclass": "compare types with ==.",
    "setattr": "write the name out, or set a key of a dict.",
    "vars": "",
}
"""Functions of Python that scripts do not have, and what to write in their place."""
_GATHER = "put the calls into one asyncio.gather, which makes up to 8 reads at once"
ASYNCIO = {
    "as_completed": f"{_GATHER}.",
    "create_task": f"{_GATHER}.",
    "ensure_future": f"{_GATHER}.",
    "Semaphore": f"leave it out: {_GATHER}.",
    "TaskGroup": f"{_GATHER}.",
    "wait": f"{_GATHER}.",
}
"""The same of asyncio's."""
_EXCEPTIONS = {
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
}
ONE_TEXT = 'an exception takes one text here, and nothing else: ValueError(f"…"), or ValueError(str(…)).'
_METHOD_DECORATORS = ("classmethod", "property", "staticmethod")


def find_missing(tree: ast.Module) -> list[ScriptProblem]:
    """What a script uses of the language that the sandbox does not have, in the order of its lines."""
    found = {ScriptProblem(line, text): None for node in ast.walk(tree) for line, text in _look_at(node)}
    return sorted(found, key=lambda problem: problem.line)[:MOST_PROBLEMS]


def _look_at(node: ast.AST) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Yield() | ast.YieldFrom():
            yield node.lineno, "there is no yield here: collect the values in a list and return that."
        case ast.ClassDef(bases=bases, keywords=keywords) if bases or keywords:
            yield (
                node.lineno,
                (
                    f"no class can have a base here: write class {node.name} without one; "
                    "to raise, take an exception of Python's such as ValueError."
                ),
            )
        case ast.ClassDef():
            yield from _look_at_methods(node)
        case ast.Delete():
            yield node.lineno, "there is no del here: a dict has pop(key, None), a list too, and a name can be None."
        case ast.AsyncFor():
            yield node.lineno, "there is no async for here: loop with for, and await inside of it."
        case ast.AsyncWith():
            yield node.lineno, "there is no async with here: await the calls themselves."
        case ast.TryStar():
            yield node.lineno, "there is no except* here: write except."
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            if any(each.is_async for each in node.generators):
                yield node.lineno, "there is no async for here: loop with for, and await inside of it."
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="asyncio"), attr="gather") | ast.Name(id="gather"), keywords=keywords
        ) if keywords:
            yield (
                node.lineno,
                (
                    "gather takes calls alone, no return_exceptions: catch ims.Error in an async function of your own, "
                    "and gather that."
                ),
            )
        case ast.Call() if _is_exception(node.func) and not _is_one_text(node.args):
            yield node.lineno, ONE_TEXT
        case _:
            pass


def _is_exception(function: ast.expr) -> bool:
    match function:
        case ast.Name(id=name):
            return name in _EXCEPTIONS
        case ast.Attribute(value=ast.Name(id="ims"), attr="Error" | "NotDone"):
            return True
        case _:
            return False


def _is_one_text(args: list[ast.expr]) -> bool:
    """Whether it may be: what is worked out later is."""
    match args:
        case []:
            return True
        case [ast.Constant(value=value)]:
            return isinstance(value, str)
        case [only]:
            return not isinstance(only, ast.List | ast.Tuple | ast.Dict | ast.Set | ast.ListComp | ast.DictComp)
        case _:
            return any(isinstance(each, ast.Starred) for each in args)


def _look_at_methods(node: ast.ClassDef) -> Iterator[tuple[int, str]]:
    for method in node.body:
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in method.decorator_list:
                if isinstance(decorator, ast.Name) and decorator.id in _METHOD_DECORATORS:
                    yield decorator.lineno, f"there is no {decorator.id} here: write a method without it."
