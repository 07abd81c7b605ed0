"""Tasks about agents that telephone, Yike's studio, and the account: events, usage, storage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from benchmarks.assistant.desk import Desk
from benchmarks.assistant.evidence import Fact, Holds, expect, expect_refused, expect_told, find_wrong_call
from benchmarks.assistant.script import Body, by_id
from benchmarks.assistant.steps import call_found, do, pick, refuse_call, tell
from benchmarks.assistant.task import End, Problems, Start, Task

AGENT = "39f8e0bc005e4f309379701645f4c1d2"
SESSION = "c1e5b2a4f7d84c0f9a3b6d2e8f1a7c90"
STORYBOARD = "ab0e3e76-1e9d-41ed-ba64-0c42a1b73d66"
USER = "li.a1b2@1234567890123456.yikeai"
_DAY = 86_400
_NOVEMBER = 1_793_462_400
"""2026-11-01 in Beijing."""


def _script_calls(start: Start) -> None:
    def list_numbers(arguments: Mapping[str, Any]) -> Body:
        rows = [("057126883071", 4), ("057126883072", 2)]
        wanted = str(arguments.get("Status", ""))
        shown = [{"PhoneNumber": number, "Status": status} for number, status in rows if wanted in ("", str(status))]
        return {"Data": shown, "TotalNumber": len(shown), "PageNumber": 1, "PageSize": 50}

    start.script.answer("ListAIAgentPhoneNumber", list_numbers)
    start.script.answer("StartAIAgentOutboundCall", {"InstanceId": "02fcb933c5da7085c552d5b9d3fbbe42"})
    start.script.answer("GetAIAgentConcurrency", by_id("AIAgentId", {AGENT: {"ActiveCount": 39}}))
    start.facts["agent"] = AGENT


async def _call_customer(desk: Desk, facts: Mapping[str, Any]) -> str:
    await desk.find("智能体可用的外呼号码", "ListAIAgentPhoneNumber")
    await desk.call("describe_operation", operation="ListAIAgentPhoneNumber")  # which status is a good one
    numbers = await desk.run("ListAIAgentPhoneNumber", Status=2)
    [caller] = pick(numbers, "PhoneNumber")
    answer = await call_found(
        desk,
        "让智能体给客户打电话",
        "StartAIAgentOutboundCall",
        AIAgentId=facts["agent"],
        CalledNumber="13800000000",
        CallerNumber=caller,
    )
    return tell(answer, "InstanceId", opening="已拨出，通话 ID：")


async def _call_nobody(desk: Desk, facts: Mapping[str, Any]) -> str:
    held = await refuse_call(
        desk,
        "let our agent call a customer",
        "StartAIAgentOutboundCall",
        AIAgentId=facts["agent"],
        CalledNumber="13800000000",
        CallerNumber="057126883072",
    )
    return "Nobody was called, as you said no." if held else "It rings."


def _script_conversation(start: Start) -> None:
    begins = int(datetime(2026, 3, 5, 9, 0, tzinfo=UTC).timestamp()) * 1000
    said = [("user", "When does the final begin?"), ("agent", "At eight this evening."), ("user", "Thanks!")]

    def list_dialogues(arguments: Mapping[str, Any]) -> Body:
        rows = [
            {"DialogueId": f"d{place}", "Producer": who, "Text": text, "Time": begins + place * 4000, "Source": "call"}
            for place, (who, text) in enumerate(said)
            if int(arguments["StartTime"]) <= begins + place * 4000 <= int(arguments["EndTime"])
        ]
        return {"Dialogues": rows if arguments.get("Order") == "ASC" else rows[::-1]}

    start.script.answer("ListAIAgentDialogues", list_dialogues)
    start.facts["session"] = SESSION


_DAY_OF_TALK = {"StartTime": 1_772_668_800_000, "EndTime": 1_772_755_199_999, "Order": "ASC"}


def _script_user(start: Start) -> None:
    user = {
        "UserInfo": {"YikeUserId": "4c2e8b6f0a1d3c5e", "UserName": USER, "Nickname": "小李", "WorkspaceId": "llm-az2g"}
    }
    start.script.answer("GetYikeUser", by_id("UserName", {USER: user}))
    start.script.answer("AddYikeUserCredit", by_id("YikeUserId", {"4c2e8b6f0a1d3c5e": {"Result": True}}))
    credit = {"CreditTotal": "400", "CreditUsage": "100"}
    start.script.answer("GetYikeUserCredit", by_id("YikeUserId", {"4c2e8b6f0a1d3c5e": credit}))
    start.facts["user"] = USER


async def _add_credit(desk: Desk, facts: Mapping[str, Any]) -> str:
    user = await call_found(desk, "查找一个 Yike 用户", "GetYikeUser", UserName=facts["user"])
    [key] = pick(user, "YikeUserId")
    await call_found(desk, "给 Yike 用户加积分", "AddYikeUserCredit", YikeUserId=key, Credit=50)
    return "已给小李加了 50 积分。"


def _script_storyboard(start: Start) -> None:
    shots = '[{"errorCode":"NoMediaData","storyboardId":"st_2118280473","shotId":"54"}]'
    job = {"JobId": STORYBOARD, "JobStatus": "Suspended", "JobResult": {"FailureShotList": shots}}
    start.script.answer("GetYikeStoryboardJob", by_id("JobId", {STORYBOARD: job}))
    start.script.answer("ResumeYikeStoryboardJob", by_id("JobId", {STORYBOARD: {"JobId": STORYBOARD}}))
    start.facts["job"] = STORYBOARD


_URL = "https://media.harbour.tv/ims/events"


def _script_callback(start: Start) -> None:
    callback = {"CallbackType": "HTTP", "CallbackURL": _URL, "AuthSwitch": "off"}
    start.script.answer("GetEventCallback", {**callback, "EventTypeList": "ProduceMediaComplete,SmartJobComplete"})
    start.script.answer("SetEventCallback", {"Success": True})


async def _add_event(desk: Desk, facts: Mapping[str, Any]) -> str:
    there = await call_found(desk, "announce one more event with our event callback", "GetEventCallback")
    types = there["EventTypeList"]
    events = [*(types.split(",") if isinstance(types, str) else types), "MediaConvertComplete"]
    await call_found(
        desk,
        "announce one more event with our event callback",
        "SetEventCallback",
        CallbackType=there["CallbackType"],
        CallbackURL=there["CallbackURL"],
        AuthSwitch=there["AuthSwitch"],
        EventTypeList=",".join(events),
    )
    return f"Announced are now {', '.join(events)}."


def _grade_events(end: End) -> Problems:
    problems = [*find_wrong_call(end, "SetEventCallback", {"CallbackType": "HTTP", "CallbackURL": _URL})]
    if problems:
        return problems
    types = set(str(end.script.made("SetEventCallback")[0].get("EventTypeList")).split(","))
    if types != {"ProduceMediaComplete", "SmartJobComplete", "MediaConvertComplete"}:
        problems.append(f"announced are {sorted(types)}")
    return problems + end.says("MediaConvertComplete")


def _script_usage(start: Start) -> None:
    def measure(arguments: Mapping[str, Any]) -> Body:
        first, step = int(arguments["StartTs"]), int(arguments["Interval"])
        days = [(_NOVEMBER + day * _DAY, minutes) for day, minutes in ((0, 120), (1, 345), (2, 60))]
        rows = [
            {"Time": time, "Specification": "H264.HD", "Duration": minutes}
            for time, minutes in days
            if step == _DAY and first <= time < int(arguments["EndTs"])
        ]
        return {"Data": rows}

    start.script.answer("DescribeMeterImsMediaConvertUsage", measure)
    total = {"EditingDuration": "8722", "LiveEditDuration": "0", "LiveRecordDuration": "431", "LiveSnapshotCount": "0"}
    total |= {"MpsTranscodeDuration": 17337, "MpsAiDuration": 260, "LiveTranscodeDuration": 12356}
    start.script.answer("DescribeMeterImsSummary", {"Data": [total]})


def _script_storage(start: Start) -> None:
    rows = [
        {"StorageLocation": "local-media", "Path": "", "Status": "Normal", "DefaultStorage": True},
        {"StorageLocation": "old-media", "Path": "ims/", "Status": "Forbidden", "DefaultStorage": False},
    ]
    kind = {"StorageType": "user_oss_bucket", "EditingTempFileStorage": False, "CreationTime": "2026-01-06T01:55:07Z"}
    listed = [{**row, **kind} for row in rows]

    def list_storage(arguments: Mapping[str, Any]) -> Body:
        return {"StorageInfoList": [row for row in listed if arguments.get("Status", row["Status"]) == row["Status"]]}

    start.script.answer("GetStorageList", list_storage)
    start.script.answer("GetDefaultStorageLocation", {"Bucket": "local-media", "Path": "ims/temp", "Status": "Normal"})


TASKS = (
    Task(
        name="call-a-customer",
        language="zh",
        toolset="ai_agents",
        request="让智能体 {agent} 给客户 13800000000 打个电话，用我们一个状态正常的号码拨出。通话 ID 给我。",
        prepare=_script_calls,
        solve=_call_customer,
        grade=expect(
            "StartAIAgentOutboundCall",
            {"AIAgentId": Fact("agent"), "CalledNumber": "13800000000", "CallerNumber": Holds("057126883072")},
            "02fcb933c5da7085c552d5b9d3fbbe42",
        ),
        most_calls=5,
        most_bytes=4_600,
    ),
    Task(
        name="call-nobody-after-a-no",
        language="en",
        toolset="ai_agents",
        request="Let our agent {agent} call 13800000000 from 057126883072.",
        prepare=_script_calls,
        agrees=lambda question: False,
        solve=_call_nobody,
        grade=expect_refused("StartAIAgentOutboundCall"),
        most_calls=2,
        most_bytes=1_300,
    ),
    Task(
        name="count-the-running-calls",
        language="zh",
        toolset="ai_agents",
        request="智能体 {agent} 现在同时在打几通电话？",
        prepare=_script_calls,
        solve=do("智能体现在有多少通话", "GetAIAgentConcurrency", {"AIAgentId": "$agent"}, "ActiveCount"),
        grade=expect_told(re.compile(r"(?<!\d)39(?!\d)")),
        most_calls=2,
        most_bytes=1_200,
    ),
    Task(
        name="tell-what-was-said",
        language="en",
        toolset="ai_agents",
        request="What did the user ask and what did the agent answer in session {session} on 5 March 2026 (UTC)?",
        prepare=_script_conversation,
        solve=do(
            "what was said in a session with the agent",
            "ListAIAgentDialogues",
            {"SessionId": "$session", **_DAY_OF_TALK},
            "Producer",
            "Text",
        ),
        grade=expect_told("When does the final begin", "At eight this evening"),
        most_calls=2,
        most_bytes=1_500,
    ),
    Task(
        name="hand-out-credits",
        language="zh",
        toolset="yike",
        request="给 Yike 用户 {user} 加 50 积分。",
        prepare=_script_user,
        solve=_add_credit,
        grade=expect("AddYikeUserCredit", {"YikeUserId": "4c2e8b6f0a1d3c5e", "Credit": 50}, re.compile("50")),
        most_calls=4,
        most_bytes=2_500,
    ),
    Task(
        name="tell-why-a-storyboard-stands-still",
        language="en",
        toolset="yike",
        request="Is Yike storyboard job {job} done? If not, what is the matter? Do not start anything yet.",
        prepare=_script_storyboard,
        solve=do(
            "state of a Yike storyboard job",
            "GetYikeStoryboardJob",
            {"JobId": "$job"},
            "JobStatus",
            "shotId",
            "errorCode",
            opening="It is not done:",
        ),
        grade=expect_told(re.compile("suspend|stopped|interrupt", re.IGNORECASE), "54"),
        most_calls=2,
        most_bytes=1_300,
    ),
    Task(
        name="carry-on-a-storyboard",
        language="zh",
        toolset="yike",
        request="Yike 分镜任务 {job} 中断了，接着跑，不要新建。",
        prepare=_script_storyboard,
        solve=do("继续执行中断的分镜任务", "ResumeYikeStoryboardJob", {"JobId": "$job"}, "JobId", opening="已继续执行"),
        grade=expect("ResumeYikeStoryboardJob", {"JobId": Fact("job")}, re.compile("继续|接着|恢复")),
        most_calls=2,
        most_bytes=1_600,
    ),
    Task(
        name="announce-one-more-event",
        language="en",
        toolset="admin",
        request="Our event callback shall also tell us when a media conversion has ended. Everything else "
        "stays as it is.",
        prepare=_script_callback,
        solve=_add_event,
        grade=_grade_events,
        most_calls=3,
        most_bytes=1_600,
    ),
    Task(
        name="tell-where-events-go",
        language="zh",
        toolset="admin",
        request="任务完成的回调现在发到哪里，有没有开鉴权？",
        prepare=_script_callback,
        solve=do("事件回调发到哪里", "GetEventCallback", {}, "CallbackURL", "AuthSwitch"),
        grade=expect_told(_URL, re.compile("off|没有|未开|没开|关", re.IGNORECASE)),
        most_calls=2,
        most_bytes=1_300,
    ),
    Task(
        name="measure-transcoding-by-day",
        language="zh",
        toolset="admin",
        request="2026 年 11 月 1 日和 2 日（北京时间）每天转码了多少分钟？",
        prepare=_script_usage,
        solve=do(
            "每天的转码用量",
            "DescribeMeterImsMediaConvertUsage",
            {"StartTs": _NOVEMBER, "EndTs": _NOVEMBER + 2 * _DAY, "Interval": _DAY},
            "minutes",
            reads=True,
        ),
        grade=expect_told(re.compile(r"\b120\b"), re.compile(r"\b345\b")),
        most_calls=3,
        most_bytes=3_000,
    ),
    Task(
        name="sum-up-the-usage-of-a-week",
        language="en",
        toolset="admin",
        request="How many minutes did we edit and how many did we record live in the week from 1 November 2026 "
        "(Beijing time)?",
        prepare=_script_usage,
        solve=do(
            "how many minutes of everything did we use, in total",
            "DescribeMeterImsSummary",
            {"StartTs": _NOVEMBER, "EndTs": _NOVEMBER + 7 * _DAY},
            "EditingDuration",
            "LiveRecordDuration",
        ),
        grade=expect_told(re.compile("8,?722"), "431"),
        most_calls=2,
        most_bytes=1_300,
    ),
    Task(
        name="name-the-storage",
        language="zh",
        toolset="admin",
        request="媒资能存到哪些存储桶，默认是哪个，有没有不能用的？",
        prepare=_script_storage,
        solve=do("可以存到哪些存储桶", "GetStorageList", {}, "bucket", "default", "status"),
        grade=expect_told("local-media", "old-media"),
        most_calls=2,
        most_bytes=1_500,
    ),
)
