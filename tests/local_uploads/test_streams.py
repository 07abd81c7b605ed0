"""CreateUploadStream: a rendition that is uploaded becomes a stream of its asset."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ims_mcp.local.uploads.sessions import VOD_BUCKET
from tests.local_ims.server import RunningIms, refusal_of, wait_for
from tests.local_uploads.grants import new_media, new_stream


@pytest.fixture
def media_id(ims: RunningIms, clip: Path, request: pytest.FixtureRequest) -> str:
    """A Normal asset of the test's own."""
    found = ims.register(ims.put(f"{request.node.name}.mp4", clip))
    ims.settled(found)
    return found


def streams(ims: RunningIms, media_id: str, count: int = 1) -> list[dict[str, Any]]:
    """The transcoded files of an asset, as soon as there are that many."""

    def found() -> list[dict[str, Any]] | None:
        files = [file["FileBasicInfo"] for file in ims.media_info(media_id)["FileInfoList"]]
        transcoded = [file for file in files if file["FileType"] == "transcode_file"]
        return transcoded if len(transcoded) == count else None

    return wait_for(found)


def test_an_uploaded_stream_shows_what_was_said_of_it(ims: RunningIms, media_id: str, other_clip: Path) -> None:
    user_data = '{"k": 1}'
    grant = new_stream(ims, media_id, definition="HD", hdrtype="hdr10", file_extension="MP4", user_data=user_data)
    assert grant.media_id == media_id
    assert re.fullmatch(r"stream/([0-9a-f]{8}-[0-9a-f]{11})/\1\.mp4", grant.key)
    assert grant.url == f"http://{VOD_BUCKET}.oss-cn-shanghai.aliyuncs.com/{grant.key}"
    # Until it is there it shows nowhere.
    assert len(ims.call("GetPlayInfo", MediaId=media_id)["PlayInfoList"]) == 1
    grant.put(other_clip)

    file = streams(ims, media_id)[0]
    assert (file["FileStatus"], file["Width"], file["FileSize"]) == ("Normal", "160", str(other_clip.stat().st_size))
    play_infos = ims.call("GetPlayInfo", MediaId=media_id)["PlayInfoList"]
    assert [(info["Definition"], info.get("HDRType")) for info in play_infos] == [("OD", None), ("HD", "HDR10")]
    assert play_infos[1]["FileURL"] == grant.url
    assert (play_infos[1]["Format"], play_infos[1]["Width"]) == ("mp4", 160)
    assert ims.media_info(media_id)["MediaBasicInfo"]["Status"] == "Normal"


def test_without_a_definition_the_picture_tells_it(ims: RunningIms, media_id: str, other_clip: Path) -> None:
    new_stream(ims, media_id).put(other_clip)
    streams(ims, media_id)
    play_infos = ims.call("GetPlayInfo", MediaId=media_id)["PlayInfoList"]
    assert [info["Definition"] for info in play_infos] == ["OD", "FD"]
    assert "HDRType" not in play_infos[1]


def test_without_an_extension_it_is_the_assets_own(ims: RunningIms) -> None:
    audio = new_media(ims, kind="audio", ext="mp3")
    assert new_stream(ims, audio.media_id).key.endswith(".mp3")


def test_an_asset_may_get_several_streams(ims: RunningIms, media_id: str, clip: Path, other_clip: Path) -> None:
    grants = [new_stream(ims, media_id, definition=definition) for definition in ("FD", "SD", "4K")]
    for grant in grants:
        grant.put(other_clip)
    streams(ims, media_id, 3)
    play_infos = ims.call("GetPlayInfo", MediaId=media_id)["PlayInfoList"]
    assert [info["Definition"] for info in play_infos] == ["OD", "FD", "SD", "4K"]


def test_a_stream_that_is_no_media_fails_and_leaves_the_asset_as_it_is(ims: RunningIms, media_id: str) -> None:
    new_stream(ims, media_id).put(b"")
    file = streams(ims, media_id)[0]
    assert file["FileStatus"] == "UploadFail"
    assert "empty" in file["FailReason"]
    assert len(ims.call("GetPlayInfo", MediaId=media_id)["PlayInfoList"]) == 1
    assert ims.media_info(media_id)["MediaBasicInfo"]["Status"] == "Normal"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({}, "MissingParameter"),
        ({"MediaId": "0" * 32}, "ResourceNotFound"),
        ({"MediaId": "0" * 32, "Definition": "8K"}, "InvalidParameter"),
        ({"MediaId": "0" * 32, "Definition": "hd"}, "InvalidParameter"),
        ({"MediaId": "0" * 32, "HDRType": "HDR11"}, "InvalidParameter"),
        ({"MediaId": "0" * 32, "FileExtension": "m/p4"}, "InvalidParameter"),
        ({"MediaId": "0" * 32, "UserData": "{"}, "InvalidParameter"),
    ],
)
def test_a_stream_needs_an_asset_and_listed_values(ims: RunningIms, parameters: dict[str, str], code: str) -> None:
    assert refusal_of(ims.call, "CreateUploadStream", **parameters).code == code


def test_registering_the_object_of_an_upload_is_refused(ims: RunningIms, media_id: str) -> None:
    stream = new_stream(ims, media_id)
    refused = refusal_of(ims.call, "RegisterMediaStream", MediaId=media_id, InputURL=stream.url)
    assert refused.code == "MediaAlreadyExist"
    asset = new_media(ims)
    assert refusal_of(ims.call, "RegisterMediaInfo", InputURL=asset.url).code == "MediaAlreadyExist"


def test_every_hdr_type_is_taken_in_any_case(ims: RunningIms, media_id: str) -> None:
    for name in ("HDR", "hdr10", "Hlg", "dolbyvision", "HDRVIVID", "sdr+"):
        answer = ims.call("CreateUploadStream", MediaId=media_id, HDRType=name)
        assert json.dumps(answer)
