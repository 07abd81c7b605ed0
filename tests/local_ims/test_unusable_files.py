"""Files that are no media end as PrepareFail, and the reason stands where a caller sees it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.local_ims.server import RunningIms, wait_for

# What the object holds, made from a good clip -> a word of the reason.
BROKEN: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "0 bytes": (lambda clip: b"", "empty"),
    "text": (lambda clip: b"This is a letter and no film.\n" * 50, "text"),
    "cut off": (lambda clip: clip[: len(clip) // 2], "cut off"),
    "scrambled": (lambda clip: bytes(byte ^ 0x5A for byte in clip), "media"),
    "a playlist": (lambda clip: b"#EXTM3U\n#EXTINF:2,\nfile:///etc/passwd\n", "playlist"),
}


@pytest.mark.parametrize("name", list(BROKEN))
def test_a_file_that_is_no_media_ends_as_prepare_fail(ims: RunningIms, clip: Path, name: str) -> None:
    spoil, word = BROKEN[name]
    url = ims.put(f"broken/{name}.mp4", spoil(clip.read_bytes()))
    info = ims.settled(ims.register(url))
    assert info["MediaBasicInfo"]["Status"] == "PrepareFail"
    assert word in info["MediaBasicInfo"]["PrepareFailReason"]
    assert info["FileInfoList"] == []


def test_a_missing_object_ends_as_prepare_fail_and_can_be_registered_again(ims: RunningIms, clip: Path) -> None:
    url = "oss://no-such-bucket/missing.mp4"
    info = ims.settled(ims.register(url))
    assert info["MediaBasicInfo"]["Status"] == "PrepareFail"
    assert info["MediaBasicInfo"]["PrepareFailReason"] == f"The object {url} does not exist."
    ims.bucket("no-such-bucket").create_bucket()
    ims.put("missing.mp4", clip, bucket="no-such-bucket")
    again = ims.settled(ims.register(url, overwrite=True))
    assert again["MediaBasicInfo"]["Status"] == "Normal"
    assert "PrepareFailReason" not in again["MediaBasicInfo"]


def test_failed_assets_are_listed_with_their_reason(ims: RunningIms) -> None:
    media_id = ims.register("oss://local-media/failed-and-listed.mp4")
    ims.settled(media_id)
    listed = ims.call("ListMediaBasicInfos", Status="PrepareFail", MediaId=media_id)
    assert "does not exist" in listed["MediaInfos"][0]["MediaBasicInfo"]["PrepareFailReason"]


def test_a_failed_stream_stays_visible_and_can_be_tried_again(
    ims: RunningIms, new_clip: Callable[[], str], clip: Path
) -> None:
    media_id = ims.register(new_clip())
    ims.settled(media_id)
    url = ims.put("streams/broken.mp4", b"no film")
    ims.call("RegisterMediaStream", MediaId=media_id, InputURL=url)

    def streams(count: int) -> list[dict[str, str]] | None:
        files = [file["FileBasicInfo"] for file in ims.media_info(media_id)["FileInfoList"]]
        return files[1:] if len(files) == 1 + count else None

    failed = wait_for(lambda: streams(1))[0]
    assert (failed["FileType"], failed["FileStatus"]) == ("transcode_file", "UploadFail")
    assert "text" in failed["FailReason"]
    assert len(ims.call("GetPlayInfo", MediaId=media_id)["PlayInfoList"]) == 1
    assert ims.media_info(media_id)["MediaBasicInfo"]["Status"] == "Normal"

    ims.put("streams/broken.mp4", clip)
    ims.call("RegisterMediaStream", MediaId=media_id, InputURL=url)
    wait_for(lambda: True if (streams(1) or [{}])[0].get("FileStatus") == "Normal" else None)
    assert len(ims.call("GetPlayInfo", MediaId=media_id)["PlayInfoList"]) == 2
