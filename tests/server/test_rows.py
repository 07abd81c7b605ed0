"""What a reader gets of a list and of a job: few bytes, typed, complete on request, whichever operation answers."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ims_mcp.catalogue import Effect, Operation, get_operation, operations
from ims_mcp.settings import Settings
from ims_mcp.summaries.bounds import compact, size_bytes
from ims_mcp.summaries.rows import find_list
from ims_mcp.summaries.shaping import MAX_BYTES, present
from ims_mcp.summaries.short_form import has_short_form, say_once, shorten_answer
from ims_mcp.workflows.behaviours import find_behaviour
from ims_mcp.workflows.waiting import collect_ids, make_poll_arguments
from tests.all_operations.jobs import asynchronous, brought, looked, poll_of
from tests.bodies.by_table import make_body
from tests.client.scripted_service import Answer, ScriptedService
from tests.server.connected import connected, content_of, text_of
from tests.summaries.hostile import anything, objects
from tests.summaries.picking import select

Json = dict[str, Any]

SIGNED = "http://b.oss/p.jpg?Expires=1&OSSAccessKeyId=i&Signature=SECRETSIGNATURE"
PLAYED_MS = 1_772_611_200_000
"""2026-03-04T08:00:00Z."""
CHINA_TIME = "2026-03-04T16:00:00+08:00"
KINDS = ("video", "video", "video", "audio", "image")
SHORTENED = [each for each in operations() if has_short_form(each)]
LISTS = [each for each in SHORTENED if find_list(each)]
JOBS = [each for each in SHORTENED if not find_list(each)]
ANSWERS: dict[str, Json] = json.loads(files("ims_mcp.catalogue").joinpath("answers.json").read_text(encoding="utf-8"))
STARTERS = [
    each
    for each in asynchronous()
    if (poll := each.poll) and poll.result and not poll.result.operation and get_operation(poll.operation) in JOBS
]


def asset(number: int) -> Json:
    """One as the service lists it: 1.7 KB, most of it addresses of pictures."""
    kind = KINDS[number % 5]
    pictures = json.dumps([SIGNED] * 6)
    facts: Json = {
        "FileName": f"{number}.mp4",
        "FileSize": str(1_000_000 + number * 7919),
        "FileUrl": f"{SIGNED}{number}",
    }
    if kind != "image":
        facts |= {"Duration": f"{60 + number * 3.25:.6f}", "Bitrate": "900.5"}
    if kind != "audio":
        facts |= {"Width": str(1280 + number), "Height": "720"}
    basic = {
        "MediaId": f"{number:032x}",
        "Title": f"Harbour at sunrise, take {number}",
        "MediaType": kind,
        "Status": "Normal",
        "CreateTime": f"2026-01-31T08:00:{number:02}Z",
        "CoverURL": SIGNED,
        "Snapshots": pictures,
        "SpriteImages": pictures,
        "UserData": json.dumps({"desk": "news"}),
        "Description": "",
    }
    return {"MediaId": basic["MediaId"], "MediaBasicInfo": basic, "FileInfoList": [{"FileBasicInfo": facts}]}


def assets(count: int) -> Json:
    listed = [asset(number) for number in range(count)]
    return {"RequestId": "r", "TotalCount": 120, "MaxResults": count, "NextToken": "more", "MediaInfos": listed}


async def answered(body: Json, tool: str, arguments: Json) -> Any:
    with ScriptedService(usual=Answer(body=body)) as service:
        async with connected(service.url) as client:
            return await client.call_tool(tool, arguments)


@pytest.mark.anyio
async def test_fifty_assets_fit_into_ten_kilobytes_with_what_people_ask_for() -> None:
    result = await answered(assets(50), "list_media_basic_infos", {"MaxResults": 50})
    content = content_of(result)
    assert len(text_of(result).encode()) <= 10 * 1024
    assert list(content) == ["next_call", "total", "in_every_row", "rows", "left_out"]
    assert (content["total"], content["in_every_row"], len(content["rows"])) == (120, {"status": "Normal"}, 50)
    assert content["rows"][1] == {
        "MediaId": f"{1:032x}",
        "title": "Harbour at sunrise, take 1",
        "type": "video",
        "duration_seconds": 63.25,
        "size_bytes": 1_007_919,
        "resolution": "1281x720",
        "created": "2026-01-31T08:00:01Z",
    }
    assert {"Snapshots", "SpriteImages", "CoverURL", "UserData"} <= set(content["left_out"]["fields"])


@pytest.mark.anyio
async def test_one_asset_shows_more_than_fifty_but_no_pictures() -> None:
    content = content_of(await answered({"MediaInfos": [asset(1)]}, "batch_get_media_infos", {"MediaIds": "m"}))
    (row,) = content["rows"]
    assert (row["title"], row["status"], row["UserData"]) == ("Harbour at sunrise, take 1", "Normal", {"desk": "news"})
    assert not {"CoverURL", "Snapshots", "SpriteImages"} & row.keys()


@pytest.mark.anyio
async def test_what_a_list_leaves_out_comes_by_its_name_and_all_of_it_by_one_word() -> None:
    names = ["UserData", "FileInfoList[].FileBasicInfo.FileName", "title", "Nothing"]
    named = content_of(await answered(assets(3), "list_media_basic_infos", {"show_fields": names}))
    assert named["rows"][2] == {
        "MediaId": f"{2:032x}",
        "UserData": {"desk": "news"},
        "FileInfoList[].FileBasicInfo.FileName": "2.mp4",
        "title": "Harbour at sunrise, take 2",
    }
    assert named["note"] == "not in this answer: Nothing; show_fields: all shows what is"
    assert named["next_call"]["arguments"]["show_fields"] == ",".join(names)
    whole = content_of(await answered(assets(3), "list_media_basic_infos", {"show_fields": "all"}))
    assert whole["MediaInfos"] == present(assets(3))["MediaInfos"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("tool", "body", "asked", "row"),
    [
        (
            "ListMediaBasicInfos",
            assets(3),
            "CoverURL",
            {"MediaId": f"{0:032x}", "title": asset(0)["MediaBasicInfo"]["Title"]},
        ),
        ("ListMediaBasicInfos", assets(3), "Title", {"MediaId": f"{0:032x}"}),
        (
            "ListSnapshotJobs",
            {"Jobs": [{"JobId": f"j{each}", "Name": "stills", "PipelineId": "p"} for each in range(3)]},
            "PipelineId",
            {"JobId": "j0", "Name": "stills"},
        ),
        (
            "ListSchedules",
            {"Programs": [{"ApproximateStartTime": str(PLAYED_MS), "ProgramName": "news", "SourceName": "tea"}] * 3},
            "SourceName",
            {"start": "2026-03-04T08:00:00Z", "ProgramName": "news"},
        ),
        ("ListChannels", {"ChannelList": [{"ChannelName": "c", "Arn": "a"}] * 3}, "Arn", {"ChannelName": "c"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_fields_that_are_asked_for_stand_behind_what_tells_the_rows_apart(
    tool: str, body: Json, asked: str, row: Json
) -> None:
    arguments = {**get_operation(tool).example, "show_fields": asked}
    shown = content_of(await answered(body, "call_read_operation", {"operation": tool, "arguments": arguments}))
    first = {**shown.get("in_every_row", {}), **shown["rows"][0]}
    assert first.pop(asked)
    assert first == row
    assert next(iter(shown["rows"][0])) == next(iter(row))


@pytest.mark.anyio
async def test_a_row_says_what_its_numbers_mean_and_nothing_of_one_that_is_not_documented() -> None:
    jobs: Json = {"JobList": [{"JobId": f"j{each}", "Status": each} for each in (0, 1, 2, 7)]}
    call: Json = {"operation": "ListLiveTranscodeJobs", "arguments": {}}
    shown = content_of(await answered(jobs, "call_read_operation", call))
    assert [row["Status"] for row in shown["rows"]] == [0, 1, 2, 7]
    assert [row.get("Status_means") for row in shown["rows"]] == ["not started", "running", "stopped", None]
    call["arguments"] = {"query": "rows[?Status_means=='running'].JobId"}
    assert content_of(await answered(jobs, "call_read_operation", call))["result"] == ["j1"]
    same: Json = {"JobList": [{"JobId": f"j{each}", "Status": 1} for each in range(4)]}
    call["arguments"] = {}
    shown = content_of(await answered(same, "call_read_operation", call))
    assert shown["in_every_row"] == {"Status": 1, "Status_means": "running"}


@pytest.mark.anyio
async def test_lists_in_the_elements_of_a_list_are_one_list_with_what_the_elements_say() -> None:
    groups = [
        {"Type": "Sweet", "VoiceList": [{"Voice": "zhitian", "Name": "Tian"}, {"Voice": "zhiqi", "Name": "Qi"}]},
        {"Type": "News", "VoiceList": [{"Voice": "zhida", "Name": "Da"}]},
        {"Type": "None yet"},
    ]
    call: Json = {"operation": "ListSmartVoiceGroups", "arguments": {}}
    shown = content_of(await answered({"VoiceGroups": groups}, "call_read_operation", call))
    assert shown["rows"] == [
        {"Voice": "zhitian", "Name": "Tian", "group": "Sweet"},
        {"Voice": "zhiqi", "Name": "Qi", "group": "Sweet"},
        {"Voice": "zhida", "Name": "Da", "group": "News"},
    ]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("operation", "body", "row"),
    [
        (
            "DescribePlayList",
            {"PlayList": [{"VideoId": "1772611200", "PlayTs": str(PLAYED_MS), "PlayDuration": str(PLAYED_MS)}]},
            {"VideoId": "1772611200", "played_at": "2026-03-04T08:00:00Z", "played_ms": str(PLAYED_MS)},
        ),
        (
            "ListSchedules",
            {"Programs": [{"ApproximateStartTime": str(PLAYED_MS + 250), "ApproximateDurationSeconds": 1_772_611_200}]},
            {"start": "2026-03-04T08:00:00.250Z", "duration_seconds": 1_772_611_200},
        ),
        (
            "QueryCopyrightJobList",
            {"Data": [{"JobId": "1772611200", "UserId": 1_772_611_200, "GmtCreate": 1_772_611_200, "GmtModified": 0}]},
            {"JobId": "1772611200", "created": "2026-03-04T08:00:00Z", "GmtModified": 0, "UserId": 1_772_611_200},
        ),
        (
            "ListAIAgentDialogues",
            {"Dialogues": [{"DialogueId": "d", "Time": PLAYED_MS, "Extend": {"SaidTime": PLAYED_MS}, "Text": "1"}]},
            {"DialogueId": "d", "Time": "2026-03-04T08:00:00Z", "Text": "1", "Extend": {"SaidTime": PLAYED_MS}},
        ),
        (
            "ListLiveSnapshotFiles",
            {"FileList": [{"OssObject": "a.jpg", "CreateTime": "2026-03-04T08:00:00Z", "CreateTimestamp": PLAYED_MS}]},
            {"object": "a.jpg", "taken": "2026-03-04T08:00:00Z", "CreateTimestamp": PLAYED_MS},
        ),
        (
            "ListSmartJobs",
            {"SmartJobList": [{"JobId": "j", "CreateTime": "2026-03-04T16:00:00.250+08:00", "Title": CHINA_TIME}]},
            {"JobId": "j", "created": "2026-03-04T08:00:00.250Z", "title": CHINA_TIME},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_row_writes_out_its_times_and_leaves_spans_ids_and_what_a_caller_has_put_in(
    operation: str, body: Json, row: Json
) -> None:
    call = {"operation": operation, "arguments": get_operation(operation).example}
    assert content_of(await answered(body, "call_read_operation", call))["rows"] == [row]


@pytest.mark.anyio
async def test_a_time_is_written_out_for_a_query_and_by_its_name_and_comes_as_it_is_in_the_whole_answer() -> None:
    body: Json = {"PlayList": [{"VideoId": f"v{each}", "PlayTs": str(PLAYED_MS)} for each in range(2)]}
    span = get_operation("DescribePlayList").example
    call: Json = {"operation": "DescribePlayList", "arguments": {**span, "query": "rows[0].played_at"}}
    assert content_of(await answered(body, "call_read_operation", call))["result"] == "2026-03-04T08:00:00Z"
    call["arguments"] = {**span, "show_fields": "PlayTs"}
    (row, _) = content_of(await answered(body, "call_read_operation", call))["rows"]
    assert row["PlayTs"] == "2026-03-04T08:00:00Z"
    call["arguments"] = {**span, "show_fields": "all"}
    assert content_of(await answered(body, "call_read_operation", call))["PlayList"] == body["PlayList"]


@pytest.mark.anyio
async def test_one_answer_has_its_times_in_one_form() -> None:
    body: Json = {
        "MediaBase": {"CreationTime": CHINA_TIME},
        "PlayInfoList": [{"PlayURL": "u", "CreationTime": CHINA_TIME}],
    }
    call = {"operation": "GetPlayInfo", "arguments": {"MediaId": "m"}}
    answer = content_of(await answered(body, "call_read_operation", call))
    assert answer["MediaBase"]["CreationTime"] == "2026-03-04T08:00:00Z"
    assert answer["rows"][0]["CreationTime"] == "2026-03-04T08:00:00Z"
    body["MediaBase"]["CreationTime"] = "2026-99-04T16:00:00+08:00"
    assert content_of(await answered(body, "call_read_operation", call))["MediaBase"] == body["MediaBase"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("operation", "field", "url", "is_told"),
    [
        ("ListLiveRecordFiles", "Files.RecordUrl", "http://b.oss-cn-shanghai.aliyuncs.com/a.mp4", True),
        ("ListLiveRecordFiles", "Files.RecordUrl", "oss://b/a.mp4", True),
        ("ListLiveRecordFiles", "Files.RecordUrl", "https://play.example.com/a.mp4", False),
        ("GetPlayInfo", "PlayInfoList.PlayURL", "http://b.oss-cn-shanghai.aliyuncs.com/a.mp4", False),
    ],
)
async def test_addresses_of_files_that_need_not_open_say_how_one_plays(
    operation: str, field: str, url: str, is_told: bool
) -> None:
    """An asset is played by its id; GetPlayInfo has signed addresses for whoever asks."""
    name, _, inner = field.partition(".")
    call = {"operation": operation, "arguments": {**get_operation(operation).example, "include_signed_urls": is_told}}
    answer = content_of(await answered({name: [{inner: url}]}, "call_read_operation", call))
    assert answer["rows"][0]["url"] == url
    assert ("GetPlayInfo" in answer.get("note", "")) is is_told


def test_usage_a_day_begins_with_the_day_in_beijing() -> None:
    measured = {"Data": [{"Time": 1_656_950_400, "Profile": "1080P", "Duration": 1.23}]}
    short = shorten_answer(get_operation("DescribeMeterImsEditUsage"), measured) or {}
    assert short["rows"] == [{"time": "2022-07-05T00:00:00+08:00", "profile": "1080P", "minutes": 1.23}]


def test_the_read_of_a_job_writes_out_its_times() -> None:
    job = {"JobId": "j", "Status": "Success", "SubmitTime": 1_772_611_200, "FinishTime": str(PLAYED_MS)}
    short = shorten_answer(get_operation("GetSnapshotJob"), {"SnapshotJob": job}) or {}
    assert (short["SubmitTime"], short["FinishTime"]) == ("2026-03-04T08:00:00Z", "2026-03-04T08:00:00Z")


@pytest.mark.parametrize("operation", SHORTENED, ids=[each.name for each in SHORTENED])
def test_no_documented_answer_shows_a_time_as_a_number(operation: Operation) -> None:
    short = shorten_answer(operation, present(ANSWERS.get(operation.name, {})))
    numbers = re.findall(r'"(\w*(?:[Tt]ime|Ts|Gmt|[Cc]reated)\w*)":"?(1\d{9}(?:\d{3})?)\b', compact(short))
    assert [name for name, _ in numbers if name != "CreateTimestamp"] == []


@pytest.mark.anyio
async def test_templates_are_told_apart_by_their_settings() -> None:
    config = {"Container": {"Format": "mp4"}, "Video": {"Codec": "H.264", "Width": "1280", "Bitrate": "1800"}}
    template = {"TemplateId": "t1", "TemplateName": "web 720p", "TemplateConfig": json.dumps(config)}
    templates = {"CustomTemplateList": [{**template, "TemplateId": each} for each in ("t1", "t2")], "Total": 2}
    call: Json = {"operation": "ListCustomTemplates", "arguments": {"Type": "1"}}
    shown = content_of(await answered(templates, "call_read_operation", call))
    settings = {"format": "mp4", "codec": "H.264", "width": 1280, "bitrate_kbps": 1800}
    assert shown["rows"][1] == {"TemplateId": "t2", "name": "web 720p", **settings}


@pytest.mark.anyio
async def test_a_long_text_is_cut_in_a_row_and_whole_for_a_query_and_by_name() -> None:
    said = "word " * 100
    groups: Json = {
        "LivePackageChannelGroups": [{"GroupName": f"g{each}", "Description": f"{said}{each}"} for each in range(3)]
    }
    call: Json = {"operation": "ListLivePackageChannelGroups", "arguments": {}}
    shown = content_of(await answered(groups, "call_read_operation", call))
    assert len(shown["rows"][0]["Description"]) <= 128
    assert "Description" in shown["left_out"]["fields"]
    for arguments, path in (({"query": "rows[2].Description"}, "result"), ({"show_fields": "Description"}, "rows")):
        call["arguments"] = arguments
        found = content_of(await answered(groups, "call_read_operation", call))[path]
        assert (found if path == "result" else found[2]["Description"]) == f"{said}2"


@pytest.mark.anyio
async def test_signed_addresses_are_in_rows_for_whoever_asks_for_them() -> None:
    asked = await answered(assets(3), "list_media_basic_infos", {"include_signed_urls": True})
    assert content_of(asked)["rows"][0]["FileUrl"] == f"{SIGNED}0"
    unasked = await answered(assets(3), "list_media_basic_infos", {})
    assert "SECRETSIGNATURE" not in text_of(unasked)


SIGNED_UNTIL = "http://b.oss/p.mp4?Expires=1772611200&OSSAccessKeyId=i&Signature=SECRETSIGNATURE"


@pytest.mark.anyio
@pytest.mark.parametrize("count", [1, 2, 4])
async def test_signed_addresses_say_until_when_they_work_where_they_are_shown(count: int) -> None:
    streams = [{"PlayURL": f"{SIGNED_UNTIL}{each}", "Definition": "HD", "Size": each} for each in range(1, count + 1)]
    told: Json = {"MediaBase": {"Title": "harbour"}, "PlayInfoList": streams}
    call = {"operation": "GetPlayInfo", "arguments": {"MediaId": "m", "include_signed_urls": True}}
    shown = content_of(await answered(told, "call_read_operation", call))
    for number, row in enumerate(shown["rows"], 1):
        assert {**shown.get("in_every_row", {}), **row}["url"] == f"{SIGNED_UNTIL}{number}"
        assert {**shown.get("in_every_row", {}), **row}["url_expires"] == "2026-03-04T08:00:00Z"
    call["arguments"] = {"MediaId": "m"}
    assert "expires" not in json.dumps(content_of(await answered(told, "call_read_operation", call)))


@pytest.mark.anyio
async def test_an_address_that_does_not_say_until_when_it_works_has_no_end() -> None:
    streams = {"PlayInfoList": [{"PlayURL": "https://cdn.example.com/a.mp4?auth_key=1772611200-0-0-abc"}]}
    call = {"operation": "GetPlayInfo", "arguments": {"MediaId": "m", "include_signed_urls": True}}
    (row,) = content_of(await answered(streams, "call_read_operation", call))["rows"]
    assert row == {"url": "https://cdn.example.com/a.mp4?auth_key=1772611200-0-0-abc"}


@pytest.mark.parametrize("operation", SHORTENED, ids=[each.name for each in SHORTENED])
def test_no_documented_answer_shows_null_where_the_service_has_said_something(operation: Operation) -> None:
    data = present(ANSWERS.get(operation.name, {}))
    assert "null" not in compact(shorten_answer(operation, data)), operation.name


NESTED: Json = {
    "ChannelId": "c1",
    "Name": "news",
    "OutputGroups": [{"Name": "g", "Outputs": [{"Name": "o", "Rate": {"Kind": {"Cap": {"Most": 6}}}}]}],
    "Tuned": {"A": {"B": {"C": {"D": 1}}}},
    "Points": [[1, None, 2], []],
}


@pytest.mark.anyio
async def test_objects_in_a_list_of_a_row_are_shown_and_what_lies_too_deep_is_named_and_comes_by_its_name() -> None:
    channels: Json = {"Channels": [NESTED]}
    call: Json = {"operation": "ListMediaLiveChannels", "arguments": {}}
    shown = content_of(await answered(channels, "call_read_operation", call))
    (row,) = shown["rows"]
    assert row["OutputGroups"] == [{"Name": "g", "Outputs": [{"Name": "o"}]}]
    assert row["Points"] == NESTED["Points"]
    assert "Tuned" not in row
    assert shown["left_out"]["fields"] == ["OutputGroups", "Tuned"]
    call["arguments"] = {"show_fields": "OutputGroups,Tuned"}
    (asked,) = content_of(await answered(channels, "call_read_operation", call))["rows"]
    assert (asked["OutputGroups"], asked["Tuned"]) == (NESTED["OutputGroups"], NESTED["Tuned"])


@pytest.mark.anyio
async def test_a_column_that_is_too_deep_for_a_row_is_named_and_whole_where_it_is_asked_for() -> None:
    info = {"Role": "singer", "Seen": [{"In": {"Film": {"Title": "tea", "Year": {"From": 2020}}}}]}
    listed = [{"EntityId": f"e{each}", "EntityInfo": json.dumps(info)} for each in range(2)]
    body: Json = {"Entities": {"Entity": listed}}
    call: Json = {"operation": "ListRecognitionEntities", "arguments": get_operation("ListRecognitionEntities").example}
    shown = content_of(await answered(body, "call_read_operation", call))
    assert shown["rows"][1]["info"] == {"Role": "singer"}
    assert shown["left_out"]["fields"] == ["EntityInfo"]
    for name in ("EntityInfo", "info"):
        asked = {**call, "arguments": {**call["arguments"], "show_fields": name}}
        assert content_of(await answered(body, "call_read_operation", asked))["rows"][1][name] == info


@pytest.mark.anyio
async def test_a_list_of_assets_takes_the_names_that_other_lists_show_the_same_facts_under() -> None:
    tagged = asset(1)
    tagged["MediaBasicInfo"] |= {"MediaTags": "sea,sunrise", "CateName": "Nature"}
    names = "tags,category,title,seconds,bytes,status"
    (row,) = content_of(await answered({"MediaInfos": [tagged]}, "list_media_basic_infos", {"show_fields": names}))[
        "rows"
    ]
    assert row == {
        "MediaId": f"{1:032x}",
        "tags": "sea,sunrise",
        "category": "Nature",
        "title": "Harbour at sunrise, take 1",
        "seconds": 63.25,
        "bytes": 1_007_919,
        "status": "Normal",
    }
    bare = await answered({"MediaInfos": [asset(1)]}, "list_media_basic_infos", {"show_fields": "tags"})
    assert content_of(bare)["note"].startswith("not in this answer: tags")


@pytest.mark.anyio
async def test_a_file_that_is_probed_at_once_is_told_as_the_read_of_a_probe() -> None:
    body = ANSWERS["SubmitSyncMediaInfoJob"]
    call: Json = {"operation": "SubmitSyncMediaInfoJob", "arguments": get_operation("SubmitSyncMediaInfoJob").example}
    shown = content_of(await answered(body, "call_write_operation", call))
    assert size_bytes(shown) < 1_000
    assert list(shown)[:5] == ["url", "format", "duration_seconds", "size_bytes", "bitrate_kbps"]
    assert (shown["duration_seconds"], shown["video"][0]["codec"]) == (403.04, "h264")
    call["arguments"] = {**call["arguments"], "show_fields": "all"}
    whole = content_of(await answered(body, "call_write_operation", call))
    assert whole["MediaInfoJob"]["MediaInfoProperty"] == body["MediaInfoJob"]["MediaInfoProperty"]


@pytest.mark.anyio
async def test_a_list_of_assets_asks_for_the_facts_of_their_files_unless_the_caller_says_otherwise() -> None:
    with ScriptedService(usual=Answer(body=assets(1))) as service:
        async with connected(service.url) as client:
            await client.call_tool("list_media_basic_infos", {})
            await client.call_tool("list_media_basic_infos", {"IncludeFileBasicInfo": False})
            await client.call_tool("batch_get_media_infos", {"MediaIds": "m"})
    sent = [{**request.query, **request.form} for request in service.arrived]
    assert [each["IncludeFileBasicInfo"].lower() for each in sent[:2]] == ["true", "false"]
    assert sent[2]["AdditionType"] == "FileInfo"


def test_lists_and_jobs_of_all_toolsets_are_shortened() -> None:
    assert len(LISTS) >= 85
    assert len(JOBS) >= 25
    assert {each.toolset for each in LISTS} >= {"transcoding", "editing", "packaging", "medialive", "ai_agents", "yike"}
    assert [each.name for each in SHORTENED if each.effect is not Effect.READ] == ["SubmitSyncMediaInfoJob"]


@pytest.mark.parametrize("operation", LISTS, ids=[each.name for each in LISTS])
def test_every_list_is_rows_without_what_is_empty_or_of_no_use(operation: Operation) -> None:
    data = present(make_body(operation, elements=4))
    short = shorten_answer(operation, data)
    assert short is not None
    shown = say_once(operation, short)
    # Four in each of four where the list lies in the elements of another.
    assert len(shown["rows"]) in (2, 4, 16)
    assert all(row for row in shown["rows"])
    text = compact(shown)
    assert not any(f'"{name}"' in text for name in ("RequestId", "NextToken", "PageSize"))
    assert not any(value in (None, "", [], {}) for row in short["rows"] for value in row.values())
    if "left_out" in shown:
        assert size_bytes(shown) < size_bytes(data)
        asked = shorten_answer(operation, data, shown["left_out"]["fields"])
        assert asked is not None
        assert "note" not in asked, operation.name


@pytest.mark.parametrize("operation", JOBS, ids=[each.name for each in JOBS])
def test_every_read_of_a_job_tells_its_state_and_names_what_it_leaves_out(operation: Operation) -> None:
    data = present(make_body(operation))
    short = shorten_answer(operation, data)
    assert short is not None
    assert size_bytes(short) <= size_bytes(data) + 150
    for name in short.get("left_out", {"fields": []})["fields"]:
        found = shorten_answer(operation, data, [name])
        assert found, name
        assert found.keys() == {name}, (operation.name, name)


TRANSCODED: Json = {
    "RequestId": "r",
    "TranscodeParentJob": {
        "ParentJobId": "p1",
        "Status": "Success",
        "UserData": '{"a": 1}',
        "ScheduleConfig": {"PipelineId": "q", "Priority": 5},
        "InputGroup": [{"Type": "OSS", "Media": "oss://b/in.mp4"}],
        "TranscodeJobList": [
            {
                "JobId": "j1",
                "ParentJobId": "p1",
                "Status": "TranscodeFail",
                "Code": "InvalidParameter.ResourceContentBad",
                "Message": "The resource operated InputFile is bad",
                "Output": {"Type": "OSS", "Media": "oss://b/x.mp4", "OutputUrl": "oss://b/out.mp4"},
                "InputGroup": [{"Type": "OSS", "Media": "oss://b/in.mp4"}],
                "ProcessConfig": {"Transcode": {"TemplateId": "t", "OverwriteParams": {"Video": {"Codec": "H.264"}}}},
                "OutFileMeta": {
                    "FileBasicInfo": {
                        "FileName": "out.mp4",
                        "Duration": "61.500000",
                        "FileSize": "31737",
                        "Bitrate": "888.563",
                        "Width": "848",
                        "Height": "478",
                        "MediaId": "",
                    },
                    "VideoStreamInfoList": [{"Codec_name": "h264", "Profile": "High"}],
                    "AudioStreamInfoList": [{"CodecName": "aac"}],
                },
            }
        ],
    },
}


@pytest.mark.anyio
async def test_a_transcoding_job_is_its_state_its_failure_and_its_output() -> None:
    call = {"operation": "GetTranscodeJob", "arguments": {"ParentJobId": "p1"}}
    content = content_of(await answered(TRANSCODED, "call_read_operation", call))
    left_out = content.pop("left_out")
    assert content == {
        "files": [
            {
                "url": "oss://b/out.mp4",
                "state": "TranscodeFail",
                "problem": "The resource operated InputFile is bad (InvalidParameter.ResourceContentBad)",
                "name": "out.mp4",
                "duration_seconds": 61.5,
                "size_bytes": 31737,
                "bitrate_kbps": 888.563,
                "resolution": "848x478",
                "video_codec": "h264",
                "audio_codec": "aac",
                "JobId": "j1",
            }
        ],
        "Status": "Success",
        "ParentJobId": "p1",
        "InputGroup": ["oss://b/in.mp4"],
    }
    assert next(iter(content)) == "files"
    assert list(content["files"][0])[:2] == ["url", "state"]
    assert {"UserData", "ProcessConfig", "ScheduleConfig"} <= set(left_out["fields"])
    call["arguments"] = {"ParentJobId": "p1", "show_fields": "ProcessConfig"}
    asked = content_of(await answered(TRANSCODED, "call_read_operation", call))
    assert asked == {"ProcessConfig": TRANSCODED["TranscodeParentJob"]["TranscodeJobList"][0]["ProcessConfig"]}


@pytest.mark.anyio
async def test_a_moderation_begins_with_its_verdict_and_keeps_only_the_moments_that_did_not_pass() -> None:
    moments = [
        {
            "Timestamp": f"00:00:{second:02}",
            "Object": f"snapshots/{second}.jpg",
            "CensorResults": {"CensorResult": [{"Suggestion": "pass" if second else "block", "Label": "terrorism"}]},
        }
        for second in range(30)
    ]
    detail = {
        "JobId": "j",
        "State": "Success",
        "Suggestion": "block",
        "VensorCensorResult": {"VideoTimelines": {"VideoTimeline": moments}},
    }
    call = {"operation": "QueryMediaCensorJobDetail", "arguments": {"JobId": "j"}}
    content = content_of(await answered({"MediaCensorJobDetail": detail}, "call_read_operation", call))
    assert list(content)[:3] == ["verdict", "moments", "State"]
    found = {"Suggestion": "block", "Label": "terrorism"}
    assert content["moments"] == [{"at": "00:00:00", "found": [found], "picture": "snapshots/0.jpg"}]
    assert content["left_out"]["fields"] == ["VideoTimeline"]
    assert content["left_out"]["about_bytes"] > 2000
    assert size_bytes(content) < 600


def test_what_a_submission_names_as_its_result_stands_first() -> None:
    data = {"MediaProducingJob": {"JobId": "j", "Status": "Success", "MediaURL": "http://h/o.mp4", "Duration": "30.5"}}
    short = shorten_answer(get_operation("GetMediaProducingJob"), data) or {}
    assert short == {"MediaURL": "http://h/o.mp4", "duration_seconds": 30.5, "Status": "Success", "JobId": "j"}
    assert list(short)[:2] == ["MediaURL", "duration_seconds"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [("ASR", "sentences"), ("TextGenerate", "texts"), ("TextToSpeech", "AiResult"), (None, "AiResult")],
)
def test_a_result_has_the_name_that_the_operation_which_started_the_job_gives_it(kind: str | None, name: str) -> None:
    said = [{"content": "Good morning.", "from": 0.0, "to": 0.8}]
    data = {"State": "Finished", "JobResult": {"AiResult": said}, "SmartJobInfo": {"JobType": kind}}
    short = shorten_answer(get_operation("GetSmartHandleJob"), data)
    assert short is not None
    assert next(iter(short.items())) == (name, said)
    assert "JobResult" not in short


@pytest.mark.parametrize("job", [pytest.param(job, id=job.tool_name) for job in STARTERS])
def test_a_read_repeats_no_value_of_the_result(job: Operation) -> None:
    poll = poll_of(job)
    data = looked(job, next(iter((*poll.success, *poll.running)), "mark of a result without a state"))
    marks = brought(job, data)
    shown = shorten_answer(get_operation(poll.operation), present(data))
    text = compact(shown)
    counts = {mark: len(re.findall(rf"(?<!\d){re.escape(str(mark))}(?!\d)", text)) for mark in marks.values()}
    assert counts == dict.fromkeys(counts, 1), text


def test_an_address_of_the_result_is_told_once_wherever_it_lies_but_an_input_stays() -> None:
    address = "https://example-bucket.oss-cn-shanghai.aliyuncs.com/a.gif"
    place = {"Type": "OSS", "Media": address}
    job = {"Status": "Success", "OutputUrl": address, "Output": {"Biz": "x", "OutputUrl": address}, "Input": place}
    short = shorten_answer(get_operation("GetDynamicImageJob"), {"DynamicImageJob": job})
    assert short == {"url": address, "Status": "Success", "Input": address}


def test_of_a_place_whose_address_is_the_result_nothing_is_left() -> None:
    streams = [{"Type": "rtmp", "OutputUrl": "rtmp://play.example.com/live/a"}]
    job = {"Status": 1, "JobId": "j", "OutputStream": {"StreamInfos": streams}}
    short = shorten_answer(get_operation("GetLiveTranscodeJob"), {"Job": job})
    assert short == {"addresses": ["rtmp://play.example.com/live/a"], "Status": 1, "JobId": "j"}


@pytest.mark.parametrize("operation", operations(), ids=[each.name for each in operations()])
def test_the_query_that_an_operation_shows_picks_something(operation: Operation) -> None:
    query = find_behaviour(operation).suggest_query(operation)
    if operation.name == "GetMediaInfo":
        assert query == "files[].resolution"
        return
    body = make_body(operation)
    data = present(body)
    seen = (shorten_answer(operation, data) or {}) | data
    found = select(seen, query)["result"]
    assert found not in (None, [], {}), query
    assert "hidden" not in json.dumps(found)


@pytest.mark.anyio
async def test_describe_shows_the_query_and_the_fields_that_an_operation_takes() -> None:
    with ScriptedService() as service:
        async with connected(service.url) as client:
            asked = {"operation": "ListLiveRecordFiles", "part": "parameters"}
            told = content_of(await client.call_tool("describe_operation", asked))
            listed = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert told["takes_also"]["query"].endswith(": rows[].url")
    assert "left_out" in told["takes_also"]["show_fields"]
    properties = listed["list_media_basic_infos"].input_schema["properties"]
    assert properties["query"]["description"] == "JMESPath: rows[].MediaId"
    assert properties["show_fields"]


ODD_LISTS: tuple[Any, ...] = (None, "x", 5, {}, [None], ["x", {}], [[{}]], {"a": [1]})
ODD = st.sampled_from([each.name for each in SHORTENED])


@given(ODD, st.lists(objects, max_size=5), anything, st.lists(st.text(max_size=8), max_size=3))
def test_a_hostile_list_or_job_stays_bounded_and_plain_json(
    name: str, elements: list[Json], beside: Any, fields: list[str]
) -> None:
    operation = get_operation(name)
    path = find_list(operation) or ("Job", "OutputGroup")
    inner: Json = {path[-1]: elements, "TotalCount": beside, "Status": beside}
    for part in reversed(path[:-1]):
        inner = {part: inner, "rows": beside, "left_out": beside}
    data = present(inner)
    short = shorten_answer(operation, data, fields, with_signed_urls=bool(fields))
    assert short is not None or find_list(operation)
    shown = say_once(operation, short) if short is not None else data
    assert json.loads(compact(shown)) == shown
    assert short is None or find_list(operation) is None or isinstance(shown["rows"], list)


@pytest.mark.anyio
@pytest.mark.parametrize("odd", ODD_LISTS)
async def test_what_should_be_a_list_of_things_and_is_not_comes_as_it_is(odd: Any) -> None:
    result = await answered({"MediaInfos": odd, "TotalCount": 3}, "list_media_basic_infos", {})
    content = content_of(result)
    assert content.get("rows") == ([] if odd is None else None)
    assert odd is None or content["MediaInfos"] == odd


@pytest.mark.anyio
async def test_rows_that_are_too_many_are_cut_and_say_how_to_get_the_rest() -> None:
    many = {"MediaInfos": [asset(number) for number in range(400)], "TotalCount": 400}
    content = content_of(await answered(many, "list_media_basic_infos", {"MaxResults": 100}))
    assert size_bytes(content) <= MAX_BYTES
    (cut,) = content["_omitted"]
    assert (cut["path"], cut["of"]) == ("rows", 400)
    more = content_of(await answered(many, "list_media_basic_infos", {"MaxResults": 100, **cut["how"]}))
    assert more["result"][0]["MediaId"] == f"{cut['kept']:032x}"


@pytest.mark.anyio
@pytest.mark.parametrize("operation", asynchronous(), ids=lambda operation: operation.name)
async def test_a_submission_answers_in_a_kilobyte_and_keeps_its_ids(operation: Operation) -> None:
    """What the job was asked to do is not repeated: next_call waits with the ids that it needs."""
    body = ANSWERS.get(operation.name, {})
    call = {"operation": operation.name, "arguments": operation.example}
    with ScriptedService(usual=Answer(body=body)) as service:
        async with connected(service.url, settings=Settings(allow_destructive=True)) as client:
            result = await client.call_tool(f"call_{operation.effect}_operation", call)
    told, text, poll = content_of(result), text_of(result), poll_of(operation)
    next_call = told.pop("next_call", {})
    assert (size_bytes(told) <= 1_024, size_bytes(next_call) <= 1_024) == (True, True), told
    looks = make_poll_arguments(poll, operation.example, body)
    for name, value in collect_ids(poll, looks, operation.example).items():
        assert all(each in text for each in str(value).split(",")), name
