"""Tasks about recording templates."""

from __future__ import annotations

import json
import re
from typing import Any

from benchmarks.assistant.answers import NOT_DONE, pick
from benchmarks.assistant.desk import Desk
from benchmarks.assistant.end_state import check_asked_once
from benchmarks.assistant.task import End, Facts, Problems, Start, Task, refuse
from tests.local_ims.server import RunningIms

_PREFIX = "record/{JobId}/{Sequence}_{EscapedStartTime}_{EscapedEndTime}"


def _make_template(ims: RunningIms, start: Start) -> None:
    formats = [{"Format": "mp4", "CycleDuration": 3600, "OssObjectPrefix": _PREFIX}]
    made = ims.call("CreateLiveRecordTemplate", Name="council-hourly", RecordFormat=json.dumps(formats))
    start.facts["made"] = made["TemplateId"]


def list_template_ids(ims: RunningIms) -> dict[str, str]:
    """By name."""
    listed = ims.call("ListLiveRecordTemplates", PageSize="100")["RecordTemplateList"]
    return {template["Name"]: template["TemplateId"] for template in listed}


def _formats(end: End, name: str) -> list[dict[str, Any]] | None:
    template_id = list_template_ids(end.ims).get(name)
    if template_id is None:
        return None
    return end.ims.call("GetLiveRecordTemplate", TemplateId=template_id)["RecordTemplate"]["RecordFormatList"]


async def _tell_templates(desk: Desk, facts: Facts) -> str:
    del facts
    await desk.find("有哪些录制模板", "ListLiveRecordTemplates")
    told = await desk.run("ListLiveRecordTemplates")
    rows = told.get("rows") or told["RecordTemplateList"]
    names = [str(row.get("name") or row.get("Name")) for row in rows if "mp4" in json.dumps(row)]
    return f"能录成 mp4 的模板：{'、'.join(names)}。"


def _grade_templates(end: End) -> Problems:
    wrong = [name for name in ("system-flv", "system-m3u8") if re.search(rf"{name}(?![\w-])", end.answer)]
    return end.says(re.compile(r"system-mp4(?![\w-])"), "system-mp4-flv-m3u8") + [f"{name} is named" for name in wrong]


async def _create_hourly(desk: Desk, facts: Facts) -> str:
    del facts
    await desk.find("make a recording template: mp4 files of half an hour", "CreateLiveRecordTemplate")
    format_ = {"Format": "mp4", "CycleDuration": 1800, "OssObjectPrefix": _PREFIX}
    told = await desk.run("CreateLiveRecordTemplate", "write", Name="half-hours", RecordFormat=[format_])
    return f"The template half-hours is there: {told['TemplateId']}."


def _grade_hourly(end: End) -> Problems:
    found = [(each["Format"], each["CycleDuration"]) for each in _formats(end, "half-hours") or []]
    return [] if found == [("mp4", 1800)] else [f"half-hours writes {found}"]


async def _create_hls(desk: Desk, facts: Facts) -> str:
    del facts
    await desk.find("新建录制模板，录成 HLS", "CreateLiveRecordTemplate")
    await desk.call("describe_operation", operation="CreateLiveRecordTemplate")
    hls = {
        "Format": "m3u8",
        "CycleDuration": 7200,
        "OssObjectPrefix": _PREFIX,
        "SliceDuration": 10,
        "SliceOssObjectPrefix": "record/{JobId}/{UnixTimestamp}_{Sequence}",
    }
    told = await desk.run("CreateLiveRecordTemplate", "write", Name="回看", RecordFormat=[hls])
    return f"模板“回看”已建好，编号 {told['TemplateId']}。"


def _grade_hls(end: End) -> Problems:
    found = [(each["Format"], each["CycleDuration"], each["SliceDuration"]) for each in _formats(end, "回看") or []]
    return [] if found == [("m3u8", 7200, 10)] else [f"回看 writes {found}"]


