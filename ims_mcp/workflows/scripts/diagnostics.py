"""What a type checker says of a script, in words that say what to write instead.

The checker is asked about the service: names, arguments, keys of answers, a forgotten ``await``. What it says of the
script's own variables and of what may be None is left out: a script is not to be refused for a style.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from ims_mcp.catalogue import Operation, find_operation
from ims_mcp.catalogue.near_names import find_meant
from ims_mcp.workflows.scripts.answer_types import find_answer_types
from ims_mcp.workflows.scripts.missing_python import ASYNCIO, CHECKER_LACKS, MODULES, NAMES
from ims_mcp.workflows.scripts.script_calls import MODULE, find_used_names
from ims_mcp.workflows.scripts.script_problem import MOST_PROBLEMS, ScriptProblem
from ims_mcp.workflows.scripts.stubs import OWN_NAMES, list_names, list_script_parameters

_LINE = re.compile(r"^[^:\n]+:(\d+):(\d+): (error|warning)\[([\w-]+)\] (.*)$")
_MAY_BE_NONE = re.compile(r"of type `None`|\| None` may not|in union `[^`]*\| None`|, found `[^`]*\| None`")
_KINDS = {
    "Text": "a text",
    "Whole": "a whole number",
    "Number": "a number",
    "Truth": "True or False",
    "Elements": "a list",
    "Fields": "a dict",
    "Parts": "a text, or a list of texts",
}
_MOST_KEYS = 25
_MOST_PLACES = 3
_OVERLOAD = "no-matching-overload"
_UNTYPED = "What no table knows yet is read from an answer that is told to be any dict: answer: dict = await ims.…"
_TAKE_ELEMENTS = "this is a list: take its elements, with a loop or [0], before a key."


class _Script:
    """What is asked of a script's text for many diagnostics: read once."""

    def __init__(self, code: str) -> None:
        self.lines = code.splitlines()
        self._code = code

    @cached_property
    def _tree(self) -> ast.Module:
        return ast.parse(self._code)

    @cached_property
    def stored_keys(self) -> set[object]:
        """All that is written to, which makes it a key."""
        keys = set[object]()
        for node in ast.walk(self._tree):
            match node:
                case ast.Subscript(ctx=ast.Store(), slice=ast.Constant(value=key)):
                    keys.add(key)
                case ast.Call(func=ast.Attribute(attr="setdefault"), args=[ast.Constant(value=key), *_]):
                    keys.add(key)
                case _:
                    pass
        return keys

    @cached_property
    def answers(self) -> dict[str, tuple[Operation, list[str]]]:
        """Of the classes of answers that it may meet: the operation, and the keys."""
        used = [find_operation(used.name) for used in find_used_names(self._tree)]
        return {
            name: (operation, list(fields))
            for operation in used
            if operation is not None
            for name, fields in find_answer_types(operation).classes.items()
        }


@dataclass(frozen=True, slots=True)
class _Diagnostic:
    """One line of the checker's."""

    line: int
    column: int
    """From 1, in characters."""
    rule: str
    message: str
    script: _Script

    def names(self, pattern: str) -> tuple[str, ...] | None:
        """The groups of a pattern, which has some, where the message fits it."""
        found = re.search(pattern, self.message)
        return found and found.groups()


def explain(diagnostics: str, code: str, *, most: int = MOST_PROBLEMS, keys_from_line: int = 0) -> list[ScriptProblem]:
    """The problems in a checker's concise diagnostics of ``code``, each with its remedy, in the order of their lines;
    beyond ``most`` they are counted. From ``keys_from_line`` on, if it is not 0, ``code`` is a second copy of a script,
    which is asked about keys, and about functions that take what may be None.

    None of them is a reason not to run the script where the list is empty.
    """
    script = _Script(code)
    told = [match for line in diagnostics.splitlines() if (match := _LINE.match(line.strip()))]
    # A text that cannot be read has no imports either.
    told = [match for match in told if match[4] == "invalid-syntax"] or told
    read = [
        _Diagnostic(int(match[1]), int(match[2]), match[4], match[5], script)
        for match in told
        if match[3] == "error" or match[4] == "unused-awaitable"
    ]
    if keys_from_line:
        read = [each for each in read if each.line < keys_from_line and each.rule != _OVERLOAD] + [
            replace(each, line=each.line - keys_from_line + 1)
            for each in read
            if each.line >= keys_from_line and (each.rule == _OVERLOAD or _is_of_one_answer(each))
        ]
        read.sort(key=lambda each: each.line)
    found: dict[ScriptProblem, None] = {}
    for number, diagnostic in enumerate(read):
        if len(found) >= most:
            rest = f"and from here on up to {len(read) - number:,} more problems."
            return [*found, ScriptProblem(diagnostic.line, rest)]
        if text := _EXPLAINED.get(diagnostic.rule, _quote)(diagnostic):
            found[ScriptProblem(diagnostic.line, text)] = None
    return list(found)


