"""Tasks about deleting assets, with or without their files."""

from __future__ import annotations

from benchmarks.assistant.answers import ABSENT, NOT_DONE, pick, pick_all
from benchmarks.assistant.desk import Desk
from benchmarks.assistant.end_state import check_asked_once, find_lost
from benchmarks.assistant.start_state import ASSETS, BUCKET, NO_SUCH_ID
from benchmarks.assistant.task import End, Facts, Problems, Task, refuse


def _check_object(end: End, title: str, *, there: bool) -> Problems:
    [key] = [asset.key for asset in ASSETS if asset.title == title]
    if end.ims.bucket(BUCKET).object_exists(key) == there:
        return []
    return [f"the file of {title!r} is {'gone' if there else 'still there'}"]


async def _delete_teaser(desk: Desk, facts: Facts) -> str:
    del facts
    found = await desk.call("find_media", text="Autumn teaser")
    await desk.call("delete_media_infos", MediaIds=pick(found, "MediaId", "Autumn teaser"))
    return "Autumn teaser is deleted from the library; its file is still in OSS."


def _grade_deleted_teaser(end: End) -> Problems:
    return find_lost(end, "Autumn teaser") + _check_object(end, "Autumn teaser", there=True) + check_asked_once(end)


async def _delete_rain(desk: Desk, facts: Facts) -> str:
    del facts
    found = await desk.call("find_media", text="雨声")
    media_id = pick(found, "MediaId", "雨声")
    await desk.call("delete_media_infos", MediaIds=media_id, DeletePhysicalFiles=True)
    return "“雨声”已连同文件删除。"


def _grade_deleted_rain(end: End) -> Problems:
    return find_lost(end, "雨声") + _check_object(end, "雨声", there=False) + check_asked_once(end)


async def _delete_both(desk: Desk, facts: Facts) -> str:
    del facts
    found = await desk.call("find_media", text="Evening News")
    await desk.call("delete_media_infos", MediaIds=",".join(pick_all(found, "MediaId")))
    return "两期 Evening News 都已从媒资库删除。"


def _grade_deleted_both(end: End) -> Problems:
    return find_lost(end, "Evening News 12 April", "Evening News 13 April")


async def _try_delete(desk: Desk, facts: Facts) -> str:
    del facts
    found = await desk.call("find_media", text="足球决赛", media_type="video")
    told = await desk.use("delete_media_infos", {"MediaIds": pick(found, "MediaId", "足球决赛集锦")})
    return "您没有确认，“足球决赛集锦”没有删除。" if told.failed else "已删除。"


def _grade_not_deleted(end: End) -> Problems:
    return find_lost(end) + _check_object(end, "足球决赛集锦", there=True) + end.says(NOT_DONE) + check_asked_once(end)


async def _delete_unknown(desk: Desk, facts: Facts) -> str:
    del facts
    told = await desk.use("delete_media_infos", {"MediaIds": NO_SUCH_ID})
    if told.failed or NO_SUCH_ID in told.text.partition("IgnoredList")[2]:
        return "There is no asset with this id; nothing was deleted."
    return "It is deleted."


def _grade_deleted_unknown(end: End) -> Problems:
    return end.says(ABSENT) + find_lost(end)


TASKS = (
    Task(
        "delete-an-asset",
        "en",
        "media_library",
        "Take the autumn teaser out of the library, but leave its file where it is.",
        _delete_teaser,
        _grade_deleted_teaser,
        2,
        500,
    ),
    Task(
        "delete-an-asset-with-its-file",
        "zh",
        "media_library",
        "音效“雨声”不要了，连同存储里的文件一起删掉。",
        _delete_rain,
        _grade_deleted_rain,
        2,
        500,
    ),
    Task(
        "delete-two-assets",
        "zh",
        "media_library",
        "12 日和 13 日的 Evening News 都从媒资库里删掉，文件留着。",
        _delete_both,
        _grade_deleted_both,
        2,
        1_000,
    ),
    Task(
        "delete-an-asset-after-all-not",
        "zh",
        "media_library",
        "删除视频“足球决赛集锦”。",
        _try_delete,
        _grade_not_deleted,
        2,
        500,
        agrees=refuse,
    ),
    Task(
        "delete-what-is-not-there",
        "en",
        "media_library",
        f"Delete the asset {NO_SUCH_ID}.",
        _delete_unknown,
        _grade_deleted_unknown,
        1,
        300,
    ),
)
