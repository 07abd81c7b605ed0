"""Tasks about videos that AI puts together or splits, and about the public library they are furnished from."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.assistant.desk import Desk
from benchmarks.assistant.evidence import Asset, Holds, Not, Object, expect, expect_told
from benchmarks.assistant.script import Body
from benchmarks.assistant.steps import WAIT, call_found, do, pick
from benchmarks.assistant.task import End, Problems, Start, Task

JOB = "5e7b900c1b3e4f7a9d4c2e8b6f0a1d3c"
SITE = "https://local-media.oss-cn-shanghai.aliyuncs.com"
_SHORT = {"MediaURL": f"{SITE}/shorts/stall_{{index}}.mp4", "Count": 3, "Width": 1080, "Height": 1920}
_CENT = "Every pair at half price, only this weekend."


def _script_batch(submit: str, videos: Sequence[Body]) -> Callable[[Start], None]:
    def prepare(start: Start) -> None:
        job = {"JobId": JOB, "Status": "Finished", "SubJobList": list(videos), "CreateTime": "2026-03-02T08:00:00Z"}
        start.script.run_job(submit, {"JobId": JOB}, "GetBatchMediaProducingJob", [{"EditingBatchJob": job}])

    return prepare


def _make_video(file: str, seconds: float = 15) -> Body:
    return {
        "JobId": "a1",
        "MediaId": "d3b5b279",
        "MediaURL": f"{SITE}/{file}",
        "Status": "Success",
        "Duration": seconds,
    }


_REFUSED = {
    "JobId": "a3",
    "Status": "Failed",
    "ErrorCode": "InvalidMaterial.TooShort",
    "ErrorMessage": "A clip is too short",
}


def _script_smart_job(submit: str, result: Any, **submitted: Any) -> Callable[[Start], None]:
    def prepare(start: Start) -> None:
        done = {"JobId": JOB, "State": "Finished", "JobResult": {"AiResult": json.dumps(result, ensure_ascii=False)}}
        start.script.run_job(submit, {"JobId": JOB, **submitted}, "GetSmartHandleJob", [done])

    return prepare


_PIECES = [
    {"MediaUrl": f"{SITE}/pieces/news_0.mp4", "In": 0, "Out": 4},
    {"MediaUrl": f"{SITE}/pieces/news_1.mp4", "In": 4, "Out": 9},
]


def _names_flood(given: Any) -> bool:
    return len(given) == 1 and any(given[0].get(name) for name in ("MediaId", "MediaURL"))


def _script_chart(start: Start) -> None:
    done = {"JobId": JOB, "State": "Finished", "JobResult": {"MediaId": "d3b5b27947bd18d200eec3097b85b3e3"}}
    start.script.run_job("SubmitDynamicChartJob", {"JobId": JOB}, "GetSmartHandleJob", [done])


async def _say_no_moments(desk: Desk, facts: Mapping[str, Any]) -> str:
    told = await do(
        "find the best moments of a video",
        "SubmitHighlightExtractionJob",
        {"InputConfig": {"MediaArray": [{"MediaId": "$0"}], "Strategy": {"Count": 3, "ClipDuration": 10}}, **WAIT},
        "In",
        "Out",
        assets=("Flood in the harbour, raw footage",),
    )(desk, facts)
    return told or "The job has ended; no moment worth showing was found."


def _script_music(start: Start) -> None:
    rows = [("Morning Coffee", True, True, "90"), ("Calm Sea", True, False, "0"), ("Run!", False, False, "0")]

    def search(arguments: Mapping[str, Any]) -> Body:
        shown = [
            {
                "Favorite": favourite,
                "Authorized": authorized,
                "RemainingAuthTime": days,
                "MediaInfo": {"MediaId": media_id},
            }
            | {"MediaInfo": {"MediaId": media_id, "MediaBasicInfo": {"MediaId": media_id, "Title": title}}}
            for media_id, (title, favourite, authorized, days) in zip(("ice-1", "ice-2", "ice-3"), rows, strict=True)
            if _is_wanted(arguments, "Favorite", favourite) and _is_wanted(arguments, "Authorized", authorized)
        ]
        return {"PublicMediaInfos": shown, "TotalCount": len(shown)}

    start.script.answer("SearchPublicMediaInfo", search)


def _script_shared_music(start: Start) -> None:
    pieces = [
        ("ice-7", "Sunny Side", "bgm-upbeat"),
        ("ice-8", "Bounce", "bgm-upbeat"),
        ("ice-9", "Mist", "bgm-relaxing"),
    ]

    def list_pieces(arguments: Mapping[str, Any]) -> Body:
        shown = [
            {"MediaId": media_id, "MediaBasicInfo": {"MediaId": media_id, "Title": title, "MediaTags": tag}}
            for media_id, title, tag in pieces
            if _is_wanted(arguments, "MediaTagId", tag) and _is_wanted(arguments, "BusinessType", "bgm")
        ]
        return {"MediaInfos": shown, "TotalCount": len(shown), "MaxResults": 20}

    start.script.answer("ListPublicMediaBasicInfos", list_pieces)


def _is_wanted(arguments: Mapping[str, Any], name: str, value: object) -> bool:
    return str(arguments.get(name, value)).casefold() == str(value).casefold()


def _expect_only(*titles: str, not_told: str) -> Callable[[End], Problems]:
    def grade(end: End) -> Problems:
        problems = expect_told(*titles)(end)
        return [*problems, f"{not_told} is told, which was not asked for"] if not_told in end.answer else problems

    return grade


def _script_favourites(start: Start) -> None:
    start.facts["known"] = "icepublic-0c4475692218bb0ae6a1b2c3d4e5f607"
    start.facts["unknown"] = "icepublic-ffffffffffffffffffffffffffffffff"
    start.script.answer("AddFavoritePublicMedia", {"IgnoredList": [start.facts["unknown"]]})


async def _add_favourites(desk: Desk, facts: Mapping[str, Any]) -> str:
    ids = [facts["known"], facts["unknown"]]
    answer = await call_found(desk, "收藏公共素材", "AddFavoritePublicMedia", MediaIds=",".join(ids))
    ignored = pick(answer, "IgnoredList")
    return f"已收藏 {len(ids) - len(ignored)} 个；没有收藏成功的：{'、'.join(ignored)}"


TASKS = (
    Task(
        name="make-three-short-videos",
        language="en",
        toolset="smart_editing",
        request="Make three different upright short videos (1080 by 1920) from the assets Spring sale promo and Autumn "
        f'teaser with the voice-over "{_CENT}" and the title "Half price"; they go to {SITE}/shorts/stall_1.mp4 and so '
        "on. Tell me what became of each.",
        prepare=_script_batch(
            "SubmitBatchMediaProducingJob",
            [_make_video("shorts/stall_0.mp4"), _make_video("shorts/stall_1.mp4"), _REFUSED],
        ),
        solve=do(
            "make several different short videos from our clips with a voice-over",
            "SubmitBatchMediaProducingJob",
            {
                "InputConfig": {"MediaArray": ["$0", "$1"], "SpeechTextArray": [_CENT], "TitleArray": ["Half price"]},
                "OutputConfig": _SHORT,
                **WAIT,
            },
            "state",
            "url",
            "problem",
            assets=("Spring sale promo", "Autumn teaser"),
        ),
        grade=expect(
            "SubmitBatchMediaProducingJob",
            {
                "InputConfig": Holds(_CENT, "Half price"),
                "OutputConfig.Count": 3,
                "OutputConfig.Width": 1080,
                "OutputConfig.Height": 1920,
                "OutputConfig.MediaURL": Holds("shorts/stall_{index}.mp4"),
            },
            "stall_0.mp4",
            "stall_1.mp4",
            re.compile("too short", re.IGNORECASE),
        ),
        most_calls=5,
        most_bytes=5_400,
    ),
    Task(
        name="cut-highlights-of-a-match",
        language="zh",
        toolset="smart_editing",
        request=f"{SITE}/sport/pingpong-final.mp4 是一场乒乓球比赛的录像，剪一条横屏 1920×1080 的精彩集锦，"
        f"放到 {SITE}/highlights/final_0.mp4 这样的地址。",
        prepare=_script_batch("SubmitSportsHighlightsJob", [_make_video("highlights/final_0.mp4", 58)]),
        solve=do(
            "从乒乓球比赛录像里剪精彩集锦",
            "SubmitSportsHighlightsJob",
            {
                "InputConfig": {"SportsCategory": "pingpong", "InputMedia": f"{SITE}/sport/pingpong-final.mp4"},
                "OutputConfig": {
                    "MediaURL": f"{SITE}/highlights/final_{{index}}.mp4",
                    "Count": 1,
                    "Width": 1920,
                    "Height": 1080,
                },
                **WAIT,
            },
            "url",
        ),
        grade=expect(
            "SubmitSportsHighlightsJob",
            {
                "InputConfig.SportsCategory": "pingpong",
                "InputConfig.InputMedia": Object("sport/pingpong-final.mp4"),
                "OutputConfig.MediaURL": Holds("highlights/final_{index}"),
                "OutputConfig.Width": 1920,
                "OutputConfig.Height": 1080,
            },
            "final_0.mp4",
        ),
        most_calls=2,
        most_bytes=1_500,
    ),
    Task(
        name="split-a-programme-into-two-files",
        language="zh",
        toolset="smart_editing",
        request="把素材 Evening News 12 April 拆成两段文件：0 到 4 秒、4 到 9 秒，存到 local-media 的 pieces/ 下，"
        "文件名 news_ 加序号，给我两段的地址。",
        prepare=_script_smart_job("SubmitSegmentationJob", _PIECES),
        solve=do(
            "按时间段把一个视频拆成几个文件",
            "SubmitSegmentationJob",
            {
                "InputConfig": {"Type": "Media", "Media": "$0"},
                "JobParams": {"Mode": "UserDefined", "Ranges": [{"In": 0, "Out": 4}, {"In": 4, "Out": 9}]},
                "OutputConfig": {
                    "OutputMediaTarget": "oss-object",
                    "Bucket": "local-media",
                    "ObjectKey": "pieces/news_{index}.mp4",
                },
                **WAIT,
            },
            "MediaUrl",
            assets=("Evening News 12 April",),
        ),
        grade=expect(
            "SubmitSegmentationJob",
            {
                "InputConfig.Media": Asset("Evening News 12 April"),
                "JobParams.Mode": "UserDefined",
                "JobParams.Ranges.In": [0, 4],
                "JobParams.Ranges.Out": [4, 9],
                "OutputConfig.Bucket": "local-media",
                "OutputConfig.ObjectKey": "pieces/news_{index}.mp4",
            },
            "news_0.mp4",
            "news_1.mp4",
        ),
        most_calls=3,
        most_bytes=1_800,
    ),
    Task(
        name="find-no-moments-worth-showing",
        language="en",
        toolset="smart_editing",
        request="Which three moments of about 10 seconds in Flood in the harbour, raw footage are the best? I only "
        "want to know the times, no files.",
        prepare=_script_smart_job("SubmitHighlightExtractionJob", []),
        solve=_say_no_moments,
        grade=expect(
            "SubmitHighlightExtractionJob",
            {
                "InputConfig.MediaArray": _names_flood,
                "InputConfig.Strategy.Count": 3,
                "InputConfig.Strategy.ClipDuration": 10,
                "OutputConfig.NeedExport": Not(True),
            },
            re.compile(r"\bno\b|nothing|none|not find|any", re.IGNORECASE),
        ),
        most_calls=3,
        most_bytes=1_600,
    ),
    Task(
        name="cut-a-trailer-of-a-series",
        language="zh",
        toolset="smart_editing",
        request="用素材 The Lighthouse Keepers 和《茶的故事》剪一条竖屏 1080×1920 的短剧预告片，"
        f"保留原声，放到 {SITE}/trailers/drama_0.mp4。",
        prepare=_script_batch("SubmitScreenMediaHighlightsJob", [_make_video("trailers/drama_0.mp4", 30)]),
        solve=do(
            "给短剧剪一条预告片",
            "SubmitScreenMediaHighlightsJob",
            {
                "InputConfig": {"MediaArray": ["$0", "$1"]},
                "EditingConfig": {"MediaConfig": {"Volume": 1}},
                "OutputConfig": {
                    "MediaURL": f"{SITE}/trailers/drama_{{index}}.mp4",
                    "Count": 1,
                    "Width": 1080,
                    "Height": 1920,
                },
                **WAIT,
            },
            "url",
            assets=("The Lighthouse Keepers", "茶的故事"),
        ),
        grade=expect(
            "SubmitScreenMediaHighlightsJob",
            {
                "InputConfig.MediaArray[]": [Asset("The Lighthouse Keepers"), Asset("茶的故事")],
                "EditingConfig.MediaConfig.Volume": 1,
                "OutputConfig.MediaURL": Holds("trailers/drama_{index}"),
                "OutputConfig.Height": 1920,
            },
            "drama_0.mp4",
        ),
        most_calls=4,
        most_bytes=2_000,
    ),
    Task(
        name="animate-a-table",
        language="en",
        toolset="smart_editing",
        request=f'Turn the table {SITE}/tables/sales.xlsx into an animated bar chart titled "Sales 2026", 1280 '
        "by 720, at "
        f"{SITE}/charts/sales.mp4. Which asset is it then?",
        prepare=_script_chart,
        solve=do(
            "turn an Excel table into an animated chart",
            "SubmitDynamicChartJob",
            {
                "ChartType": "Histogram",
                "Input": {"XlsFile": f"{SITE}/tables/sales.xlsx"},
                "OutputConfig": {"MediaURL": f"{SITE}/charts/sales.mp4", "Width": 1280, "Height": 720},
                "ChartTitle": {"Text": "Sales 2026"},
                **WAIT,
            },
            "MediaId",
        ),
        grade=expect(
            "SubmitDynamicChartJob",
            {
                "ChartType": "Histogram",
                "Input.XlsFile": Object("tables/sales.xlsx"),
                "OutputConfig.MediaURL": Object("charts/sales.mp4"),
                "OutputConfig.Width": 1280,
                "ChartTitle.Text": "Sales 2026",
            },
            "d3b5b27947bd18d200eec3097b85b3e3",
        ),
        most_calls=2,
        most_bytes=1_400,
    ),
    Task(
        name="list-favourite-music",
        language="en",
        toolset="public_media",
        request="Which pieces of the licensed music library did we mark as favourites?",
        prepare=_script_music,
        solve=do(
            "our favourites of the licensed music library",
            "SearchPublicMediaInfo",
            {"EntityId": "Copyright_Music", "Favorite": True},
            "Title",
            "title",
        ),
        grade=_expect_only("Morning Coffee", "Calm Sea", not_told="Run!"),
        most_calls=2,
        most_bytes=1_300,
    ),
    Task(
        name="add-favourites-one-of-which-is-unknown",
        language="zh",
        toolset="public_media",
        request="把公共素材 {known} 和 {unknown} 加到我的收藏，没加成的告诉我是哪个。",
        prepare=_script_favourites,
        solve=_add_favourites,
        grade=expect(
            "AddFavoritePublicMedia", {"MediaIds": Holds("icepublic-0c44", "icepublic-ffff")}, "icepublic-ffff"
        ),
        most_calls=2,
        most_bytes=1_200,
    ),
    Task(
        name="find-upbeat-shared-music",
        language="zh",
        toolset="public_media",
        request="公共素材库里有哪些欢快的背景音乐？把名字列给我。",
        prepare=_script_shared_music,
        solve=do(
            "公共素材库里的背景音乐",
            "ListPublicMediaBasicInfos",
            {"BusinessType": "bgm", "MediaTagId": "bgm-upbeat"},
            "title",
        ),
        grade=_expect_only("Sunny Side", "Bounce", not_told="Mist"),
        most_calls=2,
        most_bytes=1_400,
    ),
)
