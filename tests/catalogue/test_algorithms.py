"""Operations that run one of many algorithms are found by what an algorithm does, in English and Chinese, and by its
name.

The words of the data were chosen on ``algorithm_requests.json``; on ``held_out_algorithm_requests.json`` none was.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ims_mcp.catalogue import get_operation, list_known_names
from ims_mcp.catalogue.search import search

(FUNCTION,) = (row for row in get_operation("SubmitIProductionJob").parameters if row.name == "FunctionName")


def read_requests(file: str) -> list[dict[str, Any]]:
    return json.loads(Path(__file__).with_name(file).read_text(encoding="utf-8"))


def first(query: str, limit: int) -> list[str]:
    return [hit.operation.name for hit in search(query, limit=limit)]


@pytest.mark.parametrize(
    ("file", "least"), [("algorithm_requests.json", 1.0), ("held_out_algorithm_requests.json", 0.75)]
)
def test_what_an_algorithm_does_finds_the_operation_among_the_first_three(file: str, least: float) -> None:
    requests = read_requests(file)
    assert {row["language"] for row in requests} == {"en", "zh"}
    assert all(set(row["expected"]) <= list_known_names() for row in requests)
    missed = [row["request"] for row in requests if not set(first(row["request"], 3)) & set(row["expected"])]
    assert 1 - len(missed) / len(requests) >= least, missed


@pytest.mark.parametrize("name", FUNCTION.choices)
def test_the_name_of_a_function_finds_what_runs_it(name: str) -> None:
    for query in (name, name.lower(), f"FunctionName={name}", f"运行 {name}"):
        assert "SubmitIProductionJob" in first(query, 3), query


@pytest.mark.parametrize(
    ("value", "operation"),
    [
        ("MarketingCopy", "SubmitTextGenerateJob"),
        ("StoryboardScript", "SubmitTextGenerateJob"),
        ("MindMap", "SubmitVideoCognitionJob"),
        ("DolbyVision", "CreateUploadStream"),
    ],
)
def test_the_name_of_a_value_finds_what_takes_it(value: str, operation: str) -> None:
    assert operation in first(value, 3)


def test_a_value_that_only_filters_a_list_says_nothing() -> None:
    assert first("clone a voice with CosyVoice", 1) == ["SubmitCosyVoiceCustomizedVoiceJob"]


def test_an_operation_that_is_named_comes_before_what_takes_a_value_of_that_name() -> None:
    assert first("QueryIProductionJob of a VideoDelogo", 1) == ["QueryIProductionJob"]
    assert first("VideoDelogo", 1) == ["SubmitIProductionJob"]
