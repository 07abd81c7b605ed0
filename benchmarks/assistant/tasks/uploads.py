"""Tasks about uploading files of this machine."""

from __future__ import annotations

import re
import shutil
from typing import Any

from benchmarks.assistant.answers import ABSENT, pick, pick_all
from benchmarks.assistant.desk import Desk
from benchmarks.assistant.end_state import check_added, check_none_added, check_streams, list_added
from benchmarks.assistant.start_state import BUCKET
from benchmarks.assistant.task import End, Facts, Problems, Start, Task

_SUBTITLES = "1\n00:00:00,000 --> 00:00:02,000\nWelcome to Harbour TV.\n"


def _lay(*files: str, clip: str = "short.mp4") -> Any:
    """Files to upload, each with the content of a clip."""

    def prepare(start: Start) -> None:
        for file in files:
            path = start.upload_dir / file
            path.parent.mkdir(exist_ok=True)
            shutil.copy(start.state.clip(clip), path)

    return prepare


def _lay_text(file: str, text: str) -> Any:
    def prepare(start: Start) -> None:
        (start.upload_dir / file).write_text(text, encoding="utf-8")

    return prepare


async def _upload_story(desk: Desk, facts: Facts) -> str:
    del facts
    told = await desk.call("upload_media", path="flood-report.mp4", Title="洪水现场报道", MediaTags="新闻,洪水")
    return f"已上传，素材编号 {told['MediaId']}。"


def _grade_story(end: End) -> Problems:
    problems = check_added(end, "洪水现场报道")
    added = list_added(end)
    if not problems and set(added[0].get("MediaTags", "").split(",")) != {"新闻", "洪水"}:
        problems.append(f"the tags are {added[0].get('MediaTags')!r}")
    return problems + ([] if added and added[0]["MediaId"] in end.answer else ["the answer does not say the id"])


async def _upload_into_category(desk: Desk, facts: Facts) -> str:
    del facts
    told = await desk.call("upload_media", path="pier.mp4", Title="The Old Pier", category_name="Documentaries")
    return f"The Old Pier is uploaded as {told['MediaId']}, in {told['summary']['category']['name']}."


def _grade_into_category(end: End) -> Problems:
    problems = check_added(end, "The Old Pier")
    wanted = end.start_state.category_ids["Documentaries"]
    return problems or [
        f"the category is {each.get('CateId')}" for each in list_added(end) if each.get("CateId") != wanted
    ]


async def _upload_missing(desk: Desk, facts: Facts) -> str:
    del facts
    told = await desk.use("upload_media", {"path": "采访素材.mp4", "Title": "采访素材"})
    return "上传目录里没有“采访素材.mp4”这个文件，没有上传。" if told.failed else told.text


def _grade_missing(end: End) -> Problems:
    return end.says(ABSENT) + check_none_added(end)


async def _upload_fake(desk: Desk, facts: Facts) -> str:
    del facts
    told = await desk.use("upload_media", {"path": "trailer.mp4", "Title": "Trailer"})
    return f"It cannot be used: {told.text}" if told.failed else "It is uploaded."


def _grade_fake(end: End) -> Problems:
    return end.says(re.compile(r"\btext\b|not (a |really )?(film|video|movie)|no (film|video|picture)", re.I)) + (
        check_none_added(end) + ([] if end.calls else ["nothing was tried"])
    )


async def _upload_to_own(desk: Desk, facts: Facts) -> str:
    del facts
    told = await desk.call(
        "upload_media", path="gala.mp4", Title="Gala 2026", destination=f"oss://{BUCKET}/archive/2026/"
    )
    return f"It lies at {told['object']} and is the asset {told['MediaId']}."


def _grade_own(end: End) -> Problems:
    there = end.ims.bucket(BUCKET).object_exists("archive/2026/gala.mp4")
    return check_added(end, "Gala 2026") + ([] if there else ["the file is not at archive/2026/gala.mp4"])


async def _upload_rendition(desk: Desk, facts: Facts) -> str:
    del facts
    found = await desk.call("find_media", text="足球决赛", media_type="video")
    media_id = pick(found, "MediaId", "足球决赛集锦")
    await desk.call("upload_stream", path="final-mobile.mp4", MediaId=media_id, Definition="LD")
    return "已作为流畅版（LD）挂到“足球决赛集锦”。"


def _grade_rendition(end: End) -> Problems:
    return check_streams(end, "足球决赛集锦", "OD", "LD") + check_none_added(end)


async def _upload_subtitles(desk: Desk, facts: Facts) -> str:
    del facts
    told = await desk.call(
        "upload_media", path="welcome.srt", Title="Welcome subtitles", MediaType="text", BusinessType="subtitles"
    )
    return f"The subtitles are the asset {told['MediaId']}."


