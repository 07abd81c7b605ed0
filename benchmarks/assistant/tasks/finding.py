"""Tasks about finding assets: by words in either language, by what they are, by their place; and finding none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.assistant.answers import ABSENT, pick, pick_all
from benchmarks.assistant.desk import Desk
from benchmarks.assistant.start_state import ASSETS
from benchmarks.assistant.task import End, Facts, Problems, Start, Task
from tests.local_ims.server import RunningIms


def _name_exactly(*titles: str, by_id: bool = False) -> Any:
    """Grades an answer that has to name these assets and no other one."""

    def grade(end: End) -> Problems:
        ids = end.start_state.media_ids
        missing = [title for title in titles if (ids[title] if by_id else title) not in end.answer]
        wrong = [
            asset.title
            for asset in ASSETS
            if asset.title not in titles and (asset.title in end.answer or ids[asset.title] in end.answer)
        ]
        return [f"{title!r} is not named" for title in missing] + [f"{title!r} is named" for title in wrong]

    return grade


def _find(said: str, **wish: Any) -> Any:
    """Solves by one search: ``said`` is the answer, with the titles and ids found in it."""

    async def solve(desk: Desk, facts: Facts) -> str:
        del facts
        assets = (await desk.call("find_media", **wish))["assets"]
        return said.format("、".join(f"{asset['title']} ({asset['MediaId']})" for asset in assets))

    return solve


async def _find_tea(desk: Desk, facts: Facts) -> str:
    del facts
    found = await desk.call("find_media", text="茶")
    return f"有一部：“茶的故事”，编号 {pick(found, 'MediaId', '茶的故事')}。"


async def _find_weather(desk: Desk, facts: Facts) -> str:
    del facts
    found = await desk.call("find_media", text="天气预报")
    return f"找到 {found['total']} 条。" if found["total"] else "媒资库里没有天气预报的素材。"


async def _find_interview_with_mayor(desk: Desk, facts: Facts) -> str:
    del facts
    found = await desk.call("find_media", text="mayor interview")
    return str(found["assets"]) if found["total"] else "There is no interview with the mayor in the library."


async def _list_vertical(desk: Desk, facts: Facts) -> str:
    del facts
    found = await desk.call("find_media", media_type="video", limit=50)
    sizes = {asset["title"]: [int(side) for side in asset["resolution"].split("x")] for asset in found["assets"]}
    return f"竖屏视频：{'、'.join(title for title, (width, height) in sizes.items() if height > width)}。"


async def _count(desk: Desk, facts: Facts) -> str:
    del facts
    videos = await desk.call("find_media", media_type="video", limit=1)
    sounds = await desk.call("find_media", media_type="audio", limit=1)
    return f"There are {videos['total']} videos and {sounds['total']} sound files."


def _grade_counts(end: End) -> Problems:
    return end.says_numbers(10, 2)


def _note_yesterday(ims: RunningIms, start: Start) -> None:
    del ims
    start.facts["day"] = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}"


async def _count_new(desk: Desk, facts: Facts) -> str:
    found = await desk.call("find_media", created_after=facts["day"], limit=1)
    return f"{facts['day']} 以来共入库 {found['total']} 条素材。"


def _grade_new(end: End) -> Problems:
    return replace(end, answer=end.answer.replace(str(end.start.facts["day"]), "")).says_numbers(len(ASSETS))


async def _tag_news(desk: Desk, facts: Facts) -> str:
    del facts
    found = await desk.call("find_media", text="Evening News")
    for media_id in pick_all(found, "MediaId"):
        await desk.call("update_media_info", MediaId=media_id, MediaTags="存档", AppendTags=True)
    return f"{found['total']} 条 Evening News 都加上了“存档”。"


def _grade_tagged_news(end: End) -> Problems:
    tagged = {
        asset.title
        for asset in ASSETS
        if "存档" in end.ims.media_info(end.start_state.media_ids[asset.title])["MediaBasicInfo"].get("MediaTags", "")
    }
    wanted = {"Evening News 12 April", "Evening News 13 April"}
    kept = end.ims.media_info(end.start_state.media_ids["Evening News 12 April"])["MediaBasicInfo"]["MediaTags"]
    problems = [] if tagged == wanted else [f"tagged are {sorted(tagged)}"]
    return problems + ([] if "studio" in kept else ["the tags there were are gone"])


async def _tell_length(desk: Desk, facts: Facts) -> str:
    del facts
    found = await desk.call("find_media", text="足球决赛", media_type="video")
    return f"“足球决赛集锦”时长 {pick(found, 'seconds', '足球决赛集锦')} 秒。"


async def _tell_size(desk: Desk, facts: Facts) -> str:
    del facts
    found = await desk.call("find_media", text="Harbour TV logo")
    return f"It has {pick(found, 'resolution', 'Harbour TV logo')} pixels."


TASKS = (
    Task(
        "find-by-subject",
        "zh",
        "search",
        "媒资库里有没有讲茶的片子？有的话给我编号。",
        _find_tea,
        _name_exactly("茶的故事", by_id=True),
        1,
        300,
    ),
    Task(
        "find-by-tag",
        "en",
        "search",
        "Which assets are tagged promo? I need their ids.",
        _find("Tagged promo: {}", text="promo"),
        _name_exactly("Spring sale promo", "Autumn teaser", by_id=True),
        1,
        500,
    ),
    Task(
        "find-the-picture-not-the-film",
        "zh",
        "search",
        "足球决赛的海报图片是哪一条？给我编号。",
        _find("海报是：{}", text="足球决赛", media_type="image"),
        _name_exactly("足球决赛海报", by_id=True),
        1,
        300,
    ),
    Task(
        "find-by-description",
        "zh",
        "search",
        "简介里写到云南的是哪部片子？",
        _find("是：{}", text="云南"),
        _name_exactly("茶的故事"),
        1,
        300,
    ),
    Task(
        "find-by-file-name",
        "en",
        "search",
        "Which asset was made from the file flood.mp4? Tell me its id.",
        _find("It is {}", text="flood.mp4"),
        _name_exactly("Flood in the harbour, raw footage", by_id=True),
        1,
        500,
    ),
    Task(
        "find-nothing",
        "zh",
        "search",
        "找一下天气预报的素材，有几条？",
        _find_weather,
        lambda end: end.says(ABSENT) + _name_exactly()(end),
        1,
        500,
    ),
    Task(
        "find-no-interview",
        "en",
        "search",
        "Do we have an interview with the mayor?",
        _find_interview_with_mayor,
        lambda end: end.says(ABSENT) + _name_exactly()(end),
        1,
        500,
    ),
    Task(
        "longest-of-a-category",
        "en",
        "search",
        "What is the longest video in our folder 体育? Title and id, please.",
        _find("The longest is {}", category="体育", media_type="video", sort="longest", limit=1),
        _name_exactly("足球决赛集锦", by_id=True),
        1,
        600,
    ),
    Task(
        "shorter-than",
        "zh",
        "search",
        "有哪些视频不到 2.5 秒？",
        _find("有：{}", media_type="video", max_duration=2.5),
        _name_exactly("The Lighthouse Keepers", "茶的故事"),
        1,
        600,
    ),
    Task(
        "long-sound-files",
        "en",
        "search",
        "Which sound files of ours are longer than ten seconds?",
        _find("These: {}", media_type="audio", min_duration=10),
        _name_exactly("Station theme", "雨声"),
        1,
        400,
    ),
    Task(
        "what-is-in-a-category",
        "zh",
        "search",
        "分类 Documentaries 里都有哪些素材？",
        _find("里面有：{}", category="Documentaries"),
        _name_exactly("The Lighthouse Keepers", "茶的故事"),
        1,
        600,
    ),
    Task(
        "vertical-videos",
        "zh",
        "search",
        "哪些视频是竖屏的？我们要发短视频平台。",
        _list_vertical,
        _name_exactly("马拉松开跑", "Spring sale promo"),
        1,
        2_200,
    ),
    Task(
        "count-by-type",
        "en",
        "search",
        "How many videos and how many sound files does the library hold?",
        _count,
        _grade_counts,
        2,
        900,
    ),
    Task(
        "count-since",
        "zh",
        "search",
        "从 {day} 到现在一共入库了多少条素材？",
        _count_new,
        _grade_new,
        1,
        500,
        furnish=_note_yesterday,
    ),
    Task(
        "length-of-a-film",
        "zh",
        "search",
        "“足球决赛集锦”这条视频有多长？",
        _tell_length,
        lambda end: end.says_numbers(9),
        1,
        300,
    ),
    Task(
        "size-of-a-picture",
        "en",
        "search",
        "What size in pixels is the Harbour TV logo?",
        _tell_size,
        lambda end: end.says_numbers(800, 600),
        1,
        300,
    ),
    Task(
        "tag-all-that-are-found",
        "zh",
        "search",
        "给所有 Evening News 加上标签“存档”，原有标签不要动。",
        _tag_news,
        _grade_tagged_news,
        3,
        900,
    ),
)
