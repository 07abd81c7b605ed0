"""What a model reads of a file is what a viewer sees: turned, stretched, at its real rate, covers no films."""

from __future__ import annotations

from typing import Any

import pytest

from ims_mcp.summaries.media_info import media_info_view
from tests.summaries.test_media_info import read

Json = dict[str, Any]
CALL = {"MediaId": "m"}
COVER = {"CodecName": "mjpeg", "Width": "300", "Height": "300", "Fps": "", "AvgFPS": "", "Duration": ""}
# As FFmpeg reports one, which the cloud's own probe passes on.
COVER_IN_TICKS = {**COVER, "CodecName": "png", "Fps": "90000.0", "AvgFPS": "0.0", "Duration": "216.2"}
SOUND = {"CodecName": "aac", "Channels": "2", "SampleRate": "48000", "Lang": "en"}


def asset(*, basic: Json | None = None, audio: list[Json] | None = None, videos: list[Json] | None = None) -> Json:
    """The page's example with another file in it."""
    data = read("page example")
    info = data["MediaInfo"]["FileInfoList"][0]
    info["FileBasicInfo"] |= basic or {}
    info["AudioStreamInfoList"] = [SOUND] if audio is None else audio
    info["SubtitleStreamInfoList"] = []
    if videos is not None:
        info["VideoStreamInfoList"] = videos
    return data


def film(**changes: Any) -> Json:
    """A stream of 320x180 at 25 frames a second, with all documented fields."""
    (stream,) = read("page example")["MediaInfo"]["FileInfoList"][0]["VideoStreamInfoList"]
    return {**stream, "Width": "320", "Height": "180", "Fps": "25.0", "AvgFPS": "25.0", **changes}


def summary_of(data: Json) -> Json:
    (entry,) = media_info_view(data, call=CALL)["files"]
    return entry


def details_of(data: Json) -> Json:
    (entry,) = media_info_view(data, view="files", call=CALL)["files"]
    return entry


SIZED = {"Width": "320", "Height": "180"}


@pytest.mark.parametrize(
    ("rotate", "resolution", "degrees"),
    [
        ("0", "320x180", None),
        ("", "320x180", None),
        ("90", "180x320", 90),
        ("180", "320x180", 180),
        ("270", "180x320", 270),
        ("-90", "180x320", 270),
        ("-90.0", "180x320", 270),
        ("360", "320x180", None),
        (90, "180x320", 90),
        ("N/A", "320x180", None),
    ],
)
def test_a_turned_picture_has_the_size_it_is_shown_in(rotate: Any, resolution: str, degrees: int | None) -> None:
    data = asset(basic=SIZED, videos=[film(Rotate=rotate)])
    entry = summary_of(data)
    assert entry["resolution"] == resolution
    assert entry["video"][0].get("rotation_degrees") == degrees
    assert "coded_resolution" not in entry
    details = details_of(data)
    assert (details["width"], details["height"]) == (320, 180)
    assert (details["video"][0]["width"], details["video"][0]["height"]) == (320, 180)
    assert details.get("resolution", "320x180") == resolution


def test_a_size_that_the_file_states_for_what_is_shown_is_not_turned_once_more() -> None:
    data = asset(basic={"Width": "180", "Height": "320"}, videos=[film(Rotate="90")])
    assert summary_of(data)["resolution"] == "180x320"


def test_pixels_that_are_not_square_are_stretched_and_the_coded_size_is_told() -> None:
    stream = film(Width="720", Height="576", Sar="64:45", Dar="16:9")
    data = asset(basic={"Width": "720", "Height": "576"}, videos=[stream])
    entry = summary_of(data)
    assert (entry["resolution"], entry["coded_resolution"]) == ("1024x576", "720x576")
    assert details_of(data)["resolution"] == "1024x576"


@pytest.mark.parametrize("ratio", ["0:1", "1:1", "1:0", "x", "99999:1", ":", None, 7])
def test_a_ratio_that_says_nothing_stretches_nothing(ratio: Any) -> None:
    entry = summary_of(asset(basic=SIZED, videos=[film(Sar=ratio)]))
    assert (entry["resolution"], "coded_resolution" in entry) == ("320x180", False)


@pytest.mark.parametrize(
    ("nominal", "average", "told"),
    [
        ("25.0", "25.0", {"frame_rate": 25.0}),
        ("25.0", "24.98", {"frame_rate": 25.0}),
        ("25.0", "", {"frame_rate": 25.0}),
        ("", "23.976", {"frame_rate": 23.976}),
        ("25.0", "7.5", {"frame_rate": 7.5, "nominal_frame_rate": 25.0, "variable_frame_rate": True}),
        ("25.0", "19.329897", {"frame_rate": 19.329897, "nominal_frame_rate": 25.0, "variable_frame_rate": True}),
        ("30000/1001", "30", {"frame_rate": 29.97}),
        # Two fields a frame: no varying rate.
        ("50.0", "25.0", {"frame_rate": 25.0, "nominal_frame_rate": 50.0}),
        ("", "", {}),
    ],
)
def test_the_average_rate_is_told_and_the_nominal_one_beside_it(nominal: str, average: str, told: Json) -> None:
    entry = summary_of(asset(basic=SIZED, videos=[film(Fps=nominal, AvgFPS=average)]))
    rates = {name: value for name, value in entry["video"][0].items() if "frame_rate" in name}
    assert rates == told