async def _change_template(desk: Desk, facts: Facts) -> str:
    del facts
    await desk.find("change a recording template", "UpdateLiveRecordTemplate")
    template_id = pick(await desk.run("ListLiveRecordTemplates"), "TemplateId", "council-hourly")
    read = await desk.run("GetLiveRecordTemplate", TemplateId=template_id)
    formats = [{**each, "CycleDuration": 7200} for each in pick(read, "RecordFormatList")]
    await desk.run(
        "UpdateLiveRecordTemplate", "destructive", TemplateId=template_id, Name="council-hourly", RecordFormat=formats
    )
    return "council-hourly now begins a new file every two hours."


def _grade_changed_template(end: End) -> Problems:
    found = _formats(end, "council-hourly")
    wanted = [{"Format": "mp4", "CycleDuration": 7200, "OssObjectPrefix": _PREFIX}]
    return ([] if found == wanted else [f"council-hourly writes {found}"]) + check_asked_once(end)


async def _delete_template(desk: Desk, facts: Facts) -> str:
    del facts
    await desk.find("删除录制模板", "DeleteLiveRecordTemplate")
    template_id = pick(await desk.run("ListLiveRecordTemplates"), "TemplateId", "council-hourly")
    await desk.run("DeleteLiveRecordTemplate", "destructive", TemplateId=template_id)
    return "录制模板 council-hourly 已删除。"


def _grade_deleted_template(end: End) -> Problems:
    found = set(list_template_ids(end.ims))
    wanted = {"system-mp4", "system-flv", "system-m3u8", "system-mp4-flv-m3u8"}
    return ([] if found == wanted else [f"there are the templates {sorted(found)}"]) + check_asked_once(end)


async def _try_delete_template(desk: Desk, facts: Facts) -> str:
    del facts
    await desk.find("delete a recording template", "DeleteLiveRecordTemplate")
    template_id = pick(await desk.run("ListLiveRecordTemplates"), "TemplateId", "council-hourly")
    arguments = {"operation": "DeleteLiveRecordTemplate", "operation_arguments": {"TemplateId": template_id}}
    told = await desk.use("call_destructive_operation", arguments)
    return "You did not agree: the template is still there." if told.failed else "It is deleted."


def _grade_kept_template(end: End) -> Problems:
    there = "council-hourly" in list_template_ids(end.ims)
    return ([] if there else ["the template is gone"]) + end.says(NOT_DONE) + check_asked_once(end)


TASKS = (
    Task(
        "templates-for-mp4",
        "zh",
        "live_record",
        "现在有哪些录制模板可以录成 mp4？",
        _tell_templates,
        _grade_templates,
        2,
        1_800,
    ),
    Task(
        "create-a-recording-template",
        "en",
        "live_record",
        'Make a recording template "half-hours": mp4, a new file every 30 minutes.',
        _create_hourly,
        _grade_hourly,
        2,
        1_300,
    ),
    Task(
        "create-a-replay-template",
        "zh",
        "live_record",
        "建一个录制模板“回看”：HLS 格式，每两小时一个文件，切片 10 秒。",
        _create_hls,
        _grade_hls,
        3,
        2_900,
    ),
    Task(
        "change-a-recording-template",
        "en",
        "live_record",
        "Our template council-hourly should begin a new file every two hours, everything else as it is.",
        _change_template,
        _grade_changed_template,
        4,
        3_000,
        furnish=_make_template,
    ),
    Task(
        "delete-a-recording-template",
        "zh",
        "live_record",
        "录制模板 council-hourly 不用了，删掉吧。",
        _delete_template,
        _grade_deleted_template,
        3,
        2_400,
        furnish=_make_template,
    ),
    Task(
        "delete-a-recording-template-after-all-not",
        "en",
        "live_record",
        "Delete the recording template council-hourly.",
        _try_delete_template,
        _grade_kept_template,
        3,
        2_400,
        furnish=_make_template,
        agrees=refuse,
    ),
)
