"""Values that the parameter tables leave open, of which there are only some: no other is passed over in silence."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.local_ims.server import RunningIms, refusal_of

FILE = {
    "FileInfo": json.dumps({"Type": "video", "Name": "a", "Size": 1, "Ext": "mp4"}),
    "MediaMetaData": json.dumps({"Title": "a", "BusinessType": "general"}),
}


@pytest.mark.parametrize(
    ("action", "name", "value", "others"),
    [
        ("BatchGetMediaInfos", "AdditionType", "Bogus", {"MediaIds": "0" * 32}),
        ("BatchGetMediaInfos", "AdditionType", "FileInfo,Bogus", {"MediaIds": "0" * 32}),
        ("ListMediaBasicInfos", "Source", "Bogus", {}),
        ("ListMediaBasicInfos", "BusinessType", "Bogus", {}),
        ("GetStorageList", "Status", "Bogus", {}),
        ("GetStorageList", "StorageType", "Bogus", {}),
        ("CreateUploadMedia", "UploadTargetConfig", '{"StorageType": "Bogus"}', FILE),
        (
            "UploadMediaByURL",
            "UploadTargetConfig",
            '{"StorageType": "Bogus"}',
            {"UploadURLs": "http://127.0.0.1/a.mp4"},
        ),
    ],
)
def test_a_value_that_there_is_none_of_is_refused_by_name(
    ims: RunningIms, action: str, name: str, value: str, others: dict[str, str]
) -> None:
    refused = refusal_of(ims.call, action, **{name: value, **others})
    assert (refused.code, refused.status) == ("InvalidParameter", 400)
    assert name in refused.message
    assert "Bogus" in refused.message


@pytest.mark.parametrize(
    ("action", "name", "value"),
    [
        ("BatchGetMediaInfos", "AdditionType", "FileInfo, DynamicMetaData"),
        ("ListMediaBasicInfos", "Source", "live"),
        ("ListMediaBasicInfos", "BusinessType", "cover"),
        ("GetStorageList", "Status", "notExist"),
        ("GetStorageList", "StorageType", "vod_oss_bucket"),
    ],
)
def test_a_value_that_there_is_may_find_nothing(ims: RunningIms, action: str, name: str, value: str) -> None:
    others = {"MediaIds": "0" * 32} if action == "BatchGetMediaInfos" else {}
    answer = ims.call(action, **{name: value, **others})
    assert answer.get("MediaInfos", answer.get("StorageInfoList")) == []


def test_an_empty_text_leaves_what_an_asset_has(ims: RunningIms, new_clip: Callable[[], str]) -> None:
    media_id = ims.register(new_clip(), description="kept", media_tags="one,two")
    ims.call("UpdateMediaInfo", MediaId=media_id, Description="", MediaTags="", Title="new")
    basic = ims.media_info(media_id)["MediaBasicInfo"]
    assert (basic["Title"], basic["Description"], basic["MediaTags"]) == ("new", "kept", "one,two")


def test_an_empty_text_counts_where_it_means_something(ims: RunningIms) -> None:
    ims.call("SetDefaultStorageLocation", Bucket="local-media", StorageType="user_oss_bucket", Path="films/")
    assert ims.call("GetDefaultStorageLocation")["Path"] == "films/"
    ims.call("SetDefaultStorageLocation", Bucket="local-media", StorageType="user_oss_bucket", Path="")
    assert ims.call("GetDefaultStorageLocation")["Path"] == "/"
