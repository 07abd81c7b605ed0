"""Tasks about processing templates, queues and workflows."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from benchmarks.assistant.desk import Desk
from benchmarks.assistant.evidence import Asset, Fact, expect, expect_refused, expect_told
from benchmarks.assistant.script import Body, by_id
from benchmarks.assistant.steps import WAIT, call_found, do, index, pick, refuse_call, tell
from benchmarks.assistant.task import Start, Task

TASK_ID = "4788bc6f142f1f055509c31cf1c91824"
WORKFLOW = "502f84d6570bd3573ee9f868e57cf50a"


def _make_config(width: int, bitrate: int) -> str:
    video = {"Codec": "H.264", "Width": width, "Bitrate": bitrate}
    return json.dumps({"Container": {"Format": "mp4"}, "Video": video, "Audio": {"Codec": "AAC", "Bitrate": 96}})


def _script_templates(start: Start) -> None:
    rows = {
        "web 720p": ("0c1b3e5f", 1280, 1800),
        "web 1080p": ("7d2e4f6a", 1920, 4200),
        "移动端": ("9b1d3f5a", 960, 900),
    }

    templates = [
        {"TemplateId": f"{key}7a9d4c2e8b6f0a1d3c5e7b90", "TemplateName": name, "Type": 1, "Subtype": 1}
        | {"TypeName": "TranscodeTemplate", "Status": "Normal", "TemplateConfig": _make_config(width, bitrate)}
        for name, (key, width, bitrate) in rows.items()
    ]

    def list_templates(arguments: Mapping[str, Any]) -> Body:
        shown = [
            each
            for each in templates
            if str(arguments["Type"]) == "1" and arguments.get("Name", each["TemplateName"]) == each["TemplateName"]
        ]
        return {"CustomTemplateList": shown, "Total": len(shown)}

    start.script.answer("ListCustomTemplates", list_templates)
    known = {str(each["TemplateId"]): {"CustomTemplate": each} for each in templates}
    start.script.answer("GetCustomTemplate", by_id("TemplateId", known))
    start.script.answer("DeleteCustomTemplate", {"Success": True})
    start.facts["web_720p"] = "0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90"


async def _tell_template(desk: Desk, facts: Mapping[str, Any]) -> str:
    listed = await call_found(desk, "find our transcoding template by its name", "ListCustomTemplates", Type="1")
    [row] = [row for row in listed["rows"] if row["name"] == "web 720p"]
    return tell(row, "TemplateId", "bitrate_kbps")


async def _keep_template(desk: Desk, facts: Mapping[str, Any]) -> str:
    words = "delete our transcoding template"
    listed = await call_found(desk, words, "ListCustomTemplates", Type="1")
    template = index(listed, "name", "TemplateId")["web 720p"]
    held = await refuse_call(desk, words, "DeleteCustomTemplate", TemplateId=template)
    return "You said no, so the template was not deleted." if held else "Deleted."


def _script_creation(start: Start) -> None:
    made = {
        "TemplateId": "ab4802364a2e49208c99efab82df4c1d",
        "TemplateName": "移动端540p",
        "Type": 1,
        "Status": "Normal",
    }
    start.script.answer("CreateCustomTemplate", {"CustomTemplate": made})


def _script_queues(start: Start) -> None:
    rows = [("8c49488f52854c108fc85e03816f850d", "批量", 3), ("9e7c5a3b1f0d4e2c8a6b4d2f0e1c3a5b", "加急", 9)]
    listed = [
        {"PipelineId": key, "Name": name, "Priority": priority, "Speed": "Standard", "Status": "Active"}
        for key, name, priority in rows
    ]
    start.script.answer("ListPipelines", {"PipelineList": listed})
    start.script.answer("GetPipeline", by_id("PipelineId", {row["PipelineId"]: {"Pipeline": row} for row in listed}))
    start.script.answer("UpdatePipeline", by_id("PipelineId", {row["PipelineId"]: {"Success": True} for row in listed}))
    start.facts["bulk"] = rows[0][0]


async def _pause_queue(desk: Desk, facts: Mapping[str, Any]) -> str:
    words = "暂停“批量”管道"
    listed = await call_found(desk, words, "ListPipelines")
    queue = index(listed, "Name", "PipelineId")["批量"]
    await call_found(desk, words, "UpdatePipeline", PipelineId=queue, Status="Paused")
    return "“批量”管道已暂停，任务会保留，恢复后继续。"


_STEPS = json.dumps(
    [
        {"Name": "转码", "Type": "Transcode", "Status": "Succeed"},
        {"Name": "审核", "Type": "Censor", "Status": "Failed", "ErrorMessage": "Template ef4a6b2d does not exist"},
    ],
    ensure_ascii=False,
)


def _script_workflow(start: Start) -> None:
    steps = json.dumps([{"Name": "review", "Status": "Succeed"}, {"Name": "publish to portal", "Status": "Succeed"}])
    done = {
        "TaskId": TASK_ID,
        "Status": "Succeed",
        "ActivityResults": steps,
        "Workflow": {"Name": "review and publish"},
    }
    start.script.run_job("StartWorkflow", {"TaskId": TASK_ID}, "GetWorkflowTask", [{"WorkflowTask": done}])
    start.facts["workflow"] = WORKFLOW


def _script_failed_workflow(start: Start) -> None:
    task = {"TaskId": TASK_ID, "Status": "Failed", "ActivityResults": _STEPS, "Workflow": {"Name": "转码并审核"}}
    start.script.answer("GetWorkflowTask", by_id("TaskId", {TASK_ID: {"WorkflowTask": task}}))
    start.facts["task"] = TASK_ID


def _script_system_templates(start: Start) -> None:
    rows = [("S00000001-100030", "MP4-480P", 848), ("S00000001-100031", "MP4-720P", 1280)]
    rows += [("S00000001-100032", "MP4-1080P", 1920), ("S00000001-200030", "HLS-1080P", 1920)]

    def list_templates(arguments: Mapping[str, Any]) -> Body:
        shown = [
            {
                "TemplateId": key,
                "TemplateName": name,
                "Type": 1,
                "Subtype": 2,
                "SubtypeName": "Normal",
                "Status": "Normal",
            }
            | {"TypeName": "TranscodeTemplate", "TemplateConfig": _make_config(width, width * 2)}
            for key, name, width in rows
            if str(arguments.get("Type", "1")) == "1" and arguments.get("Name", name) == name
        ]
        return {"SystemTemplateList": shown, "Total": len(shown)}

    start.script.answer("ListSystemTemplates", list_templates)


async def _name_system_template(desk: Desk, facts: Mapping[str, Any]) -> str:
    listed = await call_found(desk, "which built-in template makes 1080p mp4", "ListSystemTemplates", Type="1")
    ids, names = pick(listed, "TemplateId", "id"), pick(listed, "TemplateName", "name")
    return "; ".join(f"{name}: {key}" for key, name in zip(ids, names, strict=True) if name == "MP4-1080P")


def _script_ai_workflow(start: Start) -> None:
    task = {"TaskId": TASK_ID, "Status": "running", "WorkflowId": WORKFLOW}
    start.script.answer("GetAIWorkflowTask", by_id("TaskId", {TASK_ID: {"WorkflowTask": task}}))
    start.script.answer("StopAIWorkflowTask", by_id("TaskId", {TASK_ID: {"TaskId": TASK_ID}}))
    start.facts["task"] = TASK_ID


TASKS = (
    Task(
        name="find-a-transcoding-template",
        language="en",
        toolset="processing_templates",
        request='Which id does our transcoding template "web 720p" have, and what is its video bitrate?',
        prepare=_script_templates,
        solve=_tell_template,
        grade=expect_told("0c1b3e5f7a9d4c2e8b6f0a1d3c5e7b90", "1800"),
        most_calls=2,
        most_bytes=1_700,
    ),
    Task(
        name="keep-a-template-the-user-does-not-want-deleted",
        language="en",
        toolset="processing_templates",
        request='Delete the transcoding template "web 720p".',
        prepare=_script_templates,
        agrees=lambda question: False,
        solve=_keep_template,
        grade=expect_refused("DeleteCustomTemplate"),
        most_calls=4,
        most_bytes=4_200,
    ),
    Task(
        name="make-a-transcoding-template",
        language="zh",
        toolset="processing_templates",
        request="新建一个普通转码模板“移动端540p”：mp4，H.264，宽 960，视频码率 800 kbps，音频 AAC 64 kbps。"
        "把模板 ID 给我。",
        prepare=_script_creation,
        solve=do(
            "新建转码模板",
            "CreateCustomTemplate",
            {
                "Name": "移动端540p",
                "Type": 1,
                "Subtype": 1,
                "TemplateConfig": {
                    "Container": {"Format": "mp4"},
                    "Video": {"Codec": "H.264", "Width": 960, "Bitrate": 800},
                    "Audio": {"Codec": "AAC", "Bitrate": 64},
                },
            },
            "TemplateId",
        ),
        grade=expect(
            "CreateCustomTemplate",
            {
                "Name": "移动端540p",
                "Type": 1,
                "TemplateConfig.Container.Format": "mp4",
                "TemplateConfig.Video.Codec": "H.264",
                "TemplateConfig.Video.Width": 960,
                "TemplateConfig.Video.Bitrate": 800,
                "TemplateConfig.Audio.Codec": "AAC",
                "TemplateConfig.Audio.Bitrate": 64,
            },
            "ab4802364a2e49208c99efab82df4c1d",
        ),
        most_calls=2,
        most_bytes=1_600,
    ),
    Task(
        name="pause-a-queue-by-its-name",
        language="zh",
        toolset="processing_templates",
        request="“批量”那个管道先暂停，排队的任务别丢。",
        prepare=_script_queues,
        solve=_pause_queue,
        grade=expect("UpdatePipeline", {"PipelineId": Fact("bulk"), "Status": "Paused"}, "暂停"),
        most_calls=3,
        most_bytes=1_400,
    ),
    Task(
        name="run-a-workflow-on-an-asset",
        language="en",
        toolset="processing_templates",
        request="Run our workflow {workflow} on the asset Spring sale promo and tell me what its steps gave.",
        prepare=_script_workflow,
        solve=do(
            "run a workflow on an asset",
            "StartWorkflow",
            {"WorkflowId": "$workflow", "TaskInput": {"Type": "Media", "Media": "$0"}, **WAIT},
            "steps",
            "ActivityResults",
            "Name",
            "Status",
            assets=("Spring sale promo",),
        ),
        grade=expect(
            "StartWorkflow",
            {"WorkflowId": Fact("workflow"), "TaskInput.Media": Asset("Spring sale promo")},
            "review",
            "publish to portal",
            re.compile("succe", re.IGNORECASE),
        ),
        most_calls=3,
        most_bytes=1_700,
    ),
    Task(
        name="tell-which-step-of-a-workflow-failed",
        language="zh",
        toolset="processing_templates",
        request="工作流任务 {task} 在哪一步失败了，为什么？",
        prepare=_script_failed_workflow,
        solve=do(
            "工作流任务在哪一步失败了",
            "GetWorkflowTask",
            {"TaskId": "$task"},
            "Name",
            "ErrorMessage",
            "ActivityResults",
        ),
        grade=expect_told("审核", re.compile("does not exist|不存在")),
        most_calls=2,
        most_bytes=1_400,
    ),
    Task(
        name="name-a-built-in-template",
        language="en",
        toolset="processing_templates",
        request="Which of the service's built-in templates makes 1080p MP4 files? I need its id.",
        prepare=_script_system_templates,
        solve=_name_system_template,
        grade=expect_told("S00000001-100032"),
        most_calls=2,
        most_bytes=1_700,
    ),
    Task(
        name="stop-an-ai-workflow",
        language="zh",
        toolset="processing_templates",
        request="AI 工作流任务 {task} 跑错素材了，马上停掉。",
        prepare=_script_ai_workflow,
        solve=do("停止正在运行的 AI 工作流任务", "StopAIWorkflowTask", {"TaskId": "$task"}, opening="已停止任务"),
        grade=expect("StopAIWorkflowTask", {"TaskId": Fact("task")}, "停"),
        most_calls=2,
        most_bytes=1_100,
    ),
)
