"""JSON inside strings, opened only where the whole string is an object or an array."""

from __future__ import annotations

from typing import Any

import pytest

from ims_mcp.summaries.json_strings import open_json


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
