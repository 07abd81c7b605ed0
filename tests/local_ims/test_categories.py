"""Categories: three levels, 100 children, names in bytes, and what a deletion takes along."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_ice20201109 import models

from tests.local_ims.server import RunningIms, refusal_of, running_ims


@pytest.fixture
def ims(tmp_path: Path) -> Iterator[RunningIms]:
    with running_ims(tmp_path) as running:
        yield running


def add(ims: RunningIms, name: str, parent_id: int | None = None, kind: str | None = None) -> int:
    request: Any = models.AddCategoryRequest  # it says int and str where it takes None
    added = ims.client().add_category(request(cate_name=name, parent_id=parent_id, type=kind))
    return int(added.body.category.cate_id)


def code_of(call: Callable[[], object]) -> str:
    failure = refusal_of(call)
    return str(failure.code)


def test_the_sdk_builds_reads_renames_and_deletes_a_tree(ims: RunningIms) -> None:
    client = ims.client()
    root = add(ims, "Films")
    child = add(ims, "Documentaries", root)
    grandchild = add(ims, "Animals", child)
    other = add(ims, "Music")

    roots = client.get_categories(models.GetCategoriesRequest()).body
    assert roots.category is None
    assert [(entry.cate_id, entry.sub_total) for entry in roots.sub_categories.category] == [(other, 0), (root, 1)]
    assert roots.sub_total == 2
    found = client.get_categories(models.GetCategoriesRequest(cate_id=child)).body
    assert (found.category.cate_name, found.category.level, found.category.parent_id) == ("Documentaries", 1, root)
    assert [entry.cate_id for entry in found.sub_categories.category] == [grandchild]
    assert client.get_categories(models.GetCategoriesRequest(cate_id=root)).body.category.parent_id == -1

    client.update_category(models.UpdateCategoryRequest(cate_id=child, cate_name="Reports"))
    renamed = client.get_categories(models.GetCategoriesRequest(cate_id=child)).body
    assert renamed.category.cate_name == "Reports"

    client.delete_category(models.DeleteCategoryRequest(cate_id=root))
    for gone in (root, child, grandchild):
        assert code_of(lambda gone=gone: ims.call("GetCategories", CateId=str(gone))) == "ResourceNotFound"
    assert ims.call("GetCategories")["SubTotal"] == 1


def test_an_asset_shows_its_category_until_that_is_deleted(ims: RunningIms) -> None:
    root = add(ims, "Films")
    child = add(ims, "Trailers", root)
    media_id = ims.register("oss://local-media/x.mp4", cate_id=child)
    basic = ims.media_info(media_id)["MediaBasicInfo"]
    assert (basic["CateId"], basic["CateName"]) == (child, "Trailers")
    ims.call("DeleteCategory", CateId=str(root))
    basic = ims.media_info(media_id)["MediaBasicInfo"]
    assert "CateId" not in basic
    assert "CateName" not in basic


def test_an_assets_category_can_be_changed_and_taken_away(ims: RunningIms) -> None:
    cate_id = add(ims, "Films")
    media_id = ims.register("oss://local-media/x.mp4")
    ims.call("UpdateMediaInfo", MediaId=media_id, CateId=str(cate_id))
    assert ims.media_info(media_id)["MediaBasicInfo"]["CateName"] == "Films"
    ims.call("UpdateMediaInfo", MediaId=media_id, CateId="-1")
    assert "CateId" not in ims.media_info(media_id)["MediaBasicInfo"]


def test_there_are_three_levels_and_100_children(ims: RunningIms) -> None:
    parent = add(ims, "level 3", add(ims, "level 2", add(ims, "level 1")))
    assert code_of(lambda: add(ims, "level 4", parent)) == "OperationDenied"
    crowded = add(ims, "crowded")
    for number in range(100):
        add(ims, str(number), crowded)
    assert code_of(lambda: add(ims, "one too many", crowded)) == "OperationDenied"

    pages = [ims.call("GetCategories", CateId=str(crowded), PageSize="30", PageNo=str(page)) for page in range(1, 6)]
    names = [entry["CateName"] for page in pages for entry in page["SubCategories"]["Category"]]
    assert names == [str(number) for number in range(99, -1, -1)]
    assert {page["SubTotal"] for page in pages} == {100}
    oldest = ims.call("GetCategories", CateId=str(crowded), SortBy="CreationTime:Asc")
    assert [entry["CateName"] for entry in oldest["SubCategories"]["Category"]] == [str(n) for n in range(10)]


def test_types_are_trees_of_their_own(ims: RunningIms) -> None:
    add(ims, "ordinary")
    material = add(ims, "material", kind="material")
    listed = ims.call("GetCategories", Type="material")["SubCategories"]["Category"]
    assert [(entry["CateId"], entry["Type"]) for entry in listed] == [(material, "material")]
    assert code_of(lambda: add(ims, "mixed", material, "default")) == "InvalidParameter"


def test_bad_arguments_are_named(ims: RunningIms) -> None:
    assert code_of(lambda: ims.call("AddCategory")) == "MissingParameter"
    assert code_of(lambda: add(ims, "\u5206" * 22)) == "InvalidParameter"
    assert code_of(lambda: add(ims, "x", kind="other")) == "InvalidParameter"
    assert code_of(lambda: add(ims, "x", parent_id=99)) == "ResourceNotFound"
    assert code_of(lambda: ims.call("GetCategories", PageSize="9")) == "InvalidParameter"
    assert code_of(lambda: ims.call("UpdateCategory", CateId="99", CateName="x")) == "ResourceNotFound"
    assert code_of(lambda: ims.call("DeleteCategory", CateId="99")) == "ResourceNotFound"


def test_a_page_beyond_all_listings_is_refused_with_the_range(ims: RunningIms) -> None:
    refused = refusal_of(ims.call, "GetCategories", PageNo="1000001")
    assert (refused.code, refused.status) == ("InvalidParameter", 400)
    assert "PageNo: has to be 1 to 1000000" in refused.message