@pytest.mark.parametrize("cover", [COVER, COVER_IN_TICKS], ids=["without a rate", "at the ticks of a clock"])
def test_a_song_with_a_cover_is_sound_with_cover_art(cover: Json) -> None:
    data = asset(basic={"Width": "", "Height": ""}, videos=[cover])
    entry = summary_of(data)
    assert entry["cover_art"] == [{"codec": cover["CodecName"], "resolution": "300x300"}]
    assert entry["audio"] == [{"codec": "aac", "channels": 2, "sample_rate_hz": 48000, "language": "en"}]
    assert not {"video", "resolution", "coded_resolution"} & entry.keys()
    details = details_of(data)
    assert [stream["codec"] for stream in details["cover_art"]] == [cover["CodecName"]]
    assert details["video"] == []


@pytest.mark.parametrize("cover", [COVER, COVER_IN_TICKS])
@pytest.mark.parametrize("cover_first", [True, False])
def test_a_film_with_a_cover_has_one_picture(cover: Json, cover_first: bool) -> None:
    videos = [cover, film()] if cover_first else [film(), cover]
    entry = summary_of(asset(basic=SIZED, videos=videos))
    assert [stream["codec"] for stream in entry["video"]] == ["h264"]
    assert entry["resolution"] == "320x180"
    assert len(entry["cover_art"]) == 1


def test_a_film_of_jpegs_and_an_image_file_are_no_covers() -> None:
    moving = film(CodecName="mjpeg")
    assert [stream["codec"] for stream in summary_of(asset(basic=SIZED, videos=[moving]))["video"]] == ["mjpeg"]
    image = summary_of(asset(basic={"Width": "300", "Height": "300"}, audio=[], videos=[COVER]))
    assert (image["resolution"], image["video"][0]["codec"], "cover_art" in image) == ("300x300", "mjpeg", False)
    assert not {"audio", "subtitles"} & image.keys()


@pytest.mark.parametrize(
    ("changes", "basic", "told"),
    [
        ({"PixFmt": "yuv420p10le"}, {}, {"bit_depth": 10}),
        ({"PixFmt": "p010le"}, {}, {"bit_depth": 10}),
        ({"PixFmt": "yuv422p12be"}, {}, {"bit_depth": 12}),
        ({"PixFmt": "gray16le"}, {}, {"bit_depth": 16}),
        ({"BitDepth": 10}, {}, {"bit_depth": 10}),
        ({"PixFmt": "yuvj420p"}, {}, {}),
        ({"HDRType": "HDR10"}, {}, {"hdr": "HDR10"}),
        ({}, {"HDRType": "HLG"}, {"hdr": "HLG"}),
        ({"HDRType": "SDR"}, {}, {}),
        ({"ColorTransfer": "smpte2084"}, {}, {"hdr": "HDR10"}),
        ({"color_transfer": "arib-std-b67", "PixFmt": "yuv420p10le"}, {}, {"bit_depth": 10, "hdr": "HLG"}),
        ({"ColorTransfer": "bt709"}, {}, {}),
        ({"CodecTagString": "dvh1"}, {}, {"hdr": "DolbyVision"}),
    ],
)
def test_depth_and_hdr_are_told_where_the_response_has_them(changes: Json, basic: Json, told: Json) -> None:
    data = asset(basic={**SIZED, **basic}, videos=[film(**changes)])
    (stream,) = summary_of(data)["video"]
    assert {name: value for name, value in stream.items() if name in ("bit_depth", "hdr")} == told
    assert details_of(data)["video"][0].get("hdr") == told.get("hdr")


def test_no_sound_and_no_subtitles_are_told_from_nothing_known_of_them() -> None:
    data = asset(basic=SIZED, audio=[], videos=[film()])
    entry = summary_of(data)
    assert (entry["audio"], entry["subtitles"]) == ([], [])
    assert (details_of(data)["audio"], details_of(data)["subtitles"]) == ([], [])
    info = data["MediaInfo"]["FileInfoList"][0]
    del info["AudioStreamInfoList"], info["SubtitleStreamInfoList"]
    assert (summary_of(data)["audio"], summary_of(data)["subtitles"]) == ("unknown", "unknown")
    assert not {"audio", "subtitles"} & details_of(data).keys()


def test_a_file_nobody_has_looked_into_yet_says_nothing_of_its_streams() -> None:
    entry = summary_of(asset(basic={"Width": "", "Height": ""}, audio=[], videos=[]))
    assert not {"video", "audio", "subtitles"} & entry.keys()


def test_many_files_say_the_same_in_a_table() -> None:
    data = asset(basic=SIZED)
    files = [
        {
            **asset(basic={**SIZED, "FileName": f"{number}.mp4"}, videos=[film(Rotate=rotate)])["MediaInfo"][
                "FileInfoList"
            ][0],
        }
        for number, rotate in enumerate(("90", "0", "90", "0"))
    ]
    data["MediaInfo"]["FileInfoList"] = files
    (table,) = media_info_view(data, call=CALL)["file_tables"]
    assert table["columns"] == ["name", "resolution", "rotation_degrees"]
    assert table["rows"][:2] == [["0.mp4", "180x320", 90], ["1.mp4", "320x180", None]]
    assert table["in_every_row"]["subtitles"] == []
