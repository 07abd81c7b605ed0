"""Tasks about recordings of live streams that wait, run or are over, and the files they leave."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from benchmarks.assistant.answers import ABSENT, pick, pick_all
from benchmarks.assistant.desk import Desk
from benchmarks.assistant.end_state import check_asked_once
from benchmarks.assistant.start_state import RECORDED, RECORDINGS
from benchmarks.assistant.task import End, Facts, Problems, Start, Task
from benchmarks.assistant.tasks.recording_templates import list_template_ids
from tests.local_ims.server import RunningIms
from tests.local_recording.publisher import publishing
from tests.local_recording.recording import Recorder
from tests.local_recording.rtmp_server import rtmp_server


def _go_live(start: Start) -> None:
    """A stream is on the air at ``stream``."""
    server = start.running.enter_context(rtmp_server())
    start.facts["stream"] = url = server.url("gala")
    publisher = start.running.enter_context(publishing(start.state.clip("stream.flv"), url, speed=1.0))
    publisher.connect()
    publisher.begin_sending(600)


def _submit(ims: RunningIms, name: str, url: str) -> str:
    """Begin a recording with the system's mp4 template; returns the JobId."""
    told = ims.call(
        "SubmitLiveRecordJob",
        Name=name,
        TemplateId=list_template_ids(ims)["system-mp4"],
        StreamInput=json.dumps({"Type": "rtmp", "Url": url}),
        RecordOutput=json.dumps({"Type": "oss", "Bucket": RECORDINGS}),
    )
    return str(told["JobId"])


def _record_gala(ims: RunningIms, start: Start) -> None:
    job_id = _submit(ims, "跨年晚会", start.facts["stream"])
    Recorder(ims).reached(job_id, "started")
    start.facts["job_id"] = job_id


def _wait_for_morning_show(ims: RunningIms, start: Start) -> None:
    """A recording of a stream that nobody sends."""
    start.facts["job_id"] = _submit(ims, "Morning show", "rtmp://127.0.0.1:9/live/morning")


def _jobs(end: End) -> list[dict[str, Any]]:
    """Those that were not over in the start."""
    listed = end.ims.call("ListLiveRecordJobs", PageSize="100")["LiveRecordJobs"]
    return [job for job in listed if job["Name"] != RECORDED]


def _files(end: End) -> list[dict[str, Any]]:
    return end.ims.call("ListLiveRecordFiles").get("Files") or []


def _file_name(file: Mapping[str, Any]) -> str:
    return str(file["RecordUrl"]).rpartition("/")[2]


async def _list_files(desk: Desk, query: str) -> dict[str, Any]:
    await desk.find(query, "ListLiveRecordFiles")
    return await desk.run("ListLiveRecordFiles")


def _address(told: Mapping[str, Any]) -> str:
    return str(next(iter(pick_all(told, "url") + pick_all(told, "RecordUrl"))))


async def _tell_file(desk: Desk, facts: Facts) -> str:
    del facts
    told = await _list_files(desk, "录制文件在哪里")
    seconds = next(iter(pick_all(told, "duration_seconds") + pick_all(told, "Duration")))
    return f"“{RECORDED}”录了一个文件，{seconds} 秒：{_address(told)}"


def _grade_file(end: End) -> Problems:
    return end.says(_file_name(_files(end)[0])) + _says_length(end)


def _says_length(end: End) -> Problems:
    # Sound may end some hundredths of a second behind the last picture.
    return end.says(re.compile(r"(?<!\d)0?(2(\.0\d*)?|1\.9\d*) ?(s|秒|sec)|0?0:0?2(?!\d)|two seconds", re.I))


async def _tell_over(desk: Desk, facts: Facts) -> str:
    del facts
    await desk.find("which live recordings are there and are they over", "ListLiveRecordJobs")
    told = await desk.run("ListLiveRecordJobs", Keyword=RECORDED)
    states = pick_all(told, "status") + pick_all(told, "Status")
    return "It is over: the stream has ended." if states == ["paused"] else f"It is not over: {states}"


