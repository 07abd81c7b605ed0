"""CreateUploadMedia: what the new asset is, and what becomes of it when its file comes, or comes again."""

from __future__ import annotations

import json
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ims_mcp.local.uploads.sessions import VOD_BUCKET
from tests.local_ims.server import RunningIms, refusal_of, running_ims, wait_for
from tests.local_oss.clients import error_of
from tests.local_uploads.grants import grant_of, new_media, new_stream, refreshed


def file_info(**fields: Any) -> str:
    return json.dumps({"Type": "video", "Name": "clip", "Ext": "mp4", **fields})


def test_the_asset_is_there_at_once_and_as_described(ims: RunningIms, clip: Path) -> None:
    cate_id = ims.call("AddCategory", CateName="Uploads")["Category"]["CateId"]
    described = {
        "Title": "电影 🎬",
        "Description": "two seconds",
        "CateId": str(cate_id),
        "Tags": "a,b",
        "BusinessType": "opening",
        "CoverURL": "https://example.com/cover.jpg",
    }
    user_data = '{"Extend": {"localId": "7"}}'
    answer = ims.call(
        "CreateUploadMedia",
        FileInfo=file_info(Size="123"),
        MediaMetaData=json.dumps(described),
        UserData=user_data,
        AppId="app-1000000",
        UploadTargetConfig=json.dumps({"StorageType": "oss", "StorageLocation": VOD_BUCKET}),
    )
    assert set(answer) == {"RequestId", "MediaId", "FileURL", "MediaURL", "UploadAddress", "UploadAuth"}
    assert answer["MediaURL"] == answer["FileURL"]
    expected = {
        "Title": "电影 🎬",
        "Description": "two seconds",
        "CateId": cate_id,
        "CateName": "Uploads",
        "MediaTags": "a,b",
        "BusinessType": "opening",
        "CoverURL": "https://example.com/cover.jpg",
        "UserData": user_data,
        "MediaType": "video",
        "Source": "vod",
        "InputURL": answer["FileURL"],
        "Status": "Init",
    }
    info = ims.media_info(answer["MediaId"])
    assert {name: info["MediaBasicInfo"].get(name) for name in expected} == expected
    assert info["FileInfoList"] == []

    grant_of(answer).put(clip)
    basic = ims.settled(answer["MediaId"])["MediaBasicInfo"]
    assert {name: basic.get(name) for name in expected} == {**expected, "Status": "Normal"}
    by_url = ims.call("GetMediaInfo", InputURL=answer["FileURL"])["MediaInfo"]
    assert by_url["MediaId"] == answer["MediaId"]
    file = by_url["FileInfoList"][0]["FileBasicInfo"]
    assert (file["FileType"], file["FileStatus"], file["Width"]) == ("source_file", "Normal", "320")
    with urllib.request.urlopen(file["FileUrl"], timeout=60) as response:
        assert response.read() == clip.read_bytes()


def test_an_asset_without_a_description_is_called_as_its_file(ims: RunningIms) -> None:
    name = "界" * 50
    basic = ims.media_info(new_media(ims, name=name).media_id)["MediaBasicInfo"]
    assert basic["Title"] == "界" * 42  # 126 of the 128 bytes: no character is cut in two
    assert basic["BusinessType"] == "general"


@pytest.mark.parametrize(
    ("kind", "ext", "folder"),
    [("video", "MP4", "sv"), ("audio", ".wav", "sv"), ("image", "png", "image"), ("other", "zip", "attached")],
)
def test_the_type_in_file_info_is_the_media_type(ims: RunningIms, kind: str, ext: str, folder: str) -> None:
    grant = new_media(ims, kind=kind, ext=ext)
    assert grant.key.startswith(f"{folder}/")
    assert grant.key.endswith("." + ext.lower().lstrip("."))
    assert ims.media_info(grant.media_id)["MediaBasicInfo"]["MediaType"] == kind


