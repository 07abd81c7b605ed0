# "All assets tagged hr that are longer than a minute and have no subtitles: recognise the speech and attach it."
import asyncio

import ims


async def list_assets():
    assets, token = [], None
    while True:
        page = await ims.list_media_basic_infos(MaxResults=100, NextToken=token, IncludeFileBasicInfo=True)
        assets += page["MediaInfos"]
        token = page.get("NextToken")
        if not token:
            return assets


async def has_subtitles(media_id):
    files = (await ims.get_media_info(MediaId=media_id))["MediaInfo"]["FileInfoList"]
    return any(file.get("SubtitleStreamInfoList") for file in files)


async def read_job(job_id):
    return await ims.wait_for_job(operation="SubmitASRJob", ids={"JobId": job_id}, wait_seconds=20)


async def attach(media_id, sentences):
    marks = [
        {"MarkStartTime": each["from"], "MarkEndTime": each["to"], "MarkTag": "speech", "MarkContent": each["content"]}
        for each in sentences
    ]
    await ims.add_media_marks(MediaId=media_id, MediaMarks=marks)


long = [
    asset["MediaId"]
    for asset in await list_assets()
    if "hr" in asset["MediaBasicInfo"].get("MediaTags", "").split(",")
    and float(asset["FileInfoList"][0]["FileBasicInfo"]["Duration"]) > 60
]
found = await asyncio.gather(*[has_subtitles(media_id) for media_id in long])
silent = [media_id for media_id, has in zip(long, found) if not has]
jobs = [(await ims.submit_asr_job(InputFile=media_id))["JobId"] for media_id in silent]
told = []
for media_id, job_id, job in zip(silent, jobs, await asyncio.gather(*[read_job(job_id) for job_id in jobs])):
    sentences = job.get("result", {}).get("sentences", [])
    if sentences:
        await attach(media_id, sentences)
    told.append({"MediaId": media_id, "JobId": job_id, "outcome": job["outcome"], "sentences": len(sentences)})
told
