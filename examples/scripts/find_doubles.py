# "Which assets are there twice, with files of the same size and length? Delete the later ones."
import ims

first, doubles, token = {}, [], None
while True:
    page = await ims.list_media_basic_infos(SortBy="asc", MaxResults=100, NextToken=token, IncludeFileBasicInfo=True)
    for asset in page["MediaInfos"]:
        title, file = asset["MediaBasicInfo"]["Title"], asset["FileInfoList"][0]["FileBasicInfo"]
        content = file["FileSize"], file.get("Duration"), file.get("FileType")
        if content not in first:
            first[content] = title
            continue
        doubles.append({"MediaId": asset["MediaId"], "title": title, "same_as": first[content]})
        try:
            await ims.delete_media_infos(MediaIds=asset["MediaId"])
        except ims.NotDone:
            pass  # the answer of the script names the one call that deletes them all, once the user has said yes
    token = page.get("NextToken")
    if not token:
        break
doubles
