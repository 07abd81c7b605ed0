"""Tasks about an address for others to upload to."""

from __future__ import annotations

import re

from benchmarks.assistant.answers import pick
from benchmarks.assistant.desk import Desk
from benchmarks.assistant.end_state import check_none_added, list_added
from benchmarks.assistant.task import End, Facts, Problems, Task, note_ids


async def _give_stream_address(desk: Desk, facts: Facts) -> str:
    told = await desk.call("create_upload_stream", MediaId=facts["media_id"], Definition="HD", FileExtension="mp4")
    place = told["UploadAddress"]
    return f"请上传到 bucket {place['Bucket']}，对象 {place['FileName']}，接入点 {place['Endpoint']}。"


def _grade_stream_address(end: End) -> Problems:
    """An address that was handed out for this asset."""
    return end.says(re.compile(r"outin-[0-9a-f]{32}"), re.compile(r"stream/[\w-]+/[\w-]+\.mp4")) + check_none_added(end)


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
    added = [(each["Title"], each["Status"], each["MediaType"]) for each in list_added(end)]
    problems = [] if added == [("Agency cut", "Init", "video")] else [f"added are {added}"]
    return problems + end.says(re.compile(r"outin-[0-9a-f]{32}"), *(each["MediaId"] for each in list_added(end)))


TASKS = (
    Task(
        "address-for-a-rendition",
        "zh",
        "upload",
        "后期要自己上传素材 {media_id} 的高清版（HD，mp4），给我一个上传地址就行。",
        _give_stream_address,
        _grade_stream_address,
        1,
        700,
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
        4_800,
    ),
)
