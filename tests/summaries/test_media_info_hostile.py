"""GetMediaInfo bodies of any shape: never an error, always valid JSON of bounded size, never a secret."""

from __future__ import annotations

import json
from typing import Any, cast

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ims_mcp.summaries.ai_view import AI_SECTIONS
from ims_mcp.summaries.bounds import size_bytes
from ims_mcp.summaries.media_files import read_files
from ims_mcp.summaries.media_info import OUTPUT_SCHEMA, VIEWS, media_info_view
from ims_mcp.summaries.shaping import MAX_BYTES
from tests.bodies.media_info import CASES, body
from tests.summaries.hostile import SECRET, huge_media_bodies, media_bodies

SCHEMA = jsonschema.Draft202012Validator(OUTPUT_SCHEMA)
HUGE = huge_media_bodies()
BODIES = {case: json.loads(body(case)) for case in CASES}


def checked(data: Any, max_bytes: int = MAX_BYTES, **arguments: Any) -> dict[str, Any]:
    view = media_info_view(data, call={"MediaId": "m"}, max_bytes=max_bytes, **arguments)
    text = json.dumps(view, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    assert len(text.encode()) <= max_bytes
    SCHEMA.validate(json.loads(text))
    if not arguments.get("include_signed_urls"):
        assert SECRET not in text
    return view


@settings(max_examples=150)
@given(media_bodies, st.sampled_from(VIEWS), st.sampled_from((None, *AI_SECTIONS)), st.integers(1, 3), st.booleans())
def test_any_body_becomes_a_view(data: Any, view: Any, section: str | None, page: int, signed: bool) -> None:
    checked(data, view=view, ai_section=section, page=page, include_signed_urls=signed)


@settings(max_examples=80)
@given(media_bodies, st.sampled_from(VIEWS))
def test_any_body_fits_a_small_view(data: Any, view: Any) -> None:
    checked(data, 2500, view=view)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", HUGE)
def test_a_huge_body_becomes_a_view_of_bounded_size(name: str, view: Any) -> None:
    checked(HUGE[name], view=view)
    checked(HUGE[name], view=view, page=2, include_signed_urls=True)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("case", CASES)
def test_a_real_body_fits_a_small_view(case: str, view: Any) -> None:
    checked(BODIES[case], 2500, view=view)


@pytest.mark.parametrize("data", [{}, {"MediaInfo": None}, {"MediaInfo": []}, {"MediaInfo": "x"}, {"MediaInfo": {}}])
@pytest.mark.parametrize("view", VIEWS)
def test_a_body_without_an_asset_becomes_a_view(data: Any, view: Any) -> None:
    checked(data, view=view)


def test_too_many_files_are_counted_and_the_view_that_lists_them_is_named() -> None:
    summary = checked(HUGE["10,000 files"])
    shown = sum(len(table["rows"]) for table in summary["file_tables"])
    assert shown > 300
    assert summary["left_out"][0]["what"] == f"{10_000 - shown} of 10000 files"
    assert summary["left_out"][0]["arguments"] == {"MediaId": "m", "view": "files"}


def test_too_many_streams_are_counted() -> None:
    (entry,) = checked(HUGE["5,000 audio streams"])["files"]
    assert len(entry["audio"]) == 25
    assert entry["audio"][-1] == {"more_streams": 4976}


def test_a_long_title_is_shortened() -> None:
    title = checked(HUGE["a title of 1 MB"])["title"]
    assert title.endswith("…")
    assert 200 < len(title.encode()) <= 300


# All fields of the documentation's own example.
(DOCUMENTED_VIDEO_FIELDS,) = BODIES["page example"]["MediaInfo"]["FileInfoList"][0]["VideoStreamInfoList"]


@settings(max_examples=100)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "name": st.text("abc._- ", max_size=20),
                "kind": st.sampled_from(("source_file", "transcode_file")),
                "status": st.sampled_from(("Normal", "UploadFail")),
                "size": st.integers(0, 10**12),
                "seconds": st.floats(0, 10**5, allow_subnormal=False).map(lambda value: f"{value:.6f}"),
                "video": st.sampled_from((None, ("h264", "High", "41", "25.0"), ("hevc", "Main", "93", "23.976"))),
                "unusual": st.sampled_from(
                    (
                        *({}, {}, {"Rotate": "90"}, {"Rotate": "0.0"}, {"Sar": "64:45"}, {"Sar": "1:1"}),
                        *({"AvgFPS": "12.5"}, {"AvgFPS": ""}, {"PixFmt": "yuv420p10le"}, {"CodecTagString": "dvh1"}),
                        *({"Width": "1280"}, {"HDRType": "HLG"}, {"CodecName": "mjpeg", "AvgFPS": "", "Fps": ""}),
                    )
                ),
                "audio": st.sampled_from((None, ("aac", "2", "48000", "en"), ("mp3", "1", "8000", ""))),
                "subtitle": st.sampled_from((None, ("webvtt", "zh"))),
            }
        ),
        max_size=8,
    )
)
def test_what_a_file_lacks_is_what_it_has_no_value_for(drawn: list[dict[str, Any]]) -> None:
    def stream(cells: tuple[str, ...] | None, *names: str) -> list[dict[str, str]]:
        return [dict(zip(names, cells, strict=True))] if cells else []

    def info(entry: dict[str, Any]) -> dict[str, Any]:
        return {
            "FileBasicInfo": {
                "FileName": entry["name"],
                "FileType": entry["kind"],
                "FileStatus": entry["status"],
                "FormatName": "mp4",
                "FileSize": str(entry["size"]),
                "Duration": entry["seconds"],
                "Bitrate": "127.794",
                "FileUrl": "http://h/p",
                "Width": "1920" if entry["video"] else "",
                "Height": "1080" if entry["video"] else "",
            },
            "VideoStreamInfoList": [
                {**dict.fromkeys(DOCUMENTED_VIDEO_FIELDS, ""), "Width": "1920", "Height": "1080", **video}
                | {"AvgFPS": video["Fps"], "PixFmt": "yuv420p", "Rotate": "0", "Sar": "0:1", **entry["unusual"]}
                for video in stream(entry["video"], "CodecName", "Profile", "Level", "Fps")
            ],
            "AudioStreamInfoList": stream(entry["audio"], "CodecName", "Channels", "SampleRate", "Lang"),
            "SubtitleStreamInfoList": stream(entry["subtitle"], "CodecName", "Lang"),
        }

    def without_empty(value: Any) -> Any:
        if isinstance(value, list):
            return [without_empty(each) for each in cast("list[Any]", value)]
        if isinstance(value, dict):
            fields = cast("dict[str, Any]", value)
            return {name: without_empty(each) for name, each in fields.items() if each != ""}
        return value

    infos = [info(entry) for entry in drawn]
    documented = read_files(infos)
    assert read_files(without_empty(infos))[:3] == documented[:3]
    # What is remembered of the first reading is what a second finds.
    assert read_files(infos) == documented


