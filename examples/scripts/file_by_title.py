# "Everything whose title begins with Evening News belongs into the category News / Evening; make it if it is missing."
import ims


async def find_category(name, parent_id):
    listed = await ims.get_categories(CateId=parent_id, PageSize=100)
    for category in listed["SubCategories"]["Category"]:
        if category["CateName"] == name:
            return category["CateId"]
    return (await ims.add_category(CateName=name, ParentId=parent_id))["Category"]["CateId"]


category = await find_category("Evening", await find_category("News", None))
filed, failed, token = [], [], None
while True:
    page = await ims.list_media_basic_infos(MaxResults=100, NextToken=token)
    for asset in page["MediaInfos"]:
        about = asset["MediaBasicInfo"]
        if about["Title"].startswith("Evening News") and about.get("CateId") != category:
            try:
                await ims.update_media_info(MediaId=asset["MediaId"], CateId=category)
                filed.append(about["Title"])
            except ims.Error as error:
                failed.append([about["Title"], str(error)])
    token = page.get("NextToken")
    if not token:
        break
{"category": category, "filed": filed, "failed": failed}
