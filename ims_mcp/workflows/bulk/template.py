"""The template of a job: a JSON object whose texts may name columns of the rows, ``{"Title": "{stem} ({Year})"}``.

A text that is one placeholder and nothing else takes the column's value as it is, also a number or a structure. An
empty column leaves such a parameter out, and nothing inside a longer text. ``{{`` and ``}}`` are braces.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from ims_mcp.catalogue import Operation
from ims_mcp.catalogue.published_names import publish_name
from ims_mcp.catalogue.written_values import show_value
from ims_mcp.errors import InvalidArguments, Problem
from ims_mcp.foreign_text import plain

_PART = re.compile(r"(?P<brace>\{\{|\}\})|\{(?P<column>[^{}]+)\}|(?P<stray>[{}])")
_DEEPEST = 40

Fill = Callable[[Mapping[str, Any]], Any]
"""From a row's values to a parameter's; None: not given."""


@dataclass(frozen=True, slots=True)
class Template:
    """Compiled once, filled for each row."""

    fills: Mapping[str, Fill]
    """Parameter -> what fills it."""
    columns: frozenset[str]
    """The columns that it names."""

    def fill(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters of one row. Raises KeyError for a column that it does not have."""
        return {name: value for name, fill in self.fills.items() if (value := fill(values)) is not None}


def compile_template(operation: Operation, template: Mapping[str, Any]) -> Template:
    """Raises InvalidArguments for braces that say nothing."""
    columns: set[str] = set()
    problems: list[Problem] = []
    fills: dict[str, Fill] = {}
    structured = {publish_name(row.name) for row in operation.parameters if row.kind in ("object", "array")}
    structured |= {row.name for row in operation.parameters if row.kind in ("object", "array")}
    for name, value in template.items():
        is_json = name in structured and isinstance(value, str) and value.lstrip().startswith(("{", "["))
        try:
            # Opened: else a column's text could end a string of the JSON it stands in.
            fills[name] = _compile(_open(value) if is_json else value, columns, 0)
        except ValueError as error:
            problems.append(Problem(f"template {plain(name, 60)}", str(error)))
    if problems:
        raise InvalidArguments(operation.name, problems)
    return Template(fills, frozenset(columns))


def _open(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _compile(value: Any, columns: set[str], depth: int) -> Fill:
    if depth > _DEEPEST:
        raise ValueError("is nested too deep")
    if isinstance(value, str):
        return _compile_text(value, columns)
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        each = [(name, _compile(inner, columns, depth + 1)) for name, inner in fields.items()]
        return lambda values: {name: filled for name, fill in each if (filled := fill(values)) is not None}
    if isinstance(value, list):
        elements = [_compile(inner, columns, depth + 1) for inner in cast("list[Any]", value)]
        return lambda values: [filled for fill in elements if (filled := fill(values)) is not None]
    return lambda _: value


def _compile_text(text: str, columns: set[str]) -> Fill:
    parts = list(_split(text))
    named = [column for _, column in parts if column]
    columns.update(named)
    if not named:
        literal = "".join(words for words, _ in parts)
        return lambda _: literal
    if len(parts) == 1:
        [column] = named
        return lambda values: None if values[column] == "" else values[column]
    return lambda values: "".join(words or _write(values[column]) for words, column in parts)


def _split(text: str) -> Iterator[tuple[str, str]]:
    """(words, "") or ("", column), in their order."""
    end = 0
    for found in _PART.finditer(text):
        if found["stray"]:
            raise ValueError(f"has a {found['stray']!r} that belongs to no {{column}}: a brace itself is written twice")
        if found.start() > end:
            yield text[end : found.start()], ""
        end = found.end()
        yield (found["brace"][0], "") if found["brace"] else ("", found["column"].strip())
    if end < len(text) or not text:
        yield text[end:], ""


def _write(value: Any) -> str:
    """A column's value inside of a longer text."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, bool | dict | list) else str(value)


def read_template(text: str) -> dict[str, Any]:
    """The JSON object that a person has written. Raises InvalidArguments."""
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        problem = f"{show_value(text)} is not valid JSON ({error})"
        raise InvalidArguments("The job", [Problem("template", problem)]) from None
    if not isinstance(value, dict):
        problem = f'has to be an object such as {{"Title": "{{stem}}"}}, not {show_value(value)}'
        raise InvalidArguments("The job", [Problem("template", problem)])
    return cast("dict[str, Any]", value)
