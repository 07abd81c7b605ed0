"""Tasks about getting files in: from this machine, from the web, and by an address for others to upload to."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from typing import Any

from benchmarks.assistant.answers import ABSENT, pick, pick_all
from benchmarks.assistant.desk import Desk
from benchmarks.assistant.library import BUCKET
from benchmarks.assistant.task import End, Problems, Start, Task, note_ids, refuse
from tests.local_ims.server import RunningIms
from tests.local_uploads.source import serving

Facts = Mapping[str, Any]
_SUBTITLES = "1\n00:00:00,000 --> 00:00:02,000\nWelcome to Harbour TV.\n"


# Start states.


def _lay(*files: str, clip: str = "short.mp4") -> Any:
    """Files to upload, each with the content of a clip."""

    def prepare(start: Start) -> None:
        for file in files:
            path = start.upload_dir / file
            path.parent.mkdir(exist_ok=True)
            shutil.copy(start.library.clip(clip), path)

    return prepare


def _lay_text(file: str, text: str) -> Any:
    def prepare(start: Start) -> None:
        (start.upload_dir / file).write_text(text, encoding="utf-8")

    return prepare


def _serve(*paths: str, clip: str = "short.mp4") -> Any:
    """A web server of this machine with these files; ``site`` is its address."""

    def prepare(start: Start) -> None:
        source = start.running.enter_context(serving())
        for path in paths:
            source.file(path, start.library.clip(clip).read_bytes())
        start.facts["site"] = source.url

    return prepare


def _serve_rendition(start: Start) -> None:
    _serve("/mobile.mp4", clip="tall.mp4")(start)
    start.facts["media_id"] = start.library.media_ids["足球决赛集锦"]


# What the graders look at.


def _added(end: End) -> list[dict[str, Any]]:
    """MediaBasicInfo of each asset that was not there in the start."""
    known = set(end.library.media_ids.values())
    listed = end.ims.call("ListMediaBasicInfos", MaxResults="100")["MediaInfos"]
    return [each["MediaBasicInfo"] for each in listed if each["MediaId"] not in known]


def _check_added(end: End, *titles: str, clip: str = "short.mp4") -> Problems:
    """One Normal asset of each title, with the content of the clip."""
    added = _added(end)
    found = sorted((each["Title"], each["Status"]) for each in added)
    wanted = sorted((title, "Normal") for title in titles)
    problems = [] if found == wanted else [f"added are {found}, not {wanted}"]
    for each in added if not problems else []:
        source = end.ims.media_info(each["MediaId"])["FileInfoList"][0]["FileBasicInfo"]
        if int(float(source["FileSize"])) != end.library.clip(clip).stat().st_size:
            problems.append(f"{each['Title']!r} has {source['FileSize']} bytes")
    return problems


def _no_asset_more(end: End) -> Problems:
    usable = [each["Title"] for each in _added(end) if each["Status"] == "Normal"]
    return [f"there are more assets: {usable}"] if usable else []


def _check_streams(end: End, title: str, *definitions: str) -> Problems:
    streams = end.ims.call("GetPlayInfo", MediaId=end.library.media_ids[title])["PlayInfoList"]
    found = sorted(stream["Definition"] for stream in streams if stream["Status"] == "Normal")
    return [] if found == sorted(definitions) else [f"its streams are {found}, not {sorted(definitions)}"]


# From this machine.


async def _upload_story(desk: Desk, facts: Facts) -> str:
    del facts
    told = await desk.call("upload_media", path="flood-report.mp4", Title="洪水现场报道", MediaTags="新闻,洪水")
    return f"已上传，素材编号 {told['MediaId']}。"


def _grade_story(end: End) -> Problems:
    problems = _check_added(end, "洪水现场报道")
    added = _added(end)
    if not problems and set(added[0].get("MediaTags", "").split(",")) != {"新闻", "洪水"}:
        problems.append(f"the tags are {added[0].get('MediaTags')!r}")
    return problems + ([] if added and added[0]["MediaId"] in end.answer else ["the answer does not say the id"])


async def _upload_into_category(desk: Desk, facts: Facts) -> str:
    del facts
    await desk.find("which folders (categories) are there", "GetCategories")
    category = pick(await desk.run("GetCategories"), "CateId", "Documentaries")
    told = await desk.call("upload_media", path="pier.mp4", Title="The Old Pier", CateId=category)
    return f"The Old Pier is uploaded as {told['MediaId']}, in Documentaries."


def _grade_into_category(end: End) -> Problems:
    problems = _check_added(end, "The Old Pier")
    wanted = end.library.category_ids["Documentaries"]
    return problems or [f"the category is {each.get('CateId')}" for each in _added(end) if each.get("CateId") != wanted]


async def _upload_missing(desk: Desk, facts: Facts) -> str:
    del facts
    told = await desk.use("upload_media", {"path": "采访素材.mp4", "Title": "采访素材"})
    return "上传目录里没有“采访素材.mp4”这个文件，没有上传。" if told.failed else told.text


def _grade_missing(end: End) -> Problems:
    return end.says(ABSENT) + _no_asset_more(end)


async def _upload_fake(desk: Desk, facts: Facts) -> str:
    del facts
    told = await desk.use("upload_media", {"path": "trailer.mp4", "Title": "Trailer"})
    return f"It cannot be used: {told.text}" if told.failed else "It is uploaded."


def _grade_fake(end: End) -> Problems:
    return end.says(re.compile(r"\btext\b|not (a |really )?(film|video|movie)|no (film|video|picture)", re.I)) + (
        _no_asset_more(end) + ([] if end.calls else ["nothing was tried"])
    )


async def _upload_to_own(desk: Desk, facts: Facts) -> str:
    del facts
    told = await desk.call(
        "upload_media", path="gala.mp4", Title="Gala 2026", destination=f"oss://{BUCKET}/archive/2026/"
    )
    return f"It lies at {told['object']} and is the asset {told['MediaId']}."


def _grade_own(end: End) -> Problems:
    there = end.ims.bucket(BUCKET).object_exists("archive/2026/gala.mp4")
    return _check_added(end, "Gala 2026") + ([] if there else ["the file is not at archive/2026/gala.mp4"])


async def _upload_rendition(desk: Desk, facts: Facts) -> str:
    del facts
    found = await desk.call("find_media", text="足球决赛", media_type="video")
    media_id = pick(found, "MediaId", "足球决赛集锦")
    await desk.call("upload_stream", path="final-mobile.mp4", MediaId=media_id, Definition="LD")
    return "已作为流畅版（LD）挂到“足球决赛集锦”。"


def _grade_rendition(end: End) -> Problems:
    return _check_streams(end, "足球决赛集锦", "OD", "LD") + _no_asset_more(end)


async def _upload_subtitles(desk: Desk, facts: Facts) -> str:
    del facts
    told = await desk.call(
        "upload_media", path="welcome.srt", Title="Welcome subtitles", MediaType="text", BusinessType="subtitles"
    )
    return f"The subtitles are the asset {told['MediaId']}."


def _grade_subtitles(end: End) -> Problems:
    found = [tuple(each.get(name) for name in ("Title", "Status", "MediaType", "BusinessType")) for each in _added(end)]
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
    return _check_added(end, "节目封面", clip="picture.png") + end.says_numbers(800, 600)


# From the web.


async def _pull(desk: Desk, facts: Facts) -> str:
    await desk.find("把一个网址的视频拉进媒资库", "UploadMediaByURL")
    url = f"{facts['site']}/show.mp4"
    named = [{"SourceURL": url, "Title": "合作方节目"}]
    told = await desk.run("UploadMediaByURL", "write", UploadURLs=url, MediaMetaData=named, wait_seconds=40)
    return f"已入库，编号 {pick(told, 'MediaId')}。" if told["wait"]["outcome"] == "succeeded" else str(told)


def _grade_pulled(end: End) -> Problems:
    return _check_added(end, "合作方节目")


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
    return end.says(re.compile(r"\b404\b|not found|no such|not exist", re.I)) + _no_asset_more(end)


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
    return _check_streams(end, "足球决赛集锦", "OD", "SD") + _no_asset_more(end)


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


# An address for others.


async def _give_stream_address(desk: Desk, facts: Facts) -> str:
    told = await desk.call("create_upload_stream", MediaId=facts["media_id"], Definition="HD", FileExtension="mp4")
    place = told["UploadAddress"]
    return f"请上传到 bucket {place['Bucket']}，对象 {place['FileName']}，接入点 {place['Endpoint']}。"


def _grade_stream_address(end: End) -> Problems:
    """An address that was handed out for this asset."""
    return end.says(re.compile(r"outin-[0-9a-f]{32}"), re.compile(r"stream/[\w-]+/[\w-]+\.mp4")) + _no_asset_more(end)


async def _give_address(desk: Desk, facts: Facts) -> str:
    del facts
    await desk.find("upload address for a new asset", "CreateUploadMedia")
    await desk.call("describe_operation", operation="CreateUploadMedia")
    told = await desk.run(
        "CreateUploadMedia",
        "write",
        FileInfo={"Type": "video", "Name": "agency-cut", "Ext": "mp4"},
        MediaMetaData={"Title": "Agency cut", "BusinessType": "general"},
    )
    place = pick(told, "UploadAddress")
    return f"The asset is {told['MediaId']}; upload to bucket {place['Bucket']}, object {place['FileName']}."


def _grade_address(end: End) -> Problems:
    added = [(each["Title"], each["Status"], each["MediaType"]) for each in _added(end)]
    problems = [] if added == [("Agency cut", "Init", "video")] else [f"added are {added}"]
    return problems + end.says(re.compile(r"outin-[0-9a-f]{32}"), *(each["MediaId"] for each in _added(end)))


# Where things are kept.


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
    return ([] if found == ("harbour-archive", "jobs") else [f"the default is {found}"]) + (
        [] if len(end.questions) == 1 else [f"the user was asked {len(end.questions)} times"]
    )


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
        + ([] if len(end.questions) == 1 else [f"the user was asked {len(end.questions)} times"])
    )


TASKS = (
    Task(
        "upload-with-tags",
        "zh",
        "upload",
        "把 flood-report.mp4 传到媒资库，标题“洪水现场报道”，标签“新闻”“洪水”，传完给我编号。",
        _upload_story,
        _grade_story,
        1,
        2_000,
        prepare=_lay("flood-report.mp4"),
    ),
    Task(
        "upload-into-a-category",
        "en",
        "upload",
        'Upload pier.mp4 as "The Old Pier" into our folder Documentaries.',
        _upload_into_category,
        _grade_into_category,
        3,
        3_300,
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
        1_700,
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
        1_500,
        prepare=_lay_text("welcome.srt", _SUBTITLES),
    ),
    Task(
        "upload-two-files",
        "zh",
        "upload",
        "把 day/morning.mp4 和 day/noon.mp4 上传，标题分别是“早间新闻”和“午间新闻”。",
        _upload_two,
        lambda end: _check_added(end, "早间新闻", "午间新闻"),
        2,
        3_800,
        prepare=_lay("day/morning.mp4", "day/noon.mp4"),
    ),
    Task(
        "upload-in-the-background",
        "en",
        "upload",
        'Start uploading parade.mp4 as "Parade" without waiting for it; then look whether it has arrived.',
        _upload_in_background,
        lambda end: _check_added(end, "Parade") + end.says(re.compile(r"arrived|done|complete|finished|Normal", re.I)),
        2,
        2_300,
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
        1_500,
        prepare=_lay("封面.png", clip="picture.png"),
    ),
    Task(
        "pull-from-the-web",
        "zh",
        "upload",
        "合作方把节目放在 {site}/show.mp4，直接拉进媒资库，标题“合作方节目”，成功了告诉我编号。",
        _pull,
        _grade_pulled,
        2,
        1_700,
        prepare=_serve("/show.mp4"),
    ),
    Task(
        "pull-two-from-the-web",
        "en",
        "upload",
        'Get {site}/one.mp4 ("Lesson one") and {site}/two.mp4 ("Lesson two") into our library.',
        _pull_two,
        lambda end: _check_added(end, "Lesson one", "Lesson two"),
        2,
        1_900,
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
        1_800,
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
        1_800,
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
        1_700,
        prepare=_serve("/show.mp4"),
        furnish=_begin_pulls,
    ),
    Task(
        "address-for-a-rendition",
        "zh",
        "upload",
        "后期要自己上传素材 {media_id} 的高清版（HD，mp4），给我一个上传地址就行。",
        _give_stream_address,
        _grade_stream_address,
        1,
        600,
        furnish=note_ids(media_id="The Lighthouse Keepers"),
    ),
    Task(
        "address-for-an-agency",
        "en",
        "upload",
        'Our agency will upload a video agency-cut.mp4 by itself, titled "Agency cut". Where does it have to go?',
        _give_address,
        _grade_address,
        3,
        4_700,
    ),
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
        2_700,
        furnish=_make_archive,
        agrees=refuse,
    ),
)
