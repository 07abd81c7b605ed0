"""Tasks that read and change single assets of the media library."""

from __future__ import annotations

import re
from urllib.error import HTTPError
from urllib.request import urlopen

from benchmarks.assistant.answers import ABSENT, pick, pick_all
from benchmarks.assistant.desk import Desk
from benchmarks.assistant.end_state import check_value, find_lost, read_asset
from benchmarks.assistant.start_state import BUCKET, NO_SUCH_ID
from benchmarks.assistant.task import End, Facts, Problems, Start, Task, note_ids
from tests.local_ims.server import RunningIms


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
    wanted = end.start_state.clip("short.mp4").read_bytes()
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
    return end.says("茶的故事", end.start_state.media_ids["茶的故事"])


async def _tell_absence(desk: Desk, facts: Facts) -> str:
    del facts
    told = await desk.use("get_media_info", {"MediaId": NO_SUCH_ID})
    return "媒资库里不存在这个编号的素材。" if told.failed else told.text


def _grade_absence(end: End) -> Problems:
    return end.says(ABSENT) + find_lost(end)


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


async def _retitle(desk: Desk, facts: Facts) -> str:
    await desk.call("update_media_info", MediaId=facts["media_id"], Title="秋季预告（终版）")
    return "标题已改为“秋季预告（终版）”。"


def _grade_title(end: End) -> Problems:
    info = read_asset(end, "Autumn teaser")
    return check_value("the title", info["Title"], "秋季预告（终版）") + check_value(
        "the tags", info.get("MediaTags"), "promo,teaser"
    )


async def _add_tags(desk: Desk, facts: Facts) -> str:
    await desk.call("update_media_info", MediaId=facts["media_id"], MediaTags="年度精选,回顾", AppendTags=True)
    return "已加上“年度精选”和“回顾”，原有标签保留。"


def _grade_tags(end: End) -> Problems:
    tags = set(read_asset(end, "足球决赛集锦")["MediaTags"].split(","))
    return check_value("the set of tags", tags, {"体育", "足球", "集锦", "年度精选", "回顾"})


async def _replace_tags(desk: Desk, facts: Facts) -> str:
    await desk.call("update_media_info", MediaId=facts["media_id"], MediaTags="winter,sale")
    return "The tags are winter and sale now."


def _grade_replaced_tags(end: End) -> Problems:
    info = read_asset(end, "Spring sale promo")
    return check_value("the set of tags", set(info["MediaTags"].split(",")), {"winter", "sale"}) + find_lost(end)


async def _describe(desk: Desk, facts: Facts) -> str:
    del facts
    found = await desk.call("find_media", text="Lighthouse Keepers")
    media_id = pick(found, "MediaId", "The Lighthouse Keepers")
    await desk.call("update_media_info", MediaId=media_id, Description="Part one of three, restored 2026")
    return "The description is changed."


def _grade_description(end: End) -> Problems:
    info = read_asset(end, "The Lighthouse Keepers")
    return check_value("the description", info["Description"], "Part one of three, restored 2026") + check_value(
        "the tags", info["MediaTags"], "documentary,sea"
    )


TASKS = (
    Task(
        "codec-of-an-asset",
        "en",
        "media_library",
        "Which video codec and resolution has the asset {media_id}?",
        _tell_codec,
        _grade_codec,
        1,
        1_300,
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
        1_200,
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
        900,  # a signature with its token
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
        1_300,
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
        900,
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
        200,
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
        200,
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
)
