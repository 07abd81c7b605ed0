"""Cutting a JSON value to a size: what stays is whole, what goes is said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_mcp.summaries.bounds import OMITTED, fit, measure, size_bytes
from tests.summaries.hostile import objects


def test_what_fits_is_returned_as_it_is() -> None:
    tree = {"a": [1, 2, 3]}
    assert fit(tree, 1000) is tree


def test_a_list_is_cut_between_elements_and_the_query_goes_on_where_it_ends() -> None:
    tree: dict[str, Any] = {"Total": 100, "MediaInfos": [{"MediaId": f"{index:032}"} for index in range(100)]}
    cut = fit(tree, 2000)
    kept = len(cut["MediaInfos"])
    assert cut["MediaInfos"] == tree["MediaInfos"][:kept]
    assert cut["Total"] == 100
    assert cut[OMITTED] == [
        {
            "path": "MediaInfos",
            "kept": kept,
            "of": 100,
            "how": {"query": f"MediaInfos[{kept}:{kept * 2}]"},
        }
    ]


def test_a_long_text_is_shortened_and_small_neighbours_stay_whole() -> None:
    cut = fit({"a": {"Long text": "word " * 1000, "Name": "kept", "Count": 7}}, 2000)
    assert cut["a"]["Name"] == "kept"
    assert cut["a"]["Count"] == 7
    assert cut["a"]["Long text"].endswith("word…")
    assert cut[OMITTED][0] == {
        "path": 'a."Long text"',
        "kept_bytes": len(cut["a"]["Long text"].encode()),
        "of_bytes": 5000,
    }


def test_a_text_that_a_result_could_hold_says_how_to_get_it() -> None:
    cut = fit({"a": "x" * 900, "b": "y" * 900}, 1500)
    assert [entry["how"] for entry in cut[OMITTED]] == [{"query": "a"}, {"query": "b"}]


def test_a_few_large_elements_share_the_room() -> None:
    tree = {"Results": [{"Type": kind, "Data": [kind * 9] * 5000} for kind in ("NLP", "OCR", "ASR")]}
    cut = fit(tree, 8000)
    assert [result["Type"] for result in cut["Results"]] == ["NLP", "OCR", "ASR"]
    assert all(len(result["Data"]) > 30 for result in cut["Results"])
    assert cut[OMITTED][0]["how"]["query"].startswith("Results[")


def test_too_many_names_are_cut_and_the_next_one_is_named() -> None:
    cut = fit({f"name {index}": index for index in range(5000)}, 2000)
    kept = len(cut) - 1
    assert cut[OMITTED] == [{"path": "@", "kept": kept, "of": 5000, "how": {"query": f'"name {kept}"'}}]


def test_without_a_query_no_advice_is_given() -> None:
    cut = fit({"a": ["x" * 50] * 100}, 1000, query_prefix=None)
    assert "how" not in cut[OMITTED][0]


@given(objects)
def test_measured_is_the_size_of_the_json(tree: dict[str, Any]) -> None:
    tree = json.loads(json.dumps(tree).replace("\\ud800", "?"))
    size = size_bytes(tree)
    assert measure(tree, size) == size
    assert measure(tree, size - 1) > size - 1


@given(objects, st.integers(600, 3000), st.integers(1, 60))
def test_any_object_fits_any_size(tree: dict[str, Any], max_bytes: int, times: int) -> None:
    tree = json.loads(json.dumps(tree).replace("\\ud800", "?"))
    grown = {"many": [tree] * times, "wide": {f"n{index}": tree for index in range(times)}}
    cut = fit(grown, max_bytes)
    assert size_bytes(cut) <= max_bytes
    assert json.loads(json.dumps(cut)) == cut
    assert cut is grown or cut[OMITTED]


@pytest.mark.parametrize("value", [[["x" * 100] * 12] * 500, {"a": [[[["deep"] * 50] * 50] * 50]}, ["é" * 40_000]])
def test_lists_of_lists_fit(value: Any) -> None:
    for max_bytes in (700, 5000, 32 * 1024):
        assert size_bytes(fit({"v": value}, max_bytes)) <= max_bytes
