"""UploadMediaByURL and UploadStreamByURL really pull, and say how far they are and what went wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from alibabacloud_ice20201109 import models

from ims_mcp.local.uploads.sessions import VOD_BUCKET
from tests.local_ims.server import RunningIms, refusal_of, wait_for
from tests.local_uploads.pulling import ended, info_of, pull, state_of, status_is
from tests.local_uploads.source import Exchange, Source

TOO_MANY = [f"http://127.0.0.1/{number}.mp4" for number in range(21)]


def test_a_pulled_file_becomes_an_asset(ims: RunningIms, source: Source, clip: Path) -> None:
    url = source.file("/films/clip.mp4", clip.read_bytes())
    request = models.UploadMediaByURLRequest(upload_urls=quote(url, safe=""), user_data='{"k": 1}')
    body: Any = ims.client().upload_media_by_url(request).body
    (job,) = body.to_map()["UploadJobs"]
    assert set(job) == {"JobId", "MediaId", "SourceURL"}
    assert job["SourceURL"] == url
    info = ended(ims, job["JobId"])
    expected = {
        "JobId": job["JobId"],
        "MediaId": job["MediaId"],
        "UploadURL": url,
        "Status": "SUCCESS",
        "FileSize": str(clip.stat().st_size),
        "UserData": '{"k": 1}',
    }
    assert {name: info[name] for name in expected} == expected
    assert set(info) == {*expected, "CreationTime", "CompleteTime"}
    # SUCCESS means that the asset can be used.
    asset = ims.media_info(job["MediaId"])["MediaBasicInfo"]
    assert (asset["Status"], asset["Title"], asset["Source"]) == ("Normal", "clip.mp4", "vod")
    key = asset["InputURL"].partition(".aliyuncs.com/")[2]
    assert ims.bucket(VOD_BUCKET).get_object(key).read() == clip.read_bytes()


def test_a_pulled_asset_has_no_upload_to_refresh(ims: RunningIms, source: Source, clip: Path) -> None:
    job = pull(ims, source.file("/clip.mp4", clip.read_bytes()))
    refused = refusal_of(ims.call, "RefreshUploadMedia", MediaId=job["MediaId"])
    assert (refused.code, refused.status) == ("ResourceNotFound", 404)
    ended(ims, job["JobId"])


def test_the_states_are_gone_through_in_order(ims: RunningIms, source: Source, clip: Path) -> None:
    url = source.stalling("/clip.mp4", clip.read_bytes())
    job = pull(ims, url)
    wait_for(lambda: status_is(ims, job["JobId"], "DOWNLOADING"))
    # The source has said how much is coming.
    wait_for(lambda: info_of(ims, job["JobId"]).get("FileSize") == str(clip.stat().st_size) or None)
    assert "CompleteTime" not in info_of(ims, job["JobId"])
    assert ims.media_info(job["MediaId"])["MediaBasicInfo"]["Status"] == "Init"
    source.go_on.set()
    assert ended(ims, job["JobId"])["Status"] == "SUCCESS"


def test_a_pulled_stream_shows_what_was_said_of_it(
    ims: RunningIms, source: Source, clip: Path, other_clip: Path
) -> None:
    media_id = ims.register(ims.put("with-pulled-stream.mp4", clip))
    ims.settled(media_id)
    url = source.file("/low", other_clip.read_bytes())
    answer = ims.call(
        "UploadStreamByURL",
        MediaId=media_id,
        StreamURL=f"{url}?a=1",
        FileExtension=".MP4",
        Definition="LD",
        HDRType="hlg",
        UserData='{"k": 2}',
    )
    assert (answer["MediaId"], answer["SourceURL"]) == (media_id, f"{url}?a=1")
    assert answer["FileURL"].startswith(f"http://{VOD_BUCKET}.oss-cn-shanghai.aliyuncs.com/stream/")
    info = ended(ims, answer["JobId"])
    assert (info["Status"], info["MediaId"], info["UserData"]) == ("SUCCESS", media_id, '{"k": 2}')
    stream = ims.call("GetPlayInfo", MediaId=media_id)["PlayInfoList"][1]
    assert (stream["Definition"], stream["HDRType"], stream["Width"]) == ("LD", "HLG", 160)
    assert stream["FileURL"] == answer["FileURL"]
    assert source.asked == ["/low?a=1"]


def test_addresses_are_decoded_once_and_described_one_by_one(ims: RunningIms, source: Source, clip: Path) -> None:
    content = clip.read_bytes()
    odd = source.file("/a%2Cb%20%E7%94%B5%E5%BD%B1.mp4", content) + "?sign=a%2Fb%3D&x=1,2"
    bare = source.file("/bare", content)
    plain = source.file("/plain.mov", content)
    described = [
        {"SourceURL": odd, "Title": "Odd", "Tags": "x,y", "Description": "d"},
        {"SourceURL": quote(bare, safe=""), "FileExtension": "mp4", "Title": "Bare"},
        {"SourceURL": "http://127.0.0.1/none.mp4", "Title": "Nobody"},
    ]
    answer = ims.call(
        "UploadMediaByURL",
        UploadURLs=",".join(quote(url, safe="") for url in (odd, bare, plain, odd)),
        MediaMetaData=json.dumps(described),
    )
    jobs = answer["UploadJobs"]
    assert [job["SourceURL"] for job in jobs] == [odd, bare, plain]
    assert [ended(ims, job["JobId"])["Status"] for job in jobs] == ["SUCCESS"] * 3
    assets = [ims.media_info(job["MediaId"])["MediaBasicInfo"] for job in jobs]
    assert [asset["Title"] for asset in assets] == ["Odd", "Bare", "plain.mov"]
    assert (assets[0]["MediaTags"], assets[0]["Description"]) == ("x,y", "d")
    assert [asset["InputURL"].rpartition(".")[2] for asset in assets] == ["mp4", "mp4", "mov"]
    assert "/a%2Cb%20%E7%94%B5%E5%BD%B1.mp4?sign=a%2Fb%3D&x=1,2" in source.asked


def test_objects_of_the_local_oss_are_pulled_however_they_are_addressed(ims: RunningIms, clip: Path) -> None:
    ims.put("pull me/100% +.mp4", clip)
    key = quote("pull me/100% +.mp4")
    urls = [
        f"oss://local-media/{key}",
        f"{ims.endpoint}/local-media/{key}",
        ims.bucket().sign_url("GET", "pull me/100% +.mp4", 60, slash_safe=True),
        f"https://local-media.oss-cn-beijing.aliyuncs.com/{key}",
    ]
    for url in urls:
        info = ended(ims, pull(ims, url)["JobId"])
        assert (info["Status"], info["FileSize"]) == ("SUCCESS", str(clip.stat().st_size)), url
    gone = ended(ims, pull(ims, "oss://local-media/gone.mp4")["JobId"])
    assert (gone["Status"], gone["ErrorCode"]) == ("DOWNLOAD_FAIL", "SourceNotFound")


def test_a_chunked_answer_and_redirects_are_followed(ims: RunningIms, source: Source, clip: Path) -> None:
    def chunked(exchange: Exchange) -> None:
        exchange.protocol_version = "HTTP/1.1"
        exchange.head(200, Transfer_Encoding="chunked")
        content = clip.read_bytes()
        for start in range(0, len(content), 4000):
            block = content[start : start + 4000]
            exchange.wfile.write(b"%x\r\n%s\r\n" % (len(block), block))
        exchange.wfile.write(b"0\r\n\r\n")

    source.at("/chunked.mp4", chunked)
    source.at("/there", lambda exchange: exchange.head(302, Location="/chunked.mp4?x=1"))
    port = source.server_address[1]
    moved = source.at("/moved.mp4", lambda exchange: exchange.head(301, Location=f"http://localhost:{port}/there"))
    job = pull(ims, moved)
    assert ended(ims, job["JobId"])["Status"] == "SUCCESS"
    assert source.asked == ["/moved.mp4", "/there", "/chunked.mp4?x=1"]


def test_a_file_that_is_no_media_ends_as_a_failed_upload(ims: RunningIms, source: Source) -> None:
    job = pull(ims, source.file("/letter.mp4", b"Dear Sir or Madam"))
    info = ended(ims, job["JobId"])
    assert (info["Status"], info["ErrorCode"]) == ("UPLOAD_FAIL", "UnreadableMedia")
    assert "text" in info["ErrorMessage"]
    assert info["FileSize"] == "17"
    asset = ims.media_info(job["MediaId"])["MediaBasicInfo"]
    assert (asset["Status"], asset["PrepareFailReason"]) == ("PrepareFail", info["ErrorMessage"])


def test_jobs_are_found_by_id_or_by_address(ims: RunningIms, source: Source, clip: Path) -> None:
    url = source.file("/twice.mp4", clip.read_bytes())
    first, second = pull(ims, url), pull(ims, url)
    for job in (first, second):
        ended(ims, job["JobId"])
    request = models.GetUrlUploadInfosRequest(job_ids=f"{first['JobId']},nobody")
    body: Any = ims.client().get_url_upload_infos(request).body
    by_id = body.to_map()
    assert [info["JobId"] for info in by_id["URLUploadInfoList"]] == [first["JobId"]]
    assert by_id["NonExists"] == ["nobody"]
    unknown = "http://127.0.0.1/never.mp4"
    by_url = ims.call("GetUrlUploadInfos", UploadURLs=f"{quote(url, safe='')},{quote(unknown, safe='')}")
    assert [info["JobId"] for info in by_url["URLUploadInfoList"]] == [second["JobId"], first["JobId"]]
    assert by_url["NonExists"] == [unknown]
    # The ids win.
    both = ims.call("GetUrlUploadInfos", JobIds="nobody", UploadURLs=quote(url, safe=""))
    assert (both["URLUploadInfoList"], both["NonExists"]) == ([], ["nobody"])


@pytest.mark.parametrize(
    ("action", "parameters", "code", "text"),
    [
        ("UploadMediaByURL", {}, "MissingParameter", "UploadURLs"),
        ("UploadMediaByURL", {"UploadURLs": "clip.mp4"}, "InvalidParameter", "not an address"),
        ("UploadMediaByURL", {"UploadURLs": "ftp://127.0.0.1/clip.mp4"}, "InvalidParameter", "not an address"),
        ("UploadMediaByURL", {"UploadURLs": "http://[::1/clip.mp4"}, "InvalidParameter", "not an address"),
        ("UploadMediaByURL", {"UploadURLs": "http://127.0.0.1/clip"}, "InvalidParameter", "FileExtension"),
        ("UploadMediaByURL", {"UploadURLs": "http://127.0.0.1/clip.png"}, "InvalidParameter", "video and audio"),
        ("UploadMediaByURL", {"UploadURLs": "vod://abc"}, "UnsupportedOperation", "VOD"),
        ("UploadMediaByURL", {"UploadURLs": ",".join(TOO_MANY)}, "InvalidParameter", "20"),
        (
            "UploadMediaByURL",
            {"UploadURLs": "http://127.0.0.1/a.mp4", "MediaMetaData": '[{"Title": "no address"}]'},
            "InvalidParameter",
            "MediaMetaData[0].SourceURL",
        ),
        (
            "UploadMediaByURL",
            {"UploadURLs": "http://127.0.0.1/a.mp4", "PostProcessConfig": '{"ProcessType": "Workflow"}'},
            "UnsupportedOperation",
            "PostProcessConfig",
        ),
        ("UploadStreamByURL", {"MediaId": "0" * 32}, "MissingParameter", "StreamURL"),
        (
            "UploadStreamByURL",
            {"MediaId": "0" * 32, "StreamURL": "http://127.0.0.1/a.mp4"},
            "ResourceNotFound",
            "0" * 32,
        ),
        ("GetUrlUploadInfos", {}, "MissingParameter", "JobIds"),
        ("GetUrlUploadInfos", {"JobIds": ",".join(map(str, range(11)))}, "InvalidParameter", "10"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(
    ims: RunningIms, action: str, parameters: dict[str, str], code: str, text: str
) -> None:
    before = ims.call("ListMediaBasicInfos")["TotalCount"]
    refused = refusal_of(ims.call, action, **parameters)
    assert refused.code == code
    assert text in refused.message
    assert ims.call("ListMediaBasicInfos")["TotalCount"] == before


def test_one_bad_address_refuses_the_whole_call(ims: RunningIms, source: Source, clip: Path) -> None:
    url = source.file("/good.mp4", clip.read_bytes())
    urls = ",".join(quote(one, safe="") for one in (url, f"{source.url}/bad"))
    assert refusal_of(ims.call, "UploadMediaByURL", UploadURLs=urls).code == "InvalidParameter"
    assert ims.call("GetUrlUploadInfos", UploadURLs=quote(url, safe=""))["NonExists"] == [url]
    assert source.asked == []


def test_an_asset_that_is_deleted_while_it_is_pulled_stays_deleted(ims: RunningIms, source: Source, clip: Path) -> None:
    job = pull(ims, source.stalling("/late.mp4", clip.read_bytes()))
    wait_for(lambda: status_is(ims, job["JobId"], "DOWNLOADING"))
    key = ims.media_info(job["MediaId"])["MediaBasicInfo"]["InputURL"].partition(".com/")[2]
    ims.call("DeleteMediaInfos", MediaIds=job["MediaId"])
    source.go_on.set()
    info = ended(ims, job["JobId"])
    assert (info["Status"], info["ErrorCode"]) == ("UPLOAD_FAIL", "MediaDeleted")
    assert not ims.bucket(VOD_BUCKET).object_exists(key)


def test_twenty_addresses_are_pulled_a_few_at_a_time(ims: RunningIms, source: Source, clip: Path) -> None:
    content = clip.read_bytes()
    urls = [source.stalling(f"/{number}.mp4", content) for number in range(20)]
    answer = ims.call("UploadMediaByURL", UploadURLs=",".join(quote(url, safe="") for url in urls))
    job_ids = [job["JobId"] for job in answer["UploadJobs"]]
    assert len(job_ids) == 20
    wait_for(lambda: len(source.asked) == 4 or None)
    states = state_of(ims, job_ids)
    assert (states.count("DOWNLOADING"), states.count("PENDING")) == (4, 16)
    assert len(source.asked) == 4
    source.go_on.set()
    assert {ended(ims, job_id)["Status"] for job_id in job_ids} == {"SUCCESS"}
