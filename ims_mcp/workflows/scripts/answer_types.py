"""What an operation answers, as types of Python: a TypedDict for each object of the response."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ims_mcp.catalogue import Operation, ResponseField
from ims_mcp.summaries.json_strings import BASE64_FIELDS, JSON_FIELDS

_SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
_AFTER_A_WAIT = {"wait": "dict[str, Any]", "result": "Any"}
"""What is beside the response of an operation that was waited for."""


@dataclass(frozen=True, slots=True)
class AnswerTypes:
    """The classes of one operation's answer, each ``{key: type}`` by its name, the inner ones first."""

    name: str
    """Of the whole answer: ``GetMediaInfoAnswer``."""
    classes: Mapping[str, Mapping[str, str]]

    def write(self) -> str:
        """As Python."""
        return "".join(_write_class(name, fields) for name, fields in self.classes.items())


@cache
def find_answer_types(operation: Operation) -> AnswerTypes:
    """Those of an operation. Keys that no table has are in none of them."""
    classes: dict[str, Mapping[str, str]] = {}
    name = f"{operation.name}Answer"
    more = _AFTER_A_WAIT if operation.poll is not None else {}
    classes[name] = {field.name: _name_type(field, f"{name}_{field.name}", classes) for field in operation.response}
    classes[name] = {**more, **classes.pop(name)}
    return AnswerTypes(name, classes)


def _name_type(field: ResponseField, name: str, classes: dict[str, Mapping[str, str]]) -> str:
    """The type of a field; ``name`` is that of its class, where it is an object that has fields."""
    if field.items is not None:
        return f"list[{_name_type(field.items, name, classes)}]"
    if not field.fields:
        if field.kind == "string" and field.name in JSON_FIELDS | BASE64_FIELDS:
            return "Any"  # opened where it can be
        return _SCALARS.get(field.kind, "list[Any]" if field.kind == "array" else "dict[str, Any]")
    name = "".join(each if each.isalnum() else "_" for each in name)
    classes[name] = {inner.name: _name_type(inner, f"{name}_{inner.name}", classes) for inner in field.fields}
    return name


def _write_class(name: str, fields: Mapping[str, str]) -> str:
    if not all(key.isidentifier() for key in fields):
        listed = ", ".join(f'"{key}": {kind}' for key, kind in fields.items())
        return f'{name} = TypedDict("{name}", {{{listed}}}, total=False)\n'
    body = "".join(f"    {key}: {kind}\n" for key, kind in fields.items())
    return f"class {name}(TypedDict, total=False):\n{body or '    pass' + chr(10)}"
