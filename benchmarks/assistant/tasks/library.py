"""Tasks about the assets of the library: look, change, sort into categories, mark, review, register, delete."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from benchmarks.assistant.answers import ABSENT, NOT_DONE, pick, pick_all
from benchmarks.assistant.desk import Desk
from benchmarks.assistant.library import ASSETS, BUCKET
from benchmarks.assistant.task import End, Problems, Start, Task, note_ids, refuse
from tests.local_ims.server import RunningIms

NO_SUCH_ID = "0badc0de0badc0de0badc0de0badc0de"
Facts = Mapping[str, Any]


# What the graders look at.


def _read(end: End, title: str) -> dict[str, Any]:
    """MediaBasicInfo of an asset of the start state."""
    return end.ims.media_info(end.library.media_ids[title])["MediaBasicInfo"]


def _titles(end: End) -> set[str]:
    """Of all assets there are."""
    return set(pick_all(end.ims.call("ListMediaBasicInfos", MaxResults="100"), "Title"))


def _lost(end: End, *gone: str) -> Problems:
    """A problem for each asset of the start state that is not there, and for each of ``gone`` that is."""
    titles = _titles(end)
    lost = [asset.title for asset in ASSETS if asset.title not in gone and asset.title not in titles]
    return [f"{title!r} is gone" for title in lost] + [f"{title!r} is still there" for title in gone if title in titles]


def _check_object(end: End, title: str, *, there: bool) -> Problems:
    [key] = [asset.key for asset in ASSETS if asset.title == title]
    if end.ims.bucket(BUCKET).object_exists(key) == there:
        return []
    return [f"the file of {title!r} is {'gone' if there else 'still there'}"]


def _categories(end: End, parent: int | None = None) -> dict[str, int]:
    answer = end.ims.call("GetCategories", PageSize="100", **({} if parent is None else {"CateId": str(parent)}))
    return {each["CateName"]: int(each["CateId"]) for each in answer["SubCategories"]["Category"]}


def _marks(end: End, title: str) -> list[dict[str, Any]]:
    told = end.ims.call("ListMediaMarks", MediaId=end.library.media_ids[title])["MediaMarks"]
    return json.loads(told) if isinstance(told, str) else told


def _is(what: str, found: object, wanted: object) -> Problems:
    return [] if found == wanted else [f"{what} is {found!r}, not {wanted!r}"]


# Looking.


async def _tell_codec(desk: Desk, facts: Facts) -> str:
    told = await desk.call("get_media_info", MediaId=facts["media_id"])
    [file] = told["files"]
    return f"{file['video'][0]['codec']}, {file['resolution']}"


def _grade_codec(end: End) -> Problems:
    return end.says("hevc", "320", "180")


async def _tell_tracks(desk: Desk, facts: Facts) -> str:
    del facts
    found = await desk.call("find_media", text="足球决赛集锦")
    told = await desk.call("get_media_info", MediaId=pick(found, "MediaId", "足球决赛集锦"))
    return f"Sound in {', '.join(track['language'] for track in told['files'][0]['audio'])}."


def _grade_tracks(end: End) -> Problems:
    return end.says(re.compile(r"\beng\b|english", re.I), re.compile(r"\bchi\b|chinese|mandarin", re.I))


async def _tell_silence(desk: Desk, facts: Facts) -> str:
    told = await desk.call("get_media_info", MediaId=facts["media_id"])
    tracks = told["files"][0].get("audio")
    return f"有 {len(tracks)} 条音轨。" if tracks else "这条素材没有声音，只有画面。"


def _grade_silence(end: End) -> Problems:
    return end.says(re.compile("没有|沒有|无|不含|不带"))


async def _give_link(desk: Desk, facts: Facts) -> str:
    told = await desk.call("get_play_info", MediaId=facts["media_id"], include_signed_urls=True)
    address = next(text for text in pick_all(told, "url") + pick_all(told, "PlayURL") if "Signature" in text)
    return f"You can watch it at {address}"


def _grade_link(end: End) -> Problems:
    """The link plays the very file."""
    wanted = end.library.clip("short.mp4").read_bytes()
    for address in re.findall(r"http://127\.0\.0\.1[^\s<>\"')\]]+", end.answer):
        try:
            with urlopen(address, timeout=10) as answer:
                if answer.read() == wanted:
                    return []
        except HTTPError:
            continue
    return ["no address of the answer plays the film"]


async def _tell_title_of_address(desk: Desk, facts: Facts) -> str:
    del facts
    told = await desk.call("get_media_info", InputURL="oss://local-media/doc/tea.mp4")
    return f"这个文件是“{told['title']}”，编号 {told['media_id']}。"


def _grade_title_of_address(end: End) -> Problems:
    return end.says("茶的故事", end.library.media_ids["茶的故事"])


async def _tell_absence(desk: Desk, facts: Facts) -> str:
    del facts
    told = await desk.use("get_media_info", {"MediaId": NO_SUCH_ID})
    return "媒资库里不存在这个编号的素材。" if told.failed else told.text


def _grade_absence(end: End) -> Problems:
    return end.says(ABSENT) + _lost(end)


async def _compare_lengths(desk: Desk, facts: Facts) -> str:
    ids = f"{facts['one']},{facts['two']},{facts['three']}"
    told = await desk.call("batch_get_media_infos", MediaIds=ids, AdditionType="FileInfo")
    return "\n".join(f"{row['title']}: {row['duration_seconds']} s" for row in told["rows"])


def _grade_lengths(end: End) -> Problems:
    return end.says_numbers(2, 5, 9)


def _break_upload(ims: RunningIms, start: Start) -> None:
    media_id = ims.register(
        ims.put("incoming/broken.mp4", b"This is a letter, not a film.", BUCKET), title="Broken film"
    )
    ims.settled(media_id)
    start.facts["media_id"] = media_id


async def _tell_failure(desk: Desk, facts: Facts) -> str:
    told = await desk.call("get_media_info", MediaId=facts["media_id"])
    return f"It cannot be played ({told['status']}): {told.get('failure_reason') or told}"


def _grade_failure(end: End) -> Problems:
    return end.says(re.compile(r"\btext\b|not (a |really a )?(film|video|picture)|no (film|video|picture)", re.I))


# Changing.


async def _retitle(desk: Desk, facts: Facts) -> str:
    await desk.call("update_media_info", MediaId=facts["media_id"], Title="秋季预告（终版）")
    return "标题已改为“秋季预告（终版）”。"


def _grade_title(end: End) -> Problems:
    info = _read(end, "Autumn teaser")
    return _is("the title", info["Title"], "秋季预告（终版）") + _is("the tags", info.get("MediaTags"), "promo,teaser")


async def _add_tags(desk: Desk, facts: Facts) -> str:
    await desk.call("update_media_info", MediaId=facts["media_id"], MediaTags="年度精选,回顾", AppendTags=True)
    return "已加上“年度精选”和“回顾”，原有标签保留。"


def _grade_tags(end: End) -> Problems:
    tags = set(_read(end, "足球决赛集锦")["MediaTags"].split(","))
    return _is("the set of tags", tags, {"体育", "足球", "集锦", "年度精选", "回顾"})


async def _replace_tags(desk: Desk, facts: Facts) -> str:
    await desk.call("update_media_info", MediaId=facts["media_id"], MediaTags="winter,sale")
    return "The tags are winter and sale now."


def _grade_replaced_tags(end: End) -> Problems:
    info = _read(end, "Spring sale promo")
    return _is("the set of tags", set(info["MediaTags"].split(",")), {"winter", "sale"}) + _lost(end)


async def _describe(desk: Desk, facts: Facts) -> str:
    del facts
    found = await desk.call("find_media", text="Lighthouse Keepers")
    media_id = pick(found, "MediaId", "The Lighthouse Keepers")
    await desk.call("update_media_info", MediaId=media_id, Description="Part one of three, restored 2026")
    return "The description is changed."


def _grade_description(end: End) -> Problems:
    info = _read(end, "The Lighthouse Keepers")
    return _is("the description", info["Description"], "Part one of three, restored 2026") + _is(
        "the tags", info["MediaTags"], "documentary,sea"
    )


# Categories.


async def _find_category(desk: Desk, query: str, operation: str, name: str) -> int:
    """Search for the operation, then read the id of the category."""
    await desk.find(query, operation)
    return int(pick(await desk.run("GetCategories"), "CateId", name))


async def _list_categories(desk: Desk, facts: Facts) -> str:
    del facts
    await desk.find("列出所有分类", "GetCategories")
    told = await desk.run("GetCategories", PageSize=100)
    return f"现有分类：{'、'.join(pick_all(told, 'CateName') + pick_all(told, 'name'))}。"


def _grade_category_list(end: End) -> Problems:
    return end.says("News", "体育", "Documentaries")


async def _file_promo(desk: Desk, facts: Facts) -> str:
    category = await _find_category(desk, "which folders (categories) are there", "GetCategories", "Documentaries")
    await desk.call("update_media_info", MediaId=facts["media_id"], CateId=category)
    return "It is in Documentaries now."


def _grade_filed(end: End) -> Problems:
    info = _read(end, "Spring sale promo")
    return _is("the category", info.get("CateId"), end.library.category_ids["Documentaries"])


async def _file_in_new(desk: Desk, facts: Facts) -> str:
    await desk.find("新建一个分类", "AddCategory")
    made = await desk.run("AddCategory", "write", CateName="天气")
    await desk.call("update_media_info", MediaId=facts["media_id"], CateId=pick(made, "CateId", "天气"))
    return "已新建分类“天气”，素材已放入。"


def _grade_filed_in_new(end: End) -> Problems:
    category = _categories(end).get("天气")
    if category is None:
        return ["there is no category 天气"]
    return _is("the category", _read(end, "Flood in the harbour, raw footage").get("CateId"), category)


async def _add_subfolder(desk: Desk, facts: Facts) -> str:
    del facts
    parent = await _find_category(desk, "create a folder inside another one", "AddCategory", "体育")
    await desk.run("AddCategory", "write", CateName="Rowing", ParentId=parent)
    return "体育 has a folder Rowing now."


def _grade_subfolder(end: End) -> Problems:
    below = _categories(end, end.library.category_ids["体育"])
    return _is("what is in 体育", set(below), {"Rowing"}) + (
        ["Rowing is at the top"] if "Rowing" in _categories(end) else []
    )


async def _rename_category(desk: Desk, facts: Facts) -> str:
    del facts
    category = await _find_category(desk, "把分类改名", "UpdateCategory", "Documentaries")
    await desk.run("UpdateCategory", "write", CateId=category, CateName="纪录片")
    return "分类已改名为“纪录片”。"


def _grade_renamed(end: End) -> Problems:
    wanted = {"News": 1, "体育": 2, "纪录片": 3}
    return _is("the set of categories", _categories(end), wanted)


async def _delete_category(desk: Desk, facts: Facts) -> str:
    del facts
    category = await _find_category(desk, "delete a folder", "DeleteCategory", "News")
    await desk.run("DeleteCategory", "destructive", CateId=category)
    return "The folder News is deleted; its videos are still in the library."


def _grade_deleted_category(end: End) -> Problems:
    problems = ["the user was not asked"] if not end.questions else []
    return problems + _is("the set of categories", set(_categories(end)), {"体育", "Documentaries"}) + _lost(end)


async def _try_delete_category(desk: Desk, facts: Facts) -> str:
    del facts
    category = await _find_category(desk, "删除一个分类", "DeleteCategory", "体育")
    arguments = {"operation": "DeleteCategory", "operation_arguments": {"CateId": category}}
    told = await desk.use("call_destructive_operation", arguments)
    return "您没有同意，分类“体育”没有删除。" if told.failed else "已删除。"


def _grade_kept_category(end: End) -> Problems:
    kept = _is("the set of categories", set(_categories(end)), {"News", "体育", "Documentaries"})
    return kept + end.says(NOT_DONE) + _asked_once(end)


def _asked_once(end: End) -> Problems:
    return _is("how often the user was asked", len(end.questions), 1)


# Marks.

_CHAPTERS = [(0.0, 4.0, "Headlines"), (4.0, 9.0, "Sport")]


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
        start.facts["media_id"] = media_id = start.library.media_ids[title]
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
    return _is("the marks and their starts", found, {"Top stories": 0.0, "Weather": 1.0})


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
    return _is("the set of marks", found, {"开球", "进球"}) + end.says(NOT_DONE) + _asked_once(end)


# Review: not done by the embedded IMS.


def _script_audit(start: Start) -> None:
    start.script.answer("CreateAudit", {})


async def _block(desk: Desk, facts: Facts) -> str:
    await desk.find("review an asset: block it from playing", "CreateAudit")
    await desk.call("describe_operation", operation="CreateAudit")
    verdict = {"MediaId": facts["media_id"], "Status": "Blocked", "Reason": "shows a minor"}
    await desk.run("CreateAudit", "write", AuditContent=[verdict])
    return "The footage is blocked and cannot be played any more."


def _verdicts(end: End) -> list[tuple[str, str, str]]:
    return [
        (verdict["MediaId"], verdict["Status"], verdict.get("Reason", ""))
        for made in end.script.made("CreateAudit")
        for verdict in made["AuditContent"]
    ]


def _grade_blocked(end: End) -> Problems:
    wanted = (end.library.media_ids["Flood in the harbour, raw footage"], "Blocked")
    found = _verdicts(end)
    problems = _is("the verdicts", [verdict[:2] for verdict in found], [wanted]) + _asked_once(end)
    return problems + [f"the reason is {reason!r}" for _, _, reason in found if "minor" not in reason.lower()]


async def _pass_review(desk: Desk, facts: Facts) -> str:
    await desk.find("人工审核通过素材", "CreateAudit")
    verdicts = [{"MediaId": facts[name], "Status": "Normal"} for name in ("one", "two")]
    await desk.run("CreateAudit", "write", AuditContent=verdicts)
    return "两条素材都已审核通过，可以播放。"


def _grade_passed(end: End) -> Problems:
    wanted = {(end.library.media_ids[title], "Normal") for title in ("教练赛后采访", "马拉松开跑")}
    return _is("the verdicts", {verdict[:2] for verdict in _verdicts(end)}, wanted)


async def _try_block(desk: Desk, facts: Facts) -> str:
    await desk.find("人工审核素材，设为屏蔽", "CreateAudit")
    await desk.call("describe_operation", operation="CreateAudit")
    verdict = {"MediaId": facts["media_id"], "Status": "Blocked", "Reason": "版权未清"}
    told = await desk.use(
        "call_write_operation",
        {"operation": "CreateAudit", "operation_arguments": {"AuditContent": [verdict]}},
    )
    return "您没有同意，素材没有屏蔽，仍可播放。" if told.failed else "已屏蔽。"


def _grade_not_blocked(end: End) -> Problems:
    return _is("the verdicts", _verdicts(end), []) + end.says(NOT_DONE) + _asked_once(end)


# Registering what lies in OSS.

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
    problems = _is("the asset", [(each["Title"], each["Status"]) for each in found], [("Press conference", "Normal")])
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
        end.says(re.compile(r"already|exists", re.I), end.library.media_ids["Evening News 12 April"])
        + _lost(end)
        + _is("the number of assets", count, len(ASSETS))
    )


async def _attach(desk: Desk, facts: Facts) -> str:
    del facts
    found = await desk.call("find_media", text="马拉松开跑")
    media_id = pick(found, "MediaId", "马拉松开跑")
    url = f"oss://{BUCKET}/incoming/发布会.mp4"
    told = await desk.call("register_media_stream", MediaId=media_id, InputURL=url, wait_seconds=40)
    return "已挂上，可以播放。" if told["wait"]["outcome"] == "succeeded" else str(told)


def _grade_attached(end: End) -> Problems:
    streams = end.ims.call("GetPlayInfo", MediaId=end.library.media_ids["马拉松开跑"])["PlayInfoList"]
    return _is("the number of streams", len(streams), 2)


# Deleting.


async def _delete_teaser(desk: Desk, facts: Facts) -> str:
    del facts
    found = await desk.call("find_media", text="Autumn teaser")
    await desk.call("delete_media_infos", MediaIds=pick(found, "MediaId", "Autumn teaser"))
    return "Autumn teaser is deleted from the library; its file is still in OSS."


def _grade_deleted_teaser(end: End) -> Problems:
    return _lost(end, "Autumn teaser") + _check_object(end, "Autumn teaser", there=True) + _asked_once(end)


async def _delete_rain(desk: Desk, facts: Facts) -> str:
    del facts
    found = await desk.call("find_media", text="雨声")
    media_id = pick(found, "MediaId", "雨声")
    await desk.call("delete_media_infos", MediaIds=media_id, DeletePhysicalFiles=True)
    return "“雨声”已连同文件删除。"


def _grade_deleted_rain(end: End) -> Problems:
    return _lost(end, "雨声") + _check_object(end, "雨声", there=False) + _asked_once(end)


async def _delete_both(desk: Desk, facts: Facts) -> str:
    del facts
    found = await desk.call("find_media", text="Evening News")
    await desk.call("delete_media_infos", MediaIds=",".join(pick_all(found, "MediaId")))
    return "两期 Evening News 都已从媒资库删除。"


def _grade_deleted_both(end: End) -> Problems:
    return _lost(end, "Evening News 12 April", "Evening News 13 April")


async def _try_delete(desk: Desk, facts: Facts) -> str:
    del facts
    found = await desk.call("find_media", text="足球决赛", media_type="video")
    told = await desk.use("delete_media_infos", {"MediaIds": pick(found, "MediaId", "足球决赛集锦")})
    return "您没有确认，“足球决赛集锦”没有删除。" if told.failed else "已删除。"


def _grade_not_deleted(end: End) -> Problems:
    return _lost(end) + _check_object(end, "足球决赛集锦", there=True) + end.says(NOT_DONE) + _asked_once(end)


async def _delete_unknown(desk: Desk, facts: Facts) -> str:
    del facts
    told = await desk.use("delete_media_infos", {"MediaIds": NO_SUCH_ID})
    if told.failed or NO_SUCH_ID in told.text.partition("IgnoredList")[2]:
        return "There is no asset with this id; nothing was deleted."
    return "It is deleted."


def _grade_deleted_unknown(end: End) -> Problems:
    return end.says(ABSENT) + _lost(end)


TASKS = (
    Task(
        "codec-of-an-asset",
        "en",
        "media_library",
        "Which video codec and resolution has the asset {media_id}?",
        _tell_codec,
        _grade_codec,
        1,
        1_400,
        furnish=note_ids(media_id="The Lighthouse Keepers"),
    ),
    Task(
        "languages-of-an-asset",
        "en",
        "media_library",
        "In which languages does 足球决赛集锦 have sound?",
        _tell_tracks,
        _grade_tracks,
        2,
        1_700,
    ),
    Task(
        "is-there-sound",
        "zh",
        "media_library",
        "素材 {media_id} 有没有声音？",
        _tell_silence,
        _grade_silence,
        1,
        1_300,
        furnish=note_ids(media_id="Flood in the harbour, raw footage"),
    ),
    Task(
        "link-to-watch",
        "en",
        "media_library",
        "Give me a link under which I can watch {media_id}.",
        _give_link,
        _grade_link,
        1,
        800,
        furnish=note_ids(media_id="Autumn teaser"),
    ),
    Task(
        "asset-of-an-address",
        "zh",
        "media_library",
        "oss://local-media/doc/tea.mp4 在媒资库里叫什么标题？编号是多少？",
        _tell_title_of_address,
        _grade_title_of_address,
        1,
        1_400,
    ),
    Task(
        "unknown-asset",
        "zh",
        "media_library",
        f"帮我看看素材 {NO_SUCH_ID} 的分辨率。",
        _tell_absence,
        _grade_absence,
        1,
        500,
    ),
    Task(
        "compare-lengths",
        "en",
        "media_library",
        "How long are {one}, {two} and {three}? We need to fill a slot.",
        _compare_lengths,
        _grade_lengths,
        1,
        1_000,
        furnish=note_ids(one="茶的故事", two="Flood in the harbour, raw footage", three="Evening News 12 April"),
    ),
    Task(
        "why-it-does-not-play",
        "en",
        "media_library",
        "Our player refuses {media_id}. What is wrong with it?",
        _tell_failure,
        _grade_failure,
        1,
        600,
        furnish=_break_upload,
    ),
    Task(
        "retitle-an-asset",
        "zh",
        "media_library",
        "把素材 {media_id} 的标题改成“秋季预告（终版）”，别的不要动。",
        _retitle,
        _grade_title,
        1,
        300,
        furnish=note_ids(media_id="Autumn teaser"),
    ),
    Task(
        "add-tags",
        "zh",
        "media_library",
        "给素材 {media_id} 加上“年度精选”和“回顾”两个标签，原来的标签要保留。",
        _add_tags,
        _grade_tags,
        1,
        300,
        furnish=note_ids(media_id="足球决赛集锦"),
    ),
    Task(
        "replace-tags",
        "en",
        "media_library",
        "The promo {media_id} shall have just the tags winter and sale, the old ones can go.",
        _replace_tags,
        _grade_replaced_tags,
        1,
        300,
        furnish=note_ids(media_id="Spring sale promo"),
    ),
    Task(
        "describe-an-asset",
        "en",
        "media_library",
        'Change the description of the lighthouse keepers film to "Part one of three, restored 2026".',
        _describe,
        _grade_description,
        2,
        500,
    ),
    Task(
        "list-categories",
        "zh",
        "media_library",
        "媒资库里现在有哪些分类？",
        _list_categories,
        _grade_category_list,
        2,
        1_400,
    ),
    Task(
        "file-into-a-category",
        "en",
        "media_library",
        "Put {media_id} into the folder Documentaries.",
        _file_promo,
        _grade_filed,
        3,
        1_500,
        furnish=note_ids(media_id="Spring sale promo"),
    ),
    Task(
        "file-into-a-new-category",
        "zh",
        "media_library",
        "新建一个分类“天气”，把素材 {media_id} 放进去。",
        _file_in_new,
        _grade_filed_in_new,
        3,
        1_300,
        furnish=note_ids(media_id="Flood in the harbour, raw footage"),
    ),
    Task(
        "folder-inside-a-folder",
        "en",
        "media_library",
        "Make a folder Rowing inside our folder 体育.",
        _add_subfolder,
        _grade_subfolder,
        3,
        1_500,
    ),
    Task(
        "rename-a-category",
        "zh",
        "media_library",
        "把分类“Documentaries”改名为“纪录片”。",
        _rename_category,
        _grade_renamed,
        3,
        1_500,
    ),
    Task(
        "delete-a-category",
        "en",
        "media_library",
        "We no longer need the folder News. Delete it, but the videos must stay in the library.",
        _delete_category,
        _grade_deleted_category,
        3,
        1_400,
    ),
    Task(
        "delete-a-category-after-all-not",
        "zh",
        "media_library",
        "把“体育”这个分类删掉。",
        _try_delete_category,
        _grade_kept_category,
        3,
        1_700,
        agrees=refuse,
    ),
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
        1_400,
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
        3_500,
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
        1_700,
        furnish=_add_marks("足球决赛集锦", "开球", "进球"),
        agrees=refuse,
    ),
    Task(
        "block-after-review",
        "en",
        "media_library",
        "Legal has looked at {media_id}: it shows a minor and must not be played any more. Record that.",
        _block,
        _grade_blocked,
        3,
        2_300,
        furnish=note_ids(media_id="Flood in the harbour, raw footage"),
        prepare=_script_audit,
    ),
    Task(
        "pass-review",
        "zh",
        "media_library",
        "{one} 和 {two} 我都看过了，没有问题，审核通过。",
        _pass_review,
        _grade_passed,
        2,
        1_200,
        furnish=note_ids(one="教练赛后采访", two="马拉松开跑"),
        prepare=_script_audit,
    ),
    Task(
        "block-after-all-not",
        "zh",
        "media_library",
        "素材 {media_id} 版权未清，审核结果记为屏蔽，不让播放。",
        _try_block,
        _grade_not_blocked,
        3,
        2_700,
        furnish=note_ids(media_id="Autumn teaser"),
        prepare=_script_audit,
        agrees=refuse,
    ),
    Task(
        "take-a-file-into-the-library",
        "en",
        "media_library",
        f'There is a file {_PRESS}. Take it into the library as "Press conference" and tell me how long it is.',
        _register,
        _grade_registered,
        2,
        1_600,
    ),
    Task(
        "take-a-file-that-is-not-there",
        "zh",
        "media_library",
        f"把 oss://{BUCKET}/incoming/采访.mp4 注册到媒资库，标题“采访”。",
        _register_missing,
        _grade_register_missing,
        1,
        900,
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
    Task(
        "delete-an-asset",
        "en",
        "media_library",
        "Take the autumn teaser out of the library, but leave its file where it is.",
        _delete_teaser,
        _grade_deleted_teaser,
        2,
        600,
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
        700,
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
