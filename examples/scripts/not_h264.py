# "Which of our videos are not H.264, and which have no sound?"
import asyncio

import ims

ids, token = [], None
while True:
    page = await ims.list_media_basic_infos(MediaType="video", MaxResults=100, NextToken=token)
    ids += [asset["MediaId"] for asset in page["MediaInfos"]]
    token = page.get("NextToken")
    if not token:
        break


async def read_streams(media_id):
    info = (await ims.get_media_info(MediaId=media_id))["MediaInfo"]
    source = info["FileInfoList"][0]
    return {
        "MediaId": media_id,
        "title": info["MediaBasicInfo"].get("Title"),
        "codecs": [stream["CodecName"] for stream in source.get("VideoStreamInfoList") or []],
        "has_sound": bool(source.get("AudioStreamInfoList")),
    }


videos = await asyncio.gather(*[read_streams(media_id) for media_id in ids])
{
    "videos": len(videos),
    "not_h264": [each for each in videos if each["codecs"] != ["h264"]],
    "without_sound": [each for each in videos if not each["has_sound"]],
}
