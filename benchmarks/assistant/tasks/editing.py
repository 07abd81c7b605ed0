"""Tasks about editing: cut, join, title, templates, cuts from a live stream."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from benchmarks.assistant.desk import Desk
from benchmarks.assistant.evidence import Asset, Fact, Object, expect, expect_told
from benchmarks.assistant.script import by_id
from benchmarks.assistant.steps import WAIT, Solve, call_found, do, find_asset, index, tell_outcome
from benchmarks.assistant.task import Start, Task

JOB = "cdb3e746399730362c84b0a1d3c5e7f9"
PROJECT = "20679f3240a588674d5e5828dda63ac9"
TEMPLATE = "9b1d3f5a7c2e4b6d8f0a1c3e5b7d9f20"
OUT = "https://local-media.oss-cn-shanghai.aliyuncs.com/out"
_CLIPS = "Timeline.VideoTracks.VideoTrackClips"


def _script_render(file: str, seconds: float = 3, **more: Any) -> Any:
    def prepare(start: Start) -> None:
        job = {"JobId": JOB, "ProjectId": PROJECT, "MediaId": "d3b5b27947bd18d200eec3097b85b3e3", "Progress": 100}
        job |= {"Status": "Success", "MediaURL": f"{OUT}/{file}", "Duration": seconds, **more}
        submitted = {"JobId": JOB, "ProjectId": PROJECT, "MediaId": job["MediaId"]}
        states = [{"MediaProducingJob": job}]
        start.script.run_job("SubmitMediaProducingJob", submitted, "GetMediaProducingJob", states)

    return prepare


def _render(words: str, timeline: Mapping[str, Any], file: str, *, assets: tuple[str, ...]) -> Solve:
    arguments = {"Timeline": timeline, "OutputMediaConfig": {"MediaURL": f"{OUT}/{file}"}, **WAIT}
    return do(words, "SubmitMediaProducingJob", arguments, "MediaURL", assets=assets)


def _has_transition(effects: Any) -> bool:
    return any(effect.get("Type") == "Transition" for effect in effects)


def _script_failed_render(start: Start) -> None:
    job = {"JobId": JOB, "Status": "Failed", "Code": "InvalidMaterial.NotFound", "ProjectId": PROJECT, "Progress": 20}
    job["Message"] = "The specified clips id not found: 3bc026b815790a05493fa56fc4b8d8bd"
    start.script.answer("GetMediaProducingJob", by_id("JobId", {JOB: {"MediaProducingJob": job}}))
    start.facts["job"] = JOB


def _script_template(start: Start) -> None:
    _script_render("promo-week.mp4", 12)(start)
    slots = [
        {"Key": "Media0", "Type": "Video", "MediaUrl": f"{OUT}/sample.mp4", "TimelineIn": 0, "TimelineOut": 4},
        {"Key": "Text0", "Type": "Text", "Content": "标题", "TimelineIn": 0, "TimelineOut": 4},
    ]
    params = {TEMPLATE: {"TemplateId": TEMPLATE, "ParamList": slots}}
    start.script.answer("GetTemplateParams", by_id("TemplateId", params))
    template = {"TemplateId": TEMPLATE, "Name": "周促销", "Type": "VETemplate", "Status": "Available"}
    template["ClipsParam"] = '{"Media0":"mediaId","Text0":"text"}'
    start.script.answer("GetTemplate", by_id("TemplateId", {TEMPLATE: {"Template": template}}))
    start.facts["template"] = TEMPLATE


async def _fill_template(desk: Desk, facts: Mapping[str, Any]) -> str:
    media_id = await find_asset(desk, "Spring sale promo")
    slots = await call_found(desk, "剪辑模板里有哪些可以替换的内容", "GetTemplateParams", TemplateId=facts["template"])
    kinds = index(slots, "Type", "Key")
    answer = await call_found(
        desk,
        "用模板合成视频",
        "SubmitMediaProducingJob",
        TemplateId=facts["template"],
        ClipsParam={kinds["Video"]: media_id, kinds["Text"]: "周末五折"},
        OutputMediaConfig={"MediaURL": f"{OUT}/promo-week.mp4"},
        **WAIT,
    )
    return tell_outcome(answer, "MediaURL")


def _script_live_cut(start: Start) -> None:
    job = {
        "JobId": JOB,
        "Status": "Success",
        "MediaURL": f"{OUT}/goal.mp4",
        "MediaId": "d3b5b27947bd18d200eec3097b85b3e3",
    }
    submitted = {"JobId": JOB, "MediaURL": job["MediaURL"], "MediaId": job["MediaId"]}
    start.script.run_job("SubmitLiveEditingJob", submitted, "GetLiveEditingJob", [{"LiveEditingJob": job}])


TASKS = (
    Task(
        name="cut-a-piece-out-of-an-asset",
        language="zh",
        toolset="editing",
        request="把《足球决赛集锦》的第 2 秒到第 5 秒剪出来，存成 https://local-media.oss-cn-shanghai.aliyuncs.com/out/goal-cut.mp4，"
        "做好后给我地址。",
        prepare=_script_render("goal-cut.mp4"),
        solve=_render(
            "剪出视频的一段并导出",
            {"VideoTracks": [{"VideoTrackClips": [{"MediaId": "$0", "In": 2, "Out": 5}]}]},
            "goal-cut.mp4",
            assets=("足球决赛集锦",),
        ),
        grade=expect(
            "SubmitMediaProducingJob",
            {
                f"{_CLIPS}.MediaId": Asset("足球决赛集锦"),
                f"{_CLIPS}.In": 2,
                f"{_CLIPS}.Out": 5,
                "OutputMediaConfig.MediaURL": Object("out/goal-cut.mp4"),
            },
            "goal-cut.mp4",
        ),
        most_calls=4,
        most_bytes=5_200,
    ),
    Task(
        name="join-two-editions-with-a-transition",
        language="en",
        toolset="editing",
        request="Put Evening News 12 April and then Evening News 13 April into one film, with a fade between them, and "
        "render it to https://local-media.oss-cn-shanghai.aliyuncs.com/out/two-evenings.mp4.",
        prepare=_script_render("two-evenings.mp4", 12),
        solve=_render(
            "join two videos with a fade between them",
            {
                "VideoTracks": [
                    {
                        "VideoTrackClips": [
                            {"MediaId": "$0", "Effects": [{"Type": "Transition", "SubType": "fade"}]},
                            {"MediaId": "$1"},
                        ]
                    }
                ]
            },
            "two-evenings.mp4",
            assets=("Evening News 12 April", "Evening News 13 April"),
        ),
        grade=expect(
            "SubmitMediaProducingJob",
            {
                f"{_CLIPS}.MediaId": [Asset("Evening News 12 April"), Asset("Evening News 13 April")],
                f"{_CLIPS}.Effects": _has_transition,
                "OutputMediaConfig.MediaURL": Object("out/two-evenings.mp4"),
            },
            "two-evenings.mp4",
        ),
        most_calls=4,
        most_bytes=2_100,
    ),
    Task(
        name="show-a-title-at-the-beginning",
        language="en",
        toolset="editing",
        request='Show the words "Only this week" for the first 3 seconds over the asset Spring sale promo and '
        "render it "
        "to https://local-media.oss-cn-shanghai.aliyuncs.com/out/sale-title.mp4.",
        prepare=_script_render("sale-title.mp4", 4),
        solve=_render(
            "burn a title into the first seconds of a video",
            {
                "VideoTracks": [{"VideoTrackClips": [{"MediaId": "$0"}]}],
                "SubtitleTracks": [
                    {
                        "SubtitleTrackClips": [
                            {
                                "Type": "Text",
                                "Content": "Only this week",
                                "TimelineIn": 0,
                                "TimelineOut": 3,
                                "FontSize": 60,
                                "Alignment": "TopCenter",
                            }
                        ]
                    }
                ],
            },
            "sale-title.mp4",
            assets=("Spring sale promo",),
        ),
        grade=expect(
            "SubmitMediaProducingJob",
            {
                f"{_CLIPS}.MediaId": Asset("Spring sale promo"),
                "Timeline.SubtitleTracks.SubtitleTrackClips.Content": "Only this week",
                "Timeline.SubtitleTracks.SubtitleTrackClips.TimelineOut": 3,
            },
            "sale-title.mp4",
        ),
        most_calls=4,
        most_bytes=5_200,
    ),
    Task(
        name="fill-an-editing-template",
        language="zh",
        toolset="editing",
        request="用剪辑模板 {template} 做一条片子：视频换成 Spring sale promo，文字换成“周末五折”，"
        "输出到 https://local-media.oss-cn-shanghai.aliyuncs.com/out/promo-week.mp4。",
        prepare=_script_template,
        solve=_fill_template,
        grade=expect(
            "SubmitMediaProducingJob",
            {
                "TemplateId": Fact("template"),
                "ClipsParam.Media0": Asset("Spring sale promo"),
                "ClipsParam.Text0": "周末五折",
                "OutputMediaConfig.MediaURL": Object("out/promo-week.mp4"),
            },
            "promo-week.mp4",
        ),
        most_calls=6,
        most_bytes=6_600,
    ),
    Task(
        name="tell-why-a-render-failed",
        language="en",
        toolset="editing",
        request="Why did render job {job} fail?",
        prepare=_script_failed_render,
        solve=do(
            "why did a render job fail", "GetMediaProducingJob", {"JobId": "$job"}, "Message", "message", "reason"
        ),
        grade=expect_told(re.compile("not found|missing|does not exist|no longer", re.IGNORECASE), "3bc026b8"),
        most_calls=2,
        most_bytes=1_400,
    ),
    Task(
        name="cut-a-goal-out-of-a-live-stream",
        language="zh",
        toolset="editing",
        request="直播流 live.harbour.tv/live/match 里，北京时间 2026 年 3 月 5 日 20:15:00 到 20:16:30 的进球剪出来，"
        "存到 https://local-media.oss-cn-shanghai.aliyuncs.com/out/goal.mp4。",
        prepare=_script_live_cut,
        solve=do(
            "从直播流里剪出一段",
            "SubmitLiveEditingJob",
            {
                "Clips": [{"StartTime": "2026-03-05T12:15:00Z", "EndTime": "2026-03-05T12:16:30Z"}],
                "LiveStreamConfig": {"DomainName": "live.harbour.tv", "AppName": "live", "StreamName": "match"},
                "OutputMediaConfig": {"MediaURL": f"{OUT}/goal.mp4"},
                **WAIT,
            },
            "MediaURL",
        ),
        grade=expect(
            "SubmitLiveEditingJob",
            {
                "Clips.StartTime": "2026-03-05T12:15:00Z",
                "Clips.EndTime": "2026-03-05T12:16:30Z",
                "LiveStreamConfig.DomainName": "live.harbour.tv",
                "LiveStreamConfig.AppName": "live",
                "LiveStreamConfig.StreamName": "match",
                "OutputMediaConfig.MediaURL": Object("out/goal.mp4"),
            },
            "goal.mp4",
        ),
        most_calls=2,
        most_bytes=1_600,
    ),
)
