"""A playlist as an asset: its pieces beside it in the bucket are read, and nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_ice20201109 import models

from ims_mcp.local.media.clip import make_clip
from tests.local_ims.server import RunningIms, wait_for
from tests.local_media.test_playlist import cut

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The playlist of three seconds, its pieces beside it."""
    directory = tmp_path_factory.mktemp("recording")
    return cut(make_clip(directory / "film.mp4", seconds=3, width=320, height=180, subtitles=False), directory / "cut")


@pytest.fixture
def store(ims: RunningIms, recording: Path) -> Callable[[str], str]:
    """Stores the pieces, and a playlist with this text, in a new folder; returns the playlist's address."""

    def put(text: str) -> str:
        folder = f"record/{next(_numbers)}"
        for piece in recording.parent.glob("*.ts"):
            ims.put(f"{folder}/{piece.name}", piece)
        return ims.put(f"{folder}/index.m3u8", text.encode())

    return put


def test_a_recording_is_registered_by_its_playlist(
    ims: RunningIms, recording: Path, store: Callable[[str], str]
) -> None:
    url = store(recording.read_text("utf-8"))
    media_id = ims.register(url)
    info = ims.settled(media_id)
    assert (info["MediaBasicInfo"]["Status"], info["MediaBasicInfo"]["MediaType"]) == ("Normal", "video")
    (file,) = info["FileInfoList"]
    assert file["FileBasicInfo"]["FormatName"] == "hls"
    assert float(file["FileBasicInfo"]["Duration"]) == pytest.approx(3, abs=0.1)
    assert file["VideoStreamInfoList"][0]["NumFrames"] == "75"
    assert info["MediaBasicInfo"]["CoverURL"]
    played = ims.client().get_play_info(models.GetPlayInfoRequest(media_id=media_id)).body.play_info_list[0]
    assert (played.format, played.stream_type, played.width, played.definition) == ("m3u8", "video", 320, "OD")
    assert played.play_url.partition("?")[0].endswith("/index.m3u8")


def test_a_playlist_can_be_a_stream_of_an_asset(
    ims: RunningIms, recording: Path, store: Callable[[str], str], new_clip: Callable[[], str]
) -> None:
    media_id = ims.register(new_clip())
    ims.settled(media_id)
    ims.call("RegisterMediaStream", MediaId=media_id, InputURL=store(recording.read_text("utf-8")))
    formats = [file["FileBasicInfo"]["FormatName"] for file in wait_for(lambda: _list_two_files(ims, media_id))]
    assert formats == ["mov,mp4,m4a,3gp,3g2,mj2", "hls"]


def _list_two_files(ims: RunningIms, media_id: str) -> list[dict[str, Any]] | None:
    files: list[dict[str, Any]] = ims.media_info(media_id)["FileInfoList"]
    return files if len(files) == 2 else None


@pytest.mark.parametrize(
    ("piece", "reason"),
    [
        ("other.ts", "not beside it"),
        ("../other.ts", "own folder"),
        ("oss://other-bucket/a.ts", "beside"),
        ("http://127.0.0.1/a.ts", "beside"),
        ("x" * 1100 + ".ts", "not beside it"),
    ],
)
def test_a_playlist_that_names_anything_else_is_refused_with_a_reason(
    ims: RunningIms, store: Callable[[str], str], piece: str, reason: str
) -> None:
    ims.put("record/other.ts", b"x")
    info = ims.settled(ims.register(store(f"#EXTM3U\n#EXTINF:2,\n{piece}\n#EXT-X-ENDLIST\n")))
    assert info["MediaBasicInfo"]["Status"] == "PrepareFail"
    assert reason in info["MediaBasicInfo"]["PrepareFailReason"]
