"""Tasks about files that are converted, joined and probed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from benchmarks.assistant.desk import Desk
from benchmarks.assistant.evidence import AnyOf, Asset, Object, expect, expect_told
from benchmarks.assistant.script import Body
from benchmarks.assistant.steps import WAIT, call_found, do
from benchmarks.assistant.task import End, Problems, Start, Task

JOB = "d9d4adb25d6d4619d8049b95031317f3"
TEMPLATE = "ef4a6b2d9b85aca2d0a80b5140919fe0"
PIPELINE = "8c49488f52854c108fc85e03816f850d"
WORKFLOW = "502f84d6570bd3573ee9f868e57cf50a"
_BASE = {"StartTime": "0.000000", "FormatName": "mov,mp4,m4a,3gp,3g2,mj2", "FileStatus": "Normal"}


def _script_conversion(start: Start) -> None:
    output = {"Media": "oss://local-media/out/flood-720p.mp4", "Type": "OSS"}
    meta = {"FileBasicInfo": {**_BASE, "Duration": "5.000000", "FileSize": "981206", "Width": "1280", "Height": "720"}}
    config = {"Inputs": [], "Outputs": [{"OutputFile": output}]}
    detail = {"Name": "720p", "Status": "Success", "Result": {"OutputFile": output, "OutFileMeta": meta}}
    job = {
        "JobId": JOB,
        "Config": config,
        "OutputDetails": [detail],
        "Percent": 100,
        "CreateTime": "2026-03-02T08:00:00Z",
    }
    states = [{"Job": {**job, "State": state}} for state in ("Running", "Complete")]
    start.script.run_job(
        "SubmitMediaConvertJob", {"Job": {"JobId": JOB, "State": "Inited"}}, "GetMediaConvertJob", states
    )


def _grade_conversion(end: End) -> Problems:
    """As a single file, or as the one file of a group."""
    [*made] = end.script.made("SubmitMediaConvertJob")
    grouped = bool(made and made[0]["Config"].get("OutputGroups"))
    group = {
        "Config.OutputGroups.Outputs.TemplateId": "S00000001-100031",
        "Config.OutputGroups.Outputs.OutputFileName": AnyOf(("flood-720p.mp4", "out/flood-720p.mp4")),
    }
    single = {
        "Config.Outputs.TemplateId": "S00000001-100031",
        "Config.Outputs.OutputFile.Media": Object("out/flood-720p.mp4"),
    }
    wanted = {"Config.Inputs.InputFile.Media": Asset("Flood in the harbour, raw footage")}
    return expect(
        "SubmitMediaConvertJob", wanted | (group if grouped else single), "981206", re.compile(r"\b5\b|5\.0")
    )(end)


def _script_failed_conversion(start: Start) -> None:
    error = {"Code": "InvalidParameter.ResourceContentBad", "Message": "The resource operated InputFile is bad"}
    job: Body = {"JobId": JOB, "State": "Error", "OutputDetails": [], "CreateTime": "2026-03-02T08:00:00Z", **error}
    start.script.run_job(
        "SubmitMediaConvertJob", {"Job": {"JobId": JOB, "State": "Inited"}}, "GetMediaConvertJob", [{"Job": job}]
    )
    start.facts["template"] = TEMPLATE


_FAILING_CONVERSION = {
    "Config": {
        "Inputs": [{"InputFile": {"Type": "Media", "Media": "$0"}}],
        "Outputs": [
            {"TemplateId": "$template", "OutputFile": {"Type": "OSS", "Media": "oss://local-media/out/coach.mp4"}}
        ],
    },
    **WAIT,
}


def _script_probe(start: Start) -> None:
    video = {"Codec_name": "hevc", "Width": "360", "Height": "640", "Fps": "25.0", "Duration": "47.120000"}
    found = {
        "FileBasicInfo": {**_BASE, "Duration": "47.120000", "FileSize": "8130200", "Width": "360", "Height": "640"},
        "VideoStreamInfoList": [video],
        "AudioStreamInfoList": [{"CodecName": "aac", "Channels": "2", "SampleRate": "44100"}],
    }
    done: Body = {"MediaInfoJob": {"JobId": JOB, "Status": "Success", "MediaInfoProperty": found}}
    start.script.answer("SubmitSyncMediaInfoJob", done)
    start.script.run_job(
        "SubmitMediaInfoJob", {"MediaInfoJob": {"JobId": JOB, "Status": "Init"}}, "GetMediaInfoJob", [done]
    )


def _grade_probe(end: End) -> Problems:
    problems = expect_told("hevc", re.compile(r"\b47\b"))(end)
    probes = ("SubmitSyncMediaInfoJob", "SubmitMediaInfoJob")
    made = [arguments for name in probes for arguments in end.script.made(name)]
    problems = [each for each in problems if not each.startswith(probes)]
    if len(made) != 1 or "发布会" not in str(made[0]["Input"]):
        problems.append(f"probed were {made}")
    if any("发布会" in str(media) for media in end.ims.call("ListMediaBasicInfos", MaxResults="100")["MediaInfos"]):
        problems.append("the file became an asset")
    return problems


def _script_package(start: Start) -> None:
    done = {"PackageJob": {"JobId": JOB, "Status": "Success", "OutputUrl": "http://local-media.oss/hls/final.m3u8"}}
    start.script.run_job("SubmitPackageJob", {"JobId": JOB}, "GetPackageJob", [done])


_RENDITIONS = [
    {"Input": {"Type": "OSS", "Media": f"oss://local-media/hls/final-{size}.m3u8"}} for size in ("480p", "1080p")
]


def _script_failed_jobs(start: Start) -> None:
    def list_jobs(arguments: Mapping[str, Any]) -> Body:
        jobs = [
            ("7c1", "teaser web", "Complete", "", ""),
            (
                "7c2",
                "flood web",
                "Error",
                "InvalidParameter.ResourceNotFound",
                "The file flood-raw.mp4 cannot be found",
            ),
            ("7c3", "marathon web", "Error", "Forbidden.NoPermission", "No permission to write to bucket out-bucket"),
            ("7c4", "tea web", "Error", "InternalError", "An internal error occurred"),
        ]
        shown = [
            {"JobId": key, "Config": {"JobName": name}, "State": state, "Code": code, "Message": message}
            | {"CreateTime": f"2026-03-0{5 if key == '7c4' else 4}T03:10:00Z"}
            for key, name, state, code, message in jobs
            if arguments.get("Status", state) == state
        ]
        last = str(arguments.get("EndOfCreateTime") or "9")
        return {"Jobs": [job for job in shown if str(job["CreateTime"]) <= last]}

    start.script.answer("ListMediaConvertJobs", list_jobs)


async def _tell_failed_jobs(desk: Desk, facts: Mapping[str, Any]) -> str:
    listed = await call_found(
        desk,
        "列出失败的转码任务",
        "ListMediaConvertJobs",
        Status="Error",
        StartOfCreateTime="2026-03-03T16:00:00Z",
        PageSize=20,
    )
    of_the_day = [row for row in listed["rows"] if row["created"] < "2026-03-04T16:00:00Z"]
    return "；".join(f"{row['name']}: {row['Message']}" for row in of_the_day)


def _grade_failed_jobs(end: End) -> Problems:
    says = (
        "flood web",
        "marathon web",
        re.compile("cannot be found|找不到|不存在"),
        re.compile("permission|权限", re.I),
    )
    told = [f"{name} is told" for name in ("teaser web", "tea web") if name in end.answer]
    return [*expect_told(*says)(end), *told]


TASKS = (
    Task(
        name="convert-a-file-by-template",
        language="en",
        toolset="transcoding",
        request="Convert oss://local-media/news/flood.mp4 with template S00000001-100031 to "
        "oss://local-media/out/flood-720p.mp4. How long and how many bytes is the result?",
        prepare=_script_conversion,
        solve=do(
            "transcode a video file in OSS by template",
            "SubmitMediaConvertJob",
            {
                "Config": {
                    "Inputs": [{"InputFile": {"Type": "OSS", "Media": "oss://local-media/news/flood.mp4"}}],
                    "Outputs": [
                        {
                            "TemplateId": "S00000001-100031",
                            "OutputFile": {"Type": "OSS", "Media": "oss://local-media/out/flood-720p.mp4"},
                        }
                    ],
                },
                **WAIT,
            },
            "Duration",
            "FileSize",
            "duration_seconds",
            "size_bytes",
        ),
        grade=_grade_conversion,
        most_calls=2,
        most_bytes=1_500,
    ),
    Task(
        name="say-why-a-conversion-failed",
        language="zh",
        toolset="transcoding",
        request="用转码模板 {template} 把《教练赛后采访》转成 oss://local-media/out/coach.mp4，好了告诉我；不成的话说明原因。",
        prepare=_script_failed_conversion,
        solve=do("视频转码成 mp4", "SubmitMediaConvertJob", _FAILING_CONVERSION, assets=("教练赛后采访",)),
        grade=expect(
            "SubmitMediaConvertJob",
            {"Config.Inputs.InputFile.Media": Asset("教练赛后采访")},
            re.compile("失败|没有成功|未成功|没成"),
            re.compile("InputFile is bad|源文件|输入文件|ResourceContentBad"),
        ),
        most_calls=3,
        most_bytes=1_800,
    ),
    Task(
        name="probe-a-file-without-registering-it",
        language="zh",
        toolset="transcoding",
        request="oss://local-media/incoming/发布会.mp4 是什么编码、时长多少秒？只看一下，先不要入库。",
        prepare=_script_probe,
        solve=do(
            "查看 OSS 文件的编码和时长，不入库",
            "SubmitSyncMediaInfoJob",
            {"Input": {"Type": "OSS", "Media": "oss://local-media/incoming/发布会.mp4"}},
            "codec",
            "duration_seconds",
        ),
        grade=_grade_probe,
        most_calls=2,
        most_bytes=1_600,
    ),
    Task(
        name="join-renditions-under-one-playlist",
        language="en",
        toolset="transcoding",
        request="We have oss://local-media/hls/final-480p.m3u8 and final-1080p.m3u8 beside it. Make one adaptive "
        "master playlist of both, oss://local-media/hls/final.m3u8, without transcoding again.",
        prepare=_script_package,
        solve=do(
            "one adaptive master playlist of renditions that are transcoded",
            "SubmitPackageJob",
            {
                "Inputs": _RENDITIONS,
                "Output": {"Type": "OSS", "Media": "oss://local-media/hls/final.m3u8"},
                **WAIT,
            },
            "url",
        ),
        grade=expect(
            "SubmitPackageJob",
            {
                "Inputs.Input.Media": [Object("hls/final-480p.m3u8"), Object("hls/final-1080p.m3u8")],
                "Output.Media": Object("hls/final.m3u8"),
            },
            "final.m3u8",
        ),
        most_calls=2,
        most_bytes=1_300,
    ),
    Task(
        name="list-the-failed-conversions-of-a-day",
        language="zh",
        toolset="transcoding",
        request="3 月 4 日（北京时间，2026 年）有哪些转码任务失败了，各是什么原因？",
        prepare=_script_failed_jobs,
        solve=_tell_failed_jobs,
        grade=_grade_failed_jobs,
        most_calls=2,
        most_bytes=1_700,
    ),
)
