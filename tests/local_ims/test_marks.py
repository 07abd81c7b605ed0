"""Marks on an asset."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from alibabacloud_ice20201109 import models

from tests.local_ims.server import RunningIms, refusal_of

# The page's own example.
MARKS = [
    {"MarkStartTime": "12.1", "MarkEndTime": "12.2", "MarkTag": "tag-1", "MarkContent": "one", "MarkStatus": "a"},
    {"MarkStartTime": "12.3", "MarkEndTime": "12.4", "MarkTag": "tag-2", "MarkContent": "two", "MarkStatus": "\u4e0a"},
]


@pytest.fixture
def media_id(ims: RunningIms, new_clip: Callable[[], str]) -> str:
    return ims.register(new_clip())


def listed(ims: RunningIms, media_id: str) -> list[dict[str, Any]]:
    return json.loads(ims.call("ListMediaMarks", MediaId=media_id)["MediaMarks"])


def test_the_sdk_adds_reads_changes_and_deletes_marks(ims: RunningIms, media_id: str) -> None:
    client = ims.client()
    added = client.add_media_marks(models.AddMediaMarksRequest(media_id=media_id, media_marks=json.dumps(MARKS))).body
    first, second = added.media_mark_ids.split(",")
    assert added.media_id == media_id
    assert first.startswith("mark-")
    assert len(first) == 37
    assert listed(ims, media_id) == [{"MarkId": first, **MARKS[0]}, {"MarkId": second, **MARKS[1]}]

    one = client.get_media_marks(models.GetMediaMarksRequest(media_id=media_id, media_mark_ids=f"{second},mark-x")).body
    assert json.loads(one.media_marks) == [{"MarkId": second, **MARKS[1]}]

    changes = [{"MarkId": first, "MarkContent": "changed"}, {"MediaMarkId": second, "MarkEndTime": 13}]
    updated = client.update_media_marks(
        models.UpdateMediaMarksRequest(media_id=media_id, media_marks=json.dumps(changes))
    ).body
    assert updated.media_mark_ids == f"{first},{second}"
    assert listed(ims, media_id) == [
        {"MarkId": first, **MARKS[0], "MarkContent": "changed"},
        {"MarkId": second, **MARKS[1], "MarkEndTime": "13"},
    ]

    deleted = client.delete_media_marks(
        models.DeleteMediaMarksRequest(media_id=media_id, media_mark_ids=f"{first},mark-x")
    ).body
    assert deleted.media_mark_ids == first
    assert [mark["MarkId"] for mark in listed(ims, media_id)] == [second]


def test_deleting_without_ids_deletes_all_marks_of_that_asset(
    ims: RunningIms, media_id: str, new_clip: Callable[[], str]
) -> None:
    other = ims.register(new_clip())
    for asset in (media_id, other):
        ims.call("AddMediaMarks", MediaId=asset, MediaMarks=json.dumps(MARKS))
    ims.call("DeleteMediaMarks", MediaId=media_id)
    assert (len(listed(ims, media_id)), len(listed(ims, other))) == (0, 2)


def test_a_failed_change_changes_nothing(ims: RunningIms, media_id: str) -> None:
    mark_id = ims.call("AddMediaMarks", MediaId=media_id, MediaMarks=json.dumps(MARKS[:1]))["MediaMarkIds"]
    changes = json.dumps([{"MarkId": mark_id, "MarkTag": "new"}, {"MarkId": "mark-unknown", "MarkTag": "new"}])
    failure = refusal_of(ims.call, "UpdateMediaMarks", MediaId=media_id, MediaMarks=changes)
    assert failure.code == "ResourceNotFound"
    assert listed(ims, media_id)[0]["MarkTag"] == "tag-1"


@pytest.mark.parametrize(
    "marks",
    [
        "",
        "{",
        "{}",
        "[]",
        "[1]",
        '[{"MarkStartTime": "soon"}]',
        '[{"MarkStartTime": "2", "MarkEndTime": "1"}]',
        '[{"MarkStartTime": "-1"}]',
        '[{"MarkStartTime": "NaN", "MarkEndTime": "1"}]',
    ],
)
def test_marks_that_make_no_sense_are_refused(ims: RunningIms, media_id: str, marks: str) -> None:
    failure = refusal_of(ims.call, "AddMediaMarks", MediaId=media_id, MediaMarks=marks)
    assert failure.code in ("InvalidParameter", "MissingParameter")
    assert listed(ims, media_id) == []


def test_marks_need_an_asset(ims: RunningIms) -> None:
    for action, parameters in (
        ("AddMediaMarks", {"MediaMarks": json.dumps(MARKS)}),
        ("GetMediaMarks", {"MediaMarkIds": "mark-x"}),
        ("ListMediaMarks", {}),
        ("DeleteMediaMarks", {}),
    ):
        missing = refusal_of(ims.call, action, **parameters)
        assert missing.code == "MissingParameter"
        unknown = refusal_of(ims.call, action, MediaId="0" * 32, **parameters)
        assert unknown.code == "ResourceNotFound"


def test_any_text_survives(ims: RunningIms, media_id: str) -> None:
    odd = {"MarkTag": "\U0001f3ac", "MarkContent": '"\u4e2d\\\u0000'}
    ims.call("AddMediaMarks", MediaId=media_id, MediaMarks=json.dumps([odd]))
    mark = listed(ims, media_id)[0]
    del mark["MarkId"]
    assert mark == odd


def test_half_a_surrogate_pair_is_no_text(ims: RunningIms, media_id: str) -> None:
    refused = refusal_of(ims.call, "AddMediaMarks", MediaId=media_id, MediaMarks='[{"MarkTag": "\\ud800"}]')
    assert refused.code == "InvalidParameter"
