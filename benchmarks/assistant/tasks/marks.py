"""Tasks about the marks on the time line of an asset."""

from __future__ import annotations

import json
from typing import Any

from benchmarks.assistant.answers import NOT_DONE, pick, pick_all
from benchmarks.assistant.desk import Desk
from benchmarks.assistant.end_state import check_asked_once, check_value
from benchmarks.assistant.task import End, Facts, Problems, Start, Task, note_ids, refuse
from tests.local_ims.server import RunningIms

_CHAPTERS = [(0.0, 4.0, "Headlines"), (4.0, 9.0, "Sport")]


def _marks(end: End, title: str) -> list[dict[str, Any]]:
    told = end.ims.call("ListMediaMarks", MediaId=end.start_state.media_ids[title])["MediaMarks"]
    return json.loads(told) if isinstance(told, str) else told


async def _mark_chapters(desk: Desk, facts: Facts) -> str:
    await desk.find("add chapter marks to a video", "AddMediaMarks")
    marks = [{"MarkStartTime": start, "MarkEndTime": end, "MarkContent": text} for start, end, text in _CHAPTERS]
    await desk.run("AddMediaMarks", "write", MediaId=facts["media_id"], MediaMarks=marks)
    return "Two chapters are marked: Headlines and Sport."


def _grade_chapters(end: End) -> Problems:
    found = sorted(
        (float(mark["MarkStartTime"]), float(mark["MarkEndTime"]), f"{mark.get('MarkContent')} {mark.get('MarkTag')}")
        for mark in _marks(end, "Evening News 12 April")
    )
    if len(found) != 2:
        return [f"there are {len(found)} marks"]
    return [
        f"{mark} is not {wanted}"
        for mark, wanted in zip(found, _CHAPTERS, strict=True)
        if mark[:2] != wanted[:2] or wanted[2] not in mark[2]
    ]


def _add_marks(title: str, *texts: str) -> Any:
    def furnish(ims: RunningIms, start: Start) -> None:
        start.facts["media_id"] = media_id = start.state.media_ids[title]
        for number, text in enumerate(texts):
            mark = {"MarkStartTime": str(number), "MarkEndTime": str(number + 1), "MarkContent": text}
            ims.call("AddMediaMarks", MediaId=media_id, MediaMarks=json.dumps([mark]))

    return furnish


async def _tell_marks(desk: Desk, facts: Facts) -> str:
    await desk.find("查看视频的打点", "ListMediaMarks")
    told = await desk.run("ListMediaMarks", MediaId=facts["media_id"])
    return f"共有这些打点：{'、'.join(pick_all(told, 'MarkContent') + pick_all(told, 'content'))}。"


def _grade_told_marks(end: End) -> Problems:
    return end.says("开球", "进球", "终场")


async def _change_mark(desk: Desk, facts: Facts) -> str:
    await desk.find("change the text of a mark", "UpdateMediaMarks")
    told = await desk.run("ListMediaMarks", MediaId=facts["media_id"])
    mark = pick(told, "MarkId", "Headlines")
    await desk.call("describe_operation", operation="UpdateMediaMarks")
    changed = [{"MarkId": mark, "MarkStartTime": 0, "MarkEndTime": 1, "MarkContent": "Top stories"}]
    await desk.run("UpdateMediaMarks", "destructive", MediaId=facts["media_id"], MediaMarks=changed)
    return "The mark Headlines is called Top stories now."


def _grade_changed_mark(end: End) -> Problems:
    found = {mark["MarkContent"]: float(mark["MarkStartTime"]) for mark in _marks(end, "Evening News 13 April")}
    return check_value("the marks and their starts", found, {"Top stories": 0.0, "Weather": 1.0})


async def _try_delete_marks(desk: Desk, facts: Facts) -> str:
    await desk.find("删除视频上的所有打点", "DeleteMediaMarks")
    told = await desk.run("ListMediaMarks", MediaId=facts["media_id"])
    gone = {"MediaId": facts["media_id"], "MediaMarkIds": ",".join(pick_all(told, "MarkId"))}
    answer = await desk.use(
        "call_destructive_operation", {"operation": "DeleteMediaMarks", "operation_arguments": gone}
    )
    return "您没有确认，打点都还在，没有删除。" if answer.failed else "已删除。"


def _grade_kept_marks(end: End) -> Problems:
    found = {mark["MarkContent"] for mark in _marks(end, "足球决赛集锦")}
    return check_value("the set of marks", found, {"开球", "进球"}) + end.says(NOT_DONE) + check_asked_once(end)


TASKS = (
    Task(
        "mark-chapters",
        "en",
        "media_library",
        "In {media_id}, mark the chapters: Headlines from the start to 0:04, then Sport up to 0:09.",
        _mark_chapters,
        _grade_chapters,
        2,
        1_300,
        furnish=note_ids(media_id="Evening News 12 April"),
    ),
    Task(
        "what-is-marked",
        "zh",
        "media_library",
        "素材 {media_id} 上都打了哪些点？",
        _tell_marks,
        _grade_told_marks,
        2,
        1_600,
        furnish=_add_marks("足球决赛集锦", "开球", "进球", "终场"),
    ),
    Task(
        "change-a-mark",
        "en",
        "media_library",
        "On {media_id} the mark Headlines should be called Top stories; leave everything else about it as it is.",
        _change_mark,
        _grade_changed_mark,
        4,
        3_400,
        furnish=_add_marks("Evening News 13 April", "Headlines", "Weather"),
    ),
    Task(
        "delete-marks-after-all-not",
        "zh",
        "media_library",
        "素材 {media_id} 上的打点全部删掉。",
        _try_delete_marks,
        _grade_kept_marks,
        3,
        1_500,
        furnish=_add_marks("足球决赛集锦", "开球", "进球"),
        agrees=refuse,
    ),
)