def describe_unknown(name: str) -> str:
    """What to say of a name that the module does not have."""
    near = difflib.get_close_matches(name.lower(), [*list_names(), *OWN_NAMES], n=3, cutoff=0.6)
    camel = find_operation(name)
    likely = [camel.tool_name] if camel is not None else near
    if name in list_names():  # the checker knows it by the module's own name alone
        return f"{MODULE} is reached by its own name alone: write {MODULE}.{name}, not through another variable."
    hint = f"did you mean {' or '.join(likely)}?" if likely else f"{MODULE}.search(words) finds operations."
    return f"{MODULE} has no {name}; {hint}"


def _explain_attribute(told: _Diagnostic) -> str:
    if _MAY_BE_NONE.search(told.message):
        return ""
    if names := told.names(rf"^Module `{MODULE}` has no member `(\w+)`"):
        return describe_unknown(names[0])
    if names := told.names(r"^Module `asyncio` has no member `(\w+)`"):
        instead = ASYNCIO.get(names[0], "it has gather, run and sleep.")
        return f"a script has no asyncio.{names[0]}; {instead}"
    if names := told.names(r"^Object of type `Error` has no attribute `(\w+)`"):
        return f"an error has no {names[0]}: str(error) begins with its code, then a colon and what happened."
    if names := told.names(r"^Object of type `(\w+Answer\w*)` has no attribute `(\w+)`"):
        return f'an answer is a dict: write ["{names[1]}"] instead of .{names[1]}.'
    if told.names(r"^Object of type `(list\[).* has no attribute `get`"):
        return _TAKE_ELEMENTS
    return _explain_awaitable(told) or _quote(told)


def _explain_reference(told: _Diagnostic) -> str:
    (name,) = told.names(r"^Name `(\w+)`") or ("?",)
    if name in CHECKER_LACKS:
        return ""
    if name in (MODULE, *MODULES):
        return f"{name} is not defined; write import {name} first."
    if name == "open":
        return "a script has no files, and no open."
    if hasattr(builtins, name):
        return f"a script has no {name}{'; ' + instead if (instead := NAMES.get(name)) else '.'}"
    return f"{name} is not defined."


def _explain_import(told: _Diagnostic) -> str:
    names = told.names(r"module `([\w.]+)`") or ("?",)
    return f"{names[0]} cannot be imported: a script has {MODULE}, and of Python {', '.join(MODULES)}."


def _explain_unknown_argument(told: _Diagnostic) -> str:
    name, function = told.names(r"^Argument `(\w+)` .* function `(\w+)`") or ("?", "?")
    operation = find_operation(function)
    if function in OWN_NAMES:
        return f'{function} takes one argument, without a name: {MODULE}.{function}("…").'
    if operation is None:
        return _quote(told)
    table = {row.name: row for row in list_script_parameters(operation) if not row.hidden}
    near = find_meant(name, table)
    hint = f"did you mean {near}?" if near else f"it takes {', '.join(table) or 'nothing'}."
    return f"{function} has no parameter {name}; {hint}"


def _explain_missing_argument(told: _Diagnostic) -> str:
    names = told.names(r"parameters? (.+) of function `(\w+)`")
    return f"{names[1]} needs {names[0].replace('`', '')}." if names else _quote(told)


def _explain_positional(told: _Diagnostic) -> str:
    (function,) = told.names(r"function `(\w+)`") or ("?",)
    if function in OWN_NAMES:
        return f"{function} takes one argument."
    operation = find_operation(function)
    rows = () if operation is None else list_script_parameters(operation)
    return f"{function} takes its arguments by name: {function}({rows[0].name if rows else 'Name'}=…)."


def _explain_argument_type(told: _Diagnostic) -> str:
    if _MAY_BE_NONE.search(told.message):
        return ""
    if re.match(r"Method `__getitem__` of .* key of type `Literal\[\".* of type `list\[", told.message):
        return _TAKE_ELEMENTS
    names = told.names(r"^Argument to function `(\w+)` is incorrect: Expected `(.+)`, found `(.+)`$")
    if awaitable := _explain_awaitable(told):
        return awaitable
    if names is None or names[1] not in _KINDS:
        return _quote(told) if told.message.startswith("Argument to constructor") else ""
    keyword = _find_keyword(told)
    if keyword is None:
        # Of what is handed on with ** nobody knows which value has which type.
        return ""
    return f"{keyword} of {names[0]} has to be {_KINDS[names[1]]}, not {_name_type(names[2])}."


def _name_type(told: str) -> str:
    """``Literal[3]`` as 3, a class of an answer as what it is."""
    if literal := re.fullmatch(r"Literal\[(.+)\]", told):
        return literal[1]
    return f"a dict ({told})" if "Answer" in told and "[" not in told else told