@settings(max_examples=150)
@given(media_bodies)
def test_files_take_no_more_than_they_are_said_to(data: Any) -> None:
    info = data["MediaInfo"]
    check_most_bytes(info.get("FileInfoList") if isinstance(info, dict) else None)


@pytest.mark.parametrize("name", HUGE)
def test_huge_files_take_no_more_than_they_are_said_to(name: str) -> None:
    check_most_bytes(HUGE[name]["MediaInfo"].get("FileInfoList"))


def check_most_bytes(infos: Any) -> None:
    found = read_files(infos)
    assert size_bytes(found.objects) + size_bytes(found.tables) - 4 <= found.most_bytes
    # Texts as long as they may be, of characters that JSON writes as two.
    stream = dict.fromkeys(("CodecName", "Profile", "Lang", "Level", "HDRType"), '"' * 300)
    quotes = {
        "FileBasicInfo": dict.fromkeys(("FileName", "FileType", "FileStatus", "FormatName"), '"' * 300),
        **{f"{kind}StreamInfoList": [stream] for kind in ("Video", "Audio", "Subtitle")},
    }
    for count in (1, 2, 3, 30):
        found = read_files([quotes] * count)
        assert size_bytes(found.objects) + size_bytes(found.tables) - 4 <= found.most_bytes
