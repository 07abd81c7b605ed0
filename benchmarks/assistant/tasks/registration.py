"""Tasks about making assets and renditions of files that lie in OSS."""

from __future__ import annotations

import re

from benchmarks.assistant.answers import ABSENT, pick, pick_all
from benchmarks.assistant.desk import Desk
from benchmarks.assistant.end_state import check_value, find_lost
from benchmarks.assistant.start_state import ASSETS, BUCKET
from benchmarks.assistant.task import End, Facts, Problems, Task

_PRESS = f"oss://{BUCKET}/incoming/press-conference.mp4"


async def _register(desk: Desk, facts: Facts) -> str:
    del facts
    told = await desk.call("register_media_info", InputURL=_PRESS, Title="Press conference", wait_seconds=40)
    if not pick_all(told, "duration_seconds"):
        told = await desk.follow(told)
    return f"It is in the library and plays for {pick(told, 'duration_seconds')} seconds."


def _grade_registered(end: End) -> Problems:
    found = [
        each["MediaBasicInfo"]
        for each in end.ims.call("ListMediaBasicInfos", MaxResults="100")["MediaInfos"]
        if each["MediaBasicInfo"]["InputURL"] == _PRESS
    ]
    problems = check_value(
        "the asset", [(each["Title"], each["Status"]) for each in found], [("Press conference", "Normal")]
    )
    return problems + end.says_numbers(3)


async def _register_missing(desk: Desk, facts: Facts) -> str:
    del facts
    url = f"oss://{BUCKET}/incoming/采访.mp4"
    told = await desk.call("register_media_info", InputURL=url, Title="采访", wait_seconds=40)
    problem = pick_all(told, "problem")
    return f"没有成功：{problem[0]}。文件不存在，请检查路径。" if problem else "已入库。"


def _grade_register_missing(end: End) -> Problems:
    normal = end.ims.call("ListMediaBasicInfos", Status="Normal", MaxResults="100")
    return end.says(ABSENT) + (["there is such an asset"] if "采访" in pick_all(normal, "Title") else [])


async def _register_twice(desk: Desk, facts: Facts) -> str:
    del facts
    url = f"oss://{BUCKET}/news/evening-0412.mp4"
    told = await desk.use("register_media_info", {"InputURL": url, "wait_seconds": 40})
    if not told.failed:
        return told.text
    found = await desk.call("get_media_info", InputURL=url)
    return f"It is in the library already, as {found['title']} ({found['media_id']}); nothing was added."


def _grade_register_twice(end: End) -> Problems:
    count = len(pick_all(end.ims.call("ListMediaBasicInfos", MaxResults="100"), "Title"))
    return (
        end.says(re.compile(r"already|exists", re.I), end.start_state.media_ids["Evening News 12 April"])
        + find_lost(end)
        + check_value("the number of assets", count, len(ASSETS))
    )


async def _attach(desk: Desk, facts: Facts) -> str:
    del facts
    found = await desk.call("find_media", text="马拉松开跑")
    media_id = pick(found, "MediaId", "马拉松开跑")
    url = f"oss://{BUCKET}/incoming/发布会.mp4"
    told = await desk.call("register_media_stream", MediaId=media_id, InputURL=url, wait_seconds=40)
    return "已挂上，可以播放。" if told["wait"]["outcome"] == "succeeded" else str(told)


def _grade_attached(end: End) -> Problems:
    streams = end.ims.call("GetPlayInfo", MediaId=end.start_state.media_ids["马拉松开跑"])["PlayInfoList"]
    return check_value("the number of streams", len(streams), 2)


TASKS = (
    Task(
        "take-a-file-into-the-library",
        "en",
        "media_library",
        f'There is a file {_PRESS}. Take it into the library as "Press conference" and tell me how long it is.',
        _register,
        _grade_registered,
        1,
        1_500,
    ),
    Task(
        "take-a-file-that-is-not-there",
        "zh",
        "media_library",
        f"把 oss://{BUCKET}/incoming/采访.mp4 注册到媒资库，标题“采访”。",
        _register_missing,
        _grade_register_missing,
        1,
        700,
    ),
    Task(
        "take-a-file-a-second-time",
        "en",
        "media_library",
        f"Register oss://{BUCKET}/news/evening-0412.mp4 as an asset and give me its id.",
        _register_twice,
        _grade_register_twice,
        2,
        1_900,
    ),
    Task(
        "attach-a-rendition",
        "zh",
        "media_library",
        f"oss://{BUCKET}/incoming/发布会.mp4 是“马拉松开跑”的另一个清晰度，挂到那条素材上，确认能播放。",
        _attach,
        _grade_attached,
        2,
        1_000,
    ),
)
