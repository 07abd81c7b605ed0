"""Tasks about what viewers get: packaging on demand and live, ads in streams, MediaWeaver channels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from benchmarks.assistant.desk import Desk
from benchmarks.assistant.evidence import Object, expect, expect_told
from benchmarks.assistant.script import Body, by_id
from benchmarks.assistant.steps import WAIT, call_found, do, pick, tell
from benchmarks.assistant.task import Start, Task

ARN = "acs:ims:mediaweaver:cn-shanghai:1234567890123456:channel/MovieNight"
_PULL = "https://stage.packagepull-1.example/v1/stage/1/main"


def _script_package(status: str, **more: Any) -> Any:
    def prepare(start: Start) -> None:
        asset = {
            "AssetName": "final",
            "GroupName": "films",
            "Input": {"Type": "OSS", "Media": "oss://local-media/hls/final.m3u8"},
        }
        endpoint = {"ConfigurationName": "hls_6s", "Status": status, **more}
        states = [{"Asset": {**asset, "EgressEndpoints": [endpoint]}}]
        start.script.run_job("CreateVodPackagingAsset", {"Asset": asset}, "GetVodPackagingAsset", states)

    return prepare


def _script_origins(start: Start) -> None:
    rows = [("hls", "HLS", f"{_PULL}/hls/index.m3u8", 7), ("backup", "HLS", f"{_PULL}/backup/index.m3u8", 1)]
    shown = [
        {"EndpointName": name, "Protocol": protocol, "EndpointUrl": url, "TimeshiftVision": days}
        | {"GroupName": "stage", "ChannelName": "main", "ManifestName": "index", "IpWhitelist": "203.0.113.0/24"}
        for name, protocol, url, days in rows
    ]
    listed = {"LivePackageOriginEndpoints": shown, "TotalCount": 2, "PageNo": 1, "PageSize": 10}
    start.script.answer("ListLivePackageOriginEndpoints", by_id("ChannelName", {"main": listed}))


def _script_ads(start: Start) -> None:
    prefixes = {
        "HlsPrefix": "https://ads-7.example/v1/hls/stage/",
        "DashPrefix": "https://ads-7.example/v1/dash/stage/",
    }
    config = {"Name": "stage_ads", "ManifestEndpointConfig": prefixes, "PersonalizationThreshold": 8}
    start.script.answer("AddAdInsertion", {"Config": config})


def _script_channels(start: Start) -> None:
    channel = {"ChannelName": "MovieNight", "State": 1, "ChannelTier": "basic", "PlaybackMode": "loop", "Arn": ARN}
    channel |= {
        "OutPutConfigList": [{"ManifestName": "main", "Format": "hls", "PlaybackUrl": "https://w.example/m.m3u8"}]
    }
    start.script.answer("GetChannel", by_id("ChannelName", {"MovieNight": {"Channel": channel}}))
    start.script.answer("ListChannels", {"ChannelList": [channel], "TotalCount": 1, "PageNo": 1, "PageSize": 10})
    start.script.answer("StopChannel", by_id("ChannelName", {"MovieNight": {"Success": True}}))
    alerts = [
        {"ProgramName": "film2", "Category": "PlayBack Warning", "Count": 4, "GmtModified": "2026-03-05T10:03Z"},
        {"ProgramName": "news", "Category": "Scheduling Error", "Count": 1, "GmtModified": "2026-03-05T09:00Z"},
    ]
    listed = {"ProgramAlerts": alerts, "TotalCount": 2, "PageNo": 1, "PageSize": 10}
    start.script.answer("ListChannelAlerts", by_id("ResourceArn", {ARN: listed}))


async def _tell_alerts(desk: Desk, facts: Mapping[str, Any]) -> str:
    channel = await call_found(desk, "look at one MediaWeaver channel", "GetChannel", ChannelName="MovieNight")
    [arn] = pick(channel, "Arn")
    listed = await call_found(
        desk, "alerts of the programs of a MediaWeaver channel", "ListChannelAlerts", ResourceArn=arn
    )
    return tell(listed, "ProgramName", "program", "Category", "Count")


def _script_schedule(start: Start) -> None:
    begins = int(datetime(2026, 3, 5, 19, 30, tzinfo=UTC).timestamp()) * 1000
    programs = [("film2", "Harvest", begins, 5400), ("film3", "Autumn", begins + 5_400_000, 3600)]
    shown: list[Body] = [
        {"ProgramName": name, "SourceName": source, "SourceLocationName": "Films", "SourceType": "vodSource"}
        | {
            "EntryType": "program",
            "ApproximateStartTime": str(time),
            "ApproximateDurationSeconds": seconds,
            "AdBreaks": [],
        }
        for name, source, time, seconds in programs
    ]
    listed = {"Programs": shown, "TotalCount": 2, "PageNo": 1, "PageSize": 10}
    start.script.answer("ListSchedules", by_id("ChannelName", {"MovieNight": listed}))


async def _tell_schedule(desk: Desk, facts: Mapping[str, Any]) -> str:
    listed = await call_found(
        desk, "what plays next on our channel", "ListSchedules", ChannelName="MovieNight", WindowDurationSeconds=14400
    )
    names, times = pick(listed, "ProgramName"), pick(listed, "start")
    return f"{names[0]} at {datetime.fromisoformat(str(times[0])):%H:%M} UTC"


def _script_source(start: Start) -> None:
    source = {"SourceLocationName": "Films", "SourceName": "Tea", "SourceType": "vodSource", "State": 0}

    def create(arguments: Mapping[str, Any]) -> Body:
        return {"Source": {**source, "Arn": ARN.replace("channel/MovieNight", "vodSource/Films/Tea")}}

    start.script.answer("CreateSource", create)


TASKS = (
    Task(
        name="package-a-film-on-demand",
        language="en",
        toolset="packaging",
        request="Bring oss://local-media/hls/final.m3u8 into our on-demand packaging group films as final. Where is it "
        "played?",
        prepare=_script_package("Playable", Url="https://films.example/final/hls_6s/index.m3u8"),
        solve=do(
            "package an HLS video on demand in our group",
            "CreateVodPackagingAsset",
            {
                "AssetName": "final",
                "GroupName": "films",
                "Input": {"Type": "OSS", "Media": "oss://local-media/hls/final.m3u8"},
                **WAIT,
            },
            "url",
        ),
        grade=expect(
            "CreateVodPackagingAsset",
            {"AssetName": "final", "GroupName": "films", "Input.Media": Object("hls/final.m3u8")},
            "https://films.example/final/hls_6s/index.m3u8",
        ),
        most_calls=2,
        most_bytes=1_500,
    ),
    Task(
        name="say-that-packaging-failed",
        language="zh",
        toolset="packaging",
        request="把 oss://local-media/hls/final.m3u8 放进点播打包组 films，名字 final，能播了告诉我；不行也说一声。",
        prepare=_script_package("Failed"),
        solve=do(
            "把 HLS 视频放进点播打包组",
            "CreateVodPackagingAsset",
            {
                "AssetName": "final",
                "GroupName": "films",
                "Input": {"Type": "OSS", "Media": "oss://local-media/hls/final.m3u8"},
                **WAIT,
            },
        ),
        grade=expect(
            "CreateVodPackagingAsset",
            {"AssetName": "final", "GroupName": "films", "Input.Media": Object("hls/final.m3u8")},
            re.compile("失败|没有成功|未成功|不能播"),
        ),
        most_calls=2,
        most_bytes=1_900,
    ),
    Task(
        name="list-the-origins-of-a-channel",
        language="en",
        toolset="packaging",
        request="At which addresses can a CDN fetch our MediaPackage channel main of group stage, how many days back?",
        prepare=_script_origins,
        solve=do(
            "origin endpoints of a packaging channel with their addresses",
            "ListLivePackageOriginEndpoints",
            {"GroupName": "stage", "ChannelName": "main"},
            "EndpointUrl",
            "url",
            "timeshift_days",
        ),
        grade=expect_told(f"{_PULL}/hls/index.m3u8", f"{_PULL}/backup/index.m3u8", re.compile(r"\b7\b")),
        most_calls=2,
        most_bytes=1_700,
    ),
    Task(
        name="insert-ads",
        language="zh",
        toolset="packaging",
        request="给 https://origin.harbour.tv/stage/ 下的直播流配广告插入 stage_ads，广告服务器 https://ads.harbour.tv/vast，"
        "没广告时用 https://ads.harbour.tv/slate.mp4 垫片。观众播 HLS 用什么地址前缀？",
        prepare=_script_ads,
        solve=do(
            "给直播流配置广告插入",
            "AddAdInsertion",
            {
                "Name": "stage_ads",
                "ContentUrlPrefix": "https://origin.harbour.tv/stage/",
                "AdsUrl": "https://ads.harbour.tv/vast",
                "SlateAdUrl": "https://ads.harbour.tv/slate.mp4",
            },
            "HlsPrefix",
        ),
        grade=expect(
            "AddAdInsertion",
            {
                "Name": "stage_ads",
                "ContentUrlPrefix": "https://origin.harbour.tv/stage/",
                "AdsUrl": "https://ads.harbour.tv/vast",
                "SlateAdUrl": "https://ads.harbour.tv/slate.mp4",
            },
            "https://ads-7.example/v1/hls/stage/",
        ),
        most_calls=2,
        most_bytes=1_400,
    ),
    Task(
        name="say-what-plays-next",
        language="en",
        toolset="mediaweaver",
        request="What plays next on our MediaWeaver channel MovieNight within four hours, and when (UTC)?",
        prepare=_script_schedule,
        solve=_tell_schedule,
        grade=expect_told("film2", "19:30"),
        most_calls=2,
        most_bytes=1_600,
    ),
    Task(
        name="list-the-alerts-of-a-channel",
        language="en",
        toolset="mediaweaver",
        request="Which programs of our MediaWeaver channel MovieNight have alerts, and of what kind?",
        prepare=_script_channels,
        solve=_tell_alerts,
        grade=expect_told("film2", "news", re.compile("playback", re.IGNORECASE), re.compile("schedul", re.IGNORECASE)),
        most_calls=4,
        most_bytes=2_800,
    ),
    Task(
        name="take-a-woven-channel-off-air",
        language="zh",
        toolset="mediaweaver",
        request="MediaWeaver 频道 MovieNight 现在先停播，节目单留着。",
        prepare=_script_channels,
        solve=do("停播 MediaWeaver 频道", "StopChannel", {"ChannelName": "MovieNight"}, opening="MovieNight 已停播"),
        grade=expect("StopChannel", {"ChannelName": "MovieNight"}, "停"),
        most_calls=2,
        most_bytes=1_200,
    ),
    Task(
        name="add-a-source-of-films",
        language="zh",
        toolset="mediaweaver",
        request="在 MediaWeaver 源位置 Films 里加一个点播源 Tea：播放列表 films/tea/hd.m3u8，分组 hd。",
        prepare=_script_source,
        solve=do(
            "在 MediaWeaver 里加一个点播源",
            "CreateSource",
            {
                "SourceLocationName": "Films",
                "SourceName": "Tea",
                "SourceType": "vodSource",
                "HttpPackageConfigurations": [
                    {"sourceGroupName": "hd", "relativePath": "films/tea/hd.m3u8", "packageType": "hls"}
                ],
            },
            "SourceName",
        ),
        grade=expect(
            "CreateSource",
            {
                "SourceLocationName": "Films",
                "SourceName": "Tea",
                "SourceType": "vodSource",
                "HttpPackageConfigurations.sourceGroupName": "hd",
                "HttpPackageConfigurations.relativePath": "films/tea/hd.m3u8",
            },
            "Tea",
        ),
        most_calls=2,
        most_bytes=1_300,
    ),
)
