"""Media library: the tree of categories that assets are sorted into.

Sources: what SDK 6.20.2 declares.
"""

from __future__ import annotations

from ims_mcp.catalogue.notes.note import OperationNotes, ParameterNotes
from ims_mcp.catalogue.operation import AskWhen, Effect, Rows

CATEGORY_ID: ParameterNotes = {"text": "Category id, from GetCategories."}
CATEGORY_NAME: ParameterNotes = {"text": "Name, at most 64 bytes.", "max_bytes": 64}
CATEGORY_TYPE: ParameterNotes = {
    "text": "default: video, audio, images; material: short video material.",
    "choices": ("default", "material"),
}
CREATION_ORDER: ParameterNotes = {
    "text": "Default CreationTime:Desc, newest first.",
    "choices": ("CreationTime:Desc", "CreationTime:Asc"),
}

NOTES = (
    OperationNotes(
        operation="AddCategory",
        title="Create a category",
        purpose=(
            "Create a folder-like category for assets, at the top or below ParentId. There are at most 3 levels and "
            "100 categories under one parent. Returns the category with its CateId, which UpdateMediaInfo and "
            "RegisterMediaInfo take. What exists already is in GetCategories."
        ),
        effect=Effect.WRITE,
        example={"CateName": "Archive", "ParentId": 45},
        then="UpdateMediaInfo files an asset there, by CateId or category_name.",
        parameters={
            "CateName": CATEGORY_NAME,
            "ParentId": {"text": "Category to create it in; without it, at the top. GetCategories lists ids."},
            "Type": CATEGORY_TYPE,
        },
    ),
    OperationNotes(
        operation="GetCategories",
        title="Read a category and its children",
        purpose=(
            "Read one category with a page of its direct subcategories, or the top level where no CateId is given: "
            "names, ids, levels. SubTotal says how many children there are. Use it to find the CateId for "
            "AddCategory, UpdateCategory or for filing an asset. The assets in a category are not in it."
        ),
        effect=Effect.READ,
        example={"PageSize": 100},
        parameters={
            "CateId": {"text": "Category to read; without it, the top level."},
            "Type": CATEGORY_TYPE,
            "SortBy": CREATION_ORDER,
            "PageSize": {"text": "Children a page, 10 (default) to 100.", "minimum": 10, "maximum": 100},
        },
        idempotent=True,
        rows=Rows(
            "SubCategories.Category",
            (
                ("CateId", "CateId"),
                ("name", "CateName"),
                ("subcategories", "SubTotal"),
                ("type", "Type"),
            ),
        ),
    ),
    OperationNotes(
        operation="UpdateCategory",
        title="Rename a category",
        purpose=(
            "Give a category another name. Only the name changes: its place, its subcategories and the assets in it "
            "stay as they are, and there is no call that moves a category. To file an asset elsewhere use "
            "UpdateMediaInfo with another CateId."
        ),
        effect=Effect.WRITE,
        example={"CateId": 46, "CateName": "Sports 2026"},
        parameters={"CateId": CATEGORY_ID, "CateName": CATEGORY_NAME},
        idempotent=True,
    ),
    OperationNotes(
        operation="DeleteCategory",
        title="Delete a category with its children",
        purpose=(
            "Delete a category and everything below it: all its subcategories go too. It cannot be undone; look at "
            "what is below with GetCategories first. To rename one instead use UpdateCategory, to delete the "
            "assets themselves DeleteMediaInfos."
        ),
        effect=Effect.DESTRUCTIVE,
        example={"CateId": 46},
        destructive_when=(AskWhen("deletes a category and everything below it for good"),),
        parameters={"CateId": CATEGORY_ID},
        idempotent=True,
    ),
)