def _grade_subtitles(end: End) -> Problems:
    found = [
        tuple(each.get(name) for name in ("Title", "Status", "MediaType", "BusinessType")) for each in list_added(end)
    ]
    wanted = [("Welcome subtitles", "Normal", "text", "subtitles")]
    return [] if found == wanted else [f"added are {found}"]


async def _upload_two(desk: Desk, facts: Facts) -> str:
    del facts
    ids = [
        (await desk.call("upload_media", path=f"day/{name}.mp4", Title=title))["MediaId"]
        for name, title in (("morning", "早间新闻"), ("noon", "午间新闻"))
    ]
    return f"两条都已上传：{'、'.join(ids)}。"


async def _upload_in_background(desk: Desk, facts: Facts) -> str:
    del facts
    begun = await desk.call("upload_media", path="parade.mp4", Title="Parade", wait_seconds=0)
    told = await desk.follow(begun) if "next_call" in begun else begun
    return f"The upload has arrived; Parade is {told['asset_status']}." if told["state"] == "done" else str(told)


async def _upload_picture(desk: Desk, facts: Facts) -> str:
    del facts
    told = await desk.call("upload_media", path="封面.png", Title="节目封面")
    size = pick_all(told, "resolution")
    return f"已上传，尺寸 {size[0] if size else '未知'}，编号 {told['MediaId']}。"


def _grade_picture(end: End) -> Problems:
    return check_added(end, "节目封面", clip="picture.png") + end.says_numbers(800, 600)


TASKS = (
    Task(
        "upload-with-tags",
        "zh",
        "upload",
        "把 flood-report.mp4 传到媒资库，标题“洪水现场报道”，标签“新闻”“洪水”，传完给我编号。",
        _upload_story,
        _grade_story,
        1,
        1_200,
        prepare=_lay("flood-report.mp4"),
    ),
    Task(
        "upload-into-a-category",
        "en",
        "upload",
        'Upload pier.mp4 as "The Old Pier" into our folder Documentaries.',
        _upload_into_category,
        _grade_into_category,
        1,
        1_200,
        prepare=_lay("pier.mp4"),
    ),
    Task(
        "upload-what-is-not-there",
        "zh",
        "upload",
        "上传 采访素材.mp4，标题就叫“采访素材”。",
        _upload_missing,
        _grade_missing,
        1,
        200,
        prepare=_lay("story.mp4"),
    ),
    Task(
        "upload-what-is-no-film",
        "en",
        "upload",
        'Upload trailer.mp4 as "Trailer".',
        _upload_fake,
        _grade_fake,
        1,
        600,
        prepare=_lay_text("trailer.mp4", "Page not found. Please log in to download the trailer.\n"),
    ),
    Task(
        "upload-into-our-bucket",
        "en",
        "upload",
        f'Put gala.mp4 into our own bucket {BUCKET}, folder archive/2026, and add it to the library as "Gala 2026".',
        _upload_to_own,
        _grade_own,
        1,
        1_100,
        prepare=_lay("gala.mp4"),
    ),
    Task(
        "upload-a-rendition",
        "zh",
        "upload",
        "final-mobile.mp4 是“足球决赛集锦”的流畅版（LD），上传并挂到那条视频上。",
        _upload_rendition,
        _grade_rendition,
        2,
        1_100,
        prepare=_lay("final-mobile.mp4"),
    ),
    Task(
        "upload-subtitles",
        "en",
        "upload",
        'Add the subtitle file welcome.srt to the library, as subtitles, titled "Welcome subtitles".',
        _upload_subtitles,
        _grade_subtitles,
        1,
        900,
        prepare=_lay_text("welcome.srt", _SUBTITLES),
    ),
    Task(
        "upload-two-files",
        "zh",
        "upload",
        "把 day/morning.mp4 和 day/noon.mp4 上传，标题分别是“早间新闻”和“午间新闻”。",
        _upload_two,
        lambda end: check_added(end, "早间新闻", "午间新闻"),
        2,
        2_200,
        prepare=_lay("day/morning.mp4", "day/noon.mp4"),
    ),
    Task(
        "upload-in-the-background",
        "en",
        "upload",
        'Start uploading parade.mp4 as "Parade" without waiting for it; then look whether it has arrived.',
        _upload_in_background,
        lambda end: check_added(end, "Parade") + end.says(re.compile(r"arrived|done|complete|finished|Normal", re.I)),
        2,
        1_500,
        prepare=_lay("parade.mp4"),
    ),
    Task(
        "upload-a-picture",
        "zh",
        "upload",
        "上传 封面.png，标题“节目封面”，告诉我图片尺寸。",
        _upload_picture,
        _grade_picture,
        1,
        800,
        prepare=_lay("封面.png", clip="picture.png"),
    ),
)
