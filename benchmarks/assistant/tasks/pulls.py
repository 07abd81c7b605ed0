"""Tasks about having files pulled from the web."""

from __future__ import annotations

import re
from typing import Any

from benchmarks.assistant.answers import pick, pick_all
from benchmarks.assistant.desk import Desk
from benchmarks.assistant.end_state import check_added, check_none_added, check_streams
from benchmarks.assistant.task import End, Facts, Problems, Start, Task
from tests.local_ims.server import RunningIms
from tests.local_uploads.source import serving


def _serve(*paths: str, clip: str = "short.mp4") -> Any:
    """A web server of this machine with these files; ``site`` is its address."""

    def prepare(start: Start) -> None:
        source = start.running.enter_context(serving())
        for path in paths:
            source.file(path, start.state.clip(clip).read_bytes())
        start.facts["site"] = source.url

    return prepare


def _serve_rendition(start: Start) -> None:
    _serve("/mobile.mp4", clip="tall.mp4")(start)
    start.facts["media_id"] = start.state.media_ids["足球决赛集锦"]


async def _pull(desk: Desk, facts: Facts) -> str:
    await desk.find("把一个网址的视频拉进媒资库", "UploadMediaByURL")
    url = f"{facts['site']}/show.mp4"
    named = [{"SourceURL": url, "Title": "合作方节目"}]
    told = await desk.run("UploadMediaByURL", "write", UploadURLs=url, MediaMetaData=named, wait_seconds=40)
    return f"已入库，编号 {pick(told, 'MediaId')}。" if told["wait"]["outcome"] == "succeeded" else str(told)


def _grade_pulled(end: End) -> Problems:
    return check_added(end, "合作方节目")


async def _pull_two(desk: Desk, facts: Facts) -> str:
    await desk.find("pull videos from web addresses into the library", "UploadMediaByURL")
    named = {f"{facts['site']}/one.mp4": "Lesson one", f"{facts['site']}/two.mp4": "Lesson two"}
    described = [{"SourceURL": url, "Title": title} for url, title in named.items()]
    told = await desk.run(
        "UploadMediaByURL", "write", UploadURLs=",".join(named), MediaMetaData=described, wait_seconds=40
    )
    return f"Both are in the library: {', '.join(pick_all(told['UploadJobs'], 'MediaId'))}."


async def _pull_missing(desk: Desk, facts: Facts) -> str:
    await desk.find("download a video from a URL into the library", "UploadMediaByURL")
    url = f"{facts['site']}/gone.mp4"
    told = await desk.run("UploadMediaByURL", "write", UploadURLs=url, wait_seconds=40)
    if told["wait"]["outcome"] == "succeeded":
        return "It is in the library."
    return f"It did not work: {told['wait']['problem']}. Please check the address."


def _grade_pull_missing(end: End) -> Problems:
    return end.says(re.compile(r"\b404\b|not found|no such|not exist", re.I)) + check_none_added(end)


async def _pull_rendition(desk: Desk, facts: Facts) -> str:
    await desk.find("从网址导入一条转码流到已有素材", "UploadStreamByURL")
    told = await desk.run(
        "UploadStreamByURL",
        "write",
        MediaId=facts["media_id"],
        StreamURL=f"{facts['site']}/mobile.mp4",
        Definition="SD",
        wait_seconds=40,
    )
    return "手机版已挂到这条素材上。" if told["wait"]["outcome"] == "succeeded" else str(told)


def _grade_pulled_rendition(end: End) -> Problems:
    return check_streams(end, "足球决赛集锦", "OD", "SD") + check_none_added(end)


def _begin_pulls(ims: RunningIms, start: Start) -> None:
    """One pull that ends well and one of a file that is not there."""
    site = start.facts["site"]
    urls = f"{site}/show.mp4,{site}/gone.mp4"
    jobs = ims.call("UploadMediaByURL", UploadURLs=urls)["UploadJobs"]
    for job in jobs:
        ims.settled(job["MediaId"])
    good, bad = (job["JobId"] for job in jobs)
    start.facts.update(good=good, bad=bad)


async def _tell_pulls(desk: Desk, facts: Facts) -> str:
    await desk.find("查看网址拉取任务的进度", "GetUrlUploadInfos")
    told = await desk.run("GetUrlUploadInfos", JobIds=f"{facts['good']},{facts['bad']}")
    lines: list[str] = []
    for job in told.get("rows") or told["URLUploadInfoList"]:
        problem = job.get("error") or job.get("ErrorMessage")
        lines.append(f"{job['JobId']} {f'失败：{problem}' if problem else '成功'}")
    return "\n".join(lines)


def _grade_told_pulls(end: End) -> Problems:
    """Which one failed, and why."""
    bad, good = str(end.start.facts["bad"]), str(end.start.facts["good"])
    near = rf"({bad}[^。;；\n]{{0,60}}(失败|FAIL|404|没有|不存在|未))|((失败|未成功|没有成功)[^。;；\n]{{0,20}}{bad})"
    wrong = rf"失败[^。;；\n]{{0,20}}{good}"
    return end.says(re.compile(near), re.compile("404|不存在|找不到|Not ?Found", re.I)) + (
        ["the good one is said to have failed"] if re.search(wrong, end.answer) else []
    )


TASKS = (
    Task(
        "pull-from-the-web",
        "zh",
        "upload",
        "合作方把节目放在 {site}/show.mp4，直接拉进媒资库，标题“合作方节目”，成功了告诉我编号。",
        _pull,
        _grade_pulled,
        2,
        1_500,
        prepare=_serve("/show.mp4"),
    ),
    Task(
        "pull-two-from-the-web",
        "en",
        "upload",
        'Get {site}/one.mp4 ("Lesson one") and {site}/two.mp4 ("Lesson two") into our library.',
        _pull_two,
        lambda end: check_added(end, "Lesson one", "Lesson two"),
        2,
        2_000,
        prepare=_serve("/one.mp4", "/two.mp4"),
    ),
    Task(
        "pull-what-is-not-there",
        "en",
        "upload",
        "Fetch {site}/gone.mp4 into the library.",
        _pull_missing,
        _grade_pull_missing,
        2,
        1_500,
        prepare=_serve("/show.mp4"),
    ),
    Task(
        "pull-a-rendition",
        "zh",
        "upload",
        "素材 {media_id} 的手机版（标清 SD）在 {site}/mobile.mp4，拉过来挂到这条素材上。",
        _pull_rendition,
        _grade_pulled_rendition,
        2,
        1_700,
        prepare=_serve_rendition,
    ),
    Task(
        "which-pull-failed",
        "zh",
        "upload",
        "拉取任务 {good} 和 {bad} 哪个失败了？为什么？",
        _tell_pulls,
        _grade_told_pulls,
        2,
        1_800,
        prepare=_serve("/show.mp4"),
        furnish=_begin_pulls,
    ),
)
