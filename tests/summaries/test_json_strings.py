"""JSON inside strings, opened only where the whole string is an object or an array."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from ims_mcp.catalogue import Parameter, ResponseField, operations
from ims_mcp.summaries.json_strings import BASE64_FIELDS, JSON_FIELDS, open_json


@pytest.mark.parametrize(
    ("text", "opened"),
    [
        ('{"a": 1}', {"a": 1}),
        ("[1, 2]", [1, 2]),
        (" \n[1]\t ", [1]),
        ("{}", {}),
        ('[\n"a",\n\xa0  "b"]', ["a", "b"]),
        ('"{\\"a\\": [1]}"', {"a": [1]}),
        ('{"a": NaN, "b": [Infinity, -Infinity]}', {"a": None, "b": [None, None]}),
        ('{"a": [...]}', None),
        ('{"a": 1} trailing', None),
        ("[1", None),
        ('"text"', None),
        ("12", None),
        ("true", None),
        ("null", None),
        ("", None),
        ('"', None),
        ("[" * 100_000, None),
        ('{"a": ' * 100_000, None),
        ("[" + "9" * 5000 + "]", None),
        ("userDataTest", None),
    ],
)
def test_open_json_opens_whole_objects_and_arrays(text: str, opened: Any) -> None:
    assert open_json(text) == opened


def _fields(fields: Iterable[ResponseField]) -> Iterator[ResponseField]:
    for field in fields:
        yield field
        yield from _fields(field.fields)
        if field.items is not None:
            yield from _fields((field.items,))


def _parameters(parameters: Iterable[Parameter]) -> Iterator[Parameter]:
    for parameter in parameters:
        yield parameter
        yield from _parameters(parameter.fields)
        if parameter.items is not None:
            yield from _parameters((parameter.items,))


def test_the_fields_that_are_opened_are_fields_of_responses() -> None:
    strings = {
        field.name for each in operations() for field in _fields(each.response) if field.kind in ("string", "array")
    }
    # The service sends this one, though the SDK does not know it.
    assert JSON_FIELDS - {"MetaData"} <= strings
    assert strings >= BASE64_FIELDS


def test_a_parameter_that_is_json_text_is_opened_where_it_comes_back_as_text() -> None:
    given = {each.name for op in operations() for each in _parameters(op.parameters) if each.json_text}
    returned = {field.name for op in operations() for field in _fields(op.response) if field.kind == "string"}
    # Message is what an error says, too.
    assert (given & returned) - {"Message"} <= JSON_FIELDS


@pytest.mark.parametrize("word", ["title", "name", "desc", "tag", "text", "message", "prompt", "content"])
def test_no_field_that_people_write_in_is_opened(word: str) -> None:
    # The tags of a stream are set as JSON, and documented so.
    assert [name for name in JSON_FIELDS - {"StreamTags"} if word in name.lower()] == []
