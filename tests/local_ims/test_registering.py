"""What RegisterMediaInfo accepts, refuses and remembers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from darabonba.exceptions import DaraException

from tests.local_ims.server import RunningIms, refusal_of

NewClip = Callable[[], str]


def code_of(call: Callable[[], object]) -> tuple[str, int]:
    failure = refusal_of(call)
    return failure.code, failure.status


def test_all_spellings_of_an_objects_address_are_one_registration(ims: RunningIms, new_clip: NewClip) -> None:
    url = new_clip()
    media_id = ims.register(url)
    key = url.removeprefix("oss://local-media/")
    spellings = [
        f"OSS://local-media/{key}",
        f"http://local-media.oss-cn-shanghai.aliyuncs.com/{key}",
        f"https://local-media.oss-cn-beijing-internal.aliyuncs.com/{key}?Expires=1&Signature=x",
        f"{ims.endpoint}/local-media/{key}",
        f"http://127.0.0.1:1/local-media/{key}",
        f"http://local-media.localhost:1/{key.replace('c', '%63')}",
    ]
    for spelling in spellings:
        assert code_of(lambda spelling=spelling: ims.register(spelling)) == ("MediaAlreadyExist", 409)
        assert ims.call("GetMediaInfo", InputURL=spelling)["MediaInfo"]["MediaId"] == media_id


def test_of_200_registrations_at_once_exactly_one_succeeds(ims: RunningIms, new_clip: NewClip) -> None:
    url = new_clip()

    def attempt(number: int) -> str:
        try:
            return ims.register(url, title=str(number))
        except DaraException as failure:
            raised: Any = failure
            return str(raised.code)

    with ThreadPoolExecutor(50) as pool:
        results = list(pool.map(attempt, range(200)))
    assert results.count("MediaAlreadyExist") == 199
    assert sum(len(result) == 32 for result in results) == 1


def test_of_20_overwrites_at_once_one_asset_remains(ims: RunningIms, new_clip: NewClip) -> None:
    url = new_clip()

    def attempt(number: int) -> str:
        return ims.register(url, title=str(number), overwrite=True)

    with ThreadPoolExecutor(20) as pool:
        media_ids = list(pool.map(attempt, range(20)))
    assert len(set(media_ids)) == 20
    remaining = ims.call("BatchGetMediaInfos", MediaIds=",".join(media_ids))
    assert len(remaining["MediaInfos"]) == 1
    assert ims.call("GetMediaInfo", InputURL=url)["MediaInfo"]["MediaId"] == remaining["MediaInfos"][0]["MediaId"]


def test_overwrite_gives_a_new_id_and_takes_marks_and_streams_away(ims: RunningIms, new_clip: NewClip) -> None:
    url = new_clip()
    old = ims.register(url, title="old", reference_id="reference-1")
    ims.call("AddMediaMarks", MediaId=old, MediaMarks='[{"MarkTag": "x"}]')
    new = ims.register(url, overwrite=True, reference_id="reference-1")
    assert new != old
    assert code_of(lambda: ims.media_info(old)) == ("ResourceNotFound", 404)
    assert ims.call("ListMediaMarks", MediaId=new)["MediaMarks"] == "[]"


def test_a_repeated_client_token_is_the_same_call(ims: RunningIms, new_clip: NewClip) -> None:
    url, token = new_clip(), "0123456789abcdef0123456789abcdef"
    first = ims.register(url, title="one", client_token=token)
    assert ims.register(url, title="one", client_token=token) == first
    assert code_of(lambda: ims.register(url, title="two", client_token=token)) == ("IdempotentParameterMismatch", 400)


def test_an_overwrite_with_a_client_token_happens_once(ims: RunningIms, new_clip: NewClip) -> None:
    url, token = new_clip(), "fedcba9876543210fedcba9876543210"
    ims.register(url)
    replaced = ims.register(url, overwrite=True, client_token=token)
    assert ims.register(url, overwrite=True, client_token=token) == replaced


def test_a_reference_id_belongs_to_one_asset(ims: RunningIms, new_clip: NewClip) -> None:
    first = ims.register(new_clip(), reference_id="episode_42")
    assert code_of(lambda: ims.register(new_clip(), reference_id="episode_42")) == ("InvalidParameter", 400)
    other = ims.register(new_clip())
    change = lambda: ims.call("UpdateMediaInfo", MediaId=other, ReferenceId="episode_42")  # noqa: E731
    assert code_of(change) == ("InvalidParameter", 400)
    ims.call("DeleteMediaInfos", MediaIds=first)
    change()
    assert ims.media_info(other)["MediaBasicInfo"]["ReferenceId"] == "episode_42"


def test_defaults_are_filled_in(ims: RunningIms, new_clip: NewClip) -> None:
    url = new_clip()
    basic = ims.settled(ims.register(url))["MediaBasicInfo"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", basic["Title"])
    expected = {
        "InputURL": url,
        "MediaType": "video",
        "BusinessType": "general",
        "Source": "oss",
        "Biz": "ICE",
        "UploadSource": "general",
    }
    assert {name: basic[name] for name in expected} == expected


def test_user_data_comes_back_as_it_was_written(ims: RunningIms, new_clip: NewClip) -> None:
    text = '{ "b":1,"a" : "\u00e9\\u0041", "NotifyAddress":"https://example.com/x" }'
    media_id = ims.register(new_clip(), user_data=text)
    assert ims.media_info(media_id)["MediaBasicInfo"]["UserData"] == text
    longer = ' {"k": [1, 2]}'
    ims.call("UpdateMediaInfo", MediaId=media_id, UserData=longer)
    assert ims.media_info(media_id)["MediaBasicInfo"]["UserData"] == longer


@pytest.mark.parametrize("no", ['"false"', "false", '"False"'])
def test_pictures_can_be_declined(ims: RunningIms, new_clip: NewClip, no: str) -> None:
    config = f'{{"NeedSprite": {no}, "NeedSnapshot": {no}, "SearchLibName": "test"}}'
    basic = ims.settled(ims.register(new_clip(), register_config=config))["MediaBasicInfo"]
    assert "SpriteImages" not in basic
    assert "Snapshots" not in basic
    assert "cover.jpg" in basic["CoverURL"]


def test_the_cover_is_taken_at_the_second_asked_for_unless_one_is_given(ims: RunningIms, new_clip: NewClip) -> None:
    def cover(**parameters: Any) -> bytes:
        media_id = ims.register(new_clip(), **parameters)
        assert ims.settled(media_id)["MediaBasicInfo"]["Status"] == "Normal"
        return ims.bucket().get_object(f"ims-pictures/{media_id}/cover.jpg").read()

    at_start = cover(register_config='{"CoverConfig": {"StartTime": 0}}')
    assert cover(register_config='{"CoverConfig": {"StartTime": "1.5"}}') != at_start
    own = "http://example.com/cover.png"
    basic = ims.settled(ims.register(new_clip(), cover_url=own))["MediaBasicInfo"]
    assert basic["CoverURL"] == own


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"InputURL": "vod://0123456789abcdef0123456789abcdef"}, "VOD"),
        ({"InputURL": "oss://local-media/x.mp4", "SmartTagTemplateId": "S00000101-300080"}, "SmartTagTemplateId"),
        ({"InputURL": "oss://local-media/x.mp4", "WorkflowId": "x"}, "WorkflowId"),
    ],
)
def test_what_cannot_be_done_here_is_refused_by_name(ims: RunningIms, parameters: dict[str, str], named: str) -> None:
    refused = refusal_of(ims.call, "RegisterMediaInfo", **parameters)
    assert (refused.code, refused.status) == ("UnsupportedOperation", 400)
    assert named in str(refused.message)


@pytest.mark.parametrize(
    "parameters",
    [
        {"InputURL": "https://example.com/clip.mp4"},
        {"InputURL": "ftp://local-media/clip.mp4"},
        {"InputURL": "oss://local-media/"},
        {"InputURL": "oss://-bad-/clip.mp4"},
        {"InputURL": "oss://local-media/%ff.mp4"},
        {"InputURL": "oss://local-media/clip"},
        {"InputURL": "oss://local-media/clip.xyz"},
        {"InputURL": "oss://local-media/clip.mp4", "MediaType": "film"},
        {"InputURL": "oss://local-media/clip.mp4", "MediaType": "text"},
        {"InputURL": "oss://local-media/clip.mp4", "Title": "\u00e9" * 65},
        {"InputURL": "oss://local-media/clip.mp4", "MediaTags": ",".join("abcdefghijklmnopq")},
        {"InputURL": "oss://local-media/clip.mp4", "UserData": "{"},
        {"InputURL": "oss://local-media/clip.mp4", "RegisterConfig": '{"CoverConfig": {"StartTime": 1.00001}}'},
        {"InputURL": "oss://local-media/clip.mp4", "ReferenceId": "short"},
        {"InputURL": "oss://local-media/clip.mp4", "ClientToken": "short"},
        {"InputURL": "oss://local-media/clip.mp4", "CateId": "987654"},
        {"InputURL": "oss://local-media/clip.mp4", "CateId": "one"},
        {"InputURL": "oss://local-media/clip.mp4", "Overwrite": "perhaps"},
    ],
    ids=lambda parameters: json.dumps(parameters)[:60],
)
def test_a_bad_argument_is_an_invalid_parameter(ims: RunningIms, parameters: dict[str, str]) -> None:
    assert code_of(lambda: ims.call("RegisterMediaInfo", **parameters)) == ("InvalidParameter", 400)


def test_without_an_address_there_is_a_missing_parameter(ims: RunningIms) -> None:
    assert code_of(lambda: ims.call("RegisterMediaInfo", Title="x")) == ("MissingParameter", 400)
    assert code_of(lambda: ims.call("RegisterMediaInfo", InputURL="")) == ("MissingParameter", 400)
    assert code_of(lambda: ims.call("GetMediaInfo")) == ("MissingParameter", 400)
    assert code_of(lambda: ims.call("UpdateMediaInfo", Title="x")) == ("MissingParameter", 400)
    assert code_of(lambda: ims.call("DeleteMediaInfos")) == ("MissingParameter", 400)


def test_sound_pictures_and_subtitles_register_as_what_they_are(ims: RunningIms, tmp_path: Path) -> None:
    from ims_mcp.local.media.clip import make_clip

    sound = make_clip(tmp_path / "sound.mp3", seconds=1, video_codec=None, audio_codec="libmp3lame")
    picture = make_clip(tmp_path / "picture.png", width=64, height=48, video_codec="png")
    words = b"1\n00:00:00,000 --> 00:00:01,000\nHello\n"
    for url, parameters, kind in (
        (ims.put("kinds/sound.mp3", sound), {}, "audio"),
        (ims.put("kinds/picture.png", picture), {}, "image"),
        (ims.put("kinds/words.srt", words), {"media_type": "text", "business_type": "subtitles"}, "text"),
    ):
        info = ims.settled(ims.register(url, **parameters))
        assert info["MediaBasicInfo"]["Status"] == "Normal", info
        assert info["MediaBasicInfo"]["MediaType"] == kind
        assert len(info["FileInfoList"]) == 1
