"""Tasks about live streams: transcoded, pictured, encoded by MediaLive channels, relayed by MediaConnect."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from benchmarks.assistant.desk import Desk
from benchmarks.assistant.evidence import Fact, expect, expect_refused, expect_told
from benchmarks.assistant.script import Body, by_id
from benchmarks.assistant.steps import WAIT, call_found, do, index, refuse_call, tell, tell_outcome
from benchmarks.assistant.task import End, Problems, Start, Task

JOB = "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"
OTHER = "7d2e4f6a8b0c1d3e5f7a9b1c3d5e7f90"
TEMPLATE = "4f2a8c0e6b1d4d3f9a7e5c3b1d0f2e48"
CHANNEL = "SEGK5KA6KYKAWQQH"
GROUP = "KZ7QJ2V5X8M3N4TB"
INPUT = "G6G4X5T4SZYPSTT5"
FLOW = "05c3adf4-aa0e-421d-a991-48ed8d6e7f0b"


def _matches(arguments: Mapping[str, Any], name: str, text: str) -> bool:
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
            if _matches(arguments, "KeyWord", name)
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
            if _matches(arguments, "KeyWord", name) and str(arguments.get("Status", status)) == str(status)
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


def _script_channel(state: str) -> Any:
    def prepare(start: Start) -> None:
        rows = [(CHANNEL, "news-channel"), ("WQQHSEGK5KA6KYKA", "sports-channel")]

        def list_channels(arguments: Mapping[str, Any]) -> Body:
            shown = [
                {"ChannelId": key, "Name": name, "State": state, "CreateTime": "2026-01-03T06:56:42Z"}
                | {
                    "InputAttachments": [{"InputId": INPUT, "InputName": "studio-a"}],
                    "VideoSettings": [],
                    "AudioSettings": [],
                }
                for key, name in rows
                if _matches(arguments, "Keyword", name)
            ]
            return {"Channels": shown, "TotalCount": len(shown), "MaxResults": 10}

        running = {
            "ChannelId": CHANNEL,
            "Name": "news-channel",
            "State": "RUNNING",
            "LastStartTime": "2026-03-05T08:00:00Z",
        }
        start.script.answer("ListMediaLiveChannels", list_channels)
        start.script.run_job("StartMediaLiveChannel", {}, "GetMediaLiveChannel", [{"Channel": running}])
        start.script.answer("StopMediaLiveChannel", {})
        start.facts["channel"] = CHANNEL

    return prepare


async def _start_channel(desk: Desk, facts: Mapping[str, Any]) -> str:
    listed = await call_found(desk, "find a MediaLive channel by its name", "ListMediaLiveChannels")
    channel = index(listed, "name", "ChannelId")["news-channel"]
    answer = await call_found(desk, "start a MediaLive channel", "StartMediaLiveChannel", ChannelId=channel, **WAIT)
    return f"The channel is {answer['wait']['status']}."


async def _keep_channel(desk: Desk, facts: Mapping[str, Any]) -> str:
    held = await refuse_call(desk, "停掉 MediaLive 频道", "StopMediaLiveChannel", ChannelId=facts["channel"])
    return "您没有同意，频道没有停，还在播。" if held else "已停。"


def _script_input(start: Start) -> None:
    info = {"DestHost": "rtmp://input-7.medialive.example/live", "StreamName": "studio-b"}
    found = {"InputId": INPUT, "Name": "studio-b", "Type": "RTMP_PUSH", "InputInfos": [info], "ChannelIds": []}
    start.script.answer("CreateMediaLiveInput", {"InputId": INPUT})
    start.script.answer("GetMediaLiveInput", by_id("InputId", {INPUT: {"Input": found}}))
    start.facts["group"] = GROUP


async def _make_input(desk: Desk, facts: Mapping[str, Any]) -> str:
    made = await call_found(
        desk,
        "make an RTMP push input for MediaLive",
        "CreateMediaLiveInput",
        Name="studio-b",
        Type="RTMP_PUSH",
        InputSettings=[{"StreamName": "studio-b"}],
        SecurityGroupIds=[facts["group"]],
    )
    info = await call_found(desk, "push address of a MediaLive input", "GetMediaLiveInput", InputId=made["InputId"])
    if "[hidden" in str(info):  # what a push address is made of is a credential, shown when asked for
        info = await desk.run("GetMediaLiveInput", InputId=made["InputId"], include_credentials=True)
    return tell(info, "DestHost", "StreamName", opening="Push to host and stream name:")


def _script_security(start: Start) -> None:
    rows = [("studio-network", ["203.0.113.0/24", "198.51.100.7/32"]), ("office", ["192.0.2.0/28"])]

    def list_groups(arguments: Mapping[str, Any]) -> Body:
        shown = [
            {"SecurityGroupId": f"{place}Z7QJ2V5X8M3N4TB", "Name": name, "WhitelistRules": rules, "InputIds": [INPUT]}
            for place, (name, rules) in enumerate(rows)
            if _matches(arguments, "Keyword", name)
        ]
        return {"SecurityGroups": shown, "TotalCount": len(shown), "MaxResults": 10}

    start.script.answer("ListMediaLiveInputSecurityGroups", list_groups)


def _script_flow(start: Start) -> None:
    flow = {
        "FlowId": FLOW,
        "FlowName": "stadium",
        "FlowStatus": "offline",
        "FlowRegion": "cn-shanghai",
        "FlowFailover": "no",
    }
    start.script.answer("GetMediaConnectFlow", by_id("FlowId", {FLOW: {"Content": flow, "RetCode": 0}}))
    output = {"OutputName": "partner", "OutputProtocol": "RTMP-PUSH", "Forbid": "no"}
    start.script.answer(
        "GetMediaConnectFlowOutput", by_id("OutputName", {"partner": {"Content": output, "RetCode": 0}})
    )
    done = {"Content": "", "Description": "OK", "RetCode": 0}
    start.script.answer("ForbidMediaConnectFlowOutput", by_id("OutputName", {"partner": done}))
    start.script.answer(
        "AddMediaConnectFlowOutput", {"Content": {"OutputUrl": "rtmp://pull.example/live/x"}, "RetCode": 0}
    )
    start.facts["flow"] = FLOW


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
        most_bytes=2_800,
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
        most_bytes=2_450,
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
        most_bytes=3_250,
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
        most_bytes=1_450,
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
        most_bytes=1_400,
    ),
    Task(
        name="start-a-channel-by-its-name",
        language="en",
        toolset="medialive",
        request="Start our MediaLive channel news-channel and tell me when it runs.",
        prepare=_script_channel("IDLE"),
        solve=_start_channel,
        grade=expect(
            "StartMediaLiveChannel", {"ChannelId": Fact("channel")}, re.compile("running|on air|started", re.I)
        ),
        most_calls=3,
        most_bytes=1_600,
    ),
    Task(
        name="keep-a-channel-on-air",
        language="zh",
        toolset="medialive",
        request="把 MediaLive 频道 {channel} 停掉。",
        prepare=_script_channel("RUNNING"),
        agrees=lambda question: False,
        solve=_keep_channel,
        grade=expect_refused("StopMediaLiveChannel"),
        most_calls=2,
        most_bytes=1_150,
    ),
    Task(
        name="make-an-input-to-push-to",
        language="en",
        toolset="medialive",
        request="We want to push studio-b over RTMP into MediaLive. Set up an input of that name (stream name "
        "the same) that "
        "security group {group} may push to. Where do we push?",
        prepare=_script_input,
        solve=_make_input,
        grade=expect(
            "CreateMediaLiveInput",
            {
                "Name": "studio-b",
                "Type": "RTMP_PUSH",
                "InputSettings.StreamName": "studio-b",
                "SecurityGroupIds[]": Fact("group"),
            },
            "input-7.medialive.example/live",
            "studio-b",
        ),
        most_calls=5,
        most_bytes=2_550,
    ),
    Task(
        name="tell-who-may-push",
        language="zh",
        toolset="medialive",
        request="MediaLive 的安全组 studio-network 允许哪些 IP 推流？",
        prepare=_script_security,
        solve=do(
            "安全组允许哪些 IP 推流",
            "ListMediaLiveInputSecurityGroups",
            {"Keyword": "studio-network"},
            "WhitelistRules",
        ),
        grade=expect_told("203.0.113.0/24", "198.51.100.7"),
        most_calls=2,
        most_bytes=1_150,
    ),
    Task(
        name="tell-whether-a-relay-is-online",
        language="en",
        toolset="mediaconnect",
        request="Is our MediaConnect flow {flow} online?",
        prepare=_script_flow,
        solve=do("is a MediaConnect flow online", "GetMediaConnectFlow", {"FlowId": "$flow"}, "FlowStatus"),
        grade=expect_told(re.compile("offline|not online", re.IGNORECASE)),
        most_calls=2,
        most_bytes=1_200,
    ),
    Task(
        name="cut-off-one-output-of-a-relay",
        language="zh",
        toolset="mediaconnect",
        request="MediaConnect 流 {flow} 先别往 partner 这一路输出送了，其他输出照常，以后还要恢复。",
        prepare=_script_flow,
        solve=do(
            "暂停往 MediaConnect 的一个输出分发",
            "ForbidMediaConnectFlowOutput",
            {"FlowId": "$flow", "OutputName": "partner"},
            opening="partner 这一路已停止分发",
        ),
        grade=expect("ForbidMediaConnectFlowOutput", {"FlowId": Fact("flow"), "OutputName": "partner"}, "partner"),
        most_calls=2,
        most_bytes=1_150,
    ),
    Task(
        name="relay-a-stream-to-a-partner",
        language="en",
        toolset="mediaconnect",
        request="Send our MediaConnect flow {flow} also to rtmp://ingest.partner.example/live/harbour, as "
        "output affiliate.",
        prepare=_script_flow,
        solve=do(
            "send a MediaConnect flow also to another server",
            "AddMediaConnectFlowOutput",
            {
                "FlowId": "$flow",
                "OutputName": "affiliate",
                "OutputProtocol": "RTMP-PUSH",
                "OutputToUrl": "rtmp://ingest.partner.example/live/harbour",
            },
            opening="The output affiliate was added.",
        ),
        grade=expect(
            "AddMediaConnectFlowOutput",
            {
                "FlowId": Fact("flow"),
                "OutputName": "affiliate",
                "OutputProtocol": "RTMP-PUSH",
                "OutputToUrl": "rtmp://ingest.partner.example/live/harbour",
            },
            "affiliate",
        ),
        most_calls=2,
        most_bytes=1_150,
    ),
)
