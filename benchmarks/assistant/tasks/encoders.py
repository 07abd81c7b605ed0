"""Tasks about MediaLive channels that encode and MediaConnect flows that relay."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from benchmarks.assistant.desk import Desk
from benchmarks.assistant.evidence import Fact, expect, expect_refused, expect_told
from benchmarks.assistant.script import Body, by_id
from benchmarks.assistant.steps import WAIT, call_found, do, index, refuse_call, tell
from benchmarks.assistant.task import Start, Task
from benchmarks.assistant.tasks.live_production import matches

CHANNEL = "SEGK5KA6KYKAWQQH"
GROUP = "KZ7QJ2V5X8M3N4TB"
INPUT = "G6G4X5T4SZYPSTT5"
FLOW = "05c3adf4-aa0e-421d-a991-48ed8d6e7f0b"


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
                if matches(arguments, "Keyword", name)
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
    info = await desk.follow(made)
    return tell(info, "DestHost", "StreamName", opening="Push to host and stream name:")


def _script_security(start: Start) -> None:
    rows = [("studio-network", ["203.0.113.0/24", "198.51.100.7/32"]), ("office", ["192.0.2.0/28"])]

    def list_groups(arguments: Mapping[str, Any]) -> Body:
        shown = [
            {"SecurityGroupId": f"{place}Z7QJ2V5X8M3N4TB", "Name": name, "WhitelistRules": rules, "InputIds": [INPUT]}
            for place, (name, rules) in enumerate(rows)
            if matches(arguments, "Keyword", name)
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
        most_bytes=1_800,
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
        most_bytes=1_300,
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
        most_calls=3,
        most_bytes=1_800,
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
        most_bytes=1_300,
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
        most_bytes=1_300,
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
        most_bytes=1_200,
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
        most_bytes=1_400,
    ),
)
