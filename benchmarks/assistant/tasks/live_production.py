"""Tasks about live streams that are transcoded and pictured."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from benchmarks.assistant.desk import Desk
from benchmarks.assistant.evidence import Fact, expect, expect_told
from benchmarks.assistant.script import Body, by_id
from benchmarks.assistant.steps import WAIT, call_found, do, index, tell, tell_outcome
from benchmarks.assistant.task import End, Problems, Start, Task

JOB = "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"
OTHER = "7d2e4f6a8b0c1d3e5f7a9b1c3d5e7f90"
TEMPLATE = "4f2a8c0e6b1d4d3f9a7e5c3b1d0f2e48"


def matches(arguments: Mapping[str, Any], name: str, text: str) -> bool:
    """Whether a listing with the keyword in argument ``name`` shows what is called ``text``."""
    return str(arguments.get(name, "")).casefold() in text.casefold()


def _script_renditions(start: Start) -> None:
    rows = [(TEMPLATE, "stage 720p", "1280", "720"), ("b6491d5b3e514b7d895d14b5453ea119", "stage 480p", "854", "480")]
    streams = {"StreamInfos": [{"Type": "rtmp", "OutputUrl": "rtmp://play.harbour.tv/live/stage_720p"}]}
    job = {"JobId": JOB, "Name": "stage", "TemplateId": TEMPLATE, "TemplateName": "stage 720p", "OutputStream": streams}
    running = [{"Job": {**job, "Status": 1}}]

    def list_templates(arguments: Mapping[str, Any]) -> Body:
        shown = [
            {"TemplateId": key, "Name": name, "Type": "normal", "Category": "customized"}
            | {"TemplateConfig": {"VideoParams": {"Codec": "H.264", "Width": width, "Height": height}}}
            for key, name, width, height in rows
            if matches(arguments, "KeyWord", name)
        ]
        return {"TemplateContentList": shown, "TotalCount": len(shown)}

    start.script.answer("ListLiveTranscodeTemplates", list_templates)
    start.script.run_job("SubmitLiveTranscodeJob", {"JobId": JOB}, "GetLiveTranscodeJob", running)
    start.facts["template"] = TEMPLATE


async def _start_rendition(desk: Desk, facts: Mapping[str, Any]) -> str:
    listed = await call_found(desk, "list live transcoding templates", "ListLiveTranscodeTemplates")
    template = index(listed, "Name", "TemplateId")["stage 720p"]
    answer = await call_found(
        desk,
        "transcode a live stream with our template",
        "SubmitLiveTranscodeJob",
        Name="stage 720p",
        StreamInput={"Type": "rtmp", "InputUrl": "rtmp://push.harbour.tv/live/stage"},
        TemplateId=template,
        StartMode=0,
        TranscodeOutput={"Type": "LiveCenter", "DomainName": "play.harbour.tv"},
        **WAIT,
    )
    return tell_outcome(answer, "OutputUrl", "addresses", opening="It runs; play it at")


def _script_transcode_jobs(start: Start) -> None:
    rows = [(JOB, "主舞台", 1), (OTHER, "侧台", 1), ("5f0c2a7e9b1d4e3f8a6c0b2d4e6f8a10", "彩排", 2)]

    def list_jobs(arguments: Mapping[str, Any]) -> Body:
        shown = [
            {
                "JobId": key,
                "Name": name,
                "Status": status,
                "StartMode": 0,
                "TemplateName": "720p",
                "TemplateType": "normal",
            }
            | {"CreateTime": "2026-03-05T08:00:00Z", "StreamInput": {"Type": "rtmp", "InputUrl": "rtmp://a/live/b"}}
            for key, name, status in rows
            if matches(arguments, "KeyWord", name) and str(arguments.get("Status", status)) == str(status)
        ]
        return {"JobList": shown, "TotalCount": len(shown)}

    start.script.answer("ListLiveTranscodeJobs", list_jobs)
    jobs = {key: {"Job": {"JobId": key, "Name": name, "Status": status}} for key, name, status in rows}
    start.script.answer("GetLiveTranscodeJob", by_id("JobId", jobs))
    start.script.answer("SendLiveTranscodeJobCommand", by_id("JobId", {key: {} for key in jobs}))
    start.facts["side"] = OTHER


async def _stop_side(desk: Desk, facts: Mapping[str, Any]) -> str:
    listed = await call_found(desk, "正在运行的直播转码任务", "ListLiveTranscodeJobs", Status=1)
    jobs = index(listed, "Name", "JobId")
    await call_found(desk, "停止直播转码任务", "SendLiveTranscodeJobCommand", Command="stop", JobId=jobs["侧台"])
    return "“侧台”的转码已停止。"


def _grade_running(end: End) -> Problems:
    problems = expect_told("主舞台", "侧台")(end)
    return [*problems, "a stopped one is told"] if "彩排" in end.answer else problems


def _script_pictures(start: Start) -> None:
    job = {"JobId": JOB, "JobName": "stage", "Status": "started", "TimeInterval": 10, "TemplateId": TEMPLATE}
    job |= {
        "SnapshotOutput": {"StorageType": "oss", "Bucket": "local-media", "Endpoint": "oss-cn-shanghai.aliyuncs.com"}
    }
    job |= {"OverwriteFormat": "snapshots/{JobId}.jpg", "SequenceFormat": "snapshots/{JobId}/{UnixTimestamp}.jpg"}
    start.script.run_job("SubmitLiveSnapshotJob", {"JobId": JOB}, "GetLiveSnapshotJob", [job])
    start.facts["template"] = TEMPLATE


async def _start_pictures(desk: Desk, facts: Mapping[str, Any]) -> str:
    answer = await call_found(
        desk,
        "给直播流定时截图",
        "SubmitLiveSnapshotJob",
        JobName="stage",
        StreamInput={"Type": "rtmp", "Url": "rtmp://push.harbour.tv/live/stage"},
        TemplateId=facts["template"],
        SnapshotOutput={"StorageType": "oss", "Bucket": "local-media", "Endpoint": "oss-cn-shanghai.aliyuncs.com"},
    )
    return tell(answer, "JobId", opening="截图任务已提交，会一直截到您叫停为止。任务 ID：")


def _script_picture_files(start: Start) -> None:
    def list_files(arguments: Mapping[str, Any]) -> Body:
        rows = [("2026-03-05T18:10:00Z", 1772734200000), ("2026-03-05T18:40:00Z", 1772736000000)]
        rows.append(("2026-03-05T19:20:00Z", 1772738400000))
        shown = [
            {"CreateTime": time, "CreateTimestamp": stamp, "OssBucket": "local-media", "IsOverlay": False}
            | {"OssEndpoint": "oss-cn-shanghai.aliyuncs.com", "OssObject": f"snapshots/stage/{stamp // 1000}.jpg"}
            for time, stamp in rows
            if arguments["StartTime"] <= time <= arguments["EndTime"]
        ]
        return {"FileList": shown}

    start.script.answer("ListLiveSnapshotFiles", list_files)
    start.facts["job"] = JOB


def _grade_picture_files(end: End) -> Problems:
    problems = expect_told("1772734200.jpg", "1772736000.jpg")(end)
    return [*problems, "one of later is told"] if "1772738400.jpg" in end.answer else problems


TASKS = (
    Task(
        name="transcode-a-live-stream",
        language="en",
        toolset="live_transcode",
        request='Transcode rtmp://push.harbour.tv/live/stage with our live template "stage 720p" right away, '
        "played from "
        "play.harbour.tv. At which address can it be watched?",
        prepare=_script_renditions,
        solve=_start_rendition,
        grade=expect(
            "SubmitLiveTranscodeJob",
            {
                "StreamInput.InputUrl": "rtmp://push.harbour.tv/live/stage",
                "TemplateId": Fact("template"),
                "StartMode": 0,
                "TranscodeOutput.DomainName": "play.harbour.tv",
            },
            "rtmp://play.harbour.tv/live/stage_720p",
        ),
        most_calls=4,
        most_bytes=3_100,
    ),
    Task(
        name="stop-one-live-transcoding",
        language="zh",
        toolset="live_transcode",
        request="“侧台”的直播转码停掉，别的不要动。",
        prepare=_script_transcode_jobs,
        solve=_stop_side,
        grade=expect("SendLiveTranscodeJobCommand", {"JobId": Fact("side"), "Command": "stop"}, "停"),
        most_calls=4,
        most_bytes=2_800,
    ),
    Task(
        name="list-what-is-transcoded-live",
        language="zh",
        toolset="live_transcode",
        request="现在有哪些直播转码任务还在跑？",
        prepare=_script_transcode_jobs,
        solve=do("正在运行的直播转码任务", "ListLiveTranscodeJobs", {"Status": 1}, "Name", "name", reads=True),
        grade=_grade_running,
        most_calls=3,
        most_bytes=3_600,
    ),
    Task(
        name="start-pictures-of-a-stream",
        language="zh",
        toolset="live_snapshot",
        request="对直播流 rtmp://push.harbour.tv/live/stage 开始截图，用直播截图模板 {template}，"
        "存到上海的 local-media，任务名 stage。",
        prepare=_script_pictures,
        solve=_start_pictures,
        grade=expect(
            "SubmitLiveSnapshotJob",
            {
                "JobName": "stage",
                "StreamInput.Url": "rtmp://push.harbour.tv/live/stage",
                "TemplateId": Fact("template"),
                "SnapshotOutput.Bucket": "local-media",
                "SnapshotOutput.Endpoint": "oss-cn-shanghai.aliyuncs.com",
            },
            re.compile("开始|提交|正在|已启动|进行"),
        ),
        most_calls=2,
        most_bytes=1_500,
    ),
    Task(
        name="list-pictures-of-an-hour",
        language="en",
        toolset="live_snapshot",
        request="Which pictures did live snapshot job {job} take on 5 March 2026 between 18:00 and 19:00 UTC?",
        prepare=_script_picture_files,
        solve=do(
            "list the pictures that a live snapshot job took",
            "ListLiveSnapshotFiles",
            {"JobId": "$job", "StartTime": "2026-03-05T18:00:00Z", "EndTime": "2026-03-05T19:00:00Z"},
            "OssObject",
            "object",
        ),
        grade=_grade_picture_files,
        most_calls=2,
        most_bytes=1_600,
    ),
)
