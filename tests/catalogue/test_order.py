"""What ends before it begins: refused where both ends are of one known form, with both values and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ims_mcp.catalogue import Effect, Operation, Parameter, operations
from ims_mcp.catalogue.check import check
from ims_mcp.errors import InvalidArguments

PAIR = Operation(
    "DoIt",
    "t",
    "t",
    "p",
    Effect.READ,
    parameters=(
        Parameter("Since", "string"),
        Parameter("Until", "string", not_before="Since"),
        Parameter("In", "number"),
        Parameter("Out", "number", after="In"),
    ),
)
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"In": 20, "Out": 5}, "Out: 5 is not more than In, 20: give a greater Out or a smaller In"),
    ({"In": 5, "Out": "5"}, "Out: 5 is not more than In, 5: give a greater Out or a smaller In"),
    (
        {"Since": "2026-01-31T08:00:00Z", "Until": "2026-01-30T08:00:00Z"},
        "Until: '2026-01-30T08:00:00Z' is before Since, '2026-01-31T08:00:00Z': give a later Until or an earlier Since",
    ),
    (
        {"Since": "2026-01-31T08:00:00+08:00", "Until": "2026-01-30T23:59:59Z"},
        "Until: '2026-01-30T23:59:59Z' is before",
    ),
    ({"Since": "2026-01-31 08:00:00", "Until": "2026-01-31 07:00:00"}, "Until: '2026-01-31 07:00:00' is before"),
    ({"Since": "00:05:00", "Until": "00:04:59.5"}, "Until: '00:04:59.5' is before"),
    ({"Since": "180.30", "Until": "9"}, "Until: '9' is less than Since, '180.30'"),
    ({"Since": "100", "Until": "20"}, "Until: '20' is less than Since, '100'"),
]
RIGHT: list[dict[str, Any]] = [
    {"In": 5, "Out": 5.0001},
    {"Out": 5},
    {"In": 20},
    {"Since": "2026-01-31T08:00:00Z", "Until": "2026-01-31T08:00:00Z"},
    {"Since": "2026-01-31T08:00:00Z", "Until": "2026-01-31T16:00:00+08:00"},
    {"Since": "9", "Until": "10"},
    # Of different forms, or of none that is known.
    {"Since": "180.30", "Until": "00:00:05"},
    {"Since": "2026-01-31T08:00:00Z", "Until": "2026-01-30"},
    {"Since": "2026-01-31T08:00:00Z", "Until": "2026-01-30T08:00:00"},
    {"Since": "tomorrow", "Until": "now"},
    {"Since": "2026-13-31T08:00:00Z", "Until": "2026-01-31T08:00:00Z"},
    {"Since": "2" * 200, "Until": "1"},
]


@pytest.mark.parametrize(("arguments", "told"), WRONG)
def test_an_end_before_its_beginning_names_both_values_and_what_to_do(arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidArguments) as refused:
        check(PAIR, arguments)
    (problem,) = refused.value.problems
    assert str(problem).startswith(told)


@pytest.mark.parametrize("arguments", RIGHT)
def test_spans_that_may_be_right_are_sent(arguments: dict[str, Any]) -> None:
    assert check(PAIR, arguments).keys() == arguments.keys()


@pytest.mark.parametrize(("arguments", "_"), WRONG)
def test_arguments_on_their_way_are_left_to_the_service(arguments: dict[str, Any], _: str) -> None:
    assert check(PAIR, arguments, as_sent=True)


def tables(rows: tuple[Parameter, ...], path: str) -> Iterator[tuple[str, tuple[Parameter, ...]]]:
    """Every table, with the fields that each case of an object gives it."""
    yield path, rows
    for row in rows:
        element = row
        while element.items is not None:
            element = element.items
        if element.fields:
            yield from tables(element.fields, f"{path}.{row.name}")
        for case in element.cases:
            yield from tables((*element.fields, *case.fields), f"{path}.{row.name}")


def test_every_end_names_a_beginning_beside_it() -> None:
    lonely = [
        (path, row.name)
        for operation in operations()
        for path, rows in tables(operation.parameters, operation.name)
        for row in rows
        if (first := row.after or row.not_before) and first not in {each.name for each in rows}
    ]
    assert lonely == []


def is_end_of(first: str, last: str) -> bool:
    pairs = (("Start", "End"), ("start", "end"), ("Begin", "End"), ("TimelineIn", "TimelineOut"), ("Min", "Max"))
    return (first, last) == ("In", "Out") or any(a in first and first.replace(a, b) == last for a, b in pairs)


def test_every_pair_of_times_or_bounds_is_ordered_unless_it_is_none() -> None:
    """KenBurns has two rectangles; credits scroll either way, and stand still before and after it."""
    unordered = {
        (first.name, last.name)
        for operation in operations()
        for _, rows in tables(operation.parameters, operation.name)
        for first in rows
        for last in rows
        if is_end_of(first.name, last.name) and first.name not in (last.after, last.not_before)
    }
    scrolls = {(f"Scroll{'Start'}{what}", f"ScrollEnd{what}") for what in ("X", "Y", "Freeze")}
    assert unordered == {("Start", "End"), *scrolls}
