"""Graders tell a wrong outcome from a right one: each of these goes astray where an assistant might."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks.assistant.answers import pick, pick_all
from benchmarks.assistant.desk import Desk
from benchmarks.assistant.stage import play
from benchmarks.assistant.start_state import RECORDINGS, share_start_state
from benchmarks.assistant.tasks import TASKS

pytestmark = pytest.mark.anyio
Solve = Callable[[Desk, Mapping[str, Any]], Awaitable[str]]
BY_NAME = {task.name: task for task in TASKS}


async def tell_a_guess(desk: Desk, facts: Mapping[str, Any]) -> str:
    del facts
    await desk.call("transfer_status")
    return "It is H.264 at 1920x1080. 有声音，音轨是 AAC。时长 90 秒。"


async def replace_all_tags(desk: Desk, facts: Mapping[str, Any]) -> str:
    await desk.call("update_media_info", MediaId=facts["media_id"], MediaTags="年度精选,回顾")
    return "已加上标签。"


async def put_the_folder_on_top(desk: Desk, facts: Mapping[str, Any]) -> str:
    del facts
    await desk.run("AddCategory", "write", CateName="Rowing")
    return "The folder is there."


async def mark_in_milliseconds(desk: Desk, facts: Mapping[str, Any]) -> str:
    marks = [
        {"MarkStartTime": start, "MarkEndTime": end, "MarkContent": text}
        for start, end, text in ((0, 4000, "Headlines"), (4000, 9000, "Sport"))
    ]
    await desk.run("AddMediaMarks", "write", MediaId=facts["media_id"], MediaMarks=marks)
    return "Both chapters are marked."


async def give_the_unsigned_link(desk: Desk, facts: Mapping[str, Any]) -> str:
    told = await desk.call("get_play_info", MediaId=facts["media_id"])
    return f"Watch it at {next(iter(pick_all(told, 'url') + pick_all(told, 'PlayURL')))}"


async def delete_the_file_as_well(desk: Desk, facts: Mapping[str, Any]) -> str:
    del facts
    listed = await desk.call("find_media", text="Autumn teaser")
    await desk.call("delete_media_infos", MediaIds=pick(listed, "MediaId"), DeletePhysicalFiles=True)
    return "It is deleted."


async def claim_after_a_no(desk: Desk, facts: Mapping[str, Any]) -> str:
    del facts
    listed = await desk.call("find_media", text="足球决赛", media_type="video")
    await desk.use("delete_media_infos", {"MediaIds": pick(listed, "MediaId")})
    return "视频“足球决赛集锦”已删除。"


async def pass_what_is_to_be_blocked(desk: Desk, facts: Mapping[str, Any]) -> str:
    verdict = {"MediaId": facts["media_id"], "Status": "Normal", "Comment": "shows a minor"}
    await desk.run("CreateAudit", "write", AuditContent=[verdict])
    return "It is recorded."


async def name_everything(desk: Desk, facts: Mapping[str, Any]) -> str:
    del facts
    found = await desk.call("find_media", media_type="video", limit=50)
    return "、".join(pick_all(found, "title"))


async def upload_without_tags(desk: Desk, facts: Mapping[str, Any]) -> str:
    del facts
    told = await desk.call("upload_media", path="flood-report.mp4", Title="洪水现场报道")
    return str(told["MediaId"])


async def upload_the_rendition_as_an_asset(desk: Desk, facts: Mapping[str, Any]) -> str:
    del facts
    await desk.call("upload_media", path="final-mobile.mp4", Title="足球决赛集锦（流畅）")
    return "已上传流畅版。"


async def blame_the_wrong_pull(desk: Desk, facts: Mapping[str, Any]) -> str:
    await desk.call("transfer_status")
    return f"失败的是 {facts['good']}：404。{facts['bad']} 成功。"


async def drop_the_file_names(desk: Desk, facts: Mapping[str, Any]) -> str:
    """What is not given again of a template is lost."""
    formats = [{"Format": "mp4", "CycleDuration": 7200}]
    template = {"TemplateId": facts["made"], "Name": "council-2h", "RecordFormat": formats}
    await desk.run("UpdateLiveRecordTemplate", "destructive", **template)
    return "It begins a new file every two hours now."


async def give_another_recordings_file(desk: Desk, facts: Mapping[str, Any]) -> str:
    del facts
    told = await desk.run("ListLiveRecordFiles")
    return f"没有结束的问题，录完了：{next(iter(pick_all(told, 'url') + pick_all(told, 'RecordUrl')))}"


async def record_it_a_second_time(desk: Desk, facts: Mapping[str, Any]) -> str:
    await desk.call(
        "submit_live_record_job",
        Name="Gala",
        StreamInput={"Type": "rtmp", "Url": facts["stream"]},
        RecordOutput={"Type": "oss", "Bucket": RECORDINGS},
        TemplateId=pick(await desk.run("ListLiveRecordTemplates"), "TemplateId", "system-mp4"),
        allow_duplicate=True,
    )
    return "It was being recorded already, I began it once more."


async def set_the_root(desk: Desk, facts: Mapping[str, Any]) -> str:
    del facts
    place = {"StorageType": "user_oss_bucket", "Bucket": "harbour-archive", "Path": "/"}
    await desk.run("SetDefaultStorageLocation", "destructive", **place)
    return "Files go to harbour-archive, folder jobs, from now on."


async def say_no_at_once(desk: Desk, facts: Mapping[str, Any]) -> str:
    del desk, facts
    return "没有天气预报的素材。There is nothing of that kind."


WRONG: tuple[tuple[str, Solve, str], ...] = (
    ("codec-of-an-asset", tell_a_guess, "the answer does not say 'hevc'"),
    ("is-there-sound", tell_a_guess, "the answer does not say"),
    ("length-of-a-film", tell_a_guess, "the answer does not say 9"),
    ("add-tags", replace_all_tags, "the set of tags is"),
    ("folder-inside-a-folder", put_the_folder_on_top, "Rowing is at the top"),
    ("mark-chapters", mark_in_milliseconds, "4000"),
    ("link-to-watch", give_the_unsigned_link, "no address of the answer plays the film"),
    ("delete-an-asset", delete_the_file_as_well, "the file of 'Autumn teaser' is gone"),
    ("delete-an-asset-after-all-not", claim_after_a_no, "the answer does not say"),
    ("block-after-review", pass_what_is_to_be_blocked, "the verdicts is"),
    ("shorter-than", name_everything, "'Spring sale promo' is named"),
    ("upload-with-tags", upload_without_tags, "the tags are"),
    ("upload-a-rendition", upload_the_rendition_as_an_asset, "its streams are"),
    ("which-pull-failed", blame_the_wrong_pull, "the answer does not say"),
    ("change-a-recording-template", drop_the_file_names, "council-hourly writes None"),
    ("is-a-running-recording-over", give_another_recordings_file, "the file of another recording is named"),
    ("record-a-stream-twice", record_it_a_second_time, "the jobs are"),
    ("change-the-default-storage", set_the_root, "the default is"),
    ("find-nothing", say_no_at_once, "no tool was used"),
)


@pytest.mark.parametrize(("name", "solve", "said"), WRONG, ids=[f"{name}-{solve.__name__}" for name, solve, _ in WRONG])
async def test_a_wrong_outcome_is_found_out(
    name: str, solve: Solve, said: str, start_state_dir: Path, tmp_path: Path
) -> None:
    async def work(desk: Desk, request: str, facts: Mapping[str, Any]) -> str:
        del request
        return await solve(desk, facts)

    played = await play(BY_NAME[name], *share_start_state(start_state_dir), tmp_path / "play", work)
    shutil.rmtree(tmp_path / "play")
    assert [problem for problem in played.problems if said in problem]
