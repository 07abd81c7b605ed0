"""Arguments against their tables: what is accepted, and that every problem is named at once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ims_mcp.catalogue import UnknownOperation, get_operation
from ims_mcp.catalogue.check import check
from ims_mcp.errors import InvalidArguments

URL = "oss://bucket/film.mp4"
RECORD = {
    "Name": "match",
    "StreamInput": {"Type": "rtmp", "Url": "rtmp://example.com/live/a"},
    "RecordOutput": {"Type": "oss", "Bucket": "b"},
    "TemplateId": "69e1f9fe",
}


def problems(operation: str, arguments: dict[str, Any]) -> list[str]:
    with pytest.raises(InvalidArguments) as caught:
        check(get_operation(operation), arguments)
    return [str(problem) for problem in caught.value.problems]


def test_every_problem_is_named_in_one_answer_with_the_allowed_names() -> None:
    found = problems(
        "RegisterMediaInfo",
        {
            "InputUrl": URL,
            "Title": "é" * 65,
            "MediaType": "film",
            "Overwrite": "perhaps",
            "CateId": "many",
            "UserData": "{not json",
            "MediaTags": ",".join("abcdefghijklmnopq"),
        },
    )
    assert [line.partition(":")[0] for line in found] == [
        "InputUrl",
        "Title",
        "MediaType",
        "MediaTags",
        "CateId",
        "UserData",
        "Overwrite",
    ]
    assert "did you mean InputURL?" in found[0]
    assert "Allowed: InputURL, Title" in found[0]
    assert "is 130 bytes in UTF-8, at most 128" in found[1]
    assert "'film' is not one of image, video, audio, text" in found[2]
    assert "17 comma-separated parts, at most 16" in found[3]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ({"InputURL": "ftp://host/film.mp4"}, "'ftp://host/film.mp4' is not an address of the form http://…"),
        ({"InputURL": "film.mp4"}, "is not an address"),
        ({"InputURL": ""}, "is empty"),
        ({"InputURL": "oss://"}, "is not an address"),
        ({"InputURL": URL, "MediaType": "text"}, "MediaType=text needs BusinessType to be subtitles or font"),
        ({"InputURL": URL, "ReferenceId": "abc"}, "6 to 64"),
        ({"InputURL": URL, "ReferenceId": "has space"}, "does not fit"),
        ({"InputURL": URL, "UserData": {"key": "x" * 1020}}, "bytes in UTF-8, at most 1024"),
        ({"InputURL": URL, "UserData": '{"a": NaN}'}, "NaN is not JSON"),
        ({"InputURL": URL, "UserData": {"a": float("inf")}}, "cannot be written as JSON"),
        ({"InputURL": URL, "RegisterConfig": {"CoverConfig": {"StartTime": 1.00001}}}, "more than 4 decimals"),
        ({"InputURL": URL, "RegisterConfig": {"NeedSprite": "maybe"}}, "RegisterConfig.NeedSprite"),
        ({"InputURL": URL, "Title": "a\ud800b"}, "not valid Unicode"),
        ({"InputURL": URL, "Title": ["a"]}, "has to be a string"),
        ({"InputURL": URL, "CateId": 1.5}, "a whole number"),
        ({"InputURL": URL, "CateId": 2**63}, "64 bits"),
        ({"InputURL": URL, "MediaTags": "x" * 33}, "is 33 bytes, at most 32"),
        ({"InputURL": URL, "ClientToken": "short"}, "does not fit"),
    ],
)
def test_a_value_that_breaks_the_table_is_named_with_what_would_do(arguments: dict[str, Any], part: str) -> None:
    (found,) = problems("RegisterMediaInfo", arguments)
    assert part in found


@pytest.mark.parametrize(
    "time",
    [
        *("2026-01-31T08:00:00+08:00", "2026-01-31T08:00:00", "2026-01-31 08:00:00", "2026-01-31", "1769817600", "now"),
        *("2026-01-31T08:00:00.000Z", "2026-01-31T08:00:00z", " 2026-01-31T08:00:00Z", "2026-01-31T08:00:00Z\n"),
    ],
)
def test_a_time_that_could_be_another_one_to_the_service_is_refused_with_an_example(time: str) -> None:
    (found,) = problems("ListMediaBasicInfos", {"StartTime": time})
    assert "UTC time: 2026-01-31T08:00:00Z" in found


def test_json_strings_numbers_as_text_and_lists_are_accepted_beside_the_published_types() -> None:
    checked = check(
        get_operation("RegisterMediaInfo"),
        {
            "InputURL": URL,
            "CateId": "42",
            "Overwrite": "False",
            "MediaTags": ["a", "b"],
            "RegisterConfig": {"NeedSprite": "false", "CoverConfig": {"StartTime": "1.5"}, "Later": 1},
            "UserData": '{"as": "written"}',
            "Title": None,
        },
    )
    assert checked == {
        "InputURL": URL,
        "CateId": 42,
        "Overwrite": False,
        "MediaTags": "a,b",
        "RegisterConfig": {"NeedSprite": False, "CoverConfig": {"StartTime": 1.5}, "Later": 1},
        "UserData": '{"as": "written"}',
    }


def test_a_listed_value_in_another_case_is_sent_as_listed_only_where_the_service_allows_it() -> None:
    base = {"MediaId": "a" * 32}
    assert check(get_operation("CreateUploadStream"), {**base, "HDRType": "dolbyvision"})["HDRType"] == "DolbyVision"
    assert problems("CreateUploadStream", {**base, "Definition": "hd"})


def test_one_of_several_identifiers_is_enough_and_none_is_a_problem() -> None:
    assert check(get_operation("GetMediaInfo"), {"InputURL": URL}) == {"InputURL": URL}
    assert problems("GetMediaInfo", {"MediaId": ""}) == ["MediaId / InputURL: give at least one of them"]


def test_a_structured_parameter_may_come_as_an_object_or_as_its_json_text() -> None:
    operation = get_operation("SubmitLiveRecordJob")
    as_text = {**RECORD, "StreamInput": json.dumps(RECORD["StreamInput"])}
    assert check(operation, as_text) == check(operation, RECORD)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"StreamInput": {"Type": "rtmp"}}, "StreamInput.Url: missing"),
        ({"StreamInput": {"Type": "hls", "Url": "rtmp://a/b"}}, "StreamInput.Type: 'hls' is not one of rtmp"),
        ({"StreamInput": {"Type": "rtmp", "Url": "http://a/b"}}, "StreamInput.Url: 'http://a/b' is not an address"),
        ({"RecordOutput": {"Type": "oss"}}, "RecordOutput.Type=oss needs RecordOutput.Bucket"),
        ({"RecordOutput": "[1]"}, "RecordOutput: has to be an object"),
        ({"StreamInput": {"Type": "rtmp", "Url": "rtmp://a/b", "Key": "x"}}, "StreamInput.Key: unknown"),
    ],
)
def test_problems_inside_a_structured_parameter_are_named_by_their_path(change: dict[str, Any], part: str) -> None:
    assert any(part in line for line in problems("SubmitLiveRecordJob", {**RECORD, **change}))


def test_an_unknown_operation_names_the_nearest() -> None:
    with pytest.raises(UnknownOperation) as misspelt:
        get_operation("GetMediaInfos")
    assert "Did you mean" in misspelt.value.explain()
    assert "GetMediaInfo" in misspelt.value.explain()


def test_the_tool_name_finds_the_operation_too() -> None:
    assert get_operation("get_media_info") is get_operation("GetMediaInfo")