def _grade_over(end: End) -> Problems:
    wrong = re.search(r"not over|still (running|recording)|in progress", end.answer, re.I)
    return (
        end.says(re.compile(r"\bover\b|ended|finished|complete|\bdone\b", re.I))
        + (["it is said to run"] if wrong else [])
        + ([] if end.calls else ["nobody looked"])
    )


async def _register_file(desk: Desk, facts: Facts) -> str:
    del facts
    told = await _list_files(desk, "录制文件在哪里")
    made = await desk.call("register_media_info", InputURL=_address(told), Title="市政会议回放", wait_seconds=40)
    return f"已入库，编号 {pick(made, 'MediaId')}。" if made["wait"]["outcome"] == "succeeded" else str(made)


def _grade_registered_file(end: End) -> Problems:
    listed = end.ims.call("ListMediaBasicInfos", MaxResults="100")["MediaInfos"]
    found = [each["MediaBasicInfo"] for each in listed if each["MediaBasicInfo"]["Title"] == "市政会议回放"]
    wanted = _file_name(_files(end)[0])
    if len(found) != 1 or found[0]["Status"] != "Normal" or not found[0]["InputURL"].endswith(wanted):
        return [f"registered are {[(each['InputURL'], each['Status']) for each in found]}"]
    return []


async def _delete_files(desk: Desk, facts: Facts) -> str:
    del facts
    await desk.find("delete a recorded file", "DeleteLiveRecordFiles")
    await desk.call("describe_operation", operation="DeleteLiveRecordFiles")
    record_id = pick(await desk.run("ListLiveRecordFiles"), "RecordId")
    await desk.run("DeleteLiveRecordFiles", "destructive", RecordIds=[record_id], RemoveFile=True)
    return "The recorded file is deleted, also in OSS."


def _grade_deleted_files(end: End) -> Problems:
    left = end.ims.bucket(RECORDINGS).list_objects().object_list
    problems = [f"{each.key} is still there" for each in left]
    return problems + (["the recording is still listed"] if _files(end) else []) + check_asked_once(end)


async def _tell_no_files(desk: Desk, facts: Facts) -> str:
    told = await _list_files(desk, "list the files a recording made")
    files = [job for job in pick_all(told, "JobId") if job == facts["job_id"]]
    return (
        f"There are {len(files)} files." if files else "There is no file of that recording yet: nothing was recorded."
    )


def _grade_no_files(end: End) -> Problems:
    name = _file_name(_files(end)[0])
    return end.says(ABSENT) + (["the file of another recording is named"] if name in end.answer else [])


async def _record(desk: Desk, facts: Facts) -> str:
    await desk.find("有哪些录制模板", "ListLiveRecordTemplates")
    template_id = pick(await desk.run("ListLiveRecordTemplates"), "TemplateId", "system-mp4")
    told = await desk.call(
        "submit_live_record_job",
        Name="晚间直播",
        StreamInput={"Type": "rtmp", "Url": facts["stream"]},
        RecordOutput={"Type": "oss", "Bucket": RECORDINGS},
        TemplateId=template_id,
        wait_seconds=40,
    )
    return f"已开始录制（{told['wait']['status']}），任务编号 {told['JobId']}。"


def _grade_recording(end: End) -> Problems:
    found = [
        (job["Status"], job["StreamInput"]["Url"], job["RecordOutput"].get("Bucket"), job["TemplateName"])
        for job in _jobs(end)
    ]
    wanted = [("started", end.start.facts["stream"], RECORDINGS, "system-mp4")]
    return ([] if found == wanted else [f"the jobs are {found}"]) + (
        [] if any(job["JobId"] in end.answer for job in _jobs(end)) else ["the answer does not say the id"]
    )


async def _record_twice(desk: Desk, facts: Facts) -> str:
    await desk.find("which recording templates are there", "ListLiveRecordTemplates")
    template_id = pick(await desk.run("ListLiveRecordTemplates"), "TemplateId", "system-mp4")
    told = await desk.use(
        "submit_live_record_job",
        {
            "Name": "Gala",
            "StreamInput": {"Type": "rtmp", "Url": facts["stream"]},
            "RecordOutput": {"Type": "oss", "Bucket": RECORDINGS},
            "TemplateId": template_id,
        },
    )
    return f"Nothing was begun: {told.text}" if told.failed else "It is being recorded."


