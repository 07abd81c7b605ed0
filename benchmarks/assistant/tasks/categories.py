"""Tasks about the categories that assets are sorted into."""

from __future__ import annotations

from benchmarks.assistant.answers import NOT_DONE, pick, pick_all
from benchmarks.assistant.desk import Desk
from benchmarks.assistant.end_state import check_asked_once, check_value, find_lost, read_asset
from benchmarks.assistant.task import End, Facts, Problems, Task, note_ids, refuse


def _categories(end: End, parent: int | None = None) -> dict[str, int]:
    answer = end.ims.call("GetCategories", PageSize="100", **({} if parent is None else {"CateId": str(parent)}))
    return {each["CateName"]: int(each["CateId"]) for each in answer["SubCategories"]["Category"]}


async def _find_category(desk: Desk, query: str, operation: str, name: str) -> int:
    """Search for the operation, then read the id of the category."""
    await desk.find(query, operation)
    return int(pick(await desk.run("GetCategories"), "CateId", name))


async def _list_categories(desk: Desk, facts: Facts) -> str:
    del facts
    await desk.find("列出所有分类", "GetCategories")
    told = await desk.run("GetCategories", PageSize=100)
    return f"现有分类：{'、'.join(pick_all(told, 'CateName') + pick_all(told, 'name'))}。"


def _grade_category_list(end: End) -> Problems:
    return end.says("News", "体育", "Documentaries")


async def _file_promo(desk: Desk, facts: Facts) -> str:
    told = await desk.call("update_media_info", MediaId=facts["media_id"], category_name="Documentaries")
    return f"It is in {told['category']['name']} now."


def _grade_filed(end: End) -> Problems:
    info = read_asset(end, "Spring sale promo")
    return check_value("the category", info.get("CateId"), end.start_state.category_ids["Documentaries"])


async def _file_in_new(desk: Desk, facts: Facts) -> str:
    await desk.find("新建一个分类", "AddCategory")
    made = await desk.run("AddCategory", "write", CateName="天气")
    await desk.call("update_media_info", MediaId=facts["media_id"], CateId=pick(made, "CateId", "天气"))
    return "已新建分类“天气”，素材已放入。"


def _grade_filed_in_new(end: End) -> Problems:
    category = _categories(end).get("天气")
    if category is None:
        return ["there is no category 天气"]
    return check_value("the category", read_asset(end, "Flood in the harbour, raw footage").get("CateId"), category)


async def _add_subfolder(desk: Desk, facts: Facts) -> str:
    del facts
    await desk.find("create a folder inside another one", "AddCategory")
    await desk.run("AddCategory", "write", CateName="Rowing", parent_name="体育")
    return "体育 has a folder Rowing now."


def _grade_subfolder(end: End) -> Problems:
    below = _categories(end, end.start_state.category_ids["体育"])
    return check_value("what is in 体育", set(below), {"Rowing"}) + (
        ["Rowing is at the top"] if "Rowing" in _categories(end) else []
    )


async def _rename_category(desk: Desk, facts: Facts) -> str:
    del facts
    category = await _find_category(desk, "把分类改名", "UpdateCategory", "Documentaries")
    await desk.run("UpdateCategory", "write", CateId=category, CateName="纪录片")
    return "分类已改名为“纪录片”。"


def _grade_renamed(end: End) -> Problems:
    wanted = {"News": 1, "体育": 2, "纪录片": 3}
    return check_value("the set of categories", _categories(end), wanted)


async def _delete_category(desk: Desk, facts: Facts) -> str:
    del facts
    category = await _find_category(desk, "delete a folder", "DeleteCategory", "News")
    await desk.run("DeleteCategory", "destructive", CateId=category)
    return "The folder News is deleted; its videos are still in the library."


def _grade_deleted_category(end: End) -> Problems:
    problems = ["the user was not asked"] if not end.questions else []
    return (
        problems
        + check_value("the set of categories", set(_categories(end)), {"体育", "Documentaries"})
        + find_lost(end)
    )


async def _try_delete_category(desk: Desk, facts: Facts) -> str:
    del facts
    category = await _find_category(desk, "删除一个分类", "DeleteCategory", "体育")
    arguments = {"operation": "DeleteCategory", "operation_arguments": {"CateId": category}}
    told = await desk.use("call_destructive_operation", arguments)
    return "您没有同意，分类“体育”没有删除。" if told.failed else "已删除。"


def _grade_kept_category(end: End) -> Problems:
    kept = check_value("the set of categories", set(_categories(end)), {"News", "体育", "Documentaries"})
    return kept + end.says(NOT_DONE) + check_asked_once(end)


TASKS = (
    Task(
        "list-categories",
        "zh",
        "media_library",
        "媒资库里现在有哪些分类？",
        _list_categories,
        _grade_category_list,
        2,
        1_400,
    ),
    Task(
        "file-into-a-category",
        "en",
        "media_library",
        "Put {media_id} into the folder Documentaries.",
        _file_promo,
        _grade_filed,
        1,
        300,
        furnish=note_ids(media_id="Spring sale promo"),
    ),
    Task(
        "file-into-a-new-category",
        "zh",
        "media_library",
        "新建一个分类“天气”，把素材 {media_id} 放进去。",
        _file_in_new,
        _grade_filed_in_new,
        3,
        1_400,
        furnish=note_ids(media_id="Flood in the harbour, raw footage"),
    ),
    Task(
        "folder-inside-a-folder",
        "en",
        "media_library",
        "Make a folder Rowing inside our folder 体育.",
        _add_subfolder,
        _grade_subfolder,
        2,
        1_300,
    ),
    Task(
        "rename-a-category",
        "zh",
        "media_library",
        "把分类“Documentaries”改名为“纪录片”。",
        _rename_category,
        _grade_renamed,
        3,
        1_600,
    ),
    Task(
        "delete-a-category",
        "en",
        "media_library",
        "We no longer need the folder News. Delete it, but the videos must stay in the library.",
        _delete_category,
        _grade_deleted_category,
        3,
        1_500,
    ),
    Task(
        "delete-a-category-after-all-not",
        "zh",
        "media_library",
        "把“体育”这个分类删掉。",
        _try_delete_category,
        _grade_kept_category,
        3,
        1_500,
        agrees=refuse,
    ),
)
