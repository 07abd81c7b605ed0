"""Renditions attached to an asset, and what can be played."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.local_ims.server import RunningIms, refusal_of, wait_for

NewClip = Callable[[], str]


def attached(ims: RunningIms, media_id: str, url: str, **parameters: str) -> list[dict[str, Any]]:
    """The play info once the stream is there."""
    before = len(ims.call("GetPlayInfo", MediaId=media_id)["PlayInfoList"])
    assert ims.call("RegisterMediaStream", MediaId=media_id, InputURL=url, **parameters)["MediaId"] == media_id

    def listed() -> list[dict[str, Any]] | None:
        play_infos = ims.call("GetPlayInfo", MediaId=media_id)["PlayInfoList"]
        return play_infos if len(play_infos) > before else None

    return wait_for(listed)


def test_a_stream_shows_as_play_info_and_as_transcode_file(ims: RunningIms, new_clip: NewClip, clip: Path) -> None:
    source, rendition = new_clip(), new_clip()
    media_id = ims.register(source, title="Film")
    ims.settled(media_id)
    tags = '{ "quality":"180p" }'
    play_infos = attached(ims, media_id, rendition, StreamTags=tags, UserData='{"k": 1}')
    assert [info["FileURL"] for info in play_infos] == [source, rendition]
    assert [info["Definition"] for info in play_infos] == ["OD", "FD"]
    assert "StreamTags" not in play_infos[0]
    stream = play_infos[1]
    assert stream["StreamTags"] == tags
    expected = {
        "Status": "Normal",
        "Format": "mp4",
        "StreamType": "video",
        "Width": 320,
        "Height": 180,
        "Size": clip.stat().st_size,
        "Encrypt": 0,
        "Duration": "2.000000",
        "Fps": "25.0",
    }
    assert {name: stream[name] for name in expected} == expected
    with urllib.request.urlopen(stream["PlayURL"], timeout=60) as response:
        assert response.read() == clip.read_bytes()

    info = ims.media_info(media_id)
    assert [file["FileBasicInfo"]["FileType"] for file in info["FileInfoList"]] == ["source_file", "transcode_file"]
    batch = ims.call("BatchGetMediaInfos", MediaIds=media_id)["MediaInfos"][0]
    assert batch["MediaBasicInfo"]["TranscodeStatus"] == "TranscodeSuccess"
    assert "FileInfoList" not in batch


def test_times_are_written_as_the_pages_write_them(ims: RunningIms, new_clip: NewClip) -> None:
    media_id = ims.register(new_clip())
    ims.settled(media_id)
    play = ims.call("GetPlayInfo", MediaId=media_id)
    assert play["MediaBase"]["CreationTime"].endswith("+08:00")
    assert play["PlayInfoList"][0]["CreationTime"].endswith("Z")


def test_an_object_is_attached_to_an_asset_once(ims: RunningIms, new_clip: NewClip) -> None:
    source, rendition = new_clip(), new_clip()
    media_id, other = ims.register(source), ims.register(new_clip())
    ims.settled(media_id)
    attached(ims, media_id, rendition)
    for url in (source, rendition):
        twice = refusal_of(ims.call, "RegisterMediaStream", MediaId=media_id, InputURL=url)
        assert twice.code == "MediaAlreadyExist"
    attached(ims, other, rendition)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"InputURL": "oss://local-media/x.mp4"}, "MissingParameter"),
        ({"MediaId": "0" * 32}, "MissingParameter"),
        ({"MediaId": "0" * 32, "InputURL": "oss://local-media/x.mp4"}, "ResourceNotFound"),
        ({"MediaId": "0" * 32, "InputURL": "https://example.com/x.mp4"}, "InvalidParameter"),
        ({"MediaId": "0" * 32, "InputURL": "oss://local-media/x.mp4", "StreamTags": "{"}, "InvalidParameter"),
    ],
)
def test_a_stream_needs_an_asset_and_an_object(ims: RunningIms, parameters: dict[str, str], code: str) -> None:
    refused = refusal_of(ims.call, "RegisterMediaStream", **parameters)
    assert refused.code == code


def test_an_asset_that_is_not_ready_has_no_play_info(ims: RunningIms) -> None:
    media_id = ims.register("oss://local-media/never-there.mp4")
    ims.settled(media_id)
    play = ims.call("GetPlayInfo", MediaId=media_id)
    assert (play["MediaBase"]["Status"], play["PlayInfoList"]) == ("PrepareFail", [])
