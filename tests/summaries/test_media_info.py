"""GetMediaInfo as a model reads it: every fact, the sizes, the pages, the way to what is left out."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import jsonschema
import pytest

from ims_mcp.summaries.ai_view import AI_SECTIONS
from ims_mcp.summaries.media_info import OUTPUT_SCHEMA, VIEWS, media_info_view
from ims_mcp.summaries.shaping import MAX_BYTES
from tests.bodies.media_info import CASES, EXPIRES, MEDIA_ID, body
from tests.summaries.picking import select

Json = dict[str, Any]
CALL = {"MediaId": MEDIA_ID}
DETAILED_CALL = {**CALL, "ReturnDetailedInfo": {"AiRoughData.StandardSmartTagJob": True}}
# What a summary may take, in bytes of the text a model reads.
CEILINGS = {
    "page example": 1_500,
    "one source, signed": 1_500,
    "21 files, signed": 4_096,
    "21 files, tags by URL": 4_096,
    "21 files, 10 min of tags": 8_192,
    "21 files, 45 min of tags": 8_192,
    "21 files, 120 min of tags": 8_192,
}


BODIES = {case: body(case) for case in CASES}


def read(case: str) -> Json:
    return json.loads(BODIES[case])


def size(view: Json) -> int:
    return len(json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode())


def listed(summary: Json) -> dict[str, Json]:
    """Every file of a summary by its name, tables unfolded, in the columns of a table."""
    found: dict[str, Json] = {}
    for table in summary.get("file_tables", ()):
        for row in table["rows"]:
            entry = {**table["in_every_row"], **dict(zip(table["columns"], row, strict=True))}
            found[entry["name"]] = entry
    for entry in summary.get("files", ()):
        flat = {name: value for name, value in entry.items() if name not in ("video", "audio", "subtitles")}
        for stream in entry.get("video", ()):
            flat |= {"video_codec" if name == "codec" else name: value for name, value in stream.items()}
        for stream in entry.get("audio", ()):
            flat |= {f"audio_{name}": value for name, value in stream.items()}
        if entry.get("subtitles") == []:
            flat["subtitles"] = []
        for stream in entry.get("subtitles", ()):
            flat |= {f"subtitle_{name}": value for name, value in stream.items()}
        found[entry["name"]] = flat
    return found


def expected(info: Json) -> Json:
    """The facts of one element of FileInfoList, typed by hand."""
    basic = info["FileBasicInfo"]
    facts: Json = {
        "name": basic["FileName"],
        "type": basic["FileType"],
        "container": basic["FormatName"],
        "size_bytes": int(basic["FileSize"]),
        "duration_seconds": float(basic["Duration"]),
        "bitrate_kbps": float(basic["Bitrate"]),
    }
    for video in info["VideoStreamInfoList"]:
        divisor = {"h264": 10, "hevc": 30}[video["CodecName"]]
        facts |= {
            "resolution": f"{basic['Width']}x{basic['Height']}",
            "video_codec": video["CodecName"],
            "profile": video["Profile"],
            "level": round(int(video["Level"]) / divisor, 1),
            "frame_rate": float(video["Fps"]),
        }
    for audio in info["AudioStreamInfoList"]:
        facts |= {
            "audio_codec": audio["CodecName"],
            "audio_channels": int(audio["Channels"]),
            "audio_sample_rate_hz": int(audio["SampleRate"]),
            "audio_language": audio["Lang"],
        }
    if info["AudioStreamInfoList"] and not info["SubtitleStreamInfoList"]:
        # Looked for, and none found.
        facts["subtitles"] = []
    for subtitle in info["SubtitleStreamInfoList"]:
        facts |= {"subtitle_codec": subtitle["CodecName"], "subtitle_language": subtitle["Lang"]}
    return facts


@pytest.mark.parametrize("case", CASES)
def test_a_summary_keeps_below_its_ceiling(case: str) -> None:
    assert size(media_info_view(read(case), call=DETAILED_CALL if "min" in case else CALL)) <= CEILINGS[case]


@pytest.mark.parametrize("case", CASES)
def test_a_summary_holds_every_fact_of_every_file(case: str) -> None:
    data = read(case)
    files = listed(media_info_view(data, call=CALL))
    infos = data["MediaInfo"]["FileInfoList"]
    assert len(files) == len(infos)
    for info in infos:
        assert files[info["FileBasicInfo"]["FileName"]] == expected(info)


@pytest.mark.parametrize("case", CASES)
def test_a_summary_holds_every_fact_of_the_asset(case: str) -> None:
    data = read(case)
    summary = media_info_view(data, call=CALL)
    basic = data["MediaInfo"]["MediaBasicInfo"]
    for name, field in (
        ("media_id", "MediaId"),
        ("title", "Title"),
        ("description", "Description"),
        ("status", "Status"),
        ("media_type", "MediaType"),
        ("business_type", "BusinessType"),
        ("source", "Source"),
        ("reference_id", "ReferenceId"),
        ("created", "CreateTime"),
        ("modified", "ModifiedTime"),
        ("deleted", "DeletedTime"),
        ("input_url", "InputURL"),
    ):
        assert summary.get(name) == basic.get(field)
    assert summary["tags"] == basic["MediaTags"].split(",")
    assert summary["category"]["id"] == basic["CateId"]
    assert summary["category"]["name"] == basic["CateName"]
    assert summary["cover_url"] == basic["CoverURL"].partition("?")[0]
    assert summary["snapshot_count"] == 3
    assert summary["user_data"] in (basic["UserData"], {"campaign": "spring-2026", "editor": {"id": "e-1187"}})


def test_the_page_example_reads_as_it_should() -> None:
    summary = media_info_view(read("page example"), call={"MediaId": "****20b48fb04483915d4f2cd8ac****"})
    assert summary["category"] == {"id": 3048, "name": "cateName", "custom": "Category"}
    assert summary["sprite_image_count"] == 1
    assert summary["files"] == [
        {
            "name": "example.mp4",
            "type": "source_file",
            "container": "mov,mp4,m4a,3gp,3g2,mj2",
            "size_bytes": 30611502,
            "duration_seconds": 216.206667,
            "bitrate_kbps": 1132.68,
            "resolution": "960x540",
            "video": [{"codec": "h264", "profile": "High", "level": 3.0, "frame_rate": 24.0}],
            "audio": [{"codec": "aac", "channels": 2, "sample_rate_hz": 44100, "language": "und"}],
            "subtitles": [{"codec": "srt", "language": "und"}],
        }
    ]
    assert summary["ai"] == {"status": "Analyzing", "category": "Life"}
    assert [entry["arguments"]["view"] for entry in summary["left_out"]] == ["files", "ai", "full"]


@pytest.mark.parametrize("case", ["21 files, 10 min of tags", "21 files, 45 min of tags", "21 files, 120 min of tags"])
def test_a_summary_holds_the_gist_of_the_analysis(case: str) -> None:
    data = read(case)
    ai = media_info_view(data, call=DETAILED_CALL)["ai"]
    results = data["MediaInfo"]["AiRoughData"]["StandardSmartTagJob"]["Results"]
    parts = {result["Type"]: json.loads(result["Data"]) for result in results}
    assert ai["status"] == "AnalyzeSuccess"
    assert ai["category"] == "生活"
    assert ai["classification"] == "旅游 / 城市"
    chapters = parts["NLP"]["autoChapters"]
    assert ai["chapters"]["count"] == len(chapters) == len(ai["chapters"]["rows"])
    for chapter, (start, end, title) in zip(chapters, ai["chapters"]["rows"], strict=True):
        assert (start, end) == (round(chapter["start"] / 1000), round(chapter["end"] / 1000))
        assert chapter["headline"].startswith(title.removesuffix("…"))
    for section, field, name in (("people", "persons", "name"), ("labels", "tags", "subTagName")):
        found = {entry[name]: entry for entry in parts["VideoLabel"][field]}
        assert ai[section]["count"] == len(found)
        assert len(ai[section]["rows"]) >= 3
        for shown, _, appearances, seconds, spans in ai[section]["rows"]:
            occurrences = found[shown]["occurrences"]
            assert appearances == len(occurrences)
            assert 0 < seconds <= sum(entry["to"] - entry["from"] for entry in occurrences) + len(occurrences)
            assert spans[0][0] == round(min(entry["from"] for entry in occurrences), 1)
    assert ai["transcript"]["lines"] == len(parts["ASR"]["details"])
    assert ai["transcript"]["excerpt"].startswith(parts["ASR"]["details"][0]["content"])
    assert ai["on_screen_text"]["texts"] == sum(len(frame["info"]) for frame in parts["OCR"]["details"])
    assert ai["on_screen_text"]["excerpt"].startswith(parts["OCR"]["details"][0]["info"][0]["content"])
    summary = parts["NLP"]["summarization"]["paragraphSummary"]
    assert summary.startswith(ai["summary"].removesuffix("…"))
    assert len(ai["summary"]) > 40


@pytest.mark.parametrize("case", CASES)
def test_what_is_left_out_comes_back_with_the_arguments_given(case: str) -> None:
    data = read(case)
    call = {**DETAILED_CALL, "OutputType": "cdn", "view": "summary", "query": None}
    for entry in media_info_view(data, call=call)["left_out"]:
        arguments = dict(entry["arguments"])
        assert arguments.pop("MediaId") == MEDIA_ID
        assert arguments.pop("OutputType") == "cdn"
        assert arguments.pop("ReturnDetailedInfo") == DETAILED_CALL["ReturnDetailedInfo"]
        view = media_info_view(data, call=entry["arguments"], **arguments)
        assert view.keys() & {"file_count", "ai", "RequestId"}
        assert entry.get("about_bytes", 1) > 0


def test_an_address_in_the_call_becomes_the_shorter_media_id() -> None:
    (first, *_) = media_info_view(read("page example"), call={"InputURL": "https://h/" + "x" * 900})["left_out"]
    assert first["arguments"] == {"MediaId": "****20b48fb04483915d4f2cd8ac****", "view": "files"}


def test_results_returned_by_url_say_how_to_get_them_in_the_response() -> None:
    summary = media_info_view(read("21 files, tags by URL"), call=CALL)
    assert DETAILED_CALL | {"view": "ai"} in [entry["arguments"] for entry in summary["left_out"]]


def pages(data: Json, **arguments: Any) -> list[Json]:
    first = media_info_view(data, call=CALL, **arguments)
    rest = [media_info_view(data, call=CALL, page=page, **arguments) for page in range(2, first["pages"] + 1)]
    return [first, *rest]


@pytest.mark.parametrize("signed", [False, True])
def test_the_files_view_pages_through_every_file_once(signed: bool) -> None:
    data = read("21 files, signed")
    found = pages(data, view="files", include_signed_urls=signed)
    names = [entry["name"] for page in found for entry in page["files"]]
    assert names == [info["FileBasicInfo"]["FileName"] for info in data["MediaInfo"]["FileInfoList"]]
    assert all(size(page) <= MAX_BYTES for page in found)
    for page in found[:-1]:
        assert page["left_out"][0]["arguments"] == {**CALL, "view": "files", "page": page["page"] + 1}


def test_many_files_are_paged_whole() -> None:
    info = read("21 files, signed")["MediaInfo"]["FileInfoList"][1]
    infos = [{**info, "FileBasicInfo": {**info["FileBasicInfo"], "FileName": f"{index}.mp4"}} for index in range(120)]
    found = pages({"MediaInfo": {"FileInfoList": infos}}, view="files")
    assert [entry["name"] for page in found for entry in page["files"]] == [f"{index}.mp4" for index in range(120)]
    assert len(found) > 4
    assert not any("_omitted" in page for page in found)


def test_the_files_view_holds_every_field() -> None:
    (page,) = pages(read("page example"), view="files")
    (entry,) = page["files"]
    (video,) = entry["video"]
    (audio,) = entry["audio"]
    assert entry["url"] == "http://example-bucket.oss-cn-shanghai.aliyuncs.com/example.mp4"
    assert (entry["region"], entry["width"], entry["height"]) == ("cn-shanghai", 960, 540)
    assert len(video) == 23
    assert (video["start_seconds"], video["frame_count"], video["pixel_format"]) == (0.081706, 5184, "yuv420p")
    assert (audio["sample_format"], audio["channel_layout"], audio["bitrate_kbps"]) == ("fltp", "stereo", 127.794)


@pytest.mark.parametrize("section", [None, *AI_SECTIONS])
def test_the_ai_view_pages_through_every_row_once(section: str | None) -> None:
    data = read("21 files, 45 min of tags")
    found = pages(data, view="ai", ai_section=section)
    assert all(size(page) <= MAX_BYTES for page in found)
    rows = {name: [row for page in found for row in page["ai"].get(name, {"rows": []})["rows"]] for name in AI_SECTIONS}
    results = {
        result["Type"]: json.loads(result["Data"])
        for result in data["MediaInfo"]["AiRoughData"]["StandardSmartTagJob"]["Results"]
    }
    if section in (None, "transcript"):
        assert [row[2] for row in rows["transcript"]] == [line["content"] for line in results["ASR"]["details"]]
    if section in (None, "on_screen_text"):
        texts = {entry["content"] for frame in results["OCR"]["details"] for entry in frame["info"]}
        assert {row[2] for row in rows["on_screen_text"]} == texts
    if section in (None, "chapters"):
        assert [row[3] for row in rows["chapters"]] == [entry["summary"] for entry in results["NLP"]["autoChapters"]]
    if section in (None, "questions"):
        assert len(rows["questions"]) == len(results["NLP"]["summarization"]["questionsAnsweringSummary"])
    if section in (None, "labels"):
        assert {row[0] for row in rows["labels"]} == {tag["subTagName"] for tag in results["VideoLabel"]["tags"]}
    if section is not None:
        assert all(not rows[name] for name in AI_SECTIONS if name != section)


def test_a_page_beyond_the_last_says_so() -> None:
    view = media_info_view(read("21 files, signed"), call=CALL, view="files", page=99)
    assert (view["files"], view["page"], view["pages"]) == ([], 99, 1)
    assert view["left_out"][0]["arguments"] == {**CALL, "view": "files", "page": 1}


def test_an_unreadable_result_is_reachable_by_the_query_it_names() -> None:
    data = read("page example")
    rows = media_info_view(data, call=CALL, view="ai")["ai"]["other"]["rows"]
    assert rows == [["NLP", "MediaInfo.AiRoughData.StandardSmartTagJob.Results[0].Data", 23]]
    assert select(data, rows[0][1]) == {"result": '{"autoChapters": [...]}'}


def test_streams_beyond_those_listed_are_reachable_by_the_query_given() -> None:
    streams = [{"CodecName": "aac", "Lang": f"l{index}"} for index in range(30)]
    data: Json = {"MediaInfo": {"FileInfoList": [{"FileBasicInfo": {"FileName": "a"}, "AudioStreamInfoList": streams}]}}
    view = media_info_view(data, call=CALL, view="files")
    assert view["files"][0]["more_streams"] == {"audio": 18}
    query = view["left_out"][0]["arguments"]["query"]
    assert [stream["Lang"] for stream in select(data, query)["result"]] == [f"l{index}" for index in range(12, 24)]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("case", CASES)
def test_no_view_shows_a_signature_unless_asked_for(case: str, view: Any) -> None:
    assert "SECRET" not in json.dumps(media_info_view(read(case), view=view, call=CALL))


def test_signed_urls_come_back_with_their_expiry() -> None:
    data = read("one source, signed")
    basic, file_info = data["MediaInfo"]["MediaBasicInfo"], data["MediaInfo"]["FileInfoList"][0]["FileBasicInfo"]
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(EXPIRES))
    summary = media_info_view(data, call=CALL, include_signed_urls=True)
    assert (summary["cover_url"], summary["cover_url_expires"]) == (basic["CoverURL"], until)
    assert (summary["files"][0]["url"], summary["files"][0]["url_expires"]) == (file_info["FileUrl"], until)
    page = media_info_view(data, call=CALL, view="files", include_signed_urls=True)
    assert (page["files"][0]["url"], page["files"][0]["url_expires"]) == (file_info["FileUrl"], until)
    full = media_info_view(data, call=CALL, view="full", include_signed_urls=True)
    assert full["MediaInfo"]["FileInfoList"][0]["FileBasicInfo"]["FileUrl"] == file_info["FileUrl"]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("case", CASES)
def test_every_view_is_what_the_output_schema_says(case: str, view: Any) -> None:
    result = media_info_view(read(case), view=view, call=CALL)
    jsonschema.validate(result, OUTPUT_SCHEMA)
    assert size(result) <= MAX_BYTES


def test_the_output_schema_is_lean() -> None:
    text = json.dumps(OUTPUT_SCHEMA, separators=(",", ":"))
    assert len(text) <= 900
    assert OUTPUT_SCHEMA["type"] == "object"
    assert not any(word in text for word in ("$ref", "anyOf", "oneOf", '"null"', '"title":{"title"'))


def test_files_folded_into_a_table_keep_what_sets_them_apart() -> None:
    def info(name: str, **basic: Any) -> Json:
        audio = [{"CodecName": "aac", "Channels": "2", "SampleRate": "48000", "Lang": lang} for lang in ("en", "fr")]
        facts = {"FileName": name, "FileType": "transcode_file", "FileStatus": "Normal", "FormatName": "mp4", **basic}
        return {"FileBasicInfo": facts, "AudioStreamInfoList": audio}

    data: Json = {
        "MediaInfo": {
            "FileInfoList": [
                info("a", FileSize="1"),
                info("b"),
                info("c", Duration="N/A", FileSize="3"),
                info("d", FileStatus="UploadFail"),
            ]
        }
    }
    summary = media_info_view(data, call=CALL)
    audio = [{"codec": "aac", "channels": 2, "sample_rate_hz": 48000, "language": lang} for lang in ("en", "fr")]
    assert summary["file_tables"] == [
        {
            "columns": ["name", "size_bytes"],
            "rows": [["a", 1], ["b", None], ["c", 3]],
            "in_every_row": {"type": "transcode_file", "container": "mp4", "audio": audio, "subtitles": "unknown"},
        }
    ]
    assert summary["files"] == [
        {
            "name": "d",
            "type": "transcode_file",
            "status": "UploadFail",
            "container": "mp4",
            "audio": audio,
            "subtitles": "unknown",
        }
    ]


def test_why_an_asset_or_a_file_cannot_be_used_is_said_where_the_response_says_it() -> None:
    basic = {"FileName": "b.mp4", "FileStatus": "UploadFail", "FailReason": "no moov atom"}
    files = [{"FileBasicInfo": {"FileName": "a.mp4", "FileStatus": "Normal"}}, {"FileBasicInfo": basic}]
    info = {"MediaBasicInfo": {"Status": "PrepareFail", "PrepareFailReason": "not media"}, "FileInfoList": files}
    summary = media_info_view({"MediaInfo": info}, call=CALL)
    assert (summary["status"], summary["failure_reason"]) == ("PrepareFail", "not media")
    assert summary["files"][1] == {"name": "b.mp4", "status": "UploadFail"}
    assert summary["file_failures"] == [{"name": "b.mp4", "reason": "no moov atom"}]


def count_calls(work: Callable[[], object]) -> int:
    """How many functions it calls, those of C included."""
    calls = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls


def test_the_work_for_a_summary_grows_no_faster_than_what_it_is_made_of() -> None:
    # How long it takes beside parsing is measured by `make bench`.
    files = read("21 files, signed")
    many_files: Json = {"MediaInfo": {**files["MediaInfo"], "FileInfoList": files["MediaInfo"]["FileInfoList"] * 12}}
    minutes = [read(f"21 files, {number} min of tags") for number in (10, 120)]
    for small, large in ((files, many_files), minutes):
        little, much = (count_calls(partial(media_info_view, data, call=CALL)) for data in (small, large))
        assert 100 < little < much < 1.5 * 12 * little
