"""Tasks about the assets of the library: find, look, change, mark, delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.assistant.desk import Desk
from benchmarks.assistant.task import End, Problems, Start, Task
from tests.local_ims.server import RunningIms


def _note_media_id(title: str) -> Any:
    def furnish(ims: RunningIms, start: Start) -> None:
        start.facts["media_id"] = start.library.media_ids[title]

    return furnish


async def _tell_codec(desk: Desk, facts: Mapping[str, Any]) -> str:
    told = await desk.call("get_media_info", MediaId=facts["media_id"])
    [file] = told["files"]
    [video] = file["video"]
    return f"{video['codec']}, {file['resolution']}"


def _grade_codec(end: End) -> Problems:
    return end.says("hevc", "320", "180")


async def _retitle(desk: Desk, facts: Mapping[str, Any]) -> str:
    await desk.call("update_media_info", MediaId=facts["media_id"], Title="秋季预告（终版）")
    return "标题已改为“秋季预告（终版）”。"


def _grade_title(end: End) -> Problems:
    info = end.ims.media_info(end.library.media_ids["Autumn teaser"])["MediaBasicInfo"]
    problems = [] if info["Title"] == "秋季预告（终版）" else [f"the title is {info['Title']!r}"]
    if info.get("MediaTags") != "promo,teaser":
        problems.append("the tags were touched")
    return problems


TASKS = (
    Task(
        name="codec-of-an-asset",
        language="en",
        toolset="media_library",
        request="Which video codec and resolution has the asset {media_id}?",
        furnish=_note_media_id("The Lighthouse Keepers"),
        solve=_tell_codec,
        most_calls=1,
        most_bytes=1_300,
        grade=_grade_codec,
    ),
    Task(
        name="retitle-an-asset",
        language="zh",
        toolset="media_library",
        request="把素材 {media_id} 的标题改成“秋季预告（终版）”，别的不要动。",
        furnish=_note_media_id("Autumn teaser"),
        solve=_retitle,
        most_calls=1,
        most_bytes=500,
        grade=_grade_title,
    ),
)
