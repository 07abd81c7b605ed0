"""What clients write that the table does not say: other names, lists as text, empty texts; and what stays refused."""

from __future__ import annotations

from typing import Any

import pytest

from ims_mcp.catalogue import Operation, Parameter, get_operation, operations
from ims_mcp.catalogue.check import check
from ims_mcp.catalogue.describe import describe
from ims_mcp.catalogue.example import make_example
from ims_mcp.errors import InvalidArguments
from ims_mcp.workflows.server_parameters import complete_table

URL = "oss://bucket/film.mp4"
WITH_CONFIG = [each for each in operations() if each.parameter("Config") is not None]


def refusal(operation: Operation, arguments: dict[str, Any], **more: Any) -> str:
    with pytest.raises(InvalidArguments) as caught:
        check(operation, arguments, **more)
    return caught.value.explain()


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ('["sport", "live"]', "sport,live"),
        (' [ "sport" ,\n"live" ] ', "sport,live"),
        (["sport", "live"], "sport,live"),
        ("sport,live", "sport,live"),
        ("体育，直播", "体育,直播"),
        (["体育，直播"], "体育，直播"),
        ('["体育，直播"]', "体育，直播"),
        ("足球、篮球", "足球、篮球"),
        ("[1, 2.5, true, false]", "1,2.5,true,false"),
        ([1, True], "1,true"),
        (2026, "2026"),
        ("[HD] live", "[HD] live"),
        ("[HD]", "[HD]"),
    ],
)
def test_a_comma_separated_text_may_come_as_a_list_or_as_its_json_text(given: Any, sent: str) -> None:
    checked = check(get_operation("RegisterMediaInfo"), {"InputURL": URL, "MediaTags": given})
    assert checked["MediaTags"] == sent


@pytest.mark.parametrize("given", ['[["a"]]', [["a"]], '[{"a": 1}]', '["a", null]', ["a,b"], '["a,b"]', [float("nan")]])
def test_what_cannot_be_a_part_of_a_comma_separated_text_is_refused(given: Any) -> None:
    told = refusal(get_operation("RegisterMediaInfo"), {"InputURL": URL, "MediaTags": given})
    assert "MediaTags: " in told
    assert "cannot be a part of a comma-separated list" in told


def test_every_comma_separated_parameter_takes_the_json_text_of_a_list() -> None:
    tried = 0
    for each in operations():
        for row in each.parameters:
            if row.comma_list and not row.choices:
                table = Operation(each.name, "t", "t", "p", each.effect, parameters=(row,))
                assert check(table, {row.name: '["a", "b"]'}) == {row.name: "a,b"}, (each.name, row.name)
                tried += 1
    assert tried > 40


@pytest.mark.parametrize("given", ['["a", 1, true]', ["a", 1, True]])
def test_a_list_of_texts_takes_numbers_and_booleans_and_its_json_text(given: Any) -> None:
    row = Parameter("Names", "array", items=Parameter("", "string"))
    table = Operation("DoIt", "t", "t", "p", get_operation("GetMediaInfo").effect, parameters=(row,))
    assert check(table, {"Names": given}) == {"Names": ["a", "1", "true"]}
    assert "has to be a string" in refusal(table, {"Names": '[["a"]]'})
    assert 'has to be a list such as ["a", "b"]' in refusal(table, {"Names": "a,b"})


def test_an_empty_text_for_anything_that_is_not_required_counts_as_not_given() -> None:
    tried = 0
    for each in operations():
        table = complete_table(each)
        keeps = {row.name for row in table.parameters if row.keeps_empty}
        required = [row for row in table.parameters if row.required]
        for row in table.parameters:
            single = Operation(each.name, "t", "t", "p", each.effect, parameters=(row,))
            if row.required:
                assert f"{row.name}: is empty" in refusal(single, {row.name: ""}), (each.name, row.name)
            else:
                assert check(single, {row.name: ""}) == ({row.name: ""} if row.name in keeps else {}), each.name
            tried += 1
        assert len(required) <= len(table.parameters)
    assert tried > 2000


