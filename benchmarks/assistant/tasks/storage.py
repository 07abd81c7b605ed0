"""Tasks about where files are kept by default."""

from __future__ import annotations

import re

from benchmarks.assistant.answers import pick
from benchmarks.assistant.desk import Desk
from benchmarks.assistant.end_state import check_asked_once
from benchmarks.assistant.start_state import BUCKET
from benchmarks.assistant.task import End, Facts, Problems, Start, Task, refuse
from tests.local_ims.server import RunningIms


async def _tell_default(desk: Desk, facts: Facts) -> str:
    del facts
    await desk.find("我们的文件默认存到哪个 bucket", "GetDefaultStorageLocation")
    told = await desk.run("GetDefaultStorageLocation")
    return f"默认存储是 bucket {pick(told, 'Bucket')}，路径 {pick(told, 'Path')}。"


def _grade_default(end: End) -> Problems:
    return end.says(BUCKET)


def _make_archive(ims: RunningIms, start: Start) -> None:
    del start
    ims.bucket("harbour-archive").create_bucket()


async def _set_default(desk: Desk, facts: Facts) -> str:
    del facts
    await desk.find("change the default storage bucket", "SetDefaultStorageLocation")
    await desk.call("describe_operation", operation="SetDefaultStorageLocation")
    place = {"StorageType": "user_oss_bucket", "Bucket": "harbour-archive", "Path": "jobs/"}
    await desk.run("SetDefaultStorageLocation", "destructive", **place)
    return "From now on files go to harbour-archive, folder jobs."


def _grade_set_default(end: End) -> Problems:
    now = end.ims.call("GetDefaultStorageLocation")
    found = (now["Bucket"], now["Path"].strip("/"))
    return ([] if found == ("harbour-archive", "jobs") else [f"the default is {found}"]) + check_asked_once(end)


async def _try_set_default(desk: Desk, facts: Facts) -> str:
    del facts
    await desk.find("修改默认存储", "SetDefaultStorageLocation")
    await desk.call("describe_operation", operation="SetDefaultStorageLocation")
    place = {"StorageType": "user_oss_bucket", "Bucket": "harbour-archive", "Path": "/"}
    told = await desk.use(
        "call_destructive_operation", {"operation": "SetDefaultStorageLocation", "operation_arguments": place}
    )
    return "您没有同意，默认存储没有改，仍是 local-media。" if told.failed else "已改。"


def _grade_kept_default(end: End) -> Problems:
    now = end.ims.call("GetDefaultStorageLocation")["Bucket"]
    return (
        ([] if now == BUCKET else [f"the default is {now}"])
        + end.says(re.compile("没|未|仍|取消|保持|不变"))
        + check_asked_once(end)
    )


TASKS = (
    Task(
        "default-storage",
        "zh",
        "admin",
        "我们的文件默认存到哪个 bucket？",
        _tell_default,
        _grade_default,
        2,
        1_200,
    ),
    Task(
        "change-the-default-storage",
        "en",
        "admin",
        "From now on, files for which no place is named should go to our bucket harbour-archive, folder jobs.",
        _set_default,
        _grade_set_default,
        3,
        2_500,
        furnish=_make_archive,
    ),
    Task(
        "change-the-default-storage-after-all-not",
        "zh",
        "admin",
        "把默认存储换成 bucket harbour-archive 的根目录。",
        _try_set_default,
        _grade_kept_default,
        3,
        2_400,
        furnish=_make_archive,
        agrees=refuse,
    ),
)
