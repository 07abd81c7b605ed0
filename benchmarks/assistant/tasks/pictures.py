"""Tasks about pictures taken of videos: stills, sprites, animated images."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.assistant.desk import Desk
from benchmarks.assistant.evidence import Asset, Fact, Holds, Object, expect
from benchmarks.assistant.script import by_id
from benchmarks.assistant.steps import WAIT, call_found, do, find_asset, tell_outcome
from benchmarks.assistant.task import Start, Task

JOB = "d9d4adb25d6d4619d8049b95031317f3"
TEMPLATE = "ef4a6b2d9b85aca2d0a80b5140919fe0"


def _script_stills(start: Start) -> None:
    done = {"SnapshotJob": {"JobId": JOB, "Status": "Success", "Type": "Normal", "Count": 3, "TemplateId": TEMPLATE}}
    start.script.run_job("SubmitSnapshotJob", {"JobId": JOB}, "GetSnapshotJob", [done])
    urls = [f"http://local-media.oss-cn-shanghai.aliyuncs.com/stills/final-0000{n}.jpg?Expires=1" for n in (1, 2, 3)]
    start.script.answer("GetSnapshotUrls", by_id("JobId", {JOB: {"SnapshotUrls": urls, "Total": 3}}))
    start.facts["template"] = TEMPLATE


async def _take_stills(desk: Desk, facts: Mapping[str, Any]) -> str:
    answer = await call_found(
        desk,
        "take stills of a video file",
        "SubmitSnapshotJob",
        Input={"Type": "OSS", "Media": "oss://local-media/sport/final.mp4"},
        Output={"Type": "OSS", "Media": "oss://local-media/stills/final-{Count}.jpg"},
        TemplateConfig={"TemplateId": facts["template"], "OverwriteParams": {"Time": 2000, "Interval": 2, "Count": 3}},
        **WAIT,
    )
    return tell_outcome(answer, "pictures")


def _script_sprite(start: Start) -> None:
    done = {"SnapshotJob": {"JobId": JOB, "Status": "Success", "Type": "Sprite", "Count": 1, "TemplateId": TEMPLATE}}
    start.script.run_job("SubmitSnapshotJob", {"JobId": JOB}, "GetSnapshotJob", [done])
    url = "http://local-media.oss-cn-shanghai.aliyuncs.com/sprites/tea-00001.jpg"
    start.script.answer("GetSnapshotUrls", by_id("JobId", {JOB: {"SnapshotUrls": [url], "Total": 1}}))
    start.facts["template"] = TEMPLATE


async def _make_sprite(desk: Desk, facts: Mapping[str, Any]) -> str:
    media_id = await find_asset(desk, "茶的故事")
    await desk.find("给视频生成雪碧图", "SubmitSnapshotJob")
    await desk.call(
        "describe_operation",
        operation="SubmitSnapshotJob",
        parameter="TemplateConfig.OverwriteParams.SpriteSnapshotConfig",
    )
    sheet = {"Type": "Sprite", "SpriteSnapshotConfig": {"Columns": 10, "Lines": 10}}
    answer = await desk.run(
        "SubmitSnapshotJob",
        "write",
        Input={"Type": "Media", "Media": media_id},
        Output={"Type": "OSS", "Media": "oss://local-media/sprites/tea-{Count}.jpg"},
        TemplateConfig={"TemplateId": facts["template"], "OverwriteParams": sheet},
        **WAIT,
    )
    return tell_outcome(answer, "pictures")


def _script_gif(start: Start) -> None:
    url = "http://local-media.oss-cn-shanghai.aliyuncs.com/gif/teaser.gif"
    done = {
        "DynamicImageJob": {"JobId": JOB, "Status": "Success", "OutputUrl": url, "FinishTime": "2026-03-02T08:00:09Z"}
    }
    start.script.run_job("SubmitDynamicImageJob", {"JobId": JOB}, "GetDynamicImageJob", [done])
    start.facts["template"] = TEMPLATE


def _is_one_to_three(span: Mapping[str, str]) -> bool:
    """Seconds or hh:mm:ss; the end counts before the length."""
    seek = _count_seconds(span.get("Seek", "0"))
    end = _count_seconds(span["End"]) if span.get("End") else seek + _count_seconds(span.get("Duration", "0"))
    return (seek, end) == (1, 3)


def _count_seconds(text: str) -> float:
    total = 0.0
    for part in str(text).split(":"):
        total = total * 60 + float(part)
    return total


TASKS = (
    Task(
        name="take-three-stills",
        language="en",
        toolset="transcoding",
        request="Take three stills of oss://local-media/sport/final.mp4 with our snapshot template {template}: the "
        "first at second 2, then one every 2 seconds, as oss://local-media/stills/final-1.jpg and so on. Give me "
        "the addresses.",
        prepare=_script_stills,
        solve=_take_stills,
        grade=expect(
            "SubmitSnapshotJob",
            {
                "Input.Media": Asset("足球决赛集锦"),
                "Output.Media": Holds("stills/final-{Count}"),
                "TemplateConfig.TemplateId": Fact("template"),
                "TemplateConfig.OverwriteParams.Time": 2000,
                "TemplateConfig.OverwriteParams.Interval": 2,
                "TemplateConfig.OverwriteParams.Count": 3,
            },
            "final-00001.jpg",
            "final-00003.jpg",
        ),
        most_calls=2,
        most_bytes=1_600,
    ),
    Task(
        name="make-a-sprite-sheet",
        language="zh",
        toolset="transcoding",
        request="给《茶的故事》做一张雪碧图，10 列 10 行，用截图模板 {template}，存到 oss://local-media/sprites/ 下，"
        "文件名以 tea- 开头，做完给我图片地址。",
        prepare=_script_sprite,
        solve=_make_sprite,
        grade=expect(
            "SubmitSnapshotJob",
            {
                "Input.Media": Asset("茶的故事"),
                "Output.Media": Holds("sprites/tea-"),
                "TemplateConfig.TemplateId": Fact("template"),
                "TemplateConfig.OverwriteParams.Type": "Sprite",
                "TemplateConfig.OverwriteParams.SpriteSnapshotConfig.Columns": 10,
                "TemplateConfig.OverwriteParams.SpriteSnapshotConfig.Lines": 10,
            },
            "tea-00001.jpg",
        ),
        most_calls=4,
        most_bytes=2_300,
    ),
    Task(
        name="make-an-animated-gif",
        language="en",
        toolset="transcoding",
        request="Make an animated GIF of seconds 1 to 3 of the asset Autumn teaser, 480 pixels wide, with the "
        "animation template {template}; put it at oss://local-media/gif/teaser.gif.",
        prepare=_script_gif,
        solve=do(
            "make an animated GIF of a stretch of a video",
            "SubmitDynamicImageJob",
            {
                "Input": {"Type": "Media", "Media": "$0"},
                "Output": {"Type": "OSS", "Media": "oss://local-media/gif/teaser.gif"},
                "TemplateConfig": {
                    "TemplateId": "$template",
                    "OverwriteParams": {"Format": "gif", "Width": 480, "TimeSpan": {"Seek": "1", "Duration": "2"}},
                },
                **WAIT,
            },
            "url",
            assets=("Autumn teaser",),
        ),
        grade=expect(
            "SubmitDynamicImageJob",
            {
                "Input.Media": Asset("Autumn teaser"),
                "Output.Media": Object("gif/teaser.gif"),
                "TemplateConfig.TemplateId": Fact("template"),
                "TemplateConfig.OverwriteParams.Width": 480,
                "TemplateConfig.OverwriteParams.TimeSpan": _is_one_to_three,
            },
            "teaser.gif",
        ),
        most_calls=3,
        most_bytes=1_700,
    ),
)
