"""What the notes owe a reader of each operation: a text for every parameter and field, an example that its table takes,
where the result of background work lies, and where it is all from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ims_mcp.catalogue import Operation, Parameter, ResponseField, get_operation, operations
from ims_mcp.catalogue.check import check

OPERATIONS = [pytest.param(each, id=f"{each.toolset}-{each.name}") for each in operations()]
each_operation = pytest.mark.parametrize("operation", OPERATIONS)


def walk(rows: tuple[Parameter, ...], path: str = "") -> Iterator[tuple[str, Parameter]]:
    """Every row and field below it that a caller sees, with its path."""
    for row in rows:
        if row.hidden:
            continue
        at = f"{path}{row.name}"
        yield at, row
        inner = row
        while inner.items is not None:
            inner = inner.items
            at += "[]"
        yield from walk(inner.fields, f"{at}.")
        for case in inner.cases:
            yield from walk(case.fields, f"{at}({case.parameter}={'|'.join(case.values)}).")


def find_element(row: Parameter) -> Parameter:
    while row.items is not None:
        row = row.items
    return row


def walk_texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for name, inner in value.items():  # pyright: ignore[reportUnknownVariableType]
                yield str(name)  # pyright: ignore[reportUnknownArgumentType]
                yield from walk_texts(inner)
        case list():
            for inner in value:  # pyright: ignore[reportUnknownVariableType]
                yield from walk_texts(inner)
        case _:
            pass


def has_path(fields: tuple[ResponseField, ...], path: str) -> bool:
    """Whether the response declares such a field. Below a text (JSON in a string) anything may lie."""
    name, _, rest = path.partition(".")
    field = next((each for each in fields if each.name == name.replace("[]", "")), None)
    if field is None:
        return False
    while field.items is not None:
        field = field.items
    return not rest or field.kind == "string" or not field.fields or has_path(field.fields, rest)


@each_operation
def test_every_parameter_and_every_field_has_a_text(operation: Operation) -> None:
    silent = [path for path, row in walk(operation.parameters) if not row.text]
    assert silent == []


@each_operation
def test_no_text_breaks_off(operation: Operation) -> None:
    broken = [path for path, row in walk(operation.parameters) if row.text.rstrip().endswith(("...", "…", ",", " or"))]
    assert broken == []


@each_operation
def test_json_in_a_text_has_fields_or_says_that_anything_goes(operation: Operation) -> None:
    unknown = [
        path
        for path, row in walk(operation.parameters)
        if row.json_text or row.kind == "object"
        if (element := find_element(row)).kind == "object"
        if not (element.fields or element.cases or element.extra_fields)
    ]
    assert unknown == []


@each_operation
def test_the_example_is_a_call_that_the_table_takes(operation: Operation) -> None:
    assert bool(operation.example) == any(not row.hidden for row in operation.parameters)
    check(operation, operation.example)
    assert len(json.dumps(operation.example, ensure_ascii=False)) <= 900


@each_operation
def test_the_example_teaches(operation: Operation) -> None:
    for text in walk_texts(operation.example):
        assert "..." not in text
        assert "…" not in text
        assert "***" not in text
    assert {} not in operation.example.values()
    assert [{}] not in operation.example.values()


@each_operation
def test_what_runs_in_the_background_says_where_its_result_lies(operation: Operation) -> None:
    poll = operation.poll
    if poll is None:
        return
    result = poll.result
    assert result is not None
    assert result.fields
    reader = get_operation(result.operation or poll.operation)
    assert [path for _, path in result.fields if not has_path(reader.response, path)] == []
    assert [name for name, _ in result.arguments if reader.parameter(name) is None] == []


@each_operation
def test_the_columns_of_a_list_lie_in_its_answer(operation: Operation) -> None:
    rows = operation.rows
    if rows is not None:
        assert has_path(operation.response, rows.path)
        owners = rows.path.split(".")
        # What the owner of an inner list says of itself is said of each of its elements.
        levels = [".".join(owners[:end]) for end in range(len(owners), 0, -1)]
        lost = [
            path for _, path in rows.columns if not any(has_path(operation.response, f"{at}.{path}") for at in levels)
        ]
        assert lost == []
        assert rows.meanings.keys() <= {name for name, _ in rows.columns}


@each_operation
def test_what_is_called_next_exists(operation: Operation) -> None:
    known = {each.name for each in operations()}
    words = operation.then.replace(".", " ").replace(",", " ").replace(";", " ").replace(":", " ").split()
    assert not operation.then or known & set(words)