def test_subtitles_and_any_other_file_become_normal(ims: RunningIms) -> None:
    subtitles = new_media(ims, kind="text", ext="srt", media_meta_data={"Title": "Words", "BusinessType": "subtitles"})
    subtitles.put(b"1\n00:00:00,000 --> 00:00:01,000\nHello\n")
    other = new_media(ims, kind="other", ext="bin")
    other.put(bytes(range(256)))
    for grant in (subtitles, other):
        assert ims.settled(grant.media_id)["MediaBasicInfo"]["Status"] == "Normal"
    file = ims.media_info(other.media_id)["FileInfoList"][0]["FileBasicInfo"]
    assert (file["FileSize"], file["FileStatus"]) == ("256", "Normal")


@pytest.mark.parametrize(
    ("parameters", "code", "text"),
    [
        ({}, "MissingParameter", "FileInfo"),
        ({"FileInfo": "{"}, "InvalidParameter", "JSON"),
        ({"FileInfo": '{"Type": "film", "Name": "a", "Ext": "mp4"}'}, "InvalidParameter", "FileInfo.Type"),
        ({"FileInfo": '{"Type": "video", "Name": "a"}'}, "InvalidParameter", "FileInfo.Ext"),
        ({"FileInfo": file_info(Ext="../x")}, "InvalidParameter", "FileInfo.Ext"),
        ({"FileInfo": file_info(Type="text", Ext="srt")}, "InvalidParameter", "subtitles or font"),
        (
            {"FileInfo": file_info(), "MediaMetaData": '{"Title": "a", "BusinessType": "font"}'},
            "InvalidParameter",
            "MediaMetaData.BusinessType",
        ),
        (
            {"FileInfo": file_info(), "MediaMetaData": '{"Title": "a", "BusinessType": "general", "CateId": 12345}'},
            "InvalidParameter",
            "no category",
        ),
        ({"FileInfo": file_info(), "MediaMetaData": '{"Title": "a"}'}, "InvalidParameter", "BusinessType"),
        ({"FileInfo": file_info(), "AppId": "app-2"}, "InvalidParameter", "app-1000000"),
        (
            {"FileInfo": file_info(), "UploadTargetConfig": '{"StorageLocation": "local-media"}'},
            "InvalidParameter",
            VOD_BUCKET,
        ),
        ({"FileInfo": file_info(), "EntityId": "e"}, "UnsupportedOperation", "EntityId"),
        ({"FileInfo": file_info(), "PostProcessConfig": "{}"}, "UnsupportedOperation", "PostProcessConfig"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    ims: RunningIms, parameters: dict[str, str], code: str, text: str
) -> None:
    before = ims.call("ListMediaBasicInfos")["TotalCount"]
    refused = refusal_of(ims.call, "CreateUploadMedia", **parameters)
    assert refused.code == code
    assert text in refused.message
    assert ims.call("ListMediaBasicInfos")["TotalCount"] == before


def test_uploads_are_listed_by_their_source(ims: RunningIms, clip: Path) -> None:
    uploaded, registered = new_media(ims).media_id, ims.register(ims.put("listed.mp4", clip))
    for source, media_id in (("vod", uploaded), ("oss", registered)):
        assert ims.call("ListMediaBasicInfos", Source=source, MediaId=media_id)["TotalCount"] == 1
    assert ims.call("ListMediaBasicInfos", Source="oss", MediaId=uploaded)["TotalCount"] == 0


def test_only_three_regions_have_vod_storage(tmp_path: Path, clip: Path) -> None:
    with running_ims(tmp_path / "hangzhou", region="cn-hangzhou") as ims:
        media_id = ims.register(ims.put("clip.mp4", clip))
        calls = (
            ("CreateUploadMedia", {"FileInfo": file_info()}),
            ("CreateUploadStream", {"MediaId": media_id}),
            ("UploadMediaByURL", {"UploadURLs": "http%3A%2F%2F127.0.0.1%2Fa.mp4"}),
            ("UploadStreamByURL", {"MediaId": media_id, "StreamURL": "http://127.0.0.1/a.mp4"}),
        )
        for action, parameters in calls:
            refused = refusal_of(ims.call, action, **parameters)
            assert (refused.code, refused.status) == ("OperationDenied", 403), action
            assert "cn-shanghai, cn-beijing, cn-shenzhen" in refused.message
    with running_ims(tmp_path / "shenzhen", region="cn-shenzhen") as ims:
        grant = new_media(ims)
        assert grant.auth["Region"] == "cn-shenzhen"
        assert ".oss-cn-shenzhen." in grant.url


def test_a_file_that_is_no_media_fails_its_asset_and_a_better_one_mends_it(ims: RunningIms, clip: Path) -> None:
    grant = new_media(ims)
    grant.put(b"This is a letter, not a film.")
    failed = ims.settled(grant.media_id)["MediaBasicInfo"]
    assert failed["Status"] == "PrepareFail"
    assert "text" in failed["PrepareFailReason"]
    refreshed(ims, grant.media_id).put(clip)
    mended = wait_for(lambda: _normal(ims, grant.media_id))
    assert "PrepareFailReason" not in mended["MediaBasicInfo"]
    assert len(mended["FileInfoList"]) == 1


def test_a_finished_asset_whose_file_is_uploaded_again_shows_the_new_file(
    ims: RunningIms, clip: Path, other_clip: Path
) -> None:
    grant = new_media(ims)
    grant.put(clip)
    assert json.loads(ims.settled(grant.media_id)["MediaBasicInfo"]["Snapshots"])
    pictures = _pictures(ims, grant.media_id)
    grant.put(other_clip)
    wait_for(lambda: _normal(ims, grant.media_id, Width="160"))
    assert len(_pictures(ims, grant.media_id)) < len(pictures)


def test_of_files_in_quick_succession_the_last_one_counts(ims: RunningIms, clip: Path, other_clip: Path) -> None:
    grant = new_media(ims)
    for number in range(8):
        grant.put(other_clip if number % 2 else clip)
    size = str(other_clip.stat().st_size)
    wait_for(lambda: _normal(ims, grant.media_id, FileSize=size))
    basic = ims.media_info(grant.media_id)["MediaBasicInfo"]
    for url in json.loads(basic["Snapshots"]):
        with urllib.request.urlopen(url, timeout=60) as response:
            assert response.read(3) == b"\xff\xd8\xff"


def test_a_file_for_an_asset_that_was_deleted_meanwhile_changes_nothing(ims: RunningIms, clip: Path) -> None:
    grant = new_media(ims)
    ims.call("DeleteMediaInfos", MediaIds=grant.media_id)
    grant.put(clip)
    assert refusal_of(ims.call, "GetMediaInfo", MediaId=grant.media_id).code == "ResourceNotFound"
    assert refusal_of(refreshed, ims, grant.media_id).code == "ResourceNotFound"


def test_deleting_an_upload_takes_its_object_along(ims: RunningIms, clip: Path) -> None:
    grant = new_media(ims)
    grant.put(clip)
    ims.settled(grant.media_id)
    ims.call("DeleteMediaInfos", MediaIds=grant.media_id, DeletePhysicalFiles="true")
    assert error_of(lambda: ims.bucket(VOD_BUCKET).head_object(grant.key))[0] == 404
    assert _pictures(ims, grant.media_id) == []


def test_many_uploads_at_once_all_become_normal(ims: RunningIms, clip: Path, other_clip: Path) -> None:
    start = threading.Barrier(8)

    def upload(number: int) -> str:
        start.wait()
        grant = new_media(ims, name=f"film {number}")
        stream = new_stream(ims, grant.media_id)
        stream.put(other_clip)
        grant.put(clip)
        return grant.media_id

    with ThreadPoolExecutor(8) as threads:
        media_ids = list(threads.map(upload, range(8)))
    assert len(set(media_ids)) == 8
    for media_id in media_ids:
        assert ims.settled(media_id)["MediaBasicInfo"]["Status"] == "Normal"
        wait_for(lambda media_id=media_id: len(ims.media_info(media_id)["FileInfoList"]) == 2 or None)


def _normal(ims: RunningIms, media_id: str, **expected: str) -> dict[str, Any] | None:
    """MediaInfo once the asset is Normal and its source file has these values."""
    info = ims.media_info(media_id)
    if info["MediaBasicInfo"]["Status"] != "Normal":
        return None
    source = info["FileInfoList"][0]["FileBasicInfo"]
    return info if all(source[name] == value for name, value in expected.items()) else None


def _pictures(ims: RunningIms, media_id: str) -> list[str]:
    listed: Any = ims.bucket(VOD_BUCKET).list_objects(prefix=f"ims-pictures/{media_id}/")
    return [one.key for one in listed.object_list]
