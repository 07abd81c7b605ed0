# "Tag every video that is higher than it is wide as vertical, and leave the tags it has."
import ims

tagged, token = [], None
while True:
    page = await ims.list_media_basic_infos(
        MediaType="video", MaxResults=100, NextToken=token, IncludeFileBasicInfo=True
    )
    for asset in page["MediaInfos"]:
        file = asset["FileInfoList"][0]["FileBasicInfo"]
        tags = asset["MediaBasicInfo"].get("MediaTags", "").split(",")
        if int(file["Height"]) > int(file["Width"]) and "vertical" not in tags:
            await ims.update_media_info(MediaId=asset["MediaId"], MediaTags="vertical", AppendTags=True)
            tagged.append(asset["MediaBasicInfo"]["Title"])
    token = page.get("NextToken")
    if not token:
        break
tagged
