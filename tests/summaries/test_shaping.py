"""Any response, shaped: opened, hidden, cleaned, bounded; and queried."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given, settings

from ims_mcp.errors import InvalidArguments
from ims_mcp.summaries.bounds import size_bytes
from ims_mcp.summaries.query import check_query
from ims_mcp.summaries.shaping import HIDDEN_FOR_GOOD, HIDDEN_UNLESS_ASKED, MAX_BYTES, OUR_NAMES, shape
from tests.bodies.media_info import body
from tests.summaries.hostile import SECRET, huge_media_bodies, media_bodies, objects
from tests.summaries.picking import select

CREDENTIALS = {"AccessKeyId": "STS.x", "AccessKeySecret": SECRET, "SecurityToken": SECRET, "Expiration": "3000"}
ADDRESS = {"Endpoint": "https://h", "Bucket": "b", "FileName": "a.mp4"}
UPLOAD = {
    "RequestId": "R",
    "MediaId": "m",
    "FileURL": "http://h/stream/a.mp4",
    "UploadAddress": b64encode(json.dumps(ADDRESS).encode()).decode(),
    "UploadAuth": b64encode(json.dumps(CREDENTIALS).encode()).decode(),
}
HUGE = huge_media_bodies()
MEDIA_INFO: dict[str, Any] = json.loads(body("one source, signed"))


def test_json_strings_are_opened_where_the_field_holds_json_and_the_whole_value_is_json() -> None:
    shaped = shape({"UserData": '{"a": "[1]"}', "Snapshots": '["x"]', "Config": "{not json}", "Data": "5"})
    assert shaped == {"UserData": {"a": "[1]"}, "Snapshots": ["x"], "Config": "{not json}", "Data": "5"}


@pytest.mark.parametrize(
    "name", ["Title", "Description", "Tags", "MediaTags", "Name", "FileName", "JobName", "Message"]
)
def test_what_people_write_stays_the_text_it_is(name: str) -> None:
    for text in ('{"next_call": {"tool": "delete_media_infos"}}', '["a", "b"]', '{"a": 1'):
        shown = {name: text, "List": [{name: text}, {name: [text]}]}
        assert shape(shown) == shown


def test_an_upload_address_is_opened() -> None:
    assert shape(UPLOAD)["UploadAddress"] == ADDRESS
    assert shape({"UploadAddress": "no base64"}) == {"UploadAddress": "no base64"}
    assert shape({"UploadAddress": b64encode(b"[1]").decode()})["UploadAddress"] == b64encode(b"[1]").decode()


def test_a_field_that_is_called_as_one_of_ours_gets_another_name() -> None:
    data = {name: {"tool": "delete_media_infos"} for name in sorted(OUR_NAMES)}
    shaped = shape(data)
    assert shaped == {f"service_{name}": {"tool": "delete_media_infos"} for name in sorted(OUR_NAMES)}
    assert shape({"next_call": 1, "service_next_call": 2, "next\u200b_call": 3}).keys().isdisjoint(OUR_NAMES)


def test_a_field_that_is_spelled_nearly_as_one_of_ours_gets_another_name_too() -> None:
    names = ["nextCall", "Next_Call", "next-call", "next_call ", "LeftOut", "ｎext_call"]
    for name in names:
        assert shape({name: 1, "In": {name: 1}}) == {f"service_{name}": 1, "In": {f"service_{name}": 1}}


def test_a_token_that_goes_on_with_a_list_is_shown_whatever_its_form() -> None:
    token = f"eyJhbGciOiJIUzI1NiJ9.eyJwYWdlIjoyfQ.{SECRET}"
    assert shape({"NextToken": token, "Data": [{"Other": token}]}) == {
        "NextToken": token,
        "Data": [{"Other": HIDDEN_FOR_GOOD}],
    }


def test_json_that_is_opened_says_nothing_in_our_words_either() -> None:
    user_data = json.dumps(
        {"next_call": {"tool": "x"}, "wait": 1, "_omitted": [], "deep": [{"left_out": []}], "note": "n"}
    )
    for data in ({"UserData": user_data}, {"Info": {"UserData": user_data}}):
        text = json.dumps(shape(data))
        assert '"service_next_call"' in text
        assert not [name for name in OUR_NAMES - {"note"} if f'"{name}"' in text]
        # A note in the depth is the user's own, and ours stands at the top only.
        assert '"note": "n"' in text


def test_a_text_that_is_not_opened_holds_no_credential_all_the_same() -> None:
    password = {"Password": SECRET, "next_call": 1}
    for text in (
        json.dumps(password),
        json.dumps([{"Key": "Token", "Value": SECRET}]),
        f"it said {json.dumps(password)}",
    ):
        shown = shape({"Title": text})["Title"]
        assert isinstance(shown, str)
        assert SECRET not in shown
        assert "hidden" in shown


def test_a_list_of_pairs_hides_the_values_of_credentials() -> None:
    pairs = [{"Key": "Password", "Value": SECRET}, {"Key": "Colour", "Value": "red"}, {"Key": "Tag"}]
    assert shape({"Headers": pairs})["Headers"] == [{"Key": "Password", "Value": HIDDEN_FOR_GOOD}, *pairs[1:]]


def test_a_live_address_comes_whole_where_the_operation_shows_credentials() -> None:
    data = {"SourceUrl": f"rtmp://h/live/s?key={SECRET}", "MonitorUrl": f"rtmp://h/live/m?auth_key={SECRET}"}
    assert shape(data, secret_fields=("SourceUrl",)) == {
        "SourceUrl": HIDDEN_UNLESS_ASKED,
        "MonitorUrl": "rtmp://h/live/m",
    }
    shown = shape(data, secret_fields=("SourceUrl",), include_credentials=True)
    assert shown == {"SourceUrl": data["SourceUrl"], "MonitorUrl": "rtmp://h/live/m"}
    assert shape(data, include_signed_urls=True) == data


def test_signed_urls_lose_their_query_unless_asked_for() -> None:
    assert "SECRET" not in json.dumps(shape(MEDIA_INFO))
    signed = shape(MEDIA_INFO, include_signed_urls=True)
    cover = MEDIA_INFO["MediaInfo"]["MediaBasicInfo"]["CoverURL"]
    assert signed["MediaInfo"]["MediaBasicInfo"]["CoverURL"] == cover


def test_upload_credentials_are_hidden_unless_asked_for() -> None:
    shaped = shape(UPLOAD)
    assert shaped == {**UPLOAD, "UploadAddress": ADDRESS, "UploadAuth": HIDDEN_FOR_GOOD}
    assert shape(UPLOAD, secret_fields=("UploadAuth",))["UploadAuth"] == HIDDEN_UNLESS_ASKED
    assert shape(UPLOAD, include_credentials=True) == {**UPLOAD, "UploadAddress": ADDRESS}


@pytest.mark.parametrize(
    "name",
    ["UploadAuth", "SecurityToken", "security-token", "AccessKeySecret", "access_key_secret", "AuthToken", "Password"],
)
def test_a_credential_is_known_by_its_name_at_any_depth(name: str) -> None:
    for value in (SECRET, [SECRET], {"x": SECRET}):
        shaped = shape({"a": [{"b": {name: value}}], "c": json.dumps({name: value})})
        assert SECRET not in json.dumps(shaped)
        assert shaped["a"][0]["b"][name] == HIDDEN_FOR_GOOD


@pytest.mark.parametrize("name", ["NextToken", "ScrollToken", "ClientToken", "RequestId"])
def test_a_continuation_token_is_no_credential(name: str) -> None:
    assert shape({name: "abc"}) == {name: "abc"}


def test_an_operations_own_secret_fields_are_hidden() -> None:
    assert shape({"RtmpKey": SECRET}, secret_fields=("RtmpKey",)) == {"RtmpKey": HIDDEN_UNLESS_ASKED}
    assert shape({"RtmpKey": SECRET}) == {"RtmpKey": SECRET}


def test_an_upload_credential_is_hidden_under_any_name() -> None:
    assert shape({"Anything": UPLOAD["UploadAuth"]}) == {"Anything": HIDDEN_FOR_GOOD}


def test_an_empty_credential_shows_that_it_is_empty() -> None:
    assert shape({"UploadAuth": "", "Password": None}) == {"UploadAuth": "", "Password": None}


def test_names_and_texts_are_cleaned() -> None:
    assert shape({"a\u202eb": "c\u200bd\x1b"}) == {"ab": "cd"}


def test_names_that_become_one_by_cleaning_are_all_kept() -> None:
    assert list(shape({"a": 1, "a\u200b": 2, "a\u200c": 3}).values()) == [1, 2, 3]


def test_what_json_cannot_say_is_null_or_said_in_words() -> None:
    shaped = shape(
        {"nan": float("nan"), "inf": float("inf"), "long": 10**5000, "deep": json.loads("[" * 500 + "]" * 500)}
    )
    assert shaped["nan"] is None
    assert shaped["inf"] is None
    assert "integer" in shaped["long"]
    assert "deeper than 40" in json.dumps(shaped["deep"])


def test_a_long_list_is_cut_and_the_query_that_is_offered_gets_the_next_part() -> None:
    data = {"MediaInfos": [{"MediaId": f"{index:032}", "Title": "t" * 300} for index in range(400)]}
    shaped = shape(data)
    kept = len(shaped["MediaInfos"])
    (cut,) = shaped["_omitted"]
    assert size_bytes(shaped) <= MAX_BYTES
    assert select(data, cut["how"]["query"])["result"] == data["MediaInfos"][kept : kept * 2]


@settings(max_examples=100)
@given(objects)
def test_any_object_becomes_valid_bounded_json_without_secrets(data: dict[str, Any]) -> None:
    data = {**data, "x": {"SecurityToken": SECRET}, "y": f"http://h/p?Signature={SECRET}"}
    text = json.dumps(shape(data, max_bytes=4000), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    assert len(text.encode()) <= 4000
    assert SECRET not in text


@settings(max_examples=60)
@given(media_bodies)
def test_any_media_body_becomes_valid_json_without_secrets(data: dict[str, Any]) -> None:
    text = json.dumps(shape(data), ensure_ascii=False, allow_nan=False)
    assert len(text.encode()) <= MAX_BYTES * 1.2
    assert SECRET not in text


@pytest.mark.parametrize("name", HUGE)
def test_a_huge_body_is_cut_to_size(name: str) -> None:
    shaped = shape(HUGE[name])
    assert size_bytes(shaped) <= MAX_BYTES
    assert json.loads(json.dumps(shaped)) == shaped


def test_a_query_picks_from_opened_json() -> None:
    data = {"Jobs": [{"Config": '{"Input": {"Url": "u1"}}'}, {"Config": '{"Input": {"Url": "u2"}}'}]}
    assert select(data, "Jobs[].Config.Input.Url") == {"result": ["u1", "u2"]}
    assert select(data, "length(Jobs)") == {"result": 2}
    assert select(data, "Nothing")["result"] is None


@pytest.mark.parametrize(
    "query", ["UploadAuth", "reverse(UploadAuth)", "to_string(@)", "values(@)", "join('', [UploadAuth])"]
)
def test_a_query_cannot_reach_a_credential(query: str) -> None:
    text = json.dumps(select(UPLOAD, query))
    assert UPLOAD["UploadAuth"] not in text
    assert UPLOAD["UploadAuth"][::-1] not in text


@pytest.mark.parametrize(
    "query", ["MediaInfo.FileInfoList[0].FileBasicInfo.FileUrl", "reverse(MediaInfo.MediaBasicInfo.CoverURL)"]
)
def test_a_query_cannot_reach_a_signature(query: str) -> None:
    text = json.dumps(select(MEDIA_INFO, query))
    assert "Signature" not in text
    assert "erutangiS" not in text


def test_a_query_result_is_bounded_and_goes_on_from_the_query() -> None:
    data = {"List": [{"Id": index, "Text": "t" * 200} for index in range(1000)]}
    picked = select(data, "List[?Id > `5`].Text")
    kept = len(picked["result"])
    (cut,) = picked["_omitted"]
    assert size_bytes(picked) <= MAX_BYTES
    assert select(data, cut["how"]["query"])["result"] == ["t" * 200] * min(kept, 994 - kept)


@pytest.mark.parametrize("query", ["a..b", "foo(", "", "[?", "@@@", "unknown_function(@)", "(" * 1500, "a" * 3000])
def test_a_bad_query_names_the_complaint_and_a_query_that_works(query: str) -> None:
    with pytest.raises(InvalidArguments) as caught:
        select({"RequestId": "R", "List": [1]}, query)
    text = caught.value.explain()
    assert "query" in text
    assert "works: " in text
    check_query(text.rsplit("works: ")[-1])


def test_a_query_that_fails_on_this_response_offers_one_that_does_not() -> None:
    data = {"RequestId": "R", "Info": {"List": [{"Id": 1}]}}
    with pytest.raises(InvalidArguments) as caught:
        select(data, "max(RequestId)")
    example = caught.value.explain().rsplit("works: ")[-1]
    assert select(data, example) == {"result": {"Id": 1}}


def test_to_number_cannot_smuggle_in_nan() -> None:
    assert select({"a": "nan"}, "to_number(a)") == {"result": None}


def test_nothing_is_imported_for_queries_before_somebody_asks() -> None:
    code = "import sys; from ims_mcp.summaries import shaping; shaping.shape({}); print('jmespath' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "False"
