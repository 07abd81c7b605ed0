"""Tasks for AI that looks and listens: speech to text, tags, moderation, covers, logos, word lists and faces."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.assistant.desk import Desk
from benchmarks.assistant.evidence import Asset, Fact, Holds, Object, expect, find_wrong_call
from benchmarks.assistant.script import Body, by_id
from benchmarks.assistant.steps import WAIT, Solve, call_found, do, find_asset, index, pick
from benchmarks.assistant.task import End, Problems, Start, Task

JOB = "88c6ca184c0e47098a5b665e2a126797"
SITE = "https://local-media.oss-cn-shanghai.aliyuncs.com"
WORDS = "a93b91141c0f422fa114af203f8b5d6e"
FACES = "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"


def script_smart_job(submit: str, result: Any, submitted: Body | None = None, **more: Any) -> Callable[[Start], None]:
    """A job that GetSmartHandleJob reads; ``result`` is JSON in its JobResult.AiResult."""

    def prepare(start: Start) -> None:
        text = json.dumps(result, ensure_ascii=False)
        done = {
            "JobId": JOB,
            "State": "Finished",
            "JobResult": {"AiResult": text} | more,
            "SmartJobInfo": {"JobType": ""},
        }
        start.script.run_job(submit, submitted or {"JobId": JOB}, "GetSmartHandleJob", [{**done, "State": "Finished"}])

    return prepare


_SENTENCES = [
    {"content": "Good evening from the harbour.", "from": 0.4, "to": 2.1},
    {"content": "The water is falling again.", "from": 2.6, "to": 4.9},
    {"content": "More at ten.", "from": 7.2, "to": 8.3},
]


async def _say_nothing_was_spoken(desk: Desk, facts: Mapping[str, Any]) -> str:
    told = await do("语音转文字", "SubmitASRJob", {"InputFile": "$0", **WAIT}, "content", assets=("雨声",))(desk, facts)
    return told or "任务已完成，没有识别到语音，没有文字可以给您。"


def _script_tags(start: Start) -> None:
    data = json.dumps(
        {"tags": [{"mainTagName": "场景", "subTagName": "足球场"}, {"mainTagName": "事件", "subTagName": "颁奖"}]}
    )
    done = {"JobStatus": "Success", "Results": {"Result": [{"Type": "VideoLabel", "Data": data}]}}
    start.script.run_job("SubmitSmarttagJob", {"JobId": JOB}, "QuerySmarttagJob", [done])


def _make_verdict(verdict: str, scene: str, label: str, rate: str) -> Body:
    passed = {"Suggestion": "pass", "Label": "normal", "Scene": "antispam", "Rate": "99.91"}
    parts = [{"Scene": "porn", "Suggestion": "pass", "Label": "normal", "Rate": "100"}]
    parts.append({"Scene": scene, "Suggestion": verdict, "Label": label, "Rate": rate})
    frames = {
        "VideoTimeline": [
            {"Timestamp": "00:00:02.000", "Object": "check/s1.jpg", "CensorResults": {"CensorResult": parts}}
        ]
    }
    detail = {
        "JobId": JOB,
        "State": "Success",
        "Suggestion": verdict,
        "TitleCensorResult": passed,
    }
    return {
        **detail,
        "DescCensorResult": passed,
        "VensorCensorResult": {"CensorResults": {"CensorResult": parts}, "VideoTimelines": frames},
    }


def _script_moderation(*verdict: str) -> Callable[[Start], None]:
    def prepare(start: Start) -> None:
        detail = _make_verdict(*verdict)
        states = [{"MediaCensorJobDetail": detail}]
        start.script.run_job("SubmitMediaCensorJob", {"JobId": JOB}, "QueryMediaCensorJobDetail", states)

    return prepare


def _moderate(title: str, words: str) -> Solve:
    async def solve(desk: Desk, facts: Mapping[str, Any]) -> str:
        """The overall verdict, and what was seen in the parts that did not pass."""
        video = {"Type": "Media", "Media": await find_asset(desk, title)}
        answer = await call_found(desk, words, "SubmitMediaCensorJob", Input=video, **WAIT)
        labels = [each for each in pick(answer["result"], "Label") if each != "normal"]
        return f"{answer['result']['verdict']}: {', '.join(dict.fromkeys(labels)) or 'nothing found'}"

    return solve


def _script_cover(start: Start) -> None:
    urls = [f"http://local-media.oss-cn-shanghai.aliyuncs.com/covers/marathon-{n}.jpg" for n in (1, 2)]
    done = {
        "JobId": JOB,
        "Status": "Success",
        "FunctionName": "Cover",
        "OutputUrls": urls,
        "Result": '{"Times":[800,2400]}',
    }
    done["OutputFiles"] = [f"oss://local-media/covers/marathon-{n}.jpg" for n in (1, 2)]
    start.script.run_job("SubmitIProductionJob", {"JobId": JOB}, "QueryIProductionJob", [done])


def _script_delogo(start: Start) -> None:
    url = "http://local-media.oss-cn-shanghai.aliyuncs.com/clean/teaser.mp4"
    done = {"JobId": JOB, "Status": "Success", "FunctionName": "VideoDelogo", "OutputUrls": [url], "Result": "{}"}
    done["OutputFiles"] = ["oss://local-media/clean/teaser.mp4"]
    start.script.run_job("SubmitIProductionJob", {"JobId": JOB}, "QueryIProductionJob", [done])


def _is_upper_right(boxes: Any) -> bool:
    """The right quarter of the upper quarter, as [[x, y, width, height]] in shares."""
    found = json.loads(boxes) if isinstance(boxes, str) else boxes
    return len(found) == 1 and all(abs(a - b) < 0.02 for a, b in zip(found[0], (0.75, 0, 0.25, 0.25), strict=True))


def _script_words(start: Start) -> None:
    words = [{"Text": "潮汐台", "Language": "zh", "Weight": 3}, {"Text": "Harbour TV", "Language": "en", "Weight": 2}]
    library = {"HotwordLibraryId": WORDS, "Name": "节目词库", "UsageScenario": "ASR", "Hotwords": words}
    start.script.answer("GetHotwordLibrary", by_id("HotwordLibraryId", {WORDS: library}))
    rows = [{name: value for name, value in library.items() if name != "Hotwords"}]
    start.script.answer("ListHotwordLibraries", {"HotwordLibraryList": rows, "TotalCount": 1})
    start.script.answer("UpdateHotwordLibrary", by_id("HotwordLibraryId", {WORDS: {"Success": "true"}}))
    start.facts["library"] = WORDS


async def _add_word(desk: Desk, facts: Mapping[str, Any]) -> str:
    there = await call_found(desk, "查看热词库里的词", "GetHotwordLibrary", HotwordLibraryId=facts["library"])
    words = [{"Text": "听潮阁", "Language": "zh", "Weight": 2}, *there["rows"]]
    await call_found(
        desk, "修改热词库里的词", "UpdateHotwordLibrary", HotwordLibraryId=facts["library"], Hotwords=words
    )
    return f"已加入“听潮阁”，词库现在有 {len(words)} 个词。"


def _grade_words(end: End) -> Problems:
    problems = find_wrong_call(end, "UpdateHotwordLibrary", {"HotwordLibraryId": Fact("library")})
    if problems:
        return problems
    [made] = end.script.made("UpdateHotwordLibrary")
    words = {word["Text"]: word.get("Weight") for word in made["Hotwords"]}
    if words.keys() != {"潮汐台", "Harbour TV", "听潮阁"}:
        problems.append(f"the words are {words}")
    if str(words.get("潮汐台")) != "3":
        problems.append("the weight of a word was lost")
    return problems + end.says("听潮阁")


def _script_faces(start: Start) -> None:
    def list_libs(arguments: Mapping[str, Any]) -> Body:
        rows = [{"LibId": FACES, "LibName": "Our presenters", "LibDescription": ""}]
        shown = rows if arguments["Algorithm"] == "face" else []
        return {"Libs": {"Lib": shown}, "TotalCount": len(shown), "PageNumber": 1, "PageSize": 20}

    start.script.answer("ListRecognitionLibs", list_libs)
    start.script.answer(
        "CreateRecognitionEntity", by_id("LibId", {FACES: {"EntityId": "53bd34a376a21229219cb156052cc1e0"}})
    )
    sample = {"SampleId": "7e9f1a2b3c5d4f6a8b0c2d4e6f8a0b1c"}
    start.script.answer("CreateRecognitionSample", by_id("EntityId", {"53bd34a376a21229219cb156052cc1e0": sample}))


async def _add_presenter(desk: Desk, facts: Mapping[str, Any]) -> str:
    listed = await call_found(
        desk, "list our face recognition libraries", "ListRecognitionLibs", Algorithm="face", PageNumber=1, PageSize=20
    )
    libraries = index(listed, "name", "LibId")
    place = {"LibId": libraries["Our presenters"], "Algorithm": "face"}
    entity = await call_found(
        desk, "add a person to a recognition library", "CreateRecognitionEntity", EntityName="Mei Lin", **place
    )
    await call_found(
        desk,
        "add a picture of a person to a recognition library",
        "CreateRecognitionSample",
        EntityId=entity["EntityId"],
        ImageUrl=f"{SITE}/people/mei-lin.jpg",
        **place,
    )
    return "Mei Lin is in Our presenters, with one picture."


def _grade_presenter(end: End) -> Problems:
    face = {"LibId": FACES, "Algorithm": "face"}
    entity = find_wrong_call(end, "CreateRecognitionEntity", face | {"EntityName": "Mei Lin"})
    sample = find_wrong_call(end, "CreateRecognitionSample", face | {"ImageUrl": Object("people/mei-lin.jpg")})
    return [*entity, *sample, *end.says("Mei Lin")]


TASKS = (
    Task(
        name="write-down-what-is-said",
        language="en",
        toolset="ai_analysis",
        request="Write down what is said in Evening News 12 April. At which second is the water mentioned?",
        prepare=script_smart_job("SubmitASRJob", _SENTENCES),
        solve=do(
            "write down the speech of a video as text with times",
            "SubmitASRJob",
            {"InputFile": "$0", **WAIT},
            "content",
            "from",
            assets=("Evening News 12 April",),
        ),
        grade=expect(
            "SubmitASRJob",
            {"InputFile": Asset("Evening News 12 April")},
            "The water is falling again",
            re.compile(r"2\.6|0:02"),
        ),
        most_calls=3,
        most_bytes=1_700,
    ),
    Task(
        name="say-that-nobody-speaks",
        language="zh",
        toolset="ai_analysis",
        request="把《雨声》里说的话转成文字。",
        prepare=script_smart_job("SubmitASRJob", []),
        solve=_say_nothing_was_spoken,
        grade=expect("SubmitASRJob", {"InputFile": Asset("雨声")}, re.compile("没有|未|无语音|无人")),
        most_calls=3,
        most_bytes=1_500,
    ),
    Task(
        name="tag-a-video",
        language="zh",
        toolset="ai_analysis",
        request="用模板 S00000103-000002 给《足球决赛集锦》打智能标签，告诉我打出了哪些标签。",
        prepare=_script_tags,
        solve=do(
            "给视频打智能标签",
            "SubmitSmarttagJob",
            {"Input": {"Type": "Media", "Media": "$0"}, "TemplateId": "S00000103-000002", **WAIT},
            "mainTagName",
            "subTagName",
            "Data",
            assets=("足球决赛集锦",),
        ),
        grade=expect(
            "SubmitSmarttagJob",
            {"Input.Media": Asset("足球决赛集锦"), "TemplateId": "S00000103-000002"},
            "足球场",
            "颁奖",
        ),
        most_calls=3,
        most_bytes=1_800,
    ),
    Task(
        name="moderate-a-video-that-passes",
        language="en",
        toolset="ai_analysis",
        request="Is there anything in Autumn teaser that we may not publish, violence or the like? Have it checked.",
        prepare=_script_moderation("pass", "terrorism", "normal", "99.20"),
        solve=_moderate("Autumn teaser", "check a video for violence and the like"),
        grade=expect(
            "SubmitMediaCensorJob",
            {"Input.Media": Asset("Autumn teaser")},
            re.compile(r"\bpass|no\b|nothing|fine", re.I),
        ),
        most_calls=3,
        most_bytes=2_100,
    ),
    Task(
        name="moderate-a-video-that-is-blocked",
        language="zh",
        toolset="ai_analysis",
        request="送审《马拉松开跑》，能不能发？不能的话是因为什么？",
        prepare=_script_moderation("block", "terrorism", "bloody", "96.40"),
        solve=_moderate("马拉松开跑", "审核视频能不能发布"),
        grade=expect(
            "SubmitMediaCensorJob",
            {"Input.Media": Asset("马拉松开跑")},
            re.compile("block|不能|不可|违规|不通过|未通过"),
            re.compile("bloody|血腥"),
        ),
        most_calls=3,
        most_bytes=2_100,
    ),
    Task(
        name="pick-covers",
        language="zh",
        toolset="ai_analysis",
        request="从《马拉松开跑》里智能挑几张封面，存到 oss://local-media/covers/ 下，文件名以 marathon- 开头。",
        prepare=_script_cover,
        solve=do(
            "从视频里智能挑选封面",
            "SubmitIProductionJob",
            {
                "FunctionName": "Cover",
                "Input": {"Type": "Media", "Media": "$0"},
                "Output": {"Type": "OSS", "Media": "oss://local-media/covers/marathon-{sequenceId}.jpg"},
                **WAIT,
            },
            "path",
            assets=("马拉松开跑",),
            reads=True,
        ),
        grade=expect(
            "SubmitIProductionJob",
            {"FunctionName": "Cover", "Input.Media": Asset("马拉松开跑"), "Output.Media": Holds("covers/marathon-")},
            "marathon-1.jpg",
            "marathon-2.jpg",
        ),
        most_calls=4,
        most_bytes=5_100,
    ),
    Task(
        name="remove-a-logo",
        language="en",
        toolset="ai_analysis",
        request="A logo sits in the upper right corner of Autumn teaser (the last quarter of the width, the "
        "first quarter "
        "of the height). Remove it; the clean film goes to oss://local-media/clean/teaser.mp4.",
        prepare=_script_delogo,
        solve=do(
            "remove the logo from a video",
            "SubmitIProductionJob",
            {
                "FunctionName": "VideoDelogo",
                "Input": {"Type": "Media", "Media": "$0"},
                "Output": {"Type": "OSS", "Media": "oss://local-media/clean/teaser.mp4"},
                "JobParams": {"Boxes": "[[0.75, 0, 0.25, 0.25]]"},
                **WAIT,
            },
            "path",
            assets=("Autumn teaser",),
        ),
        grade=expect(
            "SubmitIProductionJob",
            {
                "FunctionName": "VideoDelogo",
                "Input.Media": Asset("Autumn teaser"),
                "Output.Media": Object("clean/teaser.mp4"),
                "JobParams.Boxes": _is_upper_right,
            },
            "clean/teaser.mp4",
        ),
        most_calls=3,
        most_bytes=1_700,
    ),
    Task(
        name="add-a-word-to-a-word-list",
        language="zh",
        toolset="ai_analysis",
        request="热词库 {library} 里再加一个词“听潮阁”，原来的词都要留着。",
        prepare=_script_words,
        solve=_add_word,
        grade=_grade_words,
        most_calls=4,
        most_bytes=3_700,
    ),
    Task(
        name="add-a-presenter-to-the-faces",
        language="en",
        toolset="ai_analysis",
        request=f'Add Mei Lin to our face library "Our presenters" with the picture {SITE}/people/mei-lin.jpg.',
        prepare=_script_faces,
        solve=_add_presenter,
        grade=_grade_presenter,
        most_calls=6,
        most_bytes=3_900,
    ),
)
