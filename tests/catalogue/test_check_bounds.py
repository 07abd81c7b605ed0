"""Arguments of any size, depth and kind: refused in a few words, whatever they hold."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import pytest

from ims_mcp.catalogue import Operation, Parameter, get_operation, operations
from ims_mcp.catalogue.check import MAX_CHARACTERS, MAX_ELEMENTS, check
from ims_mcp.catalogue.example import make_example
from ims_mcp.errors import InvalidArguments, Problem

URL = "oss://bucket/film.mp4"
MOST_BYTES = 9_000
DEEP = "[" * 100_000


def refusal(operation: str | Operation, arguments: dict[str, Any]) -> str:
    """What the caller is told: short, and valid Unicode."""
    table = get_operation(operation) if isinstance(operation, str) else operation
    with pytest.raises(InvalidArguments) as caught:
        check(table, arguments)
    told = caught.value.explain()
    assert len(told.encode()) < MOST_BYTES
    return told


def rows(table: tuple[Parameter, ...], path: str = "") -> Iterator[tuple[str, Parameter]]:
    for row in table:
        yield f"{path}{row.name}", row
        yield from rows(row.fields, f"{path}{row.name}.")
        if row.items is not None:
            yield from rows((row.items,), f"{path}{row.name}[]")


PATTERNS = {row.pattern: row for each in operations() for _, row in rows(each.parameters) if row.pattern}


def table_of(row: Parameter) -> Operation:
    return Operation("DoIt", "t", "t", "p", get_operation("GetMediaInfo").effect, parameters=(row,))


def test_hosts_of_unknown_names_are_counted_and_ten_of_them_shown() -> None:
    told = refusal("RegisterMediaInfo", {"InputURL": URL, **{f"Unknown{number}": 1 for number in range(200_000)}})
    assert "11 problems" in told
    assert told.count("unknown") == 11
    assert told.count("Allowed: InputURL, Title") == 1
    assert "- 199,990 more unknown names" in told


def test_unknown_names_inside_an_object_are_counted_too() -> None:
    stream = {"Type": "rtmp", "Url": "rtmp://h/a", **{f"x{number}": 1 for number in range(100)}}
    told = refusal("SubmitLiveRecordJob", {**make_example(get_operation("SubmitLiveRecordJob")), "StreamInput": stream})
    assert "StreamInput.x0: unknown; " in told
    assert "- StreamInput: 90 more unknown names" in told


@pytest.mark.parametrize("name", ["x" * 20_000_000, "\ud800", "a\ud800" * 500, "", "\x00\n\u202e", "Allowed: MediaId"])
def test_an_unknown_name_of_any_kind_is_shown_in_short(name: str) -> None:
    told = refusal("GetMediaInfo", {"MediaId": "m", name: 1})
    assert "unknown" in told
    assert len(told) < 600


def test_no_pattern_is_tried_on_what_is_too_long() -> None:
    told = refusal(
        "CreateLiveRecordTemplate",
        {"Name": "n", "RecordFormat": [{"Format": "mp4", "OssObjectPrefix": "{StartTime}" * 40_000}]},
    )
    assert "OssObjectPrefix: is 440000 bytes" in told
    assert "does not fit" not in told


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_pattern_takes_time_in_proportion_to_the_longest_text_it_can_meet(pattern: str) -> None:
    row = PATTERNS[pattern]
    most = max(row.max_bytes or 0, row.max_characters or 0) or MAX_CHARACTERS
    unbounded = len(re.findall(r"(?<!\\)[*+]", pattern))
    # One part of any length is walked once; with two the texts have to be short.
    assert unbounded <= 1 or most <= 1_000
    assert not re.search(r"\)[*+]", pattern), "a repeated group of repeats"
    for hostile in ("a", "{StartTime}", "{EndTime}{StartTime}", "/.jpg", "-", "0", "ice-callback-", "\u00e9"):
        text = hostile * (most // len(hostile.encode()))
        re.fullmatch(pattern, text)
        re.fullmatch(pattern, f"{text[:-1]}\n")


def test_digits_of_other_scripts_are_no_digits() -> None:
    told = refusal("ListMediaBasicInfos", {"StartTime": "٢٠٢٦-٠١-٣١T٠٨:٠٠:٠٠Z"})
    assert "StartTime" in told


HUGE: list[Any] = [10**400, -(10**400), 10**5000, "9" * 400, 2**63, math.inf, math.nan, 1e300]
NO_IDS: list[Any] = [10**400, 10**5000, math.nan, math.inf, -math.inf, True, [], {}]


@pytest.mark.parametrize("value", HUGE, ids=range(len(HUGE)))
def test_a_number_of_any_size_is_refused_in_short_where_it_does_not_fit(value: Any) -> None:
    assert "- MaxResults: " in refusal("ListMediaBasicInfos", {"MaxResults": value})
    assert "- CateId: " in refusal("RegisterMediaInfo", {"InputURL": URL, "CateId": value})


@pytest.mark.parametrize("value", NO_IDS, ids=range(len(NO_IDS)))
def test_what_is_no_id_is_not_sent_as_one(value: Any) -> None:
    assert "- MediaId: has to be a string" in refusal("GetMediaInfo", {"MediaId": value})
    if not isinstance(value, list):
        assert "- MediaIds: " in refusal("BatchGetMediaInfos", {"MediaIds": value})


def test_a_number_without_limits_has_one_all_the_same() -> None:
    table = table_of(Parameter("Length", "number"))
    assert "is too large" in refusal(table, {"Length": 10**400})
    assert check(table, {"Length": 10**20}) == {"Length": 10**20}


ANYWHERE: list[Any] = [
    {"a": math.nan}, {"a": [1, {"b": math.inf}]}, {"a": "x\ud800"}, {"\ud800": 1}, {"a": {"\udfff": []}},
    '{"a": NaN}', '{"a": -Infinity}', '{"a": 1e400}', '{"a": "\\ud800"}', DEEP, '{"a":' * 100_000, "{", "9" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("value", ANYWHERE, ids=range(len(ANYWHERE)))
def test_what_json_cannot_carry_is_refused_wherever_it_stands(value: Any) -> None:
    assert "- UserData: " in refusal("RegisterMediaInfo", {"InputURL": URL, "UserData": value})
    table = table_of(Parameter("List", "array", items=Parameter("", "object")))
    assert "- List" in refusal(table, {"List": [value]})
    assert "- List: " in refusal(table_of(Parameter("List", "array")), {"List": [value, math.nan]})


def test_a_structure_too_deep_to_be_written_is_refused() -> None:
    deep: Any = {}
    for _ in range(50_000):
        deep = {"a": deep}
    assert "UserData: cannot be written as JSON" in refusal("RegisterMediaInfo", {"InputURL": URL, "UserData": deep})
    told = refusal("GetMediaInfo", {"MediaId": deep})
    assert "MediaId: has to be a string, not {'a': {'a': {'a': " in told
    while deep:  # taken apart by hand: freeing it in one go would go as deep
        deep = deep.pop("a", None)


def test_a_text_has_a_longest_length_everywhere() -> None:
    most = MAX_CHARACTERS
    for name, value in (("InputURL", "x" * (most + 1)), ("OutputType", "y" * 20_000_000)):
        assert f"at most {most:,} are allowed" in refusal("GetMediaInfo", {"MediaId": "m", name: value})
    big = {"From": "x" * most}
    for value in (big, json.dumps(big)):
        told = refusal(
            "SubmitMediaProducingJob", {**make_example(get_operation("SubmitMediaProducingJob")), "Timeline": value}
        )
        assert f"Timeline: has {len(json.dumps(big, separators=(',', ':'))):,}" in told or "Timeline: has" in told


def test_a_list_has_a_most_of_elements_everywhere() -> None:
    for value in ([1] * 1_000_000, ["a"] * (MAX_ELEMENTS + 1), json.dumps([1] * 300_000)):
        told = refusal("BatchGetMediaInfos", {"MediaIds": value})
        assert f"at most {MAX_ELEMENTS:,} are allowed" in told
    table = table_of(Parameter("Names", "array", items=Parameter("", "string")))
    assert f"at most {MAX_ELEMENTS:,} are allowed" in refusal(table, {"Names": [None] * 1_000_000})


def test_many_problems_are_counted_and_the_first_of_them_shown() -> None:
    table = table_of(Parameter("Names", "array", items=Parameter("", "string")))
    told = refusal(table, {"Names": [{"a": "x" * 500}] * MAX_ELEMENTS})
    assert f"{MAX_ELEMENTS:,} problems" in told
    assert "- Names[0]: has to be a string" in told
    shown = told.count("\n- Names[")
    assert f"- and {MAX_ELEMENTS - shown:,} more problems" in told
    assert 50 < shown <= 100


def test_the_error_of_one_call_stays_short_however_long_its_problems_are() -> None:
    error = InvalidArguments("DoIt", [Problem(f"p{number}", "x" * 1_000) for number in range(100)])
    assert len(error.explain()) < MOST_BYTES
    assert "100 problems" in str(error)
    assert "and 93 more problems" in str(error)


def test_what_is_wrong_with_ten_thousand_elements_is_counted_and_not_thought_about(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_up: list[str] = []

    def find_near(name: str, names: Any, **options: Any) -> list[str]:
        looked_up.append(name)
        return []

    monkeypatch.setattr("difflib.get_close_matches", find_near)
    marks = [{"Odd": 1}] * MAX_ELEMENTS
    with pytest.raises(InvalidArguments) as refused:
        check(get_operation("UpdateMediaMarks"), {"MediaId": "m", "MediaMarks": marks})
    assert len(looked_up) <= 100
    assert len(refused.value.problems) == 100
    assert re.search(r"\d\d,?\d\d\d", refused.value.explain())


NO_WORDS: list[Any] = [10**5000, [[[]]], {"a": {}}]


@pytest.mark.parametrize("value", NO_WORDS, ids=["a long number", "a list", "an object"])
def test_a_value_that_no_rule_means_is_refused_and_breaks_nothing(value: Any) -> None:
    for name, row in (("RegisterMediaInfo", "MediaType"), ("CreateCustomTemplate", "Type")):
        operation = get_operation(name)
        with pytest.raises(InvalidArguments):
            check(operation, make_example(operation) | {row: value})


def test_a_list_where_a_word_decides_is_asked_about() -> None:
    operation = get_operation("CreateAudit")
    for status in (["Blocked"], {"Blocked": 1}, [[["x"]]]):
        assert operation.asks_about({"AuditContent": [{"MediaId": "m", "Status": status}]})
    assert not operation.asks_about({"AuditContent": [{"MediaId": "m", "Status": 10**5000}]})