def test_an_empty_text_inside_an_object_counts_as_not_given_too() -> None:
    given = {"InputURL": URL, "RegisterConfig": {"NeedSprite": "", "CoverConfig": {"StartTime": ""}, "Later": ""}}
    # What the table does not know travels as it is.
    assert check(get_operation("RegisterMediaInfo"), given)["RegisterConfig"] == {"CoverConfig": {}, "Later": ""}


def test_an_empty_text_stays_where_it_says_something() -> None:
    assert check(get_operation("SetContentAnalyzeConfig"), {"SaveType": ""}) == {"SaveType": ""}


def test_a_rule_is_not_kept_with_an_empty_text_or_list() -> None:
    empties: list[Any] = ["", [], "[]"]
    for empty in empties:
        assert "MediaIds / InputURLs: give at least one" in refusal(
            get_operation("DeleteMediaInfos"), {"MediaIds": empty}
        )
    assert check(get_operation("DeleteMediaInfos"), {"MediaIds": "a", "InputURLs": []}) == {"MediaIds": "a"}


@pytest.mark.parametrize("operation", WITH_CONFIG, ids=lambda each: str(each.name))
def test_the_documented_and_the_published_name_are_both_taken_and_travel_as_documented(operation: Operation) -> None:
    row = operation.parameter("Config")
    assert row is not None
    single = Operation(operation.name, "t", "t", "p", operation.effect, parameters=(row,))
    value = make_example(operation).get("Config", {})
    # What is JSON text inside of it is checked, and then travels as one.
    travels = check(single, {"Config": value})
    assert check(single, {"Configuration": value}) == travels == check(single, travels)
    assert list(travels) == ["Config"]
    assert "Configuration: given twice, also as Config" in refusal(single, {"Config": {}, "Configuration": {}})
    assert "- Configuration: has to be an object" in refusal(single, {"Configuration": 5})
    assert "- Config: has to be an object" in refusal(single, {"Config": 5})
    assert "it is called Configuration" in str(describe(operation)["parameters"]["Config"])


def test_seven_operations_have_a_parameter_under_another_name() -> None:
    assert len(WITH_CONFIG) == 7
    assert "- Configuration: missing" in refusal(get_operation("SubmitMediaConvertJob"), {})


def test_what_arrives_at_a_service_means_what_it_says() -> None:
    register = get_operation("RegisterMediaInfo")
    given = {"InputURL": URL, "MediaTags": '["a"]', "Title": "", "Description": "体育，直播"}
    assert check(register, given, as_sent=True) == {**given}
    convert = get_operation("AddTemplate")
    assert "Configuration: unknown" in refusal(convert, {"Name": "n", "Type": 1, "Configuration": {}}, as_sent=True)


def test_checking_twice_changes_nothing() -> None:
    update = get_operation("UpdateMediaInfo")
    for tags in (["体育，直播"], '["[1]"]', ["a", 1]):
        once = check(update, {"MediaId": "m", "MediaTags": tags})
        assert check(update, once, as_sent=True) == once


def test_a_number_beyond_what_can_be_waited_is_cut() -> None:
    table = complete_table(get_operation("RegisterMediaInfo"))
    assert check(table, {"InputURL": URL, "wait_seconds": "60"})["wait_seconds"] == 45
    assert check(table, {"InputURL": URL, "wait_seconds": 1e300})["wait_seconds"] == 45
    assert "out of range" in refusal(table, {"InputURL": URL, "wait_seconds": -1})


def test_a_text_in_place_of_an_object_is_told_what_an_object_is() -> None:
    told = refusal(get_operation("RegisterMediaInfo"), {"InputURL": URL, "RegisterConfig": "sprites"})
    assert """RegisterConfig: has to be an object such as {"a": "b"}: 'sprites' is not valid JSON""" in told
