"""A query may ask for anything and gets no further than its allowances; an honest one never meets them."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from itertools import count
from typing import Any

import jmespath
import pytest

from ims_mcp.errors import InvalidArguments
from ims_mcp.summaries import metered_jmespath
from ims_mcp.summaries.bounds import LONGEST_QUERY, size_bytes
from ims_mcp.summaries.metered_jmespath import QueryLimits, TooMuch, evaluate
from ims_mcp.summaries.query import check_query
from ims_mcp.summaries.shaping import MAX_BYTES
from tests.summaries.picking import select

SMALL: dict[str, Any] = {
    "RequestId": "r",
    "List": [{"Id": number, "Name": f"n{number}", "In": {"Deep": [1, 2]}} for number in range(50)],
    "Text": '\\"x' * 50,
}
DOUBLED = "|".join(["[@,@]"] * 25)
EXPLODING = {
    "a list doubled with every step": "|".join(["[@,@][]"] * 24),
    "doubled two hundred times": "|".join(["[@,@][]"] * 200),
    "made ten times as long at once": "|".join(["[@,@,@,@,@,@,@,@,@,@][]"] * 12),
    "a tree that is small in memory": "|".join(["[@,@]"] * 300),
    "the same of objects": "|".join(["{a:@,b:@}"] * 150),
    "written": "|".join(["[@,@]"] * 200 + ["to_string(@)"]),
    "compared with its twin": f"[[{DOUBLED}],[{DOUBLED}]]|[0]==[1]",
    "compared in order": f"[[{DOUBLED}],[{DOUBLED}]]|[?@!=[{DOUBLED}]]",
    "looked for": "|".join(["[@,@]"] * 60 + ["contains(@,[@,@])"]),
    "in the text of a complaint": "|".join(["[@,@]"] * 100 + ["abs(@)"]),
    "in the complaint of a sort": "|".join(["[@,@]"] * 100 + ["sort_by([@,@],&@)"]),
    "a text joined to itself": "RequestId|" + "|".join(["join('',[@,@])"] * 100),
    "a long text between many": "List[*].Name|" + "|".join([f"[join('{'x' * 90}',[@,@][])][*].[@,@][]"] * 12),
    "quotes quoted again and again": "Text|" + "|".join(["[to_string([@])]|[0]"] * 80),
    "a number of many digits, often": f"[`{'9' * 1500}`]|" + "|".join(["[@,@][]"] * 14 + ["to_string(@)"]),
    "texts reversed": "[Text,Text]|" + "|".join(["join('',[@[0],@[0]])|[@,@]"] * 60) + "|reverse([0])",
    "pairs of pairs of pairs": "|".join(["List"] + ["[*].[@,@]", "[][]", "[@,@][]"] * 14),
    "a map over maps": "[List,List][]|" + "|".join(["map(&[@,@],[@,@,@,@][])|[]"] * 8),
    "sorted again and again": "|".join(["[List,List,List,List][]", "[@,@,@,@][]"] + ["sort_by(@,&Name)"] * 90),
    "merged": "|".join([f"{{a:merge({','.join(['@'] * 12)}),b:@}}"] * 40),
    "stars over stars": "|".join(["{a:@,b:@,c:@}"] * 12 + ["*.*.*.*.*.*.*.*.*.*.*.*"]),
    "slices of slices": "|".join(["[List,List][]"] + ["[@,@][]"] * 10 + ["[0:99999999999]"] * 100),
    "filters over filters": "|".join(["[List,List][]"] + ["[@,@][]", "[?Id>=`0`]"] * 18),
}


def complaint(query: str, document: dict[str, Any] = SMALL, limits: QueryLimits | None = None) -> str:
    with pytest.raises(InvalidArguments) as caught:
        select(document, query, limits=limits)
    return caught.value.explain()


# Longer, or in other words, what another one does.
SLOW = (
    *("doubled two hundred times", "the same of objects", "a tree that is small in memory", "compared in order"),
    *("a long text between many", "a text written many times"),
)


def limited(queries: dict[str, str]) -> list[Any]:
    """One parameter a query, named; some of them slow."""
    return [
        pytest.param(query, id=name, marks=pytest.mark.slow if name in SLOW else ()) for name, query in queries.items()
    ]


@pytest.mark.parametrize("query", limited(EXPLODING))
def test_a_query_that_explodes_is_refused_before_it_takes_memory(query: str) -> None:
    assert len(query) <= LONGEST_QUERY
    tracemalloc.start()
    try:
        text = complaint(query)
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(text) < 1000
    assert most_bytes < 60_000_000


SEPARATOR = "\U0001f600" * 16
EXPLODING_LARGE = {
    "a long text between many": f"join(join('{SEPARATOR}',L[:400]),L[:20000])",
    "a text written many times": f"join('{SEPARATOR}',L[:200000])|to_string([{','.join(['@'] * 25)}])",
    "lists put one behind the other": f"[{','.join(['L'] * 28)}][]",
}


@pytest.mark.parametrize("query", limited(EXPLODING_LARGE))
def test_what_one_step_would_make_is_refused_before_it_is_made(query: str) -> None:
    document = {"L": [""] * 300_000}
    limits = QueryLimits(seconds=600)
    tracemalloc.start()
    try:
        with pytest.raises(TooMuch, match="far more values"):
            evaluate(check_query(query).parsed, document, limits)
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most_bytes < 60_000_000


@pytest.mark.parametrize(
    "query", ["(" * 1999, "(" * 999 + "a" + ")" * 999, "!" * 1999 + "a", "f(" * 900, "*." * 999 + "a", "[" * 2000]
)
def test_a_query_that_is_nested_too_deeply_says_so(query: str) -> None:
    with pytest.raises(InvalidArguments, match="nested too deeply"):
        check_query(query)


def test_a_result_may_be_as_deep_as_it_likes() -> None:
    assert "nested deeper than" in json.dumps(select(SMALL, "|".join(["[@]"] * 400)))


def test_time_is_up_when_the_clock_says_so() -> None:
    seconds: Iterator[int] = count()
    text = complaint("|".join(["List[*].Name"] + ["[@,@][]"] * 9), limits=QueryLimits(clock=lambda: next(seconds)))
    assert "it takes longer than 3 s" in text


def test_the_clock_is_looked_at_between_the_arguments_of_a_function() -> None:
    looks: Iterator[int] = count()
    query = f"to_number({','.join(['@'] * 900)})"
    with pytest.raises(TooMuch, match="it takes longer than 3 s"):
        evaluate(check_query(query).parsed, [0] * 2000, QueryLimits(steps=10**7, clock=lambda: next(looks)))
    assert next(looks) <= 6


def test_what_no_library_expects_is_a_complaint_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    for error, said in (
        (MemoryError(), "more memory than there is"),
        (KeyError("x"), "'x'"),
        (RecursionError(), "deep"),
    ):

        def broken(*_: Any, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(metered_jmespath, "evaluate", broken)
        assert said in complaint("RequestId")


LARGE = {"List": [{"Id": number, "Name": f"n{number}", "Tags": ["a", "b"]} for number in range(30_000)]}


@pytest.mark.parametrize(
    ("query", "result"),
    [
        ("length(List)", 30_000),
        ("length(List[?Id>`10` && contains(Tags, 'b') && starts_with(Name, 'n1')])", 11_109),
        ("sort_by(List, &Name)[-1].Id", 9999),
        ("max_by(List, &Id).Name", "n29999"),
        ("sum(List[*].Id)", 449_985_000),
        ("length(List[*].{id: Id, name: Name, first: Tags[0], both: join('', Tags)}[?both=='ab'])", 30_000),
        ("length(List[].Tags[])", 60_000),
        ("length(to_string(List[0:1000]))", len(json.dumps(LARGE["List"][:1000], separators=(",", ":")))),
    ],
)
def test_an_honest_query_goes_through_all_of_a_large_answer(query: str, result: Any) -> None:
    assert select(LARGE, query, limits=QueryLimits(seconds=600)) == {"result": result}


def test_the_whole_of_a_large_answer_is_cut_not_refused() -> None:
    picked = select(LARGE, "@", limits=QueryLimits(seconds=600))
    assert size_bytes(picked) <= MAX_BYTES
    assert picked["_omitted"]


@pytest.mark.parametrize(
    "query",
    [
        *("@", "List[0]", "List[-1].Name", "List[::2] | [0:3]", "List[?Id>`3`].Name | [0]", "List[*].In.Deep[]"),
        *("List[?Name=='n3'] | [0].Id", "*", "*[0]", "[RequestId, Text]", "{a: RequestId, b: List[0].Id}"),
        *("List[0].Id == `0`", "List[1].Id != List[2].Id", "'a' == `1`", "!RequestId", "Nothing || RequestId"),
        *("RequestId && Text", "length(List)", "map(&Id, List) | [0:4]", "sort(List[*].Name)", "keys(List[0])"),
        *("merge(List[0], {Id: 'x'})", "reverse(List[*].Id) | [0]", "not_null(Nothing, RequestId)", "type(List)"),
        *("to_array(RequestId)", "avg(List[*].Id)", "min_by(List, &Id).Name", "ends_with(RequestId, 'r')", "List[99]"),
        *("contains(List[*].Id, `7`)", "List[].[Id, Name] | [1]", "length(to_string(List[0]))", "List[0].* | [0]"),
    ],
)
def test_a_metered_query_finds_what_the_library_finds(query: str) -> None:
    assert select(SMALL, query)["result"] == jmespath.search(query, SMALL)


def test_every_proposed_query_is_short_enough_to_be_asked() -> None:
    asked = "List[?" + " || ".join(["Id >= `0`"] * 152) + "]"
    assert LONGEST_QUERY - 30 < len(asked) <= LONGEST_QUERY
    large = {"List": [{"Id": number, "Name": "n" * 400} for number in range(400)]}
    for cut in select(large, asked)["_omitted"]:
        assert len(cut.get("how", {"query": ""})["query"]) <= LONGEST_QUERY