def _find_keyword(told: _Diagnostic) -> str | None:
    lines = told.script.lines
    text = lines[told.line - 1] if told.line <= len(lines) else ""
    found = re.match(r"(\w+)\s*=(?!=)", text[told.column - 1 :])
    return found[1] if found else None


def _explain_key(told: _Diagnostic) -> str:
    names = told.names(r"^Unknown key \"(.*)\" for TypedDict `(\w+)`")
    if names is None:
        return _quote(told)
    key, kind = names
    if key in told.script.stored_keys:
        return ""
    if kind not in told.script.answers:
        return _quote(told)
    operation, keys = told.script.answers[kind]
    elsewhere = [
        _name_place(name, operation)
        for name, (_, fields) in told.script.answers.items()
        if key in fields and name.partition("Answer")[0] == operation.name
    ]
    by_fold = {each.lower(): each for each in keys}
    near = difflib.get_close_matches(key.lower(), by_fold, n=1, cutoff=0.6)
    listed = ", ".join(keys[:_MOST_KEYS]) + (f" and {len(keys) - _MOST_KEYS} more" if len(keys) > _MOST_KEYS else "")
    hint = f"did you mean {by_fold[near[0]]}?" if near else f"it has {listed or 'no keys'}. {_UNTYPED}"
    if elsewhere:
        hint = f"{key} is a key of {' and of '.join(elsewhere[:_MOST_PLACES])}."
    place = "" if kind.endswith("Answer") else f" ({_name_place(kind, operation)})"
    return f"the answer of {operation.tool_name}{place} has no {key}; {hint}"


def _name_place(kind: str, operation: Operation) -> str:
    """Where in an answer the objects of a class are: ``MediaInfo.FileInfoList``."""
    return kind.removeprefix(f"{operation.name}Answer").strip("_").replace("_", ".") or "the answer itself"


def _is_of_one_answer(told: _Diagnostic) -> bool:
    """Whether it says of a key that there is none, and not that one of several kinds of answers lacks it."""
    names = told.names(r"\(subscripted object has type `(.+)`\)$")
    return told.rule == "invalid-key" and (names is None or len(set(re.findall(r"\w+Answer\w*", names[0]))) < 2)


def _explain_overload(told: _Diagnostic) -> str:
    (name,) = told.names(r"^No overload of (?:bound method|function) `([\w.]+)`") or ("",)
    if name == "gather":
        return "gather takes the calls themselves, each as an argument: await asyncio.gather(*[…(each) for each in …])."
    return (
        f"{name or 'this'} cannot take what it is given here. Numbers come as texts: float(…) makes one a number. What "
        "is awaited for each of many is put into a list first: [await … for each in …]."
    )


def _explain_awaitable(told: _Diagnostic) -> str:
    return f"await is missing before a call of {MODULE}." if "CoroutineType[" in told.message else ""


def _explain_use(told: _Diagnostic) -> str:
    """A value used as what it is not."""
    return "" if _MAY_BE_NONE.search(told.message) else _explain_awaitable(told) or _quote(told)


def _explain_operator(told: _Diagnostic) -> str:
    if _MAY_BE_NONE.search(told.message):
        return ""
    sides = told.names(r"between objects of type `(.+)` and `(.+)`$") or ()
    texts = {_is_text(side.removesuffix(" | None")) for side in sides}
    if any(side.endswith(" | None") for side in sides) and len(texts) == 1:
        return ""
    return _explain_awaitable(told) or _quote(told) + (
        " Numbers come as texts here: float(…) makes one a number." if len(texts) == 2 else ""
    )


def _is_text(kind: str) -> bool:
    return kind in ("str", "LiteralString") or kind.startswith('Literal["')


def _explain_syntax(told: _Diagnostic) -> str:
    return f"this is not Python as a script can have it: {told.message}."


def _quote(told: _Diagnostic) -> str:
    return told.message if told.message.endswith((".", "?")) else f"{told.message}."


def _leave_out(told: _Diagnostic) -> str:
    del told
    return ""


_EXPLAINED: dict[str, Callable[[_Diagnostic], str]] = {
    "invalid-argument-type": _explain_argument_type,
    "invalid-assignment": _leave_out,
    "invalid-key": _explain_key,
    "invalid-return-type": _leave_out,
    "invalid-syntax": _explain_syntax,
    "missing-argument": _explain_missing_argument,
    "no-matching-overload": _explain_overload,
    "not-iterable": _explain_use,
    "not-subscriptable": _explain_use,
    "too-many-positional-arguments": _explain_positional,
    "unknown-argument": _explain_unknown_argument,
    "unresolved-attribute": _explain_attribute,
    "unresolved-import": _explain_import,
    "unresolved-reference": _explain_reference,
    "unsupported-operator": _explain_operator,
    "unused-awaitable": _explain_awaitable,
}