def _grade_recorded_once(end: End) -> Problems:
    jobs = [job["Name"] for job in _jobs(end)]
    said = end.says(re.compile(r"already|second (time|one)|twice|跨年晚会", re.I))
    return said + ([] if jobs == ["跨年晚会"] else [f"the jobs are {jobs}"])


async def _tell_running(desk: Desk, facts: Facts) -> str:
    del facts
    await desk.find("查看直播录制任务的状态", "ListLiveRecordJobs")
    told = await desk.run("ListLiveRecordJobs", Keyword="跨年晚会")
    states = pick_all(told, "status") + pick_all(told, "Status")
    return "还在录制，没有结束，所以还没有文件。" if states == ["started"] else f"状态：{states}"


def _grade_running(end: End) -> Problems:
    name = _file_name(_files(end)[0])
    said = end.says(re.compile("还在|仍在|正在|没有?结束|未结束|没录完|进行中|录制中"))
    return said + (["the file of another recording is named"] if name in end.answer else [])


async def _tell_waiting(desk: Desk, facts: Facts) -> str:
    del facts
    await desk.find("which streams are being recorded", "ListLiveRecordJobs")
    told = await desk.run("ListLiveRecordJobs", Keyword="Morning show")
    states = pick_all(told, "status") + pick_all(told, "Status")
    if states == ["initial"]:
        return "Not yet: the job waits for the stream, nothing has come."
    return f"It is in the state {states}."


def _grade_waiting(end: End) -> Problems:
    return end.says(re.compile(r"\bnot\b|n't|wait|initial|no stream|nothing", re.I))


TASKS = (
    Task(
        "file-of-a-recording",
        "zh",
        "live_record",
        f"“{RECORDED}”的录制文件在哪里？有多长？",
        _tell_file,
        _grade_file,
        2,
        1_700,
    ),
    Task(
        "is-a-recording-over",
        "en",
        "live_record",
        f"Is the recording {RECORDED} over?",
        _tell_over,
        _grade_over,
        2,
        1_500,
    ),
    Task(
        "recording-into-the-library",
        "zh",
        "live_record",
        f"把“{RECORDED}”的录制文件收进媒资库，标题“市政会议回放”。",
        _register_file,
        _grade_registered_file,
        3,
        3_300,
    ),
    Task(
        "delete-a-recording",
        "en",
        "live_record",
        f"Delete what was recorded of {RECORDED}, also the file in OSS.",
        _delete_files,
        _grade_deleted_files,
        4,
        3_500,
    ),
    Task(
        "record-a-stream",
        "zh",
        "live_record",
        f"{{stream}} 正在直播，用系统的 mp4 模板录下来，名字“晚间直播”，存到 bucket {RECORDINGS}，录上了给我任务编号。",
        _record,
        _grade_recording,
        3,
        2_300,
        prepare=_go_live,
    ),
    Task(
        "record-a-stream-twice",
        "en",
        "live_record",
        f"Record {{stream}} as Gala, mp4, into the bucket {RECORDINGS}.",
        _record_twice,
        _grade_recorded_once,
        3,
        2_100,
        prepare=_go_live,
        furnish=_record_gala,
    ),
    Task(
        "is-a-running-recording-over",
        "zh",
        "live_record",
        "“跨年晚会”录完了吗？录完了就把文件地址给我。",
        _tell_running,
        _grade_running,
        2,
        1_400,
        prepare=_go_live,
        furnish=_record_gala,
    ),
    Task(
        "does-it-record",
        "en",
        "live_record",
        "Is the Morning show being recorded right now?",
        _tell_waiting,
        _grade_waiting,
        2,
        1_400,
        furnish=_wait_for_morning_show,
    ),
    Task(
        "files-of-a-recording-without-any",
        "en",
        "live_record",
        "Which files has the recording {job_id} made so far?",
        _tell_no_files,
        _grade_no_files,
        2,
        1_700,
        furnish=_wait_for_morning_show,
    ),
)
